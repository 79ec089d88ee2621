"""What only time brings, told to the upstream inside this process: codes that expire, days that end."""

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import time_machine
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from demo.sandbox.config import Config
from demo.sandbox.control import Control
from demo.sandbox.gate import Request
from demo.sandbox.upstream import Upstream
from tests.sandbox.caller import CLIENT_ID, PARTNER, SECRET, Reply, Sandbox

BUDI = "24011122201"
NOON = "2026-11-22T12:00:00+07:00"


@dataclasses.dataclass
class InProcess(Sandbox):
    """The same caller without a socket."""

    upstream: Any = None

    def http(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Reply:
        lowered = {name.lower(): value for name, value in (headers or {}).items()}
        request = Request(method, path, lowered, body or b"")
        answer = Control(self.upstream).answer(request) or self.upstream.answer(request)
        return Reply(answer.status, answer.headers, answer.body)


@pytest.fixture
def inside(client_key: RSAPrivateKey) -> Iterator[tuple[InProcess, time_machine.Traveller]]:
    config = Config(
        host="",
        port=0,
        smtp_host="",
        smtp_port=None,
        today=None,
        client_id=CLIENT_ID,
        client_secret=SECRET,
        public_key=client_key.public_key(),
        partner_id=PARTNER,
        channel_id="95221",
    )
    with time_machine.travel(NOON, tick=False) as clock:
        yield InProcess(0, client_key, None, upstream=Upstream(config)), clock  # type: ignore[arg-type]


def test_a_code_expires_after_five_minutes(inside: tuple[InProcess, time_machine.Traveller]) -> None:
    upstream, clock = inside
    challenge = upstream.send_code(BUDI).json["challengeRef"]
    code = upstream.get("/sandbox/outbox")[0]["code"]
    clock.shift(301)
    upstream.token = ""
    assert upstream.check_code(BUDI, challenge, code).code == "404J615"


def test_five_more_codes_come_with_jakartas_next_day(inside: tuple[InProcess, time_machine.Traveller]) -> None:
    upstream, clock = inside
    clock.move_to("2026-11-22T23:58:00+07:00")
    assert [upstream.send_code(BUDI).status for _ in range(6)] == [200] * 5 + [403]
    assert upstream.send_code(BUDI).headers["Retry-After"] == "120"
    clock.shift(121)
    upstream.token = ""
    assert upstream.send_code(BUDI).status == 200


def test_an_external_id_may_come_again_on_jakartas_next_day(inside: tuple[InProcess, time_machine.Traveller]) -> None:
    upstream, clock = inside
    clock.move_to("2026-11-22T23:58:00+07:00")
    body = {"memberRef": upstream.ref(BUDI)}
    same = {"X-EXTERNAL-ID": "4711"}
    assert [upstream.ask("J2", body, **same).status for _ in range(2)] == [200, 409]
    clock.shift(121)
    upstream.token = ""
    assert upstream.ask("J2", body, **same).status == 200
    utc = {"X-TIMESTAMP": "2026-11-22T17:00:01Z"}  # the same Jakarta day, though not the same day in UTC
    assert upstream.ask("J2", body, **same, **utc).status == 409


def test_without_a_set_day_the_ledger_follows_the_calendar(inside: tuple[InProcess, time_machine.Traveller]) -> None:
    upstream, clock = inside
    assert upstream.get("/sandbox/today")["today"] == "2026-11-22"
    clock.move_to("2026-11-30T17:30:00+00:00")
    assert upstream.get("/sandbox/today") == {"today": "2026-12-01", "asOf": "2026-11-30T23:59:59+07:00"}


def test_a_set_channel_is_checked(inside: tuple[InProcess, time_machine.Traveller]) -> None:
    upstream, _ = inside
    body = {"memberRef": upstream.ref(BUDI)}
    assert upstream.ask("J2", body, **{"CHANNEL-ID": "11111"}).code == "401J200"
