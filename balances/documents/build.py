"""Makes the Document of a statement from its reading, in the words of the page and the language in use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from balances.documents.document import Cell, Column, Document, Fact, Job, Kind, Table
from balances.ledger import Row, StatementReading, Year
from balances.months import Stretch
from balances.reading import State
from balances.statement_wording import (
    LABELS,
    rate,
    reconciliation,
    row_status,
    stretch_name,
    stretch_sentences,
    stretch_span,
)
from balances.wording import NO_AMOUNT, SEGMENTS, long_date, long_month, rupiah

NOT_GIVEN, NOTHING_CAME, BEING_CALCULATED, NOT_SET_YET = "not_given", "nothing_came", "being_calculated", "not_set_yet"
SUMS = ("opening", "worker", "employer", "returns", "correction", "claims", "closing")


class NothingToPrint(Exception):
    """No closing balance is known for the period: an empty paper would look like an empty account."""


@dataclass(frozen=True, kw_only=True)
class Frame:
    """What stands around the figures: who prints, for whom, when."""

    site: str
    operator: str
    official_notice: bool
    support: str
    holder: str  # the member's name as proved; "" where none is known
    today: date
    fetched_on: date  # day in Jakarta of our last good answer
    seen: date | None  # how far the upstream has looked
    stretches: Sequence[Stretch]


def document_of(reading: StatementReading, frame: Frame, *, year: int | None) -> Document:
    """Raises NothingToPrint."""
    years = [one for one in reading.years if year in (None, one.year)]
    amount, as_of = closing_of(reading, year=year)
    rows = reading.rows if year is None else reading.rows_of(year)
    title = _("Rincian Saldo JHT") if year is None else _("Rincian Saldo JHT %(year)s") % {"year": year}
    return Document(
        language=(get_language() or "id")[:2],
        title=title,
        issuer=f"{frame.site} · {frame.operator}" if frame.operator else frame.site,
        disclaimer=_not_official(frame),
        year=year,
        last_four=reading.last_four,
        state=reading.state,
        amount=_money(amount, as_of),
        amount_label=_("Saldo akhir"),
        as_of_words=_("Per %(day)s") % {"day": long_date(as_of)},
        facts=tuple(_facts(reading, frame)),
        notes=tuple(_notes(reading)),
        jobs=tuple(_jobs(frame, year)),
        jobs_title=_("Apakah iuran dibayar?"),
        tables=(_years(years), _months(rows, reading, frame)),
        fetched_at=reading.fetched_at,
        issued_on=frame.today,
        words=_words(),
    )


def closing_of(reading: StatementReading, *, year: int | None) -> tuple[Decimal, date]:
    """The closing balance that a paper of this period prints large. Raises NothingToPrint."""
    known = [one for one in reading.years if one.closing is not None and year in (None, one.year)]
    if not known:
        raise NothingToPrint
    if year is None and reading.amount is not None and reading.as_of is not None:
        return reading.amount, reading.as_of
    return known[-1].closing or Decimal("0.00"), known[-1].as_of


def _not_official(frame: Frame) -> str:
    if not frame.official_notice:
        return ""
    return _("%(site)s bukan situs resmi BPJS Ketenagakerjaan.") % {"site": frame.site}


def _facts(reading: StatementReading, frame: Frame) -> list[Fact]:
    segment = str(SEGMENTS.get(reading.segment, reading.segment))
    told = [
        ("holder", _("Nama"), frame.holder),
        ("card", _("Kartu"), f"KPJ •••• {reading.last_four}"),
        ("employer", _("Pemberi kerja"), reading.employer),
        ("segment", _("Segmen"), segment),
        ("status", _("Keadaan data"), str(LABELS[reading.state])),
        ("fetched", _("Diambil dari penyedia data"), long_date(frame.fetched_on)),
        ("issued", _("Dokumen dibuat"), long_date(frame.today)),
    ]
    return [Fact(key=key, label=label, text=text) for key, label, text in told if text]


def _notes(reading: StatementReading) -> list[str]:
    found = []
    if reading.state is State.UNAVAILABLE:
        found.append(str(NO_AMOUNT.get(reading.reason, NO_AMOUNT["UNKNOWN"])))
    if reading.merged_into_last_four:
        words = {"last_four": reading.merged_into_last_four}
        found.append(_("Kartu ini sudah digabung ke KPJ •••• %(last_four)s; saldonya ikut pindah ke sana.") % words)
    return [*found, *reconciliation(reading)]


def _jobs(frame: Frame, year: int | None) -> list[Job]:
    stretches = list(frame.stretches) if year is None else [_within(one, year) for one in frame.stretches]
    return [
        Job(
            name=stretch_name(one),
            span=stretch_span(one),
            sentences=tuple(stretch_sentences(one, frame.seen, frame.support)),
        )
        for one in stretches
        if one.months
    ]


def _within(stretch: Stretch, year: int) -> Stretch:
    return replace(stretch, months=tuple(one for one in stretch.months if one.month.startswith(f"{year:04d}-")))


# By year


def _years(years: Sequence[Year]) -> Table:
    columns = (
        Column(key="year", label=_("Tahun"), kind=Kind.YEAR),
        Column(key="opening", label=_("Saldo awal"), kind=Kind.MONEY),
        Column(key="worker", label=_("Iuran pekerja"), kind=Kind.MONEY),
        Column(key="employer", label=_("Iuran pemberi kerja"), kind=Kind.MONEY),
        Column(key="returns", label=_("Hasil pengembangan"), kind=Kind.MONEY),
        Column(key="correction", label=_("Koreksi"), kind=Kind.MONEY),
        Column(key="claims", label=_("Klaim"), kind=Kind.MONEY),
        Column(key="closing", label=_("Saldo akhir"), kind=Kind.MONEY),
        Column(key="as_of", label=_("Per"), kind=Kind.DATE),
        Column(key="rate", label=_("Tingkat pengembangan"), kind=Kind.PERCENT),
    )
    return Table(key="years", title=_("Per tahun"), columns=columns, rows=tuple(map(_year, years)))


def _year(one: Year) -> tuple[Cell, ...]:
    first = date(one.year, 1, 1)  # the opening is true of the year's first day, what follows of its last known one
    sums = [_sum(getattr(one, name), first if name == "opening" else one.as_of) for name in SUMS]
    return (Cell(text=str(one.year), value=one.year), *sums, _day(one.as_of), _rate(one))


def _sum(amount: Decimal | None, as_of: date) -> Cell:
    if amount is None:
        return Cell(text=_("masih dihitung"), reason=BEING_CALCULATED)
    return _money(amount, as_of)


def _rate(one: Year) -> Cell:
    if one.rate_percent is not None:
        return Cell(text=rate(one), value=one.rate_percent)
    return Cell(text=rate(one), reason=NOT_SET_YET if one.rate_status == "BELUM_DITETAPKAN" else NOT_GIVEN)


# By month


def _months(rows: Sequence[Row], reading: StatementReading, frame: Frame) -> Table:
    as_of, employers = reading.as_of or frame.fetched_on, {row.employer_name for row in rows}
    columns = (
        Column(key="month", label=_("Bulan iuran"), kind=Kind.MONTH),
        Column(key="employer_name", label=_("Pemberi kerja"), kind=Kind.TEXT, on_paper=len(employers) != 1),
        Column(key="paid_on", label=_("Tanggal setor"), kind=Kind.DATE),
        Column(key="posted_on", label=_("Tanggal posting"), kind=Kind.DATE),
        Column(key="wage", label=_("Upah dilaporkan"), kind=Kind.MONEY),
        Column(key="back_pay", label=_("Rapel"), kind=Kind.MONEY),
        Column(key="worker", label=_("Iuran pekerja"), kind=Kind.MONEY),
        Column(key="employer", label=_("Iuran pemberi kerja"), kind=Kind.MONEY),
        Column(key="status", label=_("Status"), kind=Kind.STATUS),
        Column(key="as_of", label=_("Per"), kind=Kind.DATE, on_paper=False),
    )
    return Table(
        key="months",
        title=_("Per bulan"),
        columns=columns,
        rows=tuple(_month(row, as_of, frame.stretches) for row in rows),
        note=_said_once(as_of, employers, told=reading.as_of is not None),
    )


def _said_once(as_of: date, employers: set[str], *, told: bool) -> str:
    """Under the table on paper, instead of in each of its lines. `told`: the date is the upstream's own."""
    if not employers:
        return _("Tidak ada baris iuran untuk masa ini.")
    day = _("Menurut penyedia data per %(day)s.") if told else _("Diambil dari penyedia data pada %(day)s.")
    parts = [
        day % {"day": long_date(as_of)},
        _("Tanggal posting adalah hari iuran dibukukan; iuran masuk hitungan tahun pada tanggal itu."),
    ]
    if len(employers) == 1:
        parts.insert(0, _("Pemberi kerja: %(name)s.") % {"name": employers.pop() or _("tidak diberikan")})
    return " ".join(parts)


def _month(row: Row, as_of: date, stretches: Sequence[Stretch]) -> tuple[Cell, ...]:
    name = row.employer_name
    return (
        Cell(text=long_month(row.month), value=row.month),
        Cell(text=name, value=name) if name else Cell(text="–", reason=NOT_GIVEN),
        _day(row.paid_on),
        _day(row.posted_on),
        _money_or(row.wage, as_of, _("tidak diberikan")),
        _money_or(row.back_pay, as_of, "–"),
        _share(row, row.worker, as_of),
        _share(row, row.employer, as_of),
        Cell(text=row_status(row, stretches), value=row.status),
        _day(as_of),
    )


def _share(row: Row, amount: Decimal, as_of: date) -> Cell:
    return Cell(text="–", reason=NOTHING_CAME) if row.unpaid else _money(amount, as_of)


def _money_or(amount: Decimal | None, as_of: date, otherwise: str) -> Cell:
    return Cell(text=otherwise, reason=NOT_GIVEN) if amount is None else _money(amount, as_of)


def _money(amount: Decimal, as_of: date) -> Cell:
    text = f"−{rupiah(-amount)}" if amount < 0 else rupiah(amount)
    return Cell(text=text, value=amount.quantize(Decimal("0.01")), as_of=as_of)


def _day(day: date | None) -> Cell:
    return Cell(text=f"{day:%d-%m-%Y}", value=day) if day else Cell(text="–", reason=NOT_GIVEN)


def _words() -> dict[str, str]:
    return {
        "notes": _("Apakah angkanya cocok?"),
        "check": _("Periksa keaslian"),
        "how": _("Buka alamat di samping kode QR atau pindai kodenya, lalu tulis saldo akhir yang tercetak atau kirim "
                 "berkas ini. Halaman itu tidak menampilkan angka, nama, atau nomor kartu."),
        "code": _("Kode dokumen"),
        "qr": _("Kode QR berisi alamat halaman pemeriksaan dokumen ini"),
        "page": _("Halaman"),
        "section": _("Bagian"),
        "summary": _("Ringkasan"),
    }  # fmt: skip
