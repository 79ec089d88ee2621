"""Every sentence about a statement: its state, whether it adds up, and what each line's status means.

An amount stands in a sentence only beside its date.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from balances.ledger import Difference, Kind, StatementReading, Year
from balances.reading import State
from balances.wording import FAILURES, LOCKED, NO_AMOUNT, Words, clock, joined, long_date, long_month, rupiah

LABELS: Words = {
    State.LOCKED: gettext_lazy("Dikunci"),
    State.PENDING: gettext_lazy("Sedang diminta"),
    State.UNAVAILABLE: gettext_lazy("Belum lengkap"),
    State.ERROR: gettext_lazy("Belum berhasil diambil"),
    State.STALE: gettext_lazy("Data lama"),
    State.FRESH: gettext_lazy("Terbaru"),
}

STATUSES: Words = {
    "LUNAS": gettext_lazy("Lunas"),
    "DITERIMA": gettext_lazy("Diterima, belum dibukukan"),
    "BELUM_BAYAR": gettext_lazy("Belum terlihat"),
    "SEBAGIAN": gettext_lazy("Dibayar sebagian"),
    "KOREKSI": gettext_lazy("Koreksi"),
    "UNKNOWN": gettext_lazy("Tidak dikenal"),
}
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


def rate(year: Year) -> str:
    """5,70%, or in words why there is none: only the upstream may say that it is not set yet."""
    if year.rate_percent is not None:
        return f"{year.rate_percent:.2f}%".replace(".", ",")
    return _("belum ditetapkan") if year.rate_status == "BELUM_DITETAPKAN" else _("tidak diberikan")
