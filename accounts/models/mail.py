"""Mail that a worker is to send."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.claim import Claim, ClaimQuerySet
from accounts.sealing import Sealed


class OutgoingMail(Claim):
    """Mail to be sent by a worker. Address and text rest sealed and are wiped once it went out."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    message_sealed = models.TextField(blank=True, editable=False)  # JSON of recipient, subject, text
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)

    objects = ClaimQuerySet.as_manager()
    message = Sealed("message_sealed")

    class Meta:
        verbose_name = _("surat keluar")
        verbose_name_plural = _("surat keluar")
        indexes = [
            models.Index(fields=["next_fetch_at"], name="mail_due", condition=models.Q(next_fetch_at__isnull=False))
        ]
