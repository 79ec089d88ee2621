"""What fetching a balance and fetching a statement have in common: the row, when to ask again, our own brake."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from django.conf import settings
from django.utils import timezone

from accounts.claim import backoff
from accounts.models import Card
from balances import freshness
from balances.models import Balance, Statement
from providers.errors import ProviderError, Retry

Fetched = TypeVar("Fetched", Balance, Statement)
SETTLED: Final[dict[str, Any]] = {
    "failures": 0,
    "last_error": "",
    "retry_at": None,
    "held_back": False,
    "planned_at": None,
}


def make_row(model: type[Fetched], card: Card) -> Fetched | None:
    """Locks the card, so that no row is made behind the back of its unlinking. None where it is not active."""
    locked = Card.objects.select_for_update().filter(pk=card.pk, state=Card.State.ACTIVE)
    if not locked.values_list("pk").first():
        return None
    model.objects.bulk_create([model(card=card)], ignore_conflicts=True)
    return model.objects.get(pk=card.pk)


def told_by(error: ProviderError) -> timedelta | None:
    """The wait that the upstream itself named."""
    return error.retry_after if error.retry is Retry.WHEN_TOLD else None


def after_failure(code: str, *, failures: int, told: timedelta | None = None) -> dict[str, Any]:
    """The columns that say when to ask again. `failures` are those before this one.

    The upstream's own time is kept to, with a little jitter so that not everybody comes back in the same second;
    "0 seconds" must not become a call a reload.
    """
    failures = min(failures + 1, 1000)
    now, until = timezone.now(), None
    if told is not None:
        wait = told * random.uniform(1.0, 1.1)  # noqa: S311 - jitter, not a secret
        if wait < timedelta(seconds=settings.BACKOFF_FIRST_SECONDS):
            wait = max(wait, backoff(failures))
        until = now + wait
    again = until or now + (freshness.rest_after(code) or backoff(failures))
    return SETTLED | {"failures": failures, "last_error": code, "next_fetch_at": again, "retry_at": until}


def hold_back(model: type[Fetched], card: Card, token: datetime, *, wait: timedelta) -> None:
    """Our own brake said not now: no failure, and the ask stays claimed, so the sweep rings again after the wait."""
    again = timezone.now() + wait * random.uniform(1.0, 1.2)  # noqa: S311 - jitter, not a secret
    model.objects.filter(pk=card.pk, fetch_started_at=token).update(next_fetch_at=again, held_back=True)


def ahead() -> timedelta:
    """How far an upstream's date may lie in the future: a clock a little fast, or in a demo the sandbox's other day."""
    return freshness.DEMO_AHEAD if settings.DEMO else freshness.AHEAD
