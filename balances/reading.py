"""What every door is told about one card: page, SMS, admin, JSON and PDF get this and nothing else. Pure; no Django."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID


class State(StrEnum):
    """The states of a card's balance, in the order in which the first that fits is taken."""

    LOCKED = "locked"
    MERGED = "merged"
    CLAIMED = "claimed"
    PENDING = "pending"
    UNAVAILABLE = "unavailable"
    ERROR = "error"
    STALE = "stale"
    FRESH = "fresh"


@dataclass(frozen=True, kw_only=True)
class Reading:
    card_id: UUID
    last_four: str
    employer: str
    segment: str
    state: State
    reason: str  # why it is locked, or the upstream's reason for giving no amount; "" otherwise
    failure: str  # code of the last attempt when that failed; "" otherwise
    amount: Decimal | None  # rupiah; None: not shown or not known, never zero
    as_of: date | None  # the upstream's date in Jakarta; present whenever an amount is
    fetched_at: datetime | None  # our last good answer
    refreshing: bool  # a worker is asking right now, or will as soon as it may
    held_back: bool  # our own limit or brake makes that asking wait
    next_try_at: datetime | None  # when we ask again by ourselves, where that is worth saying
    can_refresh_at: datetime | None  # None: the member may press "Perbarui" now
    merged_into_last_four: str = ""
    merged_into: UUID | None = None  # that card, where it is the member's own and linked
    contributions_until: str = ""  # YYYY-MM
    provisional: bool = False
    loud: bool = False  # the amount is older than the loud-notice limit

    def __post_init__(self) -> None:
        if self.amount is not None and self.as_of is None:
            raise ValueError("an amount never stands without its date")

    @property
    def exact_amount(self) -> str:
        """For programs: "1234567.00", whatever the language of the page."""
        return "" if self.amount is None else f"{self.amount:.2f}"

    @property
    def offers_refresh(self) -> bool:
        return self.state not in {State.LOCKED, State.MERGED}


@dataclass(frozen=True, kw_only=True)
class Total:
    """A sum over at least two cards, with everything one must know not to misread it."""

    amount: Decimal  # rupiah
    counted: int  # cards in the sum, a claimed one with its true zero included
    dates: tuple[date, ...]  # the different dates of the amounts, oldest first
    left_out: tuple[tuple[State, int], ...]  # cards without an amount: their state and how many

    @property
    def exact_amount(self) -> str:
        return f"{self.amount:.2f}"

    @property
    def dates_differ(self) -> bool:
        return len(self.dates) > 1
