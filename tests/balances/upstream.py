"""Cards linked to the sandbox upstream as accounts would, and an upstream in memory that says what a test wants."""

from collections import Counter
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from accounts.models import Card, User
from providers.factory import get_provider
from providers.port import AccountStatus, BalanceAnswer, CardRecord, CardStatus, Segment, UnavailableReason
from tests.factories import make_card


def link_sandbox_card(member: User, kpj: str, sandbox: Any) -> Card:
    """J1 with the holder's own data gives the reference; the code check is accounts' business."""
    [person] = sandbox._get("people", kpj=kpj)
    match = get_provider().verify_member(
        nik=person["nik"], name=person["name"], birth_date=date.fromisoformat(person["birth_date"]), kpj=kpj
    )
    card = make_card(member, kpj)
    card.member_ref = match.member_ref or ""
    card.save()
    return card


def balance_calls(sandbox: Any, kpj: str) -> int:
    """How many balance inquiries the upstream saw for this card, refused and faulted ones included."""
    return sum(one["count"] for one in sandbox.calls() if (one["operation"], one["kpj"]) == ("11", kpj))


def answer(amount: str | None = "1234567.00", as_of: datetime | None = None, **fields: Any) -> BalanceAnswer:
    """An active card's balance of 19 days ago, unless told otherwise."""
    known: dict[str, Any] = {
        "amount": None if amount is None else Decimal(amount),
        "as_of": None if amount is None else as_of or timezone.now() - timedelta(days=19),
        "account_status": None if amount is None else AccountStatus.ACTIVE,
        "contributions_until": "2026-10",
        "returns_until": "2026-09",
        "rate_year": 2025,
        "rate_percent": Decimal("5.70"),
        "provisional": True,
        "unavailable_reason": None if amount is not None else UnavailableReason.DIHITUNG,
        "reference_no": "R-1",
    }
    return BalanceAnswer(**known | fields)


def record(kpj: str, **fields: Any) -> CardRecord:
    known: dict[str, Any] = {
        "kpj": kpj,
        "status": CardStatus.AKTIF,
        "segment": Segment.PU,
        "npp": None,
        "employer_name": "PT Contoh Makmur",
        "branch": None,
        "joined_on": None,
        "inactive_since": None,
        "merged_into_kpj": None,
        "employments": (),
    }
    return CardRecord(**known | fields)


class ScriptedUpstream:
    """Answers each call with the next of `script`, the last one for ever; an exception is raised, a callable called."""

    def __init__(self, *script: Any, cards: Any = ()) -> None:
        self.script, self.cards, self.calls = list(script), cards, Counter[str]()

    def fetch_balance(self, *, kpj: str, member_ref: str) -> BalanceAnswer:
        self.calls["fetch_balance"] += 1
        said = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        said = said() if callable(said) and not isinstance(said, type) else said
        if isinstance(said, BaseException) or (isinstance(said, type) and issubclass(said, BaseException)):
            raise said
        return said  # type: ignore[no-any-return]

    def list_cards(self, *, member_ref: str) -> tuple[CardRecord, ...]:
        self.calls["list_cards"] += 1
        if isinstance(self.cards, BaseException):
            raise self.cards
        return tuple(self.cards)
