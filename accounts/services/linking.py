"""What a member does about linking a card: ask, type the code, ask for another, cancel. And what time does.

All of it is quick: the upstream is asked by a worker (accounts.services.linking_steps).
"""

from datetime import date, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts import audit, selectors
from accounts.audit import Action, Source
from accounts.claim import turns
from accounts.models import Card, LinkRequest, User, kpj_index, nik_index
from accounts.sealing import CannotOpen
from accounts.services import contact_change, limits, locks
from accounts.services.cards import Because, lock_member, unless_gone
from accounts.services.limits import NotNow
from accounts.services.linking_outcomes import State, end, ring_for, start_step, wait_for_staff

UNANSWERED_FOR: Final = timedelta(hours=24)
UNDECIDED_FOR: Final = timedelta(days=30)  # what waits for staff holds a NIK, so it does not wait for ever
_BATCH: Final = 200


class AlreadyLinked(Exception):
    """The member holds this card."""

    def __init__(self, card: Card) -> None:
        super().__init__("already_linked")
        self.card = card


class AlreadyAsked(Exception):
    """A request for this card is past the matching, with other data than these, which were not taken."""

    def __init__(self) -> None:
        super().__init__("already_asked")


@transaction.atomic
def request_link(
    *, member: User, kpj: str, nik: str, name: str, birth_date: date, source: Source, phone: str = ""
) -> LinkRequest:
    """Begin, or go on with the open request for this card. `kpj` and `nik` are normalised; `phone` (E.164) is given
    where a text by SMS asks.

    Corrected data replace those still being matched: the old request ends and a new one counts against the limits.
    Raises AlreadyLinked, AlreadyAsked, NotNow.
    """
    fresh = lock_member(member.pk)
    if not (phone or fresh.consent_standing.allows):  # by SMS the answer to the match asks for it
        raise NotNow("not_agreed")
    locks.check_open(fresh)
    contact_change.check_cool(fresh)
    index, nik_hash = kpj_index(kpj), nik_index(nik)
    held = selectors.cards_visible_to(member).exclude(frozen_because=Because.OUTRANKED).filter(kpj_index=index).first()
    if held:
        raise AlreadyLinked(held)
    asked = selectors.open_requests_of(member).filter(kpj_index=index)
    going_on = asked.select_for_update(of=("self",)).first()
    if going_on and _says(going_on, nik_hash, name, birth_date):
        return going_on
    if going_on and selectors.link_progress(going_on).step > 1:
        raise AlreadyAsked
    if going_on:
        end(going_on, State.CANCELLED, source)
    limits.check_new_request(member=member, nik_index=nik_hash)
    row = LinkRequest(member=member, kpj_index=index, kpj_last4=kpj[-4:], nik_index=nik_hash)
    row.kpj, row.nik, row.name, row.birth_date_iso, row.phone = kpj, nik, name, birth_date.isoformat(), phone
    row.save()
    start_step(row, State.MATCHING)
    audit.record(Action.LINK_REQUESTED, source, member=member, card=row.public_id)
    return row


@transaction.atomic
def submit_code(*, member: User, public_id: UUID, code: str, source: Source) -> LinkRequest:
    """Raises NotNow; LinkRequest.DoesNotExist where it is not this member's. Sent twice, it counts once."""
    row = _own(member, public_id)
    if row.state == State.CHECKING_CODE:
        return row
    if row.state != State.CODE_SENT or not row.challenge_ref:
        raise NotNow("not_waiting_for_code")
    locks.check_open(row.member)
    limits.check_code_guess(kpj_index=bytes(row.kpj_index))
    row.code = code
    start_step(row, State.CHECKING_CODE)
    return row


@transaction.atomic
def resend_code(*, member: User, public_id: UUID, source: Source, channel: str = "") -> LinkRequest:
    """A new code, by another channel if asked for one the upstream offers. Raises NotNow, LinkRequest.DoesNotExist."""
    row = _own(member, public_id)
    if row.state == State.SENDING_CODE and row.code_channel:  # the first code's sending looks like matching
        return row
    if row.state != State.CODE_SENT:
        raise NotNow("not_waiting_for_code")
    locks.check_open(row.member)
    if row.code_after and row.code_after > timezone.now():
        raise NotNow("code_too_soon", row.code_after)
    limits.reserve_code(member=member, kpj_index=bytes(row.kpj_index))
    if channel in row.code_channels.split(","):
        row.code_channel = channel
    row.challenge_ref = ""
    start_step(row, State.SENDING_CODE)
    return row


@transaction.atomic
def ask_staff(*, member: User, public_id: UUID, source: Source) -> LinkRequest:
    """The contact on record is no longer theirs: staff decide instead. Raises NotNow, LinkRequest.DoesNotExist."""
    row = _own(member, public_id)
    if row.state not in (State.SENDING_CODE, State.CODE_SENT):
        raise NotNow("not_waiting_for_code")
    wait_for_staff(row, source)
    return row


@transaction.atomic
def cancel_link(*, member: User, public_id: UUID, source: Source) -> LinkRequest:
    """Raises LinkRequest.DoesNotExist. What has ended stays as it ended."""
    row = _own(member, public_id)
    if row.ended_at is None:
        end(row, State.CANCELLED, source)
    return row


def sweep() -> None:
    ring_due_links()
    expire_old_links()
    locks.end_due()


def ring_due_links() -> int:
    """Ring again for requests whose step is due: the bell was lost, the worker died, or the wait is over.

    As many as the upstream takes until the next sweep, each in its turn.
    """
    slots = turns()
    due = list(LinkRequest.objects.due().order_by("next_fetch_at")[: len(slots)])
    for row, delay in zip(due, slots, strict=False):
        with transaction.atomic():
            ring_for(row, delay=delay)
    return len(due)


def expire_old_links() -> int:
    """A request that nobody goes on with ends after a day; one that staff do not decide, after thirty."""
    old = list(LinkRequest.objects.open().filter(_too_old()).values_list("pk", "member_id")[:_BATCH])
    return sum(_expire(pk, member_id) for pk, member_id in old)


@unless_gone
@transaction.atomic
def _expire(pk: int, member_id: int) -> bool:
    lock_member(member_id)
    row = LinkRequest.objects.select_for_update(of=("self",)).open().filter(_too_old(), pk=pk).first()
    if row:
        end(row, State.EXPIRED, audit.SYSTEM)
    return row is not None


def _own(member: User, public_id: UUID) -> LinkRequest:
    fresh = lock_member(member.pk)
    row = LinkRequest.objects.select_for_update(of=("self",)).get(member=fresh, public_id=public_id)
    row.member = fresh
    return row


def _says(row: LinkRequest, nik_hash: bytes, name: str, birth_date: date) -> bool:
    try:
        said = (bytes(row.nik_index), row.name, row.birth_date_iso)
    except CannotOpen:
        return False
    return said == (nik_hash, name, birth_date.isoformat())


def _too_old() -> Q:
    now, members_turn = timezone.now(), (*LinkRequest.WORKER_STATES, State.CODE_SENT)
    unanswered = Q(state__in=members_turn, changed_at__lt=now - UNANSWERED_FOR)
    return unanswered | Q(state__in=LinkRequest.STAFF_STATES, changed_at__lt=now - UNDECIDED_FOR)
