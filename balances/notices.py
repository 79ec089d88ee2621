"""What about a member's money is news, told in the transaction that stores it (ADR 19).

What a card brings with it is not news: no old changes, years or merges. Months that are missing already are told once,
all together, because they are what a member most needs to know.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone

from accounts.claim import unworded
from accounts.models import Card
from accounts.services.notices import facts_told, tell
from balances.models import Balance, BalanceHistory
from balances.months import Month, MonthState
from balances.notice_wording import BALANCE_CHANGED, CARD_MERGED, MONTH_MISSING, YEAR_CLOSED
from balances.selectors import statement_of, statement_reading_of, stretches_of

log = logging.getLogger("jht.notices")

# Less than notices are kept for, so that no month is news again when the notice about it was pruned.
NEWS_FOR: Final = timedelta(days=365)


@dataclass(frozen=True, kw_only=True)
class Before:
    """What was stored of a statement: whether each year was final. None: there was no statement yet."""

    final: dict[int, bool] | None


def balance_changed(card: Card, before: Balance, new: BalanceHistory) -> None:
    """Every other figure than the last, a corrected one of the same date, too. The first is not a change."""
    if before.amount is None or before.as_of is None or not _open(card):
        return
    facts = {"as_of": _day(new.as_of), "more": new.amount > before.amount}
    with _not_in_the_way(card):
        tell(member=card.member, kind=BALANCE_CHANGED, card=card, subject=str(new.pk), facts=facts)


def card_merged(card: Card, before: Balance) -> None:
    if before.fetched_at and not before.merged and _open(card):
        with _not_in_the_way(card):
            tell(member=card.member, kind=CARD_MERGED, card=card)


def before(card: Card) -> Before:
    row = statement_of(card)
    if row is None or row.fetched_at is None:
        return Before(final=None)
    return Before(final=dict(card.statement_years.values_list("year", "final")))


def statement_stored(card: Card, told: Before) -> None:
    """The caller holds the card's lock, so that two never judge at once."""
    if not _open(card):
        return
    with _not_in_the_way(card):
        if told.final is not None:
            _years_closed(card, told.final)
        _months_missing(card, first=told.final is None)


@contextmanager
def _not_in_the_way(card: Card) -> Iterator[None]:
    """A bug of ours in telling must not keep the figures themselves from being stored."""
    try:
        with transaction.atomic():
            yield
    except Exception as error:
        log.error("notice_failed card=%s", card.public_id, exc_info=unworded(error))


def _years_closed(card: Card, was_final: dict[int, bool]) -> None:
    newest = max(was_final, default=date.max.year)
    for year in card.statement_years.filter(final=True):
        if not was_final.get(year.year, year.year < newest):  # of unknown ones only the newer are news
            rate = None if year.rate_percent is None else str(year.rate_percent)
            tell(member=card.member, kind=YEAR_CLOSED, card=card, subject=str(year.year), facts={"rate": rate})


def _months_missing(card: Card, *, first: bool) -> None:
    """One notice for all that is new."""
    stretches = stretches_of(statement_reading_of(card))
    missing = [one for stretch in stretches for one in stretch.months if one.state is MonthState.MISSING]
    known = {month for facts in facts_told(card=card, kind=MONTH_MISSING) for month in facts["months"]}
    since = date.min if first else timezone.localdate() - NEWS_FOR
    new = sorted(_since(missing, since) - known)
    if new:
        tell(member=card.member, kind=MONTH_MISSING, card=card, subject=new[-1], facts={"months": new})


def _since(months: Iterable[Month], day: date) -> set[str]:
    return {one.month for one in months if one.due and one.due >= day}


def _open(card: Card) -> bool:
    """Of a frozen card nothing is told, to anybody."""
    return card.state == Card.State.ACTIVE


def _day(moment: object) -> str:
    return timezone.localdate(moment).isoformat()  # type: ignore[arg-type]
