"""XLSX with typed cells: amounts are numbers, dates are dates, texts are texts and never formulas or links."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from balances.documents.document import Cell, Column, Document, Kind, Table

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

_PLAIN = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_FORMATS: dict[Kind, dict[str, Any]] = {
    Kind.MONEY: {"num_format": '"Rp"#,##0.00'},
    Kind.DATE: {"num_format": "dd-mm-yyyy", "align": "left"},
    Kind.MONTH: {"num_format": "mmmm yyyy", "align": "left"},
    Kind.PERCENT: {"num_format": "0.00%"},
    Kind.YEAR: {"num_format": "0", "align": "left", "bold": True},
}
_WIDTHS = {Kind.MONEY: 20, Kind.TEXT: 32, Kind.STATUS: 22}


def write(document: Document) -> bytes:
    import xlsxwriter  # late: only who asks for one pays for it

    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, _PLAIN) as book:
        book.set_properties({"title": document.title, "author": document.issuer})
        formats = {kind: book.add_format(look) for kind, look in _FORMATS.items()}
        _summary(book, document, formats)
        for table in document.tables:
            _sheet(book, table, formats)
    return stream.getvalue()


def _summary(book: Workbook, document: Document, formats: dict[Kind, Any]) -> None:
    sheet, bold = book.add_worksheet(document.words["summary"]), book.add_format({"bold": True})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    sheet.set_column(0, 0, 32)
    sheet.set_column(1, 1, 60)
    sheet.write_string(0, 0, document.title, bold)
    sheet.write_string(1, 0, document.amount_label, bold)
    _put(sheet, (1, 1), Kind.MONEY, document.amount, formats)
    sheet.write_string(2, 0, document.as_of_words)
    if document.amount.as_of:
        sheet.write_datetime(2, 1, document.amount.as_of, formats[Kind.DATE])
    lines = [(fact.label, fact.text) for fact in document.facts]
    lines += [(document.words["notes"], note) for note in document.notes]
    lines += [(job.name, " ".join(job.sentences)) for job in document.jobs]
    lines += [("", document.disclaimer)] if document.disclaimer else []
    for number, (label, text) in enumerate(lines, 3):
        sheet.write_string(number, 0, label, wrapped)
        sheet.write_string(number, 1, text, wrapped)


def _sheet(book: Workbook, table: Table, formats: dict[Kind, Any]) -> None:
    sheet, head = book.add_worksheet(table.title), book.add_format({"bold": True, "text_wrap": True, "bottom": 1})
    for place, column in enumerate(table.columns):
        sheet.set_column(place, place, _WIDTHS.get(column.kind, 14))
        sheet.write_string(0, place, column.label, head)
    for number, row in enumerate(table.rows, 1):
        for place, (column, cell) in enumerate(zip(table.columns, row, strict=True)):
            _put(sheet, (number, place), _kind(column, cell), cell, formats)
    sheet.freeze_panes(1, 1)


def _kind(column: Column, cell: Cell) -> Kind:
    return Kind.TEXT if cell.value is None or column.kind is Kind.STATUS else column.kind


def _put(sheet: Worksheet, at: tuple[int, int], kind: Kind, cell: Cell, formats: dict[Kind, Any]) -> None:
    look, value = formats.get(kind), cell.value
    if kind is Kind.MONTH:
        value = date.fromisoformat(f"{value}-01")
    if isinstance(value, date):
        sheet.write_datetime(*at, value, look)
    elif isinstance(value, Decimal | int) and kind is not Kind.TEXT:
        sheet.write_number(*at, float(value / 100 if kind is Kind.PERCENT else value), look)
    else:
        sheet.write_string(*at, cell.text)
