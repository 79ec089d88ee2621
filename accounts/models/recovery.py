"""An account that changes hands or channels: a new email address, and the ways back for whoever lost the old one."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.claim import Claim, ClaimQuerySet
from accounts.models.cards import Card
from accounts.models.members import User
from accounts.sealing import Sealed, blind_index


class ContactChange(models.Model):
    """An address was replaced. The new one proves nothing before `counts_from`; the old one may take it back.

    Both addresses rest sealed, and are wiped with the link in the mail to the old one.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    member = models.ForeignKey(User, on_delete=models.CASCADE, related_name="contact_changes")
    old_sealed = models.TextField(blank=True, editable=False)
    new_sealed = models.TextField(blank=True, editable=False)
    changed_at = models.DateTimeField(default=timezone.now)
    counts_from = models.DateTimeField()
    reverted_at = models.DateTimeField(null=True, blank=True)

    old = Sealed("old_sealed")
    new = Sealed("new_sealed")

    class Meta:
        indexes = [models.Index(fields=["member", "counts_from"], name="contact_cooling")]


class RecoveryRequest(Claim):
    """A way back into an account whose owner lost its address or authenticator.

    SELF: KPJ and NIK, then a code to the contact the upstream holds (J5, J6). A row is written for whatever is typed,
    so that nothing tells which data belong to an account. STAFF: proposed and approved by APPROVALS_REQUIRED of them.
    Both wait before anything changes, and every known channel can stop them.
    """

    class Kind(models.TextChoices):
        SELF = "self", _("lewat kode")
        STAFF = "staff", _("lewat petugas")

    class State(models.TextChoices):
        ASKED = "asked", _("kode sedang dikirim")
        CODE = "code", _("menunggu kode")
        CHECKING = "checking", _("kode sedang diperiksa")
        PROVED = "proved", _("terbukti")
        ADDRESS = "address", _("menunggu email baru dipastikan")
        APPROVING = "approving", _("menunggu petugas")
        WAITING = "waiting", _("menunggu waktunya")
        DONE = "done", _("selesai")
        STOPPED = "stopped", _("dihentikan")
        EXPIRED = "expired", _("kedaluwarsa")

    ENDED_STATES: ClassVar[tuple[str, ...]] = (State.DONE, State.STOPPED, State.EXPIRED)

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=5, choices=Kind, default=Kind.SELF)
    state = models.CharField(max_length=10, choices=State, default=State.ASKED)
    kpj_index = models.BinaryField(max_length=32, editable=False, default=b"")
    nik_index = models.BinaryField(max_length=32, editable=False, default=b"")
    device = models.BinaryField(
        max_length=32, editable=False, db_default=b"", default=b""
    )  # mark of its cookie; empty without one
    # Known to the worker once the data belong to an account; null for whatever else was typed.
    member = models.ForeignKey(User, null=True, blank=True, on_delete=models.CASCADE, related_name="recoveries")
    card = models.ForeignKey(Card, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    reference = models.CharField(max_length=64, blank=True, editable=False)
    challenge_ref = models.CharField(max_length=64, blank=True, editable=False)
    code_sealed = models.TextField(blank=True, editable=False)
    attempts = models.PositiveSmallIntegerField(default=0)
    typed_at = models.DateTimeField(null=True, blank=True)
    new_email_sealed = models.TextField(blank=True, editable=False)
    confirmed_at = models.DateTimeField(null=True, blank=True)  # the new address was reached
    reset_mfa = models.BooleanField(default=False)
    reason = models.CharField(max_length=300, blank=True)
    counts_from = models.DateTimeField(null=True, blank=True)  # WAITING: when it is carried out
    created_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = ClaimQuerySet.as_manager()
    code = Sealed("code_sealed")
    new_email = Sealed("new_email_sealed")

    class Meta:
        verbose_name = _("pemulihan akun")
        verbose_name_plural = _("pemulihan akun")
        ordering = ("-created_at", "-id")
        constraints = [
            models.UniqueConstraint(
                fields=["member"],
                condition=models.Q(kind="staff", ended_at__isnull=True),
                name="one_staff_recovery_a_member",
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at__isnull=True) | models.Q(code_sealed="", new_email_sealed=""),
                name="no_address_after_the_end",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_fetch_at"], name="recovery_due", condition=models.Q(next_fetch_at__isnull=False)
            ),
            models.Index(fields=["created_at"], name="recovery_open", condition=models.Q(ended_at__isnull=True)),
            models.Index(fields=["kpj_index", "created_at"], name="recovery_kpj"),
            models.Index(fields=["nik_index", "created_at"], name="recovery_nik"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.get_state_display()}"

    @property
    def address_mark(self) -> str:
        """What a mail to the new address is bound to, so that it confirms no other."""
        return blind_index("recovery-address", self.new_email).hex()[:16]


class RecoveryDecision(models.Model):
    """One staff member's word on a recovery."""

    recovery = models.ForeignKey(RecoveryRequest, on_delete=models.CASCADE, related_name="decisions")
    staff = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    approves = models.BooleanField()
    reason = models.CharField(max_length=300)
    decided_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["recovery", "staff"], name="one_word_a_recovery")]
