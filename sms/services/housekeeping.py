"""What SMS keeps and for how long (accounts.services.retention), and what beat does for SMS."""

from __future__ import annotations

from typing import Any, Final

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.services import retention
from accounts.services.retention import Rule
from sms.models import Inbound, Number, Outbound, Registration
from sms.services import numbers, receiving, registering, sending

_HOURLY: Final = _("Dihapus tiap jam")


def _bodies(before: Any) -> QuerySet[Inbound]:
    return Inbound.objects.filter(received_at__lt=before).exclude(body_sealed="")


RULES: Final = (
    Rule(
        code="sms_number",
        what=_("Nomor HP yang boleh menanyakan saldo"),
        length=_("Sampai Anda mematikannya"),
        why=_("Persetujuan Anda; menjawab SALDO lewat SMS"),
        how=_("Dihapus juga begitu persetujuan ditarik atau akun dihapus"),
    ),
    Rule(
        code="sms_number_wish",
        what=_("Nomor HP yang menunggu konfirmasi Anda"),
        days=numbers.ASKED_FOR.days,
        why=_("Agar Anda sempat mengonfirmasinya"),
        how=_HOURLY,
        rows=lambda before: Number.objects.filter(state=Number.State.PENDING, asked_at__lt=before),
    ),
    Rule(
        code="sms_number_off",
        what=_("Nomor HP yang sudah dimatikan"),
        days=90,
        why=_("Menjawab keberatan tentang SMS dari nomor itu"),
        how=_HOURLY,
        rows=lambda before: Number.objects.filter(state=Number.State.OFF, ended_at__lt=before),
    ),
    Rule(
        code="sms_body",
        what=_("Isi SMS dari Anda; NIK di dalamnya dihapus begitu SMS dibaca"),
        days=7,
        why=_("Mencari sebab jawaban yang keliru"),
        how=_("Dikosongkan tiap jam"),
        rows=_bodies,
        empties={"body_sealed": ""},
    ),
    Rule(
        code="sms_message",
        what=_("Catatan bahwa sebuah SMS datang: nomor, waktu, jenis pertanyaan"),
        days=90,
        why=_("Anda melihat apa yang ditanyakan; batas terhadap banjir SMS"),
        how=_HOURLY,
        rows=lambda before: Inbound.objects.filter(state__in=Inbound.DONE, received_at__lt=before),
    ),
    Rule(
        code="sms_sent",
        what=_("Catatan bahwa sebuah SMS dikirim; isinya dihapus begitu terkirim"),
        days=90,
        why=_("Mencari sebab SMS tidak sampai"),
        how=_HOURLY,
        rows=lambda before: Outbound.objects.filter(next_fetch_at=None, created_at__lt=before),
    ),
    Rule(
        code="sms_registration",
        what=_("Yang diketik di SMS pendaftaran dengan email, sampai dilanjutkan di portal"),
        days=registering.GOES_ON_FOR.days,
        why=_("Agar tidak perlu diketik dua kali"),
        how=_HOURLY,
        rows=lambda before: Registration.objects.filter(created_at__lt=before),
    ),
    Rule(
        code="sms_account",
        what=_("Akun tanpa email yang pendaftarannya lewat SMS tidak berhasil"),
        days=registering.GOES_ON_FOR.days,
        why=_("Mencocokkan data butuh sebuah akun"),
        how=_HOURLY,
        rows=registering.empty_accounts,
    ),
    Rule(
        code="sms_unagreed",
        what=_("Akun dan kartu dari pendaftaran lewat SMS yang tidak dijawab SETUJU"),
        days=numbers.ASKED_FOR.days,
        why=_("Agar Anda sempat membaca dan menyetujui"),
        how=_HOURLY,
        purge=registering.forget_unagreed,
    ),
)
retention.register(*RULES)


def sweep() -> None:
    receiving.sweep()
    sending.sweep()


def clean_up() -> None:
    """Hourly, not nightly like the rest: a NIK may rest in what was typed."""
    for rule in RULES:
        retention.purge(rule)
