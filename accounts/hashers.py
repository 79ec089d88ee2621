"""Argon2 that a small server can pay for: few at once, the others wait a moment, then hear "try again" (ADR 13)."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from threading import BoundedSemaphore
from typing import Any, Final

from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher

WAIT_SECONDS: Final = 3.0


class TooBusy(Exception):
    """Too many passwords are being hashed; nothing was checked. The middleware answers 503 (code `busy`)."""


class BoundedArgon2PasswordHasher(Argon2PasswordHasher):
    """46 MiB, one pass, one lane: the OWASP minimum. PASSWORD_HASHES_AT_ONCE bounds the memory of a process."""

    time_cost = 1
    memory_cost = 47_104  # KiB
    parallelism = 1

    def encode(self, *args: Any, **kwargs: Any) -> str:
        """Raises TooBusy."""
        with _turn():
            return super().encode(*args, **kwargs)

    def verify(self, *args: Any, **kwargs: Any) -> bool:
        """Raises TooBusy."""
        with _turn():
            return super().verify(*args, **kwargs)


@contextmanager
def _turn() -> Iterator[None]:
    places = _places(settings.PASSWORD_HASHES_AT_ONCE)
    if not places.acquire(timeout=WAIT_SECONDS):
        raise TooBusy
    try:
        yield
    finally:
        places.release()


@lru_cache(maxsize=4)
def _places(number: int) -> BoundedSemaphore:
    return BoundedSemaphore(number)
