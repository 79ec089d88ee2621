"""The requests to link a card, the codes they cost and the staff's word on them."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.claim import Claim, ClaimQuerySet
from accounts.models.cards import Card
from accounts.models.members import User
from accounts.sealing import Sealed


class LinkRequestQuerySet(ClaimQuerySet["LinkRequest"]):
    def open(self) -> LinkRequestQuerySet:
        return self.filter(ended_at__isnull=True)


class LinkRequest(Claim):
    """A member asks to link a KPJ. Worker steps: match (J1), send a code (J5), check it (J6); once linked, look for the
    person's other cards (J2).

    KPJ, NIK, name, birth date and the typed code rest sealed while the request is open and are wiped when it ends.
    """

    class State(models.TextChoices):
        MATCHING = "matching", _("data sedang dicocokkan")
        SENDING_CODE = "sending_code", _("kode sedang dikirim")
        CODE_SENT = "code_sent", _("menunggu kode")
        CHECKING_CODE = "checking_code", _("kode sedang diperiksa")
        WAITING_STAFF = "waiting_staff", _("menunggu petugas")
        DISPUTED = "disputed", _("diminta oleh dua orang")
        LINKED = "linked", _("terhubung")
        REFUSED = "refused", _("tidak dapat dihubungkan")
        EXPIRED = "expired", _("kedaluwarsa")
        CANCELLED = "cancelled", _("dibatalkan")

    # What a worker drives, and what waits for a member: both expire after a day. What waits for staff, after thirty.
    WORKER_STATES: ClassVar[tuple[str, ...]] = (State.MATCHING, State.SENDING_CODE, State.CHECKING_CODE)
    STAFF_STATES: ClassVar[tuple[str, ...]] = (State.WAITING_STAFF, State.DISPUTED)
    ENDED_STATES: ClassVar[tuple[str, ...]] = (State.LINKED, State.REFUSED, State.EXPIRED, State.CANCELLED)

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    member = models.ForeignKey(User, on_delete=models.CASCADE, related_name="link_requests")
    state = models.CharField(max_length=14, choices=State, default=State.MATCHING)
    # Why it was refused, for staff only; the member reads one answer for every refusal before J6.
    refusal = models.CharField(max_length=40, blank=True)
    kpj_sealed = models.TextField(blank=True, editable=False)
    kpj_index = models.BinaryField(max_length=32, editable=False)
    kpj_last4 = models.CharField(max_length=4)
    nik_sealed = models.TextField(blank=True, editable=False)
    nik_index = models.BinaryField(max_length=32, editable=False)
    name_sealed = models.TextField(blank=True, editable=False)
    birth_date_sealed = models.TextField(blank=True, editable=False)
    code_sealed = models.TextField(blank=True, editable=False)
    # Asked by SMS: the sender. J1 says whether it is the number on record; a reply reaches nobody else (ADR 30).
    phone_sealed = models.TextField(blank=True, editable=False)
    member_ref_sealed = models.TextField(blank=True, editable=False)
    match_type = models.CharField(max_length=4, blank=True)  # DEFN or POSS
    reference = models.CharField(max_length=64, blank=True, editable=False)  # partnerReferenceNo of the present step
    challenge_ref = models.CharField(max_length=64, blank=True, editable=False)
    card_ref = models.CharField(max_length=64, blank=True, editable=False)  # J6's receipt, while a dispute is open
    code_channel = models.CharField(max_length=8, blank=True)  # SMS or EMAIL
    code_channels = models.CharField(max_length=20, blank=True)  # what the upstream offers, comma separated
    code_destination = models.CharField(max_length=60, blank=True)  # as the upstream masked it
    code_expires_at = models.DateTimeField(null=True, blank=True)
    attempts_left = models.PositiveSmallIntegerField(null=True, blank=True)
    code_after = models.DateTimeField(null=True, blank=True)  # no new code before this
    reported_at = models.DateTimeField(null=True, blank=True)  # "Bukan saya" was pressed: only staff go on with it
    contested_card = models.ForeignKey(Card, null=True, blank=True, on_delete=models.SET_NULL, related_name="disputes")
    card = models.ForeignKey(Card, null=True, blank=True, on_delete=models.SET_NULL, related_name="link_requests")
    created_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)  # the last change of state
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = LinkRequestQuerySet.as_manager()

    kpj = Sealed("kpj_sealed")
    nik = Sealed("nik_sealed")
    name = Sealed("name_sealed")
    birth_date_iso = Sealed("birth_date_sealed")
    code = Sealed("code_sealed")
    phone = Sealed("phone_sealed")
    member_ref = Sealed("member_ref_sealed")

    class Meta:
        verbose_name = _("permintaan kartu")
        verbose_name_plural = _("permintaan kartu")
        ordering = ("-created_at", "-id")
        constraints = [
            models.UniqueConstraint(
                fields=["member", "kpj_index"], condition=models.Q(ended_at__isnull=True), name="one_open_request_a_kpj"
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at__isnull=True)
                | models.Q(
                    nik_sealed="", name_sealed="", birth_date_sealed="", code_sealed="", kpj_sealed="", phone_sealed=""
                ),
                name="nothing_personal_after_the_end",
            ),
        ]
        indexes = [
            models.Index(fields=["next_fetch_at"], name="link_due", condition=models.Q(next_fetch_at__isnull=False)),
            models.Index(fields=["changed_at"], name="link_open", condition=models.Q(ended_at__isnull=True)),
            models.Index(fields=["member", "-created_at"], name="link_member_newest"),
            models.Index(fields=["kpj_index", "-created_at"], name="link_kpj_newest"),
            models.Index(fields=["nik_index"], name="link_nik"),
            models.Index(fields=["created_at"], name="link_created"),  # the alarm about the last hour
        ]

    def __str__(self) -> str:
        return f"KPJ •••• {self.kpj_last4}, {self.get_state_display()}"


class CodeEvent(models.Model):
    """A code that was asked for or typed wrongly: what the daily limits count. Pruned after two days."""

    class Kind(models.TextChoices):
        SENT = "sent"
        WRONG = "wrong"

    kind = models.CharField(max_length=5, choices=Kind)
    kpj_index = models.BinaryField(max_length=32, editable=False)
    member = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["kpj_index", "kind", "at"], name="code_event_kpj")]


class LinkDecision(models.Model):
    """One staff member's word on a link request; APPROVALS_REQUIRED of them link the card."""

    link_request = models.ForeignKey(LinkRequest, on_delete=models.CASCADE, related_name="decisions")
    staff = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    about = models.CharField(max_length=14, choices=LinkRequest.State)  # its state then: a dispute is decided anew
    approves = models.BooleanField()
    reason = models.CharField(max_length=300)
    decided_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("keputusan petugas")
        verbose_name_plural = _("keputusan petugas")
        constraints = [
            models.UniqueConstraint(fields=["link_request", "staff", "about"], name="one_word_a_staff_member")
        ]
