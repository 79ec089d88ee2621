"""People, their cards, the requests to link one, the staff's approvals, mail to be sent, and who looked at what."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.claim import Claim, ClaimQuerySet
from accounts.sealing import Sealed, blind_index


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str | None, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=email.strip().lower() if email else None, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """A person: member, staff or both. Someone who only sends SMS has no email."""

    class Language(models.TextChoices):
        INDONESIAN = "id", "Bahasa Indonesia"
        ENGLISH = "en", "English"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    email = models.EmailField(_("email"), unique=True, null=True, blank=True)
    name = models.CharField(_("nama"), max_length=140, blank=True)
    language = models.CharField(_("bahasa"), max_length=2, choices=Language, default=Language.INDONESIAN)
    # Known only once a card was proved: the national id as a keyed hash, the birth date sealed.
    nik_index = models.BinaryField(max_length=32, null=True, blank=True, editable=False)
    birth_date_sealed = models.TextField(blank=True, editable=False)
    is_active = models.BooleanField(_("aktif"), default=True)
    is_staff = models.BooleanField(_("petugas"), default=False)
    date_joined = models.DateTimeField(_("terdaftar"), default=timezone.now)

    objects: ClassVar[UserManager] = UserManager()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    birth_date_iso = Sealed("birth_date_sealed")

    class Meta:
        verbose_name = _("anggota")
        verbose_name_plural = _("anggota")
        indexes = [
            models.Index(fields=["nik_index"], name="user_nik_index"),
            models.Index(fields=["-date_joined", "-id"], name="user_newest"),
            GinIndex(SearchVector("name", config="simple"), name="user_name_words"),
        ]

    def __str__(self) -> str:
        return self.name or self.email or str(self.public_id)

    @property
    def birth_date(self) -> date | None:
        return date.fromisoformat(self.birth_date_iso) if self.birth_date_sealed else None

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name.split(" ")[0] if self.name else ""


class Card(models.Model):
    """One member's link to one KPJ. At most one member holds a KPJ at a time."""

    class State(models.TextChoices):
        ACTIVE = "active", _("aktif")
        FROZEN = "frozen", _("dibekukan")
        UNLINKED = "unlinked", _("dilepas")

    class Proof(models.TextChoices):
        POSSESSION = "possession", _("kode ke kontak peserta")
        STAFF = "staff", _("persetujuan petugas")

    class FrozenBecause(models.TextChoices):
        DISPUTED = "disputed", _("diminta oleh dua orang")
        OWNER = "owner", _("dikunci pemilik")
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
                fields=["kpj_index"], condition=models.Q(state__in=["active", "frozen"]), name="one_holder_a_kpj"
            ),
        ]
        indexes = [
            models.Index(fields=["member", "state"], name="card_member_state"),
            models.Index(fields=["linked_at"], name="card_linked_at"),  # the sweep looks for new cards
        ]

    def __str__(self) -> str:
        return f"KPJ •••• {self.kpj_last4}"


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
                | models.Q(nik_sealed="", name_sealed="", birth_date_sealed="", code_sealed="", kpj_sealed=""),
                name="nothing_personal_after_the_end",
            ),
        ]
        indexes = [
            models.Index(fields=["next_fetch_at"], name="link_due", condition=models.Q(next_fetch_at__isnull=False)),
            models.Index(fields=["changed_at"], name="link_open", condition=models.Q(ended_at__isnull=True)),
            models.Index(fields=["member", "-created_at"], name="link_member_newest"),
            models.Index(fields=["kpj_index", "-created_at"], name="link_kpj_newest"),
            models.Index(fields=["nik_index"], name="link_nik"),
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
        ]
        indexes = [
            models.Index(fields=["member", "-at"], name="audit_member_newest"),
            models.Index(fields=["actor", "-at"], name="audit_actor_newest"),
        ]


def kpj_index(kpj: str) -> bytes:
    return blind_index("kpj", kpj)


def nik_index(nik: str) -> bytes:
    return blind_index("nik", nik)
