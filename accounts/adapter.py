"""What allauth asks the portal: who may try again and when, where mail goes, how authenticator secrets rest."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.core.internal import ratelimit
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from accounts import audit, devices, recent
from accounts.hashers import TooBusy
from accounts.models import User
from accounts.sealing import open_sealed, seal
from accounts.services import devices as known_devices
from accounts.services import locks, mail
from accounts.services.cards import lock_cards, lock_member
from accounts.services.limits import NotNow
from accounts.wording import REFUSALS

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
        if template_prefix == "account/email/email_changed":
            return  # accounts.services.telling writes it, with the way back
        told = {name: value for name, value in context.items() if name not in ("request", "user")}
        mail.write(template_prefix=template_prefix, to=email, context=told)

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """One rule for allauth's pages and ours."""
        return recent.must_prove(self.request)

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

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """The code may have been out when the account was closed. A first address changes no other."""
        with transaction.atomic():
            member = lock_member(email_address.user_id)
            lock_cards(member)  # before the address changes: see there
            try:
                if EmailAddress.objects.filter(user=member, verified=True).exists():
                    locks.check_channels(member)
            except NotNow as limit:
                messages.error(request, str(REFUSALS[limit.code]))
                return False
            confirmed: bool = super().confirm_email(request, email_address)
            return confirmed

    def set_password(self, user: User, password: str) -> None:
        """Nothing else of the account: saved whole, it would undo a lock set since the page was asked for."""
        user.set_password(password)
        user.save(update_fields=["password"])

    # Guessing. Failures count for each account and known device, and for each account for all strangers together, so
    # that strangers cannot lock a member out on their own phone, nor the neighbours behind one shared address.

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        limits = settings.LOGIN_LIMITS_KNOWN if self._is_known(request, **credentials) else settings.LOGIN_LIMITS
        key = self._get_login_attempts_cache_key(request, **credentials)
        for action in ("login", "login_failed"):
            usage = ratelimit.consume(request, app="allauth.account", action=action, config=limits, key=key)
            if not usage:
                raise self.validation_error("too_many_login_attempts")
        self._login_failed_rl_usage = usage  # what a right password gives back

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        """Raises TooBusy, which costs nobody a try."""
        try:
            return super().authenticate(request, **credentials)
        except TooBusy:
            self._rollback_login_failed_rl_usage()
            raise

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """By account, never by host name: another name must not be a fresh start. Known devices have their own."""
        email = str(credentials.get("email", "")).lower()
        return f"{email}|{self._known_by(request)}" if self._is_known(request, **credentials) else email

    def _delete_login_attempts_cached_email(self, request: HttpRequest, **credentials: Any) -> None:
        """A new password opens the account to strangers' devices again, too: its owner may stand at one."""
        for key in {str(credentials["email"]).lower(), self._get_login_attempts_cache_key(request, **credentials)}:
            ratelimit.clear(request, app="allauth.account", action="login_failed", key=key)

    def _is_known(self, request: HttpRequest, **credentials: Any) -> bool:
        if not hasattr(self, "_known"):
            email, secret = str(credentials.get("email", "")), devices.read(request)
            signed_in = request.user.is_authenticated  # only proves anew who they are
            self._known = signed_in or known_devices.is_known(email=email, secret=secret)
        return self._known

    def _known_by(self, request: HttpRequest) -> str:
        return "session" if request.user.is_authenticated else devices.mark(devices.read(request)).hex()

    # Devices

    def login(self, request: HttpRequest, user: User) -> None:
        self._first_ever = user.last_login is None
        super().login(request, user)

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        """The device is known from now on; a new one is told by mail, but for the very first sign-in."""
        response: HttpResponse = super().post_login(request, user, **kwargs)
        secret = devices.read(request) or devices.new_secret()
        source = audit.from_request(request)
        known_devices.remember(member=user, secret=secret, source=source, tell=not self._first_ever)
        devices.give(response, secret)
        return response


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
