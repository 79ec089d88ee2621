"""Nouns: where a member worked, told by all their cards at once, in three queries however many there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Final
from uuid import UUID

from django.db.models import Max
from django.utils import timezone

from accounts.models import Card
from balances.models import Contribution, Employment
from balances.selectors import over, statement_of
from balances.timeline import Tenure, Timeline, timeline
from providers.port import CardStatus

CLAIMS_AT_ONCE: Final = 5  # one look at many cards asks for the statements of so many


class CardState(StrEnum):
    LOCKED = "locked"
    ASKING = "asking"  # no statement yet: asked for now, or next
    FAILED = "failed"
    EMPTY = "empty"  # the upstream tells of no employment
    TOLD = "told"


@dataclass(frozen=True, kw_only=True)
class CardLine:
    card_id: UUID
    last_four: str
    employer: str
    state: CardState
    reason: str  # why it is locked, or the code of the failure
    merged_into_last_four: str
    merged_into: UUID | None


@dataclass(frozen=True, kw_only=True)
class History:
    cards: tuple[CardLine, ...]
    timeline: Timeline

    @property
    def asking(self) -> bool:
        return any(card.state is CardState.ASKING for card in self.cards)

    @property
    def incomplete(self) -> bool:
        return any(card.state in {CardState.LOCKED, CardState.ASKING, CardState.FAILED} for card in self.cards)


def next_to_ask(cards: Sequence[Card]) -> list[Card]:
    """Those due for their statement, never fetched ones first; the others wait for the next look."""
    due = [card for card in cards if card.state == Card.State.ACTIVE and _is_due(card)]
    return sorted(due, key=lambda card: bool((row := statement_of(card)) and row.fetched_at))[:CLAIMS_AT_ONCE]


def _is_due(card: Card) -> bool:
    row = statement_of(card)
    return row is None or (row.next_fetch_at is not None and row.next_fetch_at <= timezone.now())


def history_of(cards: Sequence[Card], targets: dict[UUID, UUID]) -> History:
    """`cards` come from selectors.statement_cards_of, `targets` from accounts.selectors.merge_targets."""
    seen = [card for card in cards if card.state == Card.State.ACTIVE]
    told: dict[int, list[Employment]] = defaultdict(list)
    for row in Employment.objects.filter(card__in=seen):
        told[row.card_id].append(row)
    newest = Contribution.objects.filter(card__in=seen).values_list("card_id").annotate(newest=Max("month")).order_by()
    last_months = dict(newest)
    tenures = [one for card in seen for one in _tenures(card, told[card.pk], last_months.get(card.pk))]
    lines = tuple(_line(card, bool(told[card.pk]), targets.get(card.public_id)) for card in cards)
    return History(cards=lines, timeline=timeline(tenures, timezone.localdate()))


def _tenures(card: Card, rows: Sequence[Employment], last_month: str | None) -> list[Tenure]:
    """Of the employments told, else of what the card's list entry says: an employer and two dates."""
    ended = over(card, last_month)
    if rows or not (card.employer_name or card.joined_on):
        return [_tenure(card, row, ended) for row in rows]
    known = Employment(employer_name=card.employer_name, segment=card.segment, started_on=card.joined_on)
    return [replace(_tenure(card, known, ended), from_card=True)]


def _tenure(card: Card, row: Employment, ended: date | None) -> Tenure:
    end = row.ended_on or ended
    return Tenure(
        card_id=card.public_id,
        last_four=card.kpj_last4,
        employer_name=row.employer_name,
        npp=row.npp,
        segment=row.segment,
        started_on=row.started_on,
        ended_on=end,
        running=end is None and card.membership in {"", CardStatus.AKTIF},
        merged_into_last_four=card.merged_into_last4,
    )


def _line(card: Card, told: bool, target: UUID | None) -> CardLine:
    state, reason = _state(card, told)
    return CardLine(
        card_id=card.public_id,
        last_four=card.kpj_last4,
        employer=card.employer_name,
        state=state,
        reason=reason,
        merged_into_last_four=card.merged_into_last4,
        merged_into=target,
    )


def _state(card: Card, told: bool) -> tuple[CardState, str]:
    row = statement_of(card)
    if card.state != Card.State.ACTIVE:
        return CardState.LOCKED, card.frozen_because
    if row is not None and row.fetched_at:
        return (CardState.TOLD if told else CardState.EMPTY), ""
    if row is not None and row.last_error and not row.in_flight:
        return CardState.FAILED, row.last_error
    return CardState.ASKING, ""
