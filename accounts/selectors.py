"""Nouns: which cards, requests and offers a person may see. `cards_visible_to` is the one ownership guard."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts import consent, notices
from accounts.models import Card, LinkRequest, Notice, NoticeChoices, OfferedCard, User

VISIBLE: Final = (Card.State.ACTIVE, Card.State.FROZEN)
Visitor = User | AnonymousUser


def cards_visible_to(user: Visitor) -> QuerySet[Card]:
    """Active and frozen cards; what is shown of a frozen one is not the amount."""
    return Card.objects.filter(member_id=user.pk, state__in=VISIBLE) if user.is_authenticated else Card.objects.none()


def cards_in_use() -> QuerySet[Card]:
    """Active cards of members who agree: of others nothing is fetched or handed out, whichever door asks."""
    return Card.objects.filter(consent.allowed("member__"), state=Card.State.ACTIVE)


def merge_targets(cards: Iterable[Card]) -> dict[UUID, UUID]:
    """Card by card of one member: the one of them it was merged into. The upstream names it by number, of which four
    digits are kept, so nothing is said where two of the cards end alike."""
    cards = list(cards)
    endings = Counter(card.kpj_last4 for card in cards)
    by_ending = {card.kpj_last4: card.public_id for card in cards if endings[card.kpj_last4] == 1}
    merged = ((card, by_ending.get(card.merged_into_last4)) for card in cards if card.merged_into_last4)
    return {card.public_id: target for card, target in merged if target and target != card.public_id}


def resting_on(card: Card) -> QuerySet[Card]:
    """The member's other cards that were linked after this one was proved, and fall with it."""
    return Card.objects.filter(proved_by=card, state__in=VISIBLE)


def email_hint(member: User) -> str:
    """Enough for the owner to remember which mailbox it is."""
    name, _at, domain = (member.email or "").partition("@")
    return f"{name[:1]}•••@{domain}" if domain else ""


def link_requests_of(user: Visitor) -> QuerySet[LinkRequest]:
    if not user.is_authenticated:
        return LinkRequest.objects.none()
    return LinkRequest.objects.filter(member_id=user.pk).select_related("card")


def open_requests_of(user: Visitor) -> QuerySet[LinkRequest]:
    return link_requests_of(user).filter(ended_at__isnull=True)


def link_request_of(user: Visitor, public_id: UUID) -> LinkRequest | None:
    return link_requests_of(user).filter(public_id=public_id).first()


def offers_to(user: Visitor) -> QuerySet[OfferedCard]:
    """Other cards of the person, not yet linked or asked for; the card that proved them is linked and undisputed, and
    staff did not decide otherwise since."""
    if not user.is_authenticated:
        return OfferedCard.objects.none()
    same = {"kpj_index": OuterRef("kpj_index")}
    linked, asked = cards_visible_to(user).filter(**same), open_requests_of(user).filter(**same)
    mine = OfferedCard.objects.filter(member_id=user.pk, proved_by__state=Card.State.ACTIVE)
    return mine.exclude(Exists(linked)).exclude(Exists(asked)).exclude(Exists(refused_by_staff()))


def refused_by_staff() -> QuerySet[LinkRequest]:
    """The decision against an offered card, where its proof is no newer: asked for in a query of offers."""
    claim = {"member": OuterRef("member"), "kpj_index": OuterRef("kpj_index"), "refusal": "staff"}
    return LinkRequest.objects.filter(ended_at__gt=OuterRef("proved_by__linked_at"), **claim)


def notices_of(user: Visitor) -> QuerySet[Notice]:
    """Newest first. What the upstream told is news only to members who agree; security concerns everybody."""
    if not user.is_authenticated:
        return Notice.objects.none()
    mine = Notice.objects.filter(member_id=user.pk).select_related("card")
    return mine if user.consent_standing.allows else mine.exclude(kind__in=[one.code for one in notices.ordinary()])


def unread_notices(user: Visitor) -> int:
    return notices_of(user).filter(read_at__isnull=True).count()


def who_wants_mail() -> QuerySet[NoticeChoices]:
    """The choices of members who asked for any ordinary mail; its key is the member's."""
    return NoticeChoices.objects.filter(member__is_active=True).exclude(mail_kinds=[])


def link_requests_for_staff() -> QuerySet[LinkRequest]:
    """What waits for a decision, oldest first."""
    waiting = Q(state__in=LinkRequest.STAFF_STATES, ended_at__isnull=True)
    return LinkRequest.objects.filter(waiting).select_related("member", "contested_card").order_by("changed_at")


@dataclass(frozen=True, kw_only=True)
class LinkProgress:
    """A link request as its member is told of it; nothing tells refusals before J6 apart.

    `code` is a key of accounts.wording.PROGRESS, `step` goes from 1 to 3 (0: none to show),
    `polls` says whether a worker is at it.
    """

    code: str
    step: int
    ended: bool
    polls: bool
    takes_code: bool
    may_resend: bool
    delay: str
    code_note: str
    retry_at: datetime | None
    resend_after: datetime | None
    other_channels: tuple[str, ...]
    name_differs: bool
    looks_for_others: bool


_STEPS: Final = {"checking": 1, "checking_delayed": 1, "linked": 3, "refused": 0, "expired": 0, "cancelled": 0}


def link_progress(row: LinkRequest) -> LinkProgress:
    """Matching and sending the first code look the same: a refusal between them must not tell that data matched."""
    code = _progress_code(row)
    asks = row.state == LinkRequest.State.CODE_SENT
    late = code.endswith("_delayed")
    return LinkProgress(
        code=code,
        step=_STEPS.get(code, 2),
        ended=row.ended_at is not None,
        polls=row.state in LinkRequest.WORKER_STATES or _looks_for_others(row),
        takes_code=asks and bool(row.challenge_ref),
        may_resend=asks,
        delay=row.last_error if late else "",
        code_note=row.last_error if asks else "",
        retry_at=row.next_fetch_at if late else None,
        resend_after=row.code_after,
        other_channels=_other_channels(row) if asks else (),
        name_differs=_name_differs(row, code),
        looks_for_others=_looks_for_others(row),
    )


def _progress_code(row: LinkRequest) -> str:
    states = LinkRequest.State
    late = "_delayed" if row.failures else ""
    if row.state == states.MATCHING or (row.state == states.SENDING_CODE and not row.code_channel):
        return "checking" + late
    if row.state == states.SENDING_CODE:
        return "checking_delayed" if late else "sending_again"
    if row.state == states.CHECKING_CODE:
        return "code_checking" + late
    if row.state == states.CODE_SENT:
        return "code" if row.challenge_ref else "code_over"
    if row.state == states.WAITING_STAFF and row.reported_at:
        return "stopped"
    return row.state


def _name_differs(row: LinkRequest, code: str) -> bool:
    """Said from the first code on, and once more with the linked card: before a claim, not at it."""
    if row.ended_at:
        return bool(row.card and row.card.name_differs)
    return row.match_type == "POSS" and code not in _STEPS


def _looks_for_others(row: LinkRequest) -> bool:
    return row.state == LinkRequest.State.LINKED and row.next_fetch_at is not None and row.failures == 0


def _other_channels(row: LinkRequest) -> tuple[str, ...]:
    return tuple(name for name in row.code_channels.split(",") if name and name != row.code_channel)
