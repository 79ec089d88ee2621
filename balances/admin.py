"""Balances as staff see them: state and dates at a glance, the amount only on an audited press, and fetching again."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts.admin import masks, reveal
from accounts.admin.base import StaffAdmin, column, require, require_may_act, staff_source
from accounts.admin.members import CardColumn, MemberAdmin
from accounts.audit import Action, record
from accounts.models import Card, User
from balances.models import Balance, BalanceHistory, FetchAttempt
from balances.reading import Reading, State
from balances.selectors import reading_of
from balances.services import Asked, ask_refresh

NEWEST = 12
STATES = {
    State.LOCKED: gettext_lazy("dikunci"),
    State.MERGED: gettext_lazy("digabung"),
    State.CLAIMED: gettext_lazy("sudah diklaim"),
    State.PENDING: gettext_lazy("belum ada jawaban"),
    State.UNAVAILABLE: gettext_lazy("belum tersedia"),
    State.ERROR: gettext_lazy("gagal diambil"),
    State.STALE: gettext_lazy("lama"),
    State.FRESH: gettext_lazy("terbaru"),
}
TOLD = {
    Asked.ASKED: gettext_lazy("Saldo sedang diambil lagi."),
    Asked.UNDER_WAY: gettext_lazy("Saldo memang sedang diambil."),
    Asked.TOO_SOON: gettext_lazy("Saldo baru saja diambil; coba lagi beberapa menit lagi."),
    Asked.NOT_POSSIBLE: gettext_lazy("Saldo kartu ini tidak dapat diambil dalam keadaan sekarang."),
}

TRIES = (
    column("fetched_at", gettext_lazy("terakhir dijawab")),
    column("next_fetch_at", gettext_lazy("boleh diambil lagi")),
    column("failures", gettext_lazy("gagal berturut-turut")),
    column("last_error", gettext_lazy("kendala terakhir")),
)


class OfCardAdmin(StaffAdmin):
    """Rows that belong to a card."""

    list_action = row_action = Action.BALANCE_SEEN_BY_STAFF
    list_select_related = ("card__member",)
    allowed_lookups = frozenset({"card"})  # our own key

    @admin.display(description="KPJ")
    def number(self, row: Any) -> str:
        return masks.kpj(row.card.kpj_last4)

    @admin.display(description=gettext_lazy("anggota"))
    def owner(self, row: Any) -> str:
        return masks.person(row.card.member)

    def whose(self, row: Any) -> User:
        return row.card.member  # type: ignore[no-any-return]

    def which(self, row: Any) -> UUID:
        return row.card.public_id  # type: ignore[no-any-return]


@admin.register(Balance)
class BalanceAdmin(OfCardAdmin):
    list_display = ("number", "owner", "state", "as_of_day", *TRIES)

    @admin.display(description=gettext_lazy("keadaan"))
    def state(self, row: Balance) -> str:
        return str(STATES[_reading(row.card, row).state])

    @admin.display(description=gettext_lazy("per tanggal"), empty_value="–")
    def as_of_day(self, row: Balance) -> Any:
        return _reading(row.card, row).as_of

    def get_urls(self) -> list[Any]:
        return [
            path("<int:pk>/jumlah/", self.page(self.amount_view), name="balances_balance_amount"),
            path("<int:pk>/ambil/", self.page(require_POST(self.fetch_view)), name="balances_balance_fetch"),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        row = self.row_or_404(request, object_id)
        with_amount = reveal.is_open(request, _amount_of(row))
        details: dict[str, Any] = {"amount": True} if with_amount else {}
        self._write(request, row, **details)
        return self._balance_page(request, row, with_amount=with_amount)

    def amount_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        row = self.row_or_404(request, str(pk))
        asked = reveal.Reveal(
            what=_amount_of(row),
            title=_("Tampilkan jumlah saldo"),
            explanation=_("Jumlah terlihat lima menit di sesi ini. Anggota dapat membaca bahwa Anda melihatnya."),
            button=_("Tampilkan jumlah"),
            write=lambda reason, why: self._write(request, row, reason=reason, why=why, amount=True),
        )
        about = f"KPJ {masks.kpj(row.card.kpj_last4)}, {masks.person(row.card.member)}"
        return reveal.ask(request, site=self.admin_site, reveal=asked, about=about, back=_page_of(row.card))

    def _write(self, request: HttpRequest, row: Balance, reason: str = "", **details: Any) -> None:
        source, card = staff_source(request), row.card
        record(Action.BALANCE_SEEN_BY_STAFF, source, member=card.member, card=card.public_id, reason=reason, **details)

    def fetch_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        require(request, "balances.change_balance")
        row = self.row_or_404(request, str(pk))
        require_may_act(request, row.card.member)
        asked = ask_refresh(card=row.card, source=staff_source(request))
        level = messages.SUCCESS if asked in {Asked.ASKED, Asked.UNDER_WAY} else messages.WARNING
        messages.add_message(request, level, TOLD[asked])
        return HttpResponseRedirect(_page_of(row.card))

    def _balance_page(self, request: HttpRequest, row: Balance, *, with_amount: bool) -> HttpResponse:
        reading = _reading(row.card, row)
        # What two people claim is nobody's to read before the case is decided.
        may_see_history = request.user.has_perm("balances.view_balancehistory") and reading.state is not State.LOCKED
        context = {
            **self.admin_site.each_context(request),
            "title": _("Saldo kartu"),
            "row": row,
            "member": row.card.member,
            "person": masks.person(row.card.member),
            "number": masks.kpj(row.card.kpj_last4),
            "reading": reading,
            "state": STATES[reading.state],
            "with_amount": with_amount,
            "may_fetch": request.user.has_perm("balances.change_balance"),
            "history": row.card.balance_history.all()[:NEWEST] if with_amount and may_see_history else [],
            "attempts": row.card.fetch_attempts.all()[:NEWEST],
        }
        return render(request, "admin/balances/balance.html", context)


@admin.register(BalanceHistory)
class BalanceHistoryAdmin(OfCardAdmin):
    """Dates only; the amounts are on the balance's own page, on an audited press."""

    list_display = shown = (
        "number",
        "owner",
        column("as_of", gettext_lazy("per tanggal")),
        column("fetched_at", gettext_lazy("diterima")),
    )


@admin.register(FetchAttempt)
class FetchAttemptAdmin(OfCardAdmin):
    list_display = shown = (
        "number",
        "owner",
        column("started_at", gettext_lazy("waktu")),
        column("milliseconds", gettext_lazy("lama (ms)")),
        column("outcome", gettext_lazy("hasil")),
        column("upstream_reference", gettext_lazy("nomor rujukan")),
    )


def _reading(card: Card, balance: Balance) -> Reading:
    card.balance = balance
    return reading_of(card)


def _amount_of(balance: Balance) -> str:
    return f"amount {balance.card.public_id}"


def _page_of(card: Card) -> str:
    return reverse("admin:balances_balance_change", args=[card.pk])


def _cells(member: User, cards: Sequence[Card]) -> Mapping[int, tuple[str, str]]:
    """State and date of each card's balance, with the address of its page."""
    rows = Balance.objects.filter(card__in=cards)
    by_key = {card.pk: card for card in cards}
    return {row.pk: (_told(_reading(by_key[row.pk], row)), _page_of(by_key[row.pk])) for row in rows}


def _told(reading: Reading) -> str:
    state = str(STATES[reading.state])
    if reading.as_of is None:
        return state
    return _("%(state)s, per %(day)s") % {"state": state, "day": date_format(reading.as_of, "j F Y")}


MemberAdmin.card_columns.append(CardColumn(gettext_lazy("Saldo"), "balances.view_balance", _cells))
