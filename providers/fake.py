"""An upstream in memory for unit tests: the same answers and refusals as the contract, no wire, no brake."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count
from typing import Final

from providers import errors
from providers.port import (
    BalanceAnswer,
    CardRecord,
    CardStatus,
    Challenge,
    ChallengeResult,
    ContactChannel,
    ContributionRecord,
    Flag,
    MatchType,
    MemberMatch,
    YearRecord,
)

ATTEMPTS: Final = 3
CODE_LIFE: Final = timedelta(seconds=300)


@dataclass(kw_only=True)
class FakeCard:
    """A `failure` is raised by every call about this card; set and clear it at will."""

    record: CardRecord
    balance: BalanceAnswer | None = None
    years: tuple[YearRecord, ...] = ()
    contributions: tuple[ContributionRecord, ...] = ()
    failure: errors.ProviderError | None = None


@dataclass(frozen=True, kw_only=True)
class FakePerson:
    nik: str
    name: str
    birth_date: date
    cards: tuple[FakeCard, ...]
    phone: str | None = None
    contacts: tuple[ContactChannel, ...] = (ContactChannel.SMS,)


@dataclass(kw_only=True)
class _Sent:
    member_ref: str
    kpj: str
    code: str
    attempts_left: int = ATTEMPTS
    open: bool = True


@dataclass(kw_only=True)
class FakeProvider:
    """`outbox` holds (kpj, code), newest last; `calls` the names of the methods called."""

    people: tuple[FakePerson, ...]
    outbox: list[tuple[str, str]] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    revoked: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._challenges: dict[str, _Sent] = {}
        self._answers: dict[tuple[str, str], tuple[tuple[str, ...], Challenge | ChallengeResult]] = {}
        self._numbers = count(1)

    def verify_member(
        self, *, nik: str, name: str, birth_date: date, kpj: str, phone: str | None = None
    ) -> MemberMatch:
        self.calls.append("verify_member")
        person = self._holder(kpj)
        if person is None or (person.nik, person.birth_date) != (nik, birth_date) or not _alike(person.name, name):
            return _no_match()
        same = person.name.casefold() == name.casefold()
        return MemberMatch(
            match_type=MatchType.DEFN if same else MatchType.POSS,
            member_ref=f"M{self.people.index(person)}",
            nik=Flag.SAME,
            name=Flag.SAME if same else Flag.DIFFERENT,
            birth_date=Flag.SAME,
            kpj=Flag.SAME,
            phone_matches=None if phone is None or person.phone is None else phone == person.phone,
            name_similarity=100 if same else 80,
        )

    def list_cards(self, *, member_ref: str) -> tuple[CardRecord, ...]:
        self.calls.append("list_cards")
        return tuple(card.record for card in self._person(member_ref).cards)

    def fetch_balance(self, *, kpj: str, member_ref: str) -> BalanceAnswer:
        self.calls.append("fetch_balance")
        card = self._card(member_ref, kpj)
        if card.record.status is CardStatus.DIGABUNG:
            raise errors.Merged
        if card.balance is None:
            raise errors.NotFound
        return card.balance

    def fetch_years(self, *, kpj: str, member_ref: str, first_year: int, last_year: int) -> tuple[YearRecord, ...]:
        self.calls.append("fetch_years")
        if first_year > last_year:
            raise errors.InvalidRequest
        years = [year for year in self._card(member_ref, kpj).years if first_year <= year.year <= last_year]
        if not years:
            raise errors.NotFound
        return tuple(years)

    def fetch_contributions(
        self, *, kpj: str, member_ref: str, first_month: str, last_month: str
    ) -> tuple[ContributionRecord, ...]:
        self.calls.append("fetch_contributions")
        if first_month > last_month:
            raise errors.InvalidRequest
        rows = self._card(member_ref, kpj).contributions
        return tuple(row for row in rows if first_month <= row.month <= last_month)

    def send_challenge(self, *, member_ref: str, kpj: str, channel: ContactChannel, reference: str) -> Challenge:
        self.calls.append("send_challenge")
        question = (member_ref, kpj, channel.value)
        known = self._known("send", reference, question)
        if isinstance(known, Challenge):
            return known
        self._card(member_ref, kpj)
        contacts = self._person(member_ref).contacts
        if not contacts:
            raise errors.NoContact
        challenge = self._send(member_ref, kpj, channel if channel in contacts else contacts[0], contacts)
        self._answers["send", reference] = (question, challenge)
        return challenge

    def verify_challenge(self, *, member_ref: str, challenge_ref: str, code: str, reference: str) -> ChallengeResult:
        self.calls.append("verify_challenge")
        question = (member_ref, challenge_ref, code)
        known = self._known("verify", reference, question)
        if isinstance(known, ChallengeResult):
            return known
        result = self._check(self._challenges.get(challenge_ref), member_ref, code)
        self._answers["verify", reference] = (question, result)
        return result

    def _known(self, operation: str, reference: str, question: tuple[str, ...]) -> Challenge | ChallengeResult | None:
        """The same reference gives the same answer; with another question it is our bug."""
        asked, answer = self._answers.get((operation, reference), (question, None))
        if asked != question:
            raise errors.Duplicate
        return answer

    def _send(
        self, member_ref: str, kpj: str, channel: ContactChannel, contacts: tuple[ContactChannel, ...]
    ) -> Challenge:
        number = next(self._numbers)
        for earlier in self._challenges.values():
            earlier.open = earlier.open and earlier.kpj != kpj
        code = f"{number * 7919 % 1_000_000:06d}"
        self._challenges[f"C{number}"] = _Sent(member_ref=member_ref, kpj=kpj, code=code)
        self.outbox.append((kpj, code))
        return Challenge(
            challenge_ref=f"C{number}",
            channel=channel,
            masked_destination="+62 8** **** *567",
            expires_in=CODE_LIFE,
            channels=contacts,
        )

    def _check(self, sent: _Sent | None, member_ref: str, code: str) -> ChallengeResult:
        self._person(member_ref)
        if sent is None or not sent.open or sent.member_ref != member_ref:
            raise errors.CodeExpired
        if sent.attempts_left == 0:
            raise errors.CodeBlocked
        if code != sent.code:
            sent.attempts_left -= 1
            return ChallengeResult(verified=False, attempts_left=sent.attempts_left, card_ref=None)
        sent.open = False
        return ChallengeResult(verified=True, attempts_left=None, card_ref=f"K{sent.kpj}")

    def _holder(self, kpj: str) -> FakePerson | None:
        return next((person for person in self.people if _find(person, kpj)), None)

    def _person(self, member_ref: str) -> FakePerson:
        for number, person in enumerate(self.people):
            if member_ref == f"M{number}" and member_ref not in self.revoked:
                return person
        raise errors.LinkExpired

    def _card(self, member_ref: str, kpj: str) -> FakeCard:
        card = _find(self._person(member_ref), kpj)
        if card is None:
            raise errors.Mismatch
        if card.failure is not None:
            raise card.failure
        if card.record.status is CardStatus.DIBLOKIR:
            raise errors.Blocked
        return card


def _find(person: FakePerson, kpj: str) -> FakeCard | None:
    return next((card for card in person.cards if card.record.kpj == kpj), None)


def _alike(record: str, given: str) -> bool:
    """Rough on purpose: the upstream's measure is its own, so no test may rely on a near miss."""
    ours, theirs = set(record.casefold().split()), set(given.casefold().split())
    return bool(ours & theirs)


def _no_match() -> MemberMatch:
    return MemberMatch(
        match_type=MatchType.NONE,
        member_ref=None,
        nik=Flag.UNCHECKED,
        name=Flag.UNCHECKED,
        birth_date=Flag.UNCHECKED,
        kpj=Flag.UNCHECKED,
        phone_matches=None,
        name_similarity=0,
    )
