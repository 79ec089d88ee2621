"""What members and staff read about a message: what kind it was, never what was typed."""

from django import template
from django.utils.functional import Promise
from django.utils.translation import gettext as now
from django.utils.translation import gettext_lazy as _

from sms.models import Inbound

register = template.Library()

ASKED: dict[str, "str | Promise"] = {
    "balance": _("saldo ditanyakan"),
    "register": _("pendaftaran nomor"),
    "badnumber": _("saldo ditanyakan dengan nomor kartu yang tidak dikenal"),
    "help": _("bantuan diminta"),
    "info": _("keterangan diminta"),
    "stop": _("SMS dimatikan"),
    "unknown": _("pesan yang tidak kami kenali"),
}
WHY_SILENT: dict[str, "str | Promise"] = {
    "too_many": _("tidak dijawab: terlalu sering"),
    "internal_error": _("tidak dijawab: gangguan pada portal"),
}


def kind_of_text(row: Inbound) -> str:
    """Empty until a worker has read it."""
    return str(ASKED.get(row.command, ASKED["unknown"])) if row.command else ""


@register.filter
def asked(row: Inbound) -> str:
    """For the member: what was asked, about which card, and whether it was answered."""
    told = kind_of_text(row) or str(ASKED["unknown"])
    if row.card:
        told = now("%(what)s, KPJ •••• %(last)s") % {"what": told, "last": row.card.kpj_last4}
    if row.state == Inbound.State.SILENT:
        return f"{told} ({WHY_SILENT.get(row.outcome, WHY_SILENT['internal_error'])})"
    return told
