"""Builds the real client against whatever listens on a loopback port."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from providers.brake import Gate, Rules
from providers.channel import Channel, Credentials
from providers.client import SnapProvider
from providers.tokens import Tokens
from providers.transport import Transport
from tests.providers.upstream import Upstream

CLIENT_ID = "client-1"
CREDENTIALS = Credentials(client_secret="not-a-secret", partner_id="PARTNER1", channel_id="95221")
Build = Callable[..., SnapProvider]


@pytest.fixture(scope="session")
def rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def build(rsa_key: rsa.RSAPrivateKey) -> Iterator[Build]:
    """`build(url)` gives a client with no limit that matters."""
    transports: list[Transport] = []

    def make(
        url: str,
        *,
        deadline: float = 5.0,
        gate: Gate | None = None,
        ca_file: str = "",
        client_id: str = CLIENT_ID,
        key: rsa.RSAPrivateKey = rsa_key,
        credentials: Credentials = CREDENTIALS,
    ) -> SnapProvider:
        transport = Transport(base_url=url, ca_file=ca_file)
        transports.append(transport)
        tokens = Tokens(transport=transport, client_id=client_id, key=key, clock=_now)
        channel = Channel(transport=transport, tokens=tokens, credentials=credentials, clock=_now)
        gate = gate or Gate(rules=Rules(per_second=10_000, failures=10_000))
        return SnapProvider(channel=channel, gate=gate, priority="member", deadline_seconds=deadline)

    yield make
    for transport in transports:
        transport.close()


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    server = Upstream()
    yield server
    server.close()


@pytest.fixture
def client(upstream: Upstream, build: Build) -> SnapProvider:
    return build(upstream.url)


def _now() -> datetime:
    return datetime.now(UTC)
