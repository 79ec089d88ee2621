"""The kinds of things members are told, each with its wording, registered by the app that owns them. Pure; no Django.

Titles stand in the subject of a mail and on a locked phone: no name, card, amount or other datum of the member.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

MAILS_OF_STRANGERS_A_DAY: Final = 3  # of one kind, about one card, to one member: a flood must not bury the real one


@dataclass(frozen=True, kw_only=True)
class About:
    """One notice as the wording of its kind is told of it."""

    kind: str
    subject: str  # "2026-08", "2025"; "" where there is one such notice a card or member
    facts: Mapping[str, Any]
    card_id: UUID | None
    last_four: str  # of the card; "" without one
    told_at: datetime


Words = Callable[[About], str]


@dataclass(frozen=True, kw_only=True)
class NoticeKind:
    """`link` gives a path of this site. `amounts` gives sentences with an amount and its date, or none: read only for
    mail of a member who asked for amounts, and never stored."""

    code: str
    title: Words
    body: Words
    link: Words
    security: bool = False  # mailed at once, and cannot be switched off
    by_strangers: bool = False  # somebody who only knows numbers can cause it: mailed so often a day and no more
    choice_label: str | Callable[[], str] = ""  # of an ordinary kind, on the page of choices
    amounts: Words = field(default=lambda about: "")

    @property
    def label(self) -> str:
        return self.choice_label() if callable(self.choice_label) else str(self.choice_label)


_kinds: Final[dict[str, NoticeKind]] = {}


def register(kind: NoticeKind) -> None:
    _kinds[kind.code] = kind


def kind_of(code: str) -> NoticeKind:
    """Raises KeyError for a code that nobody registered."""
    return _kinds[code]


def known(code: str) -> NoticeKind | None:
    return _kinds.get(code)


def ordinary() -> list[NoticeKind]:
    """Those a member chooses about, in the order of registration."""
    return [kind for kind in _kinds.values() if not kind.security]
