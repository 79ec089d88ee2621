"""Reads back what was handed out: the amounts and texts of the page, of the PDF's bytes, of CSV, XLSX and JSON."""

import csv
import html
import io
import json
import re
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import openpyxl
import pypdfium2

SUMS = ("opening", "worker", "employer", "returns", "correction", "claims", "closing")
SHARES = ("wage", "back_pay", "worker", "employer")
LABELS = {
    "opening": "Saldo awal", "worker": "Iuran pekerja", "employer": "Iuran pemberi kerja", "wage": "Upah dilaporkan",
    "returns": "Hasil pengembangan", "correction": "Koreksi", "claims": "Klaim", "closing": "Saldo akhir",
    "back_pay": "Rapel",
}  # fmt: skip
MONEY = re.compile(r"−?Rp\d{1,3}(?:\.\d{3})*,\d\d")
Amount = Decimal | None


@dataclass
class Told:
    """What one form of a statement says. None: no amount there, whatever the words for it."""

    years: dict[int, list[Amount]] = field(default_factory=dict)  # in the order of SUMS
    months: list[tuple[str, list[Amount]]] = field(default_factory=list)  # in the order of SHARES

    def amounts(self) -> list[Decimal]:
        """All of them, years first, in the order of the paper."""
        rows = [self.years[year] for year in sorted(self.years)] + [row for _, row in self.months]
        return [amount for row in rows for amount in row if amount is not None]


def money(text: str) -> Amount:
    found = MONEY.search(text)
    if not found:
        return None
    return Decimal(re.sub(r"[Rp.]", "", found[0]).replace("−", "-").replace(",", "."))


def of_page(text: str, *, year: int | None = None) -> Told:
    """All years, or one; the months are those of the year that the page shows."""
    told = Told()
    for number, row in re.findall(r'<tr data-year="(\d{4})">(.*?)</tr>', text, re.DOTALL):
        if year in (None, int(number)):
            cells = {name: money(plain(cell)) for name, cell in re.findall(r'data-sum="(\w+)"[^>]*>(.*?)</td>', row)}
            told.years[int(number)] = [cells.get(name) for name in SUMS]
    for month, row in re.findall(r'<tr data-month="([\d-]+)">(.*?)</tr>', text, re.DOTALL):
        by_label = dict(re.findall(r'<td[^>]*data-label="([^"]*)"[^>]*>(.*?)</td>', row, re.DOTALL))
        told.months.append((month, [money(plain(by_label[LABELS[name]])) for name in SHARES]))
    return told


def plain(markup: str) -> str:
    return html.unescape(re.sub(r"<[^>]*>", "", markup)).strip()


def of_csv(content: bytes) -> Told:
    assert content.startswith(b"\xef\xbb\xbf")
    text = content.decode("utf-8-sig")
    head, *rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    assert {len(row) for row in rows} <= {len(head)}
    told = Told()
    for row in rows:
        cells = dict(zip(head, row, strict=True))
        names = SUMS if cells["Bagian"] == "Per tahun" else SHARES
        amounts = [number(cells[LABELS[name]]) for name in names]
        if names is SUMS:
            told.years[int(cells["Tahun"])] = amounts
        else:
            told.months.append((cells["Bulan iuran"], amounts))
        assert date.fromisoformat(cells["Per"])
    return told


def number(text: str) -> Amount:
    return Decimal(text) if re.fullmatch(r"-?\d+\.\d\d", text) else None


def of_json(content: bytes) -> Told:
    said = json.loads(content)
    told = Told()
    for one in said["years"]:
        told.years[one["year"]] = [amount_of(one[name]) for name in SUMS]
    told.months = [(one["month"], [amount_of(one[name]) for name in SHARES]) for one in said["months"]]
    return told


def amount_of(said: dict[str, Any]) -> Amount:
    if said["amount"] is None:
        assert said["reason"]
        return None
    assert date.fromisoformat(said["as_of"])
    return Decimal(said["amount"])


def of_xlsx(content: bytes) -> Told:
    book = openpyxl.load_workbook(io.BytesIO(content))
    years, months = book["Per tahun"], book["Per bulan"]
    told = Told()
    for row in years.iter_rows(min_row=2):
        told.years[row[0].value] = [typed(cell) for cell in row[1:8]]
        assert isinstance(row[8].value, datetime)
    for row in months.iter_rows(min_row=2):
        assert isinstance(row[0].value, datetime)
        told.months.append((f"{row[0].value:%Y-%m}", [typed(cell) for cell in row[4:8]]))
    return told


def typed(cell: Any) -> Amount:
    assert cell.data_type != "f", cell.coordinate
    return Decimal(str(cell.value)).quantize(Decimal("0.01")) if cell.data_type == "n" else None


def text_of_pdf(content: bytes) -> str:
    paper = pypdfium2.PdfDocument(content)
    try:
        return "\n".join(page.get_textpage().get_text_range() for page in paper)
    finally:
        paper.close()


def amounts_of_pdf(content: bytes) -> list[Decimal]:
    """Every amount of the bytes, in reading order; the first is the closing balance that is printed large."""
    return [amount for found in MONEY.findall(text_of_pdf(content)) if (amount := money(found)) is not None]
