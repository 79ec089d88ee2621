"""Help about safety, shared phones and the home screen."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from jht_portal.help.topic import Ask, Group, Topic

GROUP: Final = Group(
    slug="security",
    title=_("Keamanan dan ponsel"),
    topics=(
        Topic(
            slug="menjaga-akun",
            title=_("Menjaga akun tetap aman"),
            meaning=_(
                "NIK, nama, dan nomor kartu banyak orang pernah bocor di tempat lain. Karena itu data seperti "
                "itu saja tidak cukup untuk melihat saldo di sini: selalu perlu kode yang hanya sampai kepada "
                "Anda."
            ),
            how_long=_("Menyalakan verifikasi dua langkah hanya perlu beberapa menit."),
            to_do=(
                _("Nyalakan verifikasi dua langkah atau kunci sandi di halaman Akun."),
                _("Pakai kata sandi yang tidak Anda pakai di tempat lain."),
                _(
                    "Kami tidak pernah meminta kata sandi, kode, PIN bank, atau uang, juga tidak lewat telepon "
                    "atau chat."
                ),
            ),
            ask=Ask.US,
            page="mfa_index",
        ),
        Topic(
            slug="ada-yang-masuk",
            title=_("Mungkin ada orang lain yang masuk"),
            meaning=_("Anda menerima kabar tentang login atau perubahan yang tidak Anda lakukan."),
            how_long=_("Kerjakan sekarang; hanya perlu beberapa menit."),
            to_do=(
                _("Ganti kata sandi. Semua perangkat lain ikut keluar."),
                _("Periksa halaman Akun: apakah email, kunci sandi, dan aplikasi autentikatornya masih milik Anda?"),
                _("Beri tahu kami, supaya petugas dapat memeriksa."),
            ),
            ask=Ask.US,
            page="account_change_password",
        ),
        Topic(
            slug="pemberitahuan",
            title=_("Pemberitahuan dan email"),
            meaning=_(
                "Kami memberi tahu bila saldo berubah, iuran satu bulan tidak tercatat, rincian satu tahun menjadi "
                "final, atau kartu digabung. Semuanya ada di halaman Pemberitahuan; lewat email hanya yang Anda minta."
            ),
            how_long=_(
                "Email datang segera, sekali sehari, atau sekali seminggu, sesuai pilihan Anda, dan tidak pada jam "
                "tenang. Bila kabarnya banyak, kami gabung dalam satu email."
            ),
            to_do=(
                _("Pilih kabar yang Anda mau lewat email di halaman Atur pemberitahuan."),
                _("Ingin berhenti? Tekan tautan berhenti di bawah email. Tidak perlu login."),
                _("Email tidak datang? Periksa folder spam. Email tentang keamanan akun selalu dikirim."),
            ),
            ask=Ask.US,
            page="notice_choices",
        ),
        Topic(
            slug="ponsel-bersama",
            title=_("Memakai ponsel bersama atau di tempat umum"),
            meaning=_(
                "Saldo tidak disimpan di ponsel. Sesudah Anda menekan Keluar, tombol kembali pun tidak menampilkannya."
            ),
            how_long=_("Berlaku langsung. Pilihan menyembunyikan angka diingat di perangkat ini saja."),
            to_do=(
                _("Tekan Sembunyikan angka di halaman Saldo. Angka juga tersembunyi saat dicetak."),
                _("Tekan Keluar sesudah selesai, dan jangan simpan kata sandi di ponsel orang lain."),
            ),
            ask=Ask.US,
        ),
        Topic(
            slug="pasang-di-ponsel",
            title=_("Memasang portal di ponsel"),
            meaning=_(
                "Portal dapat ditaruh di layar utama seperti aplikasi, tanpa toko aplikasi. Yang disimpan di "
                "ponsel hanya berkas tampilan, bukan saldo."
            ),
            how_long=_("Kurang dari satu menit. Tanpa internet, portal hanya menampilkan pemberitahuan."),
            to_do=(
                _('Di Chrome Android: buka menu, lalu "Tambahkan ke layar utama" atau "Instal aplikasi".'),
                _('Di Safari iPhone: tekan Bagikan, lalu "Tambah ke Layar Utama".'),
                _("Buka hanya dari alamat yang Anda kenal. Portal ini tidak meminta Anda memasang berkas APK."),
            ),
            ask=Ask.US,
        ),
    ),
)
