"""Riwayat kerja: where a member worked, over all their cards. A door holds no rule."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.selectors import merge_targets
from balances import employments, looking, selectors
from balances.statement import claim_statement
from balances.timeline import picture


@require_safe
def timeline(request: HttpRequest) -> HttpResponse:
    return render(request, "balances/timeline.html", _context(request))


@require_safe
def fragment(request: HttpRequest) -> HttpResponse:
    """What polling puts in the page's place once more cards have told."""
    return render(request, "balances/_timeline.html", _context(request))


def _context(request: HttpRequest) -> dict[str, Any]:
    """Looking asks for the statements that are due, as the statement's page does, a few cards at a time (ADR 10)."""
    cards = selectors.statement_cards_of(cast(User, request.user))
    looking.look(request, cards)
    for card in employments.next_to_ask(cards):
        claim_statement(card)
    history = employments.history_of(cards, merge_targets(cards))
    return {"history": history, "told": history.timeline, "picture": picture(history.timeline, timezone.localdate())}
