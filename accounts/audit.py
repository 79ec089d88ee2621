"""The only writer of AuditRow. Every look and every change writes its row in the transaction of the act itself."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone

from accounts.models import AuditRow, User

Door = AuditRow.Door


class Action(StrEnum):
    """What can be written down. A name, once used, keeps its meaning for good.

    A new one needs its words in accounts.activity_wording; a test says so.
    """

    BALANCE_SEEN_BY_MEMBER = "balance_seen_by_member"
    BALANCE_SEEN_BY_SMS = "balance_seen_by_sms"
    BALANCE_REFRESH_ASKED = "balance_refresh_asked"
    STATEMENT_EXPORTED = "statement_exported"
    LINK_REQUESTED = "link_requested"
    LINK_REFUSED = "link_refused"
    LINK_CODE_SENT = "link_code_sent"
    LINK_CODE_WRONG = "link_code_wrong"
    LINK_CANCELLED = "link_cancelled"
    LINK_EXPIRED = "link_expired"
    LINK_WAITS_FOR_STAFF = "link_waits_for_staff"
    LINK_DECIDED = "link_decided"
    CARD_LINKED = "card_linked"
    CARD_DISPUTED = "card_disputed"
    CARD_FROZEN = "card_frozen"
    CARD_UNFROZEN = "card_unfrozen"
    CARD_UNLINKED = "card_unlinked"
    SIGNED_UP = "signed_up"
    SIGNED_IN = "signed_in"
    SIGN_IN_FAILED = "sign_in_failed"
    PROVED_AGAIN = "proved_again"
    SIGNED_OUT = "signed_out"
    SESSION_ENDED = "session_ended"
    OTHER_SESSIONS_ENDED = "other_sessions_ended"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - an event, not a secret
    EMAIL_CHANGED = "email_changed"
    EMAIL_VERIFIED = "email_verified"
    MFA_CHANGED = "mfa_changed"
    LANGUAGE_CHANGED = "language_changed"
    NOTICE_CHOICES_CHANGED = "notice_choices_changed"
    MEMBER_INVITED = "member_invited"
    MEMBER_EDITED = "member_edited"
    MEMBER_ACTIVATED = "member_activated"
    MEMBER_DEACTIVATED = "member_deactivated"
    MEMBER_LOOKED_UP = "member_looked_up"
    MEMBER_SEEN_BY_STAFF = "member_seen_by_staff"
    EMAIL_SEEN_BY_STAFF = "email_seen_by_staff"
    MEMBERS_LISTED_BY_STAFF = "members_listed_by_staff"
    CARD_SEEN_BY_STAFF = "card_seen_by_staff"
    LINK_SEEN_BY_STAFF = "link_seen_by_staff"
    SMS_NUMBER_ASKED = "sms_number_asked"
    SMS_NUMBER_ACTIVATED = "sms_number_activated"
    SMS_NUMBER_OFF = "sms_number_off"
    SMS_SEEN_BY_STAFF = "sms_seen_by_staff"
    AUDIT_SEEN_BY_STAFF = "audit_seen_by_staff"
    BALANCE_SEEN_BY_STAFF = "balance_seen_by_staff"
    RESET_SENT_BY_STAFF = "reset_sent_by_staff"
    MFA_RESET_BY_STAFF = "mfa_reset_by_staff"
    STAFF_MADE = "staff_made"
    STAFF_REMOVED = "staff_removed"
    DATA_SEEN = "data_seen"
    DATA_EXPORTED = "data_exported"
    CONSENT_GIVEN = "consent_given"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    NAME_CORRECTED = "name_corrected"
    CORRECTION_ASKED = "correction_asked"
    CORRECTION_SEEN_BY_STAFF = "correction_seen_by_staff"
    CORRECTION_ENDED = "correction_ended"
    DELETION_ASKED = "deletion_asked"
    DELETION_CANCELLED = "deletion_cancelled"
    ACCOUNT_DELETED = "account_deleted"
    ADMINISTRATOR_MADE = "administrator_made"
    CARD_LOCKED = "card_locked"
    CARD_UNLOCK_ASKED = "card_unlock_asked"
    CARD_UNLOCK_CANCELLED = "card_unlock_cancelled"
    CARD_UNLOCKED = "card_unlocked"
    ACCOUNT_LOCKED = "account_locked"
    ACCOUNT_UNLOCK_ASKED = "account_unlock_asked"
    ACCOUNT_UNLOCK_CANCELLED = "account_unlock_cancelled"
    ACCOUNT_UNLOCKED = "account_unlocked"
    NOT_ME_PRESSED = "not_me_pressed"
    REPORT_DECIDED = "report_decided"
    EMAIL_CHANGE_REVERTED = "email_change_reverted"
    RECOVERY_ASKED = "recovery_asked"
    RECOVERY_PROVED = "recovery_proved"
    RECOVERY_PROPOSED = "recovery_proposed"
    RECOVERY_DECIDED = "recovery_decided"
    RECOVERY_WAITS = "recovery_waits"
    RECOVERY_STOPPED = "recovery_stopped"
    RECOVERY_DONE = "recovery_done"
    RECOVERY_CODE_USED = "recovery_code_used"


@dataclass(frozen=True)
class Source:
    """Where an act came from: which door, which person, and for web doors which session, address and browser."""

    door: str
    actor: User | None = None
    session: str = ""
    address: str | None = None
    agent: str = ""


SYSTEM = Source(door=Door.WORKER)
COMMAND = Source(door=Door.COMMAND)


def from_request(request: HttpRequest, *, door: str = Door.WEB) -> Source:
    from allauth.account.adapter import get_adapter  # the one place that knows which address header to trust

    user = request.user if request.user.is_authenticated else None
    return Source(
        door=door,
        actor=user if isinstance(user, User) else None,
        session=session_mark(request),
        address=get_adapter(request).get_client_ip(request) or None,
        agent=request.headers.get("User-Agent", "")[:200],
    )


def session_mark(request: HttpRequest) -> str:
    return mark_of(request.session.session_key or "")


def mark_of(session_key: str) -> str:
    """A short hash that tells sessions apart without being usable as one."""
    return hashlib.sha256(session_key.encode()).hexdigest()[:16] if session_key else ""


def record(
    action: Action,
    source: Source,
    *,
    member: User | None = None,
    card: UUID | None = None,
    reason: str = "",
    **details: Any,
) -> None:
    AuditRow.objects.bulk_create([row(action, source, member=member, card=card, reason=reason, **details)])


def row(
    action: Action,
    source: Source,
    *,
    member: User | None = None,
    card: UUID | None = None,
    reason: str = "",
    **details: Any,
) -> AuditRow:
    now = timezone.now()
    return AuditRow(
        at=now,
        day=timezone.localdate(now),
        action=action,
        door=source.door,
        actor=source.actor.public_id if source.actor else None,
        member=member.public_id if member else None,
        card=card,
        reason=reason,
        details=details,
        session=source.session,
        address=source.address,
        agent=source.agent,
    )


def record_looks(source: Source, *, member: User, cards: Iterable[UUID]) -> None:
    """A member's own looks: one row a session, card and day, however many windows are open. Each look by SMS is one."""
    action = Action.BALANCE_SEEN_BY_SMS if source.door == Door.SMS else Action.BALANCE_SEEN_BY_MEMBER
    rows = [row(action, source, member=member, card=card) for card in cards]
    AuditRow.objects.bulk_create(rows, ignore_conflicts=True)
