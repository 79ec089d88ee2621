"""What a person agrees to: the privacy notice by version, purpose by purpose; and the one rule that every door asks
before anything of a member is fetched or told (`Standing.allows`, and `allowed` for queries).

A published text never changes; other words are a new version with a date of its own (ADR 27).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Final

from django.conf import settings
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = Promise | str
WITHDRAWN: Final = "withdrawn"  # in place of a version: the person took their word back
NEVER: Final = ("", WITHDRAWN)  # no text is agreed to


class Purpose(StrEnum):
    """Each is agreed to and withdrawn by itself. The first is what the portal is for; the others are extras."""

    SERVICE = "service"
    NEWS = "news"


PURPOSES: Final[Mapping[Purpose, Text]] = {
    Purpose.SERVICE: _("Mengambil dan menampilkan saldo JHT Anda"),
    Purpose.NEWS: _(
        "Kabari saya lewat email bila saldo atau iuran berubah. Tidak wajib; kabar keamanan selalu dikirim."
    ),
}


class Standing(StrEnum):
    GIVEN = "given"
    ASK = "ask"  # politely, in a note on every page
    NEEDED = "needed"  # before anything of the upstream's is fetched, shown or sent

    @property
    def allows(self) -> bool:
        return self is not Standing.NEEDED


@dataclass(frozen=True)
class Section:
    title: Text
    points: tuple[Text, ...]


@dataclass(frozen=True)
class Notice:
    """`version` is the day it came into force; `news` says what differs from the one before."""

    version: str
    news: Text
    sections: tuple[Section, ...]

    @property
    def since(self) -> date:
        return date.fromisoformat(self.version)


NOTICES: Final[tuple[Notice, ...]] = (
    Notice(
        version="2026-11-22",
        news=_("Ini naskah yang pertama."),
        sections=(
            Section(
                _("Siapa yang memproses data Anda"),
                (
                    _("%(site)s dikelola oleh %(operator)s, yang menentukan untuk apa data Anda dipakai."),
                    _("Untuk pertanyaan atau permintaan tentang data Anda: %(contact)s."),
                ),
            ),
            Section(
                _("Data apa, dan untuk apa"),
                (
                    _("Email, kata sandi (tersimpan sebagai sidik yang tidak dapat dibaca) dan bahasa: untuk login."),
                    _(
                        "Nomor KPJ, NIK, nama dan tanggal lahir: untuk memastikan kartu itu milik Anda. NIK dihapus "
                        "begitu permintaan kartu selesai; yang tersisa hanya sidiknya."
                    ),
                    _(
                        "Saldo, iuran, hasil pengembangan, perusahaan dan masa kerja dari BPJS Ketenagakerjaan: untuk "
                        "ditampilkan kepada Anda. Saldo adalah data keuangan pribadi, data yang dilindungi khusus."
                    ),
                    _(
                        "Bila Anda memakai SMS: nomor HP, waktu dan isi SMS, untuk menjawabnya. Isi SMS dihapus "
                        "setelah 7 hari, NIK di dalamnya begitu SMS dibaca, dan nomor setelah Anda mematikannya."
                    ),
                    _("Catatan siapa melihat apa dan kapan, dengan alamat internet dan perangkatnya: demi keamanan."),
                ),
            ),
            Section(
                _("Dasarnya"),
                (
                    _(
                        "Persetujuan Anda (Pasal 20 ayat (2) huruf a UU 27/2022) untuk mengambil dan menampilkan "
                        "saldo, dan, terpisah dari itu, untuk email tambahan."
                    ),
                    _(
                        "Permintaan Anda sendiri (huruf b) untuk mencocokkan data yang Anda kirim lewat SMS untuk "
                        "mendaftar. Saldo baru diambil setelah Anda membalas SETUJU."
                    ),
                    _(
                        "Kewajiban hukum (huruf c) untuk catatan akses: undang-undang meminta setiap pemrosesan "
                        "dicatat dan kebocoran dapat dijelaskan."
                    ),
                ),
            ),
            Section(
                _("Kepada siapa data diberikan"),
                (
                    _(
                        "Kepada sistem BPJS Ketenagakerjaan, untuk mencocokkan kartu, dan nomor HP bila Anda mendaftar "
                        "lewat SMS, dan untuk menanyakan saldo. Tidak kepada pengiklan, tidak dijual, dan tidak ada "
                        "keputusan yang dibuat oleh mesin saja."
                    ),
                    _(
                        "Bila Anda memakai SMS: kepada gerbang SMS dan operator seluler, yang membawa isi SMS, juga "
                        "saldo di dalamnya. SMS tidak tersandi sampai ke HP Anda."
                    ),
                    _("Petugas kami hanya melihat data Anda bila perlu, dan setiap kali melihat itu tercatat."),
                ),
            ),
            Section(
                _("Hak Anda"),
                (
                    _(
                        "Melihat dan mengunduh semua data Anda, memperbaikinya, menarik persetujuan, dan menghapus "
                        "akun: semuanya di halaman Privasi. Permintaan yang perlu petugas dijawab dalam 3 x 24 jam."
                    ),
                    _(
                        "Menarik persetujuan tidak mengubah saldo Anda di BPJS Ketenagakerjaan. Tanpa persetujuan, "
                        "portal ini tidak dapat menampilkan saldo."
                    ),
                    _(
                        "Lewat SMS: BERHENTI mematikan SMS saldo ke nomor itu. Bila Anda memakai portal ini lewat SMS "
                        "saja, BERHENTI juga menarik persetujuan dan menghapus akun, kartu dan saldo di sini. Hak "
                        "yang lain: tulis kepada %(contact)s."
                    ),
                    _("Mengadu kepada lembaga pelindungan data pribadi, dan menggugat bila dirugikan."),
                ),
            ),
        ),
    ),
)
CURRENT: Final = NOTICES[-1]


def notice(version: str) -> Notice | None:
    return next((one for one in NOTICES if one.version == version), None)


def told() -> dict[str, Any]:
    """What the texts name: who runs the portal here, and where to write to."""
    return {
        "site": settings.SITE_NAME,
        "operator": settings.OPERATOR_NAME or settings.SITE_NAME,
        "contact": settings.PRIVACY_CONTACT or settings.SUPPORT_CONTACT or settings.PUBLIC_HOST,
    }


def standing(*, version: str, asked_on: date | None) -> Standing:
    """Whoever agreed to an earlier text has CONSENT_GRACE_DAYS from the day they were asked. Pure but for the day."""
    if version == CURRENT.version:
        return Standing.GIVEN
    late = asked_on is not None and timezone.localdate() > answer_until(asked_on=asked_on)
    return Standing.NEEDED if late or version in NEVER else Standing.ASK


def answer_until(*, asked_on: date) -> date:
    """The last of the days of grace."""
    return asked_on + timedelta(days=settings.CONSENT_GRACE_DAYS)


def allowed(member: str = "") -> Q:
    """The rows of members whose standing allows. `member` leads from the row to its member, as in "card__member__"."""
    version, asked_on = f"{member}consent_version", f"{member}consent_asked_on"
    lately = timezone.localdate() - timedelta(days=settings.CONSENT_GRACE_DAYS)
    in_grace = Q(**{f"{asked_on}__isnull": True}) | Q(**{f"{asked_on}__gte": lately})
    return Q(**{version: CURRENT.version}) | (~Q(**{f"{version}__in": NEVER}) & in_grace)
