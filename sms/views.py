"""Where gateways call: a message comes in, a delivery report comes in. Authenticated by the gateway's own means."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from sms.gateways.factory import GATEWAYS, get_gateway
from sms.gateways.port import Gateway, NotAuthentic, Unreadable
from sms.services import receiving


@csrf_exempt
@login_not_required
@require_POST
def inbound(request: HttpRequest, gateway: str) -> HttpResponse:
    """Stores and rings, nothing more, so that the gateway has its answer within milliseconds."""
    used = _used(gateway)
    try:
        receiving.store(gateway=gateway, messages=used.receive(request))
    except NotAuthentic:
        return HttpResponse(status=403)
    except Unreadable:
        return HttpResponse(status=400)
    return used.acknowledge()


@csrf_exempt
@login_not_required
@require_http_methods(["GET", "POST"])
def reports(request: HttpRequest, gateway: str) -> HttpResponse:
    """Kannel fetches, others post."""
    used = _used(gateway)
    try:
        receiving.note_reports(reports=used.read_reports(request))
    except NotAuthentic:
        return HttpResponse(status=403)
    except Unreadable:
        return HttpResponse(status=400)
    return used.acknowledge()


def _used(gateway: str) -> Gateway:
    """Only the gateway in use has an address."""
    if gateway != settings.SMS_GATEWAY or gateway not in GATEWAYS:
        raise Http404
    return get_gateway(gateway)
