"""Numbers that may ask, messages that came in and went out, and registrations that go on in the portal."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import ClassVar, Final

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.claim import Claim, ClaimQuerySet
from accounts.models import Card, User
from accounts.sealing import Sealed, blind_index


class Number(models.Model):
    """A phone number and the member whose balances it may ask for. At most one member holds a number at a time."""

    class State(models.TextChoices):
        PENDING = "pending", _("menunggu konfirmasi")
        ACTIVE = "active", _("aktif")
        OFF = "off", _("mati")
        LAPSED = "lapsed", _("perlu dikonfirmasi lagi")

    class Proof(models.TextChoices):
        UPSTREAM = "upstream", _("nomor yang tercatat pada penyedia data")
        OWNER = "owner", _("dikonfirmasi pemilik akun")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    member = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sms_numbers")
    number_sealed = models.TextField(editable=False)
    number_index = models.BinaryField(max_length=32, editable=False)
    last3 = models.CharField(max_length=3)
    state = models.CharField(max_length=8, choices=State, default=State.PENDING)
    proof = models.CharField(max_length=8, choices=Proof, blank=True)
    asked_at = models.DateTimeField(default=timezone.now)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    number = Sealed("number_sealed")

    class Meta:
        verbose_name = _("nomor SMS")
        verbose_name_plural = _("nomor SMS")
        ordering = ("asked_at", "id")
        constraints = [
            models.UniqueConstraint(
                fields=["number_index"], condition=models.Q(state="active"), name="one_member_a_number"
            ),
            models.UniqueConstraint(
                fields=["member", "number_index"],
                condition=models.Q(state__in=["pending", "active"]),
                name="a_number_once_a_member",
            ),
        ]

    def __str__(self) -> str:
        return f"•••{self.last3}, {self.get_state_display()}"

    @property
    def held_until(self) -> datetime | None:
        """From then on somebody else may have the phone; None while it is the member's."""
        return {self.State.OFF: self.ended_at, self.State.LAPSED: self.last_used_at}.get(self.State(self.state))


class Inbound(Claim):
    """One text from a phone, stored once and answered by a worker. Its body is sealed, loses any NIK as soon as it was
    read, and is wiped after seven days."""

    class State(models.TextChoices):
        WAITING = "waiting", _("menunggu dijawab")
        FIGURE_AWAITED = "figure_awaited", _("menunggu angka")
        ANSWERED = "answered", _("dijawab")
        SILENT = "silent", _("tidak dijawab")

    DONE: ClassVar[tuple[str, ...]] = (State.ANSWERED, State.SILENT)

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    gateway = models.CharField(max_length=20)
    gateway_id = models.CharField(max_length=80)
    sender_sealed = models.TextField(blank=True, editable=False)
    sender_index = models.BinaryField(max_length=32, editable=False)
    body_sealed = models.TextField(blank=True, editable=False)
    state = models.CharField(max_length=14, choices=State, default=State.WAITING)
    command = models.CharField(max_length=12, blank=True)  # what kind of text it was: balance, register, ...
    outcome = models.CharField(max_length=20, blank=True)  # which reply, or why none
    card = models.ForeignKey(Card, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    received_at = models.DateTimeField(default=timezone.now)
    done_at = models.DateTimeField(null=True, blank=True)

    objects = ClaimQuerySet.as_manager()
    sender = Sealed("sender_sealed")
    body = Sealed("body_sealed")

    class Meta:
        verbose_name = _("SMS masuk")
        verbose_name_plural = _("SMS masuk")
        ordering = ("-received_at", "-id")
        constraints = [models.UniqueConstraint(fields=["gateway", "gateway_id"], name="a_message_is_stored_once")]
        indexes = [
            models.Index(fields=["next_fetch_at"], name="sms_in_due", condition=models.Q(next_fetch_at__isnull=False)),
            models.Index(fields=["sender_index", "-received_at"], name="sms_in_sender"),
            models.Index(fields=["received_at"], name="sms_in_unwiped", condition=~models.Q(body_sealed="")),
        ]


class Outbound(Claim):
    """One text to a phone: written in the transaction of its cause, sent by a worker, wiped once it went out."""

    class Delivery(models.TextChoices):
        """What the gateway reported last. Staff see it; nothing relies on it."""

        DELIVERED = "delivered", _("sampai")
        FAILED = "failed", _("gagal")
        BUFFERED = "buffered", _("ditahan")
        ACCEPTED = "accepted", _("diterima jaringan")
        REJECTED = "rejected", _("ditolak jaringan")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    answers = models.ForeignKey(Inbound, null=True, blank=True, on_delete=models.SET_NULL, related_name="replies")
    number_sealed = models.TextField(blank=True, editable=False)
    number_index = models.BinaryField(max_length=32, editable=False)
    text_sealed = models.TextField(blank=True, editable=False)
    reply = models.CharField(max_length=20)
    tries = models.PositiveSmallIntegerField(default=0)
    doubtful = models.PositiveSmallIntegerField(default=0)  # tries of which nobody knows whether they went out
    delivery = models.CharField(max_length=10, choices=Delivery, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)
    given_up_at = models.DateTimeField(null=True, blank=True)

    objects = ClaimQuerySet.as_manager()
    number = Sealed("number_sealed")
    text = Sealed("text_sealed")

    class Meta:
        verbose_name = _("SMS keluar")
        verbose_name_plural = _("SMS keluar")
        ordering = ("-created_at", "-id")
        indexes = [
            models.Index(fields=["next_fetch_at"], name="sms_out_due", condition=models.Q(next_fetch_at__isnull=False)),
            models.Index(fields=["created_at"], name="sms_out_created"),
        ]


class Registration(models.Model):
    """What a person without an account typed, so that they go on in the portal with nothing typed twice.

    Reached by an emailed secret whose hash stands here; sealed, and gone when it was used or after a day.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    secret_index = models.BinaryField(max_length=32, unique=True, editable=False)
    told_sealed = models.TextField(editable=False)  # JSON of number, nik, kpj, birth_date, name, email
    number_index = models.BinaryField(max_length=32, editable=False)
    address_index = models.BinaryField(max_length=32, editable=False)
    created_at = models.DateTimeField(default=timezone.now)

    told = Sealed("told_sealed")


WISH_BEFORE: Final = timedelta(days=1)  # a text may wait this long for the worker that reads the wish in it


def held_messages(
    numbers: Iterable[Number], *, before_proof: bool = False
) -> tuple[models.QuerySet[Inbound], models.QuerySet[Outbound]]:
    """What came from and went to these numbers while they were proved to be the member's: a number may be somebody
    else's before and after. With `before_proof` also what led to the proof."""
    came, went = models.Q(pk__in=[]), models.Q(pk__in=[])
    for number in numbers:
        since = number.asked_at - WISH_BEFORE if before_proof else number.confirmed_at
        if since is None:
            continue
        until = number.held_until or timezone.now()
        came |= models.Q(sender_index=number.number_index, received_at__range=(since, until))
        went |= models.Q(number_index=number.number_index, created_at__range=(since, until))
    return Inbound.objects.filter(came), Outbound.objects.filter(went)


def holder_of(index: bytes, *, at: datetime) -> User | None:
    """Whose proved number it was at that moment."""
    known = Number.objects.select_related("member").filter(number_index=index, confirmed_at__lte=at)
    row = known.order_by("-confirmed_at").first()
    return row.member if row and (row.held_until or at) >= at else None


def number_index(number: str) -> bytes:
    """Of a number in E.164."""
    return blind_index("phone", number)
