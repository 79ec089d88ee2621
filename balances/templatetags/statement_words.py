"""The words of balances.statement_wording for templates, judged by the present moment."""

from datetime import date
from decimal import Decimal

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from balances import statement_wording
from balances.ledger import StatementReading, Year
from balances.reading import State
from balances.templatetags.balance_words import figure

register = template.Library()

_ICONS = {
    State.FRESH: "check",
    State.STALE: "clock",
    State.PENDING: "clock",
    State.LOCKED: "lock",
    State.ERROR: "alert",
}


@register.filter
def statement_sentences(reading: StatementReading) -> list[str]:
    return statement_wording.sentences(reading, timezone.now())


@register.filter
def reconciliation(reading: StatementReading) -> list[str]:
    return statement_wording.reconciliation(reading)


@register.filter
def statement_label(reading: StatementReading) -> str:
    return str(statement_wording.LABELS[reading.state])


@register.filter
def statement_icon(reading: StatementReading) -> str:
    return f"icons/{_ICONS.get(reading.state, 'info')}.svg"


@register.filter
def status_word(status: str) -> str:
    return str(statement_wording.STATUSES.get(status, statement_wording.STATUSES["UNKNOWN"]))


@register.filter
def rate(year: Year) -> str:
    return statement_wording.rate(year)


@register.filter
def signed_figure(amount: Decimal) -> SafeString:
    """An amount with a minus sign in front where it goes out."""
    return format_html("−{}", figure(-amount)) if amount < 0 else figure(amount)


@register.filter
def short_date(day: date) -> str:
    """12-09-2026, as on the official statement."""
    return f"{day:%d-%m-%Y}"
