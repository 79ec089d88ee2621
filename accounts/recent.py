"""One rule for every page that changes who gets in or takes something out: a sign-in or a proof of the last five
minutes opens it, and what it opened may be sent for half an hour. Of what was typed, the session keeps nothing."""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from allauth.core.exceptions import ReauthenticationRequired
from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode

from accounts import session_limits

View = Callable[..., HttpResponse]
FORM_LIFE: Final = 30 * 60  # seconds that filling in the form may take
_OPENED: Final = "opened_at"


def recent_proof(view: View) -> View:
    """The question comes before the form, so that nothing typed is lost to it."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if must_prove(request):
            raise ReauthenticationRequired
        if request.method in ("GET", "HEAD"):
            request.session[_OPENED] = {**_open_now(request), request.path: int(time.time())}
        return view(request, *args, **kwargs)

    answer.wants_recent_proof = True  # type: ignore[attr-defined] # a test compares these with its table
    return answer


def must_prove(request: HttpRequest) -> bool:
    """allauth asks here as well (`AccountAdapter.is_reauthentication_required`)."""
    proofs = [record["at"] for record in get_authentication_records(request, request.user)]
    newest = max([session_limits.started_at(request.session), *proofs])
    if time.time() - newest < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT:
        return False
    return request.method in ("GET", "HEAD") or request.path not in _open_now(request)


def ask(request: HttpRequest, *, back: str) -> HttpResponse:
    """To the member's first way of proving who they are, then back. Who has none signs in again."""
    methods = get_adapter(request).get_reauthentication_methods(request.user)
    if not methods:
        logout(request)
    page = methods[0]["url"] if methods else reverse("account_login")
    return HttpResponseRedirect(f"{page}?{urlencode({'next': back})}")


def _open_now(request: HttpRequest) -> dict[str, int]:
    opened = request.session.get(_OPENED, {})
    return {path: at for path, at in opened.items() if time.time() - at < FORM_LIFE}
