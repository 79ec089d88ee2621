"""Reading a request's body strictly: 400xx00 for bad JSON, 400xx02 for a missing field, 400xx01 for a malformed one."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date
from typing import NoReturn

from demo.sandbox.answers import Json, Refusal
from demo.sandbox.month import Month, parse
from demo.sandbox.people import KPJ_FORM

_REFERENCE = re.compile(r"[\x21-\x7e]{1,64}")
_NIK = re.compile(r"\d{16}", re.ASCII)
_CODE = re.compile(r"\d{6}", re.ASCII)
_NUMBER = re.compile(r"-?\d{1,6}", re.ASCII)
_PHONE = re.compile(r"(?:\+62|62|0)?(8\d{7,12})", re.ASCII)


def parsed(body: bytes) -> Json:
    """The JSON object of a request; duplicate keys, NaN, Infinity and a BOM are refused like any bad JSON."""
    try:
        value = json.loads(body.decode(), object_pairs_hook=_unique, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise Refusal(400, "00") from None
    if not isinstance(value, dict):
        raise Refusal(400, "00")
    return value


def _unique(pairs: list[tuple[str, object]]) -> Json:
    if len({name for name, _ in pairs}) != len(pairs):
        raise ValueError
    return dict(pairs)


def _refuse(constant: str) -> NoReturn:
    raise ValueError


def text(body: Json, name: str, accept: Callable[[str], object] = bool) -> str:
    """A mandatory text field that `accept` finds well-formed."""
    value = optional_text(body, name, accept)
    if value is None:
        raise Refusal(400, "02", name)
    return value


def optional_text(body: Json, name: str, accept: Callable[[str], object] = bool) -> str | None:
    value = body.get(name)
    if value is None or value == "":
        return None
    if not isinstance(value, str) or not accept(value):
        raise Refusal(400, "01", name)
    return value


def kpj(body: Json, name: str) -> str:
    return text(body, name, KPJ_FORM.fullmatch)


def nik(body: Json) -> str:
    return text(body, "nik", _NIK.fullmatch)


def code(body: Json) -> str:
    return text(body, "code", _CODE.fullmatch)


def reference(body: Json, name: str) -> str:
    """A memberRef, challengeRef or reference number: at most 64 printable ASCII."""
    return text(body, name, _REFERENCE.fullmatch)


def optional_reference(body: Json) -> str | None:
    return optional_text(body, "partnerReferenceNo", _REFERENCE.fullmatch)


def inner(body: Json, name: str) -> Json:
    """An object inside the body; absent, it is empty."""
    value = body.get(name)
    if value is not None and not isinstance(value, dict):
        raise Refusal(400, "01", name)
    return value or {}


def day(body: Json, name: str) -> date:
    value = text(body, name, lambda given: re.fullmatch(r"\d{4}-\d\d-\d\d", given, re.ASCII))
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise Refusal(400, "01", name) from None


def months(body: Json) -> tuple[Month, Month]:
    first, last = (parse(text(body, name, parse)) or 0 for name in ("fromMonth", "toMonth"))
    if first > last:
        raise Refusal(400, "01", "toMonth")
    return first, last


def years(body: Json) -> tuple[int, int]:
    first, last = (whole(body, name, low=1900, high=2999) for name in ("dariTahun", "sampaiTahun"))
    if first > last:
        raise Refusal(400, "01", "sampaiTahun")
    return first, last


def whole(body: Json, name: str, *, low: int, high: int, default: int | None = None) -> int:
    """An integer sent as a number or as text."""
    value = body.get(name)
    if value is None and default is not None:
        return default
    if value is None:
        raise Refusal(400, "02", name)
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise Refusal(400, "01", name)
    return value


def phone(body: Json) -> str | None:
    """`nomorHp` in one form, `+628…`; None when it was not sent."""
    given = optional_text(body, "nomorHp", _PHONE.fullmatch)
    found = _PHONE.fullmatch(given) if given else None
    return f"+62{found[1]}" if found else None
