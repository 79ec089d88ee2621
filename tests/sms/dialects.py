"""How each gateway's calls look on the wire, for the contract that all of them keep (test_contract.py)."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from django.http import HttpRequest
from django.test import RequestFactory

REQUESTS = RequestFactory()
SECRET = "rahasia-tiga-puluh-dua-karakter-x"


@dataclass(frozen=True)
class Call:
    """What arrived where a gateway sends its texts to."""

    headers: Mapping[str, str]
    body: bytes


class Dialect:
    """`settings(url)` make the gateway fit, sending to `url`; without the setting `secret` it may not start."""

    name: str
    secret: str

    def settings(self, url: str) -> dict[str, Any]:
        raise NotImplementedError

    def message(self, *, gateway_id: str, sender: str, text: str) -> HttpRequest:
        raise NotImplementedError

    def forged(self) -> HttpRequest:
        """As `message`, by somebody who is not the gateway."""
        raise NotImplementedError

    def garbage(self) -> HttpRequest:
        """By the gateway, and nothing one can read."""
        raise NotImplementedError

    def sent(self, call: Call) -> tuple[str, str]:
        """Number and text of a call that went out."""
        raise NotImplementedError


class KannelDialect(Dialect):
    name, secret = "kannel", "KANNEL_INBOUND_PASSWORD"

    def settings(self, url: str) -> dict[str, Any]:
        return {"KANNEL_SENDSMS_URL": url, "KANNEL_INBOUND_USERNAME": "kannel", "KANNEL_INBOUND_PASSWORD": SECRET}

    def message(self, *, gateway_id: str, sender: str, text: str, password: str = SECRET) -> HttpRequest:
        basic = base64.b64encode(f"kannel:{password}".encode()).decode()
        headers = {"HTTP_X_KANNEL_FROM": sender, "HTTP_AUTHORIZATION": f"Basic {basic}"}
        address = f"/sms/masuk/kannel/?id={quote(gateway_id)}"
        return REQUESTS.post(address, text, content_type='text/plain; charset="UTF-8"', **headers)

    def forged(self) -> HttpRequest:
        return self.message(gateway_id="a", sender="+6281", text="SALDO", password="salah")

    def garbage(self) -> HttpRequest:
        return self.message(gateway_id="", sender="+6281", text="SALDO")

    def sent(self, call: Call) -> tuple[str, str]:
        return call.headers["X-Kannel-To"], call.body.decode()


class WebhookDialect(Dialect):
    name, secret = "webhook", "SMS_WEBHOOK_SECRET"

    def settings(self, url: str) -> dict[str, Any]:
        return {"SMS_WEBHOOK_URL": url, "SMS_WEBHOOK_SECRET": SECRET}

    def message(self, *, gateway_id: str, sender: str, text: str) -> HttpRequest:
        return self._signed({"messages": [{"id": gateway_id, "from": sender, "text": text}]})

    def forged(self) -> HttpRequest:
        return self._signed({"messages": []}, secret="salah")

    def garbage(self) -> HttpRequest:
        return self._signed({"messages": 5})

    def sent(self, call: Call) -> tuple[str, str]:
        stamp = call.headers["X-Timestamp"]
        assert call.headers["X-Signature"] == _mark(stamp, call.body, SECRET), "signed outward too"
        told = json.loads(call.body)
        return told["to"], told["text"]

    def _signed(self, told: Any, secret: str = SECRET) -> HttpRequest:
        body, stamp = json.dumps(told).encode(), str(int(time.time()))
        headers = {"HTTP_X_TIMESTAMP": stamp, "HTTP_X_SIGNATURE": _mark(stamp, body, secret)}
        return REQUESTS.post("/sms/masuk/webhook/", body, content_type="application/json", **headers)


class ConsoleDialect(Dialect):
    name, secret = "console", "DEMO"

    def settings(self, url: str) -> dict[str, Any]:
        return {"SMS_CONSOLE_URL": url, "DEMO": True}

    def message(self, *, gateway_id: str, sender: str, text: str) -> HttpRequest:
        return self._post({"messages": [{"id": gateway_id, "from": sender, "text": text}]})

    def forged(self) -> HttpRequest:
        return self._post({"messages": []}, REMOTE_ADDR="10.0.0.9")

    def garbage(self) -> HttpRequest:
        return self._post([])

    def sent(self, call: Call) -> tuple[str, str]:
        told = json.loads(call.body)
        return told["to"], told["text"]

    def _post(self, told: Any, **headers: str) -> HttpRequest:
        return REQUESTS.post("/sms/masuk/console/", json.dumps(told), content_type="application/json", **headers)


def _mark(stamp: str, body: bytes, secret: str) -> str:
    return hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()


DIALECTS: list[Dialect] = [KannelDialect(), WebhookDialect(), ConsoleDialect()]
