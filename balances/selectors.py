"""Nouns: what a door may know about balances, always as Readings, one query for all cards of a member."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from accounts.models import Card, User
from accounts.selectors import cards_visible_to, merge_targets
from balances import freshness, ledger
from balances.claim_rules import Dates
from balances.duedates import calendar, last_day
from balances.freshness import Facts, Rules
from balances.ledger import StatementReading
from balances.models import Balance, Contribution, Employment, Statement, StatementYear
from balances.months import Seen, Stretch, seen_until, stretches
from balances.reading import Reading, State, Total
from providers.port import AccountStatus, CardStatus

_BEFORE_CLAIM: Final = (AccountStatus.ACTIVE, AccountStatus.DORMANT, AccountStatus.NEW)


def cards_of(member: User) -> list[Card]:
    """The cards this person may see, each with its balance row or none, in one query."""
    return list(cards_visible_to(member).select_related("balance"))


def readings_for(member: User) -> list[Reading]:
    return [reading_of(card) for card in cards_of(member)]


def reading_for(member: User, card_id: UUID) -> Reading | None:
    """None where the card does not exist or is somebody else's: nobody learns which."""
    card = cards_visible_to(member).select_related("balance").filter(public_id=card_id).first()
    return reading_of(card) if card else None


def balance_of(card: Card) -> Balance | None:
    """The row beside a card, without a query when the card was loaded with it."""
    return getattr(card, "balance", None)


def rules() -> Rules:
    return Rules(
        fresh_for=timedelta(seconds=settings.BALANCE_FRESH_FOR_SECONDS),
        refresh_every=timedelta(seconds=settings.REFRESH_MIN_INTERVAL_SECONDS),
        loud_after=timedelta(days=settings.LOUD_NOTICE_AFTER_DAYS),
    )


def facts_of(card: Card) -> Facts:
    """A card without a row, or not yet fetched, speaks by what its list entry (J2) said when it was linked."""
    balance = balance_of(card) or Balance(card=card)
    return Facts(
        locked=card.state != Card.State.ACTIVE,
        merged=balance.merged or card.membership == CardStatus.DIGABUNG,
        claimed=balance.account_status == AccountStatus.CLOSED or card.membership == CardStatus.DIKLAIM,
        amount_known=balance.amount is not None,
        reason_given=bool(balance.unavailable_reason),
        failed=bool(balance.last_error),
        as_of=balance.as_of,
        fetched_at=balance.fetched_at,
        in_flight=balance.in_flight,
        next_fetch_at=balance.next_fetch_at,
        asked_at=balance.asked_at,
        retry_at=balance.retry_at,
    )


def reading_of(card: Card, now: datetime | None = None) -> Reading:
    now = now or timezone.now()
    balance, facts, limits = balance_of(card) or Balance(card=card), facts_of(card), rules()
    state = freshness.state_of(facts, limits, now)
    # The card list (J2) may tell of a claim before the balance does: an amount from before it is not what is left.
    before_claim = state is State.CLAIMED and balance.account_status in _BEFORE_CLAIM
    shown = freshness.shows_amount(state) and balance.amount is not None and not before_claim
    return Reading(
        card_id=card.public_id,
        last_four=card.kpj_last4,
        employer=card.employer_name,
        segment=card.segment,
        state=state,
        reason=_reason(card, balance, state),
        failure="" if state in {State.LOCKED, State.MERGED} else balance.last_error,
        amount=balance.amount if shown else None,
        as_of=timezone.localdate(balance.as_of) if shown and balance.as_of else None,
        fetched_at=balance.fetched_at,
        refreshing=freshness.is_refreshing(facts, now),
        held_back=balance.held_back,
        next_try_at=freshness.next_own_try(facts, now),
        can_refresh_at=freshness.may_refresh_at(facts, limits, now),
        merged_into_last_four=card.merged_into_last4 if state is State.MERGED else "",
        contributions_until=balance.contributions_until if shown else "",
        provisional=balance.provisional and shown,
        loud=shown and freshness.is_loud(facts, limits, now),
    )


def _reason(card: Card, balance: Balance, state: State) -> str:
    reasons = {State.LOCKED: card.frozen_because, State.UNAVAILABLE: balance.unavailable_reason}
    return reasons.get(state, "")


def dates_of(card: Card, member: User) -> Dates:
    """What claim rules hang on. Of a card in dispute nothing is told."""
    if card.state != Card.State.ACTIVE:
        return Dates(born=member.birth_date)
    return Dates(
        born=member.birth_date,
        joined_on=card.joined_on,
        inactive_since=card.inactive_since,
        active={str(CardStatus.AKTIF): True, str(CardStatus.NON_AKTIF): False}.get(card.membership),
    )


def with_targets(readings: Iterable[Reading], cards: Iterable[Card]) -> list[Reading]:
    """Merged cards lead to the member's card that they were merged into. `cards` are all of the member's."""
    targets = merge_targets(cards)
    return [
        replace(one, merged_into=targets.get(one.card_id)) if one.state is State.MERGED else one for one in readings
    ]


@dataclass(frozen=True, kw_only=True)
class Reported:
    """What the newest contribution of a card says: the wage, and both shares together, in rupiah a month."""

    month: str  # YYYY-MM
    wage: Decimal | None
    paid: Decimal


def newest_contribution(card: Card) -> Reported | None:
    """None for a card that is closed, no longer active, or without a paid row."""
    if card.state != Card.State.ACTIVE or card.membership != CardStatus.AKTIF:
        return None
    rows = card.contributions.exclude(status__in=("KOREKSI", "BELUM_BAYAR"))
    row = rows.order_by("-month", "-id").first()
    return Reported(month=row.month, wage=row.wage, paid=row.worker + row.employer) if row else None


def total_of(readings: Iterable[Reading]) -> Total | None:
    """None with fewer than two amounts: nothing to add. Amounts of different dates are added, never silently."""
    readings = list(readings)
    counted: Sequence[Reading] = [one for one in readings if one.amount is not None]
    if len(counted) <= 1:
        return None
    left_out = Counter(one.state for one in readings if one.amount is None)
    return Total(
        amount=sum((one.amount for one in counted if one.amount is not None), Decimal()),
        counted=len(counted),
        dates=tuple(sorted({one.as_of for one in counted if one.as_of is not None})),
        left_out=tuple((state, left_out[state]) for state in State if left_out[state]),
    )


# The statement


def statement_cards_of(member: User) -> list[Card]:
    """The cards this person may see, each with its balance and statement rows or none, in one query."""
    return list(cards_visible_to(member).select_related("balance", "statement"))


def statement_of(card: Card) -> Statement | None:
    """The row beside a card, without a query when the card was loaded with it."""
    return getattr(card, "statement", None)


def year_rows(years: Iterable[StatementYear], as_of: datetime | None) -> list[ledger.Year]:
    return [_year(year, timezone.localdate(as_of) if as_of else None) for year in years]


def _year(year: StatementYear, as_of: date | None) -> ledger.Year:
    """A year ends in December; while it is open, no later than the upstream's date."""
    end = date(year.year, 12, 31)
    return ledger.Year(
        year=year.year,
        as_of=min(end, as_of) if as_of and not year.final else end,
        opening=year.opening,
        worker=year.worker,
        employer=year.employer,
        returns=year.returns,
        correction=year.correction,
        claims=year.claims,
        closing=year.closing,
        rate_percent=year.rate_percent,
        rate_status=year.rate_status,
        final=year.final,
        published_on=year.published_on,
        unavailable_reason=year.unavailable_reason,
    )


def contribution_row(row: Contribution) -> ledger.Row:
    return ledger.Row(
        month=row.month,
        npp=row.npp,
        employer_name=row.employer_name,
        wage=row.wage,
        worker=row.worker,
        employer=row.employer,
        back_pay=row.back_pay,
        paid_on=row.paid_on,
        posted_on=row.posted_on,
        status=row.status,
    )


def statement_reading_of(
    card: Card, now: datetime | None = None, *, merged_into: UUID | None = None
) -> StatementReading:
    """What every door is told of a card's statement; three queries, none for a locked card."""
    now, row = now or timezone.now(), statement_of(card) or Statement(card=card)
    locked = card.state != Card.State.ACTIVE
    told = row.fetched_at is not None and not locked
    years = year_rows(card.statement_years.all(), row.as_of or row.fetched_at) if told else []
    facts = Facts(
        locked=locked,
        amount_known=any(year.known for year in years),
        reason_given=bool(row.unavailable_reason),
        failed=bool(row.last_error),
        as_of=row.as_of,
        fetched_at=row.fetched_at,
        in_flight=row.in_flight,
        next_fetch_at=row.next_fetch_at,
        retry_at=row.retry_at,
    )
    rows = [contribution_row(one) for one in card.contributions.all()] if told else []
    ended = over(card, rows[-1].month if rows else None)
    jobs = [_job(one, ended) for one in card.employments.all()] if told else []
    as_of = timezone.localdate(row.as_of) if row.as_of else None
    return StatementReading(
        card_id=card.public_id,
        last_four=card.kpj_last4,
        employer=card.employer_name,
        state=freshness.state_of(facts, rules(), now),
        reason=_reason_for_none(card, row),
        failure="" if locked else row.last_error,
        years=tuple(years),
        rows=tuple(rows),
        jobs=tuple(jobs),
        amount=row.amount,
        as_of=as_of,
        fetched_at=row.fetched_at,
        refreshing=freshness.is_refreshing(facts, now),
        held_back=row.held_back,
        next_try_at=freshness.next_own_try(facts, now),
        contributions_until=row.contributions_until,
        differences=ledger.differences(years, rows, balance=row.amount, as_of=as_of),
        segment=card.segment,
        merged_into_last_four=card.merged_into_last4,
        merged_into=merged_into,
    )


def _reason_for_none(card: Card, row: Statement) -> str:
    return card.frozen_because if card.state != Card.State.ACTIVE else row.unavailable_reason


def over(card: Card, last_month: str | None) -> date | None:
    """When the card stopped: from a closed account nothing more is expected, whatever the employments leave open.
    `last_month` is that of its newest contribution."""
    if card.inactive_since or card.membership not in {CardStatus.DIKLAIM, CardStatus.DIGABUNG}:
        return card.inactive_since
    return last_day(last_month) if last_month else None


def _job(row: Employment, ended: date | None) -> ledger.Job:
    return ledger.Job(
        npp=row.npp,
        employer_name=row.employer_name,
        segment=row.segment,
        started_on=row.started_on,
        ended_on=row.ended_on or ended,
    )


def seen_of(reading: StatementReading) -> date | None:
    return seen_until(as_of=reading.as_of, contributions_until=reading.contributions_until, years=reading.years)


def stretches_of(reading: StatementReading) -> list[Stretch]:
    """Each employment month by month, judged by how far the upstream says it has looked."""
    seen = Seen(
        until=seen_of(reading),
        today=timezone.localdate(),
        lag=timedelta(days=settings.POSTING_LAG_DAYS),
        calendar=calendar(),
    )
    return stretches(reading.jobs, reading.rows, seen)
