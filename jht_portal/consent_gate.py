"""Where the upstream's data are shown or asked for, a member's consent comes first."""

from collections.abc import Callable
from typing import Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode

SHOWS: Final = ("/saldo/", "/rincian/", "/proyeksi/", "/kartu/")
# What protects a card or takes it away shows nothing of the upstream's and needs nobody's agreement.
ALWAYS: Final = {"card_lock", "card_keep", "card_unlink", "link_cancel", "sms_numbers", "sms_switch_off"}


class ConsentMiddleware:
    """A new text of the notice asks politely; after the days of grace, or where nothing is agreed to, pages wait for an
    answer. Sweeps, SMS and files ask the same rule (accounts.consent)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: object) -> HttpResponse | None:
        place = request.resolver_match
        if not request.path.startswith(SHOWS) or (place and place.url_name in ALWAYS) or not _waits(request):
            return None
        asked = request.path if request.method in ("GET", "HEAD") else ""
        return HttpResponseRedirect(f"{reverse('privacy_consent')}?{urlencode({'next': asked})}")


def _waits(request: HttpRequest) -> bool:
    return request.user.is_authenticated and not request.user.consent_standing.allows
