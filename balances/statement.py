"""Verbs: asking the upstream for a card's statement (11, J2, J3, J4) and storing it as one whole.

The same claim row as for balances (ADR 3): the row is the schedule, a failure or a refused answer keeps the last one.
Only periods that can still change are asked for again; where sums then do not meet, everything is asked for once more.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.claim import Answer, lease, patiently, unworded
from accounts.models import Card
from accounts.ring import ring
from accounts.selectors import cards_in_use
from accounts.services.cards import DETAILS, take_details
from balances import freshness, ledger, notices
from balances.fetching import SETTLED, after_failure, ahead, hold_back, make_row, told_by
from balances.models import Contribution, Employment, Statement, StatementYear
from balances.selectors import contribution_row, rules, statement_of, year_rows
from providers.errors import HeldBack, Merged, NotFound, ProviderError
from providers.factory import get_provider
from providers.port import BalanceAnswer, CardRecord, ContributionRecord, Provider, YearRecord

log = logging.getLogger("jht.statements")

STATEMENT_TASK = "balances.refresh_statement"
FIRST_YEAR = 1977  # of the scheme's predecessor: where the upstream does not say when membership began
CALLS_EACH = 4
UNSETTLED = ("BELUM_BAYAR", "DITERIMA", "SEBAGIAN", "UNKNOWN")


# Asking


def claim_statement(card: Card, *, sweeping: bool = False) -> bool:
    """Wins the fetch of a due statement and rings a worker. A GET may do this (ADR 10)."""
    if card.state != Card.State.ACTIVE:
        return False
    row = statement_of(card)
    if row is not None and (row.next_fetch_at is None or row.next_fetch_at > timezone.now()):
        return False
    with transaction.atomic():
        if row is None and not _make_row(card):
            return False
        token = Statement.objects.fetchable().claim(card.pk)
        if token is None:
            return False
        if card.statement.planned_at and not sweeping:  # a member waits now: no longer the sweep's low priority
            Statement.objects.filter(pk=card.pk).update(planned_at=None)
        ring(STATEMENT_TASK, card.public_id, token)
    card.statement.fetch_started_at, card.statement.next_fetch_at = token, token + lease()
    return True


def _make_row(card: Card) -> bool:
    row = make_row(Statement, card)
    if row is not None:
        card.statement = row
    return row is not None


def balance_moved(card: Card) -> None:
    """The balance has a new date or amount, so the statement is due: now, unless somebody is at it or must wait."""
    Statement.objects.filter(pk=card.pk, fetch_started_at__isnull=True, failures=0).update(next_fetch_at=timezone.now())


# Fetching


@dataclass(frozen=True, kw_only=True)
class _Told:
    """One whole answer: of `years` and `rows` only those from `first_year` and `first_month` on were asked for."""

    balance: BalanceAnswer | None  # None: the card was merged away
    record: CardRecord
    first_year: int
    first_month: str
    years: Sequence[YearRecord] = ()
    rows: Sequence[ContributionRecord] = ()


class _Superseded(Exception):
    """The claim passed to another worker."""


class _Refused(Exception):
    """The answer must not replace what is stored; the message is the code."""


class _Claimed:
    """Our claim, with its lease renewed before each call: together they may take longer than one lease."""

    def __init__(self, card: Card, token: datetime) -> None:
        self.card, self.token = card, token

    def ask(self, call: Callable[[], Answer]) -> Answer:
        """Waits in place for a turn that is near: giving up would waste the calls before and cost a sweep."""
        mine = Statement.objects.take_over(self.card.pk, self.token)
        if mine is None:
            raise _Superseded
        self.token = mine
        return patiently(call)


def refresh_statement(*, card_id: UUID, token: datetime) -> str:
    """One try to fetch a card's statement, if the token is still the claim's. Returns the outcome's code."""
    found = cards_in_use().select_related("statement", "balance").filter(public_id=card_id).first()
    if found is None or statement_of(found) is None:
        return "gone"
    claim = _Claimed(found, token)
    try:
        provider = get_provider(priority="sweep" if found.statement.planned_at else "member")
        return _settle(claim, _told(claim, provider))
    except _Superseded:
        return "superseded"
    except HeldBack as held:
        hold_back(Statement, found, claim.token, wait=held.wait)
        return HeldBack.code
    except Exception as error:
        return _failed(claim, *_judged(error, card_id))


def _judged(error: Exception, card_id: UUID) -> tuple[str, timedelta | None]:
    """The code to keep, the time the upstream named, and one log line where staff must know."""
    if isinstance(error, _Refused):
        log.error("statement_answer_refused code=%s card=%s", error, card_id)
        return str(error), None
    if isinstance(error, ProviderError):
        if error.alarm:
            log.error("statement_fetch_failed code=%s detail=%r card=%s", error.code, error.detail, card_id)
        return error.code, told_by(error)
    # A bug of ours must not be rung for again every few seconds.
    log.error("statement_fetch_failed code=%s card=%s", freshness.INTERNAL_ERROR, card_id, exc_info=unworded(error))
    return freshness.INTERNAL_ERROR, None


def _told(claim: _Claimed, provider: Provider) -> _Told:
    card, balance, record = claim.card, _balance(claim, provider), _record(claim, provider)
    start = _beginning(card, record)
    stored = list(card.statement_years.all())
    first_year = min((year.year for year in stored if not year.final), default=start)
    unsettled = card.contributions.filter(status__in=UNSETTLED).values_list("month", flat=True)
    first_month = min([*unsettled, f"{first_year:04d}-01"])
    told = _asked(
        claim, provider, _Told(balance=balance, record=record, first_year=first_year, first_month=first_month)
    )
    if stored and _differences(card, told):
        told = _asked(claim, provider, replace(told, first_year=start, first_month=f"{start:04d}-01"))
    return told


def _balance(claim: _Claimed, provider: Provider) -> BalanceAnswer | None:
    """What the years must end at, asked in the same breath."""
    card = claim.card
    try:
        answer = claim.ask(lambda: provider.fetch_balance(kpj=card.kpj, member_ref=card.member_ref))
    except Merged:
        return None
    known = [row.as_of for row in (card.statement, getattr(card, "balance", None)) if row and row.as_of]
    refusal = freshness.refusal(
        amount=answer.amount,
        as_of=answer.as_of,
        stored_as_of=max(known, default=None),
        now=timezone.now(),
        ahead=ahead(),
    )
    if refusal:
        raise _Refused(refusal)
    return answer


def _record(claim: _Claimed, provider: Provider) -> CardRecord:
    """The list names no member, so our own card must stand in it."""
    for record in claim.ask(lambda: provider.list_cards(member_ref=claim.card.member_ref)):
        if record.kpj == claim.card.kpj:
            return record
    raise _Refused(freshness.BAD_ANSWER)


def _beginning(card: Card, record: CardRecord) -> int:
    starts = [job.started_on for job in record.employments if job.started_on]
    starts += [day for day in (record.joined_on, card.joined_on) if day]
    return min((day.year for day in starts), default=FIRST_YEAR)


def _asked(claim: _Claimed, provider: Provider, told: _Told) -> _Told:
    """Fills in the years and rows from where they are asked for."""
    kpj, member_ref, today = claim.card.kpj, claim.card.member_ref, timezone.localdate()
    last_year, last_month = max(today.year, told.first_year), max(f"{today:%Y-%m}", told.first_month)
    try:
        years = claim.ask(
            lambda: provider.fetch_years(
                kpj=kpj, member_ref=member_ref, first_year=told.first_year, last_year=last_year
            )
        )
    except NotFound:  # of this range only: no year has begun yet
        years = ()
    rows = claim.ask(
        lambda: provider.fetch_contributions(
            kpj=kpj, member_ref=member_ref, first_month=told.first_month, last_month=last_month
        )
    )
    return replace(told, years=years, rows=rows)


def _differences(card: Card, told: _Told) -> tuple[ledger.Difference, ...]:
    """Of the statement as it would stand, with what is stored of the periods that were not asked for."""
    as_of = told.balance.as_of if told.balance else None
    older = card.statement_years.filter(year__lt=told.first_year)
    years = year_rows([*older, *_years(card, told)], as_of)
    older_rows = card.contributions.filter(month__lt=told.first_month)
    rows = [contribution_row(row) for row in [*older_rows, *_rows(card, told)]]
    return ledger.differences(
        years,
        rows,
        balance=told.balance.amount if told.balance else None,
        as_of=timezone.localdate(as_of) if as_of else None,
    )


# Storing


def _settle(claim: _Claimed, told: _Told) -> str:
    """Writes the answer as one whole if the claim is still ours and the card is still linked."""
    card = claim.card
    if card.statement.settled and _differences(card, told):
        raise _Refused(freshness.BAD_ANSWER)  # what is stored adds up and the answer does not
    now = timezone.now()
    fields = SETTLED | _head(told)
    fields |= {"fetched_at": now, "settled": not _differences(card, told), "next_fetch_at": now + rules().fresh_for}
    with transaction.atomic():
        linked = Card.objects.select_for_update().filter(pk=card.pk).exclude(state=Card.State.UNLINKED).first()
        if linked is None:
            return "gone"
        if not Statement.objects.finish(card.pk, claim.token, **fields):
            return "superseded"
        before = notices.before(card)
        _replace(card, told)
        take_details(linked, told.record)
        linked.save(update_fields=DETAILS)
        notices.statement_stored(linked, before)
    return "ok"


def _head(told: _Told) -> dict[str, Any]:
    answer = told.balance
    if answer is None:
        return {"amount": None, "as_of": None, "unavailable_reason": "", "contributions_until": ""}
    if answer.amount is None:
        return {"amount": None, "as_of": None, "unavailable_reason": answer.unavailable_reason or "UNKNOWN"}
    return {
        "amount": answer.amount,
        "as_of": answer.as_of,
        "unavailable_reason": "",
        "contributions_until": answer.contributions_until or "",
    }


def _replace(card: Card, told: _Told) -> None:
    card.statement_years.filter(year__gte=told.first_year).delete()
    StatementYear.objects.bulk_create(_years(card, told))
    new = _rows(card, told)
    ids = [row.row_id for row in new]
    card.contributions.filter(Q(month__gte=told.first_month) | Q(row_id__in=ids)).delete()
    Contribution.objects.bulk_create(new)
    card.employments.all().delete()
    Employment.objects.bulk_create(
        Employment(
            card=card,
            npp=job.npp or "",
            employer_name=(job.employer_name or "")[:140],
            segment=job.segment.value,
            started_on=job.started_on,
            ended_on=job.ended_on,
        )
        for job in told.record.employments
    )


_SUMS = ("opening", "worker", "employer", "returns", "correction", "claims", "closing")


def _years(card: Card, told: _Told) -> list[StatementYear]:
    return [
        StatementYear(
            card=card,
            year=year.year,
            **{name: getattr(year, name) for name in _SUMS},
            rate_percent=year.rate_percent,
            rate_status=year.rate_status or "",
            final=year.final,
            published_on=year.published_on,
            unavailable_reason=year.unavailable_reason or "",
        )
        for year in told.years
    ]


def _rows(card: Card, told: _Told) -> list[Contribution]:
    return [
        Contribution(
            card=card,
            row_id=row.row_id,
            month=row.month,
            npp=row.npp or "",
            employer_name=(row.employer_name or "")[:140],
            wage=row.wage,
            worker=row.worker,
            employer=row.employer,
            back_pay=row.back_pay,
            paid_on=row.paid_on,
            posted_on=row.posted_on,
            status=row.status.value,
        )
        for row in reversed(told.rows)  # oldest first
    ]


def _failed(claim: _Claimed, code: str, told: timedelta | None) -> str:
    """What is stored stays."""
    columns = after_failure(code, failures=claim.card.statement.failures, told=told)
    return code if Statement.objects.finish(claim.card.pk, claim.token, **columns) else "superseded"


# Forgetting


def forget_statement(card: Card) -> None:
    """With the unlinking's own transaction, as for the balance."""
    for model in (Contribution, StatementYear, Employment):
        model.objects.filter(card=card).delete()
    Statement.objects.filter(pk=card.pk).delete()
