"""The audit trail, read-only and in words. Address and browser stay out of sight."""

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db.models import BooleanField, QuerySet, Value
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from accounts.activity_wording import DOORS, told
from accounts.admin import trail_words
from accounts.admin.base import StaffAdmin, column
from accounts.audit import Action
from accounts.models import AuditRow, User


@admin.register(AuditRow)
class AuditRowAdmin(StaffAdmin):
    list_action = row_action = Action.AUDIT_SEEN_BY_STAFF
    list_display = shown = (
        column("at", gettext_lazy("waktu")),
        "what",
        "who",
        "member_told",
        "of_card",
        "door_used",
        column("reason", gettext_lazy("alasan")),
        "more",
    )
    allowed_lookups = frozenset({"member", "actor"})  # public ids, both with an index

    def get_queryset(self, request: HttpRequest) -> QuerySet[AuditRow]:
        sees = Value(request.user.has_perm("accounts.view_user"), output_field=BooleanField())
        return trail_words.with_people(super().get_queryset(request)).annotate(sees_members=sees)

    @admin.display(description=gettext_lazy("kejadian"))
    def what(self, row: AuditRow) -> str:
        return str(told(row.action, row.details))

    @admin.display(description=gettext_lazy("oleh"))
    def who(self, row: Any) -> str:
        return trail_words.who(row, sees_members=row.sees_members)

    @admin.display(description=gettext_lazy("anggota"))
    def member_told(self, row: Any) -> str:
        return trail_words.whose(row, sees_members=row.sees_members)

    @admin.display(description=gettext_lazy("kartu"))
    def of_card(self, row: AuditRow) -> str:
        return trail_words.which(row)

    @admin.display(description=gettext_lazy("lewat"))
    def door_used(self, row: AuditRow) -> str:
        return str(DOORS.get(row.door, row.door))

    @admin.display(description=gettext_lazy("rincian"), empty_value="")
    def more(self, row: AuditRow) -> str:
        return trail_words.details(row)

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
