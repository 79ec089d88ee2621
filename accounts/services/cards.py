"""A member's cards: linking one that was proved, freezing one that two claim, letting one go."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import wraps
from typing import Final, ParamSpec

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts import audit, selectors
from accounts.audit import Action, Door, Source
from accounts.models import Card, LinkRequest, OfferedCard, User, kpj_index
from accounts.services import telling
from providers.port import CardRecord

# Called with the card in the transaction that unlinks it; other apps register the deletion of what they hold about it.
on_unlink: list[Callable[[Card], None]] = []
FREE_AFTER: Final = timedelta(hours=24)
DETAILS: Final = ("membership", "segment", "employer_name", "joined_on", "inactive_since", "merged_into_last4")
_DATES: Final = ("joined_on", "inactive_since")
_LET_GO: Final = (
    "state", "frozen_because", "unlinked_at", "locked_at", "unlock_at", "reported_at",
    "kpj_sealed", "member_ref_sealed", "card_ref", *DETAILS,
)  # fmt: skip


Because = Card.FrozenBecause
P = ParamSpec("P")


class MemberGone(User.DoesNotExist):
    """The account was deleted a moment before."""


class InDispute(Exception):
    """Two people claim the card, or it was reported: letting it go would decide the case without staff."""


class Locked(Exception):
    """Its owner locked the card or the account: whoever is in the account now opens the lock first, and waits."""


def make_card(
    *,
    member: User,
    kpj: str,
    member_ref: str,
    proof: str,
    source: Source,
    card_ref: str = "",
    offer: OfferedCard | None = None,
    name_differs: bool = False,
) -> Card:
    """The caller has made sure that nobody holds this KPJ, in the same transaction. A locked account stays closed."""
    card = Card(member=member, kpj_index=kpj_index(kpj), kpj_last4=kpj[-4:], proof=proof, card_ref=card_ref)
    card.name_differs = name_differs
    if member.locked_at:
        card.locked_at, card.state, card.frozen_because = member.locked_at, Card.State.FROZEN, Because.OWNER
    card.kpj, card.member_ref = kpj, member_ref
    if offer:
        card.proved_by_id = offer.proved_by.proved_by_id or offer.proved_by_id
        for name in DETAILS:
            setattr(card, name, getattr(offer, name))
    card.save()
    audit.record(Action.CARD_LINKED, source, member=member, card=card.public_id, proof=proof)
    telling.card_linked(card)
    return card


def lock_member(pk: int) -> User:
    """First in every transaction that changes what a member holds or asks for, so that they queue up per member.

    Raises MemberGone, which every door answers with "signed out" or "not found".
    """
    member = User.objects.select_for_update(no_key=True).filter(pk=pk).first()
    if member is None:
        raise MemberGone
    return member


def unless_gone(act: Callable[P, object]) -> Callable[P, bool]:
    """One row of a sweep. Where its account is deleted at that moment there is nothing to do, and the sweep goes on."""

    @wraps(act)
    def done(*args: P.args, **kwargs: P.kwargs) -> bool:
        try:
            return bool(act(*args, **kwargs))
        except MemberGone:
            return False

    return done


def lock_cards(member: User) -> None:
    """Before an address (a unique column) is changed or the row goes: that shuts out whoever writes a row about the
    member, a worker among them that holds one of the cards already."""
    list(Card.objects.select_for_update(of=("self",)).filter(member=member).order_by("pk").values_list("pk"))


def let_go_lately(row: LinkRequest) -> bool:
    """Another account let this KPJ go within a day: only a code links it so soon. But a person who left by BERHENTI
    comes back by DAFTAR: both times the upstream said that NIK and phone are theirs."""
    since = timezone.now() - FREE_AFTER
    gone = Card.objects.filter(kpj_index=row.kpj_index, state=Card.State.UNLINKED, unlinked_at__gt=since)
    gone = gone.exclude(member=row.member_id)
    if row.phone_sealed:
        gone = gone.exclude(member__email=None, member__nik_index=row.nik_index, proof=Card.Proof.PHONE)
    return gone.exists()


def holder_of(index: bytes) -> Card | None:
    """The card by which somebody holds this KPJ now, locked until the transaction ends. One that was outranked holds
    nothing any more."""
    held = Card.objects.select_for_update(of=("self",)).select_related("member")
    return held.filter(kpj_index=index, state__in=selectors.VISIBLE).exclude(frozen_because=Because.OUTRANKED).first()


def with_dependants(card: Card) -> list[Card]:
    """The card and those that rest on its proof, locked. The caller holds the card's own lock."""
    resting = Card.objects.select_for_update(of=("self",)).select_related("member").order_by("pk")
    return [card, *resting.filter(proved_by=card, state__in=selectors.VISIBLE)]


def freeze_for_dispute(*, card: Card, source: Source) -> None:
    """With all that rests on its proof. What its owner or staff froze before keeps that reason, so that a settled
    dispute does not thaw it."""
    for one in with_dependants(card):
        if one.state == Card.State.ACTIVE:
            freeze(one, Because.DISPUTED)
        audit.record(Action.CARD_FROZEN, source, member=one.member, card=one.public_id)


def outrank(*, card: Card, source: Source) -> None:
    """Somebody else proved this KPJ by a code, where its holder has staff's word only: it gives way, closed."""
    freeze(card, Because.OUTRANKED)
    audit.record(Action.CARD_FROZEN, source, member=card.member, card=card.public_id, because=Because.OUTRANKED)


def freeze(card: Card, because: str) -> None:
    card.state, card.frozen_because = Card.State.FROZEN, because
    card.save(update_fields=["state", "frozen_because", "reported_at"])


def thaw(cards: Iterable[Card], source: Source, *, after: str) -> None:
    """Open those that were closed for the reason `after`, as far as nothing else keeps them closed."""
    for one in cards:
        if one.state != Card.State.FROZEN or one.frozen_because != after:
            continue
        because = _still_closed_by(one)
        one.state, one.frozen_because = (Card.State.FROZEN if because else Card.State.ACTIVE), because
        one.save(update_fields=["state", "frozen_because", "reported_at", "locked_at", "unlock_at"])
        if not because:
            audit.record(Action.CARD_UNFROZEN, source, member=one.member, card=one.public_id)


def thaw_after_dispute(*, card: Card, source: Source) -> None:
    """With what rests on its proof, unless another dispute about it or about its proof is open."""
    thaw(with_dependants(card), source, after=Because.DISPUTED)


def _still_closed_by(card: Card) -> str:
    disputes = LinkRequest.objects.open().filter(state=LinkRequest.State.DISPUTED)
    if disputes.filter(contested_card__in=(card.pk, card.proved_by_id)).exists():
        return Because.DISPUTED
    if card.reported_at or (card.proved_by and card.proved_by.reported_at):
        return Because.REPORTED
    return Because.OWNER if card.locked_at else ""


@transaction.atomic
def unlink(*, card: Card, source: Source, reason: str = "") -> None:
    """Raises InDispute, Locked. The number, the upstream's handles and everything other apps hold go in this
    transaction, and with them the cards that rest on this one's proof: otherwise whoever must fear a dispute lets the
    proof go and keeps what it brought."""
    member = lock_member(card.member_id)
    card = Card.objects.select_for_update(of=("self",)).select_related("member").get(pk=card.pk)
    if card.state == Card.State.UNLINKED:
        return
    falling = with_dependants(card)
    by_staff = source.door == Door.ADMIN
    if any(one.frozen_because == Because.DISPUTED for one in falling):
        raise InDispute
    if not by_staff and any(one.frozen_because == Because.REPORTED for one in falling):
        raise InDispute
    if not by_staff and (member.locked_at or any(one.locked_at for one in falling)):
        raise Locked
    let_all_go(falling, source, reason)


def let_all_go(falling: list[Card], source: Source, reason: str) -> None:
    """The cards of one proof, the proof last. Whoever held them is told once."""
    for one in reversed(falling):
        let_go(card=one, source=source, reason=reason)
    telling.card_unlinked(falling[0])


def let_go(*, card: Card, source: Source, reason: str = "") -> None:
    """Without the question of a dispute; the caller holds the row's lock. The keyed hash and last digits stay."""
    for forget in on_unlink:
        forget(card)
    card.state, card.frozen_because, card.unlinked_at = Card.State.UNLINKED, "", timezone.now()
    card.locked_at = card.unlock_at = card.reported_at = None
    card.kpj = card.member_ref = card.card_ref = ""
    for name in DETAILS:
        setattr(card, name, None if name in _DATES else "")
    OfferedCard.objects.filter(Q(proved_by=card) | Q(member=card.member, kpj_index=card.kpj_index)).delete()
    card.save(update_fields=_LET_GO)
    audit.record(Action.CARD_UNLINKED, source, member=card.member, card=card.public_id, reason=reason)


def take_details(target: Card | OfferedCard, record: CardRecord) -> None:
    target.membership, target.segment = record.status.value, record.segment.value
    target.employer_name = (record.employer_name or "")[:140]
    target.joined_on, target.inactive_since = record.joined_on, record.inactive_since
    target.merged_into_last4 = (record.merged_into_kpj or "")[-4:]
