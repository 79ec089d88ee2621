"""Quiet hours and digests, by table. Times are the member's own."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest

from accounts.notice_times import QUIET_FROM, QUIET_UNTIL, after_quiet, due_at, is_quiet, next_day

JAKARTA = ZoneInfo("Asia/Jakarta")
USUAL = {"quiet_from": QUIET_FROM, "quiet_until": QUIET_UNTIL}


def at(text: str) -> datetime:
    """Sunday is 2026-11-22."""
    return datetime.fromisoformat(text).replace(tzinfo=JAKARTA)


@pytest.mark.parametrize(
    ("moment", "start", "end", "quiet"),
    [
        ("20:59", "21:00", "07:00", False),
        ("21:00", "21:00", "07:00", True),
        ("23:59", "21:00", "07:00", True),
        ("00:00", "21:00", "07:00", True),
        ("06:59", "21:00", "07:00", True),
        ("07:00", "21:00", "07:00", False),
        ("12:30", "12:00", "13:00", True),
        ("13:00", "12:00", "13:00", False),
        ("11:59", "12:00", "13:00", False),
        ("00:00", "00:00", "00:00", False),
        ("12:00", "12:00", "12:00", False),
    ],
)
def test_quiet_hours(moment: str, start: str, end: str, quiet: bool) -> None:
    assert is_quiet(*(time.fromisoformat(one) for one in (moment, start, end))) is quiet


@pytest.mark.parametrize(
    ("moment", "then"),
    [
        ("2026-11-22T12:00:30", "2026-11-22T12:00:30"),
        ("2026-11-22T21:00", "2026-11-23T07:00"),
        ("2026-11-23T03:15:20", "2026-11-23T07:00"),
        ("2026-12-31T23:59", "2027-01-01T07:00"),
    ],
)
def test_what_falls_into_quiet_hours_waits_for_their_end(moment: str, then: str) -> None:
    assert after_quiet(at(moment), **USUAL) == at(then)


@pytest.mark.parametrize(
    ("moment", "pace", "due"),
    [
        ("2026-11-22T12:00", "at_once", "2026-11-22T12:00"),
        ("2026-11-22T22:00", "at_once", "2026-11-23T07:00"),
        ("2026-11-22T07:59", "daily", "2026-11-22T08:00"),
        ("2026-11-22T08:00", "daily", "2026-11-23T08:00"),
        ("2026-11-22T23:00", "daily", "2026-11-23T08:00"),
        ("2026-11-22T12:00", "weekly", "2026-11-23T08:00"),
        ("2026-11-23T07:59", "weekly", "2026-11-23T08:00"),
        ("2026-11-23T08:00", "weekly", "2026-11-30T08:00"),
        ("2026-11-24T12:00", "weekly", "2026-11-30T08:00"),
    ],
)
def test_digests(moment: str, pace: str, due: str) -> None:
    assert due_at(at(moment), pace, **USUAL) == at(due)


def test_a_digest_that_falls_into_quiet_hours_waits_for_their_end() -> None:
    late = {"quiet_from": time(22), "quiet_until": time(9, 30)}
    assert due_at(at("2026-11-22T12:00"), "daily", **late) == at("2026-11-23T09:30")
    assert due_at(at("2026-11-22T12:00"), "weekly", **late) == at("2026-11-23T09:30")


@pytest.mark.parametrize("moment", ["2026-11-22T00:00", "2026-11-22T07:00", "2026-11-22T23:59"])
def test_what_is_over_the_limit_waits_for_the_next_day(moment: str) -> None:
    assert next_day(at(moment), **USUAL) == at("2026-11-23T08:00")
