"""Who did or saw what."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class AuditRow(models.Model):
    """Who did or saw what, when, through which door. Insert-only; pseudonymous ids, values are never copied here."""

    class Door(models.TextChoices):
        WEB = "web"
        ADMIN = "admin"
        WORKER = "worker"
        COMMAND = "command"
        SMS = "sms"

    at = models.DateTimeField(default=timezone.now)
    action = models.CharField(max_length=40)  # accounts.audit.Action
    door = models.CharField(max_length=8, choices=Door)
    actor = models.UUIDField(null=True, blank=True)  # User.public_id; null: the system itself or an unknown visitor
    member = models.UUIDField(null=True, blank=True)  # whose data
    card = models.UUIDField(null=True, blank=True)  # Card or LinkRequest public id
    reason = models.CharField(max_length=300, blank=True)
    details = models.JSONField(default=dict, blank=True)  # codes and counts only
    session = models.CharField(max_length=16, blank=True)  # a short hash of the session key
    day = models.DateField()  # Asia/Jakarta
    # Erasable: the one pair of columns a retention rule may empty
    address = models.GenericIPAddressField(null=True, blank=True)
    agent = models.CharField(max_length=200, blank=True)
    # Set once, together, by accounts.services.audit_chain; null until then
    position = models.BigIntegerField(null=True, blank=True, editable=False)  # in the chain: 1, 2, 3 without a gap
    link = models.BinaryField(max_length=32, null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("catatan akses")
        verbose_name_plural = _("catatan akses")
        ordering = ("-at", "-id")
        constraints = [
            models.UniqueConstraint(
                fields=["action", "session", "card", "day"],
                condition=models.Q(action="balance_seen_by_member"),
                name="one_own_look_a_session_card_day",
            ),
            models.UniqueConstraint(
                fields=["position"], condition=models.Q(position__isnull=False), name="audit_one_row_a_position"
            ),
        ]
        indexes = [
            models.Index(fields=["member", "-at"], name="audit_member_newest"),
            models.Index(fields=["actor", "-at"], name="audit_actor_newest"),
            models.Index(fields=["id"], condition=models.Q(position__isnull=True), name="audit_not_sealed"),
            models.Index(
                fields=["at"],
                condition=models.Q(address__isnull=False) | ~models.Q(agent=""),
                name="audit_origin_kept",
            ),
        ]


class AuditSeal(models.Model):
    """One batch of chained rows, closed with a keyed hash. Insert-only; a trigger refuses everything else."""

    number = models.BigIntegerField(primary_key=True)  # 1, 2, 3 without a gap
    sealed_at = models.DateTimeField()
    first = models.BigIntegerField()  # position of its first and last row
    last = models.BigIntegerField()
    head = models.BinaryField(max_length=32)  # the last row's link
    mac = models.BinaryField(max_length=32)  # over all of the above and the mac of the seal before

    class Meta:
        verbose_name = _("segel catatan akses")
        verbose_name_plural = _("segel catatan akses")
