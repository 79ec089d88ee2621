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
        _refuse_what_was_overheard(request)
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
        _refuse_what_was_overheard(request)
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


def _refuse_what_was_overheard(request: HttpRequest) -> None:
    """Raises NotAuthentic. Gateways are not led on to https (SECURE_REDIRECT_EXEMPT), which would hide that passwords
    and texts travel in clear; beside the portal they do not travel."""
    beside = request.META.get("REMOTE_ADDR") in settings.LOCAL_HOSTS and "X-Forwarded-Proto" not in request.headers
    if settings.HTTPS and not request.is_secure() and not beside:
        raise NotAuthentic
