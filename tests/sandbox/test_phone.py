"""The phone page: what is typed reaches the portal's console gateway as JSON, what the portal sends can be read."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from demo.embedded import ServiceError
from demo.sms import ask
from tests.browsing import assert_clean
from tests.sandbox.caller import Json, Sandbox, running

BUDI = "+6282000110567"


class Portal(HTTPServer):
    """Takes messages like the console gateway; `status` is what it says."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.status, self.taken, self.reply_to = 200, [], 0
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    taken: list[tuple[str, Json]]


class _Handler(BaseHTTPRequestHandler):
    server: Portal

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.taken.append((self.path, body))
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture(scope="module")
def listening() -> Iterator[Portal]:
    portal = Portal()
    yield portal
    portal.shutdown()
    portal.server_close()


@pytest.fixture(scope="module")
def process(client_key: RSAPrivateKey, listening: Portal) -> Iterator[Sandbox]:
    with running(client_key, flags=("--portal-url", f"http://localhost:{listening.server_port}")) as one:
        yield one


@pytest.fixture
def phones(process: Sandbox, listening: Portal) -> Sandbox:
    listening.status = 200
    listening.taken.clear()
    process.hang_up()
    process.http("DELETE", "/sandbox/sms")
    return process


def form(sandbox: Sandbox, fields: str, **headers: str) -> Any:
    kind = {"Content-Type": "application/x-www-form-urlencoded"} | headers
    return sandbox.http("POST", "/sandbox/hp", fields.encode(), kind)


def test_a_typed_text_reaches_the_portal_and_its_answer_the_phone(phones: Sandbox, listening: Portal) -> None:
    told = phones.post("/sandbox/sms", {"from": "0820-0011-0567", "text": " SALDO "}).json
    [(path, body)] = listening.taken
    assert path == "/sms/masuk/console/"
    [message] = body["messages"]
    assert (message["from"], message["text"]) == (BUDI, "SALDO")
    assert [(one["by"], one["number"], one["text"]) for one in told] == [("phone", BUDI, "SALDO")]
    assert phones.post("/sandbox/sms/out", {"to": BUDI, "text": "Rp1"}).status == 200
    phones.post("/sandbox/sms/out", {"to": "+6281111111111", "text": "lain"})
    assert [one["text"] for one in phones.get("/sandbox/sms?number=082000110567")] == ["Rp1", "SALDO"]
    assert len(phones.get("/sandbox/sms")) == 3


def test_each_text_has_an_id_of_its_own(phones: Sandbox, listening: Portal) -> None:
    for _ in range(2):
        phones.post("/sandbox/sms", {"from": BUDI, "text": "SALDO"})
    assert len({body["messages"][0]["id"] for _, body in listening.taken}) == 2


def test_what_the_portal_does_not_take_is_said_and_not_kept(phones: Sandbox, listening: Portal) -> None:
    listening.status = 404
    answer = phones.post("/sandbox/sms", {"from": BUDI, "text": "SALDO"})
    assert answer.status == 400
    assert "SMS_GATEWAY=console" in answer.json["error"]
    assert phones.get("/sandbox/sms") == []


@pytest.mark.parametrize("body", [{"from": "x", "text": "a"}, {"from": BUDI, "text": " "}, {"from": "1"}, {}])
def test_nonsense_is_refused(phones: Sandbox, body: Json) -> None:
    assert phones.post("/sandbox/sms", body).status == 400
    assert phones.post("/sandbox/sms/out", {"to": 1}).status == 400


def test_the_page_works_without_a_script(phones: Sandbox) -> None:
    first = phones.http("GET", "/sandbox/hp").raw.decode()
    assert f'href="/sandbox/hp?number={BUDI.replace("+", "%2B")}"' in first
    answer = form(phones, "from=0820+0011+0567&text=BANTUAN%3Cb%3E")
    assert (answer.status, answer.headers["Location"]) == (303, "/sandbox/hp?number=%2B6282000110567")
    phones.post("/sandbox/sms/out", {"to": BUDI, "text": "caranya"})
    page = phones.http("GET", answer.headers["Location"]).raw.decode()
    talk = phones.http("GET", "/sandbox/hp/percakapan?number=%2B6282000110567").raw.decode()
    assert "/sandbox/hp/percakapan?number=%2B6282000110567" in page
    assert "BANTUAN&lt;b&gt;" in talk
    assert talk.index("caranya") < talk.index("BANTUAN"), "newest first; the look turns it round"
    assert "http-equiv" in talk
    assert "<script" not in page + talk


def test_the_page_says_what_went_wrong(phones: Sandbox, listening: Portal) -> None:
    listening.status = 403
    answer = form(phones, "from=082000110567&text=SALDO")
    assert answer.status == 400
    assert "Tidak terkirim" in answer.raw.decode()
    assert phones.http("GET", "/sandbox/hp?number=%3Cb%3E").status == 400


def test_another_sites_page_cannot_send(phones: Sandbox, listening: Portal) -> None:
    assert form(phones, "from=082000110567&text=SALDO", Origin="https://evil.example").status == 403
    assert listening.taken == []


def test_without_a_portal_it_says_so(upstream: Sandbox) -> None:
    assert "--portal-url" in upstream.post("/sandbox/sms", {"from": BUDI, "text": "SALDO"}).json["error"]


def test_the_command_prints_what_comes_back_and_names_what_went_wrong(phones: Sandbox, listening: Portal) -> None:
    url = f"http://localhost:{phones.port}/"
    threading.Timer(0.3, phones.post, ("/sandbox/sms/out", {"to": BUDI, "text": "Rp1 per 31 Okt"})).start()
    assert ask(url, "082000110567", "SALDO", wait=5) == ["Rp1 per 31 Okt"]
    assert ask(url, BUDI, "SALDO", wait=0.3) == []
    with pytest.raises(ServiceError, match="a phone number, please"):
        ask(url, "x", "SALDO", wait=1)
    with pytest.raises(ServiceError, match="does not answer"):
        ask("http://localhost:1/", BUDI, "SALDO", wait=1)


@pytest.mark.browser
@pytest.mark.parametrize("width", [320, 1280])
def test_the_phone_has_no_axe_violation_and_fits(upstream: Sandbox, page: Any, width: int) -> None:
    """At rest: while a conversation is lively its frame loads itself anew, which axe forbids; a demo's page may."""
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"http://127.0.0.1:{upstream.port}/sandbox/hp?number=082000110567")
    assert_clean(page)
