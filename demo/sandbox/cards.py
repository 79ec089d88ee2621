"""What happened to a card: employers, wages, irregular months, claim or merge. Demo cards as agreed, others derived.

A card is the whole story, future included; `ledger.py` tells what of it is known on a given day.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from demo.sandbox import rates
from demo.sandbox.draw import Draw
from demo.sandbox.month import Month, month
from demo.sandbox.people import person_of, start_year

_TRADES = "Aneka Bahari Cipta Graha Indah Karya Maju Mitra Nusa Persada Sarana Sinar Surya Tirta Utama Warna"
_KINDS = "Abadi Bersama Contoh Fiktif Jaya Lestari Makmur Mandiri Niaga Pangan Rekayasa Sejahtera Tekstil"
_BRANCHES = "Jakarta Menteng,Bandung Suci,Surabaya Darmo,Semarang Pemuda,Medan Kota,Makassar,Denpasar,Balikpapan"
CLAIMED, MERGED = "DIKLAIM", "DIGABUNG"


@dataclass(frozen=True)
class Quirk:
    """What was not plain about one month of one job. Amounts in rupiah of wage."""

    missing: bool = False
    months_late: int = 0
    back_pay: int = 0
    half_paid: bool = False
    correction: int = 0


PLAIN = Quirk()


@dataclass(frozen=True)
class Job:
    """One employer (or none, for BPU and PMI) from a month to a month, both included; no end: still there."""

    segment: str
    start: Month
    end: Month | None
    wage: int
    npp: str | None = None
    employer: str | None = None


@dataclass(frozen=True)
class Closing:
    """The card ends in this month: paid out in full, or its balance moved to another card."""

    kind: str
    at: Month
    into: str | None = None


@dataclass(frozen=True)
class Card:
    """The story of one card number. `carelessness` is the chance in thousand of a quirk in a month."""

    kpj: str
    jobs: tuple[Job, ...]
    branch: str
    closing: Closing | None = None
    partial_claim: tuple[Month, int] | None = None
    carelessness: int = 0
    quirks: Mapping[Month, Quirk] = field(default_factory=dict)

    @property
    def start(self) -> Month:
        return self.jobs[0].start

    def quirk(self, at: Month, number: int) -> Quirk:
        """What was odd about a month of job `number`: written down for demo cards, drawn for the others."""
        if self.quirks:
            return self.quirks.get(at, PLAIN)
        draw = Draw("month", self.kpj, number, at)
        if draw.below(1000) >= self.carelessness:
            return PLAIN
        return draw.one_of(_quirks(draw))


def _quirks(draw: Draw) -> tuple[Quirk, ...]:
    late = Quirk(months_late=draw.between(1, 14))
    return (
        Quirk(missing=True),
        late,
        late,
        Quirk(back_pay=draw.between(100, 2500) * 1000),
        Quirk(half_paid=True),
        Quirk(correction=draw.between(-900, 1500) * 1000),
    )


@lru_cache(maxsize=4096)
def card_of(kpj: str) -> Card:
    """The card of any well-formed number."""
    return _DEMO.get(kpj) or _derived(kpj)


def merged_into(kpj: str) -> tuple[Card, ...]:
    """The holder's other cards whose balance came, or will come, to this one."""
    others = (card_of(other) for other in person_of(kpj).cards if other != kpj)
    return tuple(card for card in others if card.closing and card.closing.into == kpj)


def _derived(kpj: str) -> Card:
    draw = Draw("card", kpj)
    siblings = person_of(kpj).cards
    start = month(start_year(kpj), draw.between(1, 12))
    newest = kpj == siblings[-1]
    limit = None if newest else month(start_year(siblings[siblings.index(kpj) + 1]), 1) - draw.between(1, 6)
    jobs = _jobs(kpj, draw, start, limit)
    closing = _closing(draw, jobs[-1].end, None if newest else siblings[-1])
    carelessness = draw.one_of((0, 0, 0, 25, 60, 150))
    partial = _partial_claim(draw, start, closing)
    return Card(kpj, jobs, draw.one_of(_BRANCHES.split(",")), closing, partial, carelessness)


def _jobs(kpj: str, draw: Draw, start: Month, limit: Month | None) -> tuple[Job, ...]:
    """One to three jobs in a row; a change of employer leaves a gap, none, or one month with both."""
    segment = draw.one_of(("PU",) * 8 + ("BPU", "PMI"))
    jobs: list[Job] = []
    changes = draw.one_of((0, 0, 1, 1, 2)) if segment == "PU" else 0
    for left in range(changes, -1, -1):
        end = start + draw.between(10, 40) if left else _last_end(draw, start, limit)
        if limit is not None:
            end = max(start, min(end if end is not None else limit, limit))
        jobs.append(_job(Draw("job", kpj, left), segment, start, end))
        if end is None or (limit is not None and end + 4 >= limit):
            break
        start = end + draw.one_of((0, 0, 1, 1, 1, 3, 6))
    return tuple(jobs)


def _last_end(draw: Draw, start: Month, limit: Month | None) -> Month | None:
    return start + draw.between(18, 90) if limit is None and draw.percent(30) else limit


def _job(draw: Draw, segment: str, start: Month, end: Month | None) -> Job:
    if segment == "PMI":
        return Job(segment, start, end, draw.one_of(rates.PMI_SUMS))
    if segment == "BPU":
        return Job(segment, start, end, draw.one_of(rates.BPU_INCOMES))
    wage = draw.between(1_900_000, 4_200_000) + draw.one_of((0, 0, 0, 2_500_000, 9_000_000))
    employer = f"PT {draw.one_of(_TRADES.split())} {draw.one_of(_KINDS.split())}"
    return Job(segment, start, end, wage, f"{draw.between(10_000_000, 99_999_999)}", employer)


def _closing(draw: Draw, end: Month | None, target: str | None) -> Closing | None:
    """Some cards that went quiet were claimed; of several cards the earlier ones were often merged into the newest."""
    if end is None:
        return None
    at = end + draw.between(4, 18)
    wanted = draw.percent(50)
    if target and wanted and card_of(target).closing is None:
        return Closing(MERGED, max(at, card_of(target).start + 3), target)
    return Closing(CLAIMED, at) if draw.percent(30) else None


def _partial_claim(draw: Draw, start: Month, closing: Closing | None) -> tuple[Month, int] | None:
    """Once, after ten years: 30 % for a home or 10 % for other retirement preparation (PP 46/2015 art. 22)."""
    at, percent = start + 121 + draw.between(0, 36), draw.one_of((10, 30))
    return (at, percent) if draw.percent(15) and (closing is None or at < closing.at) else None


_BUDI_OLD = Card(
    "12055566603",
    (
        Job("PU", month(2012, 6), month(2014, 9), 1_650_000, "10234567", "PT Karya Contoh"),
        Job("PU", month(2014, 9), month(2017, 1), 2_710_000, "10987654", "PT Sinar Fiktif"),
    ),
    "Jakarta Menteng",
    Closing(MERGED, month(2024, 8), "24011122201"),
    quirks={month(2016, 4): Quirk(back_pay=450_000)},
)
_BUDI_PAST = Card(
    "17033344402",
    (Job("PU", month(2017, 3), month(2023, 11), 3_355_000, "11223344", "PT Bahari Mandiri"),),
    "Jakarta Menteng",
    quirks={
        month(2020, 6): Quirk(missing=True),
        month(2020, 7): Quirk(missing=True),
        month(2021, 2): Quirk(months_late=4),
    },
)
_BUDI_NOW = Card(
    "24011122201",
    (Job("PU", month(2024, 1), None, 8_250_000, "12345678", "PT Nusa Sejahtera"),),
    "Jakarta Menteng",
    quirks={month(2025, 4): Quirk(back_pay=600_000)},
)
_SARI = Card(
    "19022233393",
    (Job("PU", month(2019, 2), None, 4_125_000, "13572468", "PT Surya Tekstil"),),
    "Surabaya Darmo",
)
_MARIA = Card("23044455505", (Job("BPU", month(2023, 4), None, 4_700_000),), "Makassar")
_WAYAN = Card(
    "20077788806",
    (Job("PU", month(2020, 7), None, 3_950_000, "14725836", "PT Tirta Lestari"),),
    "Denpasar",
    quirks={month(2022, 9): Quirk(months_late=2)},
)
_DEMO = {card.kpj: card for card in (_BUDI_OLD, _BUDI_PAST, _BUDI_NOW, _SARI, _MARIA, _WAYAN)}
