"""Values that rest encrypted, and the keyed hash that finds them again (ADR 5).

A sealed text is `v1.<key id>.<base64 of nonce + ciphertext + tag>`, AES-256-GCM. Table, column and the row's public id
are its associated data, so a text moved to another row or column does not open. Keys come from FIELD_KEYS
(`kid:base64,...`; the first writes, all read); the hash has a key of its own, INDEX_KEY.
"""

import base64
import hashlib
import hmac
import json
import os
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db.models import Model

_VERSION = "v1"
_NONCE_BYTES = 12
_KEY_BYTES = 32
_SESSION_PLACE = "session"


class SessionSerializer:
    """Sessions rest sealed: allauth keeps the signed-in address and codes on their way in them (SESSION_SERIALIZER)."""

    def dumps(self, session: dict[str, Any]) -> bytes:
        return seal(json.dumps(session, separators=(",", ":")), place=_SESSION_PLACE).encode()

    def loads(self, stored: bytes) -> Any:
        """Raises CannotOpen; Django then treats the session as none."""
        return json.loads(open_sealed(stored.decode(), place=_SESSION_PLACE))


class CannotOpen(Exception):
    """The key is gone, or the text was changed or moved to another row."""


def seal(text: str, *, place: str) -> str:
    kid, cipher = next(iter(_ciphers(settings.FIELD_KEYS).items()))
    nonce = os.urandom(_NONCE_BYTES)
    body = cipher.encrypt(nonce, text.encode(), f"{kid}|{place}".encode())
    return f"{_VERSION}.{kid}.{base64.b64encode(nonce + body).decode()}"


def open_sealed(sealed: str, *, place: str) -> str:
    """Raises CannotOpen."""
    try:
        version, kid, encoded = sealed.split(".", 2)
        cipher, body = _ciphers(settings.FIELD_KEYS)[kid], base64.b64decode(encoded, validate=True)
        if version != _VERSION:
            raise CannotOpen("unknown version")
        return cipher.decrypt(body[:_NONCE_BYTES], body[_NONCE_BYTES:], f"{kid}|{place}".encode()).decode()
    except (InvalidTag, KeyError, ValueError) as error:
        raise CannotOpen("sealed text cannot be opened") from error


def blind_index(kind: str, value: str) -> bytes:
    """The keyed hash by which an exact value is found without storing it in clear."""
    return hmac.digest(_key(settings.INDEX_KEY), f"{kind}\0{value}".encode(), hashlib.sha256)


class Sealed(property):
    """A model attribute in clear whose column holds the sealed text; an empty value is stored as an empty string."""

    def __init__(self, column: str) -> None:
        self.column = column

        def read(row: Any) -> str:
            stored: str = getattr(row, column)
            return open_sealed(stored, place=place_of(row, column)) if stored else ""

        def write(row: Any, value: str) -> None:
            setattr(row, column, seal(value, place=place_of(row, column)) if value else "")

        super().__init__(read, write)


def sealed_columns(model: type[Model]) -> dict[str, str]:
    """The columns of a model that hold sealed text, each with the attribute that opens it."""
    found = {name: getattr(model, name, None) for name in dir(model) if not name.startswith("_") and name != "objects"}
    return {one.column: name for name, one in found.items() if isinstance(one, Sealed)}


def writing_key() -> str:
    """The id of the key that seals from now on."""
    return next(iter(_ciphers(settings.FIELD_KEYS)))


def place_of(row: Model, column: str) -> str:
    return f"{row._meta.db_table}.{column}|{row.public_id}"  # type: ignore[attr-defined]


@lru_cache(maxsize=4)
def _ciphers(field_keys: str) -> dict[str, AESGCM]:
    triples = [pair.strip().partition(":") for pair in field_keys.split(",") if pair.strip()]
    if not triples or any(not colon or "." in kid for kid, colon, _ in triples):
        raise ImproperlyConfigured("FIELD_KEYS must read kid:base64[,kid:base64...]")
    return {kid: AESGCM(_key(encoded)) for kid, _, encoded in triples}


@lru_cache(maxsize=8)
def _key(encoded: str) -> bytes:
    try:
        key = base64.b64decode(encoded, validate=True)
    except ValueError:
        key = b""
    if len(key) != _KEY_BYTES:
        raise ImproperlyConfigured(
            "FIELD_KEYS and INDEX_KEY hold base64 of exactly 32 bytes; make them with ./portal keys"
        )
    return key
