"""PDF/UA-1 through Typst (ADR 18). Everything of a member's goes in as data, never as markup; nothing is fetched.

The same document always gives the same bytes, so that a file can be known again by its hash.
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
import threading
import unicodedata
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from balances.documents.code import grouped
from balances.documents.document import Document, Kind

TEMPLATE = Path(__file__).with_name("statement.typ")
PRESS = Path(__file__).with_name("press.py")
PATIENCE_SECONDS = 20
AT_ONCE, TURN_SECONDS = 2, 5  # papers a web process makes at a time, and how long another one waits for its turn
_turns = threading.BoundedSemaphore(AT_ONCE)
# What the one font of the paper can show; PDF/UA forbids a sign without a picture.
_NO_PICTURE = re.compile(r"[^ -~\u00a1-\u00ac\u00ae-\u017f\u2010\u2013\u2014\u2018-\u201e\u2022\u2026\u2212]")
_RIGHT = (Kind.MONEY, Kind.PERCENT)


class PressFailed(Exception):
    """No paper came; holds the exit code, "slow" or "busy", since the compiler's words may repeat what was printed."""


def content(document: Document) -> dict[str, Any]:
    """All that is printed, but the code: the code is made from it."""
    return {
        "lang": document.language,
        "title": document.title,
        "issuer": document.issuer,
        "disclaimer": document.disclaimer,
        "issued": document.issued_on.isoformat(),
        "amount_label": document.amount_label,
        "amount": document.amount.text,
        "as_of": document.as_of_words,
        "facts": [[fact.label, fact.text] for fact in document.facts],
        "notes": list(document.notes),
        "jobs_title": document.jobs_title,
        "jobs": [{"name": job.name, "span": job.span, "sentences": list(job.sentences)} for job in document.jobs],
        "tables": [_table(table) for table in document.tables],
        "words": document.words,
        "engine": _engine(),
    }


def _table(table: Any) -> dict[str, Any]:
    shown = [place for place, column in enumerate(table.columns) if column.on_paper]
    columns = [table.columns[place] for place in shown]
    return {
        "title": table.title,
        "note": table.note,
        "head": [column.label for column in columns],
        "right": [column.kind in _RIGHT for column in columns],
        "wide": [column.kind is Kind.TEXT for column in columns],
        "rows": [[row[place].text for place in shown] for row in table.rows],
    }


def write(printed: dict[str, Any], *, code: str, address: str) -> bytes:
    """`address` is the page that checks this code. Raises PressFailed."""
    data = _printable({**printed, "code": grouped(code), "address": address}) | {"qr": _qr(address)}
    lines = "\n".join([json.dumps(TEMPLATE.read_text()), json.dumps(data), ""])
    if not _turns.acquire(timeout=TURN_SECONDS):
        raise PressFailed("busy")
    try:
        return _pressed(lines.encode())
    except subprocess.TimeoutExpired:
        raise PressFailed("slow") from None
    finally:
        _turns.release()


def _pressed(lines: bytes) -> bytes:
    # Isolated (-I): neither the environment's settings nor the working directory matter to it.
    press = subprocess.run(  # noqa: S603 - our own script, no shell
        [sys.executable, "-I", str(PRESS)],
        input=lines,
        capture_output=True,
        timeout=PATIENCE_SECONDS,
        env={},
        check=False,
    )
    if press.returncode or not press.stdout.startswith(b"%PDF"):
        raise PressFailed(press.returncode)
    return press.stdout


def _printable(told: Any) -> Any:
    if isinstance(told, str):
        return _NO_PICTURE.sub("?", unicodedata.normalize("NFC", told.replace("\n", " ")))
    if isinstance(told, dict):
        return {key: _printable(value) for key, value in told.items()}
    return [_printable(one) for one in told] if isinstance(told, list) else told


def _qr(text: str) -> str:
    """A picture of squares, four of them free around."""
    import qrcode

    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=4)
    code.add_data(text)
    rows = code.get_matrix()
    dark = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, is_dark in enumerate(row) if is_dark)
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {len(rows)} {len(rows)}"><path d="{dark}"/></svg>'


@cache
def _engine() -> str:
    """What besides the content decides the bytes."""
    return f"{version('typst')} {hashlib.sha256(TEMPLATE.read_bytes()).hexdigest()}"
