"""A member's own lock, on one card or on the whole account. Closing is at once; opening takes a proof and 12 hours.

A locked card shows nothing, and nobody links its KPJ without staff. A locked account locks all its cards, and neither
cards nor channels of the account can be changed.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts import audit, selectors
from accounts.audit import Action, Source
from accounts.models import Card, User
from accounts.services import contact_change, privacy, telling
from accounts.services.cards import Because, freeze, lock_member, thaw, unless_gone
from accounts.services.limits import NotNow

OPENS_AFTER: Final = timedelta(hours=12)
_BATCH: Final = 200


def check_open(member: User) -> None:
    """Raises NotNow while the account is locked."""
    if member.locked_at:
        raise NotNow("account_locked")


def check_channels(member: User) -> None:
    """Raises NotNow where the account keeps its address: locked, looked into by staff, or changed lately."""
    check_open(member)
    if privacy.in_dispute(member):
        raise NotNow("with_staff")
    contact_change.check_cool(member)


@transaction.atomic
def lock_card(*, member: User, public_id: UUID, source: Source) -> Card:
    """Raises Card.DoesNotExist. Locked twice, it is locked; an opening under way ends."""
    card = _own(member, public_id)
    if card.locked_at is None:
        telling.locked(card.member, card)
    _lock(card, source)
    return card


@transaction.atomic
def open_card(*, member: User, public_id: UUID, source: Source) -> Card:
    """Ask for it: the lock ends in 12 hours. Raises Card.DoesNotExist, NotNow."""
    card = _own(member, public_id)
    check_open(card.member)
    if card.locked_at is None:
        raise NotNow("not_locked")
    contact_change.check_cool(card.member)
    if card.unlock_at is None:
        card.unlock_at = timezone.now() + OPENS_AFTER
        card.save(update_fields=["unlock_at"])
        audit.record(Action.CARD_UNLOCK_ASKED, source, member=card.member, card=card.public_id)
        telling.unlock_asked(card.member, card.unlock_at, card)
    return card


@transaction.atomic
def keep_card(*, member: User, public_id: UUID, source: Source) -> Card:
    """Take the opening back. Raises Card.DoesNotExist."""
    card = _own(member, public_id)
    if card.unlock_at:
        card.unlock_at = None
        card.save(update_fields=["unlock_at"])
        audit.record(Action.CARD_UNLOCK_CANCELLED, source, member=card.member, card=card.public_id)
    return card


@transaction.atomic
def lock_account(*, member: User, source: Source) -> User:
    """With all its cards. An opening under way ends, for the cards as well."""
    member = lock_member(member.pk)
    if member.locked_at is None:
        member.locked_at = timezone.now()
        audit.record(Action.ACCOUNT_LOCKED, source, member=member)
        telling.locked(member)
    member.unlock_at = None
    member.save(update_fields=["locked_at", "unlock_at"])
    for card in _cards_of(member):
        _lock(card, source, since=member.locked_at)
    return member


@transaction.atomic
def open_account(*, member: User, source: Source) -> User:
    """Ask for it: lock and cards locked with it open in 12 hours. Raises NotNow."""
    member = lock_member(member.pk)
    if member.locked_at is None:
        raise NotNow("not_locked")
    contact_change.check_cool(member)
    if member.unlock_at is None:
        member.unlock_at = timezone.now() + OPENS_AFTER
        member.save(update_fields=["unlock_at"])
        audit.record(Action.ACCOUNT_UNLOCK_ASKED, source, member=member)
        telling.unlock_asked(member, member.unlock_at)
    return member


@transaction.atomic
def keep_account(*, member: User, source: Source) -> User:
    member = lock_member(member.pk)
    if member.unlock_at:
        member.unlock_at = None
        member.save(update_fields=["unlock_at"])
        audit.record(Action.ACCOUNT_UNLOCK_CANCELLED, source, member=member)
    return member


def end_due() -> int:
    """Open what has waited its 12 hours."""
    now = timezone.now()
    cards = list(Card.objects.filter(unlock_at__lte=now).values_list("pk", "member_id")[:_BATCH])
    members = list(User.objects.filter(unlock_at__lte=now).values_list("pk", flat=True)[:_BATCH])
    return sum(_end_card(*one) for one in cards) + sum(_end_account(pk) for pk in members)


@unless_gone
@transaction.atomic
def _end_card(pk: int, member_id: int) -> bool:
    lock_member(member_id)
    card = _locked_rows().filter(pk=pk, unlock_at__lte=timezone.now()).first()
    if card:
        _unlock([card])
        telling.unlocked(card.member, card)
    return card is not None


@unless_gone
@transaction.atomic
def _end_account(pk: int) -> bool:
    member = lock_member(pk)
    if member.unlock_at is None or member.unlock_at > timezone.now():
        return False
    together = _locked_rows().filter(member=member, locked_at=member.locked_at)
    member.locked_at = member.unlock_at = None
    member.save(update_fields=["locked_at", "unlock_at"])
    _unlock(together)
    audit.record(Action.ACCOUNT_UNLOCKED, audit.SYSTEM, member=member)
    telling.unlocked(member)
    return True


def _lock(card: Card, source: Source, since: datetime | None = None) -> None:
    if card.locked_at is None:
        card.locked_at = since or timezone.now()
        audit.record(Action.CARD_LOCKED, source, member=card.member, card=card.public_id)
    card.unlock_at = None
    card.save(update_fields=["locked_at", "unlock_at"])
    if card.state == Card.State.ACTIVE:
        freeze(card, Because.OWNER)


def _unlock(cards: Iterable[Card]) -> None:
    for card in cards:
        card.locked_at = card.unlock_at = None
        card.save(update_fields=["locked_at", "unlock_at"])
        audit.record(Action.CARD_UNLOCKED, audit.SYSTEM, member=card.member, card=card.public_id)
        thaw([card], audit.SYSTEM, after=Because.OWNER)


def _own(member: User, public_id: UUID) -> Card:
    lock_member(member.pk)
    return _locked_rows().filter(state__in=selectors.VISIBLE).get(member=member, public_id=public_id)


def _cards_of(member: User) -> list[Card]:
    return list(_locked_rows().filter(member=member, state__in=selectors.VISIBLE).order_by("pk"))


def _locked_rows() -> QuerySet[Card]:
    return Card.objects.select_for_update(of=("self",)).select_related("member")
