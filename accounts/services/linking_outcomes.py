"""How a link request goes on or ends. The caller holds the member's and the request's lock.

Whatever the end, `end` is the only place that reaches it, and it wipes what the member typed.
"""

from collections.abc import Callable

from django.utils import timezone

from accounts import audit, selectors
from accounts.audit import Action, Source
from accounts.models import Card, LinkRequest, User
from accounts.ring import ring
from accounts.services import cards, telling
from providers.port import new_reference

State = LinkRequest.State
# Called with the request in the transaction that ends it, before what was typed is wiped; other apps register what
# follows from it.
on_end: list[Callable[[LinkRequest], None]] = []
_WIPED = (
    "kpj_sealed",
    "nik_sealed",
    "name_sealed",
    "birth_date_sealed",
    "code_sealed",
    "phone_sealed",
    "member_ref_sealed",
    "reference",
    "challenge_ref",
    "card_ref",
    "code_channel",
    "code_channels",
    "code_destination",
)
_ENDS = {
    State.REFUSED: Action.LINK_REFUSED,
    State.EXPIRED: Action.LINK_EXPIRED,
    State.CANCELLED: Action.LINK_CANCELLED,
}


def start_step(row: LinkRequest, state: str) -> None:
    """Hand the request to a worker: a new reference, due now, and the bell."""
    _move(row, state)
    row.reference, row.next_fetch_at = new_reference(), timezone.now()
    row.save()
    ring_for(row)


def ring_for(row: LinkRequest, *, delay: float = 0.0) -> None:
    token = LinkRequest.objects.claim(row.pk)
    if token:
        ring("accounts.advance_link", row.public_id, token, delay=delay)


def wait(row: LinkRequest, state: str, *, note: str = "") -> None:
    """For the member or staff; no worker is due. `note` is a code of what came before."""
    _move(row, state)
    row.last_error, row.code_sealed = note, ""
    row.save()


def wait_for_code(row: LinkRequest, *, note: str, keep_challenge: bool = False) -> None:
    if not keep_challenge:
        row.challenge_ref, row.code_expires_at, row.attempts_left = "", None, None
    wait(row, State.CODE_SENT, note=note)


def wait_for_staff(row: LinkRequest, source: Source) -> None:
    """No code can prove this: the upstream holds no contact, or the member no longer has the one it holds."""
    wait(row, State.WAITING_STAFF)
    audit.record(Action.LINK_WAITS_FOR_STAFF, source, member=row.member, card=row.public_id)


def end(row: LinkRequest, state: str, source: Source, *, refusal: str = "") -> None:
    """Ends the request. `refusal` is for staff; a member's page is the same for every one before J6."""
    if row.state == State.DISPUTED:
        _end_dispute(row, state, source)
    _move(row, state)
    row.refusal = refusal
    for follow in on_end:  # before the wipe
        follow(row)
    for name in _WIPED:
        setattr(row, name, "")
    row.match_type, row.ended_at = "", row.changed_at
    row.code_expires_at = row.attempts_left = row.code_after = None
    row.save()
    if state in _ENDS:
        audit.record(_ENDS[State(state)], source, member=row.member, card=row.public_id, refusal=refusal)


def settle(row: LinkRequest, source: Source, *, proof: str, card_ref: str = "") -> None:
    """The card is proved: link it, or open a dispute with whoever holds it, or refuse a second person's card."""
    member = row.member
    if is_other_person(row):
        end(row, State.REFUSED, source, refusal="other_person")
        return
    holder = cards.holder_of(bytes(row.kpj_index))
    lost = holder if holder and _outranks(row, holder, proof) else None
    if lost:
        cards.outrank(card=lost, source=source)
        holder = None
    if holder and holder.member_id != member.pk:
        row.card_ref = card_ref
        dispute(row, holder, source)
        return
    if holder:
        _now_proved(holder, proof=proof, card_ref=card_ref)
    row.card = holder or _new_card(row, source, proof=proof, card_ref=card_ref)
    if lost:
        telling.card_outranked(lost, row.card)
    _learn_who(member, row)
    end(row, State.LINKED, source)
    start_step(row, State.LINKED)  # the person's other cards


def _outranks(row: LinkRequest, holder: Card, proof: str) -> bool:
    """A code beats staff's word and a text by SMS (ADR 24). Not where the holder locked the card or a case is open:
    staff decide then."""
    weaker = proof == Card.Proof.POSSESSION and holder.proof != Card.Proof.POSSESSION
    return weaker and holder.member_id != row.member_id and holder.state == Card.State.ACTIVE


def is_other_person(row: LinkRequest) -> bool:
    """The account is proved to be somebody with another NIK."""
    known = row.member.nik_index
    return known is not None and bytes(known) != bytes(row.nik_index)


def dispute(row: LinkRequest, holder: Card, source: Source) -> None:
    """Two people proved the same card: neither sees it until staff decided."""
    cards.freeze_for_dispute(card=holder, source=source)
    row.contested_card, row.challenge_ref = holder, ""
    wait(row, State.DISPUTED)
    telling.card_disputed(holder.member, row.member)
    audit.record(Action.CARD_DISPUTED, source, member=row.member, card=row.public_id)


def award(row: LinkRequest, source: Source) -> None:
    """A dispute is decided for the claimant: the holder loses the card and all that rests on its proof."""
    holder = cards.holder_of(bytes(row.kpj_index))
    if holder and holder.member_id != row.member_id and not is_other_person(row):
        for one in reversed(cards.with_dependants(holder)):
            cards.let_go(card=one, source=source, reason="dispute")
        _forget_who(holder.member)
        telling.dispute_decided(holder.member, won=False)
    settle(row, source, proof=Card.Proof.POSSESSION if row.card_ref else Card.Proof.STAFF, card_ref=row.card_ref)


def _new_card(row: LinkRequest, source: Source, *, proof: str, card_ref: str) -> Card:
    """Proved anew: what was outranked before gives way to it."""
    beaten = Card.objects.filter(kpj_index=row.kpj_index, member=row.member, frozen_because=cards.Because.OUTRANKED)
    for one in beaten.select_for_update(of=("self",)).select_related("member"):
        cards.let_go(card=one, source=source, reason="proved anew")
    return cards.make_card(
        member=row.member, kpj=row.kpj, member_ref=row.member_ref, proof=proof, card_ref=card_ref, source=source,
        name_differs=row.match_type == "POSS",
    )  # fmt: skip


def _now_proved(card: Card, *, proof: str, card_ref: str) -> None:
    """Linked by an offer while its own request was open: from now on it rests on its own proof."""
    if card.proved_by_id and card.state == Card.State.ACTIVE:
        card.proved_by, card.proof, card.card_ref = None, proof, card_ref
        card.save(update_fields=["proved_by", "proof", "card_ref"])


def _learn_who(member: User, row: LinkRequest) -> None:
    """The first proof tells us who the account's owner is."""
    if not member.nik_index:
        member.nik_index = row.nik_index
    if row.name_sealed and not member.name:
        member.name = row.name
    if row.birth_date_sealed and not member.birth_date_sealed:
        member.birth_date_iso = row.birth_date_iso
    member.save(update_fields=["nik_index", "name", "birth_date_sealed"])


def _forget_who(member: User) -> None:
    """The proof that told us who the account's owner is has fallen. The caller holds this member's lock, too."""
    if selectors.cards_visible_to(member).exists():
        return
    member.nik_index, member.name, member.birth_date_sealed = None, "", ""
    member.save(update_fields=["nik_index", "name", "birth_date_sealed"])


def _end_dispute(row: LinkRequest, state: str, source: Source) -> None:
    """Who gave up knows it; everybody else is told."""
    if state != State.LINKED and row.contested_card:
        _give_back(row, source)
    if state != State.CANCELLED:
        telling.dispute_decided(row.member, won=state == State.LINKED)


def _give_back(row: LinkRequest, source: Source) -> None:
    """The claim is over: the earlier holder sees the card again."""
    disputed = row.contested_card_id
    row.contested_card = None
    row.save(update_fields=["contested_card"])
    holder = cards.holder_of(bytes(row.kpj_index))
    if holder and holder.pk == disputed:
        cards.thaw_after_dispute(card=holder, source=source)
        if holder.frozen_because != Card.FrozenBecause.DISPUTED:
            telling.dispute_decided(holder.member, won=True)


def _move(row: LinkRequest, state: str) -> None:
    row.state, row.changed_at = state, timezone.now()
    row.next_fetch_at = row.fetch_started_at = None
    row.failures, row.last_error = 0, ""
