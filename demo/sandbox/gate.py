"""The checks before any operation, in the order of contract 3.7: headers, token, time and signature, partner, id."""

from __future__ import annotations

import re
import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from demo.sandbox.answers import Json, Refusal, success
from demo.sandbox.config import Config
from demo.sandbox.fields import parsed, text
from demo.sandbox.month import JAKARTA
from demo.sandbox.signatures import is_signed_by, transaction_is_genuine

_TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{3})?(?:Z|[+-]\d\d:\d\d)", re.ASCII)
_EXTERNAL_ID = re.compile(r"[0-9A-Za-z]{1,36}")
_MAX_SKEW = timedelta(seconds=300)
TOKEN_SECONDS = 900


@dataclass(frozen=True)
class Request:
    """One HTTP request as it stood on the wire; header names in lower case."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]


class Gate:
    """Knows the client, its tokens and spent external ids. `skew` shifts the sandbox's clock for one call."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._tokens: dict[str, float] = {}
        self._spent: dict[str, set[tuple[str, str]]] = {}
        self._lock = threading.Lock()

    def token(self, request: Request, *, skew: timedelta = timedelta()) -> Json:
        """Operation 73: an access token for the client whose RSA signature this is."""
        _need(request, "content-type", "x-timestamp", "x-client-key", "x-signature")
        when = _timestamp(request)
        client = request.headers["x-client-key"]
        if client != self._config.client_id:
            raise Refusal(401, "00", "Unknown client")
        _in_time(when, skew)
        signed = f"{client}|{request.headers['x-timestamp']}"
        if not is_signed_by(self._config.public_key, signature=request.headers["x-signature"], text=signed):
            raise Refusal(401, "00", "Signature")
        if text(parsed(request.body), "grantType") != "client_credentials":
            raise Refusal(400, "01", "grantType")
        token = secrets.token_urlsafe(32)
        now = time.monotonic()
        with self._lock:
            self._tokens = {known: until for known, until in self._tokens.items() if until > now}
            self._tokens[token] = now + TOKEN_SECONDS
        return success("73", {"accessToken": token, "tokenType": "Bearer", "expiresIn": str(TOKEN_SECONDS)})

    def admit(self, request: Request, *, skew: timedelta = timedelta(), expired: bool = False) -> str:
        """Let a signed request in and name its partner; raises Refusal at the first check that fails."""
        when = _headers(request)
        token = self._bearer(request, expired=expired)
        _in_time(when, skew)
        genuine = transaction_is_genuine(
            secret=self._config.client_secret,
            signature=request.headers["x-signature"],
            method=request.method,
            target=request.target,
            token=token,
            body=request.body,
            timestamp=request.headers["x-timestamp"],
        )
        if not genuine:
            raise Refusal(401, "00", "Signature")
        partner = request.headers["x-partner-id"]
        if partner != self._config.partner_id:
            raise Refusal(401, "00", "Partner")
        if self._config.channel_id and request.headers["channel-id"] != self._config.channel_id:
            raise Refusal(401, "00", "Channel")
        self._spend(partner, request.headers["x-external-id"], when)
        return partner

    def _bearer(self, request: Request, *, expired: bool) -> str:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme != "Bearer" or not token:
            raise Refusal(401, "03", "")
        with self._lock:
            until = self._tokens.get(token, 0.0)
            if expired:
                self._tokens.pop(token, None)
        if expired or until < time.monotonic():
            raise Refusal(401, "01", "")
        return token

    def _spend(self, partner: str, external_id: str, when: datetime) -> None:
        """Once per partner and Jakarta day of the signed time stamp."""
        day = when.astimezone(JAKARTA).date().isoformat()
        with self._lock:
            self._spent = {known: ids for known, ids in self._spent.items() if known >= _yesterday()}
            ids = self._spent.setdefault(day, set())
            if (partner, external_id) in ids:
                raise Refusal(409, "00", "X-EXTERNAL-ID")
            ids.add((partner, external_id))


def _need(request: Request, *names: str) -> None:
    for name in names:
        if not request.headers.get(name):
            raise Refusal(400, "02", name.upper())
    if request.headers["content-type"].partition(";")[0].strip().lower() != "application/json":
        raise Refusal(400, "01", "CONTENT-TYPE")


def _headers(request: Request) -> datetime:
    _need(request, "content-type", "x-timestamp", "x-signature", "x-partner-id", "x-external-id", "channel-id")
    when = _timestamp(request)
    if not _EXTERNAL_ID.fullmatch(request.headers["x-external-id"]):
        raise Refusal(400, "01", "X-EXTERNAL-ID")
    for name, length in (("x-partner-id", 36), ("channel-id", 5)):
        if len(request.headers[name]) > length:
            raise Refusal(400, "01", name.upper())
    return when


def _timestamp(request: Request) -> datetime:
    value = request.headers["x-timestamp"]
    try:
        when = datetime.fromisoformat(value) if _TIMESTAMP.fullmatch(value) else None
    except ValueError:
        when = None
    if when is None:
        raise Refusal(400, "01", "X-TIMESTAMP")
    return when


def _in_time(when: datetime, skew: timedelta) -> None:
    if abs(datetime.now(UTC) + skew - when) > _MAX_SKEW:
        raise Refusal(401, "00", "X-TIMESTAMP outside 5 minutes")


def _yesterday() -> str:
    return (datetime.now(JAKARTA) - timedelta(days=1)).date().isoformat()
