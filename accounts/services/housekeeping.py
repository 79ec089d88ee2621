"""What this app keeps and for how long (accounts.services.retention), and the nightly run that lets it go."""

from datetime import datetime

from allauth.account.models import EmailAddress
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import (
    AuditRow,
    Card,
    CodeEvent,
    ContactChange,
    Correction,
    KnownDevice,
    LinkRequest,
    Notice,
    OfferedCard,
    OutgoingMail,
    RecoveryRequest,
    User,
)
from accounts.services import deletion, devices, open_sessions, privacy, retention
from accounts.services.not_me_tokens import LASTS
from accounts.services.retention import Rule

assert open_sessions  # registers its rule

ORIGIN_KEPT = Q(address__isnull=False) | ~Q(agent="")  # as the index of the same rows says it


def clean_up() -> None:
    """At night. Accounts whose last day has come do not wait for it: see `end_accounts`."""
    retention.purge_all()
    privacy.ask_everybody()


def end_accounts() -> None:
    privacy.let_go_after_disputes()
    deletion.carry_out_due()


def _never_confirmed(before: datetime) -> "QuerySet[User]":
    """Signed up or invited, and the address was never proved: nobody's account."""
    addresses = EmailAddress.objects.filter(user=OuterRef("pk"))
    strangers = User.objects.filter(date_joined__lt=before, last_login=None, is_staff=False, is_superuser=False)
    unproved = Exists(addresses.filter(verified=False)) & ~Exists(addresses.filter(verified=True))
    return strangers.filter(unproved).exclude(Exists(Card.objects.filter(member=OuterRef("pk"))))


def _forget_limits() -> None:
    with connection.cursor() as cursor:  # the cache's own table has no model
        cursor.execute("DELETE FROM rate_limits WHERE expires < %s", [timezone.now()])


retention.register(
    Rule(
        code="account",
        what=_("Akun: email, nama, bahasa, kata sandi (sidiknya), langkah kedua, jawaban persetujuan"),
        length=_("Selama akun ada"),
        why=_("Persetujuan Anda; tanpa ini Anda tidak dapat login"),
        how=_("Dihapus setelah masa tunggu bila Anda menghapus akun"),
    ),
    Rule(
        code="unconfirmed",
        what=_("Pendaftaran yang emailnya tidak pernah dibuktikan"),
        days=30,
        why=_("Email itu mungkin milik orang lain"),
        how=_("Dihapus tiap malam"),
        rows=_never_confirmed,
    ),
    Rule(
        code="link_data",
        what=_("NIK, nama, tanggal lahir dan kode yang Anda isi untuk menghubungkan kartu"),
        length=_("Sampai permintaan selesai: paling lama 1 hari, atau 30 hari bila menunggu petugas"),
        why=_("Hanya untuk memastikan kartu itu milik Anda"),
        how=_("Dihapus begitu permintaan selesai; basis data menolak menyimpannya lebih lama"),
    ),
    Rule(
        code="link_request",
        what=_("Permintaan kartu yang sudah selesai: hasilnya dan empat angka terakhir KPJ"),
        days="KEEP_ENDED_REQUEST_DAYS",
        why=_("Menjawab keberatan dan mengenali percobaan mengambil kartu orang lain"),
        how=_("Dihapus tiap malam"),
        rows=lambda before: LinkRequest.objects.filter(ended_at__lt=before),
    ),
    Rule(
        code="card",
        what=_("Kartu yang terhubung: nomor KPJ, perusahaan, status kepesertaan"),
        length=_("Selama kartu terhubung"),
        why=_("Persetujuan Anda; dipakai menanyakan saldo"),
        how=_("Nomor dan rinciannya dihapus begitu kartu dilepas atau persetujuan ditarik"),
    ),
    Rule(
        code="unlinked_card",
        what=_("Kartu yang sudah dilepas: empat angka terakhir, sidik nomornya, tanggalnya"),
        days="KEEP_UNLINKED_CARD_DAYS",
        why=_("Menjawab keberatan tentang siapa yang pernah memegang kartu"),
        how=_("Dihapus tiap malam"),
        rows=lambda before: Card.objects.filter(state=Card.State.UNLINKED, unlinked_at__lt=before),
    ),
    Rule(
        code="offer",
        what=_("Kartu lain milik Anda yang ditawarkan dan belum Anda hubungkan"),
        days=365,
        why=_("Agar dapat dihubungkan dengan satu ketukan"),
        how=_("Dihapus tiap malam, atau begitu kartu pembuktinya dilepas"),
        rows=lambda before: OfferedCard.objects.filter(offered_at__lt=before),
    ),
    Rule(
        code="code_event",
        what=_("Hitungan kode yang diminta atau salah ketik"),
        days=2,
        why=_("Batas harian terhadap penebakan"),
        how=_("Dihapus tiap malam"),
        rows=lambda before: CodeEvent.objects.filter(at__lt=before),
    ),
    Rule(
        code="recovery",
        what=_("Pemulihan akun yang sudah selesai"),
        days=90,
        why=_("Menjawab keberatan bila orang lain mencoba masuk lewat pemulihan"),
        how=_("Dihapus tiap malam"),
        rows=lambda before: RecoveryRequest.objects.filter(ended_at__lt=before),
    ),
    Rule(
        code="recovery_of_nobody",
        what=_("Pemulihan akun yang datanya tidak cocok dengan akun mana pun: hanya sidik yang diketik"),
        days=2,
        why=_("Batas harian terhadap penebakan"),
        how=_("Dihapus tiap malam"),
        rows=lambda before: RecoveryRequest.objects.filter(member=None, created_at__lt=before),
    ),
    Rule(
        code="contact_change",
        what=_("Pergantian email: yang lama dan yang baru"),
        days=LASTS.days,
        why=_("Email lama dapat membatalkan penggantian yang bukan dari Anda"),
        how=_("Dihapus tiap malam"),
        rows=lambda before: ContactChange.objects.filter(changed_at__lt=before),
    ),
    Rule(
        code="known_device",
        what=_("Perangkat yang dikenal: peramban dan sistemnya"),
        days=devices.KEPT_FOR.days,
        why=_("Agar orang yang menebak kata sandi tidak dapat mengunci Anda, dan perangkat baru diberitahukan"),
        how=_("Dihapus tiap malam setelah selama itu tidak dipakai, atau begitu kata sandi diganti"),
        rows=lambda before: KnownDevice.objects.filter(last_used_at__lt=before),
    ),
    Rule(
        code="correction",
        what=_("Permintaan perbaikan yang sudah dijawab"),
        days=90,
        why=_("Anda dapat membaca jawabannya dan bertanya lagi"),
        how=_("Dihapus tiap malam"),
        rows=lambda before: Correction.objects.filter(ended_at__lt=before),
    ),
    Rule(
        code="mail",
        what=_("Catatan bahwa email terkirim; isi dan alamatnya dihapus begitu terkirim"),
        days=30,
        why=_("Mencari sebab email tidak sampai"),
        how=_("Dihapus tiap malam"),
        rows=lambda before: OutgoingMail.objects.filter(next_fetch_at=None, created_at__lt=before),
    ),
    Rule(
        code="notice",
        what=_("Pemberitahuan untuk Anda, tanpa angka dan tanpa nomor"),
        days=400,
        why=_("Anda dapat membacanya lagi, juga yang tentang keamanan"),
        how=_("Dihapus tiap malam; yang tentang kartu juga begitu kartu dilepas"),
        rows=lambda before: Notice.objects.filter(told_at__lt=before),
    ),
    Rule(
        code="session",
        what=_("Sesi login"),
        length=_("Sampai Anda keluar, atau sesi berakhir dengan sendirinya"),
        why=_("Agar Anda tidak login di setiap halaman"),
        how=_("Sesi yang berakhir dihapus tiap malam"),
        purge=SessionStore.clear_expired,
    ),
    Rule(
        code="limits",
        what=_("Hitungan percobaan login, tanpa nama"),
        length=_("Beberapa menit"),
        why=_("Batas terhadap penebakan kata sandi"),
        how=_("Tidak berlaku lagi dengan sendirinya, dihapus tiap malam"),
        purge=_forget_limits,
    ),
    Rule(
        code="address",
        what=_("Alamat internet dan perangkat di catatan akses"),
        days="KEEP_ADDRESS_DAYS",
        why=_("Mengenali orang lain di akun Anda dan menyelidiki penyalahgunaan"),
        how=_("Dikosongkan tiap malam; catatannya sendiri tetap"),
        rows=lambda before: AuditRow.objects.filter(ORIGIN_KEPT, at__lt=before),
        empties={"address": None, "agent": ""},
    ),
    Rule(
        code="audit",
        what=_("Catatan akses: siapa melihat atau mengubah apa, dengan nomor acak sebagai ganti nama"),
        days="KEEP_AUDIT_DAYS",
        why=_("Kewajiban hukum: mencatat pemrosesan dan menjelaskan kebocoran (Pasal 31 dan 46 UU 27/2022)"),
        how=_(
            "Dihapus pengelola dengan tangan setelah waktunya, juga bila akunnya sudah lama dihapus: portal sendiri "
            "tidak dapat menghapus catatan ini, supaya tidak ada yang dapat menutupi jejaknya"
        ),
    ),
)
