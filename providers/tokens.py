"""The B2B access token (contract 1.2): fetched with an RSA signature, shared by all threads of the process.

Several tokens may be valid at once, so processes need not share one.
"""

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from providers.deadline import remaining
from providers.errors import AuthFailed, BadAnswer, TokenExpired, Unavailable
from providers.reader import Document, present
from providers.signing import sign_token_request
from providers.transport import Transport
from providers.verdict import judge, timestamp

PATH: Final = "/v1.0/access-token/b2b"
SERVICE: Final = "73"
MARGIN_SECONDS: Final = 60
TOKEN_LIMIT: Final = 2048
_BODY: Final = json.dumps({"grantType": "client_credentials", "additionalInfo": {}}, separators=(",", ":")).encode()


@dataclass(frozen=True, slots=True, repr=False)
class _Held:
    value: str
    until: float  # monotonic seconds


class Tokens:
    def __init__(
        self, *, transport: Transport, client_id: str, key: RSAPrivateKey, clock: Callable[[], datetime]
    ) -> None:
        self._transport, self._client_id, self._key, self._clock = transport, client_id, key, clock
        self._lock = threading.Lock()
        self._held = _Held("", 0.0)

    def current(self, *, refused: str = "") -> str:
        """A token to use; never the `refused` one. One thread fetches, the others wait within their deadline."""
        held = self._held
        if _usable(held, refused):
            return held.value
        if not self._lock.acquire(timeout=max(0.0, min(remaining(), threading.TIMEOUT_MAX))):
            raise Unavailable("waited for a token")
        try:
            if not _usable(self._held, refused):
                self._held = self._fetch()
            return self._held.value
        finally:
            self._lock.release()

    def _fetch(self) -> _Held:
        now = self._clock()
        stamp = timestamp(now)
        headers = {
            "X-TIMESTAMP": stamp,
            "X-CLIENT-KEY": self._client_id,
            "X-SIGNATURE": sign_token_request(key=self._key, client_id=self._client_id, timestamp=stamp),
        }
        asked_at = time.monotonic()
        try:
            document = judge(self._transport.post(PATH, headers=headers, body=_BODY), service=SERVICE, now=now)
        except TokenExpired as error:
            raise AuthFailed("no token was asked for with this one", wire=error.wire) from None
        return _read(document, asked_at)


def _usable(held: _Held, refused: str) -> bool:
    return held.value != refused and time.monotonic() < held.until


def _read(document: Document, asked_at: float) -> _Held:
    """Kept until a minute before its end, or for half its life where that is longer (contract 3.7, Token)."""
    value = present(document.text("accessToken", limit=TOKEN_LIMIT), "accessToken")
    if not value.isascii() or " " in value:
        raise BadAnswer("accessToken fits no header")
    seconds = present(document.integer("expiresIn"), "expiresIn")
    if seconds <= 0:
        raise BadAnswer("expiresIn is not positive")
    return _Held(value, asked_at + max(seconds - MARGIN_SECONDS, seconds / 2))
