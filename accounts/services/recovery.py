"""Ways back into an account whose address or authenticator is lost, without a visit to a branch.

"Lupa akun": KPJ and NIK, then a code to the contact that the upstream holds. The page writes one row for whatever is
typed and answers the same; only a worker looks whether an account belongs to it. Nothing changes before every known
channel was told and 12 hours passed; a press on "Bukan saya" ends it.
"""

from datetime import timedelta
from typing import Final
from uuid import UUID

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from accounts import audit, selectors
from accounts.audit import Action, Source
from accounts.claim import turns
from accounts.models import Card, RecoveryRequest, User
from accounts.ring import ring
from accounts.services import contact_change, telling
from accounts.services.cards import lock_member, unless_gone
from accounts.services.staff import forget_authenticators
from providers.port import new_reference

Row = RecoveryRequest
State, Kind = Row.State, Row.Kind
COUNTS_AFTER: Final = timedelta(hours=12)
ATTEMPTS: Final = 3
CHECK_TAKES: Final = timedelta(seconds=10)  # shown for so long whatever the worker does: time must not tell
UNANSWERED_FOR: Final = timedelta(hours=24)
UNDECIDED_FOR: Final = timedelta(days=7)
STOPPED_FOR: Final = timedelta(days=30)  # after "Bukan saya" only staff begin another
KEPT_FOR: Final = timedelta(days=90)
_BATCH: Final = 200


@transaction.atomic
def ask(*, kpj_index: bytes, nik_index: bytes, device: bytes = b"") -> Row:
    """One row and one bell, whatever was typed. `device`: the mark of the browser's cookie, known to whomever."""
    row = Row(kpj_index=kpj_index, nik_index=nik_index, device=device)
    start_step(row, State.ASKED)
    return row


@transaction.atomic
def submit_code(*, public_id: UUID, code: str) -> None:
    """One of three tries, in a row without an account too. Does nothing once they are used up or it is over."""
    row = _locked(public_id)
    if row is None or progress(row) not in ("code", "refused"):
        return
    row.attempts, row.typed_at, row.code = row.attempts + 1, timezone.now(), code
    start_step(row, State.CHECKING)


def progress(row: Row) -> str:
    """What the page shows. Before the proof it depends on what was typed and when, on nothing the upstream said."""
    if row.state not in (State.ASKED, State.CODE, State.CHECKING):
        return row.state
    if row.created_at < timezone.now() - UNANSWERED_FOR:
        return State.EXPIRED
    if row.typed_at is None:
        return "code"
    if timezone.now() < row.typed_at + CHECK_TAKES:
        return "checking"
    return "over" if row.attempts >= ATTEMPTS else "refused"


@transaction.atomic
def choose_email(*, public_id: UUID, email: str) -> None:
    """Mail to the new address comes first: only an address that was reached can take an account over."""
    row = _locked(public_id)
    if row is None or row.kind != Kind.SELF or row.state not in (State.PROVED, State.ADDRESS):
        return
    name_address(row, email)
    _move(row, State.ADDRESS)


@transaction.atomic
def confirm_address(*, public_id: UUID, mark: str) -> bool:
    """The button behind the link in that mail; `mark` says to which address it went."""
    row = _locked(public_id)
    if row is None or row.state not in (State.ADDRESS, State.APPROVING) or not row.new_email_sealed:
        return False
    if mark != row.address_mark:
        return False
    row.confirmed_at = row.confirmed_at or timezone.now()
    row.save(update_fields=["confirmed_at"])
    go_on(row, audit.SYSTEM)
    return True


def go_on(row: Row, source: Source) -> None:
    """Once the new address was reached and staff have said enough, the waiting begins. The caller holds the row's lock.

    Every known channel is told, and may stop it.
    """
    approved = row.decisions.filter(approves=True).count() >= settings.APPROVALS_REQUIRED
    if (row.new_email_sealed and not row.confirmed_at) or (row.kind == Kind.STAFF and not approved):
        return
    row.counts_from = timezone.now() + COUNTS_AFTER
    _move(row, State.WAITING)
    audit.record(Action.RECOVERY_WAITS, source, member=row.member, kind=row.kind, reset_mfa=row.reset_mfa)
    telling.recovery_waits(row)


@transaction.atomic
def stop(*, public_id: UUID, source: Source, by_staff: bool = False) -> Row | None:
    row = _locked(public_id)
    if row and row.ended_at is None:
        end(row, State.STOPPED)
        audit.record(Action.RECOVERY_STOPPED, source, member=row.member)
        telling.recovery_stopped(row, by_staff=by_staff)
    return row


def stop_all(member: User) -> None:
    """The owner said "Bukan saya": not one of those under way goes on. The caller holds the member's lock."""
    theirs = Row.objects.select_for_update(of=("self",)).filter(Q(member=member) | Q(card__member=member))
    for row in theirs.filter(ended_at=None):
        end(row, State.STOPPED)


def end(row: Row, state: str) -> None:
    _move(row, state)
    row.ended_at, row.code, row.new_email = timezone.now(), "", ""
    row.reference = row.challenge_ref = ""
    row.save()


def start_step(row: Row, state: str) -> None:
    """Hand it to a worker: a new reference, due now, and the bell."""
    _move(row, state)
    row.reference, row.next_fetch_at = new_reference(), timezone.now()
    row.save()
    ring_for(row)


def ring_for(row: Row, *, delay: float = 0.0) -> None:
    token = Row.objects.claim(row.pk)
    if token:
        ring("accounts.advance_recovery", row.public_id, token, delay=delay)


def sweep() -> None:
    for row, delay in zip(Row.objects.due().order_by("next_fetch_at")[: len(turns())], turns(), strict=False):
        with transaction.atomic():
            ring_for(row, delay=delay)
    for public_id in Row.objects.filter(state=State.WAITING, counts_from__lte=timezone.now()).values_list("public_id"):
        _carry_out(public_id[0])
    for public_id in Row.objects.filter(_too_old())[:_BATCH].values_list("public_id"):
        _expire(public_id[0])


def prune() -> None:
    contact_change.prune()
    Row.objects.filter(member=None, created_at__lt=timezone.now() - timedelta(days=2)).delete()
    Row.objects.filter(ended_at__lt=timezone.now() - KEPT_FOR).delete()


@unless_gone
@transaction.atomic
def _carry_out(public_id: UUID) -> None:
    row = _locked(public_id)
    if row is None or row.state != State.WAITING or row.member is None:
        return
    if not _still_may(row, row.member):
        end(row, State.EXPIRED)
        audit.record(Action.RECOVERY_STOPPED, audit.SYSTEM, member=row.member)
        telling.recovery_stopped(row, by_staff=False)
        return
    try:
        with transaction.atomic():
            change = contact_change.replace(member=row.member, new=row.new_email) if row.new_email_sealed else None
    except IntegrityError:  # the address became somebody else's meanwhile
        end(row, State.EXPIRED)
        return
    if row.reset_mfa:
        forget_authenticators(row.member)
    contact_change.end_sessions(row.member)
    audit.record(Action.RECOVERY_DONE, audit.SYSTEM, member=row.member, reset_mfa=row.reset_mfa)
    end(row, State.DONE)
    telling.recovery_done(row, change)


def may_recover(card: Card) -> bool:
    """Not while somebody else claims the card, nor soon after the owner stopped one; staff come back through staff; a
    locked account may."""
    closed = Card.FrozenBecause
    stopped = card.member.recoveries.filter(kind=Kind.SELF, state=State.STOPPED)
    if stopped.filter(ended_at__gt=timezone.now() - STOPPED_FOR).exists():
        return False
    contested = card.frozen_because in (closed.DISPUTED, closed.REPORTED, closed.OUTRANKED, closed.STAFF)
    return is_ordinary(card.member) and not contested and card.state in selectors.VISIBLE


def is_ordinary(member: User) -> bool:
    return member.is_active and not (member.is_staff or member.is_superuser)


def _still_may(row: Row, member: User) -> bool:
    """Twelve hours are long: the proof may have fallen meanwhile, or the account become one of staff's."""
    if row.kind == Kind.STAFF:
        return is_ordinary(member)
    card = Card.objects.select_related("member").filter(pk=row.card_id or 0, member=member).first()
    return card is not None and may_recover(card)


@unless_gone
@transaction.atomic
def _expire(public_id: UUID) -> None:
    row = _locked(public_id)
    if row and row.ended_at is None:
        end(row, State.EXPIRED)


def _too_old() -> Q:
    now = timezone.now()
    typed = Q(kind=Kind.SELF, created_at__lt=now - UNANSWERED_FOR) & ~Q(state=State.WAITING)
    proposed = Q(state=State.APPROVING, created_at__lt=now - UNDECIDED_FOR)
    return Q(ended_at__isnull=True) & (typed | proposed)


def name_address(row: Row, email: str) -> None:
    """Whether the address is somebody's already is told to that address, not to the page."""
    row.new_email, row.confirmed_at = email, None
    taken = EmailAddress.objects.filter(email=email).exists() or User.objects.filter(email=email).exists()
    telling.recovery_address(row, taken=taken)
    row.save()


def _locked(public_id: UUID) -> Row | None:
    """The member first, like everywhere."""
    member_id = Row.objects.filter(public_id=public_id).values_list("member_id", flat=True).first()
    member = lock_member(member_id) if member_id else None
    row = Row.objects.select_for_update(of=("self",)).filter(public_id=public_id).first()
    if row and member:
        row.member = member
    return row


def _move(row: Row, state: str) -> None:
    row.state, row.failures, row.last_error = state, 0, ""
    row.next_fetch_at = row.fetch_started_at = None
    row.save()
