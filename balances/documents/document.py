"""What a file of a statement says, in the order it says it. Pure; no Django.

All writers print this and nothing else, so that no two of them can differ. Amounts are in rupiah.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

Value = Decimal | date | int | str | None


class Kind(StrEnum):
    TEXT = "text"
    YEAR = "year"  # int
    MONTH = "month"  # YYYY-MM
    DATE = "date"
    MONEY = "money"  # rupiah, two decimals
    PERCENT = "percent"
    STATUS = "status"  # a code for programs; its text is the word


@dataclass(frozen=True, kw_only=True)
class Column:
    key: str  # for programs; the same in every language
    label: str
    kind: Kind
    on_paper: bool = True  # False: said once beside the table instead


@dataclass(frozen=True, kw_only=True)
class Cell:
    text: str  # as the page says it
    value: Value = None  # None: not known, or nothing there; then `reason` says which
    as_of: date | None = None
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Table:
    key: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""

    def __post_init__(self) -> None:
        for column, cell in self.cells():
            if cell.value is None and not cell.reason:
                raise ValueError(f"{column.key}: nothing stands without its reason")
            if column.kind is Kind.MONEY and cell.value is not None and cell.as_of is None:
                raise ValueError(f"{column.key}: an amount never stands without its date")

    def cells(self) -> Iterable[tuple[Column, Cell]]:
        return ((column, cell) for row in self.rows for column, cell in zip(self.columns, row, strict=True))


@dataclass(frozen=True, kw_only=True)
class Fact:
    """A line above the tables."""

    key: str
    label: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Job:
    """An employment and what stands out in its months."""

    name: str
    span: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Document:
    language: str
    title: str
    issuer: str
    disclaimer: str  # "" where the operator's own site is the official one
    year: int | None  # None: all years
    last_four: str
    state: str  # balances.reading.State
    amount: Cell  # the closing balance: what the check page asks for
    amount_label: str
    as_of_words: str
    facts: tuple[Fact, ...]
    notes: tuple[str, ...]
    jobs: tuple[Job, ...]
    jobs_title: str
    tables: tuple[Table, ...]
    fetched_at: datetime | None
    issued_on: date
    words: dict[str, str]  # the few fixed words of the paper: headings, page numbers, how to check

    @property
    def file_name(self) -> str:
        """Without its ending, and without anything that names the card."""
        return f"rincian-jht-{self.year}" if self.year else "rincian-jht"
