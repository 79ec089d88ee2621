"""What allauth asks the portal: where mail goes, which host name stands in it, how authenticator secrets rest."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.sealing import open_sealed, seal
from accounts.services import mail

_MFA_PLACE = "mfa"
_WRONG_LOGIN = _("Email atau kata sandi tidak cocok. Periksa keduanya, lalu coba lagi.")
_WRONG_CODE = _("Kode itu tidak benar. Periksa lagi angkanya, lalu ketik ulang.")


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": _("Akun ini sedang tidak aktif. Hubungi kami bila Anda tidak tahu sebabnya."),
        "cannot_remove_primary_email": _("Email utama tidak dapat dihapus."),
        "duplicate_email": _("Ini email yang sekarang sudah Anda pakai."),
        "email_password_mismatch": _WRONG_LOGIN,
        "invalid_login": _WRONG_LOGIN,
        "email_taken": _("Email ini tidak dapat dipakai. Pilih email lain."),
        "enter_current_password": _("Kata sandi yang sekarang tidak cocok. Coba ketik lagi."),
        "incorrect_password": _("Kata sandi tidak cocok. Coba ketik lagi."),
        "incorrect_code": _WRONG_CODE,
        "invalid_or_expired_key": _("Tautan ini sudah tidak berlaku. Mulai lagi dari awal."),
        "invalid_password_reset": _("Permintaan ini sudah tidak berlaku. Mulai lagi dari awal."),
        "too_many_login_attempts": _("Terlalu banyak percobaan yang salah. Coba lagi lima menit lagi."),
        "unverified_primary_email": _("Email utama harus diverifikasi lebih dulu."),
        "same_as_current": _("Isi yang baru harus berbeda dari yang sekarang."),
        "rate_limited": _("Terlalu sering. Tunggu sebentar, lalu coba lagi."),
    }

    def new_user(self, request: HttpRequest) -> User:
        """Whoever signs up on an English page gets an English account."""
        return User(language=get_language() or settings.LANGUAGE_CODE)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        told = {name: value for name, value in context.items() if name not in ("request", "user")}
        mail.write(template_prefix=template_prefix, to=email, context=told)

    def get_reauthentication_methods(self, user: User) -> list[dict[str, Any]]:
        names = {
            "reauthenticate": gettext("Pakai kata sandi"),
            "mfa_reauthenticate": gettext("Pakai kode aplikasi autentikator"),
            "mfa_reauthenticate:webauthn": gettext("Pakai kunci sandi"),
        }
        methods = super().get_reauthentication_methods(user)
        return [{**method, "description": names[method["id"]]} for method in methods]

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("account_login")  # everybody is signed out, this browser too

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """By account alone: another host name must not be a fresh start."""
        return str(credentials.get("email", "")).lower()


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    error_messages = DefaultMFAAdapter.error_messages | {
        "add_email_blocked": _("Matikan dulu autentikator sebelum menambah email."),
        "cannot_delete_authenticator": _("Autentikator ini tidak dapat dimatikan."),
        "cannot_generate_recovery_codes": _("Nyalakan dulu autentikator untuk membuat kode pemulihan."),
        "incorrect_code": _WRONG_CODE,
        "unverified_email": _("Verifikasi dulu email Anda sebelum menyalakan autentikator."),
    }

    def encrypt(self, text: str) -> str:
        return seal(text, place=_MFA_PLACE)

    def decrypt(self, encrypted_text: str) -> str:
        return open_sealed(encrypted_text, place=_MFA_PLACE)

    def _get_site_name(self) -> str:
        return str(settings.SITE_NAME)

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Passkeys belong to the public host name, whatever host a request claims."""
        return {"id": settings.PUBLIC_HOST, "name": settings.SITE_NAME}

    def generate_authenticator_name(self, user: User, type: Any) -> str:
        number = Authenticator.objects.filter(user=user, type=type).count() + 1
        return gettext("Kunci sandi %(number)s") % {"number": number}
