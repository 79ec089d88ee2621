"""What every gateway keeps, over real HTTP: nobody else gets in, one id a message, and never a wrong word on whether a
text went out. A new gateway adds its dialect (docs/sms-gateways.md)."""

import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from sms.gateways.factory import GATEWAYS, get_gateway, refuses_to_start
from sms.gateways.port import Doubtful, Gateway, NotAuthentic, NotSent, Outgoing, Unreadable
from tests.sms import dialects
from tests.sms.dialects import DIALECTS, Call, Dialect

TEXT = "JHT KPJ *2201: Rp12.345.678,00 per 31 Okt 2026. {€}"
OUTGOING = Outgoing(reference="6f1c2f0e-0000-4000-8000-000000000001", to="+6281234567890", text=TEXT)
SPOKEN = {"id": "a-1", "sender": "+6281234567890", "text": "SALDO 2201 ñ"}


class Network(HTTPServer):
    """Where texts are sent to. `status` is what it answers; 0 hangs up after the request was read."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.status = 202
        self.calls: list[Call] = []
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()


class _Handler(BaseHTTPRequestHandler):
    server: Network

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.calls.append(Call(dict(self.headers.items()), body))
        if self.server.status:
            self.send_response(self.server.status)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def network() -> Iterator[Network]:
    one = Network()
    yield one
    one.shutdown()
    one.server_close()


@pytest.fixture(params=DIALECTS, ids=lambda dialect: dialect.name)
def dialect(request: pytest.FixtureRequest, settings: Any, network: Network) -> Dialect:
    one: Dialect = request.param
    _use(one, settings, network)
    return one


def _use(dialect: Dialect, settings: Any, network: Network) -> None:
    for name, value in dialect.settings(f"http://localhost:{network.server_port}/send").items():
        setattr(settings, name, value)
    network.status = 200


@pytest.fixture
def gateway(dialect: Dialect) -> Gateway:
    return get_gateway(dialect.name)


def test_the_gateway_made_up_in_the_docs_keeps_the_contract(
    settings: Any, network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "sms-gateways.md").read_text()
    names: dict[str, Any] = {**vars(dialects)}
    for block in re.findall(r"^```python\n(.*?)^```", page, re.MULTILINE | re.DOTALL):
        exec(block, names)  # our own page
    dialect = names["MerpatiDialect"]()
    monkeypatch.setitem(GATEWAYS, "merpati", names["Merpati"])
    _use(dialect, settings, network)
    gateway = get_gateway("merpati")
    test_a_message_is_read_as_it_was_typed_with_the_same_id_each_time(dialect, gateway)
    test_nobody_else_gets_in(dialect, gateway)
    test_what_cannot_be_read_is_not_taken_for_a_message(dialect, gateway)
    test_a_text_arrives_once_and_whole(dialect, gateway, network)
    test_a_refusal_is_surely_not_sent(gateway, network, 503)
    test_an_answer_that_never_comes_is_doubtful(gateway, network)
    test_a_network_that_is_not_there_is_surely_not_sent(dialect, gateway, settings)
    _use(dialect, settings, network)
    test_it_starts_with_what_it_needs_and_names_what_is_missing(dialect, settings)


def test_every_gateway_is_here() -> None:
    assert {dialect.name for dialect in DIALECTS} == set(GATEWAYS)


def test_a_message_is_read_as_it_was_typed_with_the_same_id_each_time(dialect: Dialect, gateway: Gateway) -> None:
    for _ in range(2):
        [one] = gateway.receive(dialect.message(gateway_id=SPOKEN["id"], sender=SPOKEN["sender"], text=SPOKEN["text"]))
        assert (one.gateway_id, one.sender, one.text) == (SPOKEN["id"], SPOKEN["sender"], SPOKEN["text"])
    assert gateway.acknowledge().status_code == 200


def test_nobody_else_gets_in(dialect: Dialect, gateway: Gateway) -> None:
    for read in (gateway.receive, gateway.read_reports):
        with pytest.raises(NotAuthentic):
            read(dialect.forged())


def test_what_cannot_be_read_is_not_taken_for_a_message(dialect: Dialect, gateway: Gateway) -> None:
    with pytest.raises(Unreadable):
        gateway.receive(dialect.garbage())


def test_a_text_arrives_once_and_whole(dialect: Dialect, gateway: Gateway, network: Network) -> None:
    gateway.send(OUTGOING)
    [call] = network.calls
    assert dialect.sent(call) == (OUTGOING.to, TEXT)


@pytest.mark.parametrize("status", [400, 403, 429, 500, 503])
def test_a_refusal_is_surely_not_sent(gateway: Gateway, network: Network, status: int) -> None:
    network.status = status
    with pytest.raises(NotSent) as refusal:
        gateway.send(OUTGOING)
    assert OUTGOING.to not in refusal.value.code
    assert not refusal.value.mend or status in (400, 403)


def test_a_network_that_is_not_there_is_surely_not_sent(dialect: Dialect, gateway: Gateway, settings: Any) -> None:
    for name, value in dialect.settings("http://localhost:1/send").items():
        setattr(settings, name, value)
    with pytest.raises(NotSent):
        gateway.send(OUTGOING)


def test_an_answer_that_never_comes_is_doubtful(gateway: Gateway, network: Network) -> None:
    network.status = 0
    with pytest.raises(Doubtful):
        gateway.send(OUTGOING)


def test_it_starts_with_what_it_needs_and_names_what_is_missing(dialect: Dialect, settings: Any) -> None:
    assert refuses_to_start(dialect.name) == ""
    for name, value in dialect.settings("http://far.example/send").items():
        setattr(settings, name, value)
    assert "must be https, or http to localhost" in refuses_to_start(dialect.name)
    setattr(settings, dialect.secret, "")
    assert dialect.name in refuses_to_start(dialect.name)
