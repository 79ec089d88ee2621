"""Every sentence about a statement: its state, whether it adds up, and what each line's status means.

An amount stands in a sentence only beside its date.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from balances.ledger import Difference, Kind, Row, StatementReading, Year
from balances.months import Month, MonthState, Stretch
from balances.reading import State
from balances.wording import FAILURES, LOCKED, NO_AMOUNT, SEGMENTS, Words, clock, joined, long_date, long_month, rupiah
from balances.wording import HELP as BALANCE_HELP

LABELS: Words = {
    State.LOCKED: gettext_lazy("Dikunci"),
    State.PENDING: gettext_lazy("Sedang diminta"),
    State.UNAVAILABLE: gettext_lazy("Belum lengkap"),
    State.ERROR: gettext_lazy("Belum berhasil diambil"),
    State.STALE: gettext_lazy("Data lama"),
    State.FRESH: gettext_lazy("Terbaru"),
}

STATUSES: Words = {
    "LUNAS": gettext_lazy("lunas"),
    "DITERIMA": gettext_lazy("diterima, belum dibukukan"),
    "BELUM_BAYAR": gettext_lazy("belum terlihat"),
    "SEBAGIAN": gettext_lazy("dibayar sebagian"),
    "KOREKSI": gettext_lazy("koreksi"),
    "UNKNOWN": gettext_lazy("status tidak dikenal"),
}
MOST_NAMED = 6
_MUST_ACT = {"not_found", "mismatch", "blocked", "link_expired"}


def sentences(reading: StatementReading, now: datetime) -> list[str]:
    """What the member reads above the tables, or instead of them."""
    by_state: dict[State, Callable[[], list[str]]] = {
        State.LOCKED: lambda: [str(LOCKED.get(reading.reason, LOCKED[""]))],
        State.PENDING: lambda: [_pending(reading)],
        State.UNAVAILABLE: lambda: [str(NO_AMOUNT.get(reading.reason, NO_AMOUNT["UNKNOWN"])), *_failure(reading, now)],
        State.ERROR: lambda: _failure(reading, now) or [_("Penyedia data belum punya rincian untuk kartu ini.")],
        State.STALE: lambda: _stale(reading, now),
        State.FRESH: list,
    }
    return by_state[reading.state]()


def _pending(reading: StatementReading) -> str:
    if reading.held_back:
        return str(FAILURES["held_back"])
    if reading.refreshing:
        return _("Rincian sedang kami minta ke penyedia data. Biasanya kurang dari satu menit.")
    return _("Rincian kartu ini belum pernah diambil. Muat ulang halaman ini untuk memintanya.")


def _stale(reading: StatementReading, now: datetime) -> list[str]:
    if reading.failure:
        return [*_failure(reading, now), _("Rincian di bawah tetap yang terakhir kami terima.")]
    if reading.held_back and reading.refreshing:
        return [str(FAILURES["held_back"])]
    if reading.refreshing:
        return [_("Rincian yang lebih baru sedang kami minta.")]
    return [_("Rincian ini belum kami periksa lagi hari ini. Muat ulang halaman ini untuk meminta yang terbaru.")]


def _failure(reading: StatementReading, now: datetime) -> list[str]:
    if not reading.failure:
        return []
    what = str(FAILURES.get(reading.failure, FAILURES["unavailable"]))
    if reading.refreshing:
        return [what, _("Sedang kami coba lagi sekarang.")]
    if reading.failure in _MUST_ACT or reading.next_try_at is None:
        return [what]
    again = _("Kami coba lagi sendiri sekitar %(time)s; Anda tidak perlu melakukan apa pun.")
    return [what, again % {"time": clock(reading.next_try_at, now)}]


def help_slug(reading: StatementReading) -> str:
    """The page that explains what the member sees; "" where all is well."""
    codes = {
        State.LOCKED: reading.reason or State.LOCKED,
        State.PENDING: State.PENDING,
        State.UNAVAILABLE: reading.reason if reading.reason in NO_AMOUNT else "UNKNOWN",
        State.STALE: reading.failure or State.STALE,
        State.FRESH: "",
    }
    if reading.state is State.ERROR and not reading.failure:
        return "rincian-belum-ada"
    code = codes.get(reading.state, reading.failure)
    return BALANCE_HELP.get(code, BALANCE_HELP["unavailable"]) if code else ""


# Does it add up?


def reconciliation(reading: StatementReading) -> list[str]:
    """Whether the lines give the balance to the rupiah, and which are not settled yet."""
    if not any(year.known for year in reading.years):
        return []
    parts = [_adds_up(reading), *map(_difference, reading.differences), *_not_posted(reading), *_open_years(reading)]
    return [part for part in parts if part]


def _adds_up(reading: StatementReading) -> str:
    if reading.differences:
        return _("Ada bagian yang belum cocok. Angka di bawah kami tampilkan seperti yang diberikan penyedia data.")
    if reading.amount is None or reading.as_of is None:
        return _("Semua baris sudah kami cocokkan satu sama lain sampai rupiah terakhir.")
    return _("Semua baris cocok sampai rupiah terakhir dengan saldo per %(date)s.") % {"date": long_date(reading.as_of)}


def _difference(one: Difference) -> str:
    words = {"year": one.year, "amount": rupiah(abs(one.amount)), "date": long_date(one.as_of)}
    if one.kind is Kind.CONTRIBUTIONS:
        return (
            _("Iuran bulanan yang dibukukan pada %(year)s berbeda %(amount)s dari jumlah setahun, per %(date)s.")
            % words
        )
    if one.kind is Kind.CHAIN:
        return _("Saldo awal %(year)s berbeda %(amount)s dari saldo akhir tahun sebelumnya, per %(date)s.") % words
    return _("Saldo akhir %(year)s berbeda %(amount)s dari saldo per %(date)s.") % words


def _not_posted(reading: StatementReading) -> list[str]:
    months = sorted({row.month for row in reading.awaiting})
    if not months:
        return []
    words = {"months": joined(long_month(month) for month in months)}
    return [
        _("Iuran %(months)s sudah diterima tetapi belum dibukukan, jadi belum termasuk saldo. Anda tidak perlu "
          "melakukan apa pun.") % words
    ]  # fmt: skip


def _open_years(reading: StatementReading) -> list[str]:
    counting = [str(year.year) for year in reading.years if not year.known]
    provisional = [str(year.year) for year in reading.years if year.known and not year.final]
    found = []
    if counting:
        found.append(_("Tahun %(years)s masih dihitung penyedia data.") % {"years": joined(counting)})
    if provisional:
        found.append(_("Hasil pengembangan %(years)s masih sementara.") % {"years": joined(provisional)})
    return found


def reconciliation_help(reading: StatementReading) -> list[str]:
    """The pages that explain what `reconciliation` names."""
    known = [year for year in reading.years if year.known]
    return [
        slug
        for slug, fits in (
            ("rincian-belum-cocok", bool(known and reading.differences)),
            ("iuran-belum-dibukukan", bool(known and reading.awaiting)),
            ("sedang-dihitung", bool(known) and len(known) < len(reading.years)),
            ("hasil-sementara", any(not year.final for year in known)),
        )
        if fits
    ]


def rate(year: Year) -> str:
    """5,70%, or in words why there is none: only the upstream may say that it is not set yet."""
    if year.rate_percent is not None:
        return f"{year.rate_percent:.2f}%".replace(".", ",")
    return _("belum ditetapkan") if year.rate_status == "BELUM_DITETAPKAN" else _("tidak diberikan")


# Did my employer pay?

MONTHS: dict[MonthState, str | Promise] = {
    MonthState.PAID: gettext_lazy("lunas"),
    MonthState.LATE: gettext_lazy("lunas, terlambat"),
    MonthState.PARTIAL: gettext_lazy("dibayar sebagian"),
    MonthState.RECEIVED: gettext_lazy("diterima, belum dibukukan"),
    MonthState.AHEAD: gettext_lazy("belum jatuh tempo"),
    MonthState.NOT_SEEN: gettext_lazy("belum terlihat"),
    MonthState.MISSING: gettext_lazy("tidak tercatat"),
    MonthState.NONE: gettext_lazy("tidak ada iuran"),
    MonthState.UNCLEAR: gettext_lazy("status tidak dikenal"),
}
# The page (jht_portal.help) that explains a month which is not simply paid
MONTH_HELP: dict[MonthState, str] = {
    MonthState.MISSING: "bulan-iuran-kosong",
    MonthState.PARTIAL: "bulan-iuran-kosong",
    MonthState.NOT_SEEN: "bulan-iuran-kosong",
    MonthState.RECEIVED: "iuran-belum-dibukukan",
    MonthState.AHEAD: "iuran-belum-dibukukan",
    MonthState.LATE: "iuran-terlambat",
    MonthState.NONE: "bulan-tanpa-kewajiban",
    MonthState.UNCLEAR: "status-tidak-dikenal",
}
WAGE_HELP = "upah-dilaporkan"
_ANSWERS: dict[MonthState, str | Promise] = {
    MonthState.MISSING: gettext_lazy("Iuran %(months)s tidak tercatat."),
    MonthState.PARTIAL: gettext_lazy("Iuran %(months)s baru dibayar sebagian."),
    MonthState.NOT_SEEN: gettext_lazy("Iuran %(months)s belum terlihat; belum tentu tidak dibayar."),
}
# A shape for each, so that nothing hangs on colour.
SIGNS = {
    MonthState.PAID: "✓",
    MonthState.LATE: "!",
    MonthState.PARTIAL: "½",
    MonthState.RECEIVED: "…",
    MonthState.AHEAD: "·",
    MonthState.NOT_SEEN: "?",
    MonthState.MISSING: "✕",
    MonthState.NONE: "–",
    MonthState.UNCLEAR: "?",
}


def legend() -> list[tuple[str, str, str]]:
    """(state, sign, words) of each sign."""
    return [(state, SIGNS[state], str(words)) for state, words in MONTHS.items() if state != MonthState.UNCLEAR]


def month_words(one: Month) -> str:
    """Januari 2026: lunas, jatuh tempo 15 Februari 2026"""
    words = f"{long_month(one.month)}: {MONTHS[one.state]}"
    if one.due and one.state in {MonthState.AHEAD, MonthState.NOT_SEEN, MonthState.MISSING, MonthState.LATE}:
        words += ", " + _("batas setor %(date)s") % {"date": long_date(one.due)}
    return words


def answer(stretches: Sequence[Stretch]) -> str:
    """The first thing to know of all employments: which months are not there. "" where nothing stands out."""
    for state, text in _ANSWERS.items():
        months = sorted({month for stretch in stretches for month in stretch.of(state)})
        if months:
            return str(text) % {"months": listed(months)}
    return ""


def row_status(row: Row, stretches: Sequence[Stretch]) -> str:
    """What the strip says of an unpaid month, so that page and strip never differ; else the upstream's own word."""
    judged = (one.state for stretch in stretches for one in stretch.months if row in one.rows)
    state = next(judged, None) if row.unpaid else None
    return str(MONTHS[state] if state else STATUSES.get(row.status, STATUSES["UNKNOWN"])).capitalize()


def stretch_name(stretch: Stretch) -> str:
    return stretch.job.employer_name or str(SEGMENTS.get(stretch.job.segment, _("Iuran lain")))


def stretch_span(stretch: Stretch) -> str:
    """Januari 2019 sampai Maret 2021; without an end: sampai sekarang"""
    job = stretch.job
    if job.started_on is None:
        return ""
    start = date_format(job.started_on, "F Y")
    if job.ended_on is None:
        return _("%(start)s sampai sekarang") % {"start": start}
    return _("%(start)s sampai %(end)s") % {"start": start, "end": date_format(job.ended_on, "F Y")}


def stretch_sentences(stretch: Stretch, seen: date | None, support: str) -> list[str]:
    """What stands out in these months, gravest first, and what to do; the last word is that all is well."""
    parts = [
        *_missing(stretch, seen, support),
        *_told(stretch, MonthState.PARTIAL, _("Iuran %(months)s baru dibayar sebagian. Tanyakan kepada bagian "
                                              "kepegawaian kapan sisanya dibayar.")),
        *_told(stretch, MonthState.NOT_SEEN, _("Iuran %(months)s belum terlihat. Pembukuan bisa makan waktu beberapa "
                                               "minggu setelah dibayar, jadi ini belum tentu berarti tidak dibayar.")),
        *_told(stretch, MonthState.RECEIVED, _("Iuran %(months)s sudah diterima tetapi belum dibukukan. Anda tidak "
                                               "perlu melakukan apa pun.")),
        *_told(stretch, MonthState.LATE, _("Iuran %(months)s dibayar lewat batas setor. Uangnya sudah masuk; denda "
                                           "menjadi urusan pemberi kerja.")),
        *_told(stretch, MonthState.UNCLEAR, _("Status iuran %(months)s tidak kami kenal.")),
        *_none(stretch),
        *_fell(stretch),
    ]  # fmt: skip
    return parts or _all_well(stretch)


def stretch_help(stretch: Stretch) -> list[str]:
    """The pages that explain what stands out in these months, gravest first."""
    states = {one.state for one in stretch.months} - {MonthState.AHEAD}
    slugs = [slug for state, slug in MONTH_HELP.items() if state in states]
    if any(one.wage_fell for one in stretch.months):
        slugs.append(WAGE_HELP)
    return list(dict.fromkeys(slugs))


def _told(stretch: Stretch, state: MonthState, text: str) -> list[str]:
    months = stretch.of(state)
    return [text % {"months": listed(months)}] if months else []


def _missing(stretch: Stretch, seen: date | None, support: str) -> list[str]:
    months = stretch.of(MonthState.MISSING)
    if not months or seen is None:
        return []
    words = {"months": listed(months), "date": long_date(seen), "support": support}
    what = _("Iuran %(months)s tidak tercatat sampai %(date)s, padahal batas setor dan waktu pembukuannya sudah lewat. "
             "Bisa jadi belum dibayar, bisa jadi salah lapor.") % words  # fmt: skip
    ask = _("Tanyakan dulu kepada bagian kepegawaian dan siapkan slip gaji bulan itu.")
    call = _("Bila tidak selesai, hubungi %(support)s.") if support else _("Bila tidak selesai, hubungi kantor cabang.")
    return [what, f"{ask} {call % words}"]


def _none(stretch: Stretch) -> list[str]:
    months = stretch.of(MonthState.NONE)
    if not months:
        return []
    words = {"months": listed(months)}
    if stretch.job.segment == "BPU":
        text = _("Tidak ada iuran untuk %(months)s. Iuran ini Anda bayar sendiri; bulan yang terlewat tidak menambah "
                 "saldo, dan saldo yang ada tetap berkembang.")  # fmt: skip
        return [text % words]
    if stretch.job.segment == "PMI":
        return [_("Tidak ada iuran untuk %(months)s. Iuran JHT pekerja migran bersifat sukarela.") % words]
    text = _("Tidak ada iuran untuk %(months)s. Apakah saat itu ada yang wajib dibayar tidak bisa kami pastikan.")
    return [text % words]


def _fell(stretch: Stretch) -> list[str]:
    months = [one.month for one in stretch.months if one.wage_fell]
    if not months:
        return []
    text = _(
        "Upah yang dilaporkan turun pada %(months)s. Sebabnya bisa bermacam-macam; cocokkan dengan slip gaji Anda."
    )
    return [text % {"months": listed(months)}]


def _all_well(stretch: Stretch) -> list[str]:
    paid = stretch.of(MonthState.PAID)
    if not paid:
        return []
    return [_("Semua iuran yang sudah jatuh tempo tercatat, sampai %(month)s.") % {"month": long_month(paid[-1])}]


def listed(months: list[str]) -> str:
    """4 bulan sebelumnya, Mei 2019 dan Juni 2019: the last six are named."""
    named = [long_month(month) for month in months[-MOST_NAMED:]]
    if len(months) > MOST_NAMED:
        more = len(months) - MOST_NAMED
        text = ngettext("%(count)d bulan sebelumnya", "%(count)d bulan sebelumnya", more)
        named.insert(0, text % {"count": more})
    return joined(named)


def growth_description(first: int, last: int, day: date) -> str:
    words = {"first": first, "last": last, "date": long_date(day)}
    return _("Satu batang setiap tahun dari %(first)s sampai %(last)s, terakhir per %(date)s. Bagian bawah adalah "
             "iuran, bagian atas hasil pengembangan. Angkanya ada di tabel sesudah gambar.") % words  # fmt: skip
