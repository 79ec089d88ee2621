"""For development: a phone that is a page or a command. Speaks the webhook's JSON unsigned, to this machine only.

jht_portal.apps refuses it outside the demo and DEBUG.
"""

from __future__ import annotations

import json

from django.conf import settings
from django.http import HttpRequest

from sms.gateways import webhook
from sms.gateways.outward import post
from sms.gateways.port import NotAuthentic, NotSent, Outgoing, Received, Report, is_private


class Console(webhook.Webhook):
    def refuses_to_start(self) -> str:
        if not (settings.DEMO or settings.DEBUG):
            return "SMS_GATEWAY=console is for the demo and DEBUG only: whoever is on this machine can be any phone."
        return "" if is_private(settings.SMS_CONSOLE_URL) else "SMS_CONSOLE_URL must be https, or http to localhost."

    def receive(self, request: HttpRequest) -> list[Received]:
        _from_this_machine(request)
        return webhook.messages(request.body)

    def read_reports(self, request: HttpRequest) -> list[Report]:
        _from_this_machine(request)
        return []

    def send(self, message: Outgoing) -> None:
        body = json.dumps({"to": message.to, "text": message.text}).encode()
        status = post(settings.SMS_CONSOLE_URL, headers={"Content-Type": "application/json"}, body=body)
        if status != 200:  # noqa: PLR2004
            raise NotSent(f"console_{status}")


def _from_this_machine(request: HttpRequest) -> None:
    """And not from a page of another site in this machine's browser: that may not post JSON unasked."""
    if request.META.get("REMOTE_ADDR") not in ("127.0.0.1", "::1") or request.content_type != "application/json":
        raise NotAuthentic
