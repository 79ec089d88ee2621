"""A member's cards: linking one that was proved, freezing one that two claim, letting one go."""

from collections.abc import Callable
from typing import Final

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts import audit, selectors
from accounts.audit import Action, Source
from accounts.models import Card, LinkRequest, OfferedCard, User, kpj_index
from providers.port import CardRecord

# Called with the card in the transaction that unlinks it; other apps register the deletion of what they hold about it.
on_unlink: list[Callable[[Card], None]] = []
DETAILS: Final = ("membership", "segment", "employer_name", "joined_on", "inactive_since", "merged_into_last4")
_DATES: Final = ("joined_on", "inactive_since")


class InDispute(Exception):
    """Two people claim the card: letting it go would decide the case without staff."""


def make_card(
    *,
    member: User,
    kpj: str,
    member_ref: str,
    proof: str,
    source: Source,
    card_ref: str = "",
    offer: OfferedCard | None = None,
) -> Card:
    """The caller has made sure that nobody holds this KPJ, in the same transaction."""
    card = Card(member=member, kpj_index=kpj_index(kpj), kpj_last4=kpj[-4:], proof=proof, card_ref=card_ref)
    card.kpj, card.member_ref = kpj, member_ref
    if offer:
        card.proved_by_id = offer.proved_by.proved_by_id or offer.proved_by_id
        for name in DETAILS:
            setattr(card, name, getattr(offer, name))
    card.save()
    audit.record(Action.CARD_LINKED, source, member=member, card=card.public_id, proof=proof)
    return card


def lock_member(pk: int) -> User:
    """First in every transaction that changes what a member holds or asks for, so that they queue up per member."""
    return User.objects.select_for_update(no_key=True).get(pk=pk)


def holder_of(index: bytes) -> Card | None:
    """The card by which somebody holds this KPJ now, locked until the transaction ends."""
    held = Card.objects.select_for_update(of=("self",)).select_related("member")
    return held.filter(kpj_index=index, state__in=selectors.VISIBLE).first()


def with_dependants(card: Card) -> list[Card]:
    """The card and those that rest on its proof, locked. The caller holds the card's own lock."""
    resting = Card.objects.select_for_update(of=("self",)).select_related("member").order_by("pk")
    return [card, *resting.filter(proved_by=card, state__in=selectors.VISIBLE)]


def freeze_for_dispute(*, card: Card, source: Source) -> None:
    """With all that rests on its proof. What its owner or staff froze before keeps that reason, so that a settled
    dispute does not thaw it."""
    for one in with_dependants(card):
        if one.state == Card.State.ACTIVE:
            one.state, one.frozen_because = Card.State.FROZEN, Card.FrozenBecause.DISPUTED
            one.save(update_fields=["state", "frozen_because"])
        audit.record(Action.CARD_FROZEN, source, member=one.member, card=one.public_id)


def thaw_after_dispute(*, card: Card, source: Source) -> None:
    """With what rests on its proof, unless another dispute about it or about its proof is open."""
    disputes = LinkRequest.objects.open().filter(state=LinkRequest.State.DISPUTED)
    for one in with_dependants(card):
        others = disputes.filter(contested_card__in=(one.pk, one.proved_by_id))
        if one.frozen_because == Card.FrozenBecause.DISPUTED and not others.exists():
            one.state, one.frozen_because = Card.State.ACTIVE, ""
            one.save(update_fields=["state", "frozen_because"])
            audit.record(Action.CARD_UNFROZEN, source, member=one.member, card=one.public_id)


@transaction.atomic
def unlink(*, card: Card, source: Source, reason: str = "") -> None:
    """Raises InDispute. The number, the upstream's handles and everything other apps hold go in this transaction."""
    lock_member(card.member_id)
    card = Card.objects.select_for_update(of=("self",)).select_related("member").get(pk=card.pk)
    if card.frozen_because == Card.FrozenBecause.DISPUTED:
        raise InDispute
    if card.state != Card.State.UNLINKED:
        let_go(card=card, source=source, reason=reason)


def let_go(*, card: Card, source: Source, reason: str = "") -> None:
    """Without the question of a dispute; the caller holds the row's lock. The keyed hash and last digits stay."""
    for forget in on_unlink:
        forget(card)
    card.state, card.frozen_because, card.unlinked_at = Card.State.UNLINKED, "", timezone.now()
    card.kpj = card.member_ref = card.card_ref = ""
    for name in DETAILS:
        setattr(card, name, None if name in _DATES else "")
    OfferedCard.objects.filter(Q(proved_by=card) | Q(member=card.member, kpj_index=card.kpj_index)).delete()
    card.save()
    audit.record(Action.CARD_UNLINKED, source, member=card.member, card=card.public_id, reason=reason)


def take_details(target: Card | OfferedCard, record: CardRecord) -> None:
    target.membership, target.segment = record.status.value, record.segment.value
    target.employer_name = (record.employer_name or "")[:140]
    target.joined_on, target.inactive_since = record.joined_on, record.inactive_since
    target.merged_into_last4 = (record.merged_into_kpj or "")[-4:]
