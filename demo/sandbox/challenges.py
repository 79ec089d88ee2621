"""Codes "sent" to the contact the upstream holds (J5, J6), with every limit of contract 3.7. In memory."""

from __future__ import annotations

import hmac
import secrets
import threading
from collections import Counter, deque
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from demo.sandbox.answers import Json, Refusal
from demo.sandbox.month import JAKARTA
from demo.sandbox.people import Person, masked_email, masked_phone

SECONDS = 300
ATTEMPTS = 3
SENDS_A_DAY = 5
WRONG_CODES_A_DAY = 10


@dataclass
class Challenge:
    """One code for one card, bound to partner and the exact memberRef."""

    reference: str
    partner: str
    member_ref: str
    kpj: str
    code: str
    until: datetime
    attempts_left: int = ATTEMPTS
    void: bool = False


@dataclass(frozen=True)
class Sent:
    """A line of the outbox."""

    at: datetime
    kpj: str
    channel: str
    to: str
    masked: str
    code: str
    challenge_ref: str

    def as_json(self) -> Json:
        return {
            "at": self.at.isoformat(timespec="seconds"),
            "kpj": self.kpj,
            "channel": self.channel,
            "to": self.to,
            "maskedDestination": self.masked,
            "code": self.code,
            "challengeRef": self.challenge_ref,
        }


@dataclass
class Challenges:
    """Open challenges, the outbox and the day's counts."""

    _open: dict[str, Challenge] = field(default_factory=dict)
    _counts: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    _outbox: deque[Sent] = field(default_factory=lambda: deque(maxlen=500))
    _lock: threading.RLock = field(default_factory=threading.RLock)

    @property
    def outbox(self) -> list[Sent]:
        """Newest first."""
        return list(reversed(self._outbox))

    def send(self, person: Person, *, partner: str, member_ref: str, kpj: str, channel: str) -> Json:
        contacts = _contacts(person)
        if not contacts:
            raise Refusal(403, "01", "No contact on record")
        with self._lock:
            self._count("sent", kpj, SENDS_A_DAY)
            self._drop_old(kpj)
            channel = channel if channel in contacts else next(iter(contacts))
            challenge = Challenge(
                reference=secrets.token_urlsafe(18),
                partner=partner,
                member_ref=member_ref,
                kpj=kpj,
                code=f"{secrets.randbelow(10**6):06d}",
                until=_now() + timedelta(seconds=SECONDS),
            )
            self._open[challenge.reference] = challenge
            to, masked = contacts[channel]
            self._outbox.append(Sent(_now(), kpj, channel, to, masked, challenge.code, challenge.reference))
        return {
            "challengeRef": challenge.reference,
            "channel": channel,
            "maskedDestination": masked,
            "expiresIn": str(SECONDS),
            "channels": list(contacts),
        }

    def verify(self, *, partner: str, member_ref: str, reference: str, code: str) -> Json:
        with self._lock:
            challenge = self._open.get(reference)
            if challenge is None or not _alive(challenge, partner, member_ref):
                raise Refusal(404, "15", "Expired or used")
            if self._counts[_today(), "wrong", challenge.kpj] >= WRONG_CODES_A_DAY:
                raise Refusal(403, "04", retry_after=until_midnight())
            if challenge.attempts_left == 0:
                raise Refusal(403, "11")
            if hmac.compare_digest(challenge.code, code):
                challenge.void = True
                return {"verified": True, "cardRef": f"card-{secrets.token_urlsafe(18)}"}
            challenge.attempts_left -= 1
            self._counts[_today(), "wrong", challenge.kpj] += 1
            return {"verified": False, "attemptsLeft": str(challenge.attempts_left)}

    def kpj_of(self, reference: object) -> str | None:
        challenge = self._open.get(reference) if isinstance(reference, str) else None
        return challenge.kpj if challenge else None

    def forget(self) -> None:
        with self._lock:
            self._open.clear()
            self._counts.clear()
            self._outbox.clear()

    def _count(self, what: str, kpj: str, limit: int) -> None:
        if self._counts[_today(), what, kpj] >= limit:
            raise Refusal(403, "04", retry_after=until_midnight())
        self._counts[_today(), what, kpj] += 1

    def _drop_old(self, kpj: str) -> None:
        """A new code voids earlier ones of the card; what has expired long ago is forgotten."""
        for challenge in list(self._open.values()):
            challenge.void = challenge.void or challenge.kpj == kpj
            if challenge.until + timedelta(hours=1) < _now():
                del self._open[challenge.reference]


def _contacts(person: Person) -> dict[str, tuple[str, str]]:
    """Channel to (destination, masked destination)."""
    contacts = {}
    if person.phone:
        contacts["SMS"] = (person.phone, masked_phone(person.phone))
    if person.email:
        contacts["EMAIL"] = (person.email, masked_email(person.email))
    return contacts


def _alive(challenge: Challenge, partner: str, member_ref: str) -> bool:
    same = challenge.partner == partner and challenge.member_ref == member_ref
    return same and not challenge.void and challenge.until > _now()


def _now() -> datetime:
    return datetime.now(JAKARTA)


def _today() -> str:
    return _now().date().isoformat()


def until_midnight() -> int:
    """Seconds to the next midnight in Jakarta."""
    midnight = datetime.combine(_now().date() + timedelta(days=1), time(), JAKARTA)
    return max(1, int((midnight - _now()).total_seconds()))
