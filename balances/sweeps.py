"""What beat does for balances: no claim is lost with its bell or worker, and cards looked at lately are kept fresh."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db.models import DateTimeField, DurationField, ExpressionWrapper, F, Q, Value
from django.db.models.functions import Random
from django.utils import timezone

from accounts.claim import turns
from accounts.models import Card
from balances.models import Balance
from balances.services import claim_fetch

RETRY_FOR_VIEWED_DAYS = 2  # a failed fetch is tried again by itself while somebody still looks
FIRST_FETCH_WITHIN = timedelta(days=2)  # of linking; a card that slipped through is fetched on its first look


def sweep() -> int:
    """Every ten seconds: rings again for claims whose bell or worker was lost, for failures somebody still looks at,
    for what the nightly sweep planned, and for new cards. As many as the upstream takes until the next sweep, each in
    its turn."""
    slots = turns()
    due = zip(_cards_to_ring(len(slots)), slots, strict=False)
    return sum(claim_fetch(card, sweeping=True, delay=delay) for card, delay in due)


def _cards_to_ring(room: int) -> list[Card]:
    """People who wait come first, the night's plan last."""
    now = timezone.now()
    viewed_lately = timezone.localdate() - timedelta(days=RETRY_FOR_VIEWED_DAYS)
    asked = Q(fetch_started_at__isnull=False)
    failed = Q(failures__gt=0, viewed_on__gte=viewed_lately)
    rows = (
        Balance.objects.fetchable()
        .due()
        .filter(asked | failed | Q(planned_at__lte=now))
        .select_related("card")
        .order_by(F("planned_at").asc(nulls_first=True), "next_fetch_at")
    )
    cards = []
    for row in rows[:room]:
        row.card.balance = row
        cards.append(row.card)
    new = Card.objects.filter(
        state=Card.State.ACTIVE, balance__isnull=True, linked_at__gte=now - FIRST_FETCH_WITHIN
    ).order_by("linked_at")
    return cards + list(new[: room - len(cards)])


def nightly_sweep() -> int:
    """Gives every due card that was viewed lately its turn; the sweep rings as the turns come.

    Turns are spread at random, so that half the agreed rate stays free for members who wait. Returns how many.
    """
    now = timezone.now()
    since = timezone.localdate() - timedelta(days=settings.SWEEP_VIEWED_WITHIN_DAYS)
    rows = Balance.objects.fetchable().due().filter(viewed_on__gte=since, merged=False, fetch_started_at__isnull=True)
    span = timedelta(seconds=rows.count() * 2 / settings.PROVIDER_MAX_PER_SECOND)
    later = ExpressionWrapper(Random() * Value(span, DurationField()), output_field=DurationField())
    return rows.update(planned_at=ExpressionWrapper(Value(now) + later, output_field=DateTimeField()))
