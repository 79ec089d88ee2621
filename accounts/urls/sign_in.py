"""allauth's pages under Indonesian paths, one by one: only what the portal uses, with allauth's own names."""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from allauth.account import views as account
from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.password_reset_by_code import PasswordResetVerificationProcess
from allauth.mfa import app_settings as mfa_settings
from allauth.mfa.base import views as mfa
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse_lazy

from accounts import audit, devices
from accounts.recent import recent_proof
from accounts.services import devices as known_devices
from accounts.views import sessions as session_views

View = Callable[..., HttpResponse]
STEP_SECONDS: Final = 1 / 3


def remembers(view: View) -> View:
    """Whoever proved the account's email here may sign in from here, even while strangers guess at the account."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        process = PasswordResetVerificationProcess.resume(request)
        proved = process and process.state.get("code_confirmed")  # one whose time ends just now is over as well
        response = view(request, *args, **kwargs)
        if process and proved and process.user and PasswordResetVerificationProcess.resume(request) is None:
            secret = devices.read(request) or devices.new_secret()
            source = audit.from_request(request)
            known_devices.remember(member=process.user, secret=secret, source=source, tell=False)
            devices.give(response, secret)
        return response

    return answer


def even(view: View) -> View:
    """Answers to a form leave at full thirds of a second, so that time does not tell which addresses have an account.

    Making an account costs a few rows more than writing to its owner; the hash, the great part, is equal by itself.
    """

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        start = time.monotonic()
        response = view(request, *args, **kwargs)
        if request.method == "POST":
            time.sleep(STEP_SECONDS - (time.monotonic() - start) % STEP_SECONDS)
        return response

    return answer


class VerificationView(account.ConfirmEmailVerificationCodeView):  # type: ignore[misc]
    """A new code costs one mail whether or not the address already had an account."""

    def _resend_form_valid(self, form: Any) -> HttpResponse:
        answer: HttpResponse = super()._resend_form_valid(form)
        if not self._process.user:
            get_adapter(self.request).send_account_already_exists_mail(self._process.email)
        return answer


class RecoveryCodesView(codes.ViewRecoveryCodesView):  # type: ignore[misc]
    """Shown by a press: what a browser fetches ahead must not use up the one look."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kept = get_object_or_404(Authenticator, user=self.request.user, type=Authenticator.Type.RECOVERY_CODES).wrap()
        told = {"can_show": not kept.did_view, "left": len(kept.get_unused_codes()), **kwargs}
        if self.request.method == "POST":
            return {**told, **super().get_context_data()}
        return told | {"total_count": mfa_settings.RECOVERY_CODE_COUNT}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        answer: HttpResponse = self.get(request, *args, **kwargs)
        return answer


def forgets(view: View) -> View:
    """Once signed out, the browser throws away what it kept of pages, those behind the back button included.

    Not "storage": what stands there is the same for everybody (files of the pages, a page for being offline) or the
    device's own (amounts hidden: yes), and hiding amounts must outlast a logout on a shared phone.
    """

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if request.method == "POST" and not request.user.is_authenticated:
            response["Clear-Site-Data"] = '"cache"'
        return response

    return answer


def page(address: str, view: View, name: str) -> URLPattern:
    return path(address, view, name=name)


# The login itself says that the password was changed; a page between would only ask for one more press.
new_password = account.CompletePasswordResetView.as_view(success_url=reverse_lazy("account_login"))

urlpatterns = [
    page("login/", account.login, "account_login"),
    page("daftar/", even(account.signup), "account_signup"),
    page("keluar/", forgets(account.logout), "account_logout"),
    page("sesi/", session_views.session, "session"),
    page("tidak-aktif/", account.account_inactive, "account_inactive"),
    page("pastikan/", account.reauthenticate, "account_reauthenticate"),
    page("email/", recent_proof(account.email), "account_email"),
    page("email/verifikasi/", login_not_required(even(VerificationView.as_view())), "account_email_verification_sent"),
    page("kata-sandi/ubah/", forgets(account.password_change), "account_change_password"),
    page("kata-sandi/buat/", recent_proof(account.password_set), "account_set_password"),
    page("kata-sandi/lupa/", even(account.password_reset), "account_reset_password"),
    page("kata-sandi/lupa/kode/", even(account.confirm_password_reset_code), "account_confirm_password_reset_code"),
    page("kata-sandi/lupa/baru/", remembers(new_password), "account_complete_password_reset"),
    page("keamanan/", mfa.index, "mfa_index"),
    page("keamanan/kode/", mfa.authenticate, "mfa_authenticate"),
    page("keamanan/pastikan/", mfa.reauthenticate, "mfa_reauthenticate"),
    page("keamanan/autentikator/nyalakan/", recent_proof(totp.activate_totp), "mfa_activate_totp"),
    page("keamanan/autentikator/matikan/", recent_proof(totp.deactivate_totp), "mfa_deactivate_totp"),
    page("keamanan/kode-pemulihan/", recent_proof(RecoveryCodesView.as_view()), "mfa_view_recovery_codes"),
    page("keamanan/kode-pemulihan/buat/", recent_proof(codes.generate_recovery_codes), "mfa_generate_recovery_codes"),
    page("keamanan/kunci/", webauthn.list_webauthn, "mfa_list_webauthn"),
    page("keamanan/kunci/tambah/", recent_proof(webauthn.add_webauthn), "mfa_add_webauthn"),
    page("keamanan/kunci/login/", webauthn.login_webauthn, "mfa_login_webauthn"),
    page("keamanan/kunci/pastikan/", webauthn.reauthenticate_webauthn, "mfa_reauthenticate_webauthn"),
    page("keamanan/kunci/<int:pk>/hapus/", recent_proof(webauthn.remove_webauthn), "mfa_remove_webauthn"),
    page("keamanan/kunci/<int:pk>/ubah/", recent_proof(webauthn.edit_webauthn), "mfa_edit_webauthn"),
]
