"""Did my employer pay? Each month of each employment, judged so that nobody is accused wrongly. Pure; no Django.

A month is missing only when the upstream itself has looked past its due date plus the time that posting may take.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from balances.duedates import Calendar, Due, last_day, later
from balances.ledger import Job, Row, Year


class MonthState(StrEnum):
    PAID = "paid"
    LATE = "late"  # paid, after the due date
    PARTIAL = "partial"
    RECEIVED = "received"  # not yet posted, so in no balance
    AHEAD = "ahead"  # not due yet
    NOT_SEEN = "not_seen"  # due, but the upstream may still be posting
    MISSING = "missing"
    NONE = "none"  # nothing came and nothing had to: voluntary, self-paid, or not a whole month of work
    UNCLEAR = "unclear"  # a status that we do not know


@dataclass(frozen=True, kw_only=True)
class Seen:
    """How far the upstream has looked, and how patient we are."""

    until: date | None  # None: it does not say, so nothing is ever missing
    today: date
    lag: timedelta
    calendar: Calendar


@dataclass(frozen=True, kw_only=True)
class Month:
    month: str  # YYYY-MM
    state: MonthState
    due: date | None
    rows: tuple[Row, ...]
    wage_fell: bool = False

    @property
    def back_pay(self) -> bool:
        return any(row.back_pay for row in self.rows)

    @property
    def corrected(self) -> bool:
        return any(row.status == "KOREKSI" for row in self.rows)


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """One employment with all its months, oldest first."""

    job: Job
    months: tuple[Month, ...]

    def of(self, *states: MonthState) -> list[str]:
        return [one.month for one in self.months if one.state in states]

    def in_year(self, year: int) -> list[Month | None]:
        """Twelve of them, None outside the employment; or nothing where the employment lies in other years."""
        known = {one.month: one for one in self.months}
        twelve = [known.get(f"{year:04d}-{number:02d}") for number in range(1, 13)]
        return twelve if any(twelve) else []


def years_of(stretches: Iterable[Stretch], *states: MonthState) -> set[int]:
    """The years that hold a month in one of these states; of any month where none is named."""
    months = (one for stretch in stretches for one in stretch.months if not states or one.state in states)
    return {int(one.month[:4]) for one in months}


def seen_until(*, as_of: date | None, contributions_until: str, years: Iterable[Year]) -> date | None:
    """The last day up to which the upstream has looked: its as-of, its `iuranSampai`, or a year it calls final."""
    days = [as_of] if as_of else []
    if contributions_until:
        days.append(last_day(contributions_until))
    days += [date(year.year, 12, 31) for year in years if year.final and year.known]
    return max(days, default=None)


def stretches(jobs: Sequence[Job], rows: Sequence[Row], seen: Seen) -> list[Stretch]:
    """Every employment told (J2), and rows of employers who are not in that list, from whom nothing is expected."""
    mine: dict[Job, list[Row]] = {job: [] for job in jobs}
    for row in rows:
        mine.setdefault(_job_of(row, jobs), []).append(row)
    return [Stretch(job=job, months=tuple(_months(job, found, seen))) for job, found in mine.items()]


def _job_of(row: Row, jobs: Sequence[Job]) -> Job:
    """The employment at this employer that holds the month, else the nearest one, else one of its own."""
    same = [job for job in jobs if job.npp == row.npp]
    if same:
        return min(same, key=lambda job: _distance(job, row.month))
    return Job(npp=row.npp, employer_name=row.employer_name, segment="", started_on=None, ended_on=None)


def _distance(job: Job, month: str) -> int:
    first, last = date.fromisoformat(f"{month}-01"), last_day(month)
    if job.started_on and last < job.started_on:
        return (job.started_on - last).days
    return (first - job.ended_on).days if job.ended_on and first > job.ended_on else 0


def _months(job: Job, rows: Sequence[Row], seen: Seen) -> Iterator[Month]:
    wage = None
    for month in _span(job, rows, seen):
        here = tuple(row for row in rows if row.month == month)
        due = seen.calendar.due(job.segment, month)
        said = max((row.wage for row in here if row.wage is not None and row.status != "KOREKSI"), default=None)
        yield Month(
            month=month,
            state=_state(job, month, here, due, seen),
            due=due.day if due else None,
            rows=here,
            wage_fell=said is not None and wage is not None and said < wage,
        )
        wage = wage if said is None else said


def _span(job: Job, rows: Sequence[Row], seen: Seen) -> list[str]:
    told = {row.month for row in rows}
    if job.started_on is None:
        return sorted(told)
    end = min(job.ended_on, seen.today) if job.ended_on else seen.today
    month, last = f"{job.started_on:%Y-%m}", f"{end:%Y-%m}"
    while month <= last:
        told.add(month)
        month = later(month, 1)
    return sorted(told)


def _state(job: Job, month: str, rows: Sequence[Row], due: Due | None, seen: Seen) -> MonthState:
    statuses = {row.status for row in rows if row.status != "KOREKSI"}
    if "LUNAS" in statuses:
        paid = [row.paid_on for row in rows if row.status == "LUNAS" and row.paid_on]
        return MonthState.LATE if due and paid and max(paid) > due.late_after else MonthState.PAID
    if "DITERIMA" in statuses:
        return MonthState.RECEIVED
    if "SEBAGIAN" in statuses:
        return MonthState.PARTIAL
    if statuses - {"BELUM_BAYAR"}:
        return MonthState.UNCLEAR
    if sum(row.paid_in for row in rows) > 0:  # a correction put it there
        return MonthState.PAID
    return _nothing(job, month, due, seen)


def _nothing(job: Job, month: str, due: Due | None, seen: Seen) -> MonthState:
    if due is None or not _whole(job, month):
        return MonthState.NONE
    if due.day >= seen.today:
        return MonthState.AHEAD
    if seen.until is None or seen.until <= due.late_after + seen.lag:
        return MonthState.NOT_SEEN
    return MonthState.NONE if job.segment == "BPU" else MonthState.MISSING


def _whole(job: Job, month: str) -> bool:
    """Of a month only partly worked nobody outside can say whether a contribution was due."""
    first, last = date.fromisoformat(f"{month}-01"), last_day(month)
    began = job.started_on is not None and job.started_on <= first
    return began and (job.ended_on is None or job.ended_on >= last)
