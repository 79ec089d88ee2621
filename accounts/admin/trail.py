"""The audit trail, read-only. Address and browser stay out of sight."""

from uuid import UUID

from django.contrib import admin
from django.utils.translation import gettext_lazy

from accounts.admin.base import StaffAdmin, column
from accounts.audit import Action
from accounts.models import AuditRow


@admin.register(AuditRow)
class AuditRowAdmin(StaffAdmin):
    list_action = row_action = Action.AUDIT_SEEN_BY_STAFF
    list_display = shown = (
        column("at", gettext_lazy("waktu")),
        column("action", gettext_lazy("kejadian")),
        column("door", gettext_lazy("lewat")),
        column("actor", gettext_lazy("oleh")),
        column("member", gettext_lazy("anggota")),
        column("card", gettext_lazy("kartu")),
        column("reason", gettext_lazy("alasan")),
        column("details", gettext_lazy("rincian")),
    )
    allowed_lookups = frozenset({"member", "actor"})  # public ids, both with an index

    def which(self, row: AuditRow) -> UUID | None:
        return row.card
