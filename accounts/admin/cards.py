"""Cards as staff see them, and letting one go."""

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin import masks
from accounts.admin.acts import Act, confirm
from accounts.admin.base import StaffAdmin, column, require, require_may_act, staff_source
from accounts.audit import Action
from accounts.models import Card, User
from accounts.services.cards import InDispute, unlink
from accounts.services.staff import CannotAct

COLUMNS = (
    column("state", gettext_lazy("keadaan")),
    column("frozen_because", gettext_lazy("dibekukan karena")),
    column("proof", gettext_lazy("bukti")),
    column("linked_at", gettext_lazy("terhubung")),
)
MORE = (
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
        return {"member": row.member, "may_unlink": may}

    def get_urls(self) -> list[Any]:
        return [path("<int:pk>/lepas/", self.page(self.unlink_view), name="accounts_card_unlink"), *super().get_urls()]

    def unlink_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        require(request, "accounts.change_card")
        card = self.row_or_404(request, str(pk))
        require_may_act(request, card.member)
        act = Act(
            title=_("Lepas kartu dari anggota"),
            explanation=_(
                "Saldo dan data kartu ini di portal dihapus. Anggota dapat menghubungkannya lagi dengan kode."
            ),
            button=_("Lepas kartu"),
            danger=True,
            do=lambda row, reason: _unlink(request, row, reason),
        )
        about = f"KPJ {masks.kpj(card.kpj_last4)}, {masks.person(card.member)}"
        back = reverse("admin:accounts_user_change", args=[card.member_id])
        return confirm(request, site=self.admin_site, act=act, row=card, about=about, back=back)


def _unlink(request: HttpRequest, card: Card, reason: str) -> str:
    try:
        unlink(card=card, source=staff_source(request), reason=reason)
    except InDispute as refusal:
        raise CannotAct(_("kartu ini diminta oleh dua orang. Putuskan dulu permintaannya.")) from refusal
    return _("Kartu sudah dilepas.")
