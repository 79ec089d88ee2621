"""Verbs: looking at balances and asking the upstream for newer ones.

The row is the schedule (ADR 3). No transaction is open while the upstream is asked. A failure keeps the last amount.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.audit import Action, Source
from accounts.claim import lease, patiently, unworded
from accounts.models import Card, User
from accounts.ring import ring
from accounts.selectors import cards_in_use
from accounts.services.cards import DETAILS, take_details
from balances import freshness, notices
from balances.fetching import SETTLED, after_failure, ahead, hold_back, make_row, told_by
from balances.models import Balance, BalanceHistory, FetchAttempt
from balances.reading import Reading
from balances.selectors import balance_of, facts_of, reading_of, rules
from balances.statement import balance_moved
from providers.errors import HeldBack, Merged, ProviderError
from providers.factory import get_provider
from providers.port import AccountStatus, BalanceAnswer, CardStatus, Provider

log = logging.getLogger("jht.balances")

REFRESH_TASK = "balances.refresh_balance"


# Looking


def look(*, member: User, cards: Sequence[Card], source: Source, seen: Collection[UUID]) -> list[Reading]:
    """The member's own look: asks for what is due and writes the first look of a session and day down.

    `cards` come from selectors.cards_of; `seen` are those this session looked at today. Where all were and none is due,
    nothing is read or written.
    """
    claim_due(cards)
    new = [card for card in cards if card.public_id not in seen]
    if new:
        _remember_look(member, new, source)
    return [reading_of(card) for card in cards]


def _remember_look(member: User, cards: Sequence[Card], source: Source) -> None:
    with transaction.atomic():
        audit.record_looks(source, member=member, cards=[card.public_id for card in cards])
        Balance.objects.filter(card__in=cards).update(viewed_on=timezone.localdate())


# Asking


def claim_due(cards: Sequence[Card]) -> int:
    """Claims and rings for each card that is due. A GET may do this (ADR 10): one upstream call a card and window."""
    return sum(claim_fetch(card) for card in cards if _is_due(card))


def _is_due(card: Card) -> bool:
    if card.state != Card.State.ACTIVE:
        return False
    balance = balance_of(card)
    return balance is None or (balance.next_fetch_at is not None and balance.next_fetch_at <= timezone.now())


def claim_fetch(card: Card, *, sweeping: bool = False, delay: float = 0.0) -> bool:
    """Wins the fetch of a due card and rings a worker, who begins `delay` seconds later.

    False when somebody else has it or the card is not active.
    """
    with transaction.atomic():
        if balance_of(card) is None and not _make_row(card):
            return False
        token = Balance.objects.fetchable().claim(card.pk)
        if token is None:
            return False
        if card.balance.planned_at and not sweeping:  # a member waits now: no longer the sweep's low priority
            Balance.objects.filter(pk=card.pk).update(planned_at=None)
        ring(REFRESH_TASK, card.public_id, token, delay=delay)
    card.balance.fetch_started_at, card.balance.next_fetch_at = token, token + lease()
    return True


def _make_row(card: Card) -> bool:
    row = make_row(Balance, card)
    if row is not None:
        card.balance = row
    return row is not None


class Asked(StrEnum):
    """What became of a person's wish for a newer balance."""

    ASKED = "asked"
    UNDER_WAY = "under_way"
    TOO_SOON = "too_soon"
    NOT_POSSIBLE = "not_possible"


def ask_refresh(*, card: Card, source: Source) -> Asked:
    """A manual refresh: one a card and REFRESH_MIN_INTERVAL_SECONDS, and not before the time the upstream named."""
    now = timezone.now()
    with transaction.atomic():
        if balance_of(card) is None and not _make_row(card):
            return Asked.NOT_POSSIBLE
        row = Balance.objects.fetchable().select_for_update(of=("self",)).filter(pk=card.pk).first()
        if row is None:
            return Asked.NOT_POSSIBLE
        card.balance = row
        facts = facts_of(card)
        if freshness.is_refreshing(facts, now):
            return Asked.UNDER_WAY
        if freshness.may_refresh_at(facts, rules(), now):
            return Asked.TOO_SOON
        row.asked_at = row.fetch_started_at = now
        row.next_fetch_at, row.planned_at = now + lease(), None
        row.save(update_fields=["asked_at", "fetch_started_at", "next_fetch_at", "planned_at"])
        audit.record(Action.BALANCE_REFRESH_ASKED, source, member=card.member, card=card.public_id)
        ring(REFRESH_TASK, card.public_id, now)
    return Asked.ASKED


# Fetching


@dataclass(frozen=True, kw_only=True)
class _Outcome:
    """What a try came to: the columns to write, here and on the card, and what staff will read."""

    code: str
    balance: dict[str, Any]
    card: dict[str, Any] = field(default_factory=dict)
    reference: str = ""


def refresh_balance(*, card_id: UUID, token: datetime) -> str:
    """One try to fetch a card's balance, if the token is still the claim's. Returns the outcome's code."""
    card = cards_in_use().select_related("balance").filter(public_id=card_id).first()
    if card is None or balance_of(card) is None:
        return "gone"
    mine = Balance.objects.take_over(card.pk, token)
    if mine is None:
        return "superseded"
    clock = time.monotonic()
    try:
        outcome = patiently(lambda: _fetch(card))
    except HeldBack as held:
        hold_back(Balance, card, mine, wait=held.wait)
        return HeldBack.code
    took = round((time.monotonic() - clock) * 1000)
    try:
        return _settle(card, mine, outcome, milliseconds=took)
    except Exception as error:  # what cannot be stored must not be fetched again at the end of every lease
        return _settle(card, mine, _our_fault(card, error), milliseconds=took)


def _fetch(card: Card) -> _Outcome:
    """Asks the upstream; raises only HeldBack, for then nothing was asked."""
    try:
        provider = get_provider(priority="sweep" if card.balance.planned_at else "member")
        return _asked(card, provider)
    except HeldBack:
        raise
    except ProviderError as error:
        if error.alarm:
            log.error("balance_fetch_failed code=%s detail=%r card=%s", error.code, error.detail, card.public_id)
        return _refused(card, error.code, reference=error.reference_no, told=told_by(error))
    except Exception as error:  # must not be rung for again every few seconds
        return _our_fault(card, error)


def _our_fault(card: Card, error: Exception) -> _Outcome:
    code = freshness.INTERNAL_ERROR
    log.error("balance_fetch_failed code=%s card=%s", code, card.public_id, exc_info=unworded(error))
    return _refused(card, code)


def _asked(card: Card, provider: Provider) -> _Outcome:
    try:
        answer = provider.fetch_balance(kpj=card.kpj, member_ref=card.member_ref)
    except Merged:
        return _merged(card, provider)
    refusal = freshness.refusal(
        amount=answer.amount,
        as_of=answer.as_of,
        stored_as_of=card.balance.as_of,
        now=timezone.now(),
        ahead=ahead(),
    )
    if refusal:
        log.error("balance_answer_refused code=%s card=%s", refusal, card.public_id)
        return _refused(card, refusal, reference=answer.reference_no)
    return _no_amount(answer) if answer.amount is None else _amount(answer)


_MEMBERSHIP = {
    AccountStatus.ACTIVE: CardStatus.AKTIF,
    AccountStatus.DORMANT: CardStatus.NON_AKTIF,
    AccountStatus.CLOSED: CardStatus.DIKLAIM,
}


def _answered(rest: timedelta) -> dict[str, Any]:
    now = timezone.now()
    return SETTLED | {"fetched_at": now, "next_fetch_at": now + rest}


def _amount(answer: BalanceAnswer) -> _Outcome:
    status = answer.account_status
    fields = {
        "amount": answer.amount,
        "as_of": answer.as_of,
        "account_status": status or "",
        "merged": False,
        "unavailable_reason": "",
        "provisional": answer.provisional,
        "contributions_until": answer.contributions_until or "",
        "returns_until": answer.returns_until or "",
        "rate_year": answer.rate_year,
        "rate_percent": answer.rate_percent,
    }
    card = {"membership": _MEMBERSHIP[status].value} if status in _MEMBERSHIP else {}
    return _Outcome(code="ok", balance=fields | _answered(rules().fresh_for), card=card, reference=answer.reference_no)


def _no_amount(answer: BalanceAnswer) -> _Outcome:
    """The last known amount stays, with its date."""
    fields = {"unavailable_reason": answer.unavailable_reason or "UNKNOWN", "merged": False}
    return _Outcome(code="no_amount", balance=fields | _answered(rules().fresh_for), reference=answer.reference_no)


def _merged(card: Card, provider: Provider) -> _Outcome:
    """Where the card went stands in the card list (J2); when that cannot be had now, a later fetch asks again."""
    try:
        records = provider.list_cards(member_ref=card.member_ref)
    except ProviderError:
        records = ()
    for record in records:
        if record.kpj == card.kpj:
            take_details(card, record)
    rest = freshness.MERGED_REST if card.merged_into_last4 else freshness.MERGED_SOMEWHERE_REST
    return _Outcome(
        code="merged",
        balance={"merged": True, "unavailable_reason": ""} | _answered(rest),
        card={name: getattr(card, name) for name in DETAILS} | {"membership": CardStatus.DIGABUNG.value},
    )


def _refused(card: Card, code: str, *, reference: str = "", told: timedelta | None = None) -> _Outcome:
    columns = after_failure(code, failures=card.balance.failures, told=told)
    return _Outcome(code=code, balance=columns, reference=reference)


def _settle(card: Card, mine: datetime, outcome: _Outcome, *, milliseconds: int) -> str:
    """Writes the outcome if the claim is still ours. A card unlinked meanwhile has no row, and nothing is written."""
    with transaction.atomic():
        # The card first, as unlinking does, or the two could wait for each other.
        linked = Card.objects.select_for_update().filter(pk=card.pk).exclude(state=Card.State.UNLINKED).first()
        before = Balance.objects.select_for_update().filter(pk=card.pk).first()
        if linked is None or before is None:
            return "gone"
        won = Balance.objects.finish(card.pk, mine, **outcome.balance)
        code = outcome.code if won else "superseded"
        FetchAttempt.objects.create(
            card=card,
            started_at=mine,
            milliseconds=milliseconds,
            outcome=code,
            upstream_reference=outcome.reference[:64],
        )
        if won:
            _keep(linked, before, outcome)
    return code


def _keep(card: Card, before: Balance, outcome: _Outcome) -> None:
    amount = outcome.balance.get("amount")
    if amount is not None and amount != before.amount:
        new = BalanceHistory.objects.create(card=card, amount=amount, as_of=outcome.balance["as_of"])
        notices.balance_changed(card, before, new)
    if outcome.code == "merged":
        notices.card_merged(card, before)
    if (amount, outcome.balance.get("as_of")) != (before.amount, before.as_of) and outcome.code in {"ok", "merged"}:
        balance_moved(card)
    changed = {name: value for name, value in outcome.card.items() if getattr(card, name) != value}
    if changed:
        Card.objects.filter(pk=card.pk).update(**changed)


# Forgetting


def forget_card(card: Card) -> None:
    """Unlinking deletes what we hold about the card's money, in the unlinking's own transaction.

    The caller holds the card's lock, for which a worker that has an answer to write waits, to find nothing here.
    """
    Balance.objects.filter(pk=card.pk).delete()
    BalanceHistory.objects.filter(card=card).delete()
    FetchAttempt.objects.filter(card=card).delete()
