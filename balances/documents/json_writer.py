"""JSON for programs, as docs/schemas/statement-1.json says it: an amount is a string with its date, or null and why."""

from __future__ import annotations

import json
from typing import Any

from balances.documents.document import Cell, Column, Document, Kind, Table

VERSION = 1


def write(document: Document) -> bytes:
    return json.dumps(_told(document), ensure_ascii=False, indent=1).encode()


def _told(document: Document) -> dict[str, Any]:
    return {
        "version": VERSION,
        "language": document.language,
        "title": document.title,
        "issuer": document.issuer,
        "issued_on": document.issued_on.isoformat(),
        "fetched_at": document.fetched_at.isoformat() if document.fetched_at else None,
        "period": document.year,
        "state": document.state,
        "card": {"last_four": document.last_four},
        "facts": {fact.key: fact.text for fact in document.facts},
        "closing": _amount(document.amount),
        "notes": list(document.notes),
        "employments": [
            {"name": job.name, "span": job.span, "sentences": list(job.sentences)} for job in document.jobs
        ],
        **{table.key: _rows(table) for table in document.tables},
    }


def _rows(table: Table) -> list[dict[str, Any]]:
    return [{column.key: _value(column, cell) for column, cell in zip(table.columns, row, strict=True)}
            for row in table.rows]  # fmt: skip


def _value(column: Column, cell: Cell) -> Any:
    if column.kind is Kind.MONEY:
        return _amount(cell)
    if column.kind is Kind.PERCENT:
        known = cell.value is not None
        return {"percent": f"{cell.value:.2f}"} if known else {"percent": None, "reason": cell.reason}
    if column.kind is Kind.STATUS:
        return {"code": cell.value, "words": cell.text}
    return cell.value if isinstance(cell.value, int) or cell.value is None else str(cell.value)


def _amount(cell: Cell) -> dict[str, Any]:
    if cell.value is None:
        return {"amount": None, "reason": cell.reason}
    return {"amount": f"{cell.value:.2f}", "as_of": cell.as_of.isoformat() if cell.as_of else None}
