"""allauth's pages under Indonesian paths, one by one: only what the portal uses, with allauth's own names."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account import views as account
from allauth.account.adapter import get_adapter
from allauth.core.exceptions import ReauthenticationRequired
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils.http import urlencode

View = Callable[..., HttpResponse]


def no_stash(view: View) -> View:
    """Asks for re-authentication without allauth's way of keeping the whole POST, cookies and all, in the session."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except ReauthenticationRequired:
            methods = get_adapter(request).get_reauthentication_methods(request.user)
            if request.method != "POST" or not methods:
                raise
            return HttpResponseRedirect(f"{methods[0]['url']}?{urlencode({'next': request.path})}")

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
    return path(address, no_stash(view), name=name)


urlpatterns = [
    page("login/", account.login, "account_login"),
    page("daftar/", account.signup, "account_signup"),
    page("keluar/", forgets(account.logout), "account_logout"),
    page("tidak-aktif/", account.account_inactive, "account_inactive"),
    page("pastikan/", account.reauthenticate, "account_reauthenticate"),
    page("email/", account.email, "account_email"),
    page("email/verifikasi/", account.email_verification_sent, "account_email_verification_sent"),
    page("kata-sandi/ubah/", forgets(account.password_change), "account_change_password"),
    page("kata-sandi/buat/", account.password_set, "account_set_password"),
    page("kata-sandi/lupa/", account.password_reset, "account_reset_password"),
    page("kata-sandi/lupa/kode/", account.confirm_password_reset_code, "account_confirm_password_reset_code"),
    page("kata-sandi/lupa/baru/", account.complete_password_reset, "account_complete_password_reset"),
    page("kata-sandi/lupa/selesai/", account.password_reset_from_key_done, "account_password_reset_completed"),
    page("keamanan/", mfa.index, "mfa_index"),
    page("keamanan/kode/", mfa.authenticate, "mfa_authenticate"),
    page("keamanan/pastikan/", mfa.reauthenticate, "mfa_reauthenticate"),
    page("keamanan/autentikator/nyalakan/", totp.activate_totp, "mfa_activate_totp"),
    page("keamanan/autentikator/matikan/", totp.deactivate_totp, "mfa_deactivate_totp"),
    page("keamanan/kode-pemulihan/", recovery.view_recovery_codes, "mfa_view_recovery_codes"),
    page("keamanan/kode-pemulihan/buat/", recovery.generate_recovery_codes, "mfa_generate_recovery_codes"),
    page("keamanan/kode-pemulihan/unduh/", recovery.download_recovery_codes, "mfa_download_recovery_codes"),
    page("keamanan/kunci/", webauthn.list_webauthn, "mfa_list_webauthn"),
    page("keamanan/kunci/tambah/", webauthn.add_webauthn, "mfa_add_webauthn"),
    page("keamanan/kunci/login/", webauthn.login_webauthn, "mfa_login_webauthn"),
    page("keamanan/kunci/pastikan/", webauthn.reauthenticate_webauthn, "mfa_reauthenticate_webauthn"),
    page("keamanan/kunci/<int:pk>/hapus/", webauthn.remove_webauthn, "mfa_remove_webauthn"),
    page("keamanan/kunci/<int:pk>/ubah/", webauthn.edit_webauthn, "mfa_edit_webauthn"),
]
