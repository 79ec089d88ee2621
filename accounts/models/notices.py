"""What a member was told, and how they want to be told by mail."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.cards import Card
from accounts.models.members import User
from accounts.notice_times import QUIET_FROM, QUIET_UNTIL, Pace


class Notice(models.Model):
    """One thing, told once. No amount, number or name rests here: codes, dates and counts only."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    member = models.ForeignKey(User, on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=40)  # a code of accounts.notices
    card = models.ForeignKey(Card, null=True, blank=True, on_delete=models.CASCADE, related_name="notices")
    subject = models.CharField(max_length=40, blank=True)
    facts = models.JSONField(default=dict, blank=True)
    told_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True, blank=True)
    mail_due_at = models.DateTimeField(null=True, blank=True)  # null: no mail, or it is written
    mailed_at = models.DateTimeField(null=True, blank=True)  # when the mail was written to the outbox

    class Meta:
        verbose_name = _("pemberitahuan")
        verbose_name_plural = _("pemberitahuan")
        ordering = ("-told_at", "-id")
        constraints = [
            models.UniqueConstraint(
                fields=["member", "kind", "card", "subject"], nulls_distinct=False, name="told_once"
            ),
        ]
        indexes = [
            models.Index(fields=["member", "-told_at", "-id"], name="notice_member_newest"),
            models.Index(fields=["member"], name="notice_unread", condition=models.Q(read_at__isnull=True)),
            models.Index(fields=["mail_due_at"], name="notice_due", condition=models.Q(mail_due_at__isnull=False)),
            models.Index(fields=["told_at"], name="notice_oldest"),  # what pruning looks for
        ]

    def __str__(self) -> str:
        return self.kind


class NoticeChoices(models.Model):
    """A member who never chose has no row: everything in the list, nothing by mail but what concerns security.

    The row is also the lock under which a member's mail is gathered, and the day's count of it.
    """

    class Digest(models.TextChoices):
        AT_ONCE = Pace.AT_ONCE.value, _("Segera")
        DAILY = Pace.DAILY.value, _("Sekali sehari, pukul 08.00 WIB")
        WEEKLY = Pace.WEEKLY.value, _("Sekali seminggu, Senin pukul 08.00 WIB")

    member = models.OneToOneField(User, on_delete=models.CASCADE, primary_key=True, related_name="notice_choices")
    # Stands in links that stop mail; tells nothing and opens nothing else.
    stop_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    mail_kinds = models.JSONField(default=list, blank=True)
    pace = models.CharField(max_length=8, choices=Digest, default=Digest.AT_ONCE)
    quiet_from = models.TimeField(default=QUIET_FROM)
    quiet_until = models.TimeField(default=QUIET_UNTIL)
    amounts = models.BooleanField(default=False)
    chosen_at = models.DateTimeField(null=True, blank=True)
    mails_on = models.DateField(null=True, blank=True)
    mails_sent = models.PositiveSmallIntegerField(default=0)  # on that day

    class Meta:
        verbose_name = _("pilihan pemberitahuan")
        verbose_name_plural = _("pilihan pemberitahuan")

    def wants_mail(self, kind: str) -> bool:
        return kind in self.mail_kinds

    @property
    def quiet(self) -> dict[str, Any]:
        return {"quiet_from": self.quiet_from, "quiet_until": self.quiet_until}
