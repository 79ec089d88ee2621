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
    reason: str  # a code that wording.py knows, "" when there is nothing to explain
    amount: Decimal | None  # rupiah; None: not shown or not known, never zero
    as_of: date | None  # the upstream's date in Jakarta; present whenever an amount is
    fetched_at: datetime | None  # our last good answer
    refreshing: bool  # a worker is asking right now
    next_try_at: datetime | None  # when we ask again by ourselves, where that is worth saying
    can_refresh_at: datetime | None  # None: the member may press "Perbarui" now
    merged_into_last_four: str = ""
    provisional: bool = False
    loud: bool = False  # the amount is older than the loud-notice limit

    def __post_init__(self) -> None:
        if self.amount is not None and self.as_of is None:
            raise ValueError("an amount never stands without its date")
