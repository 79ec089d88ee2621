"""Anything in any order: linking, codes, staff, disputes, locks, "Bukan saya", refreshes, crashes, late answers.

After every step the invariants of linking hold: what is shown was proved and was said by the upstream for this card
(I1), its date never goes back (I2), what is let go or closed shows nothing (I3), nothing accepted is lost (I4), and the
upstream is asked no more than was allowed (I5).
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from accounts import audit, selectors
from accounts.models import Card, LinkRequest, OfferedCard, User
from accounts.services import (
    cards,
    export,
    limits,
    linking,
    linking_decision,
    linking_steps,
    locks,
    not_me,
    offers,
    privacy,
)
from accounts.services.linking_decision import CannotDecide
from accounts.services.not_me_tokens import Purpose, make
from balances import selectors as balances
from balances.models import Balance
from balances.services import claim_fetch, refresh_balance
from providers import errors, factory
from providers.fake import FakeProvider
from providers.port import AccountStatus, BalanceAnswer
from tests.accounts.conftest import person, record
from tests.factories import make_member

WEB = audit.Source(door="web")
FIRST, SECOND, NO_CONTACT = "25000000101", "18000000202", "25000000498"
PEOPLE = {
    FIRST: ("3171011708450001", "BUDI UJI", date(1945, 8, 17)),
    SECOND: ("3171011708450001", "BUDI UJI", date(1945, 8, 17)),
    NO_CONTACT: ("3171011708450003", "TANPA KONTAK", date(1945, 8, 17)),
}
State = LinkRequest.State
who, which = st.sampled_from([0, 0, 1, 1, 2]), st.sampled_from([FIRST, FIRST, SECOND, NO_CONTACT])
how = st.sampled_from(["well", "crash", "late", "fails"])


class Crash(BaseException):
    """The worker is killed where it stands."""


class Upstream(FakeProvider):
    """Remembers all it said about balances. `meanwhile` happens between its answer and whoever hears it."""

    def __init__(self) -> None:
        super().__init__(
            people=(
                person(*PEOPLE[FIRST], record(FIRST), record(SECOND)),
                person(*PEOPLE[NO_CONTACT], record(NO_CONTACT), contacts=()),
            )
        )
        self.said: dict[str, set[tuple[Decimal, datetime]]] = defaultdict(set)
        self.verified: list[str] = []
        self.balance_calls: Counter[str] = Counter()
        self.meanwhile: Callable[[], None] = lambda: None
        self._clock = 0

    def fetch_balance(self, *, kpj: str, member_ref: str) -> BalanceAnswer:
        self._card(member_ref, kpj)
        self.balance_calls[kpj] += 1
        self._clock += 1
        amount = Decimal(int(kpj[-3:])) * 1000 + self._clock
        as_of = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=self._clock)
        self.said[kpj].add((amount, as_of))
        answer = BalanceAnswer(
            amount=amount, as_of=as_of, account_status=AccountStatus.ACTIVE, contributions_until=None,
            returns_until=None, rate_year=None, rate_percent=None, provisional=True, unavailable_reason=None,
            reference_no="r",
        )  # fmt: skip
        self.meanwhile()
        return answer

    def verify_member(self, **asked: Any) -> Any:
        answer = super().verify_member(**asked)
        self.meanwhile()
        return answer

    def send_challenge(self, **asked: Any) -> Any:
        answer = super().send_challenge(**asked)
        self.meanwhile()
        return answer

    def verify_challenge(self, **asked: Any) -> Any:
        answer = super().verify_challenge(**asked)
        if answer.verified:
            self.verified.append(self._challenges[asked["challenge_ref"]].kpj)
        self.meanwhile()
        return answer

    def list_cards(self, **asked: Any) -> Any:
        answer = super().list_cards(**asked)
        self.meanwhile()
        return answer


class Linking(RuleBasedStateMachine):
    """Three accounts, two of them after the same person's cards, and two members of staff."""

    def __init__(self) -> None:
        super().__init__()
        self.undone = transaction.atomic()
        self.undone.__enter__()
        self.upstream = Upstream()
        self.override = factory.override(self.upstream)
        self.override.__enter__()
        self.members = [make_member() for _ in range(3)]
        self.staff = [make_member(is_staff=True) for _ in range(2)]
        self.proved: set[tuple[int, str]] = set()
        self.newest: dict[int, datetime] = {}
        self.claims: Counter[str] = Counter()

    @initialize()
    def somebody_has_two_cards(self) -> None:
        self.ask(0, FIRST)
        self._work_all()
        self.type_code(0, FIRST, right=True)
        self._work_all()
        self.take_offers(0)
        self.refresh("well", 0, FIRST)
        assert balances.readings_for(self.members[0])[0].amount is not None

    def teardown(self) -> None:
        self.override.__exit__(None, None, None)
        transaction.set_rollback(True)
        self.undone.__exit__(None, None, None)

    # What members do

    @rule(who=who, kpj=which)
    def ask(self, who: int, kpj: str) -> None:
        nik, name, born = PEOPLE[kpj]
        with suppress(limits.NotNow, linking.AlreadyLinked, linking.AlreadyAsked):
            linking.request_link(
                member=self.members[who], kpj=kpj, nik=nik, name=name, birth_date=born, source=WEB
            )  # fmt: skip

    @rule(who=who, kpj=which, right=st.booleans())
    def type_code(self, who: int, kpj: str, right: bool) -> None:
        row = self._request(who, kpj)
        codes = [code for sent_to, code in self.upstream.outbox if sent_to == kpj]
        if row and codes:
            with suppress(limits.NotNow):
                code = codes[-1] if right else "999999"
                linking.submit_code(member=self.members[who], public_id=row.public_id, code=code, source=WEB)

    @rule(who=who, kpj=which)
    def cancel_or_ask_staff(self, who: int, kpj: str) -> None:
        row = self._request(who, kpj)
        if row:
            verb = linking.ask_staff if row.state == State.CODE_SENT else linking.cancel_link
            verb(member=self.members[who], public_id=row.public_id, source=WEB)

    @rule(who=who)
    def take_offers(self, who: int) -> None:
        for offer in OfferedCard.objects.filter(member=self.members[who]):
            with suppress(limits.NotNow):
                offers.link_offer(member=self.members[who], offer_id=offer.public_id, source=WEB)

    @rule(who=who, kpj=which)
    def unlink(self, who: int, kpj: str) -> None:
        card = self._card(who, kpj)
        if card:
            with suppress(cards.InDispute, cards.Locked):
                cards.unlink(card=card, source=WEB)

    @rule(who=who, kpj=which, verb=st.sampled_from([locks.lock_card, locks.open_card, locks.keep_card]))
    def lock(self, who: int, kpj: str, verb: Any) -> None:
        card = self._card(who, kpj)
        if card:
            with suppress(limits.NotNow):
                verb(member=self.members[who], public_id=card.public_id, source=WEB)

    @rule(who=who, verb=st.sampled_from([locks.lock_account, locks.open_account, locks.keep_account]))
    def lock_account(self, who: int, verb: Any) -> None:
        with suppress(limits.NotNow):
            verb(member=self.members[who], source=WEB)

    @rule(who=who, kpj=which, purpose=st.sampled_from([Purpose.CARD, Purpose.REQUEST, Purpose.ACCOUNT]))
    def not_me(self, who: int, kpj: str, purpose: Purpose) -> None:
        row: Any = {
            Purpose.CARD: self._card(who, kpj),
            Purpose.REQUEST: self._request(who, kpj),
            Purpose.ACCOUNT: self.members[who],
        }[purpose]
        if row:
            token = make(purpose, row.public_id)
            assert not_me.press(token=token, source=WEB)
            assert not_me.press(token=token, source=WEB)

    @rule(who=who)
    def take_consent_back(self, who: int) -> None:
        """It lets go what is the member's own to let go, and neither what staff look into nor what is locked."""
        kept = Card.objects.filter(member=self.members[who], state=Card.State.FROZEN).exclude(
            frozen_because="outranked"
        )
        before = set(kept.values_list("pk", "frozen_because"))
        with suppress(cards.Locked):
            privacy.withdraw(member=self.members[who], source=WEB)
        assert set(kept.values_list("pk", "frozen_because")) == before
        privacy.agree(member=self.members[who], source=WEB)

    # What staff do

    @rule(who=who, kpj=which, approves=st.booleans(), one=st.integers(0, 1))
    def decide(self, who: int, kpj: str, approves: bool, one: int) -> None:
        staff, row, card = self.staff[one], self._request(who, kpj), self._card(who, kpj)
        source = audit.Source(door="admin", actor=staff)
        with suppress(CannotDecide):
            if row:
                linking_decision.decide_link(
                    link_request=row, staff=staff, approves=approves, reason="dilihat", source=source
                )
            elif card and approves:
                linking_decision.open_reported(card=card, staff=staff, reason="dilihat", source=source)
            elif card and card.reported_at:
                cards.unlink(card=card, source=source, reason="dilihat")

    # What workers and time do

    @rule(how=how, who=who, kpj=which)
    def work(self, how: str, who: int, kpj: str) -> None:
        """One step of one request that is due; in the middle of it the worker dies, or a member changes their mind."""
        row = LinkRequest.objects.filter(fetch_started_at__isnull=False).order_by("pk").first()
        if row and row.fetch_started_at:
            with self._goes(how, who, kpj):
                linking_steps.advance_link(public_id=row.public_id, token=row.fetch_started_at)
        self._learn()

    @rule(how=how, who=who, kpj=which)
    def refresh(self, how: str, who: int, kpj: str) -> None:
        card = self._card(who, kpj)
        if card is None:
            return
        Balance.objects.filter(pk=card.pk, fetch_started_at=None).update(next_fetch_at=timezone.now())
        if claim_fetch(card):
            self.claims[kpj] += 1
            with self._goes(how, who, kpj):
                refresh_balance(card_id=card.public_id, token=card.balance.fetch_started_at)

    @rule()
    def leases_run_out(self) -> None:
        LinkRequest.objects.filter(next_fetch_at__isnull=False).update(next_fetch_at=timezone.now())
        Balance.objects.filter(fetch_started_at__isnull=False).update(next_fetch_at=timezone.now())
        linking.ring_due_links()
        for balance in Balance.objects.abandoned().select_related("card"):
            token = Balance.objects.fetchable().claim(balance.pk)
            if token:
                self.claims[balance.card.kpj] += 1
                refresh_balance(card_id=balance.card.public_id, token=token)

    @rule()
    def twelve_hours_pass(self) -> None:
        Card.objects.filter(unlock_at__isnull=False).update(unlock_at=timezone.now())
        User.objects.filter(unlock_at__isnull=False).update(unlock_at=timezone.now())
        locks.end_due()

    # What must hold

    @invariant()
    def shown_is_proved_and_true(self) -> None:
        """I1, I2 and I3."""
        for member in self.members:
            for card in balances.cards_of(member):
                reading = balances.reading_of(card)
                if reading.amount is None:
                    continue
                assert card.state == Card.State.ACTIVE
                as_of = card.balance.as_of
                assert as_of
                assert reading.as_of == timezone.localdate(as_of)
                assert (reading.amount, as_of) in self.upstream.said[card.kpj]
                assert as_of >= self.newest.get(card.pk, as_of)
                self.newest[card.pk] = as_of

    @invariant()
    def an_open_card_was_proved(self) -> None:
        for card in Card.objects.filter(state=Card.State.ACTIVE).select_related("proved_by", "member"):
            closed_by = (card.locked_at, card.reported_at, card.member.locked_at)
            assert not any(closed_by)
            proof = card.proved_by or card
            if card.proved_by:
                assert proof.state == Card.State.ACTIVE or proof.frozen_because == "owner"
            approved = LinkRequest.objects.filter(card=proof, decisions__approves=True).values("decisions__staff")
            by_staff = proof.proof == Card.Proof.STAFF and approved.distinct().count() == 2
            assert (proof.member_id, proof.kpj) in self.proved or by_staff

    @invariant()
    def a_file_tells_no_more_than_a_page(self) -> None:
        [held] = [one for one in export.HELD if one.model is Balance]
        for member in self.members:
            told = {one.card_id for one in held.rows(member)}
            assert not Card.objects.filter(pk__in=told).exclude(state=Card.State.ACTIVE).exists()

    @invariant()
    def one_holder_a_card_and_nothing_of_what_was_let_go(self) -> None:
        holding = Card.objects.filter(state__in=selectors.VISIBLE).exclude(frozen_because="outranked")
        assert max(Counter(bytes(one.kpj_index) for one in holding).values(), default=0) <= 1
        gone = Card.objects.filter(state=Card.State.UNLINKED)
        assert not Balance.objects.filter(card__in=gone).exists()
        assert not any(one.kpj_sealed or one.member_ref_sealed for one in gone)
        for card in Card.objects.filter(frozen_because="disputed"):
            about = LinkRequest.objects.open().filter(contested_card__in=(card.pk, card.proved_by_id))
            assert about.exists(), "closed for a dispute that nobody decides"

    @invariant()
    def nothing_accepted_is_lost(self) -> None:
        """I4: whatever is not a person's turn has its place in the schedule."""
        for row in LinkRequest.objects.open():
            assert (row.next_fetch_at is not None) == (row.state in LinkRequest.WORKER_STATES)
            assert row.kpj
            assert row.nik_sealed or row.card_ref or row.state == State.DISPUTED
        assert not LinkRequest.objects.filter(ended_at__isnull=False).exclude(nik_sealed="", kpj_sealed="").exists()

    @invariant()
    def the_upstream_is_asked_within_bounds(self) -> None:
        """I5."""
        for kpj, calls in self.upstream.balance_calls.items():
            assert calls <= self.claims[kpj]
        for sent in Counter(kpj for kpj, _code in self.upstream.outbox).values():
            assert sent <= limits.CODES_A_DAY + len(self.members)

    # Hands

    def _request(self, who: int, kpj: str) -> LinkRequest | None:
        rows = LinkRequest.objects.open().filter(member=self.members[who], kpj_last4=kpj[-4:])
        return rows.select_related("member").first()

    def _card(self, who: int, kpj: str) -> Card | None:
        mine = selectors.cards_visible_to(self.members[who]).filter(kpj_last4=kpj[-4:])
        return mine.select_related("member", "balance").order_by("-pk").first()

    def _work_all(self) -> None:
        for _ in range(6):
            self.work("well", 0, FIRST)

    def _learn(self) -> None:
        """Whoever is linked or in a dispute by a code of theirs has proved the card; who let it go proves it anew."""
        linked = Card.objects.filter(state__in=selectors.VISIBLE).exclude(card_ref="")
        asked = LinkRequest.objects.open().exclude(card_ref="")
        now = {(row.member_id, row.kpj) for row in [*linked, *asked]}
        assert all(kpj in self.upstream.verified for _member, kpj in now - self.proved)
        self.proved = now

    @contextmanager
    def _goes(self, how: str, who: int, kpj: str) -> Iterator[None]:
        def crash() -> None:
            raise Crash

        def fail() -> None:
            raise errors.Unavailable

        changes_mind = [self.unlink, self.cancel_or_ask_staff, lambda *one: self.lock(*one, locks.lock_card)]
        mind = changes_mind[(who + len(kpj) + self.upstream._clock) % 3]
        hooks = {"crash": crash, "fails": fail, "late": lambda: mind(who, kpj)}
        self.upstream.meanwhile = once(hooks.get(how, lambda: None), self)
        try:
            with suppress(Crash):
                yield
        finally:
            self.upstream.meanwhile = lambda: None


def once(act: Callable[[], None], machine: Linking) -> Callable[[], None]:
    def first() -> None:
        machine.upstream.meanwhile = lambda: None
        act()

    return first


def run(examples: int, steps: int) -> None:
    """A short run is the same every time and does not shrink what it finds; a long one looks for something new."""
    short = examples < 50
    phases = (Phase.generate,) if short else (Phase.generate, Phase.shrink)
    run_state_machine_as_test(
        Linking,
        settings=settings(
            max_examples=examples, stateful_step_count=steps, deadline=None, database=None, derandomize=short,
            suppress_health_check=list(HealthCheck), phases=phases,
        ),
    )  # fmt: skip


@pytest.mark.asvs("V2.3.1")
@pytest.mark.django_db
def test_whatever_happens_the_invariants_of_linking_hold():
    run(examples=8, steps=20)


@pytest.mark.django_db
@pytest.mark.heavy
def test_whatever_happens_for_long_the_invariants_of_linking_hold():
    run(examples=400, steps=60)
