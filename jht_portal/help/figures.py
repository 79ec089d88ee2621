"""Help when a figure or its date looks wrong."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from jht_portal.help.topic import Ask, Group, Topic

GROUP: Final = Group(
    slug="figures",
    title=_("Angka terlihat keliru"),
    topics=(
        Topic(
            slug="data-lama",
            title=_("Mengapa tanggalnya sudah lama"),
            meaning=_(
                'Di bawah setiap saldo ada dua tanggal. "Per" adalah tanggal angka itu menurut penyedia data; '
                '"Diperbarui" adalah saat kami terakhir menerimanya. Penyedia data tidak menghitung ulang '
                'setiap hari, jadi tanggal "Per" biasanya tertinggal.'
            ),
            how_long=_(
                'Kami memeriksa sendiri saat Anda membuka halaman. Tanggal "Per" maju bila penyedia data '
                "membukukan yang baru."
            ),
            to_do=(
                _("Tekan Perbarui untuk meminta yang terbaru."),
                _("Untuk keputusan penting, tunggu angka yang tanggalnya baru."),
            ),
            ask=Ask.US,
        ),
        Topic(
            slug="angka-berbeda",
            title=_("Angka berbeda dengan JMO, slip gaji, atau catatan Anda"),
            meaning=_(
                "Dua angka yang benar dapat berbeda karena tanggalnya berbeda: iuran yang dipotong bulan ini "
                "baru masuk sesudah disetor dan dibukukan. Kartu yang dihitung juga dapat berbeda."
            ),
            how_long=_(
                "Potongan gaji terlihat sesudah pemberi kerja menyetor dan penyedia data membukukannya; itu dapat "
                "memakan waktu beberapa minggu."
            ),
            to_do=(
                _('Bandingkan tanggal "Per" dan nomor kartunya lebih dulu.'),
                _("Bandingkan upah yang dilaporkan dengan slip gaji. Iuran dihitung dari upah yang dilaporkan."),
                _("Tetap berbeda? Tanyakan kepada bagian kepegawaian, lalu kantor cabang."),
            ),
            ask=Ask.BRANCH,
        ),
        Topic(
            slug="bulan-iuran-kosong",
            title=_("Ada bulan tanpa iuran"),
            meaning=_(
                "Iuran Penerima Upah disetor pemberi kerja paling lambat tanggal 15 bulan berikutnya, atau hari "
                "kerja berikutnya bila itu hari libur. Sesudah disetor, iuran masih harus dibukukan. Jadi bulan"
                " yang belum terlihat belum tentu tidak dibayar."
            ),
            how_long=_("Tunggu sampai tanggal setor dan waktu pembukuannya lewat, lalu periksa lagi."),
            to_do=(
                _("Cocokkan dengan slip gaji: apakah iuran dipotong pada bulan itu?"),
                _(
                    "Tanyakan kepada bagian kepegawaian kapan bulan itu disetor. Sebagian pemberi kerja "
                    "menyetor beberapa bulan sekaligus."
                ),
                _(
                    "Tetap kosong? Laporkan ke kantor cabang dan bawa slip gaji. Denda keterlambatan ditanggung"
                    " pemberi kerja, bukan Anda."
                ),
            ),
            ask=Ask.EMPLOYER,
        ),
        Topic(
            slug="hasil-sementara",
            title=_("Hasil pengembangan masih sementara"),
            meaning=_(
                "Hasil pengembangan adalah tambahan dari pengelolaan dana JHT. Angka tahun berjalan masih dapat"
                " berubah sampai penyedia data menetapkannya."
            ),
            how_long=_("Sampai hasil tahun itu ditetapkan. Tanggalnya tidak kami ketahui."),
            to_do=(_("Anda tidak perlu melakukan apa pun."),),
            ask=Ask.BRANCH,
        ),
        Topic(
            slug="jawaban-tidak-dipakai",
            title=_("Jawaban penyedia data tidak kami pakai"),
            meaning=_(
                "Setiap jawaban kami periksa: kartunya harus benar, jumlahnya harus masuk akal, dan tanggalnya "
                "tidak boleh mundur. Jawaban ini tidak lolos, jadi kami tetap menampilkan angka terakhir yang "
                "baik."
            ),
            how_long=_("Kami mencoba lagi sendiri; halaman saldo menulis kapan. Petugas teknis sudah diberi tahu."),
            to_do=(
                _("Anda tidak perlu melakukan apa pun."),
                _("Sesudah sehari tetap begini? Hubungi kami."),
            ),
            ask=Ask.US,
        ),
        Topic(
            slug="gangguan-kami",
            title=_("Kesalahan di pihak kami"),
            meaning=_(
                "Portal ini membuat kesalahan atau tidak dapat masuk ke sistem penyedia data. Saldo dan kartu "
                "Anda tidak berubah."
            ),
            how_long=_("Petugas teknis sudah diberi tahu. Kami mencoba lagi sendiri."),
            to_do=(
                _(
                    "Anda tidak perlu melakukan apa pun. Bila mendesak, hubungi kami dan sebutkan kode di "
                    "halaman itu, bila ada."
                ),
            ),
            ask=Ask.US,
        ),
    ),
)
