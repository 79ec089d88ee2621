"""Builds the real client against whatever listens on a loopback port."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import httpx2
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings

from providers.brake import Gate, Rules
from providers.channel import Channel, Credentials
from providers.client import SnapProvider
from providers.port import Provider
from providers.signing import load_private_key
from providers.tokens import Tokens
from providers.transport import Transport
from tests.plugins.processes import Sandbox
from tests.providers.upstream import Upstream
from tests.providers.worlds import FakeWorld, SandboxWorld, World

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


def client_of(sandbox: Sandbox, build: Build, **changes: object) -> Provider:
    """The real client with the demo's keys and no brake, so that tests do not disturb one another."""
    credentials = Credentials(
        client_secret=settings.PROVIDER_CLIENT_SECRET,
        partner_id=settings.PROVIDER_PARTNER_ID,
        channel_id=settings.PROVIDER_CHANNEL_ID,
    )
    key = load_private_key(settings.PROVIDER_PRIVATE_KEY)
    client_id = settings.PROVIDER_CLIENT_ID
    return build(sandbox.base_url, client_id=client_id, key=key, credentials=credentials, **changes)


@pytest.fixture
def in_sandbox(sandbox: Sandbox, build: Build) -> Iterator[Callable[..., SandboxWorld]]:
    with httpx2.Client(base_url=sandbox.base_url) as http:
        yield lambda **changes: SandboxWorld(http=http, provider=client_of(sandbox, build, **changes))
        http.post("/sandbox/reset", json={}).raise_for_status()


@pytest.fixture(params=["fake", "sandbox"])
def world(request: pytest.FixtureRequest) -> World:
    return FakeWorld() if request.param == "fake" else request.getfixturevalue("in_sandbox")()


def _now() -> datetime:
    return datetime.now(UTC)
