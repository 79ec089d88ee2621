"""Some pages want a proof of who is there that is minutes old. It is asked for before the form, and nothing typed is
kept in the session meanwhile."""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.reauthentication import get_reauthentication_flows
from allauth.core.exceptions import ReauthenticationRequired
from django.conf import settings
from django.http import HttpRequest, HttpResponse

View = Callable[..., HttpResponse]
FORM_LIFE: Final = 30 * 60  # seconds that filling in the form may take


def recent_proof(view: View) -> View:
    """A sign-in or re-authentication of the last five minutes opens the page; its form may take half an hour."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        age = settings.ACCOUNT_REAUTHENTICATION_TIMEOUT
        if request.method not in ("GET", "HEAD"):
            age += FORM_LIFE
        if not proved_within(request, age):
            raise ReauthenticationRequired
        return view(request, *args, **kwargs)

    return answer


def proved_within(request: HttpRequest, seconds: int) -> bool:
    """Whoever has nothing to prove themselves with has just signed in by the mailbox; a session without any record
    was born by signing up."""
    records = get_authentication_records(request, request.user)
    joined = request.user.date_joined.timestamp() if request.user.is_authenticated else 0.0
    newest = max((record["at"] for record in records), default=joined)
    return time.time() - newest < seconds or not get_reauthentication_flows(request.user)
