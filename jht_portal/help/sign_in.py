"""Help when somebody cannot get in."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from jht_portal.help.topic import Ask, Group, Topic

GROUP: Final = Group(
    slug="sign-in",
    title=_("Login dan akun"),
    topics=(
        Topic(
            slug="tidak-bisa-login",
            title=_("Tidak bisa login"),
            meaning=_(
                "Email dan kata sandi yang Anda tulis tidak cocok dengan akun mana pun di portal ini. Akun "
                "portal ini terpisah dari akun JMO atau situs lain; kata sandinya juga lain."
            ),
            how_long=_("Anda dapat mencoba lagi saat itu juga. Sesudah beberapa kali salah, tunggu lima menit."),
            to_do=(
                _("Periksa ejaan email, dan pastikan huruf besar-kecil pada kata sandi benar."),
                _('Tekan "Lupa kata sandi?" di halaman Login untuk membuat kata sandi baru lewat email.'),
                _("Belum pernah mendaftar di portal ini? Daftar dulu dengan email Anda."),
            ),
            ask=Ask.US,
            page="account_reset_password",
        ),
        Topic(
            slug="terlalu-sering",
            title=_("Terlalu banyak percobaan"),
            meaning=_(
                "Ada terlalu banyak percobaan dalam waktu singkat, jadi portal berhenti sebentar untuk "
                "melindungi akun. Akun Anda tidak diblokir dan tidak ada yang hilang."
            ),
            how_long=_("Biasanya lima sampai sepuluh menit."),
            to_do=(
                _("Tunggu beberapa menit tanpa mencoba, lalu coba sekali lagi dengan tenang."),
                _("Bukan Anda yang mencoba? Buat kata sandi baru dan nyalakan verifikasi dua langkah."),
            ),
            ask=Ask.US,
        ),
        Topic(
            slug="kode-email-tidak-datang",
            title=_("Kode lewat email tidak datang"),
            meaning=_(
                "Saat mendaftar atau mengganti kata sandi, kami mengirim kode 8 angka ke email Anda. Kode itu "
                "bukan kode dari BPJS Ketenagakerjaan."
            ),
            how_long=_("Biasanya tiba dalam satu menit. Kode berlaku 10 menit."),
            to_do=(
                _("Periksa folder spam atau promosi."),
                _("Pastikan alamat email ditulis dengan benar; bila keliru, mulai lagi."),
                _("Minta kode baru di halaman yang sama. Hanya kode terakhir yang berlaku."),
            ),
            ask=Ask.US,
        ),
        Topic(
            slug="ponsel-hilang",
            title=_("Ponsel hilang atau aplikasi autentikator terhapus"),
            meaning=_(
                "Akun dengan verifikasi dua langkah meminta kode dari aplikasi di ponsel Anda. Tanpa ponsel "
                "itu, Anda tetap punya jalan masuk."
            ),
            how_long=_(
                "Dengan kode pemulihan: langsung. Lewat petugas: sampai petugas memastikan bahwa Anda pemilik akun."
            ),
            to_do=(
                _("Tulis salah satu kode pemulihan yang pernah Anda simpan, di tempat kode autentikator."),
                _(
                    "Tidak punya kode pemulihan? Hubungi kami. Dua petugas memeriksa identitas Anda, dan langkah kedua "
                    "dimatikan 12 jam kemudian."
                ),
                _("Sesudah masuk, pasang autentikator baru dan simpan kode pemulihan di tempat aman."),
            ),
            ask=Ask.US,
        ),
        Topic(
            slug="email-lama-hilang",
            title=_("Email lama tidak bisa dibuka lagi"),
            meaning=_(
                "Email adalah jalan masuk ke akun dan tempat kode dikirim. Selama Anda masih bisa login, Anda "
                "dapat menggantinya sendiri."
            ),
            how_long=_("Mengganti sendiri: beberapa menit. Lewat Lupa akun atau petugas: 12 jam sesudah terbukti."),
            to_do=(
                _("Masih bisa login? Buka Akun, lalu Ganti email. Email baru berlaku penuh sesudah 12 jam."),
                _(
                    "Tidak bisa login lagi? Di halaman Login, buka Lupa akun: isi KPJ dan NIK, lalu kode ke nomor HP "
                    "atau email yang tercatat di BPJS Ketenagakerjaan."
                ),
                _(
                    "Kontak di BPJS Ketenagakerjaan juga tidak Anda pakai lagi? Hubungi kami. Jangan buat akun kedua: "
                    "kartu yang sama tidak dapat terhubung ke dua akun."
                ),
            ),
            ask=Ask.US,
        ),
        Topic(
            slug="akun-tidak-aktif",
            title=_("Akun tidak aktif"),
            meaning=_(
                "Petugas menonaktifkan akun ini, misalnya karena diminta pemiliknya atau karena ada yang harus "
                "diperiksa. Saldo JHT Anda sendiri tidak terpengaruh."
            ),
            how_long=_("Sampai petugas mengaktifkannya lagi."),
            to_do=(_("Hubungi kami dan sebutkan email akun Anda. Jangan kirim kata sandi atau kode."),),
            ask=Ask.US,
        ),
    ),
)
