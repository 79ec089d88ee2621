"""The ledger in the contract's words: balance (11), years (J3), months (J4) and a card of J2."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from demo.sandbox import ledger, rates
from demo.sandbox.answers import Json, Refusal, money
from demo.sandbox.cards import MERGED, Card, Job, card_of
from demo.sandbox.month import Month, end_of, first_day, label, last_day, month_of, year_of
from demo.sandbox.people import BLOCKED, CALCULATING, masked_name, person_of, story

_STATUS_CODES = {"AKTIF": "0001", "NON_AKTIF": "0009", "DIKLAIM": "0002"}
_SUMS = ("saldoAwal", "iuranPekerja", "iuranPemberiKerja", "hasilPengembangan", "koreksi", "klaim", "saldoAkhir")


@dataclass(frozen=True)
class When:
    """The sandbox's day, and the month at whose end balances are told."""

    today: date
    at: Month

    @classmethod
    def on(cls, today: date) -> When:
        return cls(today, ledger.as_of(today))

    def a_month_earlier(self) -> When:
        return When(last_day(self.at), self.at - 1)

    @property
    def as_of(self) -> str:
        return end_of(self.at).isoformat()


def status(kpj: str, when: When) -> str:
    card = card_of(kpj)
    if story(kpj) == BLOCKED:
        return "DIBLOKIR"
    if gone := ledger.closed(card, when.at):
        return gone
    return "AKTIF" if _ended(card, when) is None else "NON_AKTIF"


def _ended(card: Card, when: When) -> Month | None:
    """The last month of the last job, once it is over."""
    end = card.jobs[-1].end
    return end if end is not None and end <= when.at else None


def without_amount(kpj: str, when: When) -> str | None:
    """The reason why there is no amount, if there is none."""
    if story(kpj) == CALCULATING:
        return "DIHITUNG"
    return None if ledger.posted_until(kpj, when.at) else "BARU"


def balance(kpj: str, when: When) -> Json:
    state, reason = status(kpj, when), without_amount(kpj, when)
    if state == MERGED:
        raise Refusal(403, "18")
    answer: Json = {"accountNo": kpj, "name": masked_name(person_of(kpj).name), "accountInfos": []}
    if reason:
        nothing = {"asOf": None, "iuranSampai": None, "pengembanganSampai": None, "tingkatPengembangan": None}
        return answer | {"additionalInfo": nothing | {"provisional": None, "unavailableReason": reason, "warnings": []}}
    account = ledger.account(kpj, when.at)
    amount = money(account.balance)
    info = {"balanceType": "JHT", "amount": amount, "availableBalance": amount, "status": _STATUS_CODES[state]}
    answer["accountInfos"] = [info]
    answer["additionalInfo"] = {
        "asOf": when.as_of,
        "iuranSampai": ledger.posted_until(kpj, when.at),
        "pengembanganSampai": label(when.at),
        "tingkatPengembangan": _rate(rates.rate_known(year_of(when.at), last_day(when.at))),
        "provisional": not account.years[-1].final,
        "unavailableReason": None,
        "warnings": [],
    }
    return answer


def _rate(rate: rates.ReturnRate | None) -> Json | None:
    return {"tahun": rate.year, "persen": rate.percent} if rate else None


def years(kpj: str, when: When, span: tuple[int, int]) -> Json:
    first, last = span
    known = [year for year in ledger.account(kpj, when.at).years if first <= year.year <= last]
    if not known:
        raise Refusal(404, "11")
    reason = without_amount(kpj, when)
    told = [_year(year, reason if year.year == year_of(when.at) else None) for year in known]
    return {"accountNo": kpj, "tahunan": told}


def _year(year: ledger.Year, reason: str | None) -> Json:
    amounts = (year.opening, year.worker, year.employer, year.earned, year.adjusted, year.claimed, year.closing)
    told: Json = {"tahun": year.year}
    told |= {name: None if reason else money(amount) for name, amount in zip(_SUMS, amounts, strict=True)}
    told["tingkatPengembangan"] = None if reason else _rate(year.rate)
    told["tingkatStatus"] = "BELUM_DITETAPKAN" if reason else year.rate_status
    told["final"] = year.final and not reason
    told["diterbitkan"] = year.rate.published.isoformat() if year.rate and told["final"] else None
    return told | {"unavailableReason": reason}


def months(kpj: str, when: When, between: tuple[Month, Month], size: int, number: int) -> Json:
    """Newest first, in pages."""
    wanted = [row for row in reversed(ledger.rows(kpj, when.today, when.at)) if between[0] <= row.at <= between[1]]
    page = wanted[number * size : (number + 1) * size]
    return {
        "accountNo": kpj,
        "totalRecords": len(wanted),
        "hasMore": "Y" if (number + 1) * size < len(wanted) else "N",
        "detailData": [row_json(row) for row in page],
    }


def row_json(row: ledger.Row) -> Json:
    return {
        "rowId": row.row_id,
        "bulan": label(row.at),
        "npp": row.job.npp,
        "namaPerusahaan": row.job.employer,
        "upah": money(row.wage),
        "iuranPekerja": money(row.worker),
        "iuranPemberiKerja": money(row.employer),
        "rapel": money(row.back_pay),
        "tanggalBayar": row.paid.isoformat() if row.paid else None,
        "tanggalPosting": row.posted.isoformat() if row.posted else None,
        "status": row.status,
    }


def card_json(kpj: str, when: When) -> Json:
    card, state = card_of(kpj), status(kpj, when)
    started = [job for job in card.jobs if job.start <= month_of(when.today)] or [card.jobs[0]]
    job, ended = started[-1], _ended(card, when)
    return {
        "kpj": kpj,
        "status": state,
        "segmen": job.segment,
        "npp": job.npp,
        "namaPerusahaan": job.employer,
        "kantorCabang": card.branch,
        "tanggalKepesertaan": first_day(card.start).isoformat(),
        "tanggalNonAktif": last_day(ended).isoformat() if ended is not None else None,
        "digabungKe": card.closing.into if card.closing and state == MERGED else None,
        "riwayat": [_job(each, when) for each in started],
    }


def _job(job: Job, when: When) -> Json:
    over = job.end is not None and job.end <= when.at
    return {
        "npp": job.npp,
        "namaPerusahaan": job.employer,
        "segmen": job.segment,
        "mulai": first_day(job.start).isoformat(),
        "selesai": last_day(job.end).isoformat() if over and job.end is not None else None,
    }


def truth(kpj: str, when: When) -> Json:
    """The whole ledger of a card, whatever its story makes of the answers."""
    account = ledger.account(kpj, when.at)
    return {
        "kpj": kpj,
        "status": status(kpj, when),
        "balance": money(account.balance)["value"],
        "asOf": when.as_of,
        "unavailableReason": without_amount(kpj, when),
        "years": [_year(year, None) for year in account.years],
        "months": [row_json(row) for row in reversed(ledger.rows(kpj, when.today, when.at))],
        "events": [{"kind": e.kind, "month": label(e.at), "amount": money(e.amount)["value"]} for e in account.events],
    }
