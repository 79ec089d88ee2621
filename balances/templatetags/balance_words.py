"""The words of balances.wording for templates, judged by the present moment."""

import re
from datetime import date, datetime
from decimal import Decimal

from django import template
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from balances import wording
from balances.reading import Reading, State, Total

register = template.Library()

_ICONS = {
    State.FRESH: "check",
    State.STALE: "clock",
    State.PENDING: "clock",
    State.UNAVAILABLE: "info",
    State.LOCKED: "lock",
    State.MERGED: "arrow",
    State.CLAIMED: "info",
    State.ERROR: "alert",
}


@register.filter
def rupiah(amount: Decimal) -> str:
    return wording.rupiah(amount)


@register.filter
def figure(amount: Decimal) -> SafeString:
    """An amount that the switch of static/js/amounts.js can hide, from screen readers and print too."""
    return format_html('<span class="figure">{}</span>', wording.rupiah(amount))


@register.filter
def with_figures(sentence: str) -> SafeString:
    """A sentence whose amounts can be hidden, too."""
    parts = re.split(r"(Rp[0-9.]+(?:,[0-9]{2})?)", sentence)
    return format_html_join("", "{}", ((_hideable(part),) for part in parts))


def _hideable(part: str) -> SafeString | str:
    return format_html('<span class="figure">{}</span>', part) if part.startswith("Rp") else part


@register.filter
def long_date(day: date) -> str:
    return wording.long_date(day)


@register.filter
def long_month(month: str) -> str:
    return wording.long_month(month)


@register.filter
def updated(fetched_at: datetime) -> str:
    return wording.updated(fetched_at, timezone.now())


@register.filter
def sentences(reading: Reading) -> list[str]:
    return wording.sentences(reading, timezone.now())


@register.filter
def total_sentences(total: Total) -> list[str]:
    return wording.total_sentences(total)


@register.filter
def help_slug(reading: Reading) -> str:
    return wording.help_slug(reading)


@register.filter
def label(reading: Reading) -> str:
    return str(wording.LABELS[reading.state])


@register.filter
def icon(reading: Reading) -> str:
    """A template's name: the sign that goes with the word, never colour alone."""
    return f"icons/{_ICONS[reading.state]}.svg"


@register.filter
def segment_name(segment: str) -> str:
    """An unknown segment is shown as the upstream wrote it."""
    return str(wording.SEGMENTS.get(segment, segment))


@register.filter
def clock(moment: datetime) -> str:
    return wording.clock(moment, timezone.now())
