"""When ordinary mail may go out: at once or gathered by day or week, and never in the member's quiet hours. Pure.

Times of day are those of the zone of the datetimes given.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Final

QUIET_FROM: Final = time(21)
QUIET_UNTIL: Final = time(7)
DIGEST_AT: Final = time(8)
MONDAY: Final = 0


class Pace(StrEnum):
    AT_ONCE = "at_once"
    DAILY = "daily"
    WEEKLY = "weekly"  # on Mondays


def is_quiet(moment: time, quiet_from: time, quiet_until: time) -> bool:
    """The end is no longer quiet. Two equal times mean no quiet hours."""
    if quiet_from <= quiet_until:
        return quiet_from <= moment < quiet_until
    return moment >= quiet_from or moment < quiet_until


def after_quiet(moment: datetime, quiet_from: time, quiet_until: time) -> datetime:
    """The moment itself, or the end of the quiet hours it falls into."""
    if not is_quiet(moment.time(), quiet_from, quiet_until):
        return moment
    end = _at(moment, quiet_until)
    return end if end > moment else end + timedelta(days=1)


def due_at(moment: datetime, pace: Pace | str, quiet_from: time, quiet_until: time) -> datetime:
    """When what is told at `moment` may be mailed."""
    if pace == Pace.DAILY:
        moment = _next_digest(moment)
    elif pace == Pace.WEEKLY:
        moment = _next_digest(moment)
        moment += timedelta(days=(MONDAY - moment.weekday()) % 7)
    return after_quiet(moment, quiet_from, quiet_until)


def next_day(moment: datetime, quiet_from: time, quiet_until: time) -> datetime:
    """For what is over the day's limit: the next day's digest."""
    return due_at(_at(moment + timedelta(days=1), time()), Pace.DAILY, quiet_from, quiet_until)


def _next_digest(moment: datetime) -> datetime:
    today = _at(moment, DIGEST_AT)
    return today if today > moment else today + timedelta(days=1)


def _at(moment: datetime, hour: time) -> datetime:
    return moment.replace(hour=hour.hour, minute=hour.minute, second=0, microsecond=0)
