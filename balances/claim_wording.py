"""Every sentence of the page "Kapan bisa diambil": what a rule says, and what it means for this member's dates.

Numbers come from balances.rulebook; a sentence holds none of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from balances.claim_rules import Answer, Way, tax_on
from balances.rulebook import Rule, RuleBook
from balances.wording import long_date, long_month, rupiah


@dataclass(frozen=True, kw_only=True)
class Told:
    """One section of the page."""

    code: str
    title: str
    rule: str
    for_you: str
    notes: tuple[str, ...]
    sources: tuple[Rule, ...]
    answer: str = ""
    on: date | None = None


TITLES: Mapping[str, Promise | str] = {
    "age": gettext_lazy("Seluruhnya, pada usia pensiun"),
    "left": gettext_lazy("Seluruhnya, setelah berhenti bekerja"),
    "partial": gettext_lazy("Sebagian, selagi bekerja"),
    "always": gettext_lazy("Kapan saja, dalam keadaan khusus"),
}

_RULES: Mapping[str, Promise | str] = {
    "age": gettext_lazy(
        "Pada usia %(full_age)s tahun seluruh saldo dibayarkan sekaligus, juga bila Anda masih bekerja."
    ),
    "left": gettext_lazy(
        "Setelah mengundurkan diri, di-PHK, atau kontrak (PKWT) berakhir, seluruh saldo bisa diklaim sesudah masa "
        "tunggu %(wait_after_leaving)s bulan. Ini juga berlaku bagi peserta Bukan Penerima Upah yang berhenti bekerja."
    ),
    "partial": gettext_lazy(
        "Setelah %(partial_after)s tahun menjadi peserta: paling banyak %(partial_home)s persen dari saldo untuk "
        "memiliki rumah, atau paling banyak %(partial_other)s persen untuk persiapan pensiun lainnya. Salah satu saja, "
        "dan hanya satu kali selama menjadi peserta."
    ),
    "always": gettext_lazy(
        "Tanpa menunggu usia pensiun: bila peserta meninggal dunia (dibayarkan kepada ahli waris), cacat total tetap, "
        "atau meninggalkan Indonesia untuk selamanya."
    ),
}

_NOTES: Mapping[str, tuple[Promise | str, ...]] = {
    "age": (gettext_lazy("Sebagian berita menulis 59 tahun. Untuk JHT peraturan menyebut usia di atas."),),
    "left": (
        gettext_lazy(
            "Masa tunggu dihitung dari tanggal surat pengunduran diri atau tanggal PHK. Tanggal itu bisa berbeda "
            "dari tanggal nonaktif yang tercatat di kartu."
        ),
        gettext_lazy("Pemberi kerja harus lebih dulu melaporkan bahwa Anda berhenti."),
    ),
    "partial": (
        gettext_lazy("Apakah Anda pernah mengambil sebagian, tidak kami ketahui."),
        gettext_lazy(
            "Menurut pers ini hanya untuk yang masih bekerja; setelah berhenti, yang berlaku klaim seluruhnya."
        ),
        gettext_lazy(
            "Kami menghitung dari tanggal kepesertaan kartu ini. Bila ada kartu yang lebih lama, tanyakan ke kantor "
            "cabang apakah masa kepesertaannya ikut dihitung."
        ),
    ),
    "always": (),
}

_FOR_YOU: Mapping[tuple[str, Answer], Promise | str] = {
    ("age", Answer.REACHED): gettext_lazy("Anda mencapai usia itu pada %(day)s."),
    ("age", Answer.LATER): gettext_lazy("Untuk Anda: mulai %(day)s."),
    ("age", Answer.UNKNOWN): gettext_lazy(
        "Tanggal lahir Anda belum kami ketahui, jadi tanggalnya tidak bisa dihitung."
    ),
    ("left", Answer.REACHED): gettext_lazy(
        "Menurut tanggal nonaktif di kartu ini, masa tunggunya selesai pada %(day)s."
    ),
    ("left", Answer.LATER): gettext_lazy(
        "Menurut tanggal nonaktif di kartu ini, masa tunggunya selesai nanti, pada %(day)s."
    ),
    ("left", Answer.NOT_NOW): gettext_lazy("Kartu ini tercatat aktif. Ini baru berlaku bila Anda berhenti bekerja."),
    ("left", Answer.UNKNOWN): gettext_lazy(
        "Kapan Anda berhenti bekerja tidak tercatat di sini, jadi tanggalnya tidak bisa dihitung."
    ),
    ("partial", Answer.REACHED): gettext_lazy(
        "Menurut tanggal kepesertaan kartu ini, syarat lamanya terpenuhi sejak %(day)s."
    ),
    ("partial", Answer.LATER): gettext_lazy("Menurut tanggal kepesertaan kartu ini: mulai %(day)s."),
    ("partial", Answer.UNKNOWN): gettext_lazy(
        "Sejak kapan Anda menjadi peserta tidak tercatat di sini, jadi tanggalnya tidak bisa dihitung."
    ),
    ("always", Answer.ALWAYS): gettext_lazy("Tidak ada tanggal yang perlu ditunggu."),
}


def told(way: Way, book: RuleBook, today: date) -> Told:
    rules = tuple(book.on(code, today) for code in way.rules)
    numbers = {rule.code: number(rule.value) for rule in rules}
    for_you = str(_FOR_YOU[way.code, way.answer])
    return Told(
        code=way.code,
        title=str(TITLES[way.code]),
        rule=str(_RULES[way.code]) % numbers,
        for_you=for_you % {"day": long_date(way.on)} if way.on else for_you,
        notes=tuple(str(note) for note in _NOTES[way.code]),
        sources=sources(rules),
        answer=way.answer,
        on=way.on,
    )


def tax(book: RuleBook, today: date) -> Told:
    free, above, within = (book.on(code, today) for code in ("tax_free_up_to", "tax_above", "tax_lump_within"))
    example = free.value + Decimal(30_000_000)
    words = {
        "free": whole_rupiah(free.value),
        "percent": number(above.value),
        "years": number(within.value),
        "example": whole_rupiah(example),
        "tax": whole_rupiah(tax_on(example, book, today)),
    }
    return Told(
        code="tax",
        title=_("Pajak"),
        rule=_(
            "Yang dibayarkan sekaligus: 0 persen sampai %(free)s, lalu %(percent)s persen atas bagian di atasnya. "
            "Pajak dipotong saat pembayaran."
        )
        % words,
        for_you=_("Contoh: dari klaim %(example)s dipotong pajak %(tax)s.") % words,
        notes=(
            _(
                "Sekaligus berarti dibayar dalam paling lama %(years)s tahun kalender. Yang dibayar sesudah itu kena "
                "tarif biasa yang bertingkat, mulai dari rupiah pertama. Karena itu klaim sebagian bisa membuat pajak "
                "sisanya lebih besar."
            )
            % words,
            _("Untuk klaim sebagian sendiri, sumber yang kami baca berbeda-beda. Tanyakan sebelum mengajukan."),
        ),
        sources=sources((free, above, within)),
    )


def channel(book: RuleBook, today: date, fits: bool | None, as_of: date | None) -> Told:
    limit, paid = book.on("app_limit", today), book.on("paid_within", today)
    since = long_month(f"{limit.since:%Y-%m}")
    words = {"limit": whole_rupiah(limit.value), "days": number(paid.value), "month": since}
    return Told(
        code="channel",
        title=_("Lewat mana, dan berapa lama"),
        rule=_(
            "Lewat aplikasi JMO sampai %(limit)s (menurut berita, sejak %(month)s); di atas itu lewat Lapak Asik, "
            "situs klaim BPJS Ketenagakerjaan, atau kantor cabang. Dibayar paling lama %(days)s hari kerja setelah "
            "pengajuan lengkap dan benar."
        )
        % words,
        for_you=_fits(fits, as_of),
        notes=(_("Ada berita yang menulis batas ini sebagai batas klaim sebagian, ada yang sebagai batas saldo."),),
        sources=sources((limit, paid)),
    )


def _fits(fits: bool | None, as_of: date | None) -> str:
    if fits is None or as_of is None:
        return _("Saldo kartu ini belum kami ketahui, jadi belum bisa dibandingkan.")
    words = {"day": long_date(as_of)}
    if fits:
        return _("Saldo kartu ini per %(day)s tidak melebihi batas itu.") % words
    return _("Saldo kartu ini per %(day)s melebihi batas itu.") % words


def sources(rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
    """Each address once."""
    return tuple({rule.url: rule for rule in rules}.values())


def number(value: Decimal) -> str:
    """3,7 and 56: a comma, and no empty decimals."""
    return f"{value.normalize():f}".replace(".", ",")


def whole_rupiah(amount: Decimal) -> str:
    """Rp15.000.000: limits and estimates have no cents."""
    return rupiah(amount).removesuffix(",00")
