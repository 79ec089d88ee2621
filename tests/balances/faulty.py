"""An upstream in memory that tells a whole, consistent ledger, and fails as the sandbox can, operation by operation."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from providers import errors
from providers.port import (
    BalanceAnswer,
    CardRecord,
    ContributionRecord,
    ContributionStatus,
    Employment,
    RateStatus,
    Segment,
    YearRecord,
)
from tests.balances.upstream import answer, record

# What the real client makes of each kind of the sandbox's faults: tests/providers/test_faults.py holds it to that.
ERRORS: dict[str, type[errors.ProviderError]] = {
    "http500": errors.Unavailable,
    "http429": errors.RateLimited,
    "http503": errors.Maintenance,
    "timeout": errors.Unavailable,
    "slow_drip": errors.Unavailable,
    "cut": errors.Unavailable,
    "truncated": errors.BadAnswer,
    "wrong_type": errors.BadAnswer,
    "huge": errors.BadAnswer,
    "other_member": errors.BadAnswer,  # but a card list: that is another member's
    "broken_invariant": errors.BadAnswer,
    "expired_token": errors.TokenExpired,
    "clock_skew": errors.AuthFailed,
    "redirect": errors.BadAnswer,
    "duplicate_keys": errors.BadAnswer,
    "nan": errors.BadAnswer,
}
KINDS = [*ERRORS, "older_as_of"]  # an older answer is an answer
OPERATIONS = ("11", "J2", "J3", "J4")
NPP = "12345678"


class FaultyUpstream:
    """`version` is how far its ledger has come: every figure of one is another's in none. `faults` by operation."""

    def __init__(self, kpj: str) -> None:
        self.kpj, self.version, self.faults = kpj, 1, dict[str, str]()

    def fetch_balance(self, *, kpj: str, member_ref: str) -> BalanceAnswer:
        return balance(self._told("11"))

    def list_cards(self, *, member_ref: str) -> tuple[CardRecord, ...]:
        if self.faults.get("J2") == "other_member":
            return (record("24999999901"),)
        self._told("J2")
        begun = date(timezone.localdate().year - 1, 1, 1)
        job = Employment(npp=NPP, employer_name="PT Contoh Makmur", segment=Segment.PU, started_on=begun, ended_on=None)
        return (record(self.kpj, joined_on=begun, employments=(job,)),)

    def fetch_years(self, *, kpj: str, member_ref: str, first_year: int, last_year: int) -> tuple[YearRecord, ...]:
        return tuple(one for one in years(self._told("J3")) if first_year <= one.year <= last_year)

    def fetch_contributions(
        self, *, kpj: str, member_ref: str, first_month: str, last_month: str
    ) -> tuple[ContributionRecord, ...]:
        return tuple(one for one in rows(self._told("J4")) if first_month <= one.month <= last_month)[::-1]

    def _told(self, operation: str) -> int:
        """Which version of the ledger is told, or the error of the fault."""
        kind = self.faults.get(operation, "")
        if kind in ERRORS:
            raise ERRORS[kind](wire=errors.Wire(retry_after=timedelta(seconds=30)))
        return self.version - 1 if kind == "older_as_of" else self.version


def as_of(version: int) -> datetime:
    """A day later with each version; within this year for a test that stands in November."""
    return timezone.now() - timedelta(days=60 - version)


def rows(version: int) -> list[ContributionRecord]:
    """Oldest first: the months of last year, and what came in this year's first."""
    year = timezone.localdate().year
    sums = [(f"{year - 1}-{month:02d}", 100_000 + 7 * month, year - 1) for month in range(1, 12)]
    sums += [(f"{year - 1}-12", 140_000 + version, year)]
    return [
        ContributionRecord(
            row_id=month,
            month=month,
            npp=NPP,
            employer_name="PT Contoh Makmur",
            wage=Decimal(5_000_000),
            worker=Decimal(worker),
            employer=Decimal(worker * 2),
            back_pay=Decimal(0),
            paid_on=date(posted, 1, 1),
            posted_on=date(posted, 1, 1),
            status=ContributionStatus.LUNAS,
        )
        for month, worker, posted in sums
    ]


def years(version: int) -> list[YearRecord]:
    found: list[YearRecord] = []
    opening, this_year = Decimal(0), timezone.localdate().year
    for year in (this_year - 1, this_year):
        posted = [row for row in rows(version) if row.posted_on and row.posted_on.year == year]
        worker, employer = sum(row.worker for row in posted), sum(row.employer for row in posted)
        returns = Decimal(31_000 + 1000 * version if year == this_year else 17_000)
        final = year < this_year
        found.append(
            YearRecord(
                year=year,
                opening=opening,
                worker=Decimal(worker),
                employer=Decimal(employer),
                returns=returns,
                correction=Decimal(0),
                claims=Decimal(0),
                closing=opening + worker + employer + returns,
                rate_year=year if final else None,
                rate_percent=Decimal("5.70") if final else None,
                rate_status=None if final else RateStatus.BELUM_DITETAPKAN,
                final=final,
                published_on=None,
                unavailable_reason=None,
            )
        )
        opening = found[-1].closing or Decimal(0)
    return found


def balance(version: int) -> BalanceAnswer:
    """Ends where the years do; a day later with each version."""
    said: Any = answer(f"{years(version)[-1].closing:.2f}", as_of=as_of(version))
    return replace(said, contributions_until=f"{timezone.localdate().year - 1}-12")
