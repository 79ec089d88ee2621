"""Where the upstream's data are shown or asked for, a member's consent comes first."""

from collections.abc import Callable
from typing import Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode

from accounts.consent import WITHDRAWN, Standing
from accounts.models import User

SHOWS: Final = ("/saldo/", "/rincian/", "/proyeksi/", "/kartu/")
LINKS: Final = ("/kartu/tambah/", "/kartu/tawaran/")


class ConsentMiddleware:
    """A new text of the notice asks politely; only after the days of grace, or once consent was withdrawn, pages wait
    for an answer. A card is never linked without one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(SHOWS) and request.user.is_authenticated and _waits(request.user, request.path):
            asked = request.path if request.method in ("GET", "HEAD") else ""
            return HttpResponseRedirect(f"{reverse('privacy_consent')}?{urlencode({'next': asked})}")
        return self.get_response(request)


def _waits(member: User, path: str) -> bool:
    never = member.consent_version in ("", WITHDRAWN)
    return member.consent_standing == Standing.NEEDED or (never and path.startswith(LINKS))
