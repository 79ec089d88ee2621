"""Unmistakable values, the ways they could hide in an output, and the outputs that are searched for them."""

import base64
import re
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus, unquote_plus

import redis
from django.db import connection

LONG = 8  # characters; what is shorter is only looked for as a word of its own
_PARTED = r"[\s.,\-_/+]{0,2}"


@dataclass(frozen=True)
class Planted:
    """`at_rest` names the columns where it may stand in clear, as "table.column"."""

    kind: str
    value: str
    at_rest: frozenset[str] = frozenset()

    def forms_in(self, text: str) -> list[str]:
        """Names of the forms found: plain, parted ("2401 1122 201"), url-encoded, base64, hex."""
        found = [form for form, pattern in self._patterns() if pattern.search(text)]
        if "%" in text and not found and self._plain().search(unquote_plus(text)):
            found.append("url-encoded")
        return found

    def _plain(self) -> re.Pattern[str]:
        """A short one as a word of its own, or clocks and ids would hold it by chance."""
        before, after = (r"(?<!\d)", r"(?!\d)") if self.value.isdigit() else ("", "")
        if len(self.value) < LONG:
            before, after = "(?<![0-9A-Za-z.,-])", "(?![0-9A-Za-z.-])"
        return re.compile(before + re.escape(self.value) + after, re.IGNORECASE)

    def _patterns(self) -> Iterator[tuple[str, re.Pattern[str]]]:
        yield "plain", self._plain()
        if len(self.value) < LONG:
            return
        raw = self.value.encode()
        if self.value.replace(" ", "").isalnum():
            signs = (re.escape(sign) for sign in self.value.replace(" ", ""))
            yield "parted", re.compile(rf"(?<!\d){_PARTED.join(signs)}(?!\d)", re.IGNORECASE)
        for encoded in {quote(self.value, safe=""), quote_plus(self.value)} - {self.value}:
            yield "url-encoded", re.compile(re.escape(encoded), re.IGNORECASE)
        yield "hex", re.compile(raw.hex(), re.IGNORECASE)
        yield "base64", re.compile("|".join(re.escape(form) for form in _base64_forms(raw)))


def _base64_forms(raw: bytes) -> set[str]:
    """However the value lies to the groups of three bytes, the middle of its encoding is one of these."""
    forms = set()
    for shift in range(3):
        encoded = base64.b64encode(b"\0" * shift + raw).decode().rstrip("=")
        middle = encoded[(0, 2, 3)[shift] : len(encoded) - (1 if (shift + len(raw)) % 3 else 0)]
        forms |= {middle, middle.replace("+", "-").replace("/", "_")}
    return forms


def found_in(outputs: Iterable[tuple[str, str]], planted: Iterable[Planted]) -> list[str]:
    """Where which kind of value was found in which form; the value itself is not repeated."""
    planted = list(planted)
    return sorted(
        {
            f"{one.kind} {form} in {place}"
            for place, text in outputs
            for one in planted
            if place not in one.at_rest
            for form in one.forms_in(text)
        }
    )


class Broker:
    """Everything that was ever said to a Redis, by MONITOR."""

    def __init__(self, url: str) -> None:
        self._client, self._heard = redis.Redis.from_url(url, socket_timeout=None), list[str]()
        self._started, self._over = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()
        assert self._started.wait(60)

    def _listen(self) -> None:
        """redis-py's own reader of MONITOR stumbles over commands of a script, so the lines are taken as they come."""
        wire = self._client.connection_pool.get_connection()
        wire.send_command("MONITOR")
        wire.read_response()
        self._started.set()
        while not self._over.is_set():
            self._heard.append(wire.read_response().decode(errors="replace"))
        wire.disconnect()

    def text(self) -> str:
        return "\n".join(self._heard)

    def stop(self) -> None:
        self._over.set()
        self._client.ping()
        self._thread.join(60)


class LogFile:
    """What is in a file, or was added to it since; empty where there is none."""

    def __init__(self, path: Path, *, from_now_on: bool = False) -> None:
        self._path = path
        self._from = path.stat().st_size if from_now_on and path.exists() else 0

    @property
    def exists(self) -> bool:
        return self._path.exists()

    def text(self) -> str:
        if not self.exists:
            return ""
        with self._path.open("rb") as file:
            file.seek(self._from)
            return file.read().decode(errors="replace")


def tables() -> list[tuple[str, str]]:
    """Every column of every table in clear text, sessions opened."""
    with connection.cursor() as cursor:
        names = connection.introspection.table_names(cursor)
        return [column for name in names for column in _columns(cursor, name)]


def _columns(cursor: Any, table: str) -> Iterator[tuple[str, str]]:
    cursor.execute(f'SELECT * FROM "{table}"')
    rows = cursor.fetchall()
    for number, column in enumerate(cursor.description):
        yield f"{table}.{column.name}", "\n".join(_as_text(row[number]) for row in rows)


def _as_text(value: object) -> str:
    return bytes(value).decode(errors="replace") if isinstance(value, memoryview | bytes) else str(value)
