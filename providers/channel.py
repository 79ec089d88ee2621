"""One signed operation against the upstream: headers, signature, token, and the only two re-sends the contract allows.

Those are one after a refused token and one with a new X-EXTERNAL-ID (table 3.4). Everything else is the caller's row.
"""

import json
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from providers.errors import BadAnswer, Duplicate, ProviderError, TokenExpired
from providers.port import new_reference
from providers.reader import Document
from providers.signing import sign_request
from providers.tokens import Tokens
from providers.transport import Transport
from providers.verdict import judge, timestamp

logger = logging.getLogger(__name__)

_SPENT_EXTERNAL_ID: Final = "00"  # the case of 409xx00


@dataclass(frozen=True, slots=True)
class Operation:
    service: str
    path: str


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class Credentials:
    client_secret: str
    partner_id: str
    channel_id: str


class Channel:
    """Thread-safe; one per process."""

    def __init__(
        self, *, transport: Transport, tokens: Tokens, credentials: Credentials, clock: Callable[[], datetime]
    ) -> None:
        self._transport, self._tokens, self._credentials, self._clock = transport, tokens, credentials, clock

    def call(self, operation: Operation, fields: Mapping[str, object]) -> Document:
        """The answer of a success. `fields` must hold the partnerReferenceNo, which the answer may not contradict."""
        # These very bytes are signed and sent, so no second serialisation can differ.
        body = json.dumps(fields, separators=(",", ":"), ensure_ascii=False).encode()
        document = self._persist(operation, body)
        if document.reference("partnerReferenceNo") not in (None, fields["partnerReferenceNo"]):
            raise BadAnswer("the answer belongs to another request")
        return document

    def _persist(self, operation: Operation, body: bytes) -> Document:
        token = self._tokens.current()
        refreshed = sent_again = False
        while True:
            try:
                return self._send(operation, body, token)
            except TokenExpired:
                if refreshed:
                    raise
                refreshed, token = True, self._tokens.current(refused=token)
            except Duplicate as error:
                if sent_again or not error.response_code.endswith(_SPENT_EXTERNAL_ID):
                    raise
                sent_again = True

    def _send(self, operation: Operation, body: bytes, token: str) -> Document:
        now, started = self._clock(), time.monotonic()
        outcome = "ok"
        try:
            reply = self._transport.post(operation.path, headers=self._headers(operation, body, token, now), body=body)
            return judge(reply, service=operation.service, now=now)
        except ProviderError as error:
            outcome = f"{error.code} {error.response_code}".rstrip()
            raise
        finally:
            spent = round((time.monotonic() - started) * 1000)
            logger.info("provider_call service=%s ms=%d outcome=%s", operation.service, spent, outcome)

    def _headers(self, operation: Operation, body: bytes, token: str, now: datetime) -> dict[str, str]:
        stamp = timestamp(now)
        signature = sign_request(
            secret=self._credentials.client_secret,
            method="POST",
            target=self._transport.target(operation.path),
            token=token,
            body=body,
            timestamp=stamp,
        )
        return {
            "Authorization": f"Bearer {token}",
            "X-TIMESTAMP": stamp,
            "X-SIGNATURE": signature,
            "X-PARTNER-ID": self._credentials.partner_id,
            "X-EXTERNAL-ID": new_reference(),
            "CHANNEL-ID": self._credentials.channel_id,
        }
