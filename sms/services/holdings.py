"""What SMS holds about a member, table by table, for the export (accounts.services.export)."""

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.services import export
from accounts.services.export import HASH, INTERNAL, Held
from sms.models import Inbound, Number, Outbound, held_messages


def _came(member: User) -> "QuerySet[Inbound]":
    return held_messages(Number.objects.filter(member=member))[0]


def _went(member: User) -> "QuerySet[Outbound]":
    return held_messages(Number.objects.filter(member=member))[1]


export.register(
    Held(
        model=Number,
        title=_("Nomor HP untuk SMS"),
        rows=lambda member: Number.objects.filter(member=member),
        left_out={"id": INTERNAL, "member": INTERNAL, "number_index": HASH},
        labels={
            "number": _("Nomor"), "state": _("Keadaan"), "proof": _("Bukti"), "asked_at": _("Diminta"),
            "confirmed_at": _("Dikonfirmasi"), "last_used_at": _("Terakhir dipakai"), "ended_at": _("Selesai"),
        },
    ),
    Held(
        model=Inbound,
        title=_("SMS dari nomor Anda"),
        rows=_came,
        left_out={"id": INTERNAL, "card": INTERNAL, "gateway_id": INTERNAL, "sender_index": HASH},
        labels={"received_at": _("Waktu"), "body": _("Isi, selama 7 hari"), "state": _("Keadaan")},
    ),
    Held(
        model=Outbound,
        title=_("SMS ke nomor Anda"),
        rows=_went,
        left_out={"id": INTERNAL, "answers": INTERNAL, "number_index": HASH},
        labels={"created_at": _("Waktu"), "sent_at": _("Terkirim"), "delivery": _("Kabar dari jaringan")},
    ),
)  # fmt: skip
export.EXCLUDED["sms.registration"] = _(
    "yang diketik lewat SMS dengan sebuah email dan belum dilanjutkan: belum terbukti milik siapa, dihapus dalam 1 hari"
)
