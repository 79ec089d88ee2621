"""Link requests as staff see them: why one failed, and their word on one that waits for it."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin import evidence, masks
from accounts.admin.acts import Act, confirm
from accounts.admin.base import StaffAdmin, actor, column, require, require_may_act, staff_source
from accounts.audit import Action
from accounts.models import LinkRequest, User
from accounts.services.linking_decision import CannotDecide, decide_link
from accounts.services.staff import CannotAct

CANNOT_DECIDE = {
    "not_waiting": gettext_lazy("permintaan ini sudah tidak menunggu petugas."),
    "own_case": gettext_lazy("Anda sendiri terlibat dalam permintaan ini."),
    "said_already": gettext_lazy("Anda sudah memberi keputusan; petugas lain yang memutuskan berikutnya."),
    "not_staff": gettext_lazy("Anda bukan petugas lagi."),
    "no_reason": gettext_lazy("alasannya kosong."),
    "not_reported": gettext_lazy("kartu ini tidak sedang dilaporkan."),
    "let_go_lately": gettext_lazy(
        "akun lain baru melepas kartu ini. Dalam 24 jam pertama hanya kode yang dapat menghubungkannya."
    ),
}

WHY = {
    "staff": gettext_lazy("ditolak petugas"),
    "other_person": gettext_lazy("akun ini terbukti milik orang lain"),
    "no_match": gettext_lazy("data tidak cocok"),
    "mismatch": gettext_lazy("data tidak cocok"),
    "not_found": gettext_lazy("nomor KPJ tidak dikenal"),
    "blocked": gettext_lazy("kepesertaan diblokir"),
    "merged": gettext_lazy("kartu sudah digabung ke kartu lain"),
    "phone_not_on_record": gettext_lazy("nomor HP bukan yang tercatat di BPJS Ketenagakerjaan"),
    "held_elsewhere": gettext_lazy("kartu sudah terhubung ke akun lain"),
    "no_contact": gettext_lazy("tidak ada kontak di catatan BPJS Ketenagakerjaan"),
    "link_expired": gettext_lazy("pencocokan kedaluwarsa"),
}

STATE = column("state", gettext_lazy("keadaan"))
ERROR = column("last_error", gettext_lazy("kendala terakhir"))
ASKED = column("created_at", gettext_lazy("diajukan"))
ENDED = column("ended_at", gettext_lazy("selesai"))
STEPS = (
    column("failures", gettext_lazy("gagal berturut-turut")),
    column("match_type", gettext_lazy("jenis kecocokan")),
    column("code_channel", gettext_lazy("jalur kode")),
    column("attempts_left", gettext_lazy("sisa percobaan kode")),
    column("next_fetch_at", gettext_lazy("langkah berikutnya")),
)


class WaitingFilter(admin.SimpleListFilter):
    """Open requests are few and have an index of their own."""

    title = gettext_lazy("keadaan")
    parameter_name = "keadaan"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("petugas", _("menunggu petugas")), ("terbuka", _("belum selesai"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[LinkRequest]) -> QuerySet[LinkRequest]:
        if self.value() is None:
            return queryset
        still_open = queryset.filter(ended_at__isnull=True)
        return still_open.filter(state__in=LinkRequest.STAFF_STATES) if self.value() == "petugas" else still_open


@admin.register(LinkRequest)
class LinkRequestAdmin(StaffAdmin):
    list_action = row_action = Action.LINK_SEEN_BY_STAFF
    list_display = ("number", "owner", STATE, "why", ERROR, ASKED, ENDED)
    list_select_related = ("member",)
    list_filter = (WaitingFilter,)
    allowed_lookups = frozenset({WaitingFilter.parameter_name})
    shown = ("number", "owner", STATE, "why", ERROR, *STEPS, ASKED, ENDED)
    change_form_template = "admin/accounts/link.html"

    @admin.display(description="KPJ")
    def number(self, row: LinkRequest) -> str:
        return masks.kpj(row.kpj_last4)

    @admin.display(description=gettext_lazy("anggota"))
    def owner(self, row: LinkRequest) -> str:
        return masks.person(row.member)

    @admin.display(description=gettext_lazy("sebab"))
    def why(self, row: LinkRequest) -> str:
        return told_why(row)

    def whose(self, row: LinkRequest) -> User:
        return row.member

    def which(self, row: LinkRequest) -> UUID:
        return row.public_id

    def row_context(self, request: HttpRequest, row: LinkRequest) -> dict[str, Any]:
        holder = row.contested_card.member if row.contested_card else None
        decisions = row.decisions.select_related("staff").order_by("decided_at")
        return {
            "member": row.member,
            "evidence": evidence.of_request(row) if not row.ended_at else [],
            "holder": (holder, masks.person(holder)) if holder else None,
            "waits": _waits(row) and request.user.has_perm("accounts.change_linkrequest"),
            "decisions": [(one, masks.person(one.staff)) for one in decisions],
            "approvals_required": settings.APPROVALS_REQUIRED,
        }

    def get_urls(self) -> list[Any]:
        decide = self.page(self.decide_view)
        yes = path("<int:pk>/setujui/", decide, {"approves": True}, name="accounts_linkrequest_approve")
        no = path("<int:pk>/tolak/", decide, {"approves": False}, name="accounts_linkrequest_refuse")
        return [yes, no, *super().get_urls()]

    def decide_view(self, request: HttpRequest, pk: int, approves: bool) -> HttpResponse:
        require(request, "accounts.change_linkrequest")
        row = self.row_or_404(request, str(pk))
        if not _waits(row):
            raise Http404
        require_may_act(request, row.member)
        about = f"KPJ {masks.kpj(row.kpj_last4)}, {masks.person(row.member)}"
        back = reverse("admin:accounts_linkrequest_change", args=[row.pk])
        act = _decision(request, approves=approves)
        return confirm(request, site=self.admin_site, act=act, row=row, about=about, back=back)


def told_why(row: LinkRequest) -> str:
    """Why a request failed; a code without words is shown as it is."""
    return str(WHY.get(row.refusal, row.refusal)) or "–"


def _waits(row: LinkRequest) -> bool:
    return row.ended_at is None and row.state in LinkRequest.STAFF_STATES


def _decision(request: HttpRequest, *, approves: bool) -> Act:
    def do(row: LinkRequest, reason: str) -> str:
        try:
            decided = decide_link(
                link_request=row, staff=actor(request), approves=approves, reason=reason, source=staff_source(request)
            )
        except CannotDecide as refusal:
            raise CannotAct(CANNOT_DECIDE[refusal.code]) from refusal
        return _("Keputusan Anda tercatat. Keadaan permintaan: %(state)s.") % {"state": decided.get_state_display()}

    if approves:
        explanation = _("Kartu terhubung ke anggota ini bila cukup petugas menyetujui: %(count)d orang.")
        return Act(
            title=_("Setujui permintaan kartu"),
            explanation=explanation % {"count": settings.APPROVALS_REQUIRED},
            button=_("Setujui"),
            do=do,
        )
    return Act(
        title=_("Tolak permintaan kartu"),
        explanation=_("Permintaan berakhir dan data yang diisi anggota dihapus."),
        button=_("Tolak"),
        danger=True,
        do=do,
    )
