"""A member's link to one KPJ, and the cards a proved one lets them add by one press."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.members import User
from accounts.sealing import Sealed, blind_index


class Card(models.Model):
    """One member's link to one KPJ. At most one member holds a KPJ at a time."""

    class State(models.TextChoices):
        ACTIVE = "active", _("aktif")
        FROZEN = "frozen", _("dibekukan")
        UNLINKED = "unlinked", _("dilepas")

    class Proof(models.TextChoices):
        POSSESSION = "possession", _("kode ke kontak peserta")
        STAFF = "staff", _("persetujuan petugas")
        PHONE = "phone", _("SMS dari nomor HP yang tercatat")

    class FrozenBecause(models.TextChoices):
        DISPUTED = "disputed", _("diminta oleh dua orang")
        OWNER = "owner", _("dikunci pemilik")
        REPORTED = "reported", _("dilaporkan: bukan saya")
        OUTRANKED = "outranked", _("kalah bukti")  # somebody else proved the KPJ by a code, this one by staff's word
        STAFF = "staff", _("dibekukan petugas")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    member = models.ForeignKey(User, on_delete=models.CASCADE, related_name="cards")
    kpj_sealed = models.TextField(blank=True, editable=False)  # wiped on unlinking
    kpj_index = models.BinaryField(max_length=32, editable=False)
    kpj_last4 = models.CharField(max_length=4)
    member_ref_sealed = models.TextField(blank=True, editable=False)  # the upstream's handle of the person
    card_ref = models.CharField(max_length=64, blank=True, editable=False)  # receipt of the upstream's code check
    state = models.CharField(max_length=10, choices=State, default=State.ACTIVE)
    frozen_because = models.CharField(max_length=10, choices=FrozenBecause, blank=True)
    proof = models.CharField(max_length=12, choices=Proof)
    # Linked by one press after this card was proved: it stands and falls with that proof. None: proved by itself.
    proved_by = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="dependants")
    # The owner's own lock stands beside `state`: a dispute settled meanwhile does not open what the owner locked.
    locked_at = models.DateTimeField(null=True, blank=True)
    unlock_at = models.DateTimeField(null=True, blank=True)
    reported_at = models.DateTimeField(null=True, blank=True)  # "Bukan saya" was pressed, staff have not decided
    name_differs = models.BooleanField(default=False)  # the name on record was similar only (POSS)
    linked_at = models.DateTimeField(default=timezone.now)
    unlinked_at = models.DateTimeField(null=True, blank=True)
    # As the upstream's card list last said (J2)
    membership = models.CharField(max_length=12, blank=True)  # AKTIF, NON_AKTIF, DIKLAIM, DIGABUNG, DIBLOKIR
    segment = models.CharField(max_length=8, blank=True)  # PU, BPU, PMI
    employer_name = models.CharField(max_length=140, blank=True)
    joined_on = models.DateField(null=True, blank=True)
    inactive_since = models.DateField(null=True, blank=True)
    merged_into_last4 = models.CharField(max_length=4, blank=True)

    kpj = Sealed("kpj_sealed")
    member_ref = Sealed("member_ref_sealed")

    class Meta:
        verbose_name = _("kartu")
        verbose_name_plural = _("kartu")
        ordering = ("linked_at", "id")
        constraints = [
            models.UniqueConstraint(
                fields=["kpj_index"],
                condition=models.Q(state="active") | models.Q(state="frozen") & ~models.Q(frozen_because="outranked"),
                name="one_holder_a_kpj",
            ),
        ]
        indexes = [
            models.Index(fields=["member", "state"], name="card_member_state"),
            models.Index(fields=["kpj_index"], name="card_kpj"),
            models.Index(fields=["unlock_at"], name="card_unlocks", condition=models.Q(unlock_at__isnull=False)),
            models.Index(fields=["linked_at"], name="card_linked_at"),  # the sweep looks for new cards
        ]

    def __str__(self) -> str:
        return f"KPJ •••• {self.kpj_last4}"


class CardDecision(models.Model):
    """One staff member's word on a card that was reported; APPROVALS_REQUIRED of them open it again."""

    card = models.ForeignKey(Card, on_delete=models.CASCADE, related_name="decisions")
    staff = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    about = models.DateTimeField()  # the report's moment: a second report is decided anew
    reason = models.CharField(max_length=300)
    decided_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["card", "staff", "about"], name="one_word_a_report")]


class OfferedCard(models.Model):
    """Another card of a person who proved one (J2). One press links it: the upstream's handle covers it already."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    member = models.ForeignKey(User, on_delete=models.CASCADE, related_name="offered_cards")
    proved_by = models.ForeignKey(Card, on_delete=models.CASCADE, related_name="offers")
    kpj_sealed = models.TextField(editable=False)
    kpj_index = models.BinaryField(max_length=32, editable=False)
    kpj_last4 = models.CharField(max_length=4)
    membership = models.CharField(max_length=12, blank=True)
    segment = models.CharField(max_length=8, blank=True)
    employer_name = models.CharField(max_length=140, blank=True)
    joined_on = models.DateField(null=True, blank=True)
    inactive_since = models.DateField(null=True, blank=True)
    merged_into_last4 = models.CharField(max_length=4, blank=True)
    offered_at = models.DateTimeField(default=timezone.now)

    kpj = Sealed("kpj_sealed")

    class Meta:
        ordering = ("offered_at", "id")
        constraints = [models.UniqueConstraint(fields=["member", "kpj_index"], name="one_offer_a_kpj")]

    def __str__(self) -> str:
        return f"KPJ •••• {self.kpj_last4}"


def kpj_index(kpj: str) -> bytes:
    return blind_index("kpj", kpj)
