"""What members ask us to put right: read, put right elsewhere in the admin, answer. The member reads the answer."""

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin import masks
from accounts.admin.acts import Act, confirm
from accounts.admin.base import StaffAdmin, column, require, require_may_act, staff_source
from accounts.audit import Action
from accounts.models import Correction, User
from accounts.services.privacy import ANSWER_WITHIN, CannotCorrect, end_correction
from accounts.services.staff import CannotAct

TOPIC = column("topic", gettext_lazy("tentang"))
STATE = column("state", gettext_lazy("keadaan"))
ASKED = column("created_at", gettext_lazy("diajukan"))
ENDED = column("ended_at", gettext_lazy("dijawab"))


@admin.register(Correction)
class CorrectionAdmin(StaffAdmin):
    list_action = row_action = Action.CORRECTION_SEEN_BY_STAFF
    list_display = ("owner", TOPIC, STATE, ASKED, "answer_by", ENDED)
    list_select_related = ("member",)
    shown = ("owner", TOPIC, "wish", STATE, ASKED, "answer_by", ENDED, "reply")
    change_form_template = "admin/accounts/correction.html"

    @admin.display(description=gettext_lazy("anggota"))
    def owner(self, row: Correction) -> str:
        return masks.person(row.member)

    @admin.display(description=gettext_lazy("permintaan"))
    def wish(self, row: Correction) -> str:
        return str(row.text)

    @admin.display(description=gettext_lazy("jawaban"))
    def reply(self, row: Correction) -> str:
        return str(row.answer)

    @admin.display(description=gettext_lazy("jawab paling lambat"))
    def answer_by(self, row: Correction) -> Any:
        return row.created_at + ANSWER_WITHIN

    def whose(self, row: Correction) -> User:
        return row.member

    def which(self, row: Correction) -> UUID:
        return row.public_id

    def row_context(self, request: HttpRequest, row: Correction) -> dict[str, Any]:
        may = row.ended_at is None and request.user.has_perm("accounts.change_correction")
        return {"member": row.member, "may_answer": may}

    def get_urls(self) -> list[Any]:
        answer = self.page(self.answer_view)
        done = path("<int:pk>/selesai/", answer, {"done": True}, name="accounts_correction_done")
        declined = path("<int:pk>/tidak-bisa/", answer, {"done": False}, name="accounts_correction_declined")
        return [done, declined, *super().get_urls()]

    def answer_view(self, request: HttpRequest, pk: int, done: bool) -> HttpResponse:
        require(request, "accounts.change_correction")
        row = self.row_or_404(request, str(pk))
        if row.ended_at is not None:
            raise Http404
        require_may_act(request, row.member)
        about = f"{row.get_topic_display()}, {masks.person(row.member)}"
        back = reverse("admin:accounts_correction_change", args=[row.pk])
        return confirm(request, site=self.admin_site, act=_answer(request, done), row=row, about=about, back=back)


def _answer(request: HttpRequest, done: bool) -> Act:
    def do(row: Correction, reason: str) -> str:
        try:
            end_correction(public_id=row.public_id, done=done, answer=reason, source=staff_source(request))
        except CannotCorrect as refusal:
            raise CannotAct(_("permintaan ini sudah dijawab.")) from refusal
        return _("Jawaban Anda tersimpan dan anggota dikabari.")

    return Act(
        title=_("Sudah diperbaiki") if done else _("Tidak dapat diperbaiki di sini"),
        explanation=_("Yang Anda tulis sebagai alasan dibaca oleh anggota sebagai jawaban."),
        button=_("Kirim jawaban"),
        danger=not done,
        do=do,
    )
