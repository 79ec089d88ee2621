"""The words of projection and claim pages for templates."""

from datetime import date
from decimal import Decimal

from django import template
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from balances import claim_wording, projection

register = template.Library()

NAMES: dict[str, str | Promise] = {
    "low": gettext_lazy("rendah"),
    "middle": gettext_lazy("tengah"),
    "high": gettext_lazy("tinggi"),
}
_MILLION, _BILLION = 10**6, 10**9


@register.filter
def estimate(amount: Decimal) -> SafeString:
    """Whole rupiah, the fraction dropped; hidden by the same switch as a balance."""
    return format_html('<span class="figure">{}</span>', claim_wording.whole_rupiah(projection.whole(amount)))


@register.filter
def exact(amount: Decimal) -> str:
    """For programs: "19409470", whatever the language of the page."""
    return str(projection.whole(amount))


@register.filter
def percent(share: Decimal) -> str:
    """5,7 from 0.057"""
    return claim_wording.number(share * 100)


@register.filter
def number(value: Decimal) -> str:
    return claim_wording.number(value)


@register.filter
def outlook_name(name: str) -> str:
    return str(NAMES[name])


@register.filter
def month_from(start: date, months: int) -> str:
    """November 2031, so many months after the start."""
    return date_format(projection.months_later(start, months), "F Y")


@register.filter
def year_from(start: date, months: int) -> int:
    return projection.months_later(start, months).year


@register.filter
def span(months: int) -> str:
    """15 tahun 8 bulan"""
    years, rest = divmod(months, projection.MONTHS)
    words = {"years": years, "months": rest}
    if not rest:
        return _("%(years)d tahun") % words
    return _("%(years)d tahun %(months)d bulan") % words if years else _("%(months)d bulan") % words


@register.filter
def scale(value: int) -> str:
    """Of the picture's grid: Rp500 rb, Rp20 jt, Rp1,5 M"""
    if value >= _BILLION:
        return _("Rp%(count)s M") % {"count": claim_wording.number(Decimal(value) / _BILLION)}
    if value >= _MILLION:
        return _("Rp%(count)s jt") % {"count": claim_wording.number(Decimal(value) / _MILLION)}
    return claim_wording.whole_rupiah(Decimal(value))
