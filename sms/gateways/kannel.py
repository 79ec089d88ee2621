"""Kannel 1.4.5: post-url inward with Basic credentials, sendsms with X-Kannel headers outward (docs/sms.md)."""

from __future__ import annotations

import base64
import hmac
from typing import Final
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.request import validate_host
from django.urls import reverse

from sms.gateways.outward import post
from sms.gateways.port import NotAuthentic, NotSent, Outgoing, Received, Report, Unreadable, is_private

_TAKEN: Final = (200, 202)  # 202 "3: Queued for later delivery" is taken too
_DELIVERY: Final = {"1": "delivered", "2": "failed", "4": "buffered", "8": "accepted", "16": "rejected"}
_REPORT_MASK: Final = "31"
_LONGEST_ID: Final = 80
_LONGEST_PAIR: Final = 57  # user:password; Kannel 1.4.5 breaks a longer Basic header into two lines


class Kannel:
    def refuses_to_start(self) -> str:
        if not settings.KANNEL_INBOUND_PASSWORD:
            return "SMS_GATEWAY=kannel needs KANNEL_INBOUND_PASSWORD: without it nobody could tell who calls."
        if len(_pair()) > _LONGEST_PAIR:
            return f"KANNEL_INBOUND_USERNAME and _PASSWORD have at most {_LONGEST_PAIR - 1} characters together."
        if not is_private(settings.KANNEL_SENDSMS_URL):
            return "KANNEL_SENDSMS_URL must be https, or http to localhost: texts and the password travel there."
        if not is_private(settings.SMS_CALLBACK_URL):
            return "SMS_CALLBACK_URL must be https, or http to localhost: Kannel sends the password along."
        if not validate_host(urlsplit(settings.SMS_CALLBACK_URL).hostname or "", settings.ALLOWED_HOSTS):
            return "ALLOWED_HOSTS must name the host of SMS_CALLBACK_URL, by which Kannel calls."
        return ""

    def receive(self, request: HttpRequest) -> list[Received]:
        self._authenticate(request)
        message_id = request.GET.get("id", "")  # %I: the same in every retry; Kannel puts it into no header
        sender = request.headers.get("X-Kannel-From", "")
        if not 0 < len(message_id) <= _LONGEST_ID or not sender:
            raise Unreadable
        return [Received(gateway_id=message_id, sender=sender, text=_text(request))]

    def acknowledge(self) -> HttpResponse:
        return HttpResponse(content_type="text/plain; charset=UTF-8")

    def read_reports(self, request: HttpRequest) -> list[Report]:
        self._authenticate(request)
        status = _DELIVERY.get(request.GET.get("d", ""))
        return [Report(reference=request.GET.get("ref", ""), status=status)] if status else []

    def send(self, message: Outgoing) -> None:
        status = post(settings.KANNEL_SENDSMS_URL, headers=_headers(message), body=message.text.encode())
        if status in _TAKEN:
            return
        raise NotSent(f"kannel_{status}", mend=status in (400, 403, 404))

    def _authenticate(self, request: HttpRequest) -> None:
        """Basic credentials of the inbound address; in delivery reports too, which Kannel fetches by the same URL."""
        given = request.headers.get("Authorization", "").encode()
        wanted = b"Basic " + _credentials().encode()
        if not settings.KANNEL_INBOUND_PASSWORD or not hmac.compare_digest(given, wanted):
            raise NotAuthentic


def _credentials() -> str:
    return base64.b64encode(_pair()).decode()


def _pair() -> bytes:
    return f"{settings.KANNEL_INBOUND_USERNAME}:{settings.KANNEL_INBOUND_PASSWORD}".encode()


def _text(request: HttpRequest) -> str:
    """8-bit messages come as raw bytes, so what is not UTF-8 is replaced."""
    return request.body.decode("utf-8", errors="replace")


def _headers(message: Outgoing) -> dict[str, str]:
    return {
        "Content-Type": "text/plain; charset=UTF-8",
        "X-Kannel-Username": settings.KANNEL_USERNAME,
        "X-Kannel-Password": settings.KANNEL_PASSWORD,
        "X-Kannel-From": settings.KANNEL_SENDER,
        "X-Kannel-To": message.to,
        "X-Kannel-DLR-Mask": _REPORT_MASK,
        "X-Kannel-DLR-Url": _report_url(message.reference),
    }


def _report_url(reference: str) -> str:
    scheme, _, rest = settings.SMS_CALLBACK_URL.partition("://")
    user, password = quote(settings.KANNEL_INBOUND_USERNAME, safe=""), quote(settings.KANNEL_INBOUND_PASSWORD, safe="")
    return f"{scheme}://{user}:{password}@{rest}{reverse('sms_reports', args=['kannel'])}?ref={reference}&d=%d"
