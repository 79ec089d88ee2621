"""Seals anew, with the first of FIELD_KEYS, whatever an older key sealed; so that the older key may go.

Finds every sealed column by itself: `Sealed` attributes of all models, authenticator secrets, sessions. Each row is
changed only where it still holds what was read, so a running portal loses nothing; what is done is not done again, so
it goes on where it was stopped.
"""

import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from allauth.mfa.models import Authenticator
from django.apps import apps
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core import signing
from django.db.models import Model

from accounts.sealing import CannotOpen, open_sealed, place_of, seal, sealed_columns, writing_key

MFA_PLACE: Final = "mfa"
SESSION_PLACE: Final = "session"
_SEALED_TEXT: Final = re.compile(r"v1\.([^.]+)\.[A-Za-z0-9+/=]+")
Change = Callable[[Any, Any], Any]  # the stored text and its row to the text to store


@dataclass(frozen=True)
class Place:
    """A column that holds sealed text, bare or inside something else; `change` seals anew what is in it."""

    model: type[Model]
    column: str
    change: Change
    keys: Callable[[Any], list[str]]
    bare: bool = False

    @property
    def name(self) -> str:
        return f"{self.model._meta.db_table}.{self.column}"


@dataclass
class Count:
    """Sealed texts by key id; `unreadable` are those no key of ours opens."""

    by_key: Counter[str]
    resealed: int = 0
    unreadable: int = 0


def places() -> list[Place]:
    found = [
        Place(model, column, _bare(column), _keys_in_text, bare=True)
        for model in apps.get_models()
        for column in sorted(sealed_columns(model))
    ]
    return [
        *found,
        Place(Authenticator, "data", _authenticator, _keys_in_data),
        Place(Session, "session_data", _session, _keys_in_session),
    ]


def count(place: Place) -> Count:
    rows = _rows(place).values_list(place.column, flat=True).iterator(chunk_size=2_000)
    return Count(Counter(key for stored in rows for key in place.keys(stored)))


def reseal(place: Place, *, batch: int = 500, pause: float = 0.0) -> Count:
    """`pause` in seconds after each batch. The count is taken afresh at the end."""
    resealed = unreadable = 0
    for rows in _batches(place, batch):
        for row in rows:
            stored = getattr(row, place.column)
            if set(place.keys(stored)) <= {writing_key()}:
                continue
            try:
                changed = place.change(stored, row)
            except (CannotOpen, signing.BadSignature):
                unreadable += 1
                continue
            same = place.model._default_manager.filter(pk=row.pk, **{place.column: stored})
            resealed += same.update(**{place.column: changed})
        time.sleep(pause)
    return Count(count(place).by_key, resealed, unreadable)


def _rows(place: Place) -> Any:
    rows = place.model._default_manager.order_by("pk")
    return rows.exclude(**{place.column: ""}) if place.bare else rows


def _batches(place: Place, size: int) -> Iterator[list[Any]]:
    """By key, not by offset: rows that come and go meanwhile neither shift nor repeat the others."""
    rows = _rows(place)
    if place.bare:
        rows = rows.exclude(**{f"{place.column}__startswith": f"v1.{writing_key()}."})
    last: Any = None
    while batch := list((rows if last is None else rows.filter(pk__gt=last))[:size]):
        yield batch
        last = batch[-1].pk


def _bare(column: str) -> Change:
    def change(stored: str, row: Any) -> str:
        where = place_of(row, column)
        return seal(open_sealed(stored, place=where), place=where)

    return change


def _keys_in_text(stored: str) -> list[str]:
    match = _SEALED_TEXT.fullmatch(stored)
    return [match[1]] if match else []


def _authenticator(stored: Any, row: Any) -> Any:
    """Whatever of the data is a sealed text: a secret, a seed, a list of codes."""
    if isinstance(stored, dict):
        return {name: _authenticator(value, row) for name, value in stored.items()}
    if isinstance(stored, list):
        return [_authenticator(value, row) for value in stored]
    if isinstance(stored, str) and _keys_in_text(stored):
        return seal(open_sealed(stored, place=MFA_PLACE), place=MFA_PLACE)
    return stored


def _keys_in_data(stored: Any) -> list[str]:
    if isinstance(stored, dict | list):
        values = stored.values() if isinstance(stored, dict) else stored
        return [key for value in values for key in _keys_in_data(value)]
    return _keys_in_text(stored) if isinstance(stored, str) else []


class _AsItIs:
    """Takes the sealed text out of Django's signed envelope, and puts it back."""

    def dumps(self, data: bytes) -> bytes:
        return data

    def loads(self, data: bytes) -> bytes:
        return data


def _session(stored: str, row: Any) -> str:
    salt = SessionStore().key_salt
    inside: bytes = signing.loads(stored, salt=salt, serializer=_AsItIs)
    again = seal(open_sealed(inside.decode(), place=SESSION_PLACE), place=SESSION_PLACE)
    return signing.dumps(again.encode(), salt=salt, serializer=_AsItIs, compress=True)


def _keys_in_session(stored: str) -> list[str]:
    """A session whose signature no longer holds is ended anyway."""
    try:
        inside: bytes = signing.loads(stored, salt=SessionStore().key_salt, serializer=_AsItIs)
    except signing.BadSignature:
        return []
    return _keys_in_text(inside.decode(errors="replace"))
