"""Help when there is no balance to see."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from jht_portal.help.topic import Ask, Group, Topic

GROUP: Final = Group(
    slug="balance",
    title=_("Saldo belum terlihat"),
    topics=(
        Topic(
            slug="belum-ada-kartu",
            title=_("Belum ada kartu yang terhubung"),
            meaning=_(
                "Portal hanya menampilkan saldo kartu (KPJ) yang sudah terbukti milik Anda. Kartu dari tempat "
                "kerja baru pun harus dihubungkan sendiri."
            ),
            how_long=_("Menghubungkan kartu biasanya selesai dalam beberapa menit."),
            to_do=(
                _("Siapkan nomor KPJ dan KTP Anda. Nomor KPJ tertulis di kartu peserta atau slip gaji."),
                _("Tekan Hubungkan kartu, lalu masukkan kode yang Anda terima."),
            ),
            ask=Ask.US,
            page="card_add",
        ),
        Topic(
            slug="saldo-sedang-diminta",
            title=_("Saldo sedang diminta"),
            meaning=_(
                "Kartu sudah terhubung dan kami sedang meminta saldonya kepada penyedia data. Belum ada angka "
                "bukan berarti saldonya nol."
            ),
            how_long=_(
                "Biasanya kurang dari satu menit. Bila penyedia data sibuk, bisa lebih lama; permintaan tetap antre."
            ),
            to_do=(
                _("Anda boleh menutup halaman ini; kami tetap mengambilnya."),
                _("Buka lagi nanti, atau tekan Perbarui."),
            ),
            ask=Ask.US,
        ),
        Topic(
            slug="kartu-masih-baru",
            title=_("Kartu masih baru"),
            meaning=_(
                "Kepesertaan Anda baru terdaftar dan iuran pertamanya belum dibukukan, jadi penyedia data belum"
                " punya angkanya."
            ),
            how_long=_(
                "Angka muncul sesudah iuran pertama dibukukan. Itu tidak terjadi pada hari yang sama dengan "
                "potongan gaji."
            ),
            to_do=(
                _("Anda tidak perlu melakukan apa pun. Lihat lagi bulan depan."),
                _(
                    "Tetap kosong sesudah beberapa kali gajian? Tanyakan kepada bagian kepegawaian apakah iuran"
                    " sudah disetor."
                ),
            ),
            ask=Ask.EMPLOYER,
        ),
        Topic(
            slug="sedang-dihitung",
            title=_("Saldo sedang dihitung"),
            meaning=_(
                "Penyedia data sedang menghitung saldo kartu ini, misalnya saat hasil pengembangan dibukukan. "
                "Uang Anda tidak hilang."
            ),
            how_long=_("Penyedia data tidak memberi tahu kapan selesai. Kami memeriksanya lagi sendiri."),
            to_do=(_("Anda tidak perlu melakukan apa pun. Lihat lagi dalam beberapa hari."),),
            ask=Ask.BRANCH,
        ),
        Topic(
            slug="menunggu-perusahaan",
            title=_("Menunggu data dari pemberi kerja"),
            meaning=_(
                "Penyedia data belum menerima laporan yang lengkap dari pemberi kerja Anda, jadi saldo belum dapat"
                " dipastikan."
            ),
            how_long=_("Sampai pemberi kerja mengirim laporannya. Kami memeriksanya lagi sendiri."),
            to_do=(
                _("Tanyakan kepada bagian kepegawaian apakah laporan dan iuran bulan terakhir sudah dikirim."),
                _("Simpan slip gaji Anda: di situ tertulis potongan iuran."),
            ),
            ask=Ask.EMPLOYER,
        ),
        Topic(
            slug="menunggu-anda",
            title=_("Penyedia data menunggu sesuatu dari Anda"),
            meaning=_("Ada data kepesertaan yang belum lengkap atau perlu diperbarui sebelum saldo dapat diberikan."),
            how_long=_("Sampai data itu dilengkapi."),
            to_do=(
                _("Hubungi kantor cabang, bawa KTP dan kartu peserta, dan tanyakan data apa yang kurang."),
                _("Sesudah dilengkapi, tekan Perbarui di sini."),
            ),
            ask=Ask.BRANCH,
        ),
        Topic(
            slug="klaim-sedang-diproses",
            title=_("Klaim atau penggabungan sedang diproses"),
            meaning=_(
                "Selama klaim atau penggabungan kartu berjalan, saldo dapat berubah sewaktu-waktu. Karena itu "
                "penyedia data belum memberi angkanya."
            ),
            how_long=_("Sampai prosesnya selesai. Lamanya ditentukan oleh penyedia data, bukan oleh portal ini."),
            to_do=(
                _("Lacak klaim di tempat Anda mengajukannya."),
                _("Tidak merasa mengajukan klaim? Segera hubungi kantor cabang."),
            ),
            ask=Ask.BRANCH,
        ),
        Topic(
            slug="alasan-belum-dikenal",
            title=_("Angka belum diberikan, alasannya belum kami kenal"),
            meaning=_(
                "Penyedia data menjawab tanpa angka dan memberi alasan yang belum dikenal portal ini. Petugas "
                "teknis kami dapat melihatnya."
            ),
            how_long=_("Lihat lagi besok."),
            to_do=(
                _(
                    "Bila besok tetap begini, hubungi kami. Anda tidak perlu menyebut nomor KPJ lengkap; empat "
                    "angka terakhir cukup."
                ),
            ),
            ask=Ask.US,
        ),
        Topic(
            slug="sistem-tidak-menjawab",
            title=_("Sistem penyedia data tidak menjawab"),
            meaning=_(
                "Sistem tempat saldo disimpan sedang terganggu, dipelihara, atau sibuk; atau sambungan kami ke "
                "sana bermasalah. Bukan ponsel Anda dan bukan kesalahan Anda."
            ),
            how_long=_(
                "Halaman saldo menulis kapan kami mencoba lagi sendiri. Gangguan biasa hanya beberapa menit; "
                "pemeliharaan bisa lebih lama."
            ),
            to_do=(
                _("Anda tidak perlu melakukan apa pun. Menekan Perbarui berkali-kali tidak mempercepat."),
                _("Saldo terakhir yang pernah kami terima tetap tampil dengan tanggalnya."),
            ),
            ask=Ask.US,
        ),
        Topic(
            slug="sudah-digabung",
            title=_("Kartu sudah digabung"),
            meaning=_(
                "Kartu ini sudah dijadikan satu dengan kartu Anda yang lain. Saldonya pindah ke kartu tujuan, "
                "jadi di sini tidak dihitung lagi. Uang Anda tidak berkurang."
            ),
            how_long=_("Penggabungannya sudah selesai; tidak ada yang perlu ditunggu."),
            to_do=(
                _("Lihat saldo di kartu tujuan. Belum ada di daftar? Hubungkan kartu itu."),
                _("Merasa jumlahnya kurang? Minta rincian kedua kartu di kantor cabang."),
            ),
            ask=Ask.BRANCH,
            page="card_add",
        ),
        Topic(
            slug="sudah-diklaim",
            title=_("Saldo sudah diklaim"),
            meaning=_(
                "Menurut penyedia data, saldo kartu ini sudah dicairkan. Angka yang tampil, bila ada, adalah "
                "sisanya; nol di sini memang nol."
            ),
            how_long=_("Tetap begini, kecuali ada iuran baru."),
            to_do=(
                _("Pernah mengajukan klaim? Cocokkan dengan rekening bank Anda."),
                _("Tidak pernah mengajukan klaim? Segera hubungi kantor cabang dan minta keterangan tertulis."),
            ),
            ask=Ask.BRANCH,
        ),
        Topic(
            slug="kartu-tidak-ditemukan",
            title=_("Data kartu tidak ditemukan"),
            meaning=_(
                "Penyedia data tidak menemukan kartu ini atas nama Anda. Nomor lama dapat hilang dari catatan "
                "sesudah penggabungan."
            ),
            how_long=_("Sampai nomor atau catatannya dibetulkan."),
            to_do=(
                _("Cocokkan empat angka terakhir di sini dengan kartu peserta Anda."),
                _("Pernah punya dua kartu? Saldonya mungkin sudah pindah ke kartu yang lain."),
                _("Tanyakan ke kantor cabang nomor kartu mana yang berlaku."),
            ),
            ask=Ask.BRANCH,
        ),
        Topic(
            slug="kartu-diblokir",
            title=_("Kartu diblokir penyedia data"),
            meaning=_(
                "Penyedia data menutup kartu ini. Alasannya tidak diberitahukan kepada kami, dan petugas portal"
                " tidak dapat membukanya."
            ),
            how_long=_("Sampai kantor cabang membukanya."),
            to_do=(_("Datangi atau hubungi kantor cabang dengan KTP dan kartu peserta."),),
            ask=Ask.BRANCH,
        ),
        Topic(
            slug="sambungan-berakhir",
            title=_("Sambungan kartu sudah berakhir"),
            meaning=_(
                "Izin portal ini untuk menanyakan saldo kartu Anda sudah tidak dikenal penyedia data. Saldo "
                "terakhir tetap tampil dengan tanggalnya."
            ),
            how_long=_("Sesudah dihubungkan lagi, biasanya satu menit."),
            to_do=(_("Buka Kartu, lepaskan kartu ini, lalu hubungkan lagi."),),
            ask=Ask.US,
            page="card_list",
        ),
    ),
)
