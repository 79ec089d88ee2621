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
from accounts.selectors import merge_targets
from balances import looking, selectors
from balances.growth import FOOT, HEIGHT, WIDTH, bars, levels
from balances.months import MonthState, years_of
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
    reading = selectors.statement_reading_of(card, merged_into=merge_targets(cards).get(card.public_id))
    stretches, found = selectors.stretches_of(reading), levels(reading.years)
    told, odd = {year.year for year in reading.years}, years_of(stretches, MonthState.MISSING, MonthState.PARTIAL)
    year = _chosen(request, told, odd, years_of(stretches))
    rows = reading.rows_of(year) if year else ()
    employers = {row.employer_name for row in rows}
    return {
        "statement": reading,
        "year": year,
        "paper_year": year if year in told else None,
        "years": sorted(told | odd | {year} - {None}, reverse=True),
        "rows": rows,
        "one_employer": employers.pop() if len(employers) == 1 else "",
        "stretches": stretches,
        "odd_years": sorted(odd),
        "seen": selectors.seen_of(reading),
        "legend": legend(),
        "posting_lag": settings.POSTING_LAG_DAYS,
        "levels": found,
        "bars": bars(found),
        "picture": {"width": WIDTH, "height": HEIGHT, "foot": HEIGHT - FOOT, "label": HEIGHT - 6},
        "has_others": len(cards) > 1,
    }


def _chosen(request: HttpRequest, told: set[int], odd: set[int], worked: set[int]) -> int | None:
    """Without being asked: the newest told year with a month to show, else the newest; None: no year at all. Of a year
    in which nothing was paid the upstream may tell no line, so `odd` years can be asked for, too."""
    asked = request.GET.get("tahun", "")
    if not asked:
        return max(worked & told or told or odd or worked, default=None)
    if not looking.YEAR.fullmatch(asked) or (told and int(asked) not in told | odd):
        raise Http404
    return int(asked)
