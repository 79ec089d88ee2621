"""Everything we hold about a member: every table with rows of theirs, every column of it, opened where it is sealed.

Apps register their tables here. A table that is not registered, and not named in EXCLUDED with a reason, fails
tests/accounts/test_privacy_export.py; so does a column that is neither exported nor left out with a reason.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import BinaryField, Model, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.audit import Action, Source
from accounts.consent import Text
from accounts.models import Card, User
from accounts.sealing import CannotOpen, sealed_columns

Row = dict[str, Any]
SECRET: Final = _("rahasia yang hanya dipakai untuk login; di dalam berkas ia dapat dicuri")
HASH: Final = _("sidik yang tidak dapat dibaca; nilai aslinya ada di kolom lain bila masih tersimpan")
INTERNAL: Final = _("hubungan antartabel, sudah terlihat dari susunan berkas ini")
OTHERS: Final = _("tentang orang lain")
UPSTREAM: Final = _(
    "tanda terima antara portal dan BPJS Ketenagakerjaan; dengan itu orang lain dapat menanyakan data Anda"
)


@dataclass(frozen=True, kw_only=True)
class Held:
    """One table. `rows(member)` are theirs; `left_out` names columns with the reason; `labels` are shown on the page,
    the file holds all columns. `words` adds to a row what its codes mean."""

    model: type[Model]
    title: Text
    rows: Callable[[User], "QuerySet[Any]"]
    left_out: Mapping[str, Text] = field(default_factory=dict)
    labels: Mapping[str, Text] = field(default_factory=dict)
    words: Callable[[User, Any], Row] | None = None

    @property
    def key(self) -> str:
        return self.model._meta.label_lower


@dataclass(frozen=True, kw_only=True)
class Part:
    """One table of one member, for the page: each row as label and value, the newest or first few of all."""

    title: Text
    total: int
    rows: list[list[tuple[Text, str]]]


HELD: Final[list[Held]] = []
EXCLUDED: Final[dict[str, Text]] = {}  # "app.model" that names a member, and why it is not in the export


def register(*tables: Held) -> None:
    known = {one.model for one in HELD}
    HELD.extend(one for one in tables if one.model not in known)


def show(*, member: User, source: Source, rows_at_most: int) -> list[Part]:
    """For the page. The look is written down."""
    audit.record(Action.DATA_SEEN, source, member=member)
    return [_part(member, held, rows_at_most) for held in HELD]


def write(*, member: User, source: Source) -> str:
    """The file, as JSON. Writing it is written down."""
    audit.record(Action.DATA_EXPORTED, source, member=member)
    told = {
        "about": {"site": settings.SITE_NAME, "operator": settings.OPERATOR_NAME, "made_at": timezone.localtime()},
        "data": {held.key: _section(member, held) for held in HELD},
        "not_in_this_file": {name: str(reason) for name, reason in EXCLUDED.items()},
    }
    return json.dumps(told, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2)


def _rows(member: User, held: Held) -> QuerySet[Any]:
    """In the same order each time, whatever was written in between."""
    rows = held.rows(member)
    return rows if rows.ordered else rows.order_by("pk")


def _section(member: User, held: Held) -> Row:
    left_out = {name: str(reason) for name, reason in held.left_out.items()}
    rows = [_told(member, held, row) for row in _rows(member, held)]
    return {"title": str(held.title), "rows": rows, "left_out": left_out}


def _part(member: User, held: Held, rows_at_most: int) -> Part:
    rows = _rows(member, held)
    own = Card.objects.filter(member=member)
    cards: dict[int | None, list[tuple[Text, str]]] = {card.pk: [(_("Kartu"), str(card))] for card in own}
    shown = [
        cards.get(getattr(row, "card_id", None), [])
        + [(label, worded) for name, label in held.labels.items() if (worded := _worded(row, name, told.get(name)))]
        for row in rows[:rows_at_most]
        for told in [_told(member, held, row)]
    ]
    return Part(title=held.title, total=rows.count(), rows=shown)


def _worded(row: Any, name: str, value: Any) -> str:
    display = getattr(row, f"get_{name}_display", None)
    if display:
        return str(display())
    if isinstance(value, bool):
        return gettext("ya") if value else gettext("tidak")
    if isinstance(value, datetime):
        return date_format(timezone.localtime(value), "j F Y H:i")
    if isinstance(value, date):
        return date_format(value, "j F Y")
    if isinstance(value, Decimal):
        return f"{value:,.2f}".translate({ord(","): ".", ord("."): ","})
    return "" if value is None else str(value)


def _told(member: User, held: Held, row: Any) -> Row:
    told = dict(_columns(held, row))
    return {**told, **held.words(member, row)} if held.words else told


def _columns(held: Held, row: Any) -> Iterator[tuple[str, Any]]:
    sealed = sealed_columns(held.model)
    for column in held.model._meta.concrete_fields:
        name = column.attname
        if name in held.left_out or column.name in held.left_out:
            continue
        if name in sealed:
            yield sealed[name], _opened(row, sealed[name])
        elif not isinstance(column, BinaryField):
            yield name, getattr(row, name)


def _opened(row: Any, attribute: str) -> str:
    try:
        return str(getattr(row, attribute))
    except CannotOpen:
        return ""
