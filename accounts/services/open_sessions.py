"""Where somebody is signed in now: first and last seen, and ending one or all others. Rows are allauth's UserSession.

Last seen is written once in ten minutes a session, so that a page costs no write; the browser is told in words, and an
address is never made into a place.
"""

import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from allauth.account.adapter import get_adapter
from allauth.usersessions.models import UserSession
from django.contrib.auth import update_session_auth_hash
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import audit, devices
from accounts.audit import Action, mark_of
from accounts.models import User
from accounts.models.devices import device_name
from accounts.services import sessions
from accounts.services.retention import Rule, register

SEEN_EVERY: Final = 600  # seconds
_SEEN: Final = "open_session"
AGENT_LENGTH: Final = 200


@dataclass(frozen=True, kw_only=True)
class OpenSession:
    """`mark` names it in an address and in audit rows; it opens nothing."""

    mark: str
    device: str
    first_seen: datetime
    last_seen: datetime
    is_this: bool


# Keeping track


def track(request: HttpRequest, user: User) -> None:
    """Costs nothing unless ten minutes are over, or the session has a new key."""
    key, kept = request.session.session_key or "", request.session.get(_SEEN)
    now = int(time.time())
    if kept and kept["mark"] == mark_of(key) and now - kept["at"] < SEEN_EVERY:
        return
    row = _moved(kept["row"], key, user) if kept else None
    values = {"user": user, "last_seen_at": timezone.now(), **_client(request)}
    if row is None:
        row = UserSession.objects.update_or_create(session_key=key, defaults=values)[0]
    else:
        UserSession.objects.filter(pk=row.pk).update(**values)
    request.session[_SEEN] = {"row": row.pk, "mark": mark_of(key), "at": now}


@transaction.atomic
def _moved(pk: int, key: str, user: User) -> UserSession | None:
    """The session's row under its present key, which changes with each new proof of who somebody is."""
    row: UserSession | None = UserSession.objects.select_for_update().filter(pk=pk, user=user).first()
    if row and row.session_key != key:
        UserSession.objects.filter(session_key=key).delete()
        UserSession.objects.filter(pk=pk).update(session_key=key)
    return row


def _client(request: HttpRequest) -> dict[str, str]:
    agent = request.headers.get("User-Agent", "")[:AGENT_LENGTH]
    return {"ip": get_adapter(request).get_client_ip(request), "user_agent": agent}


# Reading


def open_sessions_of(request: HttpRequest, user: User) -> list[OpenSession]:
    """This one first, then the one seen last."""
    track(request, user)
    present = request.session.session_key
    rows = UserSession.objects.purge_and_list(user)
    told = [_told(row, is_this=row.session_key == present) for row in rows]
    return sorted(told, key=lambda one: (one.is_this, one.last_seen), reverse=True)


def _told(row: Any, *, is_this: bool) -> OpenSession:
    return OpenSession(
        mark=mark_of(row.session_key),
        device=device_name(*devices.browser_and_system(row.user_agent)),
        first_seen=row.created_at,
        last_seen=row.last_seen_at,
        is_this=is_this,
    )


# Ending


@transaction.atomic
def end_one(*, request: HttpRequest, user: User, mark: str) -> None:
    """Raises UserSession.DoesNotExist for what is not this member's, and for the session that asks."""
    rows = UserSession.objects.filter(user=user).exclude(session_key=request.session.session_key)
    row = next((row for row in rows if mark_of(row.session_key) == mark), None)
    if row is None:
        raise UserSession.DoesNotExist
    audit.record(Action.SESSION_ENDED, audit.from_request(request), member=user)
    row.end()


@transaction.atomic
def end_others(*, request: HttpRequest, user: User) -> int:
    """Every other session of this member, those nobody kept track of too; this one goes on under a new key."""
    others = UserSession.objects.filter(user=user).exclude(session_key=request.session.session_key)
    count: int = others.count()
    audit.record(Action.OTHER_SESSIONS_ENDED, audit.from_request(request), member=user, count=count)
    for row in others:
        row.end()
    sessions.end_all(member=user)
    update_session_auth_hash(request, user)
    return count


def forget_ended() -> None:
    live = Session.objects.filter(session_key=OuterRef("session_key"), expire_date__gt=timezone.now())
    UserSession.objects.exclude(Exists(live)).delete()


register(
    Rule(
        code="open_session",
        what=_("Perangkat yang sedang login: peramban, alamat internet, kapan pertama dan terakhir dipakai"),
        length=_("Selama sesi loginnya"),
        why=_("Anda dapat melihat dan mengakhirinya"),
        how=_("Dihapus tiap malam setelah sesinya berakhir"),
        purge=forget_ended,
    )
)
