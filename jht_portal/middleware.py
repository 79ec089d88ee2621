"""A request id, no trace of signed-in pages in caches, the person's own language, and the ends of sessions."""

import secrets
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Final

from allauth.core.exceptions import ReauthenticationRequired
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.sessions import middleware as sessions
from django.contrib.sessions.exceptions import SessionInterrupted
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.defaults import page_not_found

from accounts import recent, session_limits
from accounts.hashers import TooBusy
from accounts.services.cards import MemberGone
from jht_portal.admin_site import has_second_factor
from jht_portal.logs import request_id
from jht_portal.vanished import MAY_MEAN_IT, signed_out

Handler = Callable[[HttpRequest], HttpResponse]


class RequestIdMiddleware:
    """Gives every request a short id that log lines and error pages show, so a person can read it out to support."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = request_id.set(secrets.token_hex(4))
        try:
            response = self.get_response(request)
            response["X-Request-ID"] = request_id.get()
            response["Server"] = ""  # else the server names itself
            return response
        finally:
            request_id.reset(token)


class PrivacyHeadersMiddleware:
    """Pages are never kept by browsers or proxies, and other sites may not embed or read them."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "no-store, private")
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()")
        return response


class MethodsMiddleware:
    """Pages are read and forms are posted; whatever else HTTP knows (TRACE, PUT) is refused before anybody looks."""

    KNOWN: Final = ("GET", "HEAD", "POST")

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request) if request.method in self.KNOWN else HttpResponseNotAllowed(self.KNOWN)


class SessionMiddleware(sessions.SessionMiddleware):
    """A session that ended while its page was made: as for whoever is signed out, and not "bad request".

    The cookie stays as it is: it may be a newer session's already.
    """

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        try:
            return super().process_response(request, response)
        except SessionInterrupted:
            if in_the_background(request):
                return HttpResponse(status=HTTPStatus.UNAUTHORIZED)
            return redirect("account_login")


class LanguageMiddleware:
    """Account first, then cookie, then Indonesian. Accept-Language is ignored: many phones are set to English
    by people who read Indonesian."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = chosen_language(request)
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
            if hasattr(response, "render") and not getattr(response, "is_rendered", True):
                response = response.render()
        response.headers.setdefault("Content-Language", language)
        return response


def chosen_language(request: HttpRequest) -> str:
    """Looks at the account only where a session cookie says there may be one, so a visitor costs no query."""
    codes = dict(settings.LANGUAGES)
    has_session = settings.SESSION_COOKIE_NAME in request.COOKIES
    own = getattr(request.user, "language", "") if has_session else ""
    chosen = own or request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    return chosen if chosen in codes else settings.LANGUAGE_CODE


class SessionLimitsMiddleware:
    """Ends a session that was not used for long or is simply old. What the page asks for by itself is no use of it."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
            by_itself = in_the_background(request)
            if session_limits.left(request.session, request.user).seconds <= 0:
                if by_itself:  # the next page says why
                    return HttpResponse(status=HTTPStatus.UNAUTHORIZED)
                self._end(request)
            elif not by_itself:
                session_limits.use(request.session)
        return self.get_response(request)

    def _end(self, request: HttpRequest) -> None:
        logout(request)
        messages.warning(request, _("Demi keamanan, sesi Anda sudah berakhir. Login lagi untuk melanjutkan."))


def in_the_background(request: HttpRequest) -> bool:
    """A script of the page asked, not the person. Browsers say so; one that does not gets the absolute limit only."""
    return request.method == "GET" and request.headers.get("Sec-Fetch-Dest", "") == "empty"


class RefusalsMiddleware:
    """What can come from anywhere: "prove first that it is you", "too busy to check a password", and an account
    that was deleted a moment before."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, ReauthenticationRequired):
            # allauth would keep the whole POST, cookies and all, in the session until then; here it is typed again
            return recent.ask(request, back=request.path)
        if isinstance(exception, TooBusy):
            response = render(request, "503.html", status=HTTPStatus.SERVICE_UNAVAILABLE)
            response["Retry-After"] = "10"
            return response
        gone = signed_out(request) if isinstance(exception, MAY_MEAN_IT) else None
        if gone is None and isinstance(exception, MemberGone):  # somebody else, whom a link or staff meant
            return page_not_found(request, exception)
        return gone


class StaffSecondFactorMiddleware:
    """Staff without a second factor see only how to set one up, and may leave."""

    OPEN: Final = frozenset(
        ("mfa_index", "mfa_activate_totp", "mfa_add_webauthn", "mfa_list_webauthn", "mfa_view_recovery_codes",
         "session", "account_reauthenticate", "account_change_password", "account_set_password")
    )  # fmt: skip

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, *_args: Any) -> HttpResponse | None:
        if settings.SESSION_COOKIE_NAME not in request.COOKIES or not getattr(request.user, "is_staff", False):
            return None
        if self._is_open(request, view) or has_second_factor(request):
            return None
        messages.warning(request, _("Petugas memakai langkah kedua. Pasang dulu autentikator atau kunci sandi."))
        return redirect(reverse("mfa_index"))

    def _is_open(self, request: HttpRequest, view: Any) -> bool:
        """What visitors see too, how to set one up; and the admin, which has a door of its own."""
        match = request.resolver_match
        if match is None or match.app_name == "admin" or match.url_name in self.OPEN:
            return True
        return not getattr(view, "login_required", True) and match.url_name != "home"
