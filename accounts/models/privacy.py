"""What a member agreed to, what they ask us to correct, and the end of their account that they asked for."""

from __future__ import annotations

import uuid
from typing import Final

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.consent import PURPOSES, Purpose
from accounts.models.audit import AuditRow
from accounts.models.members import User
from accounts.sealing import Sealed

_DOORS: Final[dict[str, object]] = {AuditRow.Door.WEB: _("halaman portal"), AuditRow.Door.SMS: "SMS"}


class Consent(models.Model):
    """One answer of a member about one purpose. Never changed: the newest counts, the others are the record."""

    member = models.ForeignKey(User, on_delete=models.CASCADE, related_name="consents")
    purpose = models.CharField(max_length=10, choices=[(one.value, one.value) for one in Purpose])
    version = models.CharField(max_length=10)  # of the notice that was shown
    language = models.CharField(max_length=2)  # in which it was shown
    agreed = models.BooleanField()
    door = models.CharField(max_length=8, choices=AuditRow.Door, default=AuditRow.Door.WEB)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("at", "id")
        indexes = [models.Index(fields=["member", "purpose", "-at"], name="consent_newest")]

    # In place of Django's own, which know no words: what the member reads on their page of data.

    def get_purpose_display(self) -> str:  # type: ignore[no-redef]
        return str(PURPOSES[Purpose(self.purpose)])

    def get_language_display(self) -> str:
        return str(User.Language(self.language).label)

    def get_door_display(self) -> str:  # type: ignore[no-redef]
        return str(_DOORS.get(self.door, self.door))


class Correction(models.Model):
    """A member says that something is wrong and cannot put it right alone. What they wrote is wiped by retention."""

    class Topic(models.TextChoices):
        NAME = "name", _("nama saya")
        BIRTH_DATE = "birth_date", _("tanggal lahir saya")
        CARD = "card", _("kartu saya")
        OTHER = "other", _("lainnya")

    class State(models.TextChoices):
        OPEN = "open", _("menunggu petugas")
        DONE = "done", _("sudah diperbaiki")
        DECLINED = "declined", _("tidak dapat diperbaiki di sini")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    member = models.ForeignKey(User, on_delete=models.CASCADE, related_name="corrections")
    topic = models.CharField(max_length=10, choices=Topic)
    text_sealed = models.TextField(blank=True, editable=False)
    answer_sealed = models.TextField(blank=True, editable=False)
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    created_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    text = Sealed("text_sealed")
    answer = Sealed("answer_sealed")

    class Meta:
        verbose_name = _("permintaan perbaikan")
        verbose_name_plural = _("permintaan perbaikan")
        ordering = ("-created_at", "-id")
        indexes = [
            models.Index(fields=["created_at"], name="correction_open", condition=models.Q(ended_at__isnull=True)),
            models.Index(fields=["member", "-created_at"], name="correction_member_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.get_topic_display()}, {self.get_state_display()}"


class Deletion(models.Model):
    """The account ends when this is due. `cancel_key` stands in the mail's link and can do nothing but stop it."""

    member = models.OneToOneField(User, on_delete=models.CASCADE, related_name="deletion", primary_key=True)
    cancel_key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    asked_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(db_index=True)
