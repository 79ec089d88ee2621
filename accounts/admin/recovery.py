"""Recoveries as staff see them: one proposes, others approve, anybody stops one. No address stands here in clear."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin import masks
from accounts.admin.acts import Act, confirm
from accounts.admin.base import StaffAdmin, column, require, require_may_act, staff_source
from accounts.admin.forms import ReasonForm
from accounts.audit import Action
from accounts.models import RecoveryRequest, User
from accounts.services import staff_recovery
from accounts.services.staff import CannotAct
from accounts.services.staff_recovery import CannotRecover

CANNOT_RECOVER = {
    "already_open": gettext_lazy("untuk anggota ini sudah ada pemulihan yang berjalan."),
    "nothing_asked": gettext_lazy("pilih email baru, penghapusan autentikator, atau keduanya."),
    "not_waiting": gettext_lazy("pemulihan ini sudah tidak menunggu petugas."),
    "said_already": gettext_lazy("Anda sudah memberi keputusan; petugas lain yang memutuskan berikutnya."),
    "not_staff": gettext_lazy("Anda bukan petugas lagi."),
    "no_reason": gettext_lazy("alasannya kosong."),
}


class ProposeForm(ReasonForm):
    email = forms.EmailField(
        label=gettext_lazy("Email baru"),
        required=False,
        max_length=254,
        help_text=gettext_lazy("Kosongkan bila email tetap. Alamat ini menerima surat dan harus memastikannya."),
    )
    reset_mfa = forms.BooleanField(label=gettext_lazy("Hapus autentikator dan kunci sandi"), required=False)
    field_order = ("email", "reset_mfa", "reason")


@admin.register(RecoveryRequest)
class RecoveryAdmin(StaffAdmin):
    list_action = row_action = Action.MEMBER_SEEN_BY_STAFF
    list_display = (
        "owner",
        column("kind", gettext_lazy("jalan")),
        column("state", gettext_lazy("keadaan")),
        column("created_at", gettext_lazy("diajukan")),
        column("counts_from", gettext_lazy("berlaku mulai")),
    )
    list_select_related = ("member",)
    shown = (
        *list_display,
        column("reset_mfa", gettext_lazy("autentikator dihapus")),
        "new_address",
        column("ended_at", gettext_lazy("selesai")),
    )
    change_form_template = "admin/accounts/recovery.html"

    def get_queryset(self, request: HttpRequest) -> Any:
        """What was typed without an account belongs to nobody, and is nobody's business."""
        return super().get_queryset(request).filter(member__isnull=False)

    @admin.display(description=gettext_lazy("anggota"))
    def owner(self, row: RecoveryRequest) -> str:
        return masks.person(row.member) if row.member else "–"

    @admin.display(description=gettext_lazy("email baru"))
    def new_address(self, row: RecoveryRequest) -> str:
        if not row.new_email_sealed:
            return "–"
        told = masks.email(row.new_email)
        return told if row.confirmed_at else _("%(email)s, belum dipastikan") % {"email": told}

    def whose(self, row: RecoveryRequest) -> User | None:
        return row.member

    def row_context(self, request: HttpRequest, row: RecoveryRequest) -> dict[str, Any]:
        decisions = row.decisions.select_related("staff").order_by("decided_at")
        by_staff, states = row.kind == RecoveryRequest.Kind.STAFF, RecoveryRequest.State
        may = by_staff and request.user.has_perm("accounts.change_recoveryrequest")
        return {
            "member": row.member,
            "decisions": [(one, masks.person(one.staff)) for one in decisions],
            "may_approve": may and row.state == states.APPROVING,
            "may_stop": may and row.state in (states.APPROVING, states.WAITING),
            "approvals_required": settings.APPROVALS_REQUIRED,
        }

    def get_urls(self) -> list[Any]:
        decide = self.page(self.decide_view)
        return [
            path("ajukan/<int:pk>/", self.page(self.propose_view), name="accounts_recoveryrequest_propose"),
            path("<int:pk>/setujui/", decide, {"approves": True}, name="accounts_recoveryrequest_approve"),
            path("<int:pk>/hentikan/", decide, {"approves": False}, name="accounts_recoveryrequest_stop"),
            *super().get_urls(),
        ]

    def propose_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        require(request, "accounts.change_recoveryrequest")
        member = get_object_or_404(User, pk=pk)
        require_may_act(request, member)
        form = ProposeForm(request.POST or None)
        if form.is_valid():
            try:
                row = staff_recovery.propose(member=member, source=staff_source(request), **form.cleaned_data)
            except CannotRecover as refusal:
                form.add_error(None, str(CANNOT_RECOVER[refusal.code]))
            else:
                messages.success(request, _("Pemulihan diajukan. Petugas lain menyetujuinya."))
                return HttpResponseRedirect(reverse("admin:accounts_recoveryrequest_change", args=[row.pk]))
        act = Act(
            title=_("Ajukan pemulihan akun"),
            explanation=_(
                "Sesudah cukup petugas menyetujui, anggota dikabari di semua jalurnya dan 12 jam kemudian perubahan "
                "berlaku: kata sandi lama berakhir dan semua perangkat dikeluarkan."
            ),
            button=_("Ajukan"),
            danger=True,
            do=lambda row, reason: "",
        )
        about, back = masks.person(member), reverse("admin:accounts_user_change", args=[member.pk])
        context = {**self.admin_site.each_context(request), "title": act.title, "act": act, "form": form}
        return render(request, "admin/confirm.html", {**context, "about": about, "back": back})

    def decide_view(self, request: HttpRequest, pk: int, approves: bool) -> HttpResponse:
        require(request, "accounts.change_recoveryrequest")
        row = self.row_or_404(request, str(pk))
        require_may_act(request, row.member)

        def do(row: RecoveryRequest, reason: str) -> str:
            try:
                staff_recovery.decide(row=row, approves=approves, reason=reason, source=staff_source(request))
            except CannotRecover as refusal:
                raise CannotAct(CANNOT_RECOVER[refusal.code]) from refusal
            except PermissionDenied as refusal:
                raise CannotAct(CANNOT_RECOVER["not_staff"]) from refusal
            return _("Keputusan Anda tercatat.")

        act = Act(
            title=_("Setujui pemulihan akun") if approves else _("Hentikan pemulihan akun"),
            explanation=_("Persetujuan yang diperlukan: %(count)s.") % {"count": settings.APPROVALS_REQUIRED}
            if approves
            else _("Pemulihan berakhir dan tidak ada yang berubah."),
            button=_("Setujui") if approves else _("Hentikan"),
            danger=True,
            do=do,
        )
        back = reverse("admin:accounts_recoveryrequest_change", args=[row.pk])
        return confirm(request, site=self.admin_site, act=act, row=row, about=masks.person(row.member), back=back)
