"""TLS, headers and pages: what the client does on its side of the wire."""

import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from providers import errors
from providers.brake import Gate, Rules
from providers.channel import Credentials
from providers.transport import CONNECTIONS
from tests.certificates import own_certificate
from tests.providers.conftest import Build
from tests.providers.upstream import KPJ, REF, Answer, Upstream, balance, ok


@dataclass
class SecureUpstream:
    upstream: Upstream
    url: str
    ca_file: str


@pytest.fixture
def secure(rsa_key: rsa.RSAPrivateKey, tmp_path: Path) -> Iterator[Callable[..., SecureUpstream]]:
    """The scripted upstream behind TLS, with a certificate that is its own authority."""
    servers: list[ThreadingHTTPServer] = []
    plain = Upstream()

    def start(*, name: str = "localhost", newest: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3) -> SecureUpstream:
        file = tmp_path / f"{name}.pem"
        file.write_bytes(own_certificate(rsa_key, name))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        context.maximum_version = newest
        server = ThreadingHTTPServer(("127.0.0.1", 0), plain.handler)
        server.daemon_threads = True
        server.handle_error = lambda *_: None  # a client that hangs up is the point here
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        servers.append(server)
        return SecureUpstream(plain, f"https://localhost:{server.server_port}", str(file))

    yield start
    plain.close()
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.mark.asvs("V12.3.4")
def test_a_given_authority_is_trusted(secure: Callable[..., SecureUpstream], build: Build) -> None:
    server = secure()
    server.upstream.queue("11", balance())
    client = build(server.url, ca_file=server.ca_file)
    assert client.fetch_balance(kpj=KPJ, member_ref=REF).amount is not None


@pytest.mark.asvs("V12.3.2", "V12.3.4", "V16.3.4")
@pytest.mark.parametrize("trouble", ["unknown authority", "other name", "old protocol"])
def test_a_server_that_cannot_prove_itself_gets_nothing(
    secure: Callable[..., SecureUpstream], build: Build, trouble: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    server = {
        "unknown authority": secure,
        "other name": lambda: secure(name="elsewhere.example"),
        "old protocol": lambda: secure(newest=ssl.TLSVersion.TLSv1_2),
    }[trouble]()
    client = build(server.url, ca_file="" if trouble == "unknown authority" else server.ca_file)
    with pytest.raises(errors.Unavailable):
        client.fetch_balance(kpj=KPJ, member_ref=REF)
    assert server.upstream.asked == []
    assert [one.partition("=")[0] for one in caplog.messages] == ["provider_tls_failed why"]


def test_a_setting_that_fits_no_header_is_our_bug(upstream: Upstream, build: Build) -> None:
    broken = Credentials(client_secret="s", partner_id="PARTNER1\n", channel_id="95221")
    with pytest.raises(errors.InvalidRequest):
        build(upstream.url, credentials=broken).fetch_balance(kpj=KPJ, member_ref=REF)


def test_further_pages_wait_for_their_turn_instead_of_giving_up(upstream: Upstream, build: Build) -> None:
    more, last = ({"accountNo": KPJ, "hasMore": word, "detailData": []} for word in "YN")
    upstream.queue("J4", *[ok("J4", **more)] * 3, ok("J4", **last))
    client = build(upstream.url, gate=Gate(rules=Rules(per_second=10, failures=99)))
    for _ in range(9):  # leaves one in the bucket
        with pytest.raises(errors.InvalidRequest):
            client.fetch_balance(kpj=KPJ, member_ref=REF)
    client.fetch_contributions(kpj=KPJ, member_ref=REF, first_month="2026-01", last_month="2026-12")
    assert upstream.count("J4") == 4


def test_a_wait_longer_than_the_deadline_is_told_at_once(upstream: Upstream, build: Build) -> None:
    upstream.queue("J4", ok("J4", accountNo=KPJ, hasMore="Y", detailData=[]))
    gate = Gate(rules=Rules(per_second=0.01))
    gate.admit("member")
    client = build(upstream.url, gate=gate)
    started = time.monotonic()
    with pytest.raises(errors.HeldBack) as caught:
        client.fetch_contributions(kpj=KPJ, member_ref=REF, first_month="2026-01", last_month="2026-12")
    assert caught.value.wait > timedelta(seconds=5)
    assert time.monotonic() - started < 4  # of five


def test_more_calls_than_connections_are_held_back_and_not_counted_against_the_upstream(
    upstream: Upstream, build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("providers.transport.POOL_SECONDS", 0.1)
    silence = Answer(raw=b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n")
    upstream.queue("11", *[silence] * CONNECTIONS)
    client = build(upstream.url, deadline=1.5, gate=Gate(rules=Rules(per_second=10_000, failures=99)))
    raised: list[type[Exception]] = []

    def ask() -> None:
        with pytest.raises(errors.ProviderError) as caught:
            client.fetch_balance(kpj=KPJ, member_ref=REF)
        raised.append(caught.type)

    threads = [threading.Thread(target=ask) for _ in range(CONNECTIONS + 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(kind.__name__ for kind in raised) == ["HeldBack"] * 2 + ["Unavailable"] * CONNECTIONS
