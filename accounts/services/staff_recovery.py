"""A way back with staff's help: one proposes, APPROVALS_REQUIRED approve, the member is told, twelve hours pass.

Nobody of them can do it alone, and every known channel of the member can stop it.
"""

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts import audit
from accounts.audit import Action, Source
from accounts.models import RecoveryDecision, RecoveryRequest, User
from accounts.services import recovery
from accounts.services.cards import lock_member
from accounts.services.recovery import Kind, State
from accounts.services.staff import may_act_on


class CannotRecover(Exception):
    """`code`: already_open, nothing_asked, not_waiting, said_already, not_staff, no_reason."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@transaction.atomic
def propose(*, member: User, email: str, reset_mfa: bool, reason: str, source: Source) -> RecoveryRequest:
    """The proposer's word is the first approval. `email` empty: the address stays. Raises CannotRecover."""
    member, staff = lock_member(member.pk), _staff(source)
    if not may_act_on(staff=staff, member=member):
        raise PermissionDenied
    if not (email or reset_mfa):
        raise CannotRecover("nothing_asked")
    if member.recoveries.filter(kind=Kind.STAFF, ended_at__isnull=True).exists():
        raise CannotRecover("already_open")
    row = RecoveryRequest(kind=Kind.STAFF, state=State.APPROVING, member=member, reset_mfa=reset_mfa, reason=reason)
    row.next_fetch_at = None
    row.save()
    if email:
        recovery.name_address(row, email)
    audit.record(Action.RECOVERY_PROPOSED, source, member=member, reason=reason, reset_mfa=reset_mfa, email=bool(email))
    return _say(row, staff, approves=True, reason=reason, source=source)


@transaction.atomic
def decide(*, row: RecoveryRequest, approves: bool, reason: str, source: Source) -> RecoveryRequest:
    """One word of one staff member; one refusal ends it, at any time before it is carried out. Raises CannotRecover."""
    staff, member = _staff(source), lock_member(row.member_id or 0)
    row = RecoveryRequest.objects.select_for_update(of=("self",)).get(pk=row.pk)
    row.member = member
    if not may_act_on(staff=staff, member=member):
        raise PermissionDenied
    waits = row.state in (State.APPROVING, State.WAITING) if not approves else row.state == State.APPROVING
    if row.kind != Kind.STAFF or not waits:
        raise CannotRecover("not_waiting")
    return _say(row, staff, approves=approves, reason=reason, source=source)


def _say(row: RecoveryRequest, staff: User, *, approves: bool, reason: str, source: Source) -> RecoveryRequest:
    if not reason.strip():
        raise CannotRecover("no_reason")
    if approves and row.decisions.filter(staff=staff).exists():
        raise CannotRecover("said_already")
    words = {"approves": approves, "reason": reason}
    RecoveryDecision.objects.update_or_create(recovery=row, staff=staff, defaults=words)
    audit.record(
        Action.RECOVERY_DECIDED, source, member=row.member, reason=reason, approves=approves,
        approvals_required=settings.APPROVALS_REQUIRED,
    )  # fmt: skip
    if not approves:
        recovery.stop(public_id=row.public_id, source=source, by_staff=True)
        row.refresh_from_db()
    else:
        recovery.go_on(row, source)
    return row


def _staff(source: Source) -> User:
    staff = source.actor
    if staff is None or not (staff.is_active and staff.is_staff):
        raise CannotRecover("not_staff")
    return staff
