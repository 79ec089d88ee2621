"""A member as staff see them: found by a POST, shown masked, changed by acts that say why."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin, messages
from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.activity_wording import DOORS, told
from accounts.admin import masks, member_acts, reveal, trail_words
from accounts.admin.acts import confirm
from accounts.admin.base import StaffAdmin, actor, require, require_may_act, staff_source
from accounts.admin.forms import InviteForm, LookUpForm, PersonForm
from accounts.admin.links import told_why
from accounts.audit import Action, record
from accounts.models import AuditRow, Card, User
from accounts.selectors import VISIBLE
from accounts.services import staff
from accounts.services.staff import CannotAct, may_act_on

NEWEST = 20


@dataclass(frozen=True)
class CardColumn:
    """What another room tells about a member's cards on the member's page: a text and an address by card key."""

    title: str | Promise
    permission: str
    cells: Callable[[User, Sequence[Card]], Mapping[int, tuple[str, str]]]


@dataclass(frozen=True)
class MemberLink:
    """A page of another room about one member."""

    title: str | Promise
    permission: str
    address: Callable[[User], str]


@admin.register(User)
class MemberAdmin(StaffAdmin):
    list_action, row_action = Action.MEMBERS_LISTED_BY_STAFF, Action.MEMBER_SEEN_BY_STAFF
    list_display = ("person", "masked_email", "card_count", "is_active", "date_joined")
    ordering = ("-date_joined", "-id")
    change_list_template = "admin/accounts/members.html"
    card_columns: ClassVar[list[CardColumn]] = []  # rooms above register theirs
    more: ClassVar[list[MemberLink]] = []  # and theirs

    @admin.display(description=gettext_lazy("nama"))
    def person(self, row: User) -> str:
        return row.name or "–"

    @admin.display(description=gettext_lazy("email"))
    def masked_email(self, row: User) -> str:
        return masks.email(row.email)

    @admin.display(description=gettext_lazy("kartu"))
    def card_count(self, row: Any) -> int:
        return int(row.cards_linked)

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """A subquery is counted for the rows of one page; a join would be grouped for every member there is."""
        linked = Card.objects.filter(member=OuterRef("pk"), state__in=VISIBLE).order_by().values("member")
        count = Subquery(linked.annotate(count=Count("*")).values("count"), output_field=IntegerField())
        members: QuerySet[User] = super().get_queryset(request)
        return members.annotate(cards_linked=Coalesce(count, 0)).defer("password")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("accounts.add_user")

    def get_urls(self) -> list[Any]:
        return [
            path("cari/", self.page(self.look_up_view), name="accounts_user_look_up"),
            path("<int:pk>/email/", self.page(self.email_view), name="accounts_user_email"),
            path("<int:pk>/aksi/<slug:name>/", self.page(self.act_view), name="accounts_user_act"),
            *super().get_urls(),
        ]

    def look_up_view(self, request: HttpRequest) -> HttpResponse:
        require(request, "accounts.view_user")
        form = LookUpForm(request.POST or None)
        found = None
        if form.is_valid():
            members = staff.look_up(by=staff_source(request), text=form.cleaned_data["text"]).members
            found = [(one, masks.person(one), masks.email(one.email)) for one in members]
            form = LookUpForm()  # what was typed is not sent back
        context = {**self.admin_site.each_context(request), "title": _("Cari anggota"), "form": form, "found": found}
        return render(request, "admin/accounts/look_up.html", context)

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        require(request, "accounts.add_user")
        form = InviteForm(request.POST or None)
        if form.is_valid():
            try:
                member = staff.invite(by=staff_source(request), **form.cleaned_data)
            except CannotAct as refusal:
                form.add_error("email", str(refusal))
            else:
                messages.success(request, _("Undangan dikirim. Akun terbuka setelah orangnya membuat kata sandi."))
                return HttpResponseRedirect(_page_of(member))
        context = {**self.admin_site.each_context(request), "title": _("Undang anggota"), "form": form}
        return render(request, "admin/accounts/invite.html", context)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        member = self.row_or_404(request, object_id)
        form = PersonForm(request.POST or None, initial={"name": member.name, "language": member.language})
        if request.method == "POST":
            require(request, "accounts.change_user")
            require_may_act(request, member)
            if form.is_valid():
                staff.edit(by=staff_source(request), member=member, **form.cleaned_data)
                messages.success(request, _("Perubahan disimpan."))
                return HttpResponseRedirect(_page_of(member))
        unmasked = reveal.is_open(request, _email_of(member))
        details: dict[str, Any] = {"unmasked": True} if unmasked else {}
        record(self.row_action, staff_source(request), member=member, **details)
        return self._member_page(request, member, form, unmasked=unmasked)

    def email_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        member = self.row_or_404(request, str(pk))

        def write(reason: str, why: str) -> None:
            record(Action.EMAIL_SEEN_BY_STAFF, staff_source(request), member=member, reason=reason, why=why)

        asked = reveal.Reveal(
            what=_email_of(member),
            title=_("Tampilkan email lengkap"),
            explanation=_("Email terlihat lima menit di sesi ini. Anggota dapat membaca bahwa Anda melihatnya."),
            button=_("Tampilkan email"),
            write=write,
        )
        return reveal.ask(
            request, site=self.admin_site, reveal=asked, about=masks.person(member), back=_page_of(member)
        )

    def act_view(self, request: HttpRequest, pk: int, name: str) -> HttpResponse:
        member = self.row_or_404(request, str(pk))
        require(request, "accounts.change_user")
        require_may_act(request, member)
        act = member_acts.act_or_404(name, by=staff_source(request), member=member)
        return confirm(
            request, site=self.admin_site, act=act, row=member, about=masks.person(member), back=_page_of(member)
        )

    def whose(self, row: User) -> User:
        return row

    def _member_page(self, request: HttpRequest, member: User, form: PersonForm, *, unmasked: bool) -> HttpResponse:
        may_act = may_act_on(staff=actor(request), member=member) and request.user.has_perm("accounts.change_user")
        context = {
            **self.admin_site.each_context(request),
            "title": _("Anggota"),
            "member": member,
            "person": masks.person(member),
            "email": member.email if unmasked else masks.email(member.email),
            "email_shown": unmasked,
            "email_verified": EmailAddress.objects.filter(user=member, verified=True).exists(),
            "authenticators": [one.get_type_display() for one in Authenticator.objects.filter(user=member)],
            "form": form if may_act else None,
            "acts": member_acts.offered(by=actor(request), member=member) if may_act else [],
            "cards": self._cards(request, member),
            "columns": self._columns(request),
            "more": [(one.title, one.address(member)) for one in self.more if request.user.has_perm(one.permission)],
            "may_unlink": may_act and request.user.has_perm("accounts.change_card"),
            "link_requests": _link_requests(request, member),
            "trail": _trail(request, member),
        }
        return render(request, "admin/accounts/member.html", context)

    def _columns(self, request: HttpRequest) -> list[CardColumn]:
        return [column for column in self.card_columns if request.user.has_perm(column.permission)]

    def _cards(self, request: HttpRequest, member: User) -> list[tuple[Card, list[Any]]]:
        if not request.user.has_perm("accounts.view_card"):
            return []
        cards = list(member.cards.order_by("-linked_at")[: NEWEST * 2])
        columns = [column.cells(member, cards) for column in self._columns(request)]
        return [(card, [cells.get(card.pk) for cells in columns]) for card in cards]


def _link_requests(request: HttpRequest, member: User) -> list[Any]:
    if not request.user.has_perm("accounts.view_linkrequest"):
        return []
    return [(row, told_why(row)) for row in member.link_requests.order_by("-created_at")[:NEWEST]]


def _trail(request: HttpRequest, member: User) -> list[Any]:
    if not request.user.has_perm("accounts.view_auditrow"):
        return []
    rows = trail_words.with_people(AuditRow.objects.filter(member=member.public_id)).order_by("-at")[:NEWEST]
    sees = request.user.has_perm("accounts.view_user")
    return [
        (row, told(row.action, row.details), DOORS.get(row.door, row.door), trail_words.who(row, sees_members=sees))
        for row in rows
    ]


def _email_of(member: User) -> str:
    return f"email {member.public_id}"


def _page_of(member: User) -> str:
    return reverse("admin:accounts_user_change", args=[member.pk])
