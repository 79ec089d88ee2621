"""When JHT may be claimed, judged from a member's own dates by rules given as data. Pure.

What is not known stays UNKNOWN; nothing here decides a claim, the agency does.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from balances.projection import MONTHS, months_later
from balances.rulebook import RuleBook


class Answer(StrEnum):
    REACHED = "reached"  # the date lies behind us; other conditions may remain
    LATER = "later"  # from a date ahead
    NOT_NOW = "not_now"  # the case has not arisen
    UNKNOWN = "unknown"  # we do not know the date it hangs on
    ALWAYS = "always"  # whenever it happens, no date to wait for


@dataclass(frozen=True, kw_only=True)
class Dates:
    """What is known of one card and its member; None is unknown."""

    born: date | None = None
    joined_on: date | None = None
    inactive_since: date | None = None
    active: bool | None = None


@dataclass(frozen=True, kw_only=True)
class Way:
    """One way to the money: `code` is a key of balances.claim_wording.WAYS, `rules` name what it rests on."""

    code: str
    answer: Answer
    on: date | None
    rules: tuple[str, ...]


WAYS_RULES = {
    "age": ("full_age",),
    "left": ("wait_after_leaving",),
    "partial": ("partial_after", "partial_other", "partial_home"),
    "always": ("full_age",),
}


def ways(dates: Dates, book: RuleBook, today: date) -> tuple[Way, ...]:
    return (
        _way("age", *_by_age(dates, book, today)),
        _way("left", *_by_leaving(dates, book, today)),
        _way("partial", *_by_membership(dates, book, today)),
        _way("always", Answer.ALWAYS, None),
    )


def _way(code: str, answer: Answer, on: date | None) -> Way:
    return Way(code=code, answer=answer, on=on, rules=WAYS_RULES[code])


def _by_age(dates: Dates, book: RuleBook, today: date) -> tuple[Answer, date | None]:
    years = int(book.on("full_age", today).value)
    return _judged(dates.born, years * MONTHS, today)


def _by_leaving(dates: Dates, book: RuleBook, today: date) -> tuple[Answer, date | None]:
    """An active card has nothing to wait for; a date of an earlier job does not count while one works."""
    if dates.active:
        return Answer.NOT_NOW, None
    months = int(book.on("wait_after_leaving", today).value)
    return _judged(dates.inactive_since, months, today)


def _by_membership(dates: Dates, book: RuleBook, today: date) -> tuple[Answer, date | None]:
    years = int(book.on("partial_after", today).value)
    return _judged(dates.joined_on, years * MONTHS, today)


def _judged(since: date | None, months: int, today: date) -> tuple[Answer, date | None]:
    if since is None:
        return Answer.UNKNOWN, None
    on = months_later(since, months)
    return (Answer.REACHED if on <= today else Answer.LATER), on


def tax_on(amount: Decimal, book: RuleBook, day: date) -> Decimal:
    """Final income tax in rupiah on a lump sum: nothing up to a limit, one rate on what lies above."""
    free, percent = book.on("tax_free_up_to", day).value, book.on("tax_above", day).value
    return max(Decimal(0), amount - free) * percent / 100


def fits_the_app(amount: Decimal | None, book: RuleBook, day: date) -> bool | None:
    """Whether a balance lies within what the agency's app pays out; None: unknown, like the balance."""
    return None if amount is None else amount <= book.on("app_limit", day).value
