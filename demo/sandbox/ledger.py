"""The ledger engine: months, years and balance of a card as known on a day, in whole rupiah. Pure, no storage.

The accrual rule is the sandbox's own (README.md, "How the figures come about"); the agency's is not public.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from hashlib import blake2b

from demo.sandbox import rates
from demo.sandbox.cards import CLAIMED, MERGED, Card, Closing, Job, card_of, merged_into
from demo.sandbox.draw import Draw
from demo.sandbox.month import Month, first_day, label, last_day, month, month_of, number_of, year_of

MERGED_IN, PARTLY_CLAIMED = "GABUNGAN_MASUK", "DIKLAIM_SEBAGIAN"


@dataclass(frozen=True, slots=True)
class Row:
    """One contribution row of one month and employer. Sums in rupiah; both dates None while unpaid."""

    row_id: str
    at: Month
    job: Job
    wage: int
    back_pay: int
    worker: int
    employer: int
    paid: date | None
    posted: date | None
    status: str

    @property
    def contribution(self) -> int:
        return self.worker + self.employer


@dataclass(frozen=True, slots=True)
class Year:
    """One year of the account; the present one ends at the month asked for. Sums in rupiah."""

    year: int
    opening: int
    worker: int
    employer: int
    earned: int
    adjusted: int
    claimed: int
    closing: int
    rate: rates.ReturnRate | None
    rate_status: str | None
    final: bool


@dataclass(frozen=True)
class Event:
    """A sum that is no contribution: a claim (negative) or a merge, out (negative) or in."""

    kind: str
    at: Month
    amount: int


@dataclass(frozen=True)
class Account:
    """What stands in the account at the end of a month."""

    years: tuple[Year, ...]
    events: tuple[Event, ...]

    @property
    def balance(self) -> int:
        return self.years[-1].closing if self.years else 0


def as_of(today: date) -> Month:
    """Balances are told as of the end of the month before."""
    return month_of(today) - 1


def closed(card: Card, at: Month) -> str | None:
    """`DIKLAIM` or `DIGABUNG` once that has happened."""
    return card.closing.kind if card.closing and card.closing.at <= at else None


# Months ---------------------------------------------------------------------------------------------------------------


def wage_of(job: Job, at: Month, kpj: str) -> int:
    """Wages rise each January by 3 to 8 %, to the rupiah; BPU and PMI sums stay."""
    if job.segment != "PU":
        return job.wage
    wage = job.wage
    for year in range(year_of(job.start) + 1, year_of(at) + 1):
        wage += wage * _rise(kpj, year) // 1000
    return wage


@lru_cache(maxsize=256)
def _rise(kpj: str, year: int) -> int:
    """Thousandths."""
    return Draw("rise", kpj, year).between(30, 80)


def parts(job: Job, wage: int, at: Month) -> tuple[int, int]:
    """Worker's and employer's part of a wage, each with its fraction of a rupiah dropped (towards zero)."""
    if job.segment == "PMI":
        return wage, 0
    rate = rates.contribution_rate(job.segment, first_day(at))
    sign = -1 if wage < 0 else 1
    return sign * (abs(wage) * rate.worker // 1000), sign * (abs(wage) * rate.employer // 1000)


def _row_id(kpj: str, number: int, at: Month, kind: str) -> str:
    return blake2b(f"{kpj}|{number}|{at}|{kind}".encode(), digest_size=12).hexdigest()


def _plan(card: Card, number: int, job: Job, at: Month) -> Iterator[Row]:
    """The rows of one month as they end up one day, whatever is known yet."""
    quirk = card.quirk(at, number)
    draw = Draw("dates", card.kpj, number, at)
    wage = wage_of(job, at, card.kpj)
    back_pay = quirk.back_pay if job.segment == "PU" else 0
    worker, employer = parts(job, wage + back_pay, at)
    late = 0 if job.segment != "PU" else quirk.months_late
    paid = first_day(at + (1 if job.segment == "PU" else 0) + late) + timedelta(days=draw.between(2, 14))
    posted = paid + timedelta(days=draw.between(2, 18))
    status = "LUNAS"
    if quirk.half_paid:
        worker, employer, status = worker // 2, employer // 2, "SEBAGIAN"
    if quirk.missing or (_merged(card) and month_of(posted) > _merged(card)):
        yield Row(_row_id(card.kpj, number, at, "iuran"), at, job, wage, 0, 0, 0, None, None, "BELUM_BAYAR")
        return
    yield Row(_row_id(card.kpj, number, at, "iuran"), at, job, wage, back_pay, worker, employer, paid, posted, status)
    yield from _correction(card, number, job, at, posted)


def _merged(card: Card) -> Month:
    return card.closing.at if card.closing and card.closing.kind == MERGED else 0


def _correction(card: Card, number: int, job: Job, at: Month, posted: date) -> Iterator[Row]:
    """A wage told wrongly is put right two months later: deltas in every sum."""
    when, quirk = posted + timedelta(days=60), card.quirk(at, number)
    if not quirk.correction or job.segment != "PU" or (card.closing and month_of(when) > card.closing.at):
        return
    worker, employer = parts(job, quirk.correction, at)
    row_id = _row_id(card.kpj, number, at, "koreksi")
    yield Row(row_id, at, job, quirk.correction, 0, worker, employer, when - timedelta(days=5), when, "KOREKSI")


def _known(row: Row, today: date, at: Month) -> Row | None:
    """The row as the upstream tells it today, or None while there is nothing to tell."""
    is_posted = row.posted is not None and month_of(row.posted) <= at
    if row.status == "KOREKSI" or is_posted:
        return row if is_posted else None
    if row.paid and row.paid <= today:
        return replace(row, posted=None, status="DITERIMA")
    due = first_day(row.at + (1 if row.job.segment == "PU" else 0)) + timedelta(days=14)
    if today <= due:
        return None
    return replace(row, worker=0, employer=0, back_pay=0, paid=None, posted=None, status="BELUM_BAYAR")


@lru_cache(maxsize=256)
def rows(kpj: str, today: date, at: Month | None = None) -> tuple[Row, ...]:
    """Every contribution row known on a day, oldest first."""
    card, at = card_of(kpj), as_of(today) if at is None else at
    present = month_of(today)
    planned = (
        row
        for number, job in enumerate(card.jobs)
        for when in range(job.start, min(present, job.end if job.end is not None else present) + 1)
        for row in _plan(card, number, job, when)
    )
    known = (_known(row, today, at) for row in planned)
    return tuple(sorted((row for row in known if row), key=lambda row: row.at))


def _posted(kpj: str, at: Month) -> list[Row]:
    """What stands in the account at the end of a month; nothing posted by then is learnt of later."""
    return [row for row in rows(kpj, last_day(at), at) if row.posted]


# Years ----------------------------------------------------------------------------------------------------------------


def earned(opening: int, flows: Mapping[Month, int], until: Month, rate: rates.ReturnRate) -> int:
    """Simple return inside a year: the opening sum for every month, a flow from the month after it was booked.

    The fraction of a rupiah is dropped once, at the end.
    """
    base = opening * number_of(until) + sum(amount * (until - at) for at, amount in flows.items() if at <= until)
    return base * rate.basis_points // 120_000


@lru_cache(maxsize=4096)
def account(kpj: str, at: Month) -> Account:
    """Years and events of a card at the end of a month; no years before its first one."""
    card = card_of(kpj)
    if at < card.start:
        return Account((), ())
    posted = _posted(kpj, at)
    events = [*_merges_in(card, at), *_partial_claim(card, at)]
    years: list[Year] = []
    last = _merged(card) if closed(card, at) == MERGED else at
    for number in range(year_of(card.start), year_of(last) + 1):
        opening = years[-1].closing if years else 0
        year, closing = _year(card, number, opening=opening, posted=posted, events=events, at=at)
        years.append(year)
        events += closing
    return Account(tuple(years), tuple(sorted(events, key=lambda event: event.at)))


def _merges_in(card: Card, at: Month) -> Iterator[Event]:
    for source in merged_into(card.kpj):
        if source.closing and source.closing.at <= at:
            yield Event(MERGED_IN, source.closing.at, -account(source.kpj, source.closing.at).events[-1].amount)


def _partial_claim(card: Card, at: Month) -> Iterator[Event]:
    """A share of the balance at the end of the month before, as it was told then."""
    if card.partial_claim and card.partial_claim[0] <= at:
        when, percent = card.partial_claim
        yield Event(PARTLY_CLAIMED, when, -(account(card.kpj, when - 1).balance * percent // 100))


def _year(
    card: Card, number: int, *, opening: int, posted: list[Row], events: list[Event], at: Month
) -> tuple[Year, list[Event]]:
    """One year of the account, and the closing if it falls into it."""
    mine = [row for row in posted if row.posted and row.posted.year == number]
    booked = [event for event in events if year_of(event.at) == number]
    flows: Counter[Month] = Counter()
    for row in mine:
        flows[month_of(row.posted or date.max)] += row.contribution
    for event in booked:
        flows[event.at] += event.amount
    until = min(at, month(number, 12))
    rate = rates.rate_known(number, last_day(at))
    if card.closing and card.closing.at <= until and year_of(card.closing.at) == number:
        result, closing = _closing_return(card.closing, opening, flows, until, rate)
        booked.append(closing)
        return _summed(number, opening, mine, booked, result), [closing]
    result = _Return(earned(opening, flows, until, rate), rate, rate.year == number)
    if closed(card, until) and not opening and not flows:
        result = _Return(0, None, True)
    return _summed(number, opening, mine, booked, result), []


@dataclass(frozen=True)
class _Return:
    amount: int
    rate: rates.ReturnRate | None
    final: bool


def _closing_return(
    closing: Closing, opening: int, flows: Counter[Month], until: Month, rate: rates.ReturnRate
) -> tuple[_Return, Event]:
    """The year in which the card ends: paid out with the rate known then; what is booked later earns by itself."""
    then = rates.rate_known(year_of(closing.at), last_day(closing.at))
    early = Counter({at: amount for at, amount in flows.items() if at <= closing.at})
    later = Counter({at: amount for at, amount in flows.items() if at > closing.at})
    before = earned(opening, early, closing.at, then)
    out = Event(closing.kind, closing.at, -(opening + early.total() + before))
    if not later:
        return _Return(before, then, True), out
    return _Return(before + earned(0, later, until, rate), rate, rate.year == year_of(until)), out


def _summed(number: int, opening: int, mine: list[Row], booked: list[Event], result: _Return) -> Year:
    worker, employer = sum(row.worker for row in mine), sum(row.employer for row in mine)
    claimed = -sum(event.amount for event in booked if event.kind in (CLAIMED, PARTLY_CLAIMED))
    adjusted = sum(event.amount for event in booked if event.kind in (MERGED, MERGED_IN))
    closing = opening + worker + employer + result.amount + adjusted - claimed
    status = None if result.final and result.rate else "TIDAK_DIBERIKAN" if result.rate is None else "BELUM_DITETAPKAN"
    rate = result.rate if result.final else None
    return Year(
        number, opening, worker, employer, result.amount, adjusted, claimed, closing, rate, status, result.final
    )


def posted_until(kpj: str, at: Month) -> str | None:
    """The newest month whose contribution stands in the account, `2026-09`; None while there is none."""
    return max((label(row.at) for row in _posted(kpj, at)), default=None)
