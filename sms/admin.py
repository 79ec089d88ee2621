"""SMS as staff see them: states and counts at a glance, numbers masked; a text or a number only after saying why.

Read-only: a number is opened and shut by its owner, a message by the worker.
"""

from typing import Any, ClassVar
from urllib.parse import urlencode

from django.contrib import admin
from django.db.models import Count, Max, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin import masks, reveal
from accounts.admin.base import StaffAdmin, column, staff_source
from accounts.admin.members import MemberAdmin, MemberLink
from accounts.audit import Action, record
from accounts.models import User
from sms import phone
from sms.models import Inbound, Number, Outbound, held_messages, holder_of
from sms.templatetags.sms_words import kind_of_text

COUNTED = 20_000  # newest messages; so a filter costs the same however many there are


class States(admin.SimpleListFilter):
    """The newest messages by state, each with its count."""

    title = gettext_lazy("keadaan, dari 20.000 SMS terbaru")
    parameter_name = "keadaan"
    states: ClassVar[dict[str, tuple[Promise, Q]]] = {}

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        counts = {name: Count("pk", filter=which) for name, (_label, which) in self.states.items()}
        found = newest(model_admin.model.objects.all()).aggregate(**counts)
        return [(name, f"{label} ({found[name]})") for name, (label, _which) in self.states.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        state = self.states.get(self.value() or "")
        return newest(queryset).filter(state[1]) if state else queryset


def newest(rows: QuerySet[Any]) -> QuerySet[Any]:
    last = rows.model._default_manager.aggregate(last=Max("pk"))["last"] or 0
    return rows.filter(pk__gt=last - COUNTED)


class CameStates(States):
    states: ClassVar[dict[str, tuple[Promise, Q]]] = {
        "menunggu": (gettext_lazy("menunggu dijawab"), Q(state=Inbound.State.WAITING)),
        "angka": (gettext_lazy("menunggu angka"), Q(state=Inbound.State.FIGURE_AWAITED)),
        "dijawab": (gettext_lazy("dijawab"), Q(state=Inbound.State.ANSWERED)),
        "diam": (gettext_lazy("tidak dijawab"), Q(state=Inbound.State.SILENT)),
    }


class WentStates(States):
    states: ClassVar[dict[str, tuple[Promise, Q]]] = {
        "menunggu": (gettext_lazy("menunggu dikirim"), Q(next_fetch_at__isnull=False)),
        "terkirim": (gettext_lazy("terkirim"), Q(sent_at__isnull=False)),
        "ragu": (gettext_lazy("pernah tidak pasti terkirim"), Q(doubtful__gt=0, fetch_started_at=None)),
        "menyerah": (gettext_lazy("tidak jadi dikirim"), Q(given_up_at__isnull=False)),
    }


class OfNumber(admin.SimpleListFilter):
    """What came from or went to one number of a member, while it was theirs."""

    title = gettext_lazy("nomor")
    parameter_name = "nomor"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        asked, number = self.value(), _number(self.value())
        return [(asked, masked(number) if number else "–")] if asked else []

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        number = _number(self.value())
        came, went = held_messages([number] if number else [])
        theirs = came if queryset.model is Inbound else went
        return queryset.filter(pk__in=theirs.values("pk")) if self.value() else queryset


def _number(pk: str | None) -> Number | None:
    return Number.objects.select_related("member").filter(pk=pk).first() if pk and pk.isdecimal() else None


def masked(row: Number) -> str:
    return f"HP •••• {row.last3}"


class SmsAdmin(StaffAdmin):
    """Sealed texts and numbers are behind one audited press a row."""

    list_action = row_action = Action.SMS_SEEN_BY_STAFF
    change_form_template = "admin/sms/row.html"

    def hidden(self, row: Any) -> list[tuple[str, str]]:
        """What the press shows, as label and value."""
        raise NotImplementedError

    def links(self, row: Any) -> list[tuple[str, str]]:
        return []

    def record_look(self, request: HttpRequest, row: Any) -> None:
        details: dict[str, Any] = {"unmasked": True} if reveal.is_open(request, _what(row)) else {}
        record(self.row_action, staff_source(request), member=self.whose(row), **details)

    def row_context(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        is_open = reveal.is_open(request, _what(row))
        return {
            "member": self.whose(row),
            "hidden": self.hidden(row) if is_open else None,
            "reveal_url": reverse(f"admin:sms_{self.opts.model_name}_reveal", args=[row.pk]),
            "links": self.links(row),
        }

    def get_urls(self) -> list[Any]:
        show = path("<int:pk>/isi/", self.page(self.reveal_view), name=f"sms_{self.opts.model_name}_reveal")
        return [show, *super().get_urls()]

    def reveal_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        row = self.row_or_404(request, str(pk))
        member = self.whose(row)

        def write(reason: str, why: str) -> None:
            source = staff_source(request)
            record(self.row_action, source, member=member, reason=reason, why=why, unmasked=True)

        asked = reveal.Reveal(
            what=_what(row),
            title=_("Tampilkan isi dan nomor"),
            explanation=_("Terlihat lima menit di sesi ini. Anggota dapat membaca bahwa Anda melihatnya."),
            button=_("Tampilkan"),
            write=write,
        )
        about = masks.person(member) if member else str(self.opts.verbose_name)
        back = reverse(f"admin:sms_{self.opts.model_name}_change", args=[row.pk])
        return reveal.ask(request, site=self.admin_site, reveal=asked, about=about, back=back)


def _what(row: Any) -> str:
    return f"sms {row.public_id}"


@admin.register(Inbound)
class InboundAdmin(SmsAdmin):
    list_display = (
        column("received_at", gettext_lazy("datang")),
        column("state", gettext_lazy("keadaan")),
        "kind",
        column("outcome", gettext_lazy("hasil")),
        column("gateway", gettext_lazy("gerbang")),
    )
    list_filter = (CameStates, OfNumber)
    allowed_lookups = frozenset({CameStates.parameter_name, OfNumber.parameter_name})
    shown = (*list_display, column("done_at", gettext_lazy("selesai")), column("failures", gettext_lazy("gagal")))

    @admin.display(description=gettext_lazy("isinya"))
    def kind(self, row: Inbound) -> str:
        return kind_of_text(row) or "–"

    def whose(self, row: Inbound) -> User | None:
        return holder_of(bytes(row.sender_index), at=row.received_at)

    def hidden(self, row: Inbound) -> list[tuple[str, str]]:
        number = row.sender if row.sender_sealed else ""
        return [(_("Nomor"), number), (_("Isi"), row.body if row.body_sealed else _("sudah dihapus"))]

    def links(self, row: Inbound) -> list[tuple[str, str]]:
        replies = row.replies.order_by("pk")
        return [
            (_("Jawabannya: %(reply)s") % {"reply": one.reply}, reverse("admin:sms_outbound_change", args=[one.pk]))
            for one in replies
        ]


@admin.register(Outbound)
class OutboundAdmin(SmsAdmin):
    list_display = (
        column("created_at", gettext_lazy("ditulis")),
        "state",
        column("reply", gettext_lazy("jawaban")),
        column("tries", gettext_lazy("percobaan")),
        column("doubtful", gettext_lazy("tidak pasti")),
        column("delivery", gettext_lazy("kabar dari jaringan")),
        column("last_error", gettext_lazy("kendala terakhir")),
    )
    list_filter = (WentStates, OfNumber)
    allowed_lookups = frozenset({WentStates.parameter_name, OfNumber.parameter_name})
    shown = (
        *list_display,
        column("sent_at", gettext_lazy("terkirim")),
        column("given_up_at", gettext_lazy("tidak jadi dikirim")),
        column("next_fetch_at", gettext_lazy("dicoba lagi")),
    )

    @admin.display(description=gettext_lazy("keadaan"))
    def state(self, row: Outbound) -> str:
        if row.given_up_at:
            return _("tidak jadi dikirim")
        return _("terkirim") if row.sent_at else _("menunggu dikirim")

    def whose(self, row: Outbound) -> User | None:
        return holder_of(bytes(row.number_index), at=row.created_at)

    def hidden(self, row: Outbound) -> list[tuple[str, str]]:
        number = row.number if row.number_sealed else ""
        return [(_("Nomor"), number), (_("Isi"), row.text if row.text_sealed else _("sudah dihapus"))]

    def links(self, row: Outbound) -> list[tuple[str, str]]:
        asked = row.answers_id
        return [(_("SMS yang dijawab"), reverse("admin:sms_inbound_change", args=[asked]))] if asked else []


@admin.register(Number)
class NumberAdmin(SmsAdmin):
    list_display = (
        "number",
        "owner",
        column("state", gettext_lazy("keadaan")),
        column("proof", gettext_lazy("bukti")),
        column("asked_at", gettext_lazy("diminta")),
        column("confirmed_at", gettext_lazy("dikonfirmasi")),
        column("last_used_at", gettext_lazy("terakhir dipakai")),
    )
    list_select_related = ("member",)
    allowed_lookups = frozenset({"member"})  # our own key
    shown = (*list_display, column("ended_at", gettext_lazy("selesai")))

    @admin.display(description=gettext_lazy("nomor"))
    def number(self, row: Number) -> str:
        return masked(row)

    @admin.display(description=gettext_lazy("anggota"))
    def owner(self, row: Number) -> str:
        return masks.person(row.member)

    def listed_for(self, request: HttpRequest) -> User | None:
        pk = request.GET.get("member", "")
        return User.objects.filter(pk=pk).first() if pk.isdecimal() else None

    def whose(self, row: Number) -> User:
        return row.member

    def hidden(self, row: Number) -> list[tuple[str, str]]:
        number = row.number
        return [(_("Nomor"), f"{phone.masked(number)} = {number}")]

    def links(self, row: Number) -> list[tuple[str, str]]:
        of_number = "?" + urlencode({OfNumber.parameter_name: row.pk})
        return [
            (_("SMS dari nomor ini"), reverse("admin:sms_inbound_changelist") + of_number),
            (_("SMS ke nomor ini"), reverse("admin:sms_outbound_changelist") + of_number),
        ]


MemberAdmin.more.append(
    MemberLink(
        title=gettext_lazy("Nomor HP untuk SMS"),
        permission="sms.view_number",
        address=lambda member: reverse("admin:sms_number_changelist") + "?" + urlencode({"member": member.pk}),
    )
)
