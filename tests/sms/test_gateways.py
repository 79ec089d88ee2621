"""The addresses gateways call: who really calls, what is stored once, and what the gateway reads back."""

import base64
import hashlib
import hmac
import json
import time
from typing import Any

import pytest
from django.test import Client

from sms.models import Inbound, Outbound
from sms.services import sending

pytestmark = pytest.mark.django_db
KANNEL = "/sms/masuk/kannel/"


@pytest.fixture(autouse=True)
def _configured(settings: Any) -> None:
    settings.SMS_GATEWAY = "kannel"
    settings.KANNEL_INBOUND_USERNAME, settings.KANNEL_INBOUND_PASSWORD = "kannel", "rahasia-masuk"
    settings.SMS_WEBHOOK_SECRET = "rahasia-webhook"


def _basic(user: str = "kannel", password: str = "rahasia-masuk") -> dict[str, str]:
    return {"HTTP_AUTHORIZATION": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


def _from_kannel(client: Client, body: str | bytes = "SALDO", message_id: str = "a1", **headers: str) -> Any:
    told = {"HTTP_X_KANNEL_FROM": "+6281234567890", **_basic(), **headers}
    return client.post(f"{KANNEL}?id={message_id}", body, content_type='text/plain; charset="UTF-8"', **told)


def test_kannel_hands_over_a_message_and_reads_an_empty_200(client: Client) -> None:
    answer = _from_kannel(client, "SALDO 24011122201")
    assert (answer.status_code, answer.content) == (200, b"")
    row = Inbound.objects.get()
    assert (row.gateway, row.gateway_id, row.sender, row.body) == (
        "kannel",
        "a1",
        "+6281234567890",
        "SALDO 24011122201",
    )
    assert "24011122201" not in row.body_sealed


def test_a_redelivery_is_acknowledged_and_stored_once(client: Client) -> None:
    assert [_from_kannel(client).status_code for _ in range(3)] == [200] * 3
    assert Inbound.objects.count() == 1


@pytest.mark.parametrize("headers", [_basic(password="falsch"), _basic(user="x"), {"HTTP_AUTHORIZATION": ""}])
def test_a_stranger_who_posts_is_refused_without_detail(client: Client, headers: dict[str, str]) -> None:
    answer = _from_kannel(client, **headers)
    assert (answer.status_code, answer.content, Inbound.objects.count()) == (403, b"", 0)


def test_without_a_password_nobody_gets_in(client: Client, settings: Any) -> None:
    settings.KANNEL_INBOUND_PASSWORD = ""
    assert _from_kannel(client, **_basic(password="")).status_code == 403


@pytest.mark.parametrize("message_id", ["", "x" * 81])
def test_a_message_without_an_id_is_not_taken(client: Client, message_id: str) -> None:
    assert _from_kannel(client, message_id=message_id).status_code == 400


def test_eight_bit_messages_and_zero_bytes_do_not_break_the_door(client: Client) -> None:
    assert _from_kannel(client, b"\xff\xfe\x00SALDO").status_code == 200
    assert "SALDO" in Inbound.objects.get().body


def test_only_the_gateway_in_use_has_an_address(client: Client, settings: Any) -> None:
    assert client.post("/sms/masuk/webhook/").status_code == 404
    settings.SMS_GATEWAY = "none"
    assert _from_kannel(client).status_code == 404
    assert client.post("/sms/masuk/none/").status_code == 404


def test_reading_the_inbound_address_is_no_way_in(client: Client) -> None:
    assert client.get(KANNEL, **_basic()).status_code == 405  # type: ignore[arg-type]


def test_kannel_fetches_the_report_address(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "ring", lambda *_, **__: None)
    row = sending.queue(to="+6281234567890", text="halo", reply="help")
    address = f"/sms/laporan/kannel/?ref={row.public_id}&d=1"
    assert client.get(address).status_code == 403
    assert client.get(address, **_basic()).status_code == 200  # type: ignore[arg-type]
    assert Outbound.objects.get().delivery == "delivered"


def _sign(body: bytes, stamp: int, secret: str = "rahasia-webhook") -> dict[str, str]:
    text = str(stamp)
    mark = hmac.new(secret.encode(), text.encode() + b"." + body, hashlib.sha256).hexdigest()
    return {"HTTP_X_TIMESTAMP": text, "HTTP_X_SIGNATURE": mark}


def _from_webhook(client: Client, told: Any, *, age: int = 0, **headers: str) -> Any:
    body = told if isinstance(told, bytes) else json.dumps(told).encode()
    signed = {**_sign(body, int(time.time()) - age), **headers}
    return client.post("/sms/masuk/webhook/", body, content_type="application/json", **signed)


@pytest.fixture
def webhook(settings: Any) -> None:
    settings.SMS_GATEWAY = "webhook"


MESSAGE = {"id": "m1", "from": "081234567890", "text": "SALDO"}


@pytest.mark.usefixtures("webhook")
def test_a_signed_webhook_may_bring_several_messages(client: Client) -> None:
    answer = _from_webhook(client, {"messages": [MESSAGE, {**MESSAGE, "id": "m2"}], "unknown": 1})
    assert (answer.status_code, answer.json()) == (200, {"ok": True})
    assert {row.gateway_id for row in Inbound.objects.all()} == {"m1", "m2"}


@pytest.mark.usefixtures("webhook")
def test_the_same_call_again_changes_nothing(client: Client) -> None:
    for _ in range(2):
        assert _from_webhook(client, {"messages": [MESSAGE]}).status_code == 200
    assert Inbound.objects.count() == 1


@pytest.mark.usefixtures("webhook")
@pytest.mark.parametrize("age", [301, -301])
def test_an_old_signature_is_a_replay(client: Client, age: int) -> None:
    assert _from_webhook(client, {"messages": [MESSAGE]}, age=age).status_code == 403


@pytest.mark.usefixtures("webhook")
@pytest.mark.parametrize(
    "headers",
    [
        {"HTTP_X_SIGNATURE": "0" * 64},
        {"HTTP_X_SIGNATURE": "é"},
        {"HTTP_X_TIMESTAMP": "²"},
        {"HTTP_X_TIMESTAMP": ""},
        _sign(b"{}", int(time.time())),
        _sign(json.dumps({"messages": [MESSAGE]}).encode(), int(time.time()), "other"),
    ],
)
def test_a_wrong_signature_is_refused(client: Client, headers: dict[str, str]) -> None:
    assert _from_webhook(client, {"messages": [MESSAGE]}, **headers).status_code == 403
    assert Inbound.objects.count() == 0


@pytest.mark.usefixtures("webhook")
@pytest.mark.parametrize(
    "told",
    [
        b"", b"[" * 5000, b"\xff", b"null", {}, {"messages": {}}, {"messages": [1]}, {"messages": [{}]},
        {"messages": [{**MESSAGE, "text": 5}]}, {"messages": [{**MESSAGE, "id": ""}]},
        {"messages": [MESSAGE] * 101},
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_a_400_and_stores_nothing(client: Client, told: Any) -> None:
    assert _from_webhook(client, told).status_code == 400
    assert Inbound.objects.count() == 0


def test_the_console_takes_messages_from_this_machine_only(client: Client, settings: Any) -> None:
    settings.SMS_GATEWAY = "console"
    body = json.dumps({"messages": [MESSAGE]})
    far = client.post("/sms/masuk/console/", body, content_type="application/json", REMOTE_ADDR="10.0.0.9")
    assert far.status_code == 403
    assert client.post("/sms/masuk/console/", body, content_type="application/json").status_code == 200
