"""Every sentence about a balance: what happened, how long it may take, what to do. Each is worded once, here.

No sentence holds an amount; the only amounts on a page are those of a Reading or a Total, beside their date.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from balances.reading import Reading, State, Total

Words = dict[str, "str | Promise"]

LABELS: Words = {
    State.LOCKED: gettext_lazy("Dikunci"),
    State.MERGED: gettext_lazy("Sudah digabung"),
    State.CLAIMED: gettext_lazy("Sudah diklaim"),
    State.PENDING: gettext_lazy("Sedang diminta"),
    State.UNAVAILABLE: gettext_lazy("Belum ada angkanya"),
    State.ERROR: gettext_lazy("Belum berhasil diambil"),
    State.STALE: gettext_lazy("Data lama"),
    State.FRESH: gettext_lazy("Terbaru"),
}

SEGMENTS: Words = {
    "PU": gettext_lazy("Penerima Upah"),
    "BPU": gettext_lazy("Bukan Penerima Upah"),
    "PMI": gettext_lazy("Pekerja Migran Indonesia"),
}

LOCKED: Words = {
    "": gettext_lazy("Kartu ini dikunci, jadi saldonya tidak ditampilkan. Hubungi petugas untuk membukanya."),
    "disputed": gettext_lazy(
        "Kartu ini dikunci karena orang lain juga memintanya. Saldonya tidak ditampilkan kepada siapa pun "
        "sampai petugas selesai memeriksa. Anda akan kami beri tahu; siapkan KTP dan kartu bila petugas memintanya."
    ),
    "reported": gettext_lazy(
        "Tombol “Bukan saya” ditekan untuk kartu ini. Saldonya tertutup sampai petugas memeriksanya."
    ),
    "outranked": gettext_lazy(
        "Orang lain membuktikan kartu ini dengan kode, jadi saldonya tertutup. Kartu Anda? Hubungkan lagi dengan kode."
    ),
    "owner": gettext_lazy("Anda mengunci kartu ini. Saldonya tampil lagi setelah Anda membukanya di halaman Kartu."),
    "staff": gettext_lazy(
        "Petugas membekukan kartu ini. Hubungi petugas untuk mengetahui alasan dan langkah berikutnya."
    ),
}

NO_AMOUNT: Words = {
    "BARU": gettext_lazy(
        "Kartu ini masih baru, jadi penyedia data belum punya angkanya. Angka muncul setelah iuran pertama dibukukan. "
        "Anda tidak perlu melakukan apa pun."
    ),
    "DIHITUNG": gettext_lazy(
        "Saldo sedang dihitung oleh penyedia data. Lihat lagi dalam beberapa hari; Anda tidak perlu melakukan apa pun."
    ),
    "PERUSAHAAN": gettext_lazy(
        "Penyedia data masih menunggu data dari pemberi kerja Anda. "
        "Tanyakan kepada bagian kepegawaian apakah laporan iuran sudah dikirim."
    ),
    "PESERTA": gettext_lazy(
        "Penyedia data menunggu sesuatu dari Anda, misalnya data yang belum lengkap. "
        "Hubungi kantor cabang dan sebutkan nomor kartu Anda."
    ),
    "TRANSAKSI": gettext_lazy(
        "Ada klaim atau penggabungan kartu yang sedang diproses, jadi saldonya belum pasti. "
        "Lihat lagi setelah prosesnya selesai."
    ),
    "UNKNOWN": gettext_lazy(
        "Penyedia data belum memberi angka untuk kartu ini dan alasannya tidak kami kenal. "
        "Lihat lagi besok; bila tetap begini, hubungi petugas."
    ),
}

_OUR_FAULT = gettext_lazy("Ada kesalahan di pihak kami. Petugas teknis sudah diberi tahu.")
_OUR_ENTRY = gettext_lazy(
    "Portal ini sedang tidak bisa masuk ke sistem penyedia data. Petugas teknis sudah diberi tahu."
)
_NOT_THERE = gettext_lazy(
    "Data kartu ini tidak ditemukan pada penyedia data. Periksa nomor kartu Anda atau tanyakan ke kantor cabang."
)

# By the code of a provider error (contract 3.4) or of balances.freshness. Which of them we try again by ourselves is
# said after it, with the time.
FAILURES: Words = {
    "unavailable": gettext_lazy("Sistem penyedia data sedang tidak menjawab."),
    "maintenance": gettext_lazy("Sistem penyedia data sedang dalam pemeliharaan."),
    "rate_limited": gettext_lazy("Penyedia data sedang membatasi jumlah permintaan."),
    "held_back": gettext_lazy(
        "Sistem penyedia data sedang sibuk. Permintaan ini tetap antre dan kami kirim begitu ada giliran; "
        "Anda tidak perlu melakukan apa pun."
    ),
    "not_found": _NOT_THERE,
    "mismatch": _NOT_THERE,
    "blocked": gettext_lazy("Penyedia data memblokir kartu ini. Hubungi kantor cabang untuk membukanya."),
    "link_expired": gettext_lazy(
        "Sambungan kartu ini dengan penyedia data sudah berakhir. "
        "Lepaskan kartu ini lalu hubungkan lagi di halaman Kartu."
    ),
    "merged": gettext_lazy("Kartu ini sudah digabung ke kartu Anda yang lain."),
    "no_contact": gettext_lazy("Penyedia data tidak mencatat nomor HP atau email untuk mengirim kode."),
    "code_expired": gettext_lazy("Kode ini sudah tidak berlaku. Minta kode baru."),
    "code_blocked": gettext_lazy("Terlalu banyak kode yang salah. Coba lagi nanti dengan kode baru."),
    "auth_failed": _OUR_ENTRY,
    "token_expired": _OUR_ENTRY,
    "invalid_request": _OUR_FAULT,
    "duplicate": _OUR_FAULT,
    "internal_error": _OUR_FAULT,
    "bad_answer": gettext_lazy(
        "Jawaban penyedia data tidak lolos pemeriksaan kami, jadi tidak kami pakai. Petugas teknis sudah diberi tahu."
    ),
    "older_as_of": gettext_lazy(
        "Penyedia data memberi angka yang lebih lama daripada yang sudah kami punya, jadi tidak kami pakai. "
        "Petugas teknis sudah diberi tahu."
    ),
}
_MEMBER_MUST_ACT = {"not_found", "mismatch", "blocked", "link_expired"}


def sentences(reading: Reading, now: datetime) -> list[str]:
    """What the member reads under the amount, or instead of it."""
    by_state: dict[State, Callable[[], list[str]]] = {
        State.LOCKED: lambda: [str(LOCKED.get(reading.reason, LOCKED[""]))],
        State.MERGED: lambda: [_merged(reading)],
        State.CLAIMED: lambda: [_claimed(reading), *_failure(reading, now)],
        State.PENDING: lambda: [_pending(reading)],
        State.UNAVAILABLE: lambda: [*_no_amount(reading), *_failure(reading, now)],
        State.ERROR: lambda: _failure(reading, now),
        State.STALE: lambda: _stale(reading, now),
        State.FRESH: list,
    }
    return [*_loud(reading, now), *by_state[reading.state]()]


def _merged(reading: Reading) -> str:
    if reading.merged_into_last_four:
        return _(
            "Kartu ini sudah digabung ke KPJ •••• %(last_four)s. Saldonya ikut pindah ke sana "
            "dan tidak dihitung lagi di sini. Anda tidak perlu melakukan apa pun."
        ) % {"last_four": reading.merged_into_last_four}
    return _(
        "Kartu ini sudah digabung ke kartu Anda yang lain. Saldonya ikut pindah ke sana. "
        "Bila kartu itu belum ada di daftar Anda, hubungkan di halaman Kartu."
    )


def _claimed(reading: Reading) -> str:
    if reading.amount is not None:
        return _("Saldo kartu ini sudah diklaim. Angka di atas adalah sisanya menurut penyedia data.")
    if reading.refreshing:
        return _("Saldo kartu ini sudah diklaim. Sisanya sedang kami minta ke penyedia data.")
    return _("Saldo kartu ini sudah diklaim. Sisanya belum kami ketahui.")


def _pending(reading: Reading) -> str:
    if reading.held_back:
        return str(FAILURES["held_back"])
    if reading.refreshing:
        return _("Saldo sedang kami minta ke penyedia data. Biasanya kurang dari satu menit.")
    return _("Saldo kartu ini belum pernah diambil. Muat ulang halaman ini untuk memintanya.")


def _no_amount(reading: Reading) -> list[str]:
    why = str(NO_AMOUNT.get(reading.reason, NO_AMOUNT["UNKNOWN"]))
    return [why, _("Angka di atas adalah yang terakhir kami terima.")] if reading.amount is not None else [why]


def _stale(reading: Reading, now: datetime) -> list[str]:
    if reading.failure:
        return [*_failure(reading, now), _("Saldo di atas tetap yang terakhir kami terima.")]
    if reading.held_back and reading.refreshing:
        return [str(FAILURES["held_back"])]
    if reading.refreshing:
        return [_("Angka yang lebih baru sedang kami minta.")]
    return [_("Angka ini belum kami periksa lagi hari ini. Tekan Perbarui untuk meminta yang terbaru.")]


def _failure(reading: Reading, now: datetime) -> list[str]:
    if not reading.failure:
        return []
    what = str(FAILURES.get(reading.failure, FAILURES["unavailable"]))
    if reading.refreshing:
        return [what, _("Sedang kami coba lagi sekarang.")]
    if reading.failure in _MEMBER_MUST_ACT or reading.next_try_at is None:
        return [what]
    again = _("Kami coba lagi sendiri sekitar %(time)s; Anda tidak perlu melakukan apa pun.")
    return [what, again % {"time": clock(reading.next_try_at, now)}]


def _loud(reading: Reading, now: datetime) -> list[str]:
    if not reading.loud or reading.as_of is None:
        return []
    days = (timezone.localdate(now) - reading.as_of).days
    return [
        ngettext(
            "Perhatian: angka ini sudah berumur %(days)d hari. Tunggu yang baru sebelum mengambil keputusan penting.",
            "Perhatian: angka ini sudah berumur %(days)d hari. Tunggu yang baru sebelum mengambil keputusan penting.",
            days,
        )
        % {"days": days}
    ]


# The help page (jht_portal.help) of each state, reason and failure that needs one

HELP: dict[str, str] = {
    State.MERGED: "sudah-digabung",
    State.CLAIMED: "sudah-diklaim",
    State.PENDING: "saldo-sedang-diminta",
    State.STALE: "data-lama",
    State.LOCKED: "kartu-dikunci",
    "owner": "kartu-dikunci",
    "reported": "kartu-dikunci",
    "outranked": "kartu-di-akun-lain",
    "staff": "kartu-dikunci",
    "disputed": "kartu-di-akun-lain",
    "BARU": "kartu-masih-baru",
    "DIHITUNG": "sedang-dihitung",
    "PERUSAHAAN": "menunggu-perusahaan",
    "PESERTA": "menunggu-anda",
    "TRANSAKSI": "klaim-sedang-diproses",
    "UNKNOWN": "alasan-belum-dikenal",
    **dict.fromkeys(("unavailable", "maintenance", "rate_limited", "held_back"), "sistem-tidak-menjawab"),
    **dict.fromkeys(("auth_failed", "token_expired"), "gangguan-kami"),
    **dict.fromkeys(("invalid_request", "duplicate", "internal_error"), "gangguan-kami"),
    **dict.fromkeys(("bad_answer", "older_as_of"), "jawaban-tidak-dipakai"),
    **dict.fromkeys(("not_found", "mismatch"), "kartu-tidak-ditemukan"),
    "blocked": "kartu-diblokir",
    "link_expired": "sambungan-berakhir",
    **dict.fromkeys(("no_contact", "code_expired", "code_blocked"), "menghubungkan-kartu"),
}


def help_slug(reading: Reading) -> str:
    """The page that explains what the member sees; "" where all is well."""
    codes = {
        State.LOCKED: reading.reason or State.LOCKED,
        State.UNAVAILABLE: reading.reason if reading.reason in NO_AMOUNT else "UNKNOWN",
        State.ERROR: reading.failure if reading.failure in FAILURES else "unavailable",
        State.STALE: reading.failure or State.STALE,
        State.FRESH: State.STALE if reading.loud else "",
    }
    code = codes.get(reading.state, reading.state)
    return HELP.get(code, HELP["unavailable"]) if code else ""


# The total


def total_sentences(total: Total) -> list[str]:
    """From how many cards, of which dates, and what is left out."""
    left_out = dict(total.left_out)
    merged, locked = left_out.pop(State.MERGED, 0), left_out.pop(State.LOCKED, 0)
    unknown = sum(left_out.values())
    parts = [_merged_left_out(merged), _locked_left_out(locked), _unknown_left_out(unknown)]
    return [_total_dates(total), *(part for part in parts if part)]


def _total_dates(total: Total) -> str:
    words = {"count": total.counted, "dates": joined(long_date(one) for one in total.dates)}
    if total.dates_differ:
        return _("Jumlah dari %(count)d kartu dengan tanggal berbeda: %(dates)s.") % words
    return _("Jumlah dari %(count)d kartu, per %(dates)s.") % words


def _merged_left_out(count: int) -> str:
    text = ngettext(
        "Tidak termasuk %(count)d kartu yang sudah digabung; saldonya sudah pindah ke kartu tujuan.",
        "Tidak termasuk %(count)d kartu yang sudah digabung; saldonya sudah pindah ke kartu tujuan.",
        count,
    )
    return text % {"count": count} if count else ""


def _locked_left_out(count: int) -> str:
    text = ngettext(
        "Tidak termasuk %(count)d kartu yang dikunci.", "Tidak termasuk %(count)d kartu yang dikunci.", count
    )
    return text % {"count": count} if count else ""


def _unknown_left_out(count: int) -> str:
    text = ngettext(
        "Tidak termasuk %(count)d kartu yang saldonya belum kami ketahui.",
        "Tidak termasuk %(count)d kartu yang saldonya belum kami ketahui.",
        count,
    )
    return text % {"count": count} if count else ""


# Answers to "Perbarui"

ASKED: Words = {
    "asked": gettext_lazy("Saldo terbaru sedang kami minta."),
    "under_way": gettext_lazy("Saldo kartu ini memang sedang kami minta. Tunggu sebentar."),
    "too_soon": gettext_lazy("Saldo kartu ini baru saja diminta. Anda bisa memperbaruinya lagi sekitar %(time)s."),
    "not_possible": gettext_lazy("Saldo kartu ini tidak bisa diperbarui sekarang."),
}


def refresh_answer(asked: str, reading: Reading, now: datetime) -> str:
    words = str(ASKED[asked])
    return words % {"time": clock(reading.can_refresh_at or now, now)} if "%(time)s" in words else words


# Money, dates and times, alike in both languages but for the names of months


def rupiah(amount: Decimal) -> str:
    """Rp1.234.567,00, in English too: it is how the amount stands on every Indonesian document."""
    return "Rp" + f"{amount:,.2f}".translate(str.maketrans(",.", ".,"))


def long_date(day: date) -> str:
    """31 Oktober 2026"""
    return date_format(day, "j F Y")


def long_month(month: str) -> str:
    """Oktober 2026, from 2026-10"""
    return date_format(date.fromisoformat(f"{month}-01"), "F Y")


def clock(moment: datetime, now: datetime) -> str:
    """pukul 14.30 WIB, with the date where it is not today"""
    local = timezone.localtime(moment)
    # Translators: how a time of day is written (14.30); Django's date format
    time = _("pukul %(time)s WIB") % {"time": date_format(local, _("H.i"))}
    return time if local.date() == timezone.localdate(now) else f"{long_date(local.date())} {time}"


_MINUTE, _HOUR, _DAY = 60, 3600, 86_400


def updated(fetched_at: datetime, now: datetime) -> str:
    """Diperbarui 12 menit lalu"""
    seconds = max(0, (now - fetched_at).total_seconds())
    if seconds < _MINUTE:
        return _("Diperbarui baru saja")
    if seconds < _HOUR:
        count = int(seconds // _MINUTE)
        text = ngettext("Diperbarui %(count)d menit lalu", "Diperbarui %(count)d menit lalu", count)
    elif seconds < _DAY:
        count = int(seconds // _HOUR)
        text = ngettext("Diperbarui %(count)d jam lalu", "Diperbarui %(count)d jam lalu", count)
    else:
        count = int(seconds // _DAY)
        text = ngettext("Diperbarui %(count)d hari lalu", "Diperbarui %(count)d hari lalu", count)
    return text % {"count": count}


def joined(parts: Iterable[str]) -> str:
    """a, b dan c"""
    words: Sequence[str] = list(parts)
    if len(words) <= 1:
        return "".join(words)
    return _("%(most)s dan %(last)s") % {"most": ", ".join(words[:-1]), "last": words[-1]}
