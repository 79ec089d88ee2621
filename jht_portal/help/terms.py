"""Words of the balance pages, explained; the same on the help page and in place."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from jht_portal.help.topic import Text

ON_THE_BALANCE_PAGE: Final[tuple[tuple[Text, Text], ...]] = (
    (
        "KPJ",
        _("Nomor di Kartu Peserta Jamsostek. Satu orang dapat punya beberapa."),
    ),
    (
        _("Per (tanggal)"),
        _("Tanggal angka itu menurut penyedia data. Iuran sesudah tanggal itu belum termasuk."),
    ),
    (
        _("Diperbarui"),
        _("Saat kami terakhir menerima jawaban yang baik dari penyedia data."),
    ),
    (
        _("Hasil pengembangan"),
        _("Tambahan dari pengelolaan dana JHT, dibukukan ke saldo Anda."),
    ),
    (
        _("Iuran sampai"),
        _("Bulan terakhir yang sudah dicatat penyedia data."),
    ),
    (
        _("Penerima Upah, Bukan Penerima Upah, Pekerja Migran Indonesia"),
        _("Tiga jenis peserta: digaji pemberi kerja, bekerja sendiri, dan bekerja di luar negeri."),
    ),
)
TERMS: Final[tuple[tuple[Text, Text], ...]] = (
    *ON_THE_BALANCE_PAGE,
    (
        "JHT",
        _("Jaminan Hari Tua: tabungan wajib dari iuran Anda dan pemberi kerja, ditambah hasil pengembangannya."),
    ),
    (
        _("Penyedia data"),
        _("Sistem tempat saldo dicatat. Portal ini hanya membacanya dan tidak dapat mengubahnya."),
    ),
    (
        _("Iuran"),
        _("Yang disetor setiap bulan dari upah yang dilaporkan: bagian pekerja dan bagian pemberi kerja."),
    ),
    (
        _("Upah yang dilaporkan"),
        _("Upah yang dilaporkan pemberi kerja; dari situ iuran dihitung. Bisa lain dari yang Anda terima."),
    ),
    (
        _("Tanggal setor dan tanggal posting"),
        _("Hari iuran dibayar, dan hari iuran dibukukan. Yang kedua bisa beberapa minggu sesudah yang pertama."),
    ),
    (
        _("Kepesertaan aktif dan tidak aktif"),
        _("Aktif: iuran masih berjalan. Tidak aktif: iuran berhenti, tetapi saldonya tetap ada dan berkembang."),
    ),
    (
        _("Klaim"),
        _("Permintaan untuk mencairkan saldo, sebagian atau seluruhnya. Tidak dilakukan di portal ini."),
    ),
    (
        _("Penggabungan"),
        _("Menjadikan beberapa kartu satu, sehingga saldonya terkumpul di satu nomor."),
    ),
)
