"""A card's statement as a file to keep or show: PDF, CSV, JSON, XLSX. A door holds no rule."""

from __future__ import annotations

import logging
from typing import cast
from uuid import UUID

from allauth.core.ratelimit import consume_or_429
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts import audit
from accounts.models import User
from balances import issuing, looking, selectors
from balances.documents.build import Frame, NothingToPrint, document_of
from balances.documents.pdf_writer import PressFailed
from balances.ledger import StatementReading

log = logging.getLogger("jht.documents")
CONFLICT, UNAVAILABLE = 409, 503


@require_GET
def statement_file(request: HttpRequest, card_id: UUID, form: str) -> HttpResponse:
    """What is stored, as it is: a file asks the upstream for nothing."""
    member = cast(User, request.user)
    card = looking.mine(selectors.statement_cards_of(member), card_id)
    reading = selectors.statement_reading_of(card)
    year = _year(request, reading)
    refused: HttpResponse | None = consume_or_429(request, action="export_statement", limit_get=True)
    if refused:
        return refused
    try:
        document, source = document_of(reading, _frame(reading, member), year=year), audit.from_request(request)
        content = issuing.export(card=card, reading=reading, document=document, form=form, source=source)
    except NothingToPrint:
        return render(request, "balances/no_document.html", {"statement": reading, "year": year}, status=CONFLICT)
    except issuing.Gone:
        raise Http404 from None
    except PressFailed as error:
        return _no_paper(request, reading, error)
    return _download(content, form, f"{document.file_name}.{form}")


def _no_paper(request: HttpRequest, reading: StatementReading, error: PressFailed) -> HttpResponse:
    log.error("pdf_not_made why=%s", error)
    return render(request, "balances/no_paper.html", {"statement": reading}, status=UNAVAILABLE)


def _download(content: bytes, form: str, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=issuing.CONTENT_TYPES[form])
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "no-store, private"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _year(request: HttpRequest, reading: StatementReading) -> int | None:
    """None: all years."""
    asked = request.GET.get("tahun", "")
    if not asked:
        return None
    if not looking.YEAR.fullmatch(asked) or (reading.years and int(asked) not in _years(reading)):
        raise Http404
    return int(asked)


def _years(reading: StatementReading) -> set[int]:
    return {one.year for one in reading.years}


def _frame(reading: StatementReading, member: User) -> Frame:
    return Frame(
        site=settings.SITE_NAME,
        operator=settings.OPERATOR_NAME,
        official_notice=settings.OFFICIAL_NOTICE,
        support=settings.SUPPORT_CONTACT,
        holder=member.name,
        today=timezone.localdate(),
        fetched_on=timezone.localdate(reading.fetched_at) if reading.fetched_at else timezone.localdate(),
        seen=selectors.seen_of(reading),
        stretches=selectors.stretches_of(reading),
    )
