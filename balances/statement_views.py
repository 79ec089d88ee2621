"""The statement pages: a card by year and by month. A door holds no rule."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.models import User
from balances import looking, selectors
from balances.growth import FOOT, HEIGHT, WIDTH, bars, levels
from balances.ledger import StatementReading
from balances.statement import claim_statement
from balances.statement_wording import legend


@require_safe
def choose(request: HttpRequest) -> HttpResponse:
    return looking.choose(request, page="statement", heading=_("Rincian Saldo JHT"))


@require_safe
def statement(request: HttpRequest, card_id: UUID) -> HttpResponse:
    return render(request, "balances/statement.html", _context(request, card_id))


@require_safe
def fragment(request: HttpRequest, card_id: UUID) -> HttpResponse:
    """What polling puts in the page's place once the statement has come."""
    return render(request, "balances/_statement.html", _context(request, card_id))


def _context(request: HttpRequest, card_id: UUID) -> dict[str, Any]:
    """Looking at the years asks for them where they are due, as looking at a balance does (ADR 10)."""
    cards = selectors.statement_cards_of(cast(User, request.user))
    card = looking.mine(cards, card_id)
    looking.look(request, [card])
    claim_statement(card)
    reading = selectors.statement_reading_of(card)
    year, found = _chosen(request, reading), levels(reading.years)
    return {
        "statement": reading,
        "year": year,
        "rows": reading.rows_of(year) if year else (),
        "stretches": selectors.stretches_of(reading),
        "seen": selectors.seen_of(reading),
        "legend": legend(),
        "posting_lag": settings.POSTING_LAG_DAYS,
        "levels": found,
        "bars": bars(found),
        "picture": {"width": WIDTH, "height": HEIGHT, "foot": HEIGHT - FOOT, "label": HEIGHT - 6},
        "has_others": len(cards) > 1,
    }


def _chosen(request: HttpRequest, reading: StatementReading) -> int | None:
    """None: the newest year, or no year at all."""
    years = [year.year for year in reading.years]
    asked = request.GET.get("tahun", "")
    if not asked:
        return years[-1] if years else None
    if not (asked.isascii() and asked.isdigit()) or (years and int(asked) not in years):
        raise Http404
    return int(asked)
