"""Every text we send by SMS, in both languages: one GSM 7-bit segment each, with the longest values there are.

A card is told by its last four digits, an amount never without its date, and who is registered never to a stranger.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Final

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from balances.reading import Reading, State
from balances.wording import rupiah
from sms.gsm7 import plain
from sms.parse import Wrong

MOST_CARDS_NAMED: Final = 12


def help_text() -> str:
    return _(
        "SALDO = saldo JHT. SALDO 1234 = kartu itu (4 angka akhir). Daftar: DAFTAR SALDO#NIK#TGL "
        "LAHIR#KPJ#EMAIL. BERHENTI = stop. Kirim ke %(number)s"
    ) % {"number": settings.KANNEL_SENDER}


def info() -> str:
    name = plain(settings.SITE_NAME)[:30]
    return _(
        "%(site)s: saldo JHT lewat SMS dari nomor terdaftar. Tarif operator berlaku. Cara: BANTUAN. "
        "Privasi: %(address)s"
    ) % {"site": name, "address": settings.SMS_PRIVACY_ADDRESS}


def unknown() -> str:
    return _("Maaf, pesan itu belum kami kenali. Ketik SALDO untuk saldo JHT, atau BANTUAN untuk cara lain.")


def unregistered() -> str:
    """To a number that nobody proved, whoever sends."""
    return _(
        "Nomor ini belum terdaftar. Sudah DAFTAR? Konfirmasi di portal atau tautan email. Belum? "
        "Ketik DAFTAR SALDO#NIK#TGL LAHIR#KPJ#EMAIL ke %(number)s."
    ) % {"number": settings.KANNEL_SENDER}


def unreadable(wrong: Wrong) -> str:
    return {
        Wrong.SHAPE: _(
            "Format belum lengkap. Ketik DAFTAR SALDO#NIK#TGL LAHIR#KPJ#EMAIL, tanggal seperti "
            "31-12-1990. Email boleh dikosongkan."
        ),
        Wrong.NIK: _(
            "NIK harus 16 angka, seperti di KTP. Periksa lagi, lalu kirim ulang DAFTAR SALDO#NIK#TGL LAHIR#KPJ#EMAIL."
        ),
        Wrong.NAME: _("Nama belum terbaca. Ketik seperti di KTP: DAFTAR SALDO#NIK#NAMA#TGL LAHIR#KPJ#EMAIL."),
        Wrong.BIRTH_DATE: _(
            "Tanggal lahir belum terbaca. Tulis seperti 31-12-1990, lalu kirim ulang DAFTAR "
            "SALDO#NIK#TGL LAHIR#KPJ#EMAIL."
        ),
        Wrong.KPJ: _(
            "Nomor KPJ harus 11 angka, seperti di kartu. Periksa lagi, lalu kirim ulang DAFTAR "
            "SALDO#NIK#TGL LAHIR#KPJ#EMAIL."
        ),
        Wrong.EMAIL: _("Alamat email belum terbaca. Periksa lagi, atau kosongkan: DAFTAR SALDO#NIK#TGL LAHIR#KPJ."),
    }[wrong]


def received() -> str:
    """The one answer to every registration that does not at once succeed: right, wrong or unknown alike."""
    return _(
        "Data kami terima. Bila cocok, konfirmasi di portal atau tautan email. Tanpa akun dan "
        "email? Tambah NAMA: DAFTAR SALDO#NIK#NAMA#TGL LAHIR#KPJ"
    )


def agree_first(last_four: str) -> str:
    """To the phone that the upstream has on record, before anything is fetched."""
    return _(
        "KPJ *%(last)s cocok. Bila saldo JHT boleh kami ambil dan kirim ke sini: baca %(address)s, balas SETUJU. "
        "Bukan Anda, atau tidak? BERHENTI"
    ) % {"last": last_four, "address": settings.SMS_PRIVACY_ADDRESS}


def consent_first() -> str:
    """Where nothing is agreed to, or the days to agree to a new text are over."""
    return _(
        "Saldo belum kami ambil atau kirim: perlu persetujuan Anda. Baca %(address)s lalu balas SETUJU, atau setujui "
        "di portal. Tidak? BERHENTI"
    ) % {"address": settings.SMS_PRIVACY_ADDRESS}


def agreed() -> str:
    return _(
        "Terima kasih, persetujuan Anda atas naskah %(address)s tercatat. Ketik SALDO untuk saldo JHT. Ingin "
        "berhenti? Ketik BERHENTI."
    ) % {"address": settings.SMS_PRIVACY_ADDRESS}


def registered(last_four: str) -> str:
    return _(
        "Nomor ini terdaftar untuk KPJ *%(last)s. Ketik SALDO untuk saldo JHT. Bukan Anda, atau "
        "ingin berhenti? Ketik BERHENTI."
    ) % {"last": last_four}


def try_later() -> str:
    return _("Pendaftaran belum bisa diperiksa karena sistem penyedia data sedang tidak menjawab. Kirim lagi nanti.")


def confirm_again() -> str:
    return _(
        "Nomor ini lama tidak dipakai. Demi keamanan, konfirmasi lagi di portal (menu Kartu, SMS), "
        "atau kirim lagi DAFTAR SALDO#NIK#TGL LAHIR#KPJ."
    )


def stopped() -> str:
    return _(
        "SMS saldo untuk nomor ini sudah dimatikan. Untuk memakai lagi, kirim DAFTAR SALDO#NIK#TGL "
        "LAHIR#KPJ ke %(number)s."
    ) % {"number": settings.KANNEL_SENDER}


def left() -> str:
    """To a member by SMS alone, whose account ends with their word."""
    return _(
        "SMS saldo dimatikan, persetujuan Anda ditarik, kartu dan saldo di sini dihapus. Memakai lagi? Kirim DAFTAR "
        "SALDO#NIK#NAMA#TGL LAHIR#KPJ"
    )


def no_card() -> str:
    return _(
        "Belum ada kartu yang terhubung ke akun Anda. Hubungkan kartu di portal, menu Kartu, lalu kirim SALDO lagi."
    )


def which(last_fours: Sequence[str]) -> str:
    shown = " ".join(f"*{one}" for one in last_fours[:MOST_CARDS_NAMED])
    return _("Kartu Anda: %(cards)s. Balas SALDO dan 4 angka akhir, contoh SALDO %(first)s") % {
        "cards": shown + ("..." if len(last_fours) > MOST_CARDS_NAMED else ""),
        "first": last_fours[0],
    }


def not_among(last_fours: Sequence[str]) -> str:
    shown = " ".join(f"*{one}" for one in last_fours[:MOST_CARDS_NAMED])
    return _("Nomor itu bukan kartu Anda di portal ini. Kartu Anda: %(cards)s. Balas SALDO dan 4 angka akhir.") % {
        "cards": shown + ("..." if len(last_fours) > MOST_CARDS_NAMED else "")
    }


def bad_number() -> str:
    return _("Nomor KPJ terdiri dari 11 angka, seperti di kartu. Ketik SALDO saja, atau SALDO dan 4 angka akhir kartu.")


def balance(reading: Reading) -> str:
    """What the page tells, in one line."""
    words: dict[State, Callable[[Reading], str]] = {
        State.LOCKED: _locked,
        State.MERGED: _merged,
        State.CLAIMED: _claimed,
        State.PENDING: _pending,
        State.UNAVAILABLE: _unavailable,
        State.ERROR: _error,
        State.STALE: _stale,
        State.FRESH: _amount,
    }
    return words[reading.state](reading)


def _amount(reading: Reading) -> str:
    return _("JHT KPJ *%(last)s: %(amount)s per %(date)s.") % _figures(reading)


def _stale(reading: Reading) -> str:
    asked = _("Yang lebih baru sedang diminta.") if reading.refreshing else _("Belum ada yang lebih baru.")
    return f"{_amount(reading)} {asked}"


def _claimed(reading: Reading) -> str:
    if reading.amount is None:
        return _("JHT KPJ *%(last)s sudah diklaim. Sisanya belum kami ketahui.") % {"last": reading.last_four}
    return _("JHT KPJ *%(last)s sudah diklaim. Sisanya %(amount)s per %(date)s.") % _figures(reading)


def _unavailable(reading: Reading) -> str:
    if reading.amount is None:
        return _(
            "JHT KPJ *%(last)s: penyedia data belum memberi angka. Alasannya ada di portal. Coba lagi "
            "beberapa hari lagi."
        ) % {"last": reading.last_four}
    return f"{_amount(reading)} {_('Penyedia data belum memberi angka yang lebih baru.')}"


def _error(reading: Reading) -> str:
    return _("JHT KPJ *%(last)s: saldo belum berhasil diambil. Kami coba lagi sendiri; kirim SALDO lagi nanti.") % {
        "last": reading.last_four
    }


def _pending(reading: Reading) -> str:
    return _(
        "JHT KPJ *%(last)s: saldo sedang diminta. Bila datang dalam 10 menit, kami kirim SMS. Bila "
        "tidak, kirim SALDO lagi nanti."
    ) % {"last": reading.last_four}


def _locked(reading: Reading) -> str:
    return _(
        "KPJ *%(last)s dikunci, jadi saldonya tidak ditampilkan. Lihat alasannya di portal atau hubungi petugas."
    ) % {"last": reading.last_four}


def _merged(reading: Reading) -> str:
    if not reading.merged_into_last_four:
        return _("KPJ *%(last)s sudah digabung ke kartu Anda yang lain. Saldonya ada di sana.") % {
            "last": reading.last_four
        }
    return _("KPJ *%(last)s sudah digabung ke KPJ *%(into)s. Saldonya ada di sana: ketik SALDO %(into)s") % {
        "last": reading.last_four,
        "into": reading.merged_into_last_four,
    }


def _figures(reading: Reading) -> dict[str, str]:
    if reading.amount is None or reading.as_of is None:
        raise ValueError("an amount never stands without its date")
    return {
        "last": reading.last_four,
        "amount": rupiah(reading.amount).replace("\u00a0", ""),
        "date": _day(reading.as_of),
    }


def _day(day: date) -> str:
    return date_format(day, "j M Y")
