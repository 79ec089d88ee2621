"""How a JHT balance may grow: the official simulator's rule, and the Ministry's beside it. Pure; Decimal throughout.

Rupiah; rates are shares of one a year (0.05 is 5 %). An estimate, never a promise: how real accounts accrue is not
public.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_DOWN, Decimal

MONTHS = 12
ONE = Decimal(1)


@dataclass(frozen=True, kw_only=True)
class Plan:
    opening: Decimal  # rupiah on the first day
    monthly: Decimal  # paid in each month of the first year, both shares together
    growth: Decimal  # of `monthly`, from each year to the next
    months: int

    def __post_init__(self) -> None:
        if min(self.opening, self.monthly, self.growth, Decimal(self.months)) < 0:
            raise ValueError("nothing in a plan is negative")

    def monthly_in(self, year: int) -> Decimal:
        """`year` counts from 0."""
        return self.monthly * (ONE + self.growth) ** year


@dataclass(frozen=True, kw_only=True)
class Point:
    """Where one stands after so many months; unrounded."""

    months: int
    paid_in: Decimal  # since the start, the opening balance left out
    amount: Decimal


def simulator(plan: Plan, rate: Decimal) -> tuple[Point, ...]:
    """The official simulator's rule, the start and then one point a year; a last one after a rest of months.

    Within a year the return is simple and each contribution, paid on the first of its month, earns for the months that
    are left; at its end the return is added. It reproduces two published results to the rupiah (docs/projection.md).
    """
    points = [Point(months=0, paid_in=Decimal(0), amount=plan.opening)]
    for year, months in enumerate(_years(plan.months)):
        last, monthly = points[-1], plan.monthly_in(year)
        earning_months = Decimal(months * (months + 1)) / 2  # 12 + 11 + ... + 1 in a whole year
        returned = rate / MONTHS * (last.amount * months + monthly * earning_months)
        paid = monthly * months
        points.append(
            Point(months=last.months + months, paid_in=last.paid_in + paid, amount=last.amount + paid + returned)
        )
    return tuple(points)


def ministry(plan: Plan, rate: Decimal) -> Point:
    """The convention of the Ministry of Manpower's infographic: monthly compounding at the effective monthly rate."""
    factor = (ONE + rate) ** (ONE / MONTHS)
    amount, paid_in = plan.opening, Decimal(0)
    for month in range(plan.months):
        monthly = plan.monthly_in(month // MONTHS)
        amount, paid_in = (amount + monthly) * factor, paid_in + monthly
    return Point(months=plan.months, paid_in=paid_in, amount=amount)


def in_todays_money(amount: Decimal, inflation: Decimal, months: int) -> Decimal:
    """What the amount would buy today; within a year prices rise evenly."""
    prices = ONE
    for part in _years(months):
        prices *= ONE + inflation * part / MONTHS
    return amount / prices


def whole(amount: Decimal) -> Decimal:
    """Whole rupiah, the fraction dropped as the simulator does."""
    return amount.quantize(ONE, rounding=ROUND_DOWN)


def _years(months: int) -> list[int]:
    """Months of each year: twelves, then what is left."""
    full, rest = divmod(months, MONTHS)
    return [MONTHS] * full + ([rest] if rest else [])


# Dates


def months_later(day: date, months: int) -> date:
    """The same day of a later month, or that month's last day."""
    year, month = divmod(day.year * MONTHS + day.month - 1 + months, MONTHS)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def whole_months(start: date, end: date) -> int:
    """Complete months between two days; 0 where the end is not later."""
    months = (end.year - start.year) * MONTHS + end.month - start.month
    return max(0, months - (months_later(start, months) > end)) if end > start else 0


# What a page needs at once


@dataclass(frozen=True, kw_only=True)
class Outlook:
    """One assumption's line and what it comes to at the end."""

    name: str  # low, middle, high
    rate: Decimal
    points: tuple[Point, ...]
    todays_money: Decimal

    @property
    def amount(self) -> Decimal:
        return self.points[-1].amount

    @property
    def paid_in(self) -> Decimal:
        return self.points[-1].paid_in

    @property
    def returned(self) -> Decimal:
        return self.amount - self.paid_in - self.points[0].amount


def outlooks(plan: Plan, rates: dict[str, Decimal], inflation: Decimal) -> tuple[Outlook, ...]:
    lines = {name: simulator(plan, rate) for name, rate in rates.items()}
    return tuple(
        Outlook(
            name=name,
            rate=rates[name],
            points=points,
            todays_money=in_todays_money(points[-1].amount, inflation, plan.months),
        )
        for name, points in lines.items()
    )
