"""One row a card: the last good balance, when it was said, when it may be asked for again. And what was said before."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.claim import Claim, ClaimQuerySet
from accounts.models import Card


class BalanceQuerySet(ClaimQuerySet["Balance"]):
    def fetchable(self) -> Self:
        """Of active cards only. EXISTS and not a join: a join would turn the claim's UPDATE into one over a subquery,
        whose condition PostgreSQL does not check again after waiting for a row lock, and two could win."""
        return self.filter(
            models.Exists(Card.objects.filter(pk=models.OuterRef("card_id"), state=Card.State.ACTIVE).order_by())
        )


class Balance(Claim):
    """Amounts in rupiah. Null is unknown and never means zero."""

    card = models.OneToOneField(Card, on_delete=models.CASCADE, primary_key=True, related_name="balance")
    amount = models.DecimalField(max_digits=16, decimal_places=2, null=True, blank=True)
    as_of = models.DateTimeField(null=True, blank=True)  # the upstream's time
    fetched_at = models.DateTimeField(null=True, blank=True)  # our last good answer, with or without an amount
    account_status = models.CharField(max_length=8, blank=True)  # SNAP status: 0001 active, 0002 claimed, 0009 inactive
    merged = models.BooleanField(default=False)
    unavailable_reason = models.CharField(max_length=12, blank=True)  # BARU, DIHITUNG, PERUSAHAAN, PESERTA, TRANSAKSI
    provisional = models.BooleanField(default=False)  # this year's return is not final
    contributions_until = models.CharField(max_length=7, blank=True)  # YYYY-MM
    returns_until = models.CharField(max_length=7, blank=True)  # YYYY-MM
    rate_year = models.PositiveSmallIntegerField(null=True, blank=True)
    rate_percent = models.DecimalField(max_digits=6, decimal_places=2, null=True, blank=True)
    asked_at = models.DateTimeField(null=True, blank=True)  # last manual refresh
    retry_at = models.DateTimeField(null=True, blank=True)  # the time the upstream itself named (maintenance, limits)
    held_back = models.BooleanField(default=False)  # our own limit or brake makes the present ask wait
    planned_at = models.DateTimeField(null=True, blank=True)  # its turn in the nightly sweep
    viewed_on = models.DateField(null=True, blank=True)

    objects = BalanceQuerySet.as_manager()

    class Meta:
        verbose_name = _("saldo")
        verbose_name_plural = _("saldo")
        indexes = [  # what the sweep looks for every ten seconds; most rows are in none of them
            models.Index(
                fields=["next_fetch_at"], name="balance_claimed", condition=models.Q(fetch_started_at__isnull=False)
            ),
            models.Index(fields=["next_fetch_at"], name="balance_failed", condition=models.Q(failures__gt=0)),
            models.Index(fields=["planned_at"], name="balance_planned", condition=models.Q(planned_at__isnull=False)),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(amount__isnull=True) | models.Q(as_of__isnull=False),
                name="no_amount_without_its_date",
            ),
            models.CheckConstraint(condition=models.Q(amount__isnull=True) | models.Q(amount__gte=0), name="no_debt"),
        ]

    def __str__(self) -> str:
        return str(self.card)


class BalanceHistory(models.Model):
    """A figure the upstream gave. A row is added only when the figure changes, so `as_of` is the first date it was
    given for; until which date it held is the next row's, or the Balance's own."""

    card = models.ForeignKey(Card, on_delete=models.CASCADE, related_name="balance_history")
    amount = models.DecimalField(max_digits=16, decimal_places=2)
    as_of = models.DateTimeField()
    fetched_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("riwayat saldo")
        verbose_name_plural = _("riwayat saldo")
        ordering = ("-as_of", "-id")
        indexes = [models.Index(fields=["card", "-as_of"], name="history_card_newest")]


class FetchAttempt(models.Model):
    """One try to reach the upstream for a card, as staff see it. Append-only, pruned after 90 days."""

    card = models.ForeignKey(Card, on_delete=models.CASCADE, related_name="fetch_attempts")
    started_at = models.DateTimeField()
    milliseconds = models.PositiveIntegerField()
    # "ok", "no_amount", "merged", "superseded", a provider error's code or one of balances.freshness
    outcome = models.CharField(max_length=40)
    upstream_reference = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = _("percobaan ambil")
        verbose_name_plural = _("percobaan ambil")
        ordering = ("-started_at", "-id")
        indexes = [models.Index(fields=["card", "-started_at"], name="attempt_card_newest")]
