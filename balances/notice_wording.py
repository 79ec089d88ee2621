"""The four things about money that a member is told, and how. Only `amounts` holds an amount, and always its date."""

from __future__ import annotations

from datetime import date
from typing import Final
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Card
from accounts.notices import About, NoticeKind, register
from balances.models import BalanceHistory, StatementYear
from balances.wording import joined, long_date, long_month, rupiah

BALANCE_CHANGED: Final = "balance_changed"
MONTH_MISSING: Final = "month_missing"
YEAR_CLOSED: Final = "year_closed"
CARD_MERGED: Final = "card_merged"
MOST_NAMED: Final = 6


def register_kinds() -> None:
    register(
        NoticeKind(
            code=BALANCE_CHANGED,
            choice_label=lambda: _("Saldo berubah"),
            title=lambda about: _("Saldo kartu Anda berubah"),
            body=_balance_changed,
            amounts=_new_balance,
            link=lambda about: reverse("balance", args=[about.card_id]),
        )
    )
    register(
        NoticeKind(
            code=MONTH_MISSING,
            choice_label=lambda: _("Iuran satu bulan tidak tercatat"),
            title=lambda about: _("Ada iuran yang tidak tercatat"),
            body=_month_missing,
            link=lambda about: _statement(about, about.subject[:4]),
        )
    )
    register(
        NoticeKind(
            code=YEAR_CLOSED,
            choice_label=lambda: _("Rincian satu tahun menjadi final"),
            title=lambda about: _("Rincian tahun %(year)s sudah final") % {"year": about.subject},
            body=_year_closed,
            amounts=_year_end,
            link=lambda about: _statement(about, about.subject),
        )
    )
    register(
        NoticeKind(
            code=CARD_MERGED,
            choice_label=lambda: _("Kartu digabung"),
            title=lambda about: _("Satu kartu Anda digabung"),
            body=lambda about: (
                _(
                    "KPJ •••• %(last_four)s digabung ke kartu Anda yang lain. Saldonya ikut pindah ke sana. "
                    "Di halaman kartu ini tertulis ke mana."
                )
                % {"last_four": about.last_four}
            ),
            link=lambda about: reverse("balance", args=[about.card_id]),
        )
    )


def _balance_changed(about: About) -> str:
    words = {"last_four": about.last_four, "date": long_date(date.fromisoformat(about.facts["as_of"]))}
    if about.facts["more"]:
        return _("Saldo KPJ •••• %(last_four)s bertambah. Angka barunya per %(date)s.") % words
    return (
        _(
            "Saldo KPJ •••• %(last_four)s berkurang. Angka barunya per %(date)s. Ini wajar setelah klaim atau koreksi; "
            "bila Anda tidak tahu sebabnya, lihat Rincian atau hubungi petugas."
        )
        % words
    )


def _new_balance(about: About) -> str:
    row = BalanceHistory.objects.filter(pk=int(about.subject), card__in=_card(about)).first()
    if row is None:
        return ""
    day = long_date(date.fromisoformat(about.facts["as_of"]))
    return _("Saldo: %(amount)s per %(date)s.") % {"amount": rupiah(row.amount), "date": day}


def _month_missing(about: About) -> str:
    months = about.facts["months"]
    words = {"last_four": about.last_four, "months": _named(months)}
    return (
        _(
            "Di KPJ •••• %(last_four)s iuran %(months)s tidak tercatat, padahal batas setor dan waktu pembukuannya "
            "sudah lewat. Rincian menjelaskan apa yang bisa Anda lakukan."
        )
        % words
    )


def _named(months: list[str]) -> str:
    """The newest ones by name, the others by their number."""
    newest = [long_month(month) for month in months[-MOST_NAMED:]]
    others = len(months) - len(newest)
    if others:
        newest.append(ngettext("%(count)s bulan lain", "%(count)s bulan lain", others) % {"count": others})
    return joined(newest)


def _year_closed(about: About) -> str:
    words = {"last_four": about.last_four, "year": about.subject}
    rate = about.facts["rate"]
    if rate is None:
        return _("Rincian tahun %(year)s untuk KPJ •••• %(last_four)s sudah final.") % words
    words["rate"] = f"{rate}%".replace(".", ",")
    return (
        _("Rincian tahun %(year)s untuk KPJ •••• %(last_four)s sudah final. Tingkat pengembangannya %(rate)s.") % words
    )


def _year_end(about: About) -> str:
    row = StatementYear.objects.filter(year=int(about.subject), card__in=_card(about)).first()
    if row is None or row.closing is None:
        return ""
    words = {"amount": rupiah(row.closing), "date": long_date(date(row.year, 12, 31))}
    return _("Saldo akhir tahun: %(amount)s per %(date)s.") % words


def _card(about: About) -> QuerySet[Card]:
    """Nothing of a card that was closed or let go meanwhile."""
    return Card.objects.filter(public_id=about.card_id or UUID(int=0), state=Card.State.ACTIVE)


def _statement(about: About, year: str) -> str:
    return f"{reverse('statement', args=[about.card_id])}?tahun={year}"
