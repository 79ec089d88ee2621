"""A card's statement as the upstream told it, by year and month, and whether its lines add up. Pure; no Django."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from uuid import UUID

from balances.reading import State

ZERO = Decimal("0.00")


@dataclass(frozen=True, kw_only=True)
class Year:
    """All seven sums in rupiah, or none and `unavailable_reason`."""

    year: int
    as_of: date  # of `closing`: the last of December, or the upstream's date within the year
    opening: Decimal | None
    worker: Decimal | None
    employer: Decimal | None
    returns: Decimal | None
    correction: Decimal | None
    claims: Decimal | None
    closing: Decimal | None
    rate_percent: Decimal | None
    rate_status: str  # BELUM_DITETAPKAN, TIDAK_DIBERIKAN; "" where the upstream says nothing
    final: bool
    published_on: date | None = None
    unavailable_reason: str = ""

    @property
    def known(self) -> bool:
        return self.closing is not None

    @property
    def paid_in(self) -> Decimal:
        """Both shares, in rupiah. Only of a known year."""
        return (self.worker or ZERO) + (self.employer or ZERO)


@dataclass(frozen=True, kw_only=True)
class Row:
    """One contribution. KOREKSI rows carry differences in every sum."""

    month: str  # YYYY-MM
    npp: str
    employer_name: str
    wage: Decimal | None
    worker: Decimal
    employer: Decimal
    back_pay: Decimal | None
    paid_on: date | None
    posted_on: date | None
    status: str

    @property
    def paid_in(self) -> Decimal:
        return self.worker + self.employer

    @property
    def unpaid(self) -> bool:
        """The zeros of such a row mean that nothing came."""
        return self.status == "BELUM_BAYAR"


@dataclass(frozen=True, kw_only=True)
class Job:
    npp: str
    employer_name: str
    segment: str
    started_on: date | None
    ended_on: date | None


class Kind(StrEnum):
    """Why the lines do not give the balance."""

    CONTRIBUTIONS = "contributions"  # the rows posted in a year are not the year's contributions
    CHAIN = "chain"  # a year does not begin where the one before ended
    BALANCE = "balance"  # the last year does not end at the balance


@dataclass(frozen=True, kw_only=True)
class Difference:
    kind: Kind
    year: int
    amount: Decimal  # rupiah: what the rows, the year or the balance has more
    as_of: date


def differences(
    years: Sequence[Year], rows: Iterable[Row], *, balance: Decimal | None, as_of: date | None
) -> tuple[Difference, ...]:
    """Every line that is off, oldest year first; empty: it adds up to the rupiah as far as it is known."""
    rows = list(rows)
    found = [one for year in years if year.known for one in _posted(year, rows)]
    found += [one for before, after in pairwise(years) for one in _chain(before, after)]
    if years and balance is not None and as_of is not None and years[-1].closing is not None:
        last = years[-1]
        found += _off(Kind.BALANCE, last, balance - (last.closing or ZERO), as_of)
    return tuple(sorted(found, key=lambda one: one.year))


def _posted(year: Year, rows: Sequence[Row]) -> list[Difference]:
    posted = sum((row.paid_in for row in rows if row.posted_on and row.posted_on.year == year.year), ZERO)
    worker = sum((row.worker for row in rows if row.posted_on and row.posted_on.year == year.year), ZERO)
    off = posted - year.paid_in or worker - (year.worker or ZERO)
    return _off(Kind.CONTRIBUTIONS, year, off, year.as_of)


def _chain(before: Year, after: Year) -> list[Difference]:
    if before.closing is None or after.opening is None or after.year - before.year != 1:
        return []
    return _off(Kind.CHAIN, after, after.opening - before.closing, before.as_of)


def _off(kind: Kind, year: Year, amount: Decimal, as_of: date) -> list[Difference]:
    return [Difference(kind=kind, year=year.year, amount=amount, as_of=as_of)] if amount else []


@dataclass(frozen=True, kw_only=True)
class StatementReading:
    """What every door is told of one card's statement. `years` ascend; `rows` and `jobs` are oldest first."""

    card_id: UUID
    last_four: str
    employer: str
    segment: str
    state: State
    reason: str  # why it is locked, or the upstream's reason for giving no amount; "" otherwise
    failure: str  # code of the last attempt when that failed; "" otherwise
    years: tuple[Year, ...]
    rows: tuple[Row, ...]
    jobs: tuple[Job, ...]
    amount: Decimal | None  # rupiah: the balance told with these years; None: merged, or a reason instead
    as_of: date | None
    fetched_at: datetime | None
    refreshing: bool
    held_back: bool
    next_try_at: datetime | None
    contributions_until: str  # YYYY-MM
    differences: tuple[Difference, ...]
    merged_into_last_four: str = ""
    merged_into: UUID | None = None  # that card, where it is the member's own and linked

    def rows_of(self, year: int) -> tuple[Row, ...]:
        """By contribution month."""
        return tuple(row for row in self.rows if row.month.startswith(f"{year:04d}-"))

    @property
    def awaiting(self) -> tuple[Row, ...]:
        """Received and not yet posted, so in no balance."""
        return tuple(row for row in self.rows if row.status == "DITERIMA")
