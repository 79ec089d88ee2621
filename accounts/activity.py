"""Who saw and changed a member's data, read from the audit trail for that member: plain lines, day by day.

Staff stand there as "Petugas", other people as somebody else; never by name or id. What another room did by itself
for a card is told in a sentence that room registers in `summaries`.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from itertools import groupby
from typing import Final
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts import devices
from accounts.activity_wording import KINDS, WHY, Kind, Text, actions_of, told
from accounts.audit import Action, Door
from accounts.models import AuditRow, Card, LinkRequest, User
from accounts.models.devices import device_name

A_PAGE: Final = 40  # rows
PAGES: Final = 250
STAFF_FILTER: Final = "petugas"

summaries: list[Callable[[User], Iterable[str | Promise]]] = []


class Who(StrEnum):
    YOU = "you"
    STAFF = "staff"
    SYSTEM = "system"
    OPERATOR = "operator"
    OTHER = "other"


WHO: Final = {
    Who.YOU: _("Anda"),
    Who.STAFF: _("Petugas"),
    Who.SYSTEM: _("Sistem"),
    Who.OPERATOR: _("Pengelola"),
    Who.OTHER: _("Orang lain, atau perangkat yang belum login"),
}


@dataclass(frozen=True, kw_only=True)
class Line:
    """One thing that happened, `times` times that day; `at` is the last of them."""

    at: datetime
    code: str
    text: Text
    who: Who
    times: int = 1
    cards: tuple[str, ...] = ()  # last four digits
    device: str = ""
    why: Text = ""

    @property
    def by(self) -> Text:
        return WHO[self.who]


@dataclass(frozen=True, kw_only=True)
class Activity:
    days: list[tuple[date, list[Line]]] = field(default_factory=list)
    more: bool = False


def filters() -> dict[str, Text]:
    """What a member can pick, by the word in the address."""
    return {STAFF_FILTER: _("Oleh petugas"), **{kind.value: label for kind, label in KINDS.items()}}


def activity_of(member: User, *, chosen: str = "", page: int = 1) -> Activity:
    start = (min(max(page, 1), PAGES) - 1) * A_PAGE
    rows = list(_rows(member, chosen)[start : start + A_PAGE + 1])
    endings = _endings(member, {row.card for row in rows if row.card})
    by_day = groupby(rows[:A_PAGE], key=lambda row: row.day)
    days = [(day, list(_merged(_line(row, member, endings) for row in of_day))) for day, of_day in by_day]
    return Activity(days=days, more=len(rows) > A_PAGE)


def told_by_the_system(member: User) -> list[str | Promise]:
    return [sentence for summary in summaries for sentence in summary(member)]


def _rows(member: User, chosen: str) -> QuerySet[AuditRow]:
    rows = AuditRow.objects.filter(member=member.public_id).order_by("-at", "-id")
    if chosen == STAFF_FILTER:
        return rows.filter(door=Door.ADMIN)
    return rows.filter(action__in=actions_of(Kind(chosen))) if chosen else rows


def _endings(member: User, ids: set[UUID]) -> dict[UUID, str]:
    """Last four digits by the public id of the member's own card or request; of nobody else's."""
    mine = Q(member=member, public_id__in=ids)
    asked = LinkRequest.objects.filter(mine).values_list("public_id", "kpj_last4")
    held = Card.objects.filter(mine).values_list("public_id", "kpj_last4")
    return dict([*asked, *held]) if ids else {}


def _line(row: AuditRow, member: User, endings: dict[UUID, str]) -> Line:
    ending = endings.get(row.card) if row.card else None
    who = _who(row, member)
    return Line(
        at=row.at,
        code=row.action,
        text=told(row.action, row.details),
        who=who,
        cards=(ending,) if ending else (),
        device=_device(row) if who in (Who.YOU, Who.OTHER) else "",
        why=WHY.get(str(row.details.get("why", "")), ""),
    )


def who_did(row: AuditRow, member: User) -> Text:
    return WHO[_who(row, member)]


def _who(row: AuditRow, member: User) -> Who:
    by_door = {Door.ADMIN: Who.STAFF, Door.WORKER: Who.SYSTEM, Door.COMMAND: Who.OPERATOR}
    if row.actor == member.public_id:
        return Who.YOU
    return by_door.get(Door(row.door), Who.OTHER)


def _device(row: AuditRow) -> str:
    """Only while the retention rule leaves the browser there; a staff member's is not the member's to know."""
    return device_name(*devices.browser_and_system(row.agent)) if row.agent else ""


def _merged(lines: Iterable[Line]) -> Iterator[Line]:
    """A member's own looks of a day are one line with all their cards; so is one thing repeated in a row."""
    merged: list[Line] = []
    for line in lines:
        place = next((number for number, one in enumerate(merged) if _same(one, line)), None)
        if place is None:
            merged.append(line)
        else:
            one = merged[place]
            cards = tuple(dict.fromkeys(one.cards + line.cards))
            merged[place] = replace(one, cards=cards, times=one.times + (line.cards == one.cards))
    yield from merged


def _same(one: Line, line: Line) -> bool:
    own_look = line.code == Action.BALANCE_SEEN_BY_MEMBER and line.who is Who.YOU
    if own_look:
        return one.code == line.code and one.who is line.who
    return (one.code, one.text, one.who, one.cards, one.device, one.why) == (
        line.code,
        line.text,
        line.who,
        line.cards,
        line.device,
        line.why,
    )
