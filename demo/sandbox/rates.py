"""Dated rates, each with its source. An invented figure says so; nothing here may be quoted as the agency's.

Contribution rates are parts per thousand of the reported wage; return rates are basis points a year.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

_PP46 = "PP 46/2015 art. 16; earlier years carried at the same rate (unconfirmed)"
_INVENTED = "FICTITIOUS: the member rate of this year is not published in a source we could find"


@dataclass(frozen=True)
class ContributionRate:
    """Thousandths of the reported wage, from a day on."""

    since: date
    worker: int
    employer: int
    source: str


@dataclass(frozen=True)
class ReturnRate:
    """The return credited for one year, and the day from which the sandbox treats it as set."""

    year: int
    basis_points: int
    source: str

    @property
    def published(self) -> date:
        """Invented: 1 March of the next year."""
        return date(self.year + 1, 3, 1)

    @property
    def percent(self) -> str:
        return f"{self.basis_points // 100}.{self.basis_points % 100:02d}"


CONTRIBUTIONS: dict[str, tuple[ContributionRate, ...]] = {
    "PU": (ContributionRate(date(1993, 1, 1), 20, 37, _PP46),),
    "BPU": (ContributionRate(date(1993, 1, 1), 20, 0, "2 % of the declared income (star.grid.id 453740395)"),),
}

# BPU pays 2 % of a declared income between Rp1.000.000 and Rp20.700.000, so Rp20.000 to Rp414.000 (radarkaur 649645).
# The bands in between are the sandbox's own: the annex with the real ones was not found.
BPU_INCOMES = (1_000_000, 1_500_000, 2_000_000, 2_500_000, 3_200_000, 4_700_000, 7_200_000, 11_700_000, 20_700_000)

# PMI: one chosen sum a month (Permenaker 4/2023, detik d-6624813).
PMI_SUMS = (50_000, 100_000, 200_000, 300_000, 400_000, 500_000, 600_000)

_RETURNS = (
    (2004, 800, _INVENTED),
    (2005, 800, _INVENTED),
    (2006, 850, _INVENTED),
    (2007, 850, _INVENTED),
    (2008, 850, _INVENTED),
    (2009, 900, "antaranews 13253; the 1.6 % incentive on the end balance is left out"),
    (2010, 1000, _INVENTED),
    (2011, 1010, "solopos 355816"),
    (2012, 1010, "solopos 355816: held since 2011"),
    (2013, 1020, _INVENTED),
    (2014, 1050, "agency's spokesman, detik d-2959305"),
    (2015, 750, _INVENTED),
    (2016, 719, "semarak.co and pasardana.id, 2017"),
    (2017, 782, "bisnis.com 1399942"),
    (2018, 626, "bisnis.com 1399942"),
    (2019, 608, "financial report in kontan.co.id (BPJS Watch: 6.06)"),
    (2020, 559, "bisnis.com 1399942"),
    (2021, 560, _INVENTED),
    (2022, 555, _INVENTED),
    (2023, 560, _INVENTED),
    (2024, 565, _INVENTED),
    (2025, 570, _INVENTED),
    (2026, 575, _INVENTED),
    (2027, 560, _INVENTED),
)
RETURNS: dict[int, ReturnRate] = {year: ReturnRate(year, points, source) for year, points, source in _RETURNS}
_FIRST, _LAST = min(RETURNS), max(RETURNS)


def return_rate(year: int) -> ReturnRate:
    """The rate of a year; years outside the table carry its first or last figure, invented like it."""
    nearest = RETURNS[min(max(year, _FIRST), _LAST)]
    return nearest if nearest.year == year else ReturnRate(year, nearest.basis_points, _INVENTED)


def rate_known(year: int, on: date) -> ReturnRate:
    """The rate of that year if set by that day, else the last one set by then."""
    while return_rate(year).published > on:
        year -= 1
    return return_rate(year)


def contribution_rate(segment: str, on: date) -> ContributionRate:
    return next(rate for rate in reversed(CONTRIBUTIONS[segment]) if rate.since <= on)
