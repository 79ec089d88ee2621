"""The projection as lines in a picture: positions only, in a box of its own units. Pure.

Words and colours are the page's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from balances.projection import MONTHS, Outlook

WIDTH, HEIGHT = 340, 220
LEFT, RIGHT, TOP, BOTTOM = 8, 256, 16, 184  # of the field the lines run in; the names stand right of it
APART = 17  # between two names
_STEPS = (1, 2, 5)


@dataclass(frozen=True, kw_only=True)
class Line:
    name: str
    rate: Decimal
    points: str  # of an SVG polyline
    label_y: int
    end_y: int


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A grid line across (amount in rupiah) or a tick below (months from the start)."""

    at: int
    value: int


@dataclass(frozen=True, kw_only=True)
class Picture:
    lines: tuple[Line, ...]
    amounts: tuple[Mark, ...]
    months: tuple[Mark, ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = RIGHT
    bottom: int = BOTTOM


def picture_of(outlooks: Sequence[Outlook]) -> Picture:
    last = outlooks[0].points[-1].months
    highest = max(point.amount for one in outlooks for point in one.points)
    step = _step(highest)
    top = step * (int(highest / step) + 1)

    def x(months: int) -> int:
        return LEFT + round((RIGHT - LEFT) * months / last)

    def y(amount: Decimal) -> int:
        return BOTTOM - round((BOTTOM - TOP) * amount / top)

    ends = [y(one.amount) for one in outlooks]
    lines = tuple(
        Line(
            name=one.name,
            rate=one.rate,
            points=" ".join(f"{x(point.months)},{y(point.amount)}" for point in one.points),
            end_y=end,
            label_y=label,
        )
        for one, end, label in zip(outlooks, ends, _spread(ends), strict=True)
    )
    return Picture(
        lines=lines,
        amounts=tuple(Mark(at=y(Decimal(value)), value=value) for value in range(0, top + 1, step)),
        months=tuple(Mark(at=x(months), value=months) for months in (0, _middle(last), last)),
    )


def _step(highest: Decimal) -> int:
    """A round number that divides the height into at most five parts; at least Rp100."""
    power = max(3, len(str(int(highest))) - 1)
    steps: list[int] = [factor * 10**exponent for exponent in (power - 1, power) for factor in _STEPS]
    return next(step for step in steps if highest / step < 5)  # noqa: PLR2004 - parts; the last always fits


def _middle(last: int) -> int:
    return last // 2 // MONTHS * MONTHS if last >= 4 * MONTHS else last // 2


def _spread(ends: Sequence[int]) -> list[int]:
    """Names from the lowest line up, each at least APART above the one before; all inside the box."""
    places: list[int] = []
    for end in ends:  # the lowest line comes first, so y falls
        places.append(min(end, places[-1] - APART) if places else min(end, BOTTOM))
    too_high = max(0, TOP - places[-1])
    return [place + too_high for place in places]
