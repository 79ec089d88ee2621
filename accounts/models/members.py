"""The person: member, staff or both."""

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

from accounts import consent
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
    # The notice agreed to (accounts.consent), and since when another answer is waited for. The record is in Consent.
    consent_version = models.CharField(max_length=10, blank=True, editable=False)
    consent_asked_on = models.DateField(null=True, blank=True, editable=False)
    locked_at = models.DateTimeField(null=True, blank=True, editable=False)  # by its owner, or by "Bukan saya"
    unlock_at = models.DateTimeField(null=True, blank=True, editable=False)
    # Counts up to end every session of this person (accounts.services.sessions).
    sessions_epoch = models.PositiveIntegerField(default=0, db_default=0, editable=False)
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
            models.Index(fields=["unlock_at"], name="user_unlocks", condition=models.Q(unlock_at__isnull=False)),
            GinIndex(SearchVector("name", config="simple"), name="user_name_words"),
        ]

    def save(self, **kwargs: Any) -> None:
        """An account that was deleted meanwhile does not come back by being saved whole."""
        if not self._state.adding and not kwargs.get("update_fields"):
            kwargs["force_update"] = True
        super().save(**kwargs)

    def __str__(self) -> str:
        return self.name or self.email or str(self.public_id)

    @property
    def birth_date(self) -> date | None:
        return date.fromisoformat(self.birth_date_iso) if self.birth_date_sealed else None

    @property
    def consent_standing(self) -> consent.Standing:
        return consent.standing(version=self.consent_version, asked_on=self.consent_asked_on)

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """What a session must agree with at each request: the password, and that nobody ended the sessions since."""
        by_password: str = super()._get_session_auth_hash(secret=secret)  # type: ignore[misc]
        return f"{by_password}.{self.sessions_epoch}" if self.sessions_epoch else by_password

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name.split(" ")[0] if self.name else ""


def nik_index(nik: str) -> bytes:
    return blind_index("nik", nik)
