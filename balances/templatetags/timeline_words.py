"""The words of balances.timeline_wording for templates."""

from django import template

from balances import timeline_wording
from balances.timeline import Tenure
from balances.timeline_wording import MOST_TOLD

register = template.Library()
for _word in (
    timeline_wording.card_sentence,
    timeline_wording.card_help,
    timeline_wording.employer,
    timeline_wording.started,
    timeline_wording.ended,
    timeline_wording.gap,
    timeline_wording.overlap,
    timeline_wording.repeat,
    timeline_wording.description,
    timeline_wording.kpj,
):
    register.filter(_word)

NAME_LENGTH = 22  # of an employer in the picture, beside the card's number, on the narrowest phone


@register.filter
def bar_name(tenure: Tenure) -> str:
    """•••• 2201 PT Contoh Makmur Sejaht…"""
    name = timeline_wording.employer(tenure)
    short = name if len(name) <= NAME_LENGTH else f"{name[: NAME_LENGTH - 1].rstrip()}…"
    return f"•••• {tenure.last_four} {short}"


@register.filter
def newest(items: tuple[object, ...]) -> tuple[object, ...]:
    return items[-MOST_TOLD:]
