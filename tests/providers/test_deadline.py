"""One deadline ends a port call, however the upstream drags it out: each byte below is in time for a read timeout."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from providers import errors
from providers.client import SnapProvider
from providers.deadline import deadline, remaining
from tests.providers.conftest import Build
from tests.providers.upstream import KPJ, REF, Answer, Upstream, balance_fields, encode, ok

DEADLINE = 0.5
GRACE = 10  # for a busy machine; every script below would take far longer
TOKEN = encode({"responseCode": "2007300", "accessToken": "t", "expiresIn": "900"})
Script = Callable[[socket.socket, bytes], None]


def whole(body: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)


class Dripper:
    """A raw socket server that answers token calls properly and leaves the rest to `script`."""

    def __init__(self, script: Script, *, token_too: bool) -> None:
        self._script, self._token_too = script, token_too
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._stopped.set()
        self._socket.close()

    def drip(self, connection: socket.socket, data: bytes) -> None:
        for byte in data:
            if self._stopped.wait(0.05):
                raise ConnectionAbortedError
            connection.sendall(bytes([byte]))

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._socket.accept()
                threading.Thread(target=self._converse, args=(connection,), daemon=True).start()

    def _converse(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            while request := connection.recv(65536):
                if b"/access-token/" in request and not self._token_too:
                    connection.sendall(whole(TOKEN))
                else:
                    self._script(connection, request)


@pytest.fixture
def dripper() -> Iterator[Callable[..., Dripper]]:
    started: list[Dripper] = []

    def start(script: Callable[[Dripper, socket.socket], None], *, token_too: bool = False) -> Dripper:
        started.append(Dripper(lambda connection, _: script(started[-1], connection), token_too=token_too))
        return started[-1]

    yield start
    for one in started:
        one.close()


def drip_headers(dripper: Dripper, connection: socket.socket) -> None:
    dripper.drip(connection, b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 10_000)


def drip_body(dripper: Dripper, connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9000\r\n\r\n")
    dripper.drip(connection, b" " * 9000)


def drip_chunks(dripper: Dripper, connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
    dripper.drip(connection, b"1\r\n \r\n" * 3000)


def drip_provisional_answers(dripper: Dripper, connection: socket.socket) -> None:
    for _ in range(2000):
        connection.sendall(b"HTTP/1.1 102 Processing\r\n\r\n")
        time.sleep(0.01)


def say_nothing(dripper: Dripper, connection: socket.socket) -> None:
    time.sleep(30)


SLOW = [drip_headers, drip_body, drip_chunks, drip_provisional_answers, say_nothing]


@pytest.mark.parametrize("token_too", [False, True], ids=["operation", "token"])
@pytest.mark.parametrize("script", SLOW)
def test_a_call_ends_at_its_deadline(
    dripper: Callable[..., Dripper], build: Build, script: Callable[..., None], token_too: bool
) -> None:
    client = build(dripper(script, token_too=token_too).url, deadline=DEADLINE)
    started = time.monotonic()
    with pytest.raises(errors.Unavailable):
        client.fetch_balance(kpj=KPJ, member_ref=REF)
    assert DEADLINE - 0.1 < time.monotonic() - started < DEADLINE + GRACE


def test_pages_share_one_deadline(upstream: Upstream, build: Build) -> None:
    page = {"accountNo": KPJ, "hasMore": "Y", "detailData": []}
    upstream.queue("J4", *[ok("J4", **page)] * 3)
    upstream.queue("J4", Answer(raw=b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n"))
    client = build(upstream.url, deadline=DEADLINE)
    started = time.monotonic()
    with pytest.raises(errors.Unavailable):
        client.fetch_contributions(kpj=KPJ, member_ref=REF, first_month="2026-01", last_month="2026-12")
    assert time.monotonic() - started < DEADLINE + GRACE
    assert upstream.count("J4") == 4


def test_a_thread_that_waits_for_anothers_token_keeps_its_own_deadline(
    dripper: Callable[..., Dripper], build: Build
) -> None:
    client = build(dripper(drip_body, token_too=True).url, deadline=DEADLINE)
    spent: list[float] = []

    def ask() -> None:
        started = time.monotonic()
        with pytest.raises(errors.Unavailable):
            client.fetch_balance(kpj=KPJ, member_ref=REF)
        spent.append(time.monotonic() - started)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(spent) == 4
    assert max(spent) < DEADLINE + GRACE


def test_waiting_for_a_token_that_a_more_patient_call_fetches_ends_too(
    dripper: Callable[..., Dripper], build: Build
) -> None:
    upstream = dripper(drip_body, token_too=True)
    patient = build(upstream.url, deadline=30)
    hasty = SnapProvider(channel=patient._channel, gate=patient._gate, priority="member", deadline_seconds=DEADLINE)
    first = threading.Thread(target=_fails_as_unavailable, args=(patient,))
    first.start()
    time.sleep(0.1)
    _fails_as_unavailable(hasty)
    assert first.is_alive()
    upstream.close()
    first.join()


def _fails_as_unavailable(client: SnapProvider) -> None:
    with pytest.raises(errors.Unavailable):
        client.fetch_balance(kpj=KPJ, member_ref=REF)


def test_a_name_that_never_resolves_ends_too(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    released = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: released.wait(20) and [])
    client = build("https://upstream.invalid", deadline=DEADLINE)
    started = time.monotonic()
    with pytest.raises(errors.Unavailable):
        client.fetch_balance(kpj=KPJ, member_ref=REF)
    assert time.monotonic() - started < DEADLINE + GRACE
    released.set()


def test_a_port_nobody_listens_on_is_unavailable_at_once(build: Build) -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    client = build(f"http://localhost:{port}", deadline=DEADLINE)
    with pytest.raises(errors.Unavailable):
        client.fetch_balance(kpj=KPJ, member_ref=REF)


def test_an_answer_in_time_is_not_disturbed(dripper: Callable[..., Dripper], build: Build) -> None:
    """The other side of it: slow, but in time."""
    body = encode({"responseCode": "2001100", **balance_fields()})

    def slowly(dripper: Dripper, connection: socket.socket) -> None:
        answer = whole(body)
        for start in range(0, len(answer), 100):
            connection.sendall(answer[start : start + 100])
            time.sleep(0.02)

    client = build(dripper(slowly).url, deadline=20 * DEADLINE)
    assert client.fetch_balance(kpj=KPJ, member_ref=REF).amount is not None


def test_an_inner_deadline_cannot_lengthen_the_outer_one() -> None:
    with deadline(0.1):
        with deadline(60):
            assert remaining() < 0.2
        assert remaining() < 0.2
    assert remaining() == float("inf")
