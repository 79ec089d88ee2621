"""Help when months, lines or employments of a statement look odd."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from jht_portal.help.topic import Ask, Group, Topic

GROUP: Final = Group(
    slug="statement",
    title=_("Iuran, rincian, dan masa kerja"),
    topics=(
        Topic(
            slug="iuran-belum-dibukukan",
            title=_("Iuran diterima tetapi belum dibukukan"),
            meaning=_("Uangnya sudah sampai, tetapi belum dimasukkan ke rekening Anda. Saldo belum memuatnya."),
            how_long=_("Bisa beberapa minggu sesudah disetor."),
            to_do=(_("Anda tidak perlu melakukan apa pun. Lihat lagi bulan depan."),),
            ask=Ask.BRANCH,
        ),
        Topic(
            slug="iuran-terlambat",
            title=_("Iuran dibayar terlambat"),
            meaning=_(
                "Iuran bulan itu sudah masuk, tetapi dibayar sesudah batas setor. Dendanya menjadi urusan pemberi "
                "kerja dan tidak mengurangi saldo Anda."
            ),
            how_long=_("Sudah selesai; tidak ada yang perlu ditunggu."),
            to_do=(_("Sering terlambat? Tanyakan kepada bagian kepegawaian."),),
            ask=Ask.EMPLOYER,
        ),
        Topic(
            slug="bulan-tanpa-kewajiban",
            title=_("Bulan tanpa iuran yang belum tentu wajib"),
            meaning=_(
                "Untuk bulan ini tidak bisa dipastikan ada iuran yang wajib: Anda membayar sendiri, iurannya sukarela, "
                "atau Anda bekerja tidak sebulan penuh."
            ),
            how_long=_("Saldo yang ada tetap berkembang, juga tanpa iuran baru."),
            to_do=(
                _("Digaji pemberi kerja pada bulan itu? Cocokkan dengan slip gaji, lalu tanyakan ke kepegawaian."),
                _("Membayar sendiri? Simpan bukti bayar bila Anda merasa sudah membayar."),
            ),
            ask=Ask.BRANCH,
        ),
        Topic(
            slug="status-tidak-dikenal",
            title=_("Status iuran tidak kami kenal"),
            meaning=_("Penyedia data memberi status yang belum dikenal portal ini, jadi kami tidak menebak artinya."),
            how_long=_("Lihat lagi dalam beberapa hari."),
            to_do=(_("Tetap begini? Hubungi kami dan sebutkan bulannya."),),
            ask=Ask.US,
        ),
        Topic(
            slug="upah-dilaporkan",
            title=_("Upah yang dilaporkan turun, berbeda, atau tidak ada"),
            meaning=_(
                "Iuran dihitung dari upah yang dilaporkan pemberi kerja. Upah bisa turun karena jam kerja, jabatan, "
                "atau tunjangan berubah; bisa juga salah lapor. Kadang penyedia data tidak memberi angkanya."
            ),
            how_long=_("Sampai pemberi kerja membetulkan laporannya, bila memang salah."),
            to_do=(
                _("Cocokkan dengan slip gaji bulan itu."),
                _("Berbeda? Tanyakan kepada bagian kepegawaian upah mana yang dilaporkan."),
            ),
            ask=Ask.EMPLOYER,
        ),
        Topic(
            slug="rincian-belum-cocok",
            title=_("Rincian belum cocok dengan saldo"),
            meaning=_(
                "Kami menjumlahkan semua baris. Hasilnya berbeda dari saldo atau jumlah setahun yang diberikan "
                "penyedia data. Kami menampilkan keduanya dan tidak mengubah apa pun."
            ),
            how_long=_("Sering selesai sendiri sesudah pembukuan berikutnya."),
            to_do=(
                _("Lihat lagi dalam beberapa minggu."),
                _("Tetap berbeda? Minta rincian resmi di kantor cabang dan bandingkan tahunnya."),
            ),
            ask=Ask.BRANCH,
        ),
        Topic(
            slug="rincian-belum-ada",
            title=_("Rincian belum ada"),
            meaning=_("Penyedia data menjawab, tetapi belum punya baris iuran atau tahun untuk kartu ini."),
            how_long=_("Muncul sesudah iuran pertama dibukukan."),
            to_do=(_("Kartu baru? Lihat lagi bulan depan."), _("Kartu lama? Tanyakan ke kantor cabang.")),
            ask=Ask.BRANCH,
        ),
        Topic(
            slug="tingkat-pengembangan",
            title=_("Tingkat pengembangan belum ditetapkan atau tidak diberikan"),
            meaning=_(
                'Tingkat pengembangan adalah hasil setahun dalam persen. "Belum ditetapkan" kami tulis hanya bila '
                'penyedia data mengatakannya; "tidak diberikan" berarti penyedia data diam.'
            ),
            how_long=_("Biasanya ditetapkan sesudah tahun itu berakhir. Tanggalnya tidak kami ketahui."),
            to_do=(_("Anda tidak perlu melakukan apa pun. Hasil dalam rupiah tetap tertulis di sebelahnya."),),
            ask=Ask.BRANCH,
        ),
        Topic(
            slug="riwayat-kerja",
            title=_("Riwayat kerja kosong, bercelah, atau bertumpuk"),
            meaning=_(
                "Riwayat kerja disusun dari catatan penyedia data di semua kartu yang Anda hubungkan. Bulan tanpa masa "
                "kerja atau dua pekerjaan sekaligus bisa saja benar; kami hanya menunjukkannya."
            ),
            how_long=_("Catatan berubah bila pemberi kerja atau kantor cabang membetulkannya."),
            to_do=(
                _("Hubungkan semua kartu Anda; celah sering ada di kartu yang belum terhubung."),
                _("Tanggalnya salah? Siapkan surat keterangan kerja dan tanyakan kepada bagian kepegawaian."),
            ),
            ask=Ask.EMPLOYER,
            page="card_add",
        ),
        Topic(
            slug="kerja-di-dua-kartu",
            title=_("Satu pemberi kerja di dua kartu"),
            meaning=_(
                "Pemberi kerja yang sama tercatat di lebih dari satu kartu Anda. Mungkin Anda didaftarkan dua kali. "
                "Saldo tiap kartu terpisah dan tidak hilang."
            ),
            how_long=_("Sampai kartu-kartunya digabung."),
            to_do=(
                _("Pastikan kedua nomor memang milik Anda: cocokkan dengan kartu peserta."),
                _("Penggabungan dilakukan di kantor cabang. Bawa KTP dan semua kartu. Di portal ini tidak bisa."),
                _("Nomor itu bukan milik Anda? Lepas dari akun ini dan beri tahu kami."),
            ),
            ask=Ask.BRANCH,
            page="card_list",
        ),
        Topic(
            slug="tanggal-belum-diketahui",
            title=_("Tanggal untuk hitungan belum diketahui"),
            meaning=_(
                "Kapan saldo bisa diambil bergantung pada tanggal lahir, awal kepesertaan, atau berhenti bekerja. "
                "Salah satunya belum kami punya, jadi kami tidak menebak."
            ),
            how_long=_("Tanggal kepesertaan kami ambil lagi sendiri bersama rincian."),
            to_do=(
                _("Buka Rincian kartu ini sekali, lalu kembali."),
                _("Sudah berhenti tetapi kartu belum tidak aktif? Minta pemberi kerja melaporkannya."),
            ),
            ask=Ask.EMPLOYER,
        ),
        Topic(
            slug="perkiraan-bukan-janji",
            title=_("Mengapa perkiraan bukan janji"),
            meaning=_(
                "Perkiraan mengandaikan upah, iuran, dan hasil yang tetap selama bertahun-tahun. Kenyataannya berubah, "
                "dan cara rekening sebenarnya dihitung tidak diumumkan."
            ),
            how_long=_("Hitung lagi setiap tahun, atau sesudah ganti pekerjaan."),
            to_do=(
                _("Lihat hasil rendah juga, bukan hanya yang tinggi."),
                _("Ubah andaiannya dan lihat apa yang terjadi."),
            ),
            ask=Ask.US,
        ),
        Topic(
            slug="mengklaim-saldo",
            title=_("Mengklaim saldo"),
            meaning=_(
                "Portal ini menunjukkan saldo dan kapan Anda bisa mengambilnya, tetapi tidak membayar. Klaim diajukan "
                "kepada BPJS Ketenagakerjaan dan diputuskan di sana."
            ),
            how_long=_("Bergantung pada usia, masa kepesertaan, dan apakah Anda masih bekerja."),
            to_do=(
                _("Buka Cek Saldo JHT, pilih kartunya, lalu Kapan bisa diambil: di situ tanggal Anda sendiri."),
                _("Ajukan lewat aplikasi JMO, situs Lapak Asik, atau kantor cabang, bukan lewat perantara."),
                _("Jangan berikan kode atau kata sandi kepada siapa pun yang menawarkan bantuan."),
            ),
            ask=Ask.BRANCH,
            page="balances",
        ),
        Topic(
            slug="menunjukkan-rincian",
            title=_("Menyimpan dan menunjukkan rincian"),
            meaning=_(
                "Rincian bisa disimpan sebagai PDF, Excel, CSV, atau JSON. PDF membawa kode, sehingga orang yang Anda "
                "beri dapat memeriksa bahwa dokumennya asli."
            ),
            how_long=_("PDF jadi dalam beberapa detik."),
            to_do=(
                _("Buka Rincian, lalu tekan Simpan PDF atau Bagikan."),
                _("Berikan hanya kepada orang yang Anda percaya: isinya nama dan angka Anda."),
                _("Anda yang diberi PDF? Buka Periksa dokumen, lalu tulis kodenya atau pilih berkasnya."),
            ),
            ask=Ask.US,
            page="document_check",
        ),
    ),
)
