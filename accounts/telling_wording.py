"""What a security notice says, once, in two languages, by a stable code. Facts come in by name; none is a number."""

from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.notices import About, NoticeKind, register

Text = Promise | str


@dataclass(frozen=True, kw_only=True)
class Notice:
    """`not_me` says what the one button "Bukan saya" does; empty where there is nothing to stop. `at_last` is told in
    place of what strangers caused once too often that day, itself once a day; empty where the first ones said all."""

    subject: Text
    lines: tuple[Text, ...]
    not_me: Text = ""
    by_strangers: bool = False
    at_last: str = ""


_STOPS_REQUEST: Final = _("Bukan Anda? Tekan “Bukan saya”: permintaan itu berhenti sampai petugas memeriksanya.")
_CLOSES_CARD: Final = _("Bukan Anda? Tekan “Bukan saya”: kartu itu ditutup sampai petugas memeriksanya.")
_LOCKS_ACCOUNT: Final = _("Bukan Anda? Tekan “Bukan saya”: akun Anda dikunci dan semua perangkat dikeluarkan.")
_STOPS_RECOVERY: Final = _("Bukan Anda? Tekan “Bukan saya”: pemulihan berhenti dan akun Anda dikunci.")

NOTICES: Final[dict[str, Notice]] = {
    "card_asked_for": Notice(
        subject=_("Satu kartu sedang dihubungkan ke akun Anda"),
        lines=(
            _("Data sebuah kartu diisi di akun Anda, dan datanya cocok. Kartu itu belum terhubung."),
            _("Tanpa kode ke kontak yang tercatat di BPJS Ketenagakerjaan, saldonya tidak terlihat oleh siapa pun."),
        ),
        not_me=_STOPS_REQUEST,
    ),
    "own_card_asked_for": Notice(
        subject=_("Ada yang meminta kartu Anda di akun lain"),
        lines=(
            _("Seseorang mengisi data salah satu kartu Anda di akun lain, dan datanya cocok."),
            _("Kartu Anda belum berubah: tanpa kode ke kontak yang tercatat, akun lain itu tidak melihat apa pun."),
            _("Jangan berikan kode yang Anda terima kepada siapa pun, juga tidak kepada orang yang mengaku petugas."),
        ),
        not_me=_STOPS_REQUEST,
        by_strangers=True,
        at_last="own_card_asked_often",
    ),
    "own_card_asked_often": Notice(
        subject=_("Kartu Anda terus diminta di akun lain"),
        lines=(
            _("Hari ini masih ada permintaan lain untuk kartu yang sama. Kartu Anda belum berubah."),
            _("Supaya kabar penting tidak tertimbun, yang berikutnya hari ini tidak kami kirim lewat email lagi."),
            _("Anda ragu? Kunci kartu itu: tanpa petugas, kartu terkunci tidak dapat dihubungkan ke akun mana pun."),
            _("Kunci kartu di sini: %(lock_url)s"),
        ),
    ),
    "card_linked": Notice(
        subject=_("Satu kartu terhubung ke akun Anda"),
        lines=(_("Sebuah kartu sekarang terhubung ke akun Anda, dan saldonya terlihat di sana."),),
        not_me=_CLOSES_CARD,
    ),
    "card_outranked": Notice(
        subject=_("Kartu Anda dibuktikan orang lain dengan kode"),
        lines=(
            _("Kartu itu dulu terhubung ke akun Anda dengan persetujuan petugas."),
            _(
                "Sekarang orang lain membuktikannya dengan kode ke kontak yang tercatat di BPJS Ketenagakerjaan. "
                "Bukti itu lebih kuat, jadi kartu di akun Anda ditutup."
            ),
            _("Kartu itu milik Anda? Hubungkan lagi dengan kode; petugas lalu memeriksanya."),
        ),
        not_me=_("Kartu itu milik Anda? Tekan “Bukan saya”: kartu di akun lain itu ditutup sampai petugas memeriksa."),
    ),
    "card_disputed": Notice(
        subject=_("Satu kartu sedang diperiksa petugas"),
        lines=(
            _(
                "Satu kartu diajukan oleh dua akun, dan salah satunya akun Anda. Demi keamanan, saldonya kami tutup "
                "untuk kedua akun, bersama kartu lain yang terhubung karenanya."
            ),
            _(
                "Petugas kami sedang memeriksa siapa pemiliknya. Hasilnya kami kabarkan lewat email; siapkan KTP dan "
                "kartu bila petugas memintanya."
            ),
        ),
        not_me=_LOCKS_ACCOUNT,
    ),
    "dispute_won": Notice(
        subject=_("Pemeriksaan kartu sudah selesai"),
        lines=(
            _("Pemeriksaan kartu yang diajukan oleh dua akun sudah selesai."),
            _("Kartu itu terhubung ke akun Anda."),
        ),
    ),
    "dispute_lost": Notice(
        subject=_("Pemeriksaan kartu sudah selesai"),
        lines=(
            _("Pemeriksaan kartu yang diajukan oleh dua akun sudah selesai."),
            _("Kartu itu tidak terhubung ke akun Anda. Bila menurut Anda ini keliru, hubungi kami."),
        ),
    ),
    "card_unlinked": Notice(
        subject=_("Satu kartu dilepas dari akun Anda"),
        lines=(_("Saldo dan riwayat kartu itu dihapus dari portal. Saldo Anda sendiri tidak berubah."),),
        not_me=_LOCKS_ACCOUNT,
    ),
    "reported": Notice(
        subject=_("Laporan “Bukan saya” kami terima"),
        lines=(
            _("Tombol “Bukan saya” ditekan untuk satu kartu. Kartu atau permintaannya ditutup sekarang."),
            _("Petugas kami memeriksanya. Ganti kata sandi Anda bila Anda ragu siapa yang memakai akun ini."),
        ),
    ),
    "report_over": Notice(
        subject=_("Kartu Anda dibuka lagi"),
        lines=(_("Petugas memeriksa laporan “Bukan saya” dan membuka kartu itu lagi untuk akun Anda."),),
    ),
    "card_locked": Notice(
        subject=_("Satu kartu dikunci"),
        lines=(
            _("Saldo kartu itu tertutup, dan kartu itu tidak dapat dihubungkan ke akun mana pun tanpa petugas."),
            _("Untuk membukanya, pastikan diri Anda sekali lagi di halaman Kartu, lalu tunggu 12 jam."),
        ),
    ),
    "account_locked": Notice(
        subject=_("Akun Anda dikunci"),
        lines=(
            _("Semua kartu tertutup; kartu, email, dan akses di akun ini tidak dapat diubah."),
            _("Untuk membukanya, pastikan diri Anda sekali lagi di halaman Kunci akun, lalu tunggu 12 jam."),
        ),
    ),
    "unlock_asked": Notice(
        subject=_("Kunci akan dibuka 12 jam lagi"),
        lines=(_("Seseorang dengan kata sandi Anda meminta kunci dibuka. Kunci terbuka pada %(moment)s WIB."),),
        not_me=_LOCKS_ACCOUNT,
    ),
    "unlocked": Notice(
        subject=_("Kunci sudah dibuka"),
        lines=(_("Waktu tunggu sudah lewat, jadi kunci yang Anda pasang sekarang terbuka."),),
        not_me=_LOCKS_ACCOUNT,
    ),
    "email_changed": Notice(
        subject=_("Email akun Anda diganti"),
        lines=(
            _("Email akun Anda diganti dengan alamat lain."),
            _(
                "Selama 12 jam, alamat baru itu belum dapat dipakai untuk menghubungkan kartu, membuka kunci, atau "
                "memulihkan akun."
            ),
        ),
        not_me=_(
            "Bukan Anda? Tekan “Bukan saya”: alamat ini dipasang kembali, akun dikunci, dan semua perangkat "
            "dikeluarkan."
        ),
    ),
    "email_reverted": Notice(
        subject=_("Email akun Anda dikembalikan"),
        lines=(
            _("Alamat ini dipasang kembali sebagai email akun Anda, dan akun dikunci."),
            _("Buat kata sandi baru di %(password_reset_url)s, lalu periksa kartu dan keamanan akun Anda."),
        ),
    ),
    "email_taken_back": Notice(
        subject=_("Email ini dilepas dari sebuah akun"),
        lines=(
            _("Pemilik sebelumnya mengatakan bahwa penggantian email itu bukan darinya, jadi kami membatalkannya."),
        ),
    ),
    "recovery_proved": Notice(
        subject=_("Inilah email akun Anda"),
        lines=(
            _("Seseorang mencari akun ini dengan KPJ dan NIK, dan membuktikannya dengan kode ke kontak yang tercatat."),
            _("Login dengan alamat ini. Lupa kata sandi? Buat yang baru di %(password_reset_url)s"),
        ),
        not_me=_STOPS_RECOVERY,
    ),
    "recovery_address": Notice(
        subject=_("Pastikan email baru Anda"),
        lines=(
            _("Alamat ini diminta sebagai email baru sebuah akun. Buka tautan ini dan tekan tombolnya:"),
            "%(link)s",
            _("Tidak meminta ini? Abaikan saja; tanpa tombol itu tidak ada yang berubah."),
        ),
    ),
    "recovery_address_taken": Notice(
        subject=_("Email ini sudah dipakai"),
        lines=(
            _("Alamat ini diminta sebagai email baru sebuah akun, tetapi sudah dipakai akun lain."),
            _("Login dengan alamat ini, atau pakai alamat lain untuk pemulihan."),
        ),
    ),
    "recovery_waits": Notice(
        subject=_("Akun Anda sedang dipulihkan"),
        lines=(
            _("Pemulihan akun Anda diminta dan dibuktikan. Perubahannya berlaku pada %(moment)s WIB:"),
            _("email baru dipasang, kata sandi lama berakhir, dan autentikator dihapus bila petugas menyetujuinya."),
        ),
        not_me=_STOPS_RECOVERY,
    ),
    "recovery_done": Notice(
        subject=_("Akun Anda sudah dipulihkan"),
        lines=(
            _("Waktu tunggu sudah lewat dan pemulihan dijalankan. Kata sandi lama tidak berlaku lagi."),
            _("Buat kata sandi baru di %(password_reset_url)s"),
        ),
    ),
    "recovery_moved": Notice(
        subject=_("Akun Anda pindah ke email lain"),
        lines=(_("Waktu tunggu sudah lewat, jadi akun ini sekarang memakai email lain."),),
        not_me=_(
            "Bukan Anda? Tekan “Bukan saya”: alamat ini dipasang kembali, akun dikunci, dan semua perangkat "
            "dikeluarkan."
        ),
    ),
    "recovery_stopped": Notice(
        subject=_("Pemulihan akun dihentikan"),
        lines=(_("Pemulihan akun Anda dihentikan, dan tidak ada yang berubah."),),
    ),
    "recovery_refused": Notice(
        subject=_("Pemulihan akun tidak disetujui"),
        lines=(_("Petugas tidak menyetujui pemulihan akun Anda, jadi tidak ada yang berubah. Hubungi kami."),),
    ),
    "recovery_slowed": Notice(
        subject=_("Banyak percobaan “Lupa akun” hari ini"),
        lines=(
            _("Hari ini “Lupa akun” beberapa kali dicoba dengan KPJ Anda. Tidak ada yang berubah di akun Anda."),
            _(
                "Bila dicoba terus, sampai besok kode untuk “Lupa akun” hanya kami kirim bila diminta dari perangkat "
                "yang pernah Anda pakai untuk login."
            ),
            _("Anda sendiri yang mencoba? Pakai perangkat itu, coba lagi besok, atau minta bantuan petugas kami."),
        ),
        by_strangers=True,
    ),
    "new_device": Notice(
        subject=_("Login dari perangkat baru"),
        lines=(
            _("Akun Anda baru saja dipakai untuk login dari perangkat yang belum kami kenal."),
            _("Perangkat: %(device)s. Waktu: %(moment)s WIB."),
            _("Jika itu Anda, tidak ada yang perlu dilakukan."),
        ),
        not_me=_LOCKS_ACCOUNT,
    ),
    "recovery_code_used": Notice(
        subject=_("Kode pemulihan dipakai untuk masuk"),
        lines=(
            _("Satu kode pemulihan baru saja dipakai untuk masuk. Kode itu tidak berlaku lagi."),
            _("Sisa kode pemulihan Anda: %(left)s. Buat yang baru bila tinggal sedikit."),
        ),
        not_me=_LOCKS_ACCOUNT,
    ),
    "privacy_notice": Notice(
        subject=_("Pemberitahuan privasi kami berubah"),
        lines=(
            _("Ada naskah baru tentang bagaimana data Anda dipakai. Bacalah, lalu setujui bila Anda setuju."),
            _("Batasnya %(until)s. Sesudah itu, sampai Anda setuju, saldo tidak diambil, ditampilkan atau dikirim."),
            _("Baca dan setujui di sini: %(consent_url)s"),
        ),
    ),
}

# Where a notice in the list leads.
_ABOUT_THE_ACCOUNT: Final = ("account_locked", "email_changed", "email_reverted", "new_device", "recovery_code_used")


def register_kinds() -> None:
    """As notices of security in the list of accounts.notices; the mail with its button is written apart."""
    for code, told in NOTICES.items():
        strangers = told.by_strangers
        register(NoticeKind(code=code, title=_title, body=_body, link=_link, security=True, by_strangers=strangers))


def _title(about: About) -> str:
    return str(NOTICES[about.kind].subject)


def _body(about: About) -> str:
    """Without the lines that need a fact of the mail."""
    return " ".join(text for line in NOTICES[about.kind].lines if "%(" not in (text := str(line)))


def _link(about: About) -> str:
    if about.kind == "privacy_notice":
        return "/privasi/persetujuan/"
    of_account = about.kind in _ABOUT_THE_ACCOUNT or about.kind.startswith("recovery")
    return "/akun/kunci/" if of_account else "/kartu/"
