"""Months as plain integers (year * 12 + month - 1), so that differences are subtractions; and Jakarta's clock."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, datetime, time, timedelta, timezone

_FORM = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")

JAKARTA = timezone(timedelta(hours=7))

Month = int


def month(year: int, number: int) -> Month:
    return year * 12 + number - 1


def month_of(day: date) -> Month:
    return month(day.year, day.month)


def year_of(value: Month) -> int:
    return value // 12


def number_of(value: Month) -> int:
    """1 for January to 12 for December."""
    return value % 12 + 1


def first_day(value: Month) -> date:
    return date(year_of(value), number_of(value), 1)


def last_day(value: Month) -> date:
    return date(year_of(value), number_of(value), monthrange(year_of(value), number_of(value))[1])


def label(value: Month) -> str:
    """The contract's form, `2026-10`."""
    return f"{year_of(value):04d}-{number_of(value):02d}"


def parse(text: str) -> Month | None:
    found = _FORM.fullmatch(text)
    return month(int(found[1]), int(found[2])) if found else None


def end_of(value: Month) -> datetime:
    """The last second of a month in Jakarta: what a balance is "as of"."""
    return datetime.combine(last_day(value), time(23, 59, 59), JAKARTA)
