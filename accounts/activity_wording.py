"""Plain words for everything the audit trail holds, in two languages: what a member reads, and staff instead of codes.
Both read the same sentence, so nobody is spoken to in it.

A new Action needs one line in WORDS; tests/accounts/test_activity_words.py fails without it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.audit import Action, Door

Text = Promise | str


class Kind(StrEnum):
    """By what a member picks rows; the value stands in the address."""

    SEEN = "dilihat"
    SIGN_IN = "login"
    CARD = "kartu"
    ACCOUNT = "akun"


@dataclass(frozen=True)
class Words:
    """`says` tells more exactly where the row's details do: {detail: {value: sentence}}."""

    kind: Kind
    text: Text
    says: Mapping[str, Mapping[Any, Text]] = field(default_factory=dict)


_SEEN, _SIGN_IN, _CARD, _ACCOUNT = Kind.SEEN, Kind.SIGN_IN, Kind.CARD, Kind.ACCOUNT

WORDS: Final[Mapping[Action, Words]] = {
    # Locks, reports and recovery
    Action.CARD_LOCKED: Words(_CARD, _("Kartu dikunci")),
    Action.CARD_UNLOCK_ASKED: Words(_CARD, _("Kunci kartu diminta dibuka")),
    Action.CARD_UNLOCK_CANCELLED: Words(_CARD, _("Pembukaan kunci kartu dibatalkan")),
    Action.CARD_UNLOCKED: Words(_CARD, _("Kunci kartu terbuka")),
    Action.REPORT_DECIDED: Words(_CARD, _("Laporan “Bukan saya” diputuskan petugas")),
    Action.ACCOUNT_LOCKED: Words(_ACCOUNT, _("Akun dikunci")),
    Action.ACCOUNT_UNLOCK_ASKED: Words(_ACCOUNT, _("Kunci akun diminta dibuka")),
    Action.ACCOUNT_UNLOCK_CANCELLED: Words(_ACCOUNT, _("Pembukaan kunci akun dibatalkan")),
    Action.ACCOUNT_UNLOCKED: Words(_ACCOUNT, _("Kunci akun terbuka")),
    Action.NOT_ME_PRESSED: Words(_ACCOUNT, _("Tombol “Bukan saya” ditekan")),
    Action.EMAIL_CHANGE_REVERTED: Words(_ACCOUNT, _("Penggantian email dibatalkan")),
    Action.RECOVERY_ASKED: Words(_ACCOUNT, _("Akun dicari dengan KPJ dan NIK")),
    Action.RECOVERY_PROVED: Words(_ACCOUNT, _("Akun dibuktikan dengan kode")),
    Action.RECOVERY_PROPOSED: Words(_ACCOUNT, _("Pemulihan akun diajukan petugas")),
    Action.RECOVERY_DECIDED: Words(_ACCOUNT, _("Pemulihan akun diputuskan petugas")),
    Action.RECOVERY_WAITS: Words(_ACCOUNT, _("Pemulihan akun menunggu 12 jam")),
    Action.RECOVERY_STOPPED: Words(_ACCOUNT, _("Pemulihan akun dihentikan")),
    Action.RECOVERY_DONE: Words(_ACCOUNT, _("Akun dipulihkan")),
    Action.RECOVERY_CODE_USED: Words(_SIGN_IN, _("Kode pemulihan dipakai")),
    # Looks
    Action.BALANCE_SEEN_BY_MEMBER: Words(_SEEN, _("Saldo dilihat")),
    Action.BALANCE_SEEN_BY_STAFF: Words(
        _SEEN, _("Keadaan saldo dilihat, tanpa jumlahnya"), {"amount": {True: _("Jumlah saldo dilihat")}}
    ),
    Action.MEMBER_SEEN_BY_STAFF: Words(
        _SEEN,
        _("Halaman data anggota dibuka"),
        {"unmasked": {True: _("Halaman data anggota dibuka, dengan email lengkap")}},
    ),
    Action.EMAIL_SEEN_BY_STAFF: Words(_SEEN, _("Email lengkap dilihat")),
    Action.CARD_SEEN_BY_STAFF: Words(_SEEN, _("Data kartu dilihat")),
    Action.LINK_SEEN_BY_STAFF: Words(_SEEN, _("Permintaan kartu dilihat")),
    Action.AUDIT_SEEN_BY_STAFF: Words(_SEEN, _("Catatan akses dilihat")),
    Action.MEMBERS_LISTED_BY_STAFF: Words(_SEEN, _("Daftar anggota dibuka")),
    Action.MEMBER_LOOKED_UP: Words(_SEEN, _("Anggota dicari")),
    Action.DATA_SEEN: Words(_SEEN, _("Semua data di akun ini dilihat")),
    Action.DATA_EXPORTED: Words(_SEEN, _("Semua data di akun ini diunduh")),
    Action.STATEMENT_EXPORTED: Words(_SEEN, _("Rincian disimpan sebagai dokumen")),
    Action.BALANCE_SEEN_BY_SMS: Words(_SEEN, _("Saldo ditanyakan lewat SMS")),
    Action.SMS_SEEN_BY_STAFF: Words(
        _SEEN,
        _("Daftar SMS atau nomor HP dilihat, tanpa isi dan tanpa nomor"),
        {"unmasked": {True: _("Isi SMS dan nomor HP dilihat")}},
    ),
    Action.CORRECTION_SEEN_BY_STAFF: Words(_SEEN, _("Permintaan perbaikan dibaca")),
    # Login
    Action.SIGNED_UP: Words(_SIGN_IN, _("Akun dibuat")),
    Action.SIGNED_IN: Words(_SIGN_IN, _("Login berhasil")),
    Action.SIGN_IN_FAILED: Words(
        _SIGN_IN,
        _("Percobaan login gagal"),
        {
            "step": {
                "password": _("Percobaan login gagal: kata sandi salah"),
                "second_factor": _("Percobaan login gagal: kata sandi benar, langkah kedua salah"),
            }
        },
    ),
    Action.PROVED_AGAIN: Words(_SIGN_IN, _("Dibuktikan lagi siapa yang login")),
    Action.SIGNED_OUT: Words(_SIGN_IN, _("Keluar")),
    Action.SESSION_ENDED: Words(_SIGN_IN, _("Satu perangkat dikeluarkan")),
    Action.OTHER_SESSIONS_ENDED: Words(_SIGN_IN, _("Semua perangkat lain dikeluarkan")),
    # Cards
    Action.BALANCE_REFRESH_ASKED: Words(_CARD, _("Saldo terbaru diminta")),
    Action.LINK_REQUESTED: Words(_CARD, _("Kartu diajukan untuk dihubungkan")),
    Action.LINK_REFUSED: Words(_CARD, _("Pengajuan kartu belum berhasil")),
    Action.LINK_CODE_SENT: Words(_CARD, _("Kode verifikasi dikirim ke kontak di catatan BPJS Ketenagakerjaan")),
    Action.LINK_CODE_WRONG: Words(_CARD, _("Kode verifikasi salah diketik")),
    Action.LINK_CANCELLED: Words(_CARD, _("Pengajuan kartu dibatalkan")),
    Action.LINK_EXPIRED: Words(_CARD, _("Pengajuan kartu berakhir karena waktunya habis")),
    Action.LINK_WAITS_FOR_STAFF: Words(_CARD, _("Pengajuan kartu menunggu petugas")),
    Action.LINK_DECIDED: Words(_CARD, _("Keputusan tentang pengajuan kartu dicatat")),
    Action.CARD_LINKED: Words(_CARD, _("Kartu terhubung")),
    Action.CARD_DISPUTED: Words(_CARD, _("Kartu juga diajukan oleh akun lain")),
    Action.CARD_FROZEN: Words(_CARD, _("Saldo kartu ditutup sementara")),
    Action.CARD_UNFROZEN: Words(_CARD, _("Saldo kartu dibuka lagi")),
    Action.CARD_UNLINKED: Words(_CARD, _("Kartu dilepas")),
    # Phone numbers
    Action.SMS_NUMBER_ASKED: Words(_ACCOUNT, _("Nomor HP didaftarkan lewat SMS, menunggu konfirmasi")),
    Action.SMS_NUMBER_ACTIVATED: Words(
        _ACCOUNT,
        _("Nomor HP boleh menanyakan saldo lewat SMS"),
        {
            "proof": {
                "owner": _("Nomor HP dikonfirmasi dan boleh menanyakan saldo lewat SMS"),
                "upstream": _("Nomor HP yang tercatat di BPJS Ketenagakerjaan boleh menanyakan saldo lewat SMS"),
            }
        },
    ),
    Action.SMS_NUMBER_OFF: Words(_ACCOUNT, _("Nomor HP dimatikan untuk SMS")),
    # The account
    Action.PASSWORD_CHANGED: Words(_ACCOUNT, _("Kata sandi diganti")),
    Action.EMAIL_CHANGED: Words(_ACCOUNT, _("Email diganti")),
    Action.EMAIL_VERIFIED: Words(_ACCOUNT, _("Email diverifikasi")),
    Action.MFA_CHANGED: Words(
        _ACCOUNT,
        _("Langkah kedua diubah"),
        {
            "change": {
                "added": _("Langkah kedua ditambahkan"),
                "removed": _("Langkah kedua dihapus"),
                "reset": _("Kode pemulihan dibuat baru"),
            }
        },
    ),
    Action.LANGUAGE_CHANGED: Words(_ACCOUNT, _("Bahasa diganti")),
    Action.NOTICE_CHOICES_CHANGED: Words(_ACCOUNT, _("Pilihan pemberitahuan diubah")),
    Action.CONSENT_GIVEN: Words(_ACCOUNT, _("Persetujuan diberikan")),
    Action.CONSENT_WITHDRAWN: Words(_ACCOUNT, _("Persetujuan ditarik")),
    Action.NAME_CORRECTED: Words(_ACCOUNT, _("Nama diperbaiki")),
    Action.CORRECTION_ASKED: Words(_ACCOUNT, _("Perbaikan data diminta")),
    Action.CORRECTION_ENDED: Words(_ACCOUNT, _("Permintaan perbaikan dijawab")),
    Action.DELETION_ASKED: Words(_ACCOUNT, _("Penghapusan akun diminta")),
    Action.DELETION_CANCELLED: Words(_ACCOUNT, _("Penghapusan akun dibatalkan")),
    Action.ACCOUNT_DELETED: Words(_ACCOUNT, _("Akun dihapus")),
    Action.MEMBER_INVITED: Words(_ACCOUNT, _("Undangan dikirim")),
    Action.MEMBER_EDITED: Words(_ACCOUNT, _("Nama atau bahasa diubah")),
    Action.MEMBER_ACTIVATED: Words(_ACCOUNT, _("Akun diaktifkan")),
    Action.MEMBER_DEACTIVATED: Words(_ACCOUNT, _("Akun dinonaktifkan")),
    Action.RESET_SENT_BY_STAFF: Words(_ACCOUNT, _("Petunjuk kata sandi baru dikirim")),
    Action.MFA_RESET_BY_STAFF: Words(_ACCOUNT, _("Langkah kedua dihapus oleh petugas")),
    Action.STAFF_MADE: Words(_ACCOUNT, _("Hak petugas diberikan")),
    Action.STAFF_REMOVED: Words(_ACCOUNT, _("Hak petugas dicabut")),
    Action.ADMINISTRATOR_MADE: Words(_ACCOUNT, _("Dijadikan administrator")),
}
# A row of a newer or older portal than this one.
OTHER: Final = _("Kejadian lain")

KINDS: Final[Mapping[Kind, Text]] = {
    Kind.SEEN: _("Data dilihat"),
    Kind.SIGN_IN: _("Login"),
    Kind.CARD: _("Kartu"),
    Kind.ACCOUNT: _("Akun"),
}

DOORS: Final[Mapping[str, Text]] = {
    Door.WEB: _("halaman anggota"),
    Door.ADMIN: _("ruang petugas"),
    Door.WORKER: _("sistem"),
    Door.COMMAND: _("perintah pengelola"),
    Door.SMS: "SMS",
}

# Why staff looked behind a mask: they choose one, the member reads it. Their own sentence is for staff only.
WHY: Final[Mapping[str, Text]] = {
    "asked": _("Anggota meminta bantuan"),
    "case": _("Memeriksa permintaan atau sengketa kartu"),
    "fault": _("Menyelidiki gangguan teknis"),
    "misuse": _("Menyelidiki dugaan penyalahgunaan"),
    "law": _("Kewajiban hukum atau pemeriksaan"),
}


def told(action: str, details: Mapping[str, Any]) -> Text:
    words = words_of(action)
    if words is None:
        return OTHER
    exact = (values.get(details.get(name)) for name, values in words.says.items() if _plain(details.get(name)))
    return next((sentence for sentence in exact if sentence), words.text)


def words_of(action: str) -> Words | None:
    try:
        return WORDS.get(Action(action))
    except ValueError:
        return None


def actions_of(kind: Kind) -> list[str]:
    return [action.value for action, words in WORDS.items() if words.kind == kind]


def _plain(value: object) -> bool:
    return isinstance(value, (str, bool, int))
