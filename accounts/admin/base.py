"""What all staff pages share: read-only, no deletion, no identifier in an address, lists quick at a million rows."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, ClassVar

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.text import capfirst

from accounts.audit import Action, Door, Source, from_request, record
from accounts.models import User
from accounts.services.staff import may_act_on

LISTED_AT_MOST = 5_000


class BoundedPaginator(Paginator):  # type: ignore[type-arg]
    """Counts no further than it leads, so a list costs the same for a thousand and a million rows."""

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        return len(rows.order_by().values_list("pk")[:LISTED_AT_MOST])


class StaffAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Rows are looked at here and changed by services only."""

    paginator = BoundedPaginator
    show_full_result_count = False
    list_per_page = 50
    list_max_show_all = 0
    sortable_by: ClassVar[Any] = ()
    ordering: ClassVar[Any] = ("-pk",)
    actions = None
    show_facets = admin.ShowFacets.NEVER
    listed_at_most = LISTED_AT_MOST
    allowed_lookups: ClassVar[frozenset[str]] = frozenset()
    list_action: ClassVar[Action]  # what opening the list is called in the audit trail
    row_action: ClassVar[Action]
    shown: ClassVar[tuple[Any, ...]] = ()  # on a row's own page

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        """An address must not become a question such as ?email__startswith=a."""
        return lookup in self.allowed_lookups

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        return self.get_fields(request, obj)

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        """Only what is named: a column added later stays hidden until somebody decides otherwise."""
        return self.shown

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        context = {"title": capfirst(str(self.opts.verbose_name_plural)), **(extra_context or {})}
        response = super().changelist_view(request, context)
        record(self.list_action, staff_source(request), member=self.listed_for(request), list=self.opts.model_name)
        return response

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        row = self.row_or_404(request, object_id)
        self.record_look(request, row)
        context = {**self.row_context(request, row), **(extra_context or {})}
        return self.changeform_view(request, object_id, form_url, context)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        raise Http404  # Django's own log is not written; the audit trail is the one that counts

    def row_context(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        return {}

    def record_look(self, request: HttpRequest, row: Any) -> None:
        record(self.row_action, staff_source(request), member=self.whose(row), card=self.which(row))

    def listed_for(self, request: HttpRequest) -> User | None:
        """Whose rows alone a list was asked for, if one member's."""
        return None

    def whose(self, row: Any) -> User | None:
        return None

    def which(self, row: Any) -> Any:
        return None

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """An empty `_to_field=` in an address is none; Django would look for a field of that name."""
        return super().get_object(request, object_id, from_field or None)

    def row_or_404(self, request: HttpRequest, object_id: str) -> Any:
        row = self.get_object(request, object_id)
        if row is None:
            raise Http404
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        return row

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        """Django's log copies the object's name; ours never does."""

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        """See log_addition."""

    def page(self, view: Callable[..., HttpResponse]) -> Any:
        return self.admin_site.admin_view(view)


def column(field: str, label: Any) -> Callable[[Any], Any]:
    """A model's field under a label that staff read; the models' own labels are for developers."""

    @admin.display(description=label)
    def cell(row: Any) -> Any:
        told = getattr(row, f"get_{field}_display", None)
        return told() if told else _readable(getattr(row, field))

    cell.__name__ = field
    return cell


def _readable(value: Any) -> Any:
    """A row's own page would print a moment as the database does."""
    if value is None or value == "":
        return "–"
    if isinstance(value, datetime):
        return date_format(timezone.localtime(value), "j F Y H:i:s")
    return date_format(value, "j F Y") if isinstance(value, date) else value


def staff_source(request: HttpRequest) -> Source:
    return from_request(request, door=Door.ADMIN)


def require(request: HttpRequest, permission: str) -> None:
    if not request.user.has_perm(permission):
        raise PermissionDenied


def actor(request: HttpRequest) -> User:
    """Signed in for certain: the site lets nobody else near these views."""
    assert isinstance(request.user, User)
    return request.user


def require_may_act(request: HttpRequest, member: User) -> None:
    if not may_act_on(staff=actor(request), member=member):
        raise PermissionDenied
