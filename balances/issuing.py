"""Verbs: handing a statement out as a file, and saying of a paper whether it is ours. No answer holds an amount.

A paper's code is a keyed hash of all that is printed: the same figures on the same day are the same file with the same
code, and a code tells nothing without the key.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts import audit
from accounts.audit import Action, Source
from accounts.models import Card
from accounts.sealing import blind_index
from accounts.selectors import cards_in_use
from balances import selectors
from balances.documents import csv_writer, json_writer, pdf_writer, xlsx_writer
from balances.documents.build import NothingToPrint, closing_of
from balances.documents.code import code_from
from balances.documents.document import Document
from balances.ledger import StatementReading
from balances.models import DocumentTries, IssuedDocument

TRIES: Final = 5  # wrong answers a code
TRIES_LAST_FOR: Final = timedelta(hours=24)
CONTENT_TYPES: Final = {
    "pdf": "application/pdf",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_WRITERS: Final = {"csv": csv_writer.write, "json": json_writer.write, "xlsx": xlsx_writer.write}


class Gone(Exception):
    """The card was let go or frozen while its file was being made, or its member does not agree any more."""


# Handing out


def export(*, card: Card, reading: StatementReading, document: Document, form: str, source: Source) -> bytes:
    """The file in one of CONTENT_TYPES. Raises Gone. It is made before the transaction, which is two rows long."""
    issued = None
    if form == "pdf":
        content, issued = _paper(card, reading, document)
    else:
        content = _WRITERS[form](document)
    with transaction.atomic():
        if not cards_in_use().select_for_update(no_key=True, of=("self",)).filter(pk=card.pk).exists():
            raise Gone
        if issued:
            IssuedDocument.objects.bulk_create([issued], ignore_conflicts=True)
        period = str(document.year or "all")
        audit.record(
            Action.STATEMENT_EXPORTED, source, member=card.member, card=card.public_id, form=form, period=period
        )
    return content


def _paper(card: Card, reading: StatementReading, document: Document) -> tuple[bytes, IssuedDocument]:
    printed = pdf_writer.content(document)
    said = json.dumps([str(card.public_id), settings.PUBLIC_URL, printed], sort_keys=True)
    code = code_from(blind_index("document", said))
    content = pdf_writer.write(printed, code=code, address=f"{settings.PUBLIC_URL}/periksa/{code}/")
    amount, as_of = closing_of(reading, year=document.year)
    return content, IssuedDocument(
        card=card,
        year=document.year,
        as_of=as_of,
        code_index=_code_index(code),
        closing_index=_closing_index(code, amount, as_of.isoformat()),
        figures_index=_figures_index(reading, document.year),
        file_digest=hashlib.sha256(content).digest(),
    )


def _code_index(code: str) -> bytes:
    return blind_index("document code", code)


def _closing_index(code: str, amount: Decimal, as_of: str) -> bytes:
    return blind_index("document closing", f"{code} {amount:.2f} {as_of}")


def _figures_index(reading: StatementReading, year: int | None) -> bytes:
    """Changes when anything the upstream told of this period does; not with the day it is of, or our own last fetch."""
    told: list[object] = [asdict(one) | {"as_of": None} for one in reading.years if year in (None, one.year)]
    told += [asdict(row) for row in (reading.rows if year is None else reading.rows_of(year))]
    told += [reading.amount] if year is None else []
    return blind_index("document figures", json.dumps([str(reading.card_id), told], default=str))


# Checking


class Verdict(StrEnum):
    MATCHES = "matches"
    REPLACED = "replaced"  # ours, and the figures of its period have changed since
    NO_MATCH = "no_match"  # wrong, unknown, or of a card that is no longer linked or is frozen: nobody learns which
    WAIT = "wait"


@dataclass(frozen=True, kw_only=True)
class Answer:
    verdict: Verdict
    tries_left: int | None = None  # None: nothing was counted
    until: datetime | None = None  # when one may try again
    by_file: bool = False  # the whole file was compared, not the closing balance only


def check_closing(*, code: str, amount: Decimal) -> Answer:
    """Whether this closing balance (rupiah) is printed on the paper with this code."""
    with transaction.atomic():
        tries = _locked(code)
        if tries.wrong >= TRIES:
            return Answer(verdict=Verdict.WAIT, tries_left=0, until=tries.first_at + TRIES_LAST_FOR)
        found = _vouched().filter(code_index=_code_index(code)).order_by("-issued_at", "-pk").first()
        as_of = found.as_of.isoformat() if found else ""
        said = _closing_index(code, amount, as_of)
        if found and hmac.compare_digest(said, bytes(found.closing_index)):
            return Answer(verdict=_still(found))
        return _wrong(tries)


def check_file(*, digest: bytes, code: str | None = None) -> Answer:
    """Whether a file with this SHA-256 is one of ours. A wrong one counts for its code, a right one never waits."""
    found = _vouched().filter(file_digest=digest).first()
    if found and (code is None or bytes(found.code_index) == _code_index(code)):
        return Answer(verdict=_still(found), by_file=True)
    if code is None:
        return Answer(verdict=Verdict.NO_MATCH)
    with transaction.atomic():
        tries = _locked(code)
        if tries.wrong >= TRIES:
            return Answer(verdict=Verdict.WAIT, tries_left=0, until=tries.first_at + TRIES_LAST_FOR)
        return _wrong(tries)


def _vouched() -> QuerySet[IssuedDocument]:
    return IssuedDocument.objects.filter(card__state=Card.State.ACTIVE).select_related("card", "card__statement")


def _still(found: IssuedDocument) -> Verdict:
    reading = selectors.statement_reading_of(found.card)
    try:
        closing_of(reading, year=found.year)
    except NothingToPrint:
        return Verdict.REPLACED
    same = hmac.compare_digest(_figures_index(reading, found.year), bytes(found.figures_index))
    return Verdict.MATCHES if same else Verdict.REPLACED


def _locked(code: str) -> DocumentTries:
    """One row a code, held until the answer stands, so that guesses at the same moment queue up."""
    index, now = _code_index(code), timezone.now()
    tries, _new = DocumentTries.objects.select_for_update().get_or_create(code_index=index, defaults={"first_at": now})
    if tries.wrong and now - tries.first_at >= TRIES_LAST_FOR:
        tries.wrong = 0
    return tries


def _wrong(tries: DocumentTries) -> Answer:
    if not tries.wrong:
        tries.first_at = timezone.now()
    tries.wrong += 1
    tries.save(update_fields=["wrong", "first_at"])
    left = TRIES - tries.wrong
    return Answer(verdict=Verdict.NO_MATCH, tries_left=left, until=None if left else tries.first_at + TRIES_LAST_FOR)


# Forgetting


def forget_documents(card: Card) -> None:
    """With the unlinking's own transaction: a paper of a card that was let go is vouched for no longer."""
    IssuedDocument.objects.filter(card=card).delete()


def prune_tries() -> None:
    DocumentTries.objects.filter(first_at__lt=timezone.now() - TRIES_LAST_FOR).delete()
