"""Opaque `memberRef`s that need no storage: the holder's anchor card, sealed for one partner.

They stay valid over a restart with the same client secret; revoking is kept in memory.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import time

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from demo.sandbox.people import Person, person_of


class MemberRefs:
    """Issues, opens and revokes references. 60 characters, different each time."""

    def __init__(self, *, secret: str) -> None:
        self._cipher = AESGCM(hashlib.sha256(b"sandbox member reference|" + secret.encode()).digest())
        self._revoked: dict[str, int] = {}

    def issue(self, person: Person, *, partner: str) -> str:
        nonce = secrets.token_bytes(12)
        plain = _now().to_bytes(6) + person.anchor.encode()
        sealed = self._cipher.encrypt(nonce, plain, partner.encode())
        return base64.urlsafe_b64encode(nonce + sealed).decode()

    def open(self, reference: str, *, partner: str) -> Person | None:
        """The holder; None for an unknown, revoked or another partner's reference."""
        try:
            raw = base64.b64decode(reference, altchars=b"-_", validate=True)
            plain = self._cipher.decrypt(raw[:12], raw[12:], partner.encode())
        except (ValueError, InvalidTag):
            return None
        issued, anchor = int.from_bytes(plain[:6]), plain[6:].decode()
        return None if issued <= self._revoked.get(anchor, -1) else person_of(anchor)

    def revoke(self, person: Person) -> None:
        """Every reference of this person issued so far; a new J1 gives a valid one."""
        self._revoked[person.anchor] = _now()
        time.sleep(0.002)  # the next one is newer for certain

    def forget(self) -> None:
        self._revoked.clear()


def _now() -> int:
    return time.time_ns() // 1_000_000
