"""Where the upstream's data are shown or asked for, a member's consent comes first."""

from collections.abc import Callable
from typing import Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode

SHOWS: Final = ("/saldo/", "/rincian/", "/proyeksi/", "/kartu/")


class ConsentMiddleware:
    """A new text of the notice asks politely; after the days of grace, or where nothing is agreed to, pages wait for an
    answer. Sweeps, SMS and files ask the same rule (accounts.consent)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(SHOWS) and _waits(request):
            asked = request.path if request.method in ("GET", "HEAD") else ""
            return HttpResponseRedirect(f"{reverse('privacy_consent')}?{urlencode({'next': asked})}")
        return self.get_response(request)


def _waits(request: HttpRequest) -> bool:
    return request.user.is_authenticated and not request.user.consent_standing.allows
