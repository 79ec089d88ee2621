"""The figures of 200 seeds, calculated a second time from the months and the published rule, to the rupiah.

Nothing of the engine is imported: rows, years and balance are asked over HTTP, the rates are read out of the README.
The engine multiplies sums by months; here each month accrues by itself in exact fractions.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from math import floor

import pytest

from tests.sandbox.caller import ROOT, Json, Sandbox

SEEDS = 200
AS_OF = (2026, 10)
RATES = {
    int(year): Fraction(percent) / 100
    for year, percent in re.findall(
        r"\| (20\d\d) \| (\d+\.\d\d) \|", (ROOT / "demo/sandbox/README.md").read_text("utf-8")
    )
}
YearMonth = tuple[int, int]


def rupiah(money: Json) -> int:
    assert re.fullmatch(r"-?\d{1,14}\.00", money["value"])
    assert money["currency"] == "IDR"
    return int(money["value"][:-3])


def rate(year: int, *, on: YearMonth) -> Fraction:
    """The year's own once 1 March of the next year has come, else the last one set by the end of the month `on`."""
    while (year + 1, 3) > on:
        year -= 1
    return RATES[min(max(year, min(RATES)), max(RATES))]


@dataclass
class Told:
    """What the upstream told about one card over HTTP."""

    kpj: str
    card: Json
    balance: Json | None
    years: list[Json]
    rows: list[Json]
    events: list[Json]

    @property
    def closing(self) -> YearMonth | None:
        months = [e["month"] for e in self.events if e["kind"] in ("DIKLAIM", "DIGABUNG")]
        return (int(months[0][:4]), int(months[0][5:])) if months else None


@dataclass
class Sums:
    """One year, calculated here."""

    opening: int
    worker: int = 0
    employer: int = 0
    earned: int = 0
    adjusted: int = 0
    claimed: int = 0

    @property
    def closing(self) -> int:
        return self.opening + self.worker + self.employer + self.earned + self.adjusted - self.claimed


@dataclass
class Person:
    """All cards of one holder, for a merge needs two."""

    cards: dict[str, Told]
    seen: Counter[str] = field(default_factory=Counter)

    def history(self, kpj: str, until: YearMonth) -> dict[int, Sums]:
        """Year by year, month by month, up to and including a month."""
        told = self.cards[kpj]
        start = date.fromisoformat(told.card["tanggalKepesertaan"]).year
        years: dict[int, Sums] = {}
        balance = 0
        for year in range(start, until[0] + 1):
            years[year] = self._year(told, year, balance, until)
            balance = years[year].closing
        return years

    def _year(self, told: Told, year: int, opening: int, until: YearMonth) -> Sums:
        sums = Sums(opening)
        closed_here = told.closing is not None and told.closing[0] == year and told.closing <= until
        yearly = rate(year, on=told.closing if closed_here and told.closing else until)
        base, accrued = opening, Fraction(0)
        for number in range(1, (until[1] if year == until[0] else 12) + 1):
            accrued += base * yearly / 12
            base += self._flows(told, (year, number), sums)
            if closed_here and told.closing == (year, number):
                sums.earned = floor(accrued)
                out = base + sums.earned
                if any(event["kind"] == "DIKLAIM" for event in told.events):
                    sums.claimed += out
                else:
                    sums.adjusted -= out
                base, accrued, yearly = 0, Fraction(0), rate(year, on=until)
        sums.earned += floor(accrued)
        return sums

    def _flows(self, told: Told, month: YearMonth, sums: Sums) -> int:
        """What is booked in a month, added to the year's sums; the amounts of claims and merges are found here too."""
        flow = 0
        for row in told.rows:
            posted = row["tanggalPosting"]
            if posted and (int(posted[:4]), int(posted[5:7])) == month:
                sums.worker += rupiah(row["iuranPekerja"])
                sums.employer += rupiah(row["iuranPemberiKerja"])
                flow += rupiah(row["iuranPekerja"]) + rupiah(row["iuranPemberiKerja"])
        for event in told.events:
            if event["month"] != f"{month[0]}-{month[1]:02d}":
                continue
            if event["kind"] == "DIKLAIM_SEBAGIAN":
                claimed = self._partial(told, month, int(event["amount"][1:-3]))
                sums.claimed += claimed
                flow -= claimed
            elif event["kind"] == "GABUNGAN_MASUK":
                came = self._merged_in(told, month, int(event["amount"][:-3]))
                sums.adjusted += came
                flow += came
        return flow

    def _partial(self, told: Told, month: YearMonth, told_amount: int) -> int:
        before = (month[0], month[1] - 1) if month[1] > 1 else (month[0] - 1, 12)
        balance = self.history(told.kpj, before)[before[0]].closing
        shares = [floor(Fraction(balance) * percent / 100) for percent in (10, 30)]
        assert told_amount in shares
        return told_amount

    def _merged_in(self, told: Told, month: YearMonth, told_amount: int) -> int:
        sources = [
            other for other in self.cards.values() if other.card["digabungKe"] == told.kpj and other.closing == month
        ]
        amounts = [-self.history(other.kpj, month)[month[0]].adjusted for other in sources]
        assert told_amount in amounts
        return told_amount


def ask(upstream: Sandbox, kpjs: list[str]) -> Person:
    cards = {}
    listed = upstream.ask("J2", {"memberRef": upstream.ref(kpjs[0])}).json["cards"]
    for card in listed:
        kpj = card["kpj"]
        upstream.refs[kpj] = upstream.ref(kpjs[0])
        answer = upstream.balance(kpj)
        balance = answer.json if answer.status == 200 else None
        events = upstream.get(f"/sandbox/ledger?kpj={kpj}")["events"]
        cards[kpj] = Told(kpj, card, balance, upstream.years(kpj).json["tahunan"], upstream.months(kpj), events)
    assert sorted(cards) == sorted(kpjs)
    return Person(cards)


def check_card(person: Person, told: Told, as_of: YearMonth) -> None:
    end = told.closing if told.card["status"] == "DIGABUNG" and told.closing else as_of
    calculated = person.history(told.kpj, as_of if end == as_of else (end[0], 12))
    assert [year["tahun"] for year in told.years] == sorted(calculated)
    for year in told.years:
        sums = calculated[year["tahun"]]
        assert {name: rupiah(year[name]) for name in ("saldoAwal", "iuranPekerja", "iuranPemberiKerja")} == {
            "saldoAwal": sums.opening,
            "iuranPekerja": sums.worker,
            "iuranPemberiKerja": sums.employer,
        }
        assert {name: rupiah(year[name]) for name in ("hasilPengembangan", "koreksi", "klaim", "saldoAkhir")} == {
            "hasilPengembangan": sums.earned,
            "koreksi": sums.adjusted,
            "klaim": sums.claimed,
            "saldoAkhir": sums.closing,
        }
    last = calculated[max(calculated)].closing
    if told.card["status"] == "DIGABUNG":
        assert (told.balance, last) == (None, 0)
    elif told.balance and told.balance["accountInfos"]:
        assert rupiah(told.balance["accountInfos"][0]["amount"]) == last


def parts(row: Json, segment: str) -> tuple[int, int]:
    """Both contributions by the published rates, each towards zero."""
    wage = rupiah(row["upah"]) + rupiah(row["rapel"])
    if segment == "PMI":
        both = [Fraction(wage), Fraction(0)]
    else:
        both = [Fraction(wage) * 2 / 100, Fraction(wage) * 37 / 1000 if segment == "PU" else Fraction(0)]
    worker, employer = (int(part) for part in both)
    return (worker // 2, employer // 2) if row["status"] == "SEBAGIAN" else (worker, employer)


def check_rows(told: Told, seen: Counter[str]) -> None:
    for row in told.rows:
        seen[row["status"]] += 1
        seen["rapel"] += rupiah(row["rapel"]) > 0
        sums = (rupiah(row["iuranPekerja"]), rupiah(row["iuranPemberiKerja"]))
        if row["status"] == "BELUM_BAYAR":
            assert sums == (0, 0)
        elif row["status"] != "DITERIMA":
            assert sums == parts(row, told.card["segmen"])
            assert row["tanggalPosting"] >= row["tanggalBayar"]
    employers = Counter((row["bulan"], row["npp"]) for row in told.rows if row["status"] != "KOREKSI")
    seen["two employers"] += len(employers) > len({month for month, _ in employers})
    seen["late"] += any(
        row["tanggalBayar"] and row["tanggalBayar"][:4] > str(int(row["bulan"][:4]) + 1) for row in told.rows
    )


def told_people(upstream: Sandbox, seeds: range) -> Iterator[Person]:
    for seed in seeds:
        [person] = upstream.get(f"/sandbox/people?count=1&seed={seed}")
        yield ask(upstream, person["kpj"])


def test_balance_years_and_months_agree_to_the_rupiah_over_200_seeds(upstream: Sandbox) -> None:
    assert set(range(2005, 2027)) <= set(RATES)
    seen: Counter[str] = Counter()
    for person in told_people(upstream, range(SEEDS)):
        for told in person.cards.values():
            check_card(person, told, AS_OF)
            check_rows(told, seen)
            seen.update(event["kind"] for event in told.events)
            seen.update((told.card["status"], told.card["segmen"]))
    # The agreement says something only if the people are varied.
    segments = {"PU", "BPU", "PMI"}
    states = {"AKTIF", "NON_AKTIF", "DIKLAIM", "DIGABUNG"}
    rows = {"LUNAS", "DITERIMA", "BELUM_BAYAR", "SEBAGIAN", "KOREKSI", "rapel", "late", "two employers"}
    events = {"DIKLAIM_SEBAGIAN", "GABUNGAN_MASUK"}
    assert segments | states | rows | events <= {name for name, number in seen.items() if number}


@pytest.mark.parametrize(
    ("today", "as_of"), [("2026-02-10", (2026, 1)), ("2019-03-05", (2019, 2)), ("2015-01-01", (2014, 12))]
)
def test_they_agree_on_other_days_too(upstream: Sandbox, today: str, as_of: YearMonth) -> None:
    upstream.post("/sandbox/today", {"today": today})
    checked = 0
    for person in upstream.get("/sandbox/people?count=200&seed=other-days"):
        if checked < 12 and all(int(kpj[:2]) + 2000 < as_of[0] for kpj in person["kpj"]):
            told = ask(upstream, person["kpj"])
            for card in told.cards.values():
                check_card(told, card, as_of)
                checked += 1
    assert checked >= 12


def test_the_demo_people_agree(upstream: Sandbox) -> None:
    for kpjs in (["24011122201", "17033344402", "12055566603"], ["19022233393"], ["23044455505"], ["20077788806"]):
        person = ask(upstream, kpjs)
        for told in person.cards.values():
            check_card(person, told, AS_OF)


def test_a_rupiah_of_difference_would_be_noticed(upstream: Sandbox) -> None:
    person = ask(upstream, ["19022233393"])
    told = person.cards["19022233393"]
    told.rows[5]["iuranPekerja"]["value"] = f"{rupiah(told.rows[5]['iuranPekerja']) + 1}.00"
    with pytest.raises(AssertionError):
        check_card(person, told, AS_OF)
