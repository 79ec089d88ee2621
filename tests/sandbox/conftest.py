"""One sandbox process a test run, as after a start for each test."""

from collections.abc import Iterator

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from tests.sandbox.caller import Sandbox, new_key, running

TODAY = "2026-11-22"


@pytest.fixture(scope="session")
def client_key() -> RSAPrivateKey:
    return new_key()


@pytest.fixture(scope="session")
def running_upstream(client_key: RSAPrivateKey) -> Iterator[Sandbox]:
    with running(client_key, today=TODAY) as process:
        yield process


@pytest.fixture
def upstream(running_upstream: Sandbox) -> Iterator[Sandbox]:
    """The upstream on 22 November 2026, without a fault, a code or a count."""
    running_upstream.hang_up()
    running_upstream.post("/sandbox/reset")
    running_upstream.post("/sandbox/today", {"today": TODAY})
    yield running_upstream
    running_upstream.refs.clear()
