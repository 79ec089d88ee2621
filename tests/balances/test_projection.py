"""The projection's rules: published results to the rupiah, examples worked by hand, what must hold for every plan."""

from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from balances.projection import (
    Plan,
    in_todays_money,
    ministry,
    months_later,
    outlooks,
    simulator,
    whole,
    whole_months,
)
from balances.projection_picture import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, picture_of

WAGED = Decimal("0.057")


def plan(monthly: str = "0", months: int = 60, opening: str = "0", growth: str = "0") -> Plan:
    return Plan(opening=Decimal(opening), monthly=Decimal(monthly), growth=Decimal(growth), months=months)


@pytest.mark.parametrize(
    ("wage", "rate", "published"), [("5000000", "0.05", 19_409_470), ("3000000", "0.07", 12_247_952)]
)
def test_the_official_simulators_published_results(wage: str, rate: str, published: int) -> None:
    points = simulator(plan(str(Decimal(wage) * WAGED)), Decimal(rate))
    assert whole(points[-1].amount) == published
    assert [point.months for point in points] == [0, 12, 24, 36, 48, 60]


def test_the_ministrys_published_result_follows_another_rule() -> None:
    infographic = plan(str(Decimal(4_000_000) * WAGED))
    end = ministry(infographic, Decimal("0.057"))
    assert end.paid_in == 13_680_000
    assert whole(end.amount - end.paid_in) == 2_120_310
    assert whole(simulator(infographic, Decimal("0.057"))[-1].amount) != whole(end.amount)


@pytest.mark.parametrize(
    ("given_plan", "rate", "amount"),
    [
        (plan(opening="20000000", months=12), "0.05", "21000000"),  # the agency's own illustration
        (plan(opening="1200000", months=1), "0.12", "1212000"),
        (plan("100000", months=1), "0.12", "101000"),  # paid on the first, a month's return on it
        (plan("100000", months=12), "0.12", "1278000"),  # 1,200,000 + 100,000 * 12 % * 78/12
        (plan("100000", months=14), "0.12", "1506560"),  # and 200,000 + 1,278,000 * 2 % + 1,000 * (2 + 1)
        (plan("100000", months=24, growth="0.1"), "0", "2520000"),
        (plan("100000", months=0, opening="5"), "0.05", "5"),
    ],
)
def test_examples_worked_by_hand(given_plan: Plan, rate: str, amount: str) -> None:
    assert simulator(given_plan, Decimal(rate))[-1].amount.quantize(Decimal("0.01")) == Decimal(amount)


def test_todays_money_shrinks_with_prices() -> None:
    assert in_todays_money(Decimal(110), Decimal("0.1"), 12) == 100
    assert in_todays_money(Decimal(105), Decimal("0.1"), 6) == 100
    assert in_todays_money(Decimal(105), Decimal(0), 600) == 105


@pytest.mark.parametrize(
    ("start", "end", "months"),
    [
        (date(2026, 11, 22), date(2027, 11, 22), 12),
        (date(2026, 11, 22), date(2027, 11, 21), 11),
        (date(2026, 1, 31), date(2026, 2, 28), 1),
        (date(2026, 11, 22), date(2026, 11, 22), 0),
        (date(2026, 11, 22), date(2020, 1, 1), 0),
    ],
)
def test_only_whole_months_count(start: date, end: date, months: int) -> None:
    assert whole_months(start, end) == months


def test_a_month_without_that_day_ends_on_its_last() -> None:
    assert months_later(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert months_later(date(1992, 2, 29), 56 * 12) == date(2048, 2, 29)
    assert months_later(date(2026, 12, 1), 1) == date(2027, 1, 1)


# For every plan

rupiah = st.decimals(0, 10**10, places=2)
rates = st.decimals(0, Decimal("0.2"), places=4)
plans = st.builds(
    Plan, opening=rupiah, monthly=rupiah, growth=rates, months=st.integers(min_value=0, max_value=64 * 12)
)


def end_of(one: Plan, rate: Decimal) -> Decimal:
    return simulator(one, rate)[-1].amount


def changed(one: Plan, **fields: object) -> Plan:
    return Plan(**{**vars(one), **fields})


@given(plans, rates, rates)
def test_a_higher_rate_never_gives_less(one: Plan, rate: Decimal, other: Decimal) -> None:
    low, high = sorted((rate, other))
    assert end_of(one, low) <= end_of(one, high)


@given(plans, rates, st.integers(min_value=1, max_value=60))
def test_more_time_never_gives_less(one: Plan, rate: Decimal, more: int) -> None:
    assert end_of(one, rate) <= end_of(changed(one, months=one.months + more), rate)


@given(plans, rates, rupiah)
def test_a_higher_wage_or_opening_never_gives_less(one: Plan, rate: Decimal, more: Decimal) -> None:
    assert end_of(one, rate) <= end_of(changed(one, monthly=one.monthly + more), rate)
    assert end_of(one, rate) <= end_of(changed(one, opening=one.opening + more), rate)


@given(plans, rates)
def test_money_is_decimal_never_negative_and_never_less_than_was_paid_in(one: Plan, rate: Decimal) -> None:
    points = simulator(one, rate)
    for point in points:
        assert type(point.amount) is type(point.paid_in) is Decimal
        assert point.amount - one.opening - point.paid_in >= Decimal("-0.01")  # the last of 28 digits may be rounded
        assert 0 <= whole(point.amount) <= point.amount
    assert points[-1].months == one.months


@given(plans, rates)
def test_without_inflation_todays_money_is_the_money(one: Plan, inflation: Decimal) -> None:
    amount = end_of(one, Decimal("0.05"))
    assert in_todays_money(amount, Decimal(0), one.months) == amount
    assert 0 <= in_todays_money(amount, inflation, one.months) <= amount


def test_a_plan_with_something_negative_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        plan("-1")


# The picture

THREE = {"low": Decimal("0.03"), "middle": Decimal("0.05"), "high": Decimal("0.07")}


@given(plans.filter(lambda one: one.months > 0))
def test_every_line_and_name_lies_inside_the_picture(one: Plan) -> None:
    picture = picture_of(outlooks(one, THREE, Decimal("0.025")))
    for line in picture.lines:
        places = [tuple(map(int, point.split(","))) for point in line.points.split()]
        assert all(LEFT <= x <= RIGHT and TOP <= y <= BOTTOM for x, y in places)
        assert [x for x, _ in places] == sorted(x for x, _ in places)
        assert 0 < line.label_y < HEIGHT
    names = [line.label_y for line in picture.lines]
    assert all(lower - upper >= 17 for lower, upper in pairwise(names))
    assert 2 <= len(picture.amounts) <= 7
    assert picture.months[0].value == 0
    assert picture.months[-1].value == one.months
