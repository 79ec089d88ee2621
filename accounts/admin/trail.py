"""The audit trail, read-only and in words. Address and browser stay out of sight."""

from uuid import UUID

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from accounts.activity_wording import DOORS, WHY, told
from accounts.admin.base import StaffAdmin, column
from accounts.audit import Action
from accounts.models import AuditRow, User


@admin.register(AuditRow)
class AuditRowAdmin(StaffAdmin):
    list_action = row_action = Action.AUDIT_SEEN_BY_STAFF
    list_display = shown = (
        column("at", gettext_lazy("waktu")),
        "what",
        "door_used",
        column("actor", gettext_lazy("oleh")),
        column("member", gettext_lazy("anggota")),
        column("card", gettext_lazy("kartu")),
        column("reason", gettext_lazy("alasan")),
        "more",
    )
    allowed_lookups = frozenset({"member", "actor"})  # public ids, both with an index

    @admin.display(description=gettext_lazy("kejadian"))
    def what(self, row: AuditRow) -> str:
        return str(told(row.action, row.details))

    @admin.display(description=gettext_lazy("lewat"))
    def door_used(self, row: AuditRow) -> str:
        return str(DOORS.get(row.door, row.door))

    @admin.display(description=gettext_lazy("rincian"), empty_value="")
    def more(self, row: AuditRow) -> str:
        """Codes and counts as they are kept; the reason that the member reads, in words."""
        pairs = {**row.details, "why": WHY.get(row.details.get("why", ""), "")} if "why" in row.details else row.details
        return ", ".join(f"{name}: {value}" for name, value in pairs.items())

    def listed_for(self, request: HttpRequest) -> User | None:
        return _member(request.GET.get("member", ""))

    def whose(self, row: AuditRow) -> User | None:
        return User.objects.filter(public_id=row.member).first() if row.member else None

    def which(self, row: AuditRow) -> UUID | None:
        return row.card


def _member(text: str) -> User | None:
    try:
        return User.objects.filter(public_id=UUID(text)).first()
    except ValueError:
        return None
