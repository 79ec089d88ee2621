"""One row a card: the last good balance, when it was said, and when it may be asked for again. And what was said before."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.claim import Claim, ClaimQuerySet
from accounts.models import Card


class BalanceQuerySet(ClaimQuerySet["Balance"]):
    pass


class Balance(Claim):
    """Amounts in rupiah. Null is unknown and never means zero."""

    card = models.OneToOneField(Card, on_delete=models.CASCADE, primary_key=True, related_name="balance")
    amount = models.DecimalField(max_digits=16, decimal_places=2, null=True, blank=True)
    as_of = models.DateTimeField(null=True, blank=True)  # the upstream's time
    fetched_at = models.DateTimeField(null=True, blank=True)  # our last good answer, with or without an amount
    account_status = models.CharField(max_length=4, blank=True)  # SNAP status: 0001 active, 0002 claimed, 0009 inactive
    merged = models.BooleanField(default=False)
    unavailable_reason = models.CharField(max_length=12, blank=True)  # BARU, DIHITUNG, PERUSAHAAN, PESERTA, TRANSAKSI
    provisional = models.BooleanField(default=False)  # this year's return is not final
    contributions_until = models.CharField(max_length=7, blank=True)  # YYYY-MM
    returns_until = models.CharField(max_length=7, blank=True)  # YYYY-MM
    rate_year = models.PositiveSmallIntegerField(null=True, blank=True)
    rate_percent = models.DecimalField(max_digits=6, decimal_places=2, null=True, blank=True)
    asked_at = models.DateTimeField(null=True, blank=True)  # last manual refresh
    retry_at = models.DateTimeField(
        null=True, blank=True
    )  # the time the upstream itself named (maintenance, daily count)
    viewed_on = models.DateField(null=True, blank=True)

    objects = BalanceQuerySet.as_manager()

    class Meta:
        verbose_name = _("saldo")
        verbose_name_plural = _("saldo")
        indexes = [models.Index(fields=["next_fetch_at"], name="balance_due")]
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
    """A figure the upstream gave; a row is added only when the figure changes."""

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
    outcome = models.CharField(max_length=40)  # "ok", "superseded" or a provider error code
    upstream_reference = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = _("percobaan ambil")
        verbose_name_plural = _("percobaan ambil")
        ordering = ("-started_at", "-id")
        indexes = [models.Index(fields=["card", "-started_at"], name="attempt_card_newest")]
