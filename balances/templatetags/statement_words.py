"""The words of balances.statement_wording for templates, judged by the present moment."""

from datetime import date
from decimal import Decimal

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString

from balances import statement_wording
from balances.duedates import Rule, calendar
from balances.growth import Level
from balances.ledger import Row, StatementReading, Year
from balances.months import Month, MonthState, Stretch, years_of
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
def statement_help(reading: StatementReading) -> str:
    return statement_wording.help_slug(reading)


@register.filter
def reconciliation_help(reading: StatementReading) -> list[str]:
    return statement_wording.reconciliation_help(reading)


@register.filter
def answer(stretches: list[Stretch]) -> str:
    return statement_wording.answer(stretches)


@register.filter
def years_to_look_at(stretch: Stretch) -> list[int]:
    """With a month that is missing or paid in part."""
    return sorted(years_of([stretch], MonthState.MISSING, MonthState.PARTIAL))


@register.filter
def stretch_help(stretch: Stretch) -> list[str]:
    return statement_wording.stretch_help(stretch)


@register.filter
def statement_label(reading: StatementReading) -> str:
    return str(statement_wording.LABELS[reading.state])


@register.filter
def statement_icon(reading: StatementReading) -> str:
    return f"icons/{_ICONS.get(reading.state, 'info')}.svg"


@register.simple_tag
def row_status(row: Row, stretches: list[Stretch]) -> str:
    return statement_wording.row_status(row, stretches)


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


@register.filter
def month_name(number: int) -> str:
    """Jan, Feb, Mar, from 1 to 12."""
    return date_format(date(2026, number, 1), "M")


@register.filter
def month_words(one: Month) -> str:
    return statement_wording.month_words(one)


@register.filter
def sign(one: Month) -> str:
    return statement_wording.SIGNS[one.state]


@register.filter
def stretch_name(stretch: Stretch) -> str:
    return statement_wording.stretch_name(stretch)


@register.filter
def stretch_span(stretch: Stretch) -> str:
    return statement_wording.stretch_span(stretch)


@register.simple_tag
def stretch_sentences(stretch: Stretch, seen: date | None, support: str) -> list[str]:
    return statement_wording.stretch_sentences(stretch, seen, support)


@register.filter
def in_year(stretch: Stretch, year: int) -> list[Month | None]:
    return stretch.in_year(year)


@register.simple_tag
def due_rules(stretches: list[Stretch]) -> list[Rule]:
    """The present rule of each segment there is, to be named with its source."""
    found = {one.job.segment: calendar().rule(one.job.segment, f"{timezone.localdate():%Y-%m}") for one in stretches}
    return [rule for rule in found.values() if rule]


@register.simple_tag
def growth_description(levels: list[Level]) -> str:
    return statement_wording.growth_description(levels[0].year, levels[-1].year, levels[-1].as_of)
