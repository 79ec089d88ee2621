"""Keeps track of which sessions are in use, for the member's own list."""

from collections.abc import Callable

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse

from accounts.models import User
from accounts.services import open_sessions
from jht_portal.vanished import signed_out


class OpenSessionsMiddleware:
    """After the page: a session that just began or has a new key is noted, an old one every ten minutes."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        may_be_known = request.session.modified or settings.SESSION_COOKIE_NAME in request.COOKIES
        if may_be_known and request.session.session_key and isinstance(request.user, User):
            try:
                open_sessions.track(request, request.user)
            except DatabaseError:
                gone = signed_out(request)
                if gone is None:
                    raise
                return gone
        return response
