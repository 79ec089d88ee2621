"""CSV by RFC 4180 for people and their spreadsheets: UTF-8 with a byte order mark, one header, formula-safe.

Years and months stand below one another; a field that a row does not have is empty, one that is not known says so.
"""

from __future__ import annotations

import csv
import io
import re

from balances.documents.document import Cell, Column, Document, Kind, Table

_BEGINS_A_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
_BEGINS_A_CELL = ("\t", "\r", "\n", "\0")
# Where amounts have a decimal comma, as in Indonesia, spreadsheets part columns at semicolons and ignore our quotes.
_IN_A_NEW_CELL = re.compile(r"([;|\t\r\n]\s*)(?=[=+\-@＝＋－＠])")


def write(document: Document) -> bytes:
    columns = {column.key: column.label for table in document.tables for column in table.columns}
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow([document.words["section"], "KPJ", *columns.values()])
    for table in document.tables:
        writer.writerows(_line(document, table, row, list(columns)) for row in table.rows)
    return stream.getvalue().encode("utf-8-sig")


def _line(document: Document, table: Table, row: tuple[Cell, ...], keys: list[str]) -> list[str]:
    fields = {column.key: field(column, cell) for column, cell in zip(table.columns, row, strict=True)}
    return [harmless(table.title), f"•••• {document.last_four}", *(fields.get(key, "") for key in keys)]


def field(column: Column, cell: Cell) -> str:
    """Numbers and dates as programs read them, everything else as the page says it."""
    if cell.value is None or column.kind in (Kind.TEXT, Kind.STATUS):
        return harmless(cell.text)
    return f"{cell.value:.2f}" if column.kind in (Kind.MONEY, Kind.PERCENT) else str(cell.value)


def harmless(text: str) -> str:
    """A spreadsheet takes no text of ours for a formula: an apostrophe before it says that it is text."""
    text = _IN_A_NEW_CELL.sub(r"\1'", text)
    risky = text.startswith(_BEGINS_A_CELL) or text.lstrip().startswith(_BEGINS_A_FORMULA)
    return f"'{text}" if risky else text
