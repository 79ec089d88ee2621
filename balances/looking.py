"""A member's look at their own cards, for every page that shows one: theirs or not there, and written down once a
session and day."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import cast
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from accounts import audit
from accounts.models import Card, User
from balances import selectors, services
from balances.reading import Reading

LOOKED = "looked"  # in the session: the day, and the cards this session looked at on it
YEAR = re.compile(r"[0-9]{4}")  # in an address; int() itself refuses thousands of digits with an error


def mine(cards: Sequence[Card], card_id: UUID) -> Card:
    """Somebody else's card and one that never was look alike."""
    for card in cards:
        if card.public_id == card_id:
            return card
    raise Http404


def look(request: HttpRequest, cards: Sequence[Card], *, among: Sequence[Card] = ()) -> list[Reading]:
    """What this session saw today stands in the session itself, so that a second look costs no query.

    `among`: all cards of the member where only some are looked at."""
    today = timezone.localdate().isoformat()
    day, *ids = request.session.get(LOOKED, [""])
    seen = {UUID(one) for one in ids} if day == today else set()
    looked_at = {card.public_id for card in cards}
    readings = services.look(
        member=cast(User, request.user), cards=cards, source=audit.from_request(request), seen=seen
    )
    if looked_at - seen:
        request.session[LOOKED] = [today, *sorted(str(one) for one in seen | looked_at)]
    return selectors.with_targets(readings, among or cards)


def choose(request: HttpRequest, *, page: str, heading: str) -> HttpResponse:
    """Which card a page is meant for; one card: straight to it. `page` is the address's name, its argument card_id."""
    cards = selectors.cards_of(cast(User, request.user))
    if not cards:
        return render(request, "balances/empty.html")
    if len(cards) == 1:
        return redirect(page, card_id=cards[0].public_id)
    return render(request, "balances/choose.html", {"cards": cards, "page": page, "heading": heading})
