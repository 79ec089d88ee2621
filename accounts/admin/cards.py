"""Cards as staff see them, and letting one go."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin import evidence, masks
from accounts.admin.acts import Act, confirm
from accounts.admin.base import StaffAdmin, actor, column, require, require_may_act, staff_source
from accounts.admin.links import CANNOT_DECIDE
from accounts.audit import Action
from accounts.models import Card, User
from accounts.services.cards import InDispute, unlink
from accounts.services.linking_decision import CannotDecide, open_reported
from accounts.services.staff import CannotAct

COLUMNS = (
    column("state", gettext_lazy("keadaan")),
    column("frozen_because", gettext_lazy("dibekukan karena")),
    column("proof", gettext_lazy("bukti")),
    column("linked_at", gettext_lazy("terhubung")),
)
MORE = (
    column("locked_at", gettext_lazy("dikunci pemilik")),
    column("reported_at", gettext_lazy("dilaporkan")),
    column("unlinked_at", gettext_lazy("dilepas")),
    column("membership", gettext_lazy("kepesertaan")),
    column("segment", gettext_lazy("segmen")),
    column("joined_on", gettext_lazy("peserta sejak")),
    column("inactive_since", gettext_lazy("tidak aktif sejak")),
)


@admin.register(Card)
class CardAdmin(StaffAdmin):
    list_action = row_action = Action.CARD_SEEN_BY_STAFF
    list_display = ("number", "owner", *COLUMNS)
    list_select_related = ("member",)
    shown = ("number", "owner", *COLUMNS, *MORE)
    change_form_template = "admin/accounts/card.html"

    @admin.display(description="KPJ")
    def number(self, row: Card) -> str:
        return masks.kpj(row.kpj_last4)

    @admin.display(description=gettext_lazy("anggota"))
    def owner(self, row: Card) -> str:
        return masks.person(row.member)

    def whose(self, row: Card) -> User:
        return row.member

    def which(self, row: Card) -> UUID:
        return row.public_id

    def row_context(self, request: HttpRequest, row: Card) -> dict[str, Any]:
        may = row.state != Card.State.UNLINKED and request.user.has_perm("accounts.change_card")
        reported = row.reported_at is not None
        return {
            "member": row.member,
            "may_unlink": may,
            "may_open": may and reported,
            "evidence": evidence.of_card(row) if reported else [],
            "decisions": [
                (one, masks.person(one.staff)) for one in row.decisions.select_related("staff").order_by("decided_at")
            ],
            "approvals_required": settings.APPROVALS_REQUIRED,
        }

    def get_urls(self) -> list[Any]:
        return [
            path("<int:pk>/lepas/", self.page(self.unlink_view), name="accounts_card_unlink"),
            path("<int:pk>/buka/", self.page(self.open_view), name="accounts_card_open"),
            *super().get_urls(),
        ]

    def open_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        card = self._may_act_on(request, pk)
        act = Act(
            title=_("Buka lagi kartu yang dilaporkan"),
            explanation=_("Kartu terbuka bila cukup petugas menyetujui: %(count)d orang.")
            % {"count": settings.APPROVALS_REQUIRED},
            button=_("Setuju dibuka"),
            do=lambda row, reason: _open(request, row, reason),
        )
        return self._confirm(request, act, card, back=reverse("admin:accounts_card_change", args=[card.pk]))

    def unlink_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        card = self._may_act_on(request, pk)
        act = Act(
            title=_("Lepas kartu dari anggota"),
            explanation=_(
                "Saldo dan data kartu ini di portal dihapus. Anggota dapat menghubungkannya lagi dengan kode."
            ),
            button=_("Lepas kartu"),
            danger=True,
            do=lambda row, reason: _unlink(request, row, reason),
        )
        return self._confirm(request, act, card, back=reverse("admin:accounts_user_change", args=[card.member_id]))

    def _may_act_on(self, request: HttpRequest, pk: int) -> Card:
        require(request, "accounts.change_card")
        card: Card = self.row_or_404(request, str(pk))
        require_may_act(request, card.member)
        return card

    def _confirm(self, request: HttpRequest, act: Act, card: Card, *, back: str) -> HttpResponse:
        about = f"KPJ {masks.kpj(card.kpj_last4)}, {masks.person(card.member)}"
        return confirm(request, site=self.admin_site, act=act, row=card, about=about, back=back)


def _open(request: HttpRequest, card: Card, reason: str) -> str:
    try:
        opened = open_reported(card=card, staff=actor(request), reason=reason, source=staff_source(request))
    except CannotDecide as refusal:
        raise CannotAct(CANNOT_DECIDE[refusal.code]) from refusal
    return _("Kartu dibuka lagi.") if opened.reported_at is None else _("Keputusan Anda tercatat.")


def _unlink(request: HttpRequest, card: Card, reason: str) -> str:
    try:
        unlink(card=card, source=staff_source(request), reason=reason)
    except InDispute as refusal:
        raise CannotAct(_("kartu ini diminta oleh dua orang. Putuskan dulu permintaannya.")) from refusal
    return _("Kartu sudah dilepas.")
