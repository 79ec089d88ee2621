"""Two upstreams with the same people, so that one set of contract tests runs over both: the fake and the sandbox."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Protocol

import httpx2

from providers.fake import FakeCard, FakePerson, FakeProvider
from providers.port import (
    AccountStatus,
    BalanceAnswer,
    CardRecord,
    CardStatus,
    ContactChannel,
    ContributionRecord,
    ContributionStatus,
    MemberMatch,
    Provider,
    Segment,
    UnavailableReason,
    YearRecord,
)


@dataclass(frozen=True)
class Identity:
    nik: str
    name: str
    birth_date: date
    phone: str
    kpjs: tuple[str, ...]


BUDI = Identity(
    "3173051207860012",
    "BUDI SANTOSA",
    date(1986, 7, 12),
    "+6282000110567",
    ("24011122201", "17033344402", "12055566603"),
)
WAYAN = Identity("5171010203900006", "I WAYAN SUDIANA", date(1990, 3, 2), "+6282000440890", ("20077788806",))
ACTIVE, INACTIVE, MERGED = BUDI.kpjs


class World(Protocol):
    provider: Provider

    def somebody(self, story: str) -> Identity:
        """Whose card is blocked (91), has no contact (98), is being calculated (99)."""

    def codes(self, kpj: str) -> list[str]:
        """Codes sent for this card, newest last."""

    def revoke(self, member_ref: str, kpj: str) -> None: ...

    def balance(self, kpj: str) -> Decimal:
        """The truth, from the upstream's own mouth."""


def verify(world: World, who: Identity, *, kpj: str | None = None, phone: str | None = None) -> MemberMatch:
    return world.provider.verify_member(
        nik=who.nik, name=who.name, birth_date=who.birth_date, kpj=kpj or who.kpjs[0], phone=phone
    )


def ref_of(world: World, who: Identity) -> str:
    match = verify(world, who)
    assert match.member_ref is not None
    return match.member_ref


class FakeWorld:
    def __init__(self) -> None:
        people = (BUDI, WAYAN, *(self.somebody(story) for story in ("91", "98", "99")))
        self.fake = FakeProvider(people=tuple(_person(identity) for identity in people))
        self.provider: Provider = self.fake

    def somebody(self, story: str) -> Identity:
        return Identity(f"31730101019000{story}", f"ORANG {story}", date(1990, 1, 1), "", (f"180000000{story}",))

    def codes(self, kpj: str) -> list[str]:
        return [code for card, code in self.fake.outbox if card == kpj]

    def revoke(self, member_ref: str, kpj: str) -> None:
        self.fake.revoked.add(member_ref)

    def balance(self, kpj: str) -> Decimal:
        return Decimal("600.00")


class SandboxWorld:
    """Looks into the sandbox through its own addresses, which are no part of the contract."""

    def __init__(self, *, http: httpx2.Client, provider: Provider) -> None:
        self._http, self.provider = http, provider

    def somebody(self, story: str) -> Identity:
        (person,) = self._get("people", count=1, seed="contract", story=story)
        return _identity(person, story)

    def codes(self, kpj: str) -> list[str]:
        return [sent["code"] for sent in reversed(self._get("outbox")) if sent["kpj"] == kpj]

    def revoke(self, member_ref: str, kpj: str) -> None:
        self._http.post("/sandbox/revoke", json={"kpj": kpj}).raise_for_status()

    def balance(self, kpj: str) -> Decimal:
        return Decimal(str(self._get("ledger", kpj=kpj)["balance"]))

    def _get(self, what: str, **parameters: Any) -> Any:
        return self._http.get(f"/sandbox/{what}", params=parameters).raise_for_status().json()


def _identity(person: dict[str, Any], story: str) -> Identity:
    kpjs = sorted(person["kpj"], key=lambda kpj: not kpj.endswith(story))
    born = date.fromisoformat(person["birth_date"])
    return Identity(person["nik"], person["name"], born, person["phone"] or "", tuple(kpjs))


def _person(identity: Identity) -> FakePerson:
    return FakePerson(
        nik=identity.nik,
        name=identity.name,
        birth_date=identity.birth_date,
        phone=identity.phone or None,
        contacts=() if identity.kpjs[0].endswith("98") else (ContactChannel.SMS,),
        cards=tuple(_card(kpj) for kpj in identity.kpjs),
    )


def _card(kpj: str) -> FakeCard:
    status = {MERGED: CardStatus.DIGABUNG, INACTIVE: CardStatus.NON_AKTIF}.get(kpj, CardStatus.AKTIF)
    status = CardStatus.DIBLOKIR if kpj.endswith("91") else status
    record = CardRecord(
        kpj=kpj,
        status=status,
        segment=Segment.PU,
        npp=None,
        employer_name="PT UJI",
        branch=None,
        joined_on=date(2024, 1, 1),
        inactive_since=None,
        merged_into_kpj=ACTIVE if kpj == MERGED else None,
        employments=(),
    )
    rows = tuple(_row(month) for month in ("2025-02", "2025-01", "2024-02", "2024-01"))
    years = (_year(2024, Decimal(0)), _year(2025, Decimal(300)))
    return FakeCard(record=record, balance=_balance(kpj), years=years, contributions=rows)


def _balance(kpj: str) -> BalanceAnswer:
    known = BalanceAnswer(
        amount=Decimal("600.00"),
        as_of=datetime(2025, 12, 31, 16, 59, 59, tzinfo=UTC),
        account_status=AccountStatus.ACTIVE,
        contributions_until="2025-12",
        returns_until="2025-12",
        rate_year=None,
        rate_percent=None,
        provisional=True,
        unavailable_reason=None,
        reference_no="R",
    )
    if not kpj.endswith("99"):
        return known
    return replace(known, amount=None, as_of=None, unavailable_reason=UnavailableReason.DIHITUNG)


def _year(year: int, opening: Decimal) -> YearRecord:
    return YearRecord(
        year=year,
        opening=opening,
        worker=Decimal(200),
        employer=Decimal(100),
        returns=Decimal(0),
        correction=Decimal(0),
        claims=Decimal(0),
        closing=opening + 300,
        rate_year=None,
        rate_percent=None,
        rate_status=None,
        final=True,
        published_on=None,
        unavailable_reason=None,
    )


def _row(month: str) -> ContributionRecord:
    year = int(month[:4])
    return ContributionRecord(
        row_id=month,
        month=month,
        npp=None,
        employer_name=None,
        wage=Decimal(5000),
        worker=Decimal(100),
        employer=Decimal(50),
        back_pay=Decimal(0),
        paid_on=date(year, 6, 1),
        posted_on=date(year, 6, 9),
        status=ContributionStatus.LUNAS,
    )
