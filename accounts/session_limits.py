"""How long a session lasts: not used for a while, or simply old, it ends. Staff have less time (settings)."""

import time
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings

WARN_BEFORE: Final = 180  # seconds: enough to read it aloud and to find the button
_WRITE_EVERY: Final = 60  # seconds: a session is not written at each request
_STARTED: Final = "started_at"
_SEEN: Final = "seen_at"


@dataclass(frozen=True)
class Left:
    """Seconds until the session ends unused, and until it ends whatever happens."""

    idle: int
    absolute: int

    @property
    def seconds(self) -> int:
        return min(self.idle, self.absolute)

    @property
    def can_extend(self) -> bool:
        return self.absolute > self.idle


def limits(user: Any) -> Left:
    if user.is_staff:
        return Left(settings.STAFF_SESSION_IDLE_SECONDS, settings.STAFF_SESSION_ABSOLUTE_SECONDS)
    return Left(settings.SESSION_IDLE_SECONDS, settings.SESSION_ABSOLUTE_SECONDS)


def start(session: Any) -> None:
    now = int(time.time())
    session[_STARTED] = session[_SEEN] = now


def started_at(session: Any) -> int:
    """When somebody signed in; 0 for a session that nobody signed in to."""
    return int(session.get(_STARTED, 0))


def left(session: Any, user: Any) -> Left:
    now, most = int(time.time()), limits(user)
    return Left(most.idle - (now - session.get(_SEEN, 0)), most.absolute - (now - started_at(session)))


def use(session: Any, *, at_once: bool = False) -> None:
    now = int(time.time())
    if at_once or now - session.get(_SEEN, 0) >= _WRITE_EVERY:
        session[_SEEN] = now
