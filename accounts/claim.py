"""The row is the schedule (ADR 3): one mechanism for freshness, single flight, back-off, retry and crash recovery.

`next_fetch_at` says when the next fetch is allowed (null: nothing to fetch). `fetch_started_at` is the fencing token of
the fetch under way (null: none). All of it is conditional UPDATEs, so it holds between any number of processes.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Self, TypeVar
from uuid import UUID

from django.conf import settings
from django.db import models
from django.utils import timezone

from providers.errors import HeldBack

Row = TypeVar("Row", bound="Claim")
Answer = TypeVar("Answer")
SWEEP_EVERY_SECONDS = 10
PATIENCE_SECONDS = 2.0
INTERNAL_ERROR = "internal_error"  # a bug of ours; the row backs off like after any failure


class ClaimQuerySet(models.QuerySet[Row]):
    def due(self) -> Self:
        return self.filter(next_fetch_at__lte=timezone.now())

    def abandoned(self) -> Self:
        """A fetch was asked for or begun and its lease ran out: bell or worker was lost, or it was held back."""
        return self.due().filter(fetch_started_at__isnull=False)

    def claim(self, pk: int) -> datetime | None:
        """Win the fetch of a due row for one lease. Returns the fencing token, or None when somebody else has it."""
        now = timezone.now()
        won = self.filter(pk=pk).due().update(fetch_started_at=now, next_fetch_at=now + lease())
        return now if won else None

    def take_over(self, pk: int, token: datetime, **fields: Any) -> datetime | None:
        """A worker trades the bell's token for its own, so that a bell rung twice is one fetch."""
        now = timezone.now()
        fields |= {"fetch_started_at": now, "next_fetch_at": now + lease()}
        won = self.filter(pk=pk, fetch_started_at=token).update(**fields)
        return now if won else None

    def taken_over(self, public_id: UUID, token: datetime) -> tuple[Row, datetime] | None:
        """The row with the worker's own token; None where another worker has it, or it ended meanwhile."""
        pk = self.filter(public_id=public_id).values_list("pk", flat=True).first()
        mine = self.take_over(pk, token) if pk else None
        row = self.filter(pk=pk, fetch_started_at=mine).first() if mine else None
        return (row, mine) if row and mine else None

    def finish(self, pk: int, token: datetime, **fields: Any) -> bool:
        """Write the outcome, unless the claim passed to another worker meanwhile."""
        return bool(self.filter(pk=pk, fetch_started_at=token).update(**{"fetch_started_at": None, **fields}))


class Claim(models.Model):
    next_fetch_at = models.DateTimeField(null=True, blank=True, default=timezone.now)
    fetch_started_at = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=40, blank=True)

    class Meta:
        abstract = True

    @property
    def in_flight(self) -> bool:
        return self.fetch_started_at is not None


def lease() -> timedelta:
    return timedelta(seconds=settings.CLAIM_LEASE_SECONDS)


def turns() -> list[float]:
    """Seconds from now at which the upstream takes a call, until the next sweep: bells rung all at once would meet an
    empty bucket and wait for the sweep after."""
    rate = settings.PROVIDER_MAX_PER_SECOND
    return [number / rate for number in range(max(1, int(rate * SWEEP_EVERY_SECONDS)))]


def patiently(call: Callable[[], Answer]) -> Answer:
    """A worker's call; waits in place for a turn that is near, and raises HeldBack where it is not.

    Far below the lease; a longer wait is the row's.
    """
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return call()
        except HeldBack as held:
            wait = max(held.wait.total_seconds(), 0.01)
            if time.monotonic() + wait > until:
                raise
        time.sleep(wait)


def unworded(error: Exception) -> Exception:
    """For a log: the traceback under the types of error and cause, without their texts, which may repeat a value."""
    types = [type(one).__name__ for one in (error, error.__cause__) if one]
    return RuntimeError(" from ".join(types)).with_traceback(error.__traceback__)


def backoff(failures: int) -> timedelta:
    """Full jitter over a window that doubles from the first wait to the cap, never under a third of the window."""
    window = min(settings.BACKOFF_CAP_SECONDS, settings.BACKOFF_FIRST_SECONDS * 2 ** max(0, min(failures, 20) - 1))
    return timedelta(seconds=random.uniform(window / 3, window))  # noqa: S311 - jitter, not a secret
