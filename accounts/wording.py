"""Every sentence about linking a card, once, in two languages, keyed by a stable code. Doors only choose the code."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = Promise | str


@dataclass(frozen=True, kw_only=True)
class Told:
    """What happened, and what comes next: how long it takes and what to do, if anything."""

    title: Text
    happened: Text
    next: Text = ""


# What a member sees of a link request (accounts.selectors.LinkProgress.code).
PROGRESS: Final[dict[str, Told]] = {
    "checking": Told(
        title=_("Data Anda sedang dicocokkan"),
        happened=_("Kami menanyakan kartu ini ke sistem BPJS Ketenagakerjaan."),
        next=_("Biasanya selesai dalam satu menit. Halaman ini berubah sendiri; Anda juga boleh menutupnya."),
    ),
    "checking_delayed": Told(
        title=_("Pencocokan tertunda"),
        happened=_("Sistem BPJS Ketenagakerjaan sedang tidak dapat menjawab."),
        next=_("Kami mencoba lagi sendiri. Data Anda tersimpan, jadi Anda tidak perlu mengisi ulang."),
    ),
    "sending_again": Told(
        title=_("Kode baru sedang dikirim"),
        happened=_("Kami meminta kode baru untuk Anda."),
        next=_("Biasanya selesai dalam satu menit. Kode yang lama tidak berlaku lagi."),
    ),
    "code": Told(
        title=_("Masukkan kode verifikasi"),
        happened=_("Kode 6 angka sudah dikirim ke kontak yang tercatat di BPJS Ketenagakerjaan."),
        next=_("Ketik kode itu di bawah ini untuk menghubungkan kartu."),
    ),
    "code_over": Told(
        title=_("Kode ini tidak berlaku lagi"),
        happened=_("Kode yang dikirim sebelumnya tidak dapat dipakai."),
        next=_("Minta kode baru untuk melanjutkan."),
    ),
    "code_checking": Told(
        title=_("Kode sedang diperiksa"),
        happened=_("Kami memeriksa kode yang Anda ketik."),
        next=_("Biasanya selesai dalam beberapa detik. Halaman ini berubah sendiri."),
    ),
    "code_checking_delayed": Told(
        title=_("Pemeriksaan kode tertunda"),
        happened=_("Sistem BPJS Ketenagakerjaan sedang tidak dapat menjawab."),
        next=_("Kami mencoba lagi sendiri dengan kode yang sama. Anda tidak perlu mengetik ulang."),
    ),
    "waiting_staff": Told(
        title=_("Menunggu petugas"),
        happened=_(
            "BPJS Ketenagakerjaan tidak mencatat nomor HP atau email yang masih Anda pakai, jadi kode tidak sampai."
        ),
        next=_(
            "Petugas kami akan memeriksa permintaan ini. Lebih cepat: catatkan nomor HP Anda di kantor cabang, "
            "lalu ajukan lagi."
        ),
    ),
    "disputed": Told(
        title=_("Kartu ini juga terhubung ke akun lain"),
        happened=_("Demi keamanan, saldo kartu ini kami tutup untuk kedua akun."),
        next=_("Petugas kami akan memeriksa siapa pemiliknya. Hasilnya kami kabarkan lewat email."),
    ),
    "stopped": Told(
        title=_("Permintaan ini diperiksa petugas dulu"),
        happened=_("Tombol “Bukan saya” ditekan untuk permintaan ini, jadi kami menghentikannya."),
        next=_("Petugas kami memeriksanya. Hasilnya terlihat di halaman ini."),
    ),
    "linked": Told(
        title=_("Kartu sudah terhubung"),
        happened=_("Kode Anda benar dan kartu ini sekarang ada di daftar kartu Anda."),
        next=_("Saldonya sedang diambil. Biasanya terlihat dalam satu menit."),
    ),
    "refused": Told(
        title=_("Kartu belum dapat dihubungkan"),
        happened=_(
            "Data yang Anda isi tidak cocok dengan catatan BPJS Ketenagakerjaan, atau kartu ini belum dapat "
            "dihubungkan lewat portal."
        ),
        next=_("Periksa hal-hal berikut, lalu coba lagi."),
    ),
    "expired": Told(
        title=_("Permintaan ini sudah berakhir"),
        happened=_("Permintaan ini tidak selesai pada waktunya, jadi kami menghapus datanya."),
        next=_("Anda dapat mengajukannya lagi kapan saja."),
    ),
    "cancelled": Told(
        title=_("Permintaan dibatalkan"),
        happened=_("Data yang Anda isi untuk permintaan ini sudah dihapus."),
        next=_("Anda dapat mengajukannya lagi kapan saja."),
    ),
}

# After a refusal: what to look at, whom to ask.
CHECKLIST: Final[tuple[Text, ...]] = (
    _("Nomor KPJ: 11 karakter di kartu peserta, atau di slip gaji Anda."),
    _("Nama lengkap: persis seperti di KTP, tanpa gelar dan tanpa singkatan."),
    _("NIK dan tanggal lahir: sama seperti di KTP."),
    _(
        "Masih tidak cocok? Tanyakan ke HRD pemberi kerja Anda atau kantor cabang BPJS Ketenagakerjaan data apa yang "
        "didaftarkan."
    ),
)

# Why the upstream did not answer this time, by provider error code: only what the member can act on differs.
_WE_TRY_AGAIN = _("Kami mencoba lagi sendiri dalam beberapa menit.")
DELAYS: Final[Mapping[str, Text]] = {
    "maintenance": _("Sistem BPJS Ketenagakerjaan sedang dalam pemeliharaan. Kami mencoba lagi sesudahnya."),
    "rate_limited": _("Sistem BPJS Ketenagakerjaan sedang sibuk. Kami mencoba lagi sendiri."),
    "held_back": _("Sedang banyak permintaan. Giliran Anda sebentar lagi."),
} | dict.fromkeys(
    ("unavailable", "auth_failed", "token_expired", "duplicate", "bad_answer", "invalid_request", "link_expired",
     "internal_error", "not_found", "mismatch", "merged", "blocked", "no_contact", "code_expired", "code_blocked"),
    _WE_TRY_AGAIN,
)  # fmt: skip

# About the last code.
CODE_NOTES: Final[Mapping[str, Text]] = {
    "wrong_code": _("Kode itu tidak benar. Periksa lagi angkanya, lalu ketik ulang."),
    "attempts_used": _("Kode salah terlalu sering, jadi kode itu tidak berlaku lagi. Minta kode baru."),
    "code_expired": _("Kode itu sudah lewat waktunya. Minta kode baru."),
    "code_blocked": _("Kode salah terlalu sering. Tunggu beberapa menit, lalu minta kode baru."),
    "codes_today": _("Kode untuk kartu ini sudah terlalu sering diminta hari ini."),
    "wrong_codes_today": _("Kode untuk kartu ini sudah terlalu sering salah hari ini."),
}
CONTACT_OUTDATED: Final = _(
    "Bukan nomor atau email Anda lagi? Perbarui di kantor cabang BPJS Ketenagakerjaan, lalu minta kode baru. "
    "Atau mintalah petugas kami memeriksanya; itu lebih lama."
)
NAME_DIFFERS: Final = _(
    "Nama di catatan BPJS Ketenagakerjaan sedikit berbeda dari yang Anda isi. Di portal ini tidak apa-apa, tetapi "
    "klaim dapat tertahan. Bawa KTP dan kartu ke HRD atau kantor cabang, dan minta namanya diperbaiki sebelum Anda "
    "mengajukan klaim."
)

# Why an act was not done (accounts.services.limits.NotNow and accounts.services.linking.CannotLink).
REFUSALS: Final[Mapping[str, Text]] = {
    "refused_today": _("Data ini sudah terlalu sering tidak cocok hari ini. Periksa dulu kartu dan KTP Anda."),
    "requests_today": _("Anda sudah mengajukan terlalu banyak kartu hari ini."),
    "codes_today": CODE_NOTES["codes_today"],
    "wrong_codes_today": CODE_NOTES["wrong_codes_today"],
    "code_too_soon": _("Kode baru saja dikirim. Tunggu sebentar sebelum meminta lagi."),
    "cards_full": _("Jumlah kartu di akun ini sudah penuh. Lepas kartu yang tidak Anda pakai lebih dulu."),
    "already_linked": _("Kartu ini sudah terhubung ke akun Anda."),
    "already_asked": _(
        "Permintaan untuk kartu ini sedang berjalan dengan data yang Anda isi sebelumnya; batalkan dulu bila data itu "
        "salah."
    ),
    "not_waiting_for_code": _("Permintaan ini sedang tidak menunggu kode."),
    "account_locked": _("Akun Anda terkunci, jadi ini belum dapat diubah. Buka dulu kuncinya di halaman Kunci akun."),
    "card_locked": _("Kartu ini terkunci. Buka dulu kuncinya, lalu lepas kartunya."),
    "not_locked": _("Tidak ada kunci yang terpasang."),
    "contact_new": _("Email Anda baru saja diganti, jadi ini belum dapat dilakukan."),
    "in_dispute": _("Kartu ini sedang diperiksa petugas, jadi belum dapat dilepas."),
    "with_staff": _(
        "Satu kartu Anda sedang diperiksa petugas, dan hasilnya kami kabarkan ke email Anda yang sekarang. Sesudah itu "
        "email dapat diganti."
    ),
    "not_agreed": _("Untuk ini Anda perlu menyetujui pemberitahuan privasi. Buka halaman Privasi, Persetujuan saya."),
    "offer_gone": _("Tawaran ini sudah tidak berlaku. Tambahkan kartunya lewat formulir."),
}
TRY_AFTER: Final = _("Coba lagi setelah %(moment)s WIB.")

# Why a right cannot be used this way (CannotCorrect of services.privacy, CannotDelete of services.deletion).
PRIVACY_REFUSALS: Final[Mapping[str, Text]] = {
    "proved": _("Nama ini cocok dengan catatan BPJS Ketenagakerjaan. Mintalah petugas kami memperbaikinya di bawah."),
    "too_many": _("Tiga permintaan Anda masih menunggu jawaban. Tunggu dulu jawaban kami."),
    "locked": _(
        "Kartu atau akun Anda terkunci, dan kunci baru terbuka 12 jam setelah diminta. Buka dulu kuncinya, lalu tarik "
        "persetujuan."
    ),
    "staff": _("Akun petugas dihapus oleh administrator, karena keputusan petugas harus tetap dapat dijelaskan."),
}

# The help page (jht_portal.help) of each code above: progress, notes about a code, refusals.
HELP: Final[Mapping[str, str]] = {
    **dict.fromkeys(("checking", "sending_again", "code_checking", "linked"), "menghubungkan-kartu"),
    **dict.fromkeys(("expired", "cancelled"), "menghubungkan-kartu"),
    **dict.fromkeys(("checking_delayed", "code_checking_delayed"), "sistem-tidak-menjawab"),
    **dict.fromkeys(("code", "waiting_staff", "code_too_soon"), "kode-kartu-tidak-datang"),
    **dict.fromkeys(("code_over", "wrong_code", "attempts_used", "code_expired", "code_blocked"), "kode-salah"),
    **dict.fromkeys(("disputed", "in_dispute", "with_staff", "outranked", "stopped"), "kartu-di-akun-lain"),
    **dict.fromkeys(("reported", "account_locked", "card_locked", "not_locked"), "kartu-dikunci"),
    "contact_new": "email-lama-hilang",
    "refused": "data-tidak-cocok",
    **dict.fromkeys(
        ("refused_today", "requests_today", "codes_today", "wrong_codes_today", "cards_full"), "batas-harian"
    ),
    **dict.fromkeys(
        ("already_asked", "already_linked", "not_agreed", "offer_gone", "not_waiting_for_code"), "menghubungkan-kartu"
    ),
    **dict.fromkeys(("owner", "staff"), "kartu-dikunci"),
}

# A card's own line on the list of cards.
CARD_STATES: Final[Mapping[str, Text]] = {
    "active": _("Terhubung"),
    "disputed": _("Ditutup sementara: orang lain juga mengajukan kartu ini. Petugas kami sedang memeriksanya."),
    "owner": _("Saldonya tertutup karena Anda mengunci kartu ini."),
    "reported": _("Ditutup: tombol “Bukan saya” ditekan untuk kartu ini. Petugas kami sedang memeriksanya."),
    "outranked": _("Ditutup: orang lain membuktikan kartu ini dengan kode. Milik Anda? Hubungkan lagi dengan kode."),
    "staff": _("Ditutup sementara oleh petugas. Hubungi kami bila Anda tidak tahu sebabnya."),
}
MEMBERSHIPS: Final[Mapping[str, Text]] = {
    "AKTIF": _("Kepesertaan aktif"),
    "NON_AKTIF": _("Kepesertaan tidak aktif"),
    "DIKLAIM": _("Sudah diklaim"),
    "DIGABUNG": _("Sudah digabung ke kartu lain"),
    "DIBLOKIR": _("Diblokir BPJS Ketenagakerjaan"),
}
SEGMENTS: Final[Mapping[str, Text]] = {
    "PU": _("Penerima Upah"),
    "BPU": _("Bukan Penerima Upah"),
    "PMI": _("Pekerja Migran Indonesia"),
}

OPENS_IN_TWELVE_HOURS: Final = _(
    "Kunci terbuka 12 jam lagi. Kami mengirim kabar ke email Anda; sampai saat itu Anda dapat membatalkannya."
)

# The page behind "Bukan saya" in our mail, by what the link stops (accounts.services.not_me_tokens.Purpose):
# what the button does, what it did, what to do next.
_NEW_PASSWORD = _("Buat kata sandi baru dengan kode ke email Anda, lalu periksa kartu dan keamanan akun.")
NOT_ME: Final[Mapping[str, Told]] = {
    "card": Told(
        title=_("Tutup kartu ini"),
        happened=_("Kartu ini ditutup. Saldonya tidak terlihat lagi sampai petugas memeriksanya."),
        next=_("Petugas kami memeriksa siapa pemiliknya. Ganti kata sandi bila akun Anda dipakai orang lain."),
    ),
    "request": Told(
        title=_("Hentikan permintaan ini"),
        happened=_("Permintaan itu berhenti dan kartunya tidak terhubung tanpa petugas."),
        next=_("Jangan berikan kode yang Anda terima kepada siapa pun. Petugas kami memeriksa permintaan itu."),
    ),
    "account": Told(
        title=_("Kunci akun saya"),
        happened=_("Akun dikunci, semua kartu ditutup, dan semua perangkat dikeluarkan."),
        next=_NEW_PASSWORD,
    ),
    "contact": Told(
        title=_("Pasang kembali email ini"),
        happened=_("Penggantian email dibatalkan, akun dikunci, dan semua perangkat dikeluarkan."),
        next=_NEW_PASSWORD,
    ),
    "recovery": Told(
        title=_("Hentikan pemulihan"),
        happened=_("Pemulihan dihentikan, akun dikunci, dan semua perangkat dikeluarkan."),
        next=_NEW_PASSWORD,
    ),
}

# "Lupa akun" (accounts.services.recovery.progress). Up to the proof nothing depends on whether an account exists.
RECOVERY: Final[Mapping[str, Told]] = {
    "code": Told(
        title=_("Masukkan kode"),
        happened=_(
            "Bila data itu cocok dengan sebuah akun, kode 6 angka sedang dikirim ke nomor HP atau email yang tercatat "
            "di BPJS Ketenagakerjaan."
        ),
        next=_(
            "Biasanya sampai dalam satu menit dan berlaku beberapa menit. Anda punya tiga kali kesempatan. Tidak ada "
            "kode? Mulai dari perangkat yang pernah Anda pakai untuk login, atau mintalah bantuan petugas kami."
        ),
    ),
    "checking": Told(
        title=_("Kode sedang diperiksa"),
        happened=_("Pemeriksaan selalu memakan sepuluh detik."),
        next=_("Halaman ini berubah sendiri sesudah itu. Bila tidak, tekan Muat ulang."),
    ),
    "refused": Told(
        title=_("Kode itu belum dapat kami terima"),
        happened=_("Kode salah, sudah lewat waktunya, atau tidak ada akun dengan data itu."),
        next=_("Periksa lagi angkanya, lalu ketik ulang. Atau mulai lagi dari awal."),
    ),
    "over": Told(
        title=_("Kesempatan sudah habis"),
        happened=_("Kode salah, sudah lewat waktunya, atau tidak ada akun dengan data itu."),
        next=_("Mulai lagi dari awal, atau mintalah bantuan petugas kami."),
    ),
    "proved": Told(
        title=_("Akun Anda ditemukan"),
        happened=_("Kode Anda benar. Kami juga mengirim surat ke email akun Anda."),
        next=_("Masih dapat membaca email itu? Login dengannya, atau buat kata sandi baru."),
    ),
    "address": Told(
        title=_("Pastikan email baru Anda"),
        happened=_("Kami mengirim surat ke email baru itu. Buka tautan di dalamnya dan tekan tombolnya."),
        next=_("Tidak datang? Periksa ejaannya dan ketik lagi di bawah ini."),
    ),
    "waiting": Told(
        title=_("Menunggu 12 jam"),
        happened=_("Demi keamanan, email baru berlaku sesudah 12 jam. Kami sudah mengabari email yang lama."),
        next=_("Anda boleh menutup halaman ini. Sesudah itu kami kirim surat ke email baru: cara membuat kata sandi."),
    ),
    "done": Told(
        title=_("Akun sudah dipulihkan"),
        happened=_("Email baru sudah berlaku."),
        next=_("Buat kata sandi baru dengan kode ke email itu."),
    ),
    "stopped": Told(
        title=_("Pemulihan dihentikan"),
        happened=_("Pemilik akun atau petugas menghentikan pemulihan ini. Tidak ada yang berubah."),
        next=_("Bila itu keliru, hubungi kami."),
    ),
    "expired": Told(
        title=_("Permintaan ini sudah berakhir"),
        happened=_("Permintaan ini tidak selesai pada waktunya. Tidak ada yang berubah."),
        next=_("Mulai lagi dari awal kapan saja."),
    ),
}
