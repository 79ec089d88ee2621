"""How a balance grew, year by year, contributions and returns apart; and its picture's places. Pure; no Django.

A claim takes from both parts in proportion: nobody else says which rupiah it took. A merge or correction goes with the
contributions, as it is no return.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from balances.ledger import ZERO, Year

_CENT = Decimal("0.01")
WIDTH, HEIGHT, FOOT = 320, 180, 24  # of the picture; years stand in the foot


@dataclass(frozen=True, kw_only=True)
class Level:
    """At a year's end, in rupiah; the two parts give the balance."""

    year: int
    as_of: date
    contributions: Decimal
    returns: Decimal

    @property
    def balance(self) -> Decimal:
        return self.contributions + self.returns


@dataclass(frozen=True, kw_only=True)
class Bar:
    year: int
    x: int
    width: int
    contributions_y: int
    contributions_height: int
    returns_y: int
    returns_height: int
    middle: int
    labelled: bool


def levels(years: Iterable[Year]) -> list[Level]:
    """Of the years that are known; a year that does not begin where the last one ended starts afresh."""
    found: list[Level] = []
    contributions = returns = ZERO
    for year in years:
        if year.closing is None:
            continue
        if year.opening != contributions + returns:
            contributions, returns = year.opening or ZERO, ZERO
        contributions, returns = _grown(year, contributions, returns)
        found.append(Level(year=year.year, as_of=year.as_of, contributions=contributions, returns=returns))
    return found


def _grown(year: Year, contributions: Decimal, returns: Decimal) -> tuple[Decimal, Decimal]:
    closing = year.closing or ZERO
    contributions += year.paid_in + (year.correction or ZERO)
    returns += year.returns or ZERO
    before = contributions + returns
    if contributions < 0 or returns < 0 or before <= 0:
        return closing, ZERO
    kept = (returns * closing / before).quantize(_CENT, ROUND_HALF_UP) if year.claims else returns
    return closing - kept, kept


def bars(found: Sequence[Level]) -> list[Bar]:
    """Empty where there is nothing to draw."""
    top = max((level.balance for level in found), default=ZERO)
    if top <= 0:
        return []
    step = WIDTH // len(found)
    every = -(-len(found) // 5)  # at most five years are written out
    return [_bar(number, level, top, step, labelled=(len(found) - 1 - number) % every == 0)
            for number, level in enumerate(found)]  # fmt: skip


def _bar(number: int, level: Level, top: Decimal, step: int, *, labelled: bool) -> Bar:
    room = HEIGHT - FOOT
    low, high = (round(room * part / top) for part in (level.contributions, level.returns))
    width = max(2, min(32, step * 7 // 10))
    middle = number * step + step // 2
    return Bar(
        year=level.year,
        x=middle - width // 2,
        width=width,
        contributions_y=room - low,
        contributions_height=low,
        returns_y=room - low - high,
        returns_height=high,
        middle=middle,
        labelled=labelled,
    )
