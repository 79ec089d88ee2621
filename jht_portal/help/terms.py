"""Words of the pages, explained; the same on the help page and in place."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from jht_portal.help.topic import Text

Term = tuple[Text, Text]
_TERMS: Final[dict[str, Term]] = {
    "jht": (
        "JHT",
        _("Jaminan Hari Tua: tabungan wajib dari iuran Anda dan pemberi kerja, ditambah hasil pengembangannya."),
    ),
    "kpj": (
        "KPJ",
        _("Nomor di Kartu Peserta Jamsostek. Satu orang dapat punya beberapa."),
    ),
    "provider": (
        _("Penyedia data"),
        _("Sistem tempat saldo dicatat. Portal ini hanya membacanya dan tidak dapat mengubahnya."),
    ),
    "as_of": (
        _("Per (tanggal)"),
        _("Tanggal angka itu menurut penyedia data. Iuran sesudah tanggal itu belum termasuk."),
    ),
    "fetched": (
        _("Diperbarui"),
        _("Saat kami terakhir menerima jawaban yang baik dari penyedia data."),
    ),
    "contribution": (
        _("Iuran"),
        _("Yang disetor setiap bulan dari upah yang dilaporkan: bagian pekerja dan bagian pemberi kerja."),
    ),
    "wage": (
        _("Upah yang dilaporkan"),
        _("Upah yang dilaporkan pemberi kerja; dari situ iuran dihitung. Bisa lain dari yang Anda terima."),
    ),
    "until": (
        _("Iuran sampai"),
        _("Bulan terakhir yang sudah dicatat penyedia data."),
    ),
    "dates": (
        _("Tanggal setor dan tanggal posting"),
        _("Hari iuran dibayar, dan hari iuran dibukukan. Yang kedua bisa beberapa minggu sesudah yang pertama."),
    ),
    "not_seen": (
        _("Belum terlihat dan tidak tercatat"),
        _(
            "Belum terlihat: mungkin masih dibukukan. Tidak tercatat: batas setor dan waktu pembukuannya sudah lewat, "
            "dan iurannya tetap tidak ada."
        ),
    ),
    "back_pay": (
        _("Rapel"),
        _("Kekurangan upah bulan-bulan sebelumnya yang dibayar belakangan; iurannya ikut dihitung."),
    ),
    "correction": (
        _("Koreksi"),
        _("Perbaikan catatan oleh penyedia data; bisa menambah atau mengurangi."),
    ),
    "returns": (
        _("Hasil pengembangan"),
        _("Tambahan dari pengelolaan dana JHT, dibukukan ke saldo Anda."),
    ),
    "rate": (
        _("Tingkat pengembangan"),
        _(
            "Hasil pengembangan setahun dalam persen. Belum ditetapkan: angkanya memang belum ada. Tidak diberikan: "
            "penyedia data tidak memberitahukannya."
        ),
    ),
    "segments": (
        _("Penerima Upah, Bukan Penerima Upah, Pekerja Migran Indonesia"),
        _("Tiga jenis peserta: digaji pemberi kerja, bekerja sendiri, dan bekerja di luar negeri."),
    ),
    "active": (
        _("Kepesertaan aktif dan tidak aktif"),
        _("Aktif: iuran masih berjalan. Tidak aktif: iuran berhenti, tetapi saldonya tetap ada dan berkembang."),
    ),
    "tenure": (
        _("Masa kerja"),
        _("Waktu Anda tercatat bekerja pada satu pemberi kerja, menurut penyedia data."),
    ),
    "merge": (
        _("Penggabungan"),
        _("Menjadikan beberapa kartu satu, sehingga saldonya terkumpul di satu nomor."),
    ),
    "claim": (
        _("Klaim"),
        _("Permintaan untuk mencairkan saldo, sebagian atau seluruhnya. Tidak dilakukan di portal ini."),
    ),
    "todays_money": (
        _("Uang hari ini"),
        _("Berapa nilai jumlah itu bila dibelanjakan sekarang. Harga naik, jadi angkanya lebih kecil."),
    ),
}
TERMS: Final[tuple[Term, ...]] = tuple(_TERMS.values())


def _pick(*keys: str) -> tuple[Term, ...]:
    return tuple(_TERMS[key] for key in keys)


ON_THE_BALANCE_PAGE: Final = _pick("kpj", "as_of", "fetched", "returns", "until", "segments")
PAGES: Final[dict[str, tuple[Term, ...]]] = {
    "balance": ON_THE_BALANCE_PAGE,
    "statement": _pick("returns", "rate", "not_seen", "dates", "wage", "back_pay", "correction", "claim"),
    "projection": _pick("returns", "wage", "todays_money"),
    "timeline": _pick("tenure", "segments", "merge", "kpj"),
}
