"""Links from a state to its help page, and terms explained in place."""

from typing import Any

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from jht_portal.help.catalog import TOPICS
from jht_portal.help.terms import PAGES

register = template.Library()


@register.simple_tag
def help_link(slug: str) -> SafeString | str:
    """A link that says where it leads; nothing where there is nothing to explain. An unknown slug is a bug."""
    if not slug:
        return ""
    told = _("Bantuan: %(title)s") % {"title": TOPICS[slug].title}
    return format_html('<a class="help" href="{}">{}</a>', reverse("help_topic", args=[slug]), told)


@register.inclusion_tag("help/_terms.html")
def explained_terms(page: str = "balance") -> dict[str, Any]:
    return {"terms": PAGES[page]}
