"""The words of balances.document_wording for the check page."""

from django import template

from balances.document_wording import HEADINGS
from balances.issuing import Verdict

register = template.Library()

_LOOKS = {Verdict.MATCHES: "good", Verdict.REPLACED: "warn", Verdict.WAIT: "warn", Verdict.NO_MATCH: "bad"}


@register.filter
def verdict_heading(verdict: Verdict) -> str:
    return str(HEADINGS[verdict])


@register.filter
def verdict_look(verdict: Verdict) -> str:
    return _LOOKS[verdict]
