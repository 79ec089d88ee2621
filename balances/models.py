"""One row a card: the last good balance, when it was said, when it may be asked for again. And what was said before."""

from __future__ import annotations

from typing import Any, Self, TypeVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.claim import Claim, ClaimQuerySet
from accounts.models import Card
from accounts.selectors import cards_in_use

Row = TypeVar("Row", "Balance", "Statement")


class OfCards(ClaimQuerySet[Row]):
    def fetchable(self) -> Self:
        """Of cards in use only. EXISTS and not a join: a join would turn the claim's UPDATE into one over a subquery,
        whose condition PostgreSQL does not check again after waiting for a row lock, and two could win."""
        return self.filter(models.Exists(cards_in_use().filter(pk=models.OuterRef("card_id")).order_by()))


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

    objects = OfCards["Balance"].as_manager()

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


class Statement(Claim):
    """One row a card: the last good statement as a whole. Its years, rows and employments stand in their own tables."""

    card = models.OneToOneField(Card, on_delete=models.CASCADE, primary_key=True, related_name="statement")
    amount = models.DecimalField(max_digits=16, decimal_places=2, null=True, blank=True)  # of 11, asked with the years
    as_of = models.DateTimeField(null=True, blank=True)  # the upstream's time of `amount` and of the present year
    unavailable_reason = models.CharField(max_length=12, blank=True)
    contributions_until = models.CharField(max_length=7, blank=True)  # YYYY-MM
    settled = models.BooleanField(default=False)  # years, rows and balance add up to the rupiah
    fetched_at = models.DateTimeField(null=True, blank=True)  # our last good answer
    retry_at = models.DateTimeField(null=True, blank=True)
    held_back = models.BooleanField(default=False)
    planned_at = models.DateTimeField(null=True, blank=True)  # its turn in the nightly sweep

    objects = OfCards["Statement"].as_manager()

    class Meta:
        verbose_name = _("rincian")
        verbose_name_plural = _("rincian")
        indexes = [
            models.Index(
                fields=["next_fetch_at"], name="statement_claimed", condition=models.Q(fetch_started_at__isnull=False)
            ),
            models.Index(fields=["next_fetch_at"], name="statement_failed", condition=models.Q(failures__gt=0)),
            models.Index(fields=["planned_at"], name="statement_planned", condition=models.Q(planned_at__isnull=False)),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(amount__isnull=True) | models.Q(as_of__isnull=False),
                name="no_statement_amount_without_its_date",
            ),
        ]

    def __str__(self) -> str:
        return str(self.card)


def _rupiah(**options: Any) -> models.DecimalField[Any, Any]:
    return models.DecimalField(max_digits=16, decimal_places=2, **options)


class StatementYear(models.Model):
    """J3: all seven sums, or none and a reason. Null is unknown and never means zero."""

    card = models.ForeignKey(Card, on_delete=models.CASCADE, related_name="statement_years")
    year = models.PositiveSmallIntegerField()
    opening = _rupiah(null=True)
    worker = _rupiah(null=True)
    employer = _rupiah(null=True)
    returns = _rupiah(null=True)
    correction = _rupiah(null=True)
    claims = _rupiah(null=True)
    closing = _rupiah(null=True)
    rate_percent = models.DecimalField(max_digits=6, decimal_places=2, null=True)
    rate_status = models.CharField(max_length=20, blank=True)
    final = models.BooleanField(default=False)
    published_on = models.DateField(null=True)
    unavailable_reason = models.CharField(max_length=12, blank=True)

    class Meta:
        ordering = ("year",)
        constraints = [models.UniqueConstraint(fields=["card", "year"], name="one_row_a_year")]


class Contribution(models.Model):
    """J4: one row; two employers in a month are two rows."""

    card = models.ForeignKey(Card, on_delete=models.CASCADE, related_name="contributions")
    row_id = models.CharField(max_length=64)
    month = models.CharField(max_length=7)  # YYYY-MM
    npp = models.CharField(max_length=64, blank=True)
    employer_name = models.CharField(max_length=140, blank=True)
    wage = _rupiah(null=True)
    worker = _rupiah()
    employer = _rupiah()
    back_pay = _rupiah(null=True)
    paid_on = models.DateField(null=True)
    posted_on = models.DateField(null=True)
    status = models.CharField(max_length=12)

    class Meta:
        ordering = ("month", "id")
        constraints = [models.UniqueConstraint(fields=["card", "row_id"], name="one_row_a_row_id")]


class Employment(models.Model):
    """J2: a stretch of working for one employer, as the upstream tells it."""

    card = models.ForeignKey(Card, on_delete=models.CASCADE, related_name="employments")
    npp = models.CharField(max_length=64, blank=True)
    employer_name = models.CharField(max_length=140, blank=True)
    segment = models.CharField(max_length=8, blank=True)
    started_on = models.DateField(null=True)
    ended_on = models.DateField(null=True)

    class Meta:
        ordering = ("started_on", "id")


class IssuedDocument(models.Model):
    """A PDF that left the house, so that the check page knows it again. No amount and no code in clear: the code is in
    no column, and the hash of the closing balance takes the code in, so these rows alone let nobody try amounts."""

    card = models.ForeignKey(Card, on_delete=models.CASCADE, related_name="issued_documents")
    year = models.PositiveSmallIntegerField(null=True)  # null: all years
    as_of = models.DateField()  # of the closing balance that is printed large
    issued_at = models.DateTimeField(default=timezone.now)
    code_index = models.BinaryField(max_length=32)
    closing_index = models.BinaryField(max_length=32)  # code, closing balance, its date
    figures_index = models.BinaryField(max_length=32)  # every figure of the period
    file_digest = models.BinaryField(max_length=32)  # SHA-256 of the file

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code_index", "file_digest"], name="one_row_a_file"),
        ]
        indexes = [models.Index(fields=["file_digest"], name="document_file")]


class DocumentTries(models.Model):
    """Wrong answers about one code, whether it is one of ours or not, so that nobody learns which."""

    code_index = models.BinaryField(max_length=32, unique=True)
    wrong = models.PositiveSmallIntegerField(default=0)
    first_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["first_at"], name="tries_oldest")]
