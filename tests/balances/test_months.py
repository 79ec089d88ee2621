"""The rules of missing months, due dates and growth, by table: nobody is accused wrongly."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

import pytest

from balances import duedates, growth, ledger, months
from balances.duedates import Calendar, Due
from balances.ledger import Job, Row, Year
from balances.months import MonthState, Seen

CALENDAR = duedates.calendar()
TODAY = date(2026, 11, 22)
PU = Job(npp="1", employer_name="PT Satu", segment="PU", started_on=date(2026, 1, 1), ended_on=None)


def seen(until: date | None = date(2026, 10, 31), today: date = TODAY, lag: int = 35) -> Seen:
    return Seen(until=until, today=today, lag=timedelta(days=lag), calendar=CALENDAR)


def row(month: str, status: str = "LUNAS", **fields: Any) -> Row:
    known: dict[str, Any] = {
        "month": month,
        "npp": "1",
        "employer_name": "PT Satu",
        "wage": Decimal(5_000_000),
        "worker": Decimal(100_000),
        "employer": Decimal(185_000),
        "back_pay": Decimal(0),
        "paid_on": CALENDAR.due("PU", month).day,  # type: ignore[union-attr]
        "posted_on": date(2026, 11, 1),
        "status": status,
    }
    if status == "BELUM_BAYAR":
        known |= {"worker": Decimal(0), "employer": Decimal(0), "paid_on": None, "posted_on": None}
    return Row(**known | fields)


def judged(month: str, *rows: Row, job: Job = PU, **how: Any) -> MonthState:
    [stretch] = [one for one in months.stretches([job], rows, seen(**how)) if one.job == job]
    return next(one.state for one in stretch.months if one.month == month)


@pytest.mark.parametrize(
    ("segment", "month", "day"),
    [
        ("PU", "2026-01", date(2026, 2, 18)),  # the 15th is a Sunday, then joint leave and Imlek
        ("PU", "2026-02", date(2026, 3, 16)),  # a Sunday
        ("PU", "2026-04", date(2026, 5, 18)),  # Friday the 15th is joint leave
        ("PU", "2026-09", date(2026, 10, 15)),
        ("PU", "2020-09", date(2020, 10, 30)),  # the pandemic's exception
        ("PU", "2021-01", date(2021, 3, 1)),  # 30 February is the 28th, a Sunday
        ("PU", "2021-02", date(2021, 3, 15)),
        ("BPU", "2026-10", date(2026, 10, 15)),
    ],
)
def test_a_due_date_is_the_next_working_day(segment: str, month: str, day: date) -> None:
    due = CALENDAR.due(segment, month)
    assert due is not None
    assert due.day == day
    assert (due.late_after == day) is (day.year == 2026)  # holidays of other years are not in the table


def test_nothing_is_due_from_a_migrant_worker_or_before_the_rule() -> None:
    assert CALENDAR.due("PMI", "2026-01") is None
    assert CALENDAR.due("UNKNOWN", "2026-01") is None
    assert CALENDAR.due("PU", "2010-01") is None


@pytest.mark.parametrize("damage", [("2026-01-01,", "2025-01-01,"), ('url = "https://pelakita', 'url = "http://pelakita'),
                                    ("uncovered_grace_days = 14", ""), ("months_later = 0", "")])  # fmt: skip
def test_a_table_that_lacks_something_is_refused(damage: tuple[str, str]) -> None:
    text = duedates.FILE.read_text("utf-8")
    assert damage[0] in text
    with pytest.raises((KeyError, TypeError, ValueError)):
        duedates.parse(text.replace(*damage, 1))


# 2026-08 is due on 15 September; with 35 days the upstream must have looked past 20 October.
@pytest.mark.parametrize(
    ("rows", "until", "state"),
    [
        ([row("2026-08")], None, MonthState.PAID),
        ([row("2026-08", paid_on=date(2026, 9, 15))], None, MonthState.PAID),
        ([row("2026-08", paid_on=date(2026, 9, 16))], None, MonthState.LATE),
        ([row("2026-08", "SEBAGIAN")], date(2026, 10, 31), MonthState.PARTIAL),
        ([row("2026-08", "SEBAGIAN"), row("2026-08")], date(2026, 10, 31), MonthState.PAID),
        ([row("2026-08", "DITERIMA", posted_on=None)], date(2026, 10, 31), MonthState.RECEIVED),
        ([row("2026-08", "SEBAGIAN"), row("2026-08", "DITERIMA")], date(2026, 10, 31), MonthState.RECEIVED),
        ([row("2026-08", "SOMETHING")], date(2026, 10, 31), MonthState.UNCLEAR),
        ([row("2026-08"), row("2026-08", "KOREKSI", worker=Decimal(-1))], None, MonthState.PAID),
        ([row("2026-08", "BELUM_BAYAR"), row("2026-08", "KOREKSI")], date(2026, 10, 31), MonthState.PAID),
        ([row("2026-08", "KOREKSI", worker=Decimal(-9), employer=Decimal(0))], date(2026, 10, 31), MonthState.MISSING),
        ([], None, MonthState.NOT_SEEN),  # it never said how far it looked
        ([], date(2026, 10, 20), MonthState.NOT_SEEN),
        ([], date(2026, 10, 21), MonthState.MISSING),
        ([row("2026-08", "BELUM_BAYAR")], date(2026, 10, 20), MonthState.NOT_SEEN),  # its own word changes nothing
        ([row("2026-08", "BELUM_BAYAR")], date(2026, 10, 21), MonthState.MISSING),
    ],
)
def test_a_month_is_what_its_rows_and_the_upstreams_horizon_say(
    rows: list[Row], until: date | None, state: MonthState
) -> None:
    assert judged("2026-08", *rows, until=until) is state


def test_our_own_clock_never_makes_a_month_missing() -> None:
    assert judged("2026-01", until=date(2026, 2, 28), today=date(2030, 1, 1)) is MonthState.NOT_SEEN


def test_a_month_that_is_not_due_yet_is_ahead() -> None:
    assert judged("2026-11") is MonthState.AHEAD
    assert judged("2026-10", today=date(2026, 11, 16)) is MonthState.AHEAD  # due that day
    assert judged("2026-10", today=date(2026, 11, 17)) is MonthState.NOT_SEEN


@pytest.mark.parametrize("lag", [0, 35, 90])
def test_posting_gets_the_time_that_the_operator_grants(lag: int) -> None:
    edge = date(2026, 9, 15) + timedelta(days=lag)
    assert judged("2026-08", until=edge, lag=lag) is MonthState.NOT_SEEN
    assert judged("2026-08", until=edge + timedelta(days=1), lag=lag) is MonthState.MISSING


@pytest.mark.parametrize(("segment", "state"), [("PMI", MonthState.NONE), ("BPU", MonthState.NONE),
                                                ("UNKNOWN", MonthState.NONE), ("PU", MonthState.MISSING)])  # fmt: skip
def test_only_an_employer_can_miss_a_month(segment: str, state: MonthState) -> None:
    assert judged("2026-03", job=replace(PU, segment=segment)) is state


def test_a_month_that_was_not_wholly_worked_is_not_missed() -> None:
    job = replace(PU, started_on=date(2026, 1, 20), ended_on=date(2026, 4, 10))
    [stretch] = months.stretches([job], [], seen())
    assert stretch.of(MonthState.NONE) == ["2026-01", "2026-04"]
    assert stretch.of(MonthState.MISSING) == ["2026-02", "2026-03"]


def test_two_employers_in_one_month_are_judged_apart() -> None:
    other = replace(PU, npp="2", employer_name="PT Dua")
    first, second = months.stretches([PU, other], [row("2026-03")], seen())
    assert "2026-03" in first.of(MonthState.PAID)
    assert "2026-03" in second.of(MonthState.MISSING)


def test_a_return_to_the_same_employer_keeps_its_months_apart() -> None:
    before = replace(PU, started_on=date(2025, 1, 1), ended_on=date(2025, 3, 31))
    after = replace(PU, started_on=date(2026, 1, 1))
    first, second = months.stretches([before, after], [row("2025-02"), row("2026-02"), row("2025-05")], seen())
    assert "2025-02" in first.of(MonthState.PAID)
    assert "2026-02" in second.of(MonthState.PAID)
    assert "2025-05" in [one.month for one in first.months]  # the nearest


def test_rows_of_an_employer_who_is_not_in_the_list_expect_nothing() -> None:
    _, other = months.stretches([PU], [row("2026-02", npp="9", employer_name="PT Lain")], seen())
    assert [one.month for one in other.months] == ["2026-02"]
    assert other.job.employer_name == "PT Lain"


def test_a_wage_that_fell_is_told_and_a_correction_is_no_wage() -> None:
    rows = [
        row("2026-01"),
        row("2026-02", wage=Decimal(4_000_000), back_pay=Decimal(500)),
        row("2026-02", "KOREKSI", wage=Decimal(900_000)),
        row("2026-03", wage=None),
        row("2026-04", wage=Decimal(4_000_000)),
    ]
    [stretch] = months.stretches([PU], rows, seen())
    assert [one.month for one in stretch.months if one.wage_fell] == ["2026-02"]
    assert [one.month for one in stretch.months if one.back_pay] == ["2026-02"]
    assert [one.month for one in stretch.months if one.corrected] == ["2026-02"]


def test_a_year_has_twelve_places_or_none() -> None:
    [stretch] = months.stretches([replace(PU, started_on=date(2026, 3, 1))], [], seen())
    assert [one is not None for one in stretch.in_year(2026)] == [False, False, *[True] * 9, False]
    assert stretch.in_year(2025) == []


@pytest.mark.parametrize(
    ("as_of", "until", "final", "day"),
    [
        (None, "", [], None),
        (date(2026, 10, 31), "2026-08", [], date(2026, 10, 31)),
        (None, "2026-02", [], date(2026, 2, 28)),
        (None, "", [2024], date(2024, 12, 31)),
    ],
)
def test_how_far_the_upstream_looked(as_of: date | None, until: str, final: list[int], day: date | None) -> None:
    years = [year(number, closing=0, final=True) for number in final]
    assert months.seen_until(as_of=as_of, contributions_until=until, years=years) == day


# Growth and sums


def year(number: int, *, closing: int | None, final: bool = False, **sums: int) -> Year:
    names = ("opening", "worker", "employer", "returns", "correction", "claims")
    parts = {name: None if closing is None else Decimal(sums.get(name, 0)) for name in names}
    return Year(
        year=number,
        as_of=date(number, 12, 31),
        closing=None if closing is None else Decimal(closing),
        rate_percent=None,
        rate_status="",
        final=final,
        **parts,
    )


def test_contributions_and_returns_always_give_the_balance() -> None:
    years = [
        year(2020, worker=40, employer=60, returns=10, closing=110),
        year(2021, opening=110, worker=40, employer=60, returns=30, claims=60, closing=180),
        year(2022, closing=None),
        year(2023, opening=200, returns=20, closing=220),
        year(2024, opening=220, correction=-220, closing=0),
    ]
    found = growth.levels(years)
    assert [level.balance for level in found] == [110, 180, 220, 0]
    assert [level.returns for level in found] == [10, Decimal("30.00"), 20, 0]
    assert all(level.contributions >= 0 and level.returns >= 0 for level in found)
    assert len(growth.bars(found)) == 4
    assert growth.bars([]) == growth.bars(growth.levels([year(2024, closing=0)])) == []


@pytest.mark.parametrize("many", [1, 2, 12, 45])
def test_bars_stay_within_the_picture(many: int) -> None:
    number = count(1980)
    found = growth.levels([year(next(number), worker=7, closing=7, returns=0) for _ in range(many)])
    drawn = growth.bars(found)
    assert min(bar.x for bar in drawn) >= 0
    assert max(bar.x + bar.width for bar in drawn) <= growth.WIDTH
    assert min(bar.returns_y for bar in drawn) >= 0
    assert 1 <= sum(bar.labelled for bar in drawn) <= 8


def test_every_line_that_is_off_is_named() -> None:
    good = [year(2025, worker=100_000, employer=185_000, closing=285_000), year(2026, opening=285_000, closing=285_000)]
    rows = [row("2025-01", posted_on=date(2025, 2, 20)), row("2026-10", "DITERIMA", posted_on=None)]

    def kinds(years: list[Year], balance: int = 285_000) -> list[tuple[str, int, int]]:
        found = ledger.differences(years, rows, balance=Decimal(balance), as_of=date(2026, 10, 31))
        return [(one.kind.value, one.year, int(one.amount)) for one in found]

    assert kinds(good) == []
    assert kinds(good, 285_001) == [("balance", 2026, 1)]
    assert kinds([good[0], replace(good[1], opening=Decimal(1))]) == [("chain", 2026, 1 - 285_000)]
    assert kinds([replace(good[0], worker=Decimal(99_999)), good[1]]) == [("contributions", 2025, 1)]
    assert kinds([replace(good[0], worker=Decimal(185_000), employer=Decimal(100_000)), good[1]]) != []
    assert kinds([year(2025, closing=None), good[1]], 285_000) == []


def test_a_calendar_without_rules_expects_nothing() -> None:
    empty = Calendar(rules=(), closed=frozenset(), covered=frozenset(), grace=timedelta())
    assert empty.due("PU", "2026-01") is None
    assert isinstance(CALENDAR.due("PU", "2026-01"), Due)
