"""Every sentence about a member's working life over several cards: what is shown, what it may mean, what to do."""

from __future__ import annotations

from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from balances.employments import CardLine, CardState
from balances.timeline import Gap, Overlap, Repeat, Tenure, Timeline
from balances.wording import FAILURES, HELP, LOCKED, SEGMENTS, joined, long_month

MOST_TOLD = 6  # gaps or overlaps, the newest

_CARDS: dict[CardState, str | Promise] = {
    CardState.ASKING: gettext_lazy("Riwayat kerjanya sedang kami minta. Biasanya kurang dari satu menit."),
    CardState.EMPTY: gettext_lazy("Penyedia data tidak memberi riwayat kerja untuk kartu ini."),
}
_HELP = {CardState.ASKING: "saldo-sedang-diminta", CardState.EMPTY: "riwayat-kerja"}


def card_sentence(card: CardLine) -> str:
    """Why nothing is told of a card; "" where there is nothing to explain."""
    if card.state is CardState.LOCKED:
        return str(LOCKED.get(card.reason, LOCKED[""]))
    if card.state is CardState.FAILED:
        return str(FAILURES.get(card.reason, FAILURES["unavailable"]))
    return str(_CARDS.get(card.state, ""))


def card_help(card: CardLine) -> str:
    if card.state is CardState.LOCKED:
        return HELP.get(card.reason, HELP["locked"])
    if card.state is CardState.FAILED:
        return HELP.get(card.reason, HELP["unavailable"])
    return _HELP.get(card.state, "")


def kpj(last_four: str) -> str:
    return f"KPJ •••• {last_four}"


def employer(tenure: Tenure) -> str:
    """An unnamed one is called by its segment: who pays for oneself has no employer."""
    return tenure.employer_name or str(SEGMENTS.get(tenure.segment, _("Tanpa nama")))


def started(tenure: Tenure) -> str:
    return _month(tenure.started_on) if tenure.started_on else _("tidak diberikan")


def ended(tenure: Tenure) -> str:
    if tenure.running:
        return _("sekarang")
    return _month(tenure.ended_on) if tenure.ended_on else _("tidak diberikan")


def _month(day: date) -> str:
    return long_month(f"{day:%Y-%m}")


def _between(first: str, last: str) -> str:
    """Maret 2018, or Maret 2018 sampai Juni 2019"""
    if first == last:
        return long_month(first)
    return _("%(start)s sampai %(end)s") % {"start": long_month(first), "end": long_month(last)}


def gap(one: Gap) -> str:
    if one.lasting:
        return _("Sejak %(month)s") % {"month": long_month(one.first)}
    return _between(one.first, one.last)


def overlap(one: Overlap) -> str:
    names = {
        "span": _between(f"{one.first:%Y-%m}", f"{one.last:%Y-%m}"),
        "one": f"{employer(one.one)} (•••• {one.one.last_four})",
        "other": f"{employer(one.other)} (•••• {one.other.last_four})",
    }
    return _("%(span)s: %(one)s dan %(other)s") % names


def repeat(one: Repeat) -> str:
    words = {"employer": one.employer_name, "cards": joined(kpj(last_four) for last_four in one.last_fours)}
    if one.settled:
        merged = joined(
            _("%(card)s sudah digabung ke %(into)s") % {"card": kpj(card), "into": kpj(into)}
            for card, into in one.merged
        )
        what = _("%(employer)s tercatat di %(cards)s. Itu wajar: %(merged)s. Anda tidak perlu melakukan apa pun.")
        return what % {**words, "merged": merged}
    if one.same_time:
        return (
            _("%(employer)s tercatat di %(cards)s untuk waktu yang sama. Mungkin satu pekerjaan didaftarkan dua kali. "
              "Saldo tiap kartu terpisah. Untuk menyatukannya, datang ke kantor cabang dengan KTP dan semua kartunya.")
            % words
        )  # fmt: skip
    return (
        _("%(employer)s tercatat di %(cards)s pada waktu yang berbeda. Mungkin Anda didaftarkan lagi dengan nomor "
          "baru. Saldo tiap kartu terpisah sampai digabung di kantor cabang.")
        % words
    )  # fmt: skip


def description(told: Timeline) -> str:
    """For who cannot see the picture."""
    return _(
        "Satu batang untuk setiap masa kerja, dari yang paling awal di atas. Kartu, pemberi kerja, dan bulannya ada di "
        "daftar sesudah gambar."
    )
