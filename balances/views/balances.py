"""The balance pages: what a member sees of their cards. A door holds no rule."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts import audit
from accounts.models import User
from balances import selectors, services, wording
from balances.looking import look, mine


@require_safe
def balances(request: HttpRequest) -> HttpResponse:
    """Every card with its balance, and their total; one card: straight to it."""
    cards = selectors.cards_of(cast(User, request.user))
    if not cards:
        return render(request, "balances/empty.html")
    if len(cards) == 1:
        return redirect("balance", card_id=cards[0].public_id)
    readings = look(request, cards)
    return render(request, "balances/list.html", {"readings": readings, "total": selectors.total_of(readings)})


@require_safe
def balance(request: HttpRequest, card_id: UUID) -> HttpResponse:
    cards = selectors.cards_of(cast(User, request.user))
    [reading] = look(request, [mine(cards, card_id)], among=cards)
    return render(request, "balances/card.html", {"reading": reading, "has_others": len(cards) > 1})


@require_safe
def fragment(request: HttpRequest, card_id: UUID) -> HttpResponse:
    """One card's section for polling; on the list the total comes along, since it changes with the card."""
    cards = selectors.cards_of(cast(User, request.user))
    [reading] = look(request, [mine(cards, card_id)], among=cards)
    context: dict[str, Any] = {"reading": reading, "in_list": "semua" in request.GET}
    if context["in_list"]:
        context["total"] = selectors.total_of(map(selectors.reading_of, cards))
    return render(request, "balances/_fragment.html", context)


@require_POST
def refresh(request: HttpRequest, card_id: UUID) -> HttpResponse:
    card = mine(selectors.cards_of(cast(User, request.user)), card_id)
    asked = services.ask_refresh(card=card, source=audit.from_request(request))
    words = wording.refresh_answer(asked, selectors.reading_of(card), timezone.now())
    messages.add_message(request, messages.INFO, words)
    page = reverse("balances") if "semua" in request.POST else reverse("balance", args=[card_id])
    return HttpResponseRedirect(f"{page}#kartu-{card_id}")
