"""Reads an answer's JSON: tolerant of order and unknown fields, strict in each value handed out (contract 3.7, Values).

Whatever is wrong raises BadAnswer naming the field, never its content. Null and absent are the same.
"""

import json
import logging
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final, NoReturn, TypeVar
from unicodedata import category

from providers.errors import BadAnswer

logger = logging.getLogger(__name__)

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)

TEXT_LIMIT: Final = 255
REFERENCE_LIMIT: Final = 64
_MONEY: Final = re.compile(r"-?[0-9]{1,14}\.[0-9]{2}")
_PERCENT: Final = re.compile(r"-?[0-9]{1,3}(\.[0-9]{1,4})?")
_INTEGER: Final = re.compile(r"-?[0-9]{1,9}")
_MONTH: Final = re.compile(r"[12][0-9]{3}-(0[1-9]|1[0-2])")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})"
)
_UNFIT: Final = frozenset({"Cc", "Cs"})  # control characters, lone surrogates
_KPJ: Final = re.compile(r"[0-9A-Z]{11}")
_REFERENCE: Final = re.compile(r"[\x20-\x7e]{1,64}")


def parse(body: bytes) -> "Document":
    """The answer's top object. Refuses a BOM, other encodings, duplicate keys, NaN and Infinity."""
    try:
        value = json.loads(
            body.decode("utf-8"),
            object_pairs_hook=_unique,
            parse_constant=_no_constant,
            parse_float=Decimal,
        )
    except (ValueError, RecursionError):
        raise BadAnswer("not the JSON we accept") from None  # the cause would carry the answer
    if not isinstance(value, dict):
        raise BadAnswer("not a JSON object")
    return Document(value)


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise BadAnswer("a key stands twice")
    return fields


def _no_constant(_: str) -> NoReturn:
    raise BadAnswer("NaN or Infinity")


def present(value: T | None, name: str) -> T:
    if value is None:
        raise BadAnswer(f"{name} is missing")
    return value


class Document:
    """One JSON object with typed getters; each gives None where the field is null or absent."""

    def __init__(self, fields: Mapping[str, object]) -> None:
        self._fields = fields

    def text(self, name: str, *, limit: int = TEXT_LIMIT) -> str | None:
        """White space is made single blanks; an empty text counts as absent; what no column can hold is refused."""
        value = self._fields.get(name)
        if value is None:
            return None
        if not isinstance(value, str) or len(value) > limit or any(category(sign) in _UNFIT for sign in value):
            raise BadAnswer(f"{name} is not a plain text")
        return " ".join(value.split()) or None

    def matching(self, name: str, pattern: re.Pattern[str]) -> str | None:
        value = self._fields.get(name)
        if value is None:
            return None
        if not isinstance(value, str) or not pattern.fullmatch(value):
            raise BadAnswer(f"{name} has another form")
        return value

    def reference(self, name: str) -> str | None:
        return self.matching(name, _REFERENCE)

    def kpj(self, name: str) -> str | None:
        return self.matching(name, _KPJ)

    def month(self, name: str) -> str | None:
        return self.matching(name, _MONTH)

    def day(self, name: str) -> date | None:
        value = self.matching(name, _DAY)
        return None if value is None else _calendar(date.fromisoformat, value, name)

    def moment(self, name: str) -> datetime | None:
        """Either form of contract 1.5, or with Z; always aware."""
        value = self.matching(name, _MOMENT)
        return None if value is None else _calendar(datetime.fromisoformat, value, name)

    def percent(self, name: str) -> Decimal | None:
        value = self.matching(name, _PERCENT)
        return None if value is None else Decimal(value)

    def integer(self, name: str) -> int | None:
        """A number or a string of digits; true is not 1, since `str` spells it out."""
        value = self._fields.get(name)
        if value is None:
            return None
        if not isinstance(value, int | str) or not _INTEGER.fullmatch(str(value)):
            raise BadAnswer(f"{name} is not an integer")
        return int(value)

    def flag(self, name: str) -> bool | None:
        value = self._fields.get(name)
        if value is not None and not isinstance(value, bool):
            raise BadAnswer(f"{name} is not true or false")
        return value

    def money(self, name: str) -> Decimal | None:
        """Rupiah from `{"value": "0.00", "currency": "IDR"}`."""
        amount = self.child(name)
        if amount is None:
            return None
        if amount.text("currency") != "IDR":
            raise BadAnswer(f"{name} is not in rupiah")
        return Decimal(present(amount.matching("value", _MONEY), name))

    def choice(self, name: str, kind: type[E]) -> E | None:
        """A word we do not know becomes UNKNOWN and is logged by its field."""
        word = self.text(name)
        return None if word is None else _known(word, name, kind)

    def choices(self, name: str, kind: type[E]) -> tuple[E, ...]:
        words = self._list(name)
        if not all(isinstance(word, str) for word in words):
            raise BadAnswer(f"{name} is not a list of words")
        return tuple(_known(str(word), name, kind) for word in words)

    def child(self, name: str) -> "Document | None":
        value = self._fields.get(name)
        if value is None:
            return None
        if not isinstance(value, dict):
            raise BadAnswer(f"{name} is not an object")
        return Document(value)

    def children(self, name: str) -> list["Document"]:
        values = self._list(name)
        documents = [Document(value) for value in values if isinstance(value, dict)]
        if len(documents) != len(values):
            raise BadAnswer(f"{name} is not a list of objects")
        return documents

    def _list(self, name: str) -> list[object]:
        value = self._fields.get(name)
        if value is None:
            return []
        if not isinstance(value, list):
            raise BadAnswer(f"{name} is not a list")
        return value


def _known(word: str, name: str, kind: type[E]) -> E:
    try:
        return kind(word)
    except ValueError:
        logger.warning("provider_unknown_word field=%s kind=%s", name, kind.__name__)
        return kind("UNKNOWN")


def _calendar(convert: Callable[[str], T], value: str, name: str) -> T:
    try:
        return convert(value)
    except ValueError:
        raise BadAnswer(f"{name} is no date in any calendar") from None
