"""The audit trail, read-only. Address and browser stay out of sight."""

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.http import HttpRequest

from accounts.admin.base import StaffAdmin
from accounts.audit import Action
from accounts.models import AuditRow


@admin.register(AuditRow)
class AuditRowAdmin(StaffAdmin):
    list_action = row_action = Action.AUDIT_SEEN_BY_STAFF
    list_display = fields = ("at", "action", "door", "actor", "member", "card", "reason", "details")
    allowed_lookups = frozenset({"member", "actor"})  # public ids, both with an index

    def which(self, row: AuditRow) -> UUID | None:
        return row.card

    def row_context(self, request: HttpRequest, row: AuditRow) -> dict[str, Any]:
        return {"subtitle": None}
