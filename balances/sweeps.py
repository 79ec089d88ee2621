"""What beat does for balances: no claim is lost with its bell or worker, and cards looked at lately are kept fresh."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import DateTimeField, DurationField, ExpressionWrapper, F, Q, QuerySet, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Random
from django.utils import timezone

from accounts.claim import SWEEP_EVERY_SECONDS, turns
from accounts.models import Card
from accounts.selectors import cards_in_use, who_wants_mail
from balances.duedates import calendar, years_without_holidays
from balances.fetching import make_row
from balances.issuing import prune_tries
from balances.models import Balance, Statement
from balances.services import claim_fetch
from balances.statement import CALLS_EACH, claim_statement

log = logging.getLogger("jht.balances")
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
    new = cards_in_use().filter(balance__isnull=True, linked_at__gte=now - FIRST_FETCH_WITHIN).order_by("linked_at")
    return cards + list(new[: room - len(cards)])


def nightly_sweep() -> int:
    """Gives every due card that is followed its turn; the sweep rings as the turns come.

    Turns are spread at random, so that half the agreed rate stays free for members who wait. Returns how many.
    """
    prune_tries()
    rows = Balance.objects.fetchable().due().filter(card__in=_followed(), fetch_started_at__isnull=True)
    return rows.update(planned_at=_turn(rows.count()))


def _followed() -> QuerySet[Card]:
    """Linked cards that were looked at lately, or whose members asked for mail, which is for those who do not look."""
    since = timezone.localdate() - timedelta(days=settings.SWEEP_VIEWED_WITHIN_DAYS)
    wanted = Q(balance__viewed_on__gte=since) | Q(member__in=who_wants_mail().values("pk"))
    return cards_in_use().filter(wanted, balance__merged=False).order_by()


def _turn(calls: int) -> Combinable:
    """A random moment from now on, in the time these calls take at half the agreed rate."""
    span = timedelta(seconds=calls * 2 / settings.PROVIDER_MAX_PER_SECOND)
    later = ExpressionWrapper(Random() * Value(span, DurationField()), output_field=DurationField())
    return ExpressionWrapper(Value(timezone.now()) + later, output_field=DateTimeField())


# Statements


def sweep_statements() -> int:
    """Rings again for claims whose bell or worker was lost, for failures somebody still looks at, and for what the
    night planned."""
    room = max(1, int(settings.PROVIDER_MAX_PER_SECOND * SWEEP_EVERY_SECONDS / CALLS_EACH))
    viewed_lately = timezone.localdate() - timedelta(days=RETRY_FOR_VIEWED_DAYS)
    failed = Q(failures__gt=0, card__balance__viewed_on__gte=viewed_lately)
    asked = Q(fetch_started_at__isnull=False)
    rows = Statement.objects.fetchable().due().filter(asked | failed | Q(planned_at__lte=timezone.now()))
    cards = []
    for row in rows.select_related("card").order_by(F("planned_at").asc(nulls_first=True), "next_fetch_at")[:room]:
        row.card.statement = row
        cards.append(row.card)
    return sum(claim_statement(card, sweeping=True) for card in cards)


def nightly_statements() -> int:
    """As for balances, so that a missing month is noticed though nobody opens the statement; a followed card gets its
    first statement, too. Returns how many.

    Tells the operator when the table of holidays runs out: an unknown year is judged more patiently, nobody wrongly.
    """
    for year in years_without_holidays(calendar(), timezone.localdate()):
        log.warning("holidays_missing year=%d", year)
    for card in _followed().filter(statement__isnull=True).iterator():
        with transaction.atomic():
            make_row(Statement, card)
    rows = Statement.objects.due().filter(card__in=_followed(), fetch_started_at__isnull=True)
    return rows.update(planned_at=_turn(rows.count() * CALLS_EACH))
