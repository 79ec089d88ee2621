"""Help about linking cards and their codes."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from jht_portal.help.topic import Ask, Group, Topic

GROUP: Final = Group(
    slug="cards",
    title=_("Kartu dan kode"),
    topics=(
        Topic(
            slug="menghubungkan-kartu",
            title=_("Cara menghubungkan kartu"),
            meaning=_(
                "Data Anda dicocokkan dengan catatan penyedia data. Sesudah cocok, kode 6 angka dikirim ke "
                "nomor HP atau email yang tercatat di sana. Dengan kode itu Anda membuktikan bahwa kartu ini "
                "milik Anda."
            ),
            how_long=_(
                "Mencocokkan: biasanya satu menit. Permintaan yang tidak diteruskan berakhir sesudah 24 jam dan"
                " datanya dihapus."
            ),
            to_do=(
                _("Siapkan KTP dan nomor KPJ."),
                _("Isi seperti di KTP, lalu tunggu kodenya."),
                _("Permintaan berakhir atau dibatalkan? Ajukan lagi kapan saja."),
            ),
            ask=Ask.US,
            page="card_add",
        ),
        Topic(
            slug="data-tidak-cocok",
            title=_("Data tidak cocok saat menghubungkan kartu"),
            meaning=_(
                "Salah satu isian berbeda dari catatan penyedia data, atau kartu belum dapat dihubungkan. Demi "
                "keamanan kami tidak memberi tahu isian mana: orang lain bisa menebak data Anda."
            ),
            how_long=_("Anda dapat mencoba lagi saat itu juga, beberapa kali sehari."),
            to_do=(
                _(
                    "Bandingkan satu per satu dengan KTP dan kartu peserta: nomor KPJ, NIK, nama tanpa gelar, "
                    "tanggal lahir."
                ),
                _(
                    "Tanyakan kepada bagian kepegawaian data apa yang dulu didaftarkan. Nama yang disingkat "
                    "sering menjadi penyebabnya."
                ),
                _("Datanya memang keliru? Minta kantor cabang memperbaikinya, lalu ajukan lagi."),
            ),
            ask=Ask.BRANCH,
            page="card_add",
        ),
        Topic(
            slug="kode-kartu-tidak-datang",
            title=_("Kode untuk kartu tidak datang"),
            meaning=_(
                "Kode 6 angka dikirim oleh penyedia data ke nomor HP atau email yang tercatat di sana, bukan ke"
                " email akun portal ini. Bila catatannya kosong atau sudah lama, kode tidak sampai."
            ),
            how_long=_(
                "Kode biasanya tiba dalam beberapa menit. Lewat petugas lebih lama, sampai permintaan diperiksa."
            ),
            to_do=(
                _("Lihat di halaman permintaan ke mana kode dikirim; sebagian angkanya disamarkan."),
                _("Minta kode baru, atau pilih cara kirim lain bila ada."),
                _(
                    "Nomor itu bukan milik Anda lagi? Perbarui di kantor cabang, lalu ajukan lagi. Atau "
                    "mintalah petugas kami memeriksanya."
                ),
            ),
            ask=Ask.BRANCH,
        ),
        Topic(
            slug="kode-salah",
            title=_("Kode salah atau sudah lewat waktunya"),
            meaning=_(
                "Kode hanya berlaku sebentar dan hanya kode terakhir yang dapat dipakai. Sesudah beberapa kali "
                "salah, kode itu dimatikan."
            ),
            how_long=_(
                "Kode baru dapat diminta sesudah satu menit. Bila terlalu sering salah, tunggu sampai waktu "
                "yang tertulis di halaman."
            ),
            to_do=(
                _("Pakai kode dari pesan yang paling baru."),
                _("Jangan berikan kode kepada siapa pun, juga bukan kepada orang yang mengaku petugas."),
            ),
            ask=Ask.US,
        ),
        Topic(
            slug="batas-harian",
            title=_("Batas permintaan hari ini tercapai"),
            meaning=_(
                "Untuk melindungi data Anda dari orang yang menebak-nebak, jumlah percobaan dan kode setiap "
                "hari dibatasi. Jumlah kartu di satu akun juga ada batasnya."
            ),
            how_long=_("Batas harian berakhir pada tengah malam WIB, atau pada waktu yang tertulis di halaman."),
            to_do=(
                _("Pakai waktunya untuk memeriksa kartu dan KTP Anda."),
                _(
                    "Kartu sudah penuh? Lepas kartu yang tidak Anda pakai. Melepas kartu di sini tidak mengubah"
                    " saldonya."
                ),
            ),
            ask=Ask.US,
        ),
        Topic(
            slug="beberapa-kpj",
            title=_("Punya beberapa nomor KPJ"),
            meaning=_(
                "Setiap pemberi kerja baru dapat mendaftarkan Anda dengan nomor baru. Saldo tersimpan terpisah "
                "di setiap kartu sampai digabung."
            ),
            how_long=_("Kartu lama tetap menyimpan saldonya dan tetap berkembang walaupun tidak aktif."),
            to_do=(
                _("Hubungkan semua kartu di sini, supaya jumlahnya lengkap."),
                _(
                    "Ingin menggabungkan? Itu tidak dapat dilakukan di portal ini: tanyakan kepada bagian "
                    "kepegawaian atau kantor cabang."
                ),
                _("Satu kartu muncul lebih dari sekali di catatan Anda? Cocokkan nomor lengkapnya."),
            ),
            ask=Ask.BRANCH,
            page="card_add",
        ),
        Topic(
            slug="kartu-di-akun-lain",
            title=_("Kartu diminta oleh dua akun"),
            meaning=_(
                "Orang lain juga membuktikan atau meminta kartu yang sama. Demi keamanan saldonya ditutup untuk"
                " semua sampai jelas siapa pemiliknya."
            ),
            how_long=_("Sampai petugas selesai memeriksa. Anda akan diberi tahu."),
            to_do=(
                _("Siapkan KTP dan kartu peserta bila petugas memintanya."),
                _("Punya dua akun di portal ini? Beri tahu kami, supaya kartunya dipindahkan."),
            ),
            ask=Ask.US,
        ),
        Topic(
            slug="kartu-dikunci",
            title=_("Kartu dikunci"),
            meaning=_(
                "Kartu ini dikunci oleh Anda sendiri atau ditutup oleh petugas. Selama dikunci saldonya tidak "
                "ditampilkan, tetapi tetap utuh."
            ),
            how_long=_(
                "Kunci Anda sendiri: 12 jam sesudah Anda memintanya dibuka. Yang lain: sampai petugas memeriksa."
            ),
            to_do=(
                _("Kunci Anda sendiri? Buka halaman Kartu, tekan Buka kunci, dan pastikan sekali lagi diri Anda."),
                _("Bila petugas yang menutupnya, hubungi kami untuk mengetahui alasan dan langkah berikutnya."),
            ),
            ask=Ask.US,
            page="card_list",
        ),
    ),
)
