"""By when a month's contribution must be paid: the 15th or what the dated table says, moved to the next working day.

`data/duedates.toml` holds the rules and the holidays, for the operator to edit. Pure; no Django.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path

FILE = Path(__file__).resolve().parent / "data" / "duedates.toml"
_DECEMBER, _SATURDAY = 12, 5


@dataclass(frozen=True, kw_only=True)
class Rule:
    segment: str
    day: int
    months_later: int  # 1: the month after the contribution month
    since: date
    source: str
    url: str
    checked: date
    firm: bool
    until: date = date.max


@dataclass(frozen=True, kw_only=True)
class Due:
    day: date
    late_after: date  # later than `day` where the year's holidays are not in the table


@dataclass(frozen=True, kw_only=True)
class Calendar:
    rules: Sequence[Rule]
    closed: frozenset[date]
    covered: frozenset[int]  # years whose holidays are known
    grace: timedelta  # for the others

    def rule(self, segment: str, month: str) -> Rule | None:
        """The newest that holds for the contribution month; None: nothing is due (PMI choose freely)."""
        first = date.fromisoformat(f"{month}-01")
        fitting = [one for one in self.rules if one.segment == segment and one.since <= first <= one.until]
        return max(fitting, key=lambda one: one.since, default=None)

    def due(self, segment: str, month: str) -> Due | None:
        rule = self.rule(segment, month)
        if rule is None:
            return None
        day = self._working(_day_of(later(month, rule.months_later), rule.day))
        return Due(day=day, late_after=day if day.year in self.covered else day + self.grace)

    def _working(self, day: date) -> date:
        while day.weekday() >= _SATURDAY or day in self.closed:
            day += timedelta(days=1)
        return day


def later(month: str, months: int) -> str:
    """2026-11 and 3 give 2027-02."""
    count = int(month[:4]) * _DECEMBER + int(month[5:]) - 1 + months
    return f"{count // _DECEMBER:04d}-{count % _DECEMBER + 1:02d}"


def last_day(month: str) -> date:
    return date.fromisoformat(f"{later(month, 1)}-01") - timedelta(days=1)


def _day_of(month: str, day: int) -> date:
    """The 30th of February is its last day."""
    end = last_day(month)
    return end.replace(day=min(day, end.day))


def parse(text: str) -> Calendar:
    """KeyError, TypeError or ValueError where an entry lacks something: better no start than a wrong accusation."""
    told = tomllib.loads(text)
    years = told.get("closed", [])
    for year in years:
        if any(day.year != year["year"] for day in year["days"]) or not year["url"].startswith("https://"):
            raise ValueError(f"holidays of {year['year']}")
    return Calendar(
        rules=tuple(Rule(**one) for one in told["due"]),
        closed=frozenset(day for year in years for day in year["days"]),
        covered=frozenset(year["year"] for year in years),
        grace=timedelta(days=told["uncovered_grace_days"]),
    )


_NOVEMBER = 11


def years_without_holidays(known: Calendar, today: date) -> list[int]:
    """Of this year and, from November on, the next: those the operator has still to write into the table."""
    wanted = [today.year, today.year + 1] if today.month >= _NOVEMBER else [today.year]
    return [year for year in wanted if year not in known.covered]


@cache
def calendar() -> Calendar:
    return parse(FILE.read_text(encoding="utf-8"))
