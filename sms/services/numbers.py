"""Which phone numbers may ask for whose balances. Only the owner's confirmation or the upstream's record opens one."""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.audit import Action, Source
from accounts.models import User
from accounts.services import contact_change, notices
from accounts.services.cards import lock_member
from sms.models import Number, number_index
from sms.notice_wording import NUMBER_ACTIVE

LAPSES_AFTER: Final = timedelta(days=90)  # without use: operators give a number to somebody else (sms.md 7)
ASKED_FOR: Final = timedelta(days=7)  # an unconfirmed wish is forgotten then
MOST_NUMBERS: Final = 3  # a member


class TakenElsewhere(Exception):
    """Another member holds the number; whoever has the phone can free it with BERHENTI."""


class AccountLocked(Exception):
    """Its owner locked the account: no access to it opens meanwhile."""


class TooMany(Exception):
    """The member has as many numbers as one may have."""


@transaction.atomic
def ask(*, member: User, number: str, source: Source) -> Number:
    """A number that wants to ask for this member's balances waits for the member. Raises TooMany."""
    lock_member(member.pk)
    held = Number.objects.filter(member=member, state__in=(Number.State.PENDING, Number.State.ACTIVE))
    known = held.filter(number_index=number_index(number)).first()
    if known:
        return known
    if held.count() >= MOST_NUMBERS:
        raise TooMany
    row = Number(member=member, number_index=number_index(number), last3=number[-3:])
    row.number = number
    row.save()
    audit.record(Action.SMS_NUMBER_ASKED, source, member=member)
    return row


@transaction.atomic
def activate(*, member: User, public_id: UUID, proof: str, source: Source) -> Number:
    """Raises TakenElsewhere, AccountLocked, NotNow while the account's address is too new; Number.DoesNotExist where it
    is not this member's or was switched off."""
    if lock_member(member.pk).locked_at:
        raise AccountLocked
    contact_change.check_cool(member)
    mine = Number.objects.select_for_update().filter(member=member).exclude(state=Number.State.OFF)
    row = mine.get(public_id=public_id)
    if row.state == Number.State.ACTIVE:
        return row
    if Number.objects.filter(number_index=row.number_index, state=Number.State.ACTIVE).exists():
        raise TakenElsewhere
    now = timezone.now()
    row.state, row.proof, row.confirmed_at, row.last_used_at = Number.State.ACTIVE, proof, now, now
    row.save(update_fields=["state", "proof", "confirmed_at", "last_used_at"])
    audit.record(Action.SMS_NUMBER_ACTIVATED, source, member=member, proof=proof)
    notices.tell(member=member, kind=NUMBER_ACTIVE, subject=str(uuid4()))  # each time anew
    return row


@transaction.atomic
def switch_off(*, member: User, public_id: UUID, source: Source) -> Number:
    """Raises Number.DoesNotExist where it is not this member's."""
    lock_member(member.pk)
    row = Number.objects.select_for_update().get(member=member, public_id=public_id)
    _off(row, source)
    return row


def close_all(member: User) -> None:
    """The account was taken back: whoever opened a number from within asks no more, its owner begins anew."""
    for row in Number.objects.select_for_update(of=("self",)).select_related("member").filter(member=member):
        _off(row, audit.SYSTEM)


def lock_owners(index: bytes) -> None:
    """Before the number itself, as the portal's pages lock them, or the two could wait for each other."""
    held = Number.objects.filter(number_index=index).exclude(state=Number.State.OFF)
    for member_id in sorted(set(held.values_list("member_id", flat=True))):
        lock_member(member_id)


def stop(*, index: bytes, source: Source) -> int:
    """BERHENTI: whatever this number may ask for ends, and wishes with it. How many."""
    rows = Number.objects.select_for_update().filter(number_index=index).exclude(state=Number.State.OFF)
    held = list(rows.select_related("member"))
    for row in held:
        _off(row, source)
    return len(held)


def _off(row: Number, source: Source) -> None:
    if row.state == Number.State.OFF:
        return
    row.state, row.ended_at = Number.State.OFF, timezone.now()
    row.save(update_fields=["state", "ended_at"])
    audit.record(Action.SMS_NUMBER_OFF, source, member=row.member)


def use(*, index: bytes) -> Number | None:
    """The number's row, locked, with its day of use noted; one that was long unused lapses instead."""
    rows = Number.objects.select_for_update(of=("self",)).select_related("member")
    row = (
        rows.filter(number_index=index, state__in=(Number.State.ACTIVE, Number.State.LAPSED)).order_by("state").first()
    )
    if row is None or not row.member.is_active:
        return None
    if row.state == Number.State.ACTIVE and _is_long_unused(row):
        row.state = Number.State.LAPSED
        row.save(update_fields=["state"])
    elif row.state == Number.State.ACTIVE:
        row.last_used_at = timezone.now()
        row.save(update_fields=["last_used_at"])
    return row


def _is_long_unused(row: Number) -> bool:
    used = row.last_used_at or row.confirmed_at or row.asked_at
    return timezone.now() - used > LAPSES_AFTER
