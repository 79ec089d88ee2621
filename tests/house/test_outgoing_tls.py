"""Whatever the portal calls proves itself first: who cannot is told nothing, and nothing falls back to clear text."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import kombu.exceptions
import psycopg
import pytest
import redis
from celery import Celery
from cryptography.hazmat.primitives.asymmetric import rsa
from django.core.mail.backends.smtp import EmailBackend
from django.db import connection

from jht_portal.settings.work import next_database, proving
from sms.gateways.outward import post
from sms.gateways.port import NotSent
from tests.certificates import own_certificate
from tests.factories import PASSWORD
from tests.house.test_settings import manage


class Listener:
    """Greets if it is told to, then keeps what arrives; behind TLS only what arrives after the handshake."""

    def __init__(self, tls: ssl.SSLContext | None, greeting: bytes = b"") -> None:
        self.heard, self._tls, self._greeting = b"", tls, greeting
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                line, _ = self._socket.accept()
            except OSError:
                return
            with suppress(OSError):
                self._listen(self._tls.wrap_socket(line, server_side=True) if self._tls else line)
            line.close()

    def _listen(self, line: socket.socket) -> None:
        line.sendall(self._greeting)
        while told := line.recv(4096):
            self.heard += told
            if not self._greeting:
                return
            line.sendall(b"250 portal\r\n")

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def impostor(tmp_path: Path) -> Iterator[Listener]:
    """Speaks TLS under the right name, with a certificate that nobody vouches for."""
    file = tmp_path / "own.pem"
    file.write_bytes(own_certificate(rsa.generate_private_key(public_exponent=65537, key_size=2048), "localhost"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    listener = Listener(context)
    yield listener
    listener.close()


@pytest.mark.asvs("V12.3.1", "V12.3.2")
@pytest.mark.parametrize("wish", ["", "?ssl_cert_reqs=none"])
def test_a_redis_that_cannot_prove_itself_hears_no_password(impostor: Listener, wish: str) -> None:
    """Celery by itself takes any certificate for rediss."""
    url = proving(f"rediss://:rahasia@localhost:{impostor.port}/0{wish}")
    with pytest.raises(redis.ConnectionError, match="certificate"):
        redis.Redis.from_url(url).ping()
    with pytest.raises(kombu.exceptions.OperationalError, match="certificate"):
        Celery(broker=next_database(url), set_as_current=False).connection_for_write().default_channel.client.ping()
    assert impostor.heard == b""


@pytest.mark.asvs("V12.3.2")
def test_both_users_of_redis_are_told_to_ask_for_that_proof() -> None:
    told = manage(
        "shell", "-v0", "-c",
        "from django.conf import settings as s; print(s.PROVIDER_REDIS_URL, s.CELERY_BROKER_URL)",
        REDIS_URL="rediss://:p@redis.example:6380/3?ssl_ca_certs=/ca.pem",
    )  # fmt: skip
    asked = "?ssl_ca_certs=%2Fca.pem&ssl_cert_reqs=required"
    assert told.stdout.split() == [f"rediss://:p@redis.example:6380/{number}{asked}" for number in (3, 4)]
    assert proving("redis://a:1/0") == "redis://a:1/0"


@pytest.mark.asvs("V12.3.1", "V12.3.2")
def test_an_sms_gateway_that_cannot_prove_itself_gets_no_text(impostor: Listener) -> None:
    with pytest.raises(NotSent, match="gateway_unreachable"):
        post(f"https://localhost:{impostor.port}/send", headers={"X-Kannel-From": "2757"}, body=b"SALDO")
    assert impostor.heard == b""


def mail(port: int, **how: bool) -> EmailBackend:
    return EmailBackend(host="localhost", port=port, username="portal", password=PASSWORD, timeout=5, **how)


@pytest.mark.asvs("V12.3.1", "V12.3.2")
def test_a_mail_server_that_cannot_prove_itself_gets_no_password(impostor: Listener) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        mail(impostor.port, use_ssl=True).open()
    assert impostor.heard == b""


@pytest.mark.asvs("V12.3.1")
def test_a_mail_server_without_tls_is_not_spoken_to_in_clear() -> None:
    plain = Listener(None, b"220 portal\r\n")
    with pytest.raises(Exception, match="STARTTLS"):
        mail(plain.port, use_tls=True).open()
    plain.close()
    assert b"AUTH" not in plain.heard


@pytest.mark.asvs("V12.3.1")
@pytest.mark.django_db
def test_a_database_that_should_prove_itself_is_not_used_in_clear() -> None:
    names = ("host", "port", "user", "password", "dbname")
    told = {name: value for name, value in connection.get_connection_params().items() if name in names}
    psycopg.connect(**told, sslmode="disable").close()
    with pytest.raises(psycopg.OperationalError, match=r"SSL|certificate"):
        psycopg.connect(**told, sslmode="verify-full")
