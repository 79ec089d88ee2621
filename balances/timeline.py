"""Where a member worked and when, over all their cards: one line in time with gaps, overlaps and repetitions. Pure.

What is shown is not judged: two jobs at once and months without one may both be right.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations
from uuid import UUID

from balances.duedates import last_day, later


@dataclass(frozen=True, kw_only=True)
class Tenure:
    """One employment on one card. Without `ended_on` it goes on (`running`) or its end is not known."""

    card_id: UUID
    last_four: str
    employer_name: str
    npp: str
    segment: str
    started_on: date | None
    ended_on: date | None
    running: bool
    from_card: bool = False  # of the card's own details, while no employments are told
    merged_into_last_four: str = ""

    def end(self, today: date) -> date | None:
        return today if self.running else self.ended_on

    def same_employer(self, other: Tenure) -> bool:
        if self.npp and other.npp:
            return self.npp == other.npp
        return bool(_plain(self.employer_name)) and _plain(self.employer_name) == _plain(other.employer_name)


def _plain(name: str) -> str:
    """pt contoh makmur, from "PT. Contoh  Makmur" """
    return " ".join(re.sub(r"[^\w\s]", " ", name.casefold()).split())


@dataclass(frozen=True, kw_only=True)
class Gap:
    """Months, both included, in which no card tells of an employment."""

    first: str  # YYYY-MM
    last: str
    lasting: bool  # up to now


@dataclass(frozen=True, kw_only=True)
class Overlap:
    """Two employers at one time."""

    one: Tenure
    other: Tenure
    first: date
    last: date


@dataclass(frozen=True, kw_only=True)
class Repeat:
    """One employer on several cards."""

    employer_name: str
    last_fours: tuple[str, ...]
    same_time: bool
    merged: tuple[tuple[str, str], ...]  # (from, into) among these cards

    @property
    def settled(self) -> bool:
        """All but one of the cards were merged into another of them."""
        return len(self.merged) >= len(self.last_fours) - 1


@dataclass(frozen=True, kw_only=True)
class Timeline:
    tenures: tuple[Tenure, ...]  # by start, those without one last
    gaps: tuple[Gap, ...]
    overlaps: tuple[Overlap, ...]
    repeats: tuple[Repeat, ...]

    @property
    def has_running(self) -> bool:
        return any(one.running for one in self.tenures)

    @property
    def has_merged(self) -> bool:
        return any(one.merged_into_last_four for one in self.tenures)


def timeline(tenures: Iterable[Tenure], today: date) -> Timeline:
    ordered = sorted(tenures, key=lambda one: (one.started_on or date.max, one.last_four))
    return Timeline(
        tenures=tuple(ordered),
        gaps=tuple(_gaps(ordered, today)),
        overlaps=tuple(_overlaps(ordered, today)),
        repeats=tuple(_repeats(ordered, today)),
    )


def _gaps(tenures: Sequence[Tenure], today: date) -> list[Gap]:
    """Where an end or a start is not known, nothing is said of the months it may cover."""
    starts = [one.started_on for one in tenures if one.started_on and one.started_on <= today]
    if not starts or any(one.started_on is None and one.end(today) is None for one in tenures):
        return []
    first, now = f"{min(starts):%Y-%m}", f"{today:%Y-%m}"
    covered = {month for one in tenures for month in _months(one, first, today)}
    gaps: list[Gap] = []
    month = first
    while month <= now:
        if month not in covered:
            start = gaps.pop().first if gaps and later(gaps[-1].last, 1) == month else month
            gaps.append(Gap(first=start, last=month, lasting=month == now))
        month = later(month, 1)
    return gaps


def _months(tenure: Tenure, first: str, today: date) -> list[str]:
    month = f"{tenure.started_on:%Y-%m}" if tenure.started_on else first
    last = f"{tenure.end(today) or today:%Y-%m}"
    found = []
    while month <= last:
        found.append(month)
        month = later(month, 1)
    return found


_CHANGE = timedelta(days=31)  # old and new employer in the same month: a change, no second job


def _overlaps(tenures: Sequence[Tenure], today: date) -> list[Overlap]:
    found = []
    for one, other in combinations(tenures, 2):
        shared = _shared(one, other, today)
        if shared and shared[1] - shared[0] > _CHANGE and not one.same_employer(other):
            found.append(Overlap(one=one, other=other, first=shared[0], last=shared[1]))
    return found


def _shared(one: Tenure, other: Tenure, today: date) -> tuple[date, date] | None:
    """The days both lasted, as far as their dates are known."""
    ends = [one.end(today), other.end(today)]
    if one.started_on is None or other.started_on is None or None in ends:
        return None
    first, last = max(one.started_on, other.started_on), min(end for end in ends if end)
    return (first, last) if first <= last else None


def _repeats(tenures: Sequence[Tenure], today: date) -> list[Repeat]:
    groups: list[list[Tenure]] = []
    for tenure in tenures:
        home = next((group for group in groups if group[0].same_employer(tenure)), None)
        if home is None:
            groups.append([tenure])
        else:
            home.append(tenure)
    return [_repeat(group, today) for group in groups if len({one.card_id for one in group}) > 1]


def _repeat(group: Sequence[Tenure], today: date) -> Repeat:
    cards = tuple(dict.fromkeys(one.last_four for one in group))
    merged = {one.last_four: one.merged_into_last_four for one in group if one.merged_into_last_four in cards}
    pairs = (pair for pair in combinations(group, 2) if pair[0].card_id != pair[1].card_id)
    return Repeat(
        employer_name=group[0].employer_name,
        last_fours=cards,
        same_time=any(_shared(one, other, today) for one, other in pairs),
        merged=tuple(merged.items()),
    )


# The picture: across in percent of its width, down in rem, so that its words keep their size on every screen.

HEAD, LANE, BAR = 2.0, 3.25, 1.0
MOST_YEARS = 4  # written out
_ROOM = 1.07  # right of today, for the sign of what goes on
_RIGHT = 85  # percent: years from here on stand left of their line


@dataclass(frozen=True, kw_only=True)
class Bar:
    tenure: Tenure
    x: str
    width: str
    label_y: str
    y: str
    foot: str
    open_end: str  # where the sign for "until now" stands; "" without one


@dataclass(frozen=True, kw_only=True)
class YearMark:
    year: int
    x: str
    at_end: bool


@dataclass(frozen=True, kw_only=True)
class Picture:
    bars: tuple[Bar, ...]
    years: tuple[YearMark, ...]
    gaps: tuple[tuple[str, str], ...]  # x and width
    height: str
    bar: str = f"{BAR}rem"


def picture(told: Timeline, today: date) -> Picture | None:
    """None where no employment has a date to draw."""
    drawn = [one for one in told.tenures if one.started_on and one.started_on <= today]
    if not drawn:
        return None
    start = date(min(one.started_on for one in drawn if one.started_on).year, 1, 1)
    days = ((today - start).days + 1) * _ROOM

    def at(day: date) -> float:
        return 100 * (day - start).days / days

    return Picture(
        bars=tuple(_bar(number, one, at, today) for number, one in enumerate(drawn)),
        years=tuple(_year_mark(year, at) for year in _years(start.year, today.year)),
        gaps=tuple(_gap_place(gap, at, today) for gap in told.gaps),
        height=f"{HEAD + LANE * len(drawn):g}rem",
    )


def _bar(number: int, tenure: Tenure, at: Callable[[date], float], today: date) -> Bar:
    started = tenure.started_on or today
    x, end = at(started), at(min(tenure.end(today) or started, today))
    top = HEAD + LANE * number
    return Bar(
        tenure=tenure,
        x=_percent(x),
        width=_percent(max(end - x, 1)),
        label_y=f"{top + 1:g}rem",
        y=f"{top + 1.375:g}rem",
        foot=f"{top + 1.375 + BAR:g}rem",
        open_end=_percent(end) if tenure.running else "",
    )


def _years(first: int, last: int) -> range:
    """At most MOST_YEARS of them, the first one always."""
    return range(first, last + 1, -(-(last - first + 1) // MOST_YEARS))


def _year_mark(year: int, at: Callable[[date], float]) -> YearMark:
    x = at(date(year, 1, 1))
    return YearMark(year=year, x=_percent(x), at_end=x > _RIGHT)


def _gap_place(gap: Gap, at: Callable[[date], float], today: date) -> tuple[str, str]:
    x, end = at(date.fromisoformat(f"{gap.first}-01")), at(min(last_day(gap.last), today))
    return _percent(x), _percent(max(end - x, 1))


def _percent(number: float) -> str:
    return f"{number:.2f}%"
