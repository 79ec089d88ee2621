"""The process's one way to the upstream, built on first use from settings; the only module here that knows Django."""

import contextlib
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache

from django.conf import settings

from providers.brake import Gate, Rules
from providers.channel import Channel, Credentials
from providers.client import SnapProvider
from providers.port import Priority, Provider
from providers.signing import load_private_key
from providers.tokens import Tokens
from providers.transport import Transport

_overrides: list[Provider] = []


def get_provider(*, priority: Priority = "member") -> Provider:
    """A sweep's calls leave room for members who wait. Raises ValueError where the settings cannot work."""
    return _overrides[-1] if _overrides else _build(priority)


@contextlib.contextmanager
def override(provider: Provider) -> Iterator[None]:
    """For tests: everybody in this process gets `provider`, whatever the priority."""
    _overrides.append(provider)
    try:
        yield
    finally:
        _overrides.remove(provider)


@cache
def _build(priority: Priority) -> SnapProvider:
    return SnapProvider(
        channel=_channel(), gate=_gate(), priority=priority, deadline_seconds=settings.PROVIDER_DEADLINE_SECONDS
    )


@cache
def _channel() -> Channel:
    transport = Transport(base_url=settings.PROVIDER_BASE_URL, ca_file=settings.PROVIDER_CA_FILE)
    tokens = Tokens(
        transport=transport,
        client_id=settings.PROVIDER_CLIENT_ID,
        key=load_private_key(settings.PROVIDER_PRIVATE_KEY),
        clock=_now,
    )
    credentials = Credentials(
        client_secret=settings.PROVIDER_CLIENT_SECRET,
        partner_id=settings.PROVIDER_PARTNER_ID,
        channel_id=settings.PROVIDER_CHANNEL_ID,
    )
    return Channel(transport=transport, tokens=tokens, credentials=credentials, clock=_now)


@cache
def _gate() -> Gate:
    # A probe's lease must outlive the longest call, or a second probe could start beside it.
    rules = Rules(per_second=settings.PROVIDER_MAX_PER_SECOND, lease=settings.PROVIDER_DEADLINE_SECONDS + 2)
    return Gate(rules=rules, redis_url=settings.PROVIDER_REDIS_URL)


def _now() -> datetime:
    return datetime.now(UTC)


def _forget() -> None:
    for built in (_build, _channel, _gate):
        built.cache_clear()


# A forked child must not share its parent's sockets and locks.
os.register_at_fork(after_in_child=_forget)
