"""What a member reads about their messages."""

from django import template
from django.utils.functional import Promise
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


@register.filter
def asked(row: Inbound) -> str:
    """The kind of message and whether it was answered; never what was typed."""
    told = str(ASKED.get(row.command, ASKED["unknown"]))
    silent = _("tidak dijawab (terlalu sering)")
    return f"{told}; {silent}" if row.state == Inbound.State.SILENT else told
