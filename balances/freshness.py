"""The rules of a balance, judged from bare facts: its state, when it may be asked for again, which answer is refused.

Pure: no Django, no clock of its own, no I/O.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from balances.reading import State


@dataclass(frozen=True, kw_only=True)
class Rules:
    fresh_for: timedelta
    refresh_every: timedelta  # between two manual refreshes of a card
    loud_after: timedelta


@dataclass(frozen=True, kw_only=True)
class Facts:
    locked: bool = False
    merged: bool = False
    claimed: bool = False
    amount_known: bool = False
    reason_given: bool = False  # the upstream's last answer was a reason instead of an amount
    failed: bool = False  # the last attempt failed
    as_of: datetime | None = None
    fetched_at: datetime | None = None
    in_flight: bool = False
    next_fetch_at: datetime | None = None
    asked_at: datetime | None = None
    retry_at: datetime | None = None  # the time the upstream itself named


# The first that fits, as docs and pages promise it.
_TABLE: tuple[tuple[State, Callable[[Facts, Rules, datetime], bool]], ...] = (
    (State.LOCKED, lambda facts, rules, now: facts.locked),
    (State.MERGED, lambda facts, rules, now: facts.merged),
    (State.CLAIMED, lambda facts, rules, now: facts.claimed),
    (State.PENDING, lambda facts, rules, now: facts.fetched_at is None and not facts.failed),
    (State.UNAVAILABLE, lambda facts, rules, now: facts.reason_given),
    (State.ERROR, lambda facts, rules, now: not facts.amount_known),
    (State.STALE, lambda facts, rules, now: facts.failed or not _is_young(facts, rules, now)),
    (State.FRESH, lambda facts, rules, now: True),
)


def state_of(facts: Facts, rules: Rules, now: datetime) -> State:
    return next(state for state, fits in _TABLE if fits(facts, rules, now))


def _is_young(facts: Facts, rules: Rules, now: datetime) -> bool:
    return facts.fetched_at is not None and now - facts.fetched_at < rules.fresh_for


def shows_amount(state: State) -> bool:
    """Where no amount was ever given there is still none to show."""
    return state not in {State.LOCKED, State.MERGED, State.PENDING, State.ERROR}


def is_loud(facts: Facts, rules: Rules, now: datetime) -> bool:
    """The date of the amount lies so far back that the page must say so loudly."""
    return facts.as_of is not None and now - facts.as_of > rules.loud_after


def is_refreshing(facts: Facts, now: datetime) -> bool:
    """A claim whose lease ran out is nobody's any more."""
    return facts.in_flight and facts.next_fetch_at is not None and facts.next_fetch_at > now


def may_refresh_at(facts: Facts, rules: Rules, now: datetime) -> datetime | None:
    """None: a manual refresh may start now. Else when: our own interval, or the time the upstream named."""
    waits = [facts.retry_at] if facts.retry_at else []
    if facts.asked_at:
        waits.append(facts.asked_at + rules.refresh_every)
    latest = max(waits, default=now)
    return latest if latest > now else None


def next_own_try(facts: Facts, now: datetime) -> datetime | None:
    """When we ask again by ourselves after a failure; None where nothing failed or a try is under way."""
    if not facts.failed or is_refreshing(facts, now) or facts.next_fetch_at is None:
        return None
    return facts.next_fetch_at if facts.next_fetch_at > now else None


OLDER_AS_OF = "older_as_of"
BAD_ANSWER = "bad_answer"
INTERNAL_ERROR = "internal_error"

# An upstream whose clock is a little ahead is believed; a date far ahead would block every later answer.
AHEAD = timedelta(days=2)
DEMO_AHEAD = timedelta(days=366)  # the sandbox may be told another day
_FIRST_YEAR = 1978  # the first old-age savings of workers; PostgreSQL would even store a year that Python cannot read


def refusal(
    *,
    amount: Decimal | None,
    as_of: datetime | None,
    stored_as_of: datetime | None,
    now: datetime,
    ahead: timedelta = AHEAD,
) -> str:
    """Why an answer must not replace what is stored; "" where it may. One without an amount replaces no amount."""
    if amount is None:
        return ""
    if as_of is None or amount < 0 or as_of.year < _FIRST_YEAR or as_of - now > ahead:
        return BAD_ANSWER
    # A stored date in the future proves a mistake, so it protects nothing.
    if stored_as_of is not None and as_of < stored_as_of <= now + AHEAD:
        return OLDER_AS_OF
    return ""


MERGED_REST = timedelta(days=30)
MERGED_SOMEWHERE_REST = timedelta(hours=1)  # the card list did not yet say where it went

# How long a refusal that no retry will change is left alone (contract 3.4); the rest waits by back-off.
_REST = {
    "not_found": timedelta(minutes=15),
    "mismatch": timedelta(minutes=15),
    "blocked": timedelta(hours=6),
    "link_expired": timedelta(hours=6),
    "invalid_request": timedelta(hours=1),
    "duplicate": timedelta(hours=1),
    BAD_ANSWER: timedelta(hours=1),
    OLDER_AS_OF: timedelta(hours=1),
}


def rest_after(code: str) -> timedelta | None:
    """None: back off, doubling from failure to failure."""
    return _REST.get(code)
