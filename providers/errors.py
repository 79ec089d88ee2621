"""Every way the upstream can disappoint us: one class per row of contract table 3.4, plus HeldBack for our own brake.

A `detail` is fixed text written in this package. It never carries an upstream's words or anything personal.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import ClassVar


class Retry(Enum):
    """What the caller's row may do about it."""

    NEVER = "never"
    BACKOFF = "backoff"  # with full jitter, within the row's own budget
    WHEN_TOLD = "when_told"  # at `retry_after` where the upstream gave one, else with back-off
    SPENT = "spent"  # the client has already sent it again once; another time only with back-off


@dataclass(frozen=True, kw_only=True)
class Wire:
    """What the answer said about itself; safe to log."""

    status: int | None = None
    response_code: str = ""
    reference_no: str = ""
    retry_after: timedelta | None = None


class ProviderError(Exception):
    """Base of all. `code` is stable; the words for people live elsewhere."""

    code: ClassVar[str]
    retry: ClassVar[Retry] = Retry.NEVER
    alarm: ClassVar[bool] = False

    def __init__(self, detail: str = "", *, wire: Wire | None = None) -> None:
        super().__init__(f"{self.code}: {detail}" if detail else self.code)
        wire = wire or Wire()
        self.detail = detail
        self.wire = wire
        self.upstream_status = wire.status
        self.response_code = wire.response_code
        self.reference_no = wire.reference_no
        self.retry_after = wire.retry_after


class NotFound(ProviderError):
    """No such object. Of a range of years: that range only, never the card."""

    code = "not_found"


class Mismatch(ProviderError):
    """The KPJ is not one of this reference's cards; unknown and foreign look alike."""

    code = "mismatch"


class Blocked(ProviderError):
    """The upstream blocks this card; its branch office can help."""

    code = "blocked"


class Merged(ProviderError):
    """The card went into another one; the card list says which."""

    code = "merged"


class NoContact(ProviderError):
    """The upstream holds no contact to send a code to."""

    code = "no_contact"


class CodeExpired(ProviderError):
    """The challenge is expired, used, replaced or not ours; ask for a new code."""

    code = "code_expired"


class CodeBlocked(ProviderError):
    """Too many wrong codes for this challenge; later, with a new one."""

    code = "code_blocked"


class LinkExpired(ProviderError):
    """The member reference is unknown or revoked; the member must link again."""

    code = "link_expired"


class InvalidRequest(ProviderError):
    """The upstream found our request wrong: our bug."""

    code = "invalid_request"
    alarm = True


class AuthFailed(ProviderError):
    """Our keys, clock or partner id are refused; nobody's call can succeed."""

    code = "auth_failed"
    alarm = True


class TokenExpired(ProviderError):
    """A fresh token was refused too."""

    code = "token_expired"
    retry = Retry.SPENT
    alarm = True


class Duplicate(ProviderError):
    """An external id or reference was refused as spent although it was new: our bug."""

    code = "duplicate"
    alarm = True


class RateLimited(ProviderError):
    """The upstream's own limit is reached, for now or for today."""

    code = "rate_limited"
    retry = Retry.WHEN_TOLD


class Maintenance(ProviderError):
    """The upstream is closed on purpose, often until a time it told."""

    code = "maintenance"
    retry = Retry.WHEN_TOLD


class Unavailable(ProviderError):
    """No usable answer: connection, TLS, deadline, 5xx."""

    code = "unavailable"
    retry = Retry.BACKOFF


class BadAnswer(ProviderError):
    """An answer that must not be believed. `detail` names the check that failed."""

    code = "bad_answer"
    alarm = True


class HeldBack(ProviderError):
    """Our own rate limit or brake said not now; no call was made. `retry_after` is the wait."""

    code = "held_back"
    retry = Retry.WHEN_TOLD

    def __init__(self, wait: timedelta) -> None:
        super().__init__(wire=Wire(retry_after=wait))
        self.wait = wait
