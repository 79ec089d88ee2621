"""A signed webhook for aggregators that speak plain HTTP and JSON: HMAC-SHA256 over the time and the body.

Inward and outward alike: `X-Timestamp` (Unix seconds) and `X-Signature` = hex of HMAC(secret, timestamp + "." + body).
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse

from sms.gateways.outward import post
from sms.gateways.port import NotAuthentic, NotSent, Outgoing, Received, Report, Unreadable, is_private

_MAX_AGE_SECONDS: Final = 300  # of a signature; within it a replay meets the store's "once"
_MOST_MESSAGES: Final = 100
_LONGEST_ID: Final = 80
_SECRET_LENGTH: Final = 32


class Webhook:
    """Inward `{"messages": [{"id", "from", "text"}]}` or `{"reports": [{"reference", "status"}]}`."""

    def refuses_to_start(self) -> str:
        if len(settings.SMS_WEBHOOK_SECRET) < _SECRET_LENGTH:
            return f"SMS_GATEWAY=webhook needs SMS_WEBHOOK_SECRET, at least {_SECRET_LENGTH} characters."
        return "" if is_private(settings.SMS_WEBHOOK_URL) else "SMS_WEBHOOK_URL must be https, or http to localhost."

    def receive(self, request: HttpRequest) -> list[Received]:
        _authenticate(request)
        return messages(request.body)

    def acknowledge(self) -> HttpResponse:
        return JsonResponse({"ok": True})

    def read_reports(self, request: HttpRequest) -> list[Report]:
        _authenticate(request)
        return [
            Report(reference=_short(one, "reference"), status=_short(one, "status"))
            for one in _listed(request.body, "reports")
        ]

    def send(self, message: Outgoing) -> None:
        told = {"reference": message.reference, "from": settings.KANNEL_SENDER, "to": message.to, "text": message.text}
        body = json.dumps(told).encode()
        status = post(settings.SMS_WEBHOOK_URL, headers=_signed(body), body=body)
        if not 200 <= status < 300:  # noqa: PLR2004
            raise NotSent(f"webhook_{status}", mend=400 <= status < 500 and status != 429)  # noqa: PLR2004


def signature(stamp: str, body: bytes) -> str:
    return hmac.new(settings.SMS_WEBHOOK_SECRET.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def _signed(body: bytes) -> dict[str, str]:
    stamp = str(int(time.time()))
    return {"Content-Type": "application/json", "X-Timestamp": stamp, "X-Signature": signature(stamp, body)}


def messages(body: bytes) -> list[Received]:
    """Raises Unreadable."""
    return [_received(one) for one in _listed(body, "messages")]


def _authenticate(request: HttpRequest) -> None:
    stamp, given = request.headers.get("X-Timestamp", ""), request.headers.get("X-Signature", "")
    if not settings.SMS_WEBHOOK_SECRET or not stamp.isascii() or not stamp.isdigit():
        raise NotAuthentic
    if not hmac.compare_digest(signature(stamp, request.body).encode(), given.encode()):
        raise NotAuthentic
    if abs(time.time() - int(stamp)) > _MAX_AGE_SECONDS:
        raise NotAuthentic


def _listed(body: bytes, name: str) -> list[dict[str, Any]]:
    try:
        told = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Unreadable from error
    found = told.get(name) if isinstance(told, dict) else None
    if not isinstance(found, list) or len(found) > _MOST_MESSAGES or not all(isinstance(one, dict) for one in found):
        raise Unreadable
    return found


def _received(one: dict[str, Any]) -> Received:
    text = one.get("text")
    if not isinstance(text, str):
        raise Unreadable
    return Received(gateway_id=_short(one, "id"), sender=_short(one, "from"), text=text)


def _short(one: dict[str, Any], name: str) -> str:
    value = one.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= _LONGEST_ID:
        raise Unreadable
    return value
