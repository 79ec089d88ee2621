"""The other cards of a person who proved one: learnt from the upstream's list (J2), linked with one press."""

import logging
from collections.abc import Iterable
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Exists

from accounts import selectors
from accounts.audit import Source
from accounts.models import Card, LinkRequest, OfferedCard, User, kpj_index
from accounts.services import contact_change, limits, locks
from accounts.services.cards import DETAILS, holder_of, lock_member, make_card, take_details
from accounts.services.limits import NotNow
from accounts.services.linking_outcomes import dispute
from providers.port import CardRecord

log = logging.getLogger("jht.linking")


@transaction.atomic
def remember_list(*, card: Card, records: Iterable[CardRecord], offer: bool) -> None:
    """What J2 says about the person's cards: details of those linked, and an offer of the others.

    The answer names nobody: only a list that holds the card it was asked for can be this person's. The cards are
    locked, so that nothing is written behind the back of one being let go.
    """
    records, own = list(records), bytes(card.kpj_index)
    held = {bytes(one.kpj_index): one for one in selectors.cards_visible_to(card.member).select_for_update()}
    if own not in held:
        return
    if own not in {kpj_index(record.kpj) for record in records}:
        log.error("card_list_refused card=%s", card.public_id)
        return
    offer = offer and held[own].state == Card.State.ACTIVE
    for record in records[: settings.CARDS_PER_MEMBER * 2]:
        mine = held.get(kpj_index(record.kpj))
        if mine:
            take_details(mine, record)
            mine.save(update_fields=DETAILS)
        elif offer:
            _offer(card, record)


@transaction.atomic
def link_offer(*, member: User, offer_id: UUID, source: Source) -> Card | LinkRequest:
    """No new code: the member proved to be the person whose card this is. Pressed twice, it is done once.

    Raises NotNow; OfferedCard.DoesNotExist where it is not this member's.

    A card that somebody else holds becomes a dispute, as after J6; its request is returned instead of the card.
    """
    fresh = lock_member(member.pk)
    if not fresh.consent_standing.allows:
        raise NotNow("not_agreed")
    locks.check_open(fresh)
    contact_change.check_cool(fresh)
    offer = OfferedCard.objects.get(member=member, public_id=offer_id)
    # Locked, so that a dispute about the proof either sees the new card or is seen here.
    offer.proved_by = Card.objects.select_for_update(of=("self",)).get(pk=offer.proved_by_id)
    refused = OfferedCard.objects.filter(pk=offer.pk).filter(Exists(selectors.refused_by_staff()))
    if offer.proved_by.state != Card.State.ACTIVE or refused.exists():
        raise NotNow("offer_gone")
    holder = holder_of(bytes(offer.kpj_index))
    if holder and holder.member_id == member.pk:
        return holder
    limits.check_room(member=member)
    if holder:
        return _dispute_offer(offer, holder, source)
    proved = offer.proved_by
    return make_card(
        member=member, kpj=offer.kpj, member_ref=proved.member_ref, proof=proved.proof, source=source, offer=offer
    )


def _dispute_offer(offer: OfferedCard, holder: Card, source: Source) -> LinkRequest:
    mine = (
        LinkRequest.objects.select_for_update(of=("self",))
        .open()
        .filter(member=offer.member, kpj_index=offer.kpj_index)
        .first()
    )
    if mine and mine.state == LinkRequest.State.DISPUTED:
        return mine
    row = mine or LinkRequest(member=offer.member, kpj_index=offer.kpj_index, kpj_last4=offer.kpj_last4)
    row.nik_index = row.nik_index or offer.member.nik_index or b""
    row.kpj, row.member_ref = offer.kpj, offer.proved_by.member_ref
    dispute(row, holder, source)
    return row


def _offer(card: Card, record: CardRecord) -> None:
    index = kpj_index(record.kpj)
    offer = OfferedCard.objects.filter(member=card.member, kpj_index=index).first() or OfferedCard(
        member=card.member, kpj_index=index, kpj_last4=record.kpj[-4:]
    )
    offer.proved_by, offer.kpj = card, record.kpj
    take_details(offer, record)
    offer.save()
