"""Yearly statements and contributions as other upstreams may send them, and what must not be believed of them."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from providers import errors
from providers.client import SnapProvider
from providers.port import UnavailableReason
from tests.providers.conftest import Build
from tests.providers.upstream import KPJ, REF, Answer, Upstream, money, ok

# Yearly statement


def year_fields(year: int, opening: str, closing: str, **changes: Any) -> dict[str, Any]:
    sums = {
        "saldoAwal": money(opening),
        "iuranPekerja": money("100.00"),
        "iuranPemberiKerja": money("185.00"),
        "hasilPengembangan": money("20.50"),
        "koreksi": money("-5.50"),
        "klaim": money("0.00"),
        "saldoAkhir": money(closing),
    }
    rate = {"tingkatPengembangan": {"tahun": year, "persen": "5.70"}, "final": True, "diterbitkan": f"{year + 1}-03-01"}
    return {"tahun": year} | sums | rate | changes


NO_SUMS = dict.fromkeys(year_fields(2024, "0.00", "0.00"), None)
YEARS = [year_fields(2024, "0.00", "300.00"), year_fields(2025, "300.00", "550.00", klaim=money("50.00"))]


def years_of(client: SnapProvider) -> Any:
    return client.fetch_years(kpj=KPJ, member_ref=REF, first_year=2024, last_year=2026)


def test_years_are_read_in_order_with_one_being_calculated(upstream: Upstream, client: SnapProvider) -> None:
    pending = NO_SUMS | {"tahun": "2026", "unavailableReason": "DIHITUNG", "tingkatStatus": "BELUM_DITETAPKAN"}
    upstream.queue("J3", ok("J3", accountNo=KPJ, tahunan=[pending, *reversed(YEARS)]))
    first, second, third = years_of(client)
    assert [first.year, second.year, third.year] == [2024, 2025, 2026]
    assert (second.opening, second.claims, second.closing) == (Decimal(300), Decimal(50), Decimal(550))
    assert (first.final, first.published_on, first.rate_percent) == (True, date(2025, 3, 1), Decimal("5.70"))
    assert (third.closing, third.unavailable_reason, third.final) == (None, UnavailableReason.DIHITUNG, False)


@pytest.mark.parametrize(
    "years",
    [
        [year_fields(2024, "0.00", "300.01")],
        [year_fields(2024, "0.00", "300.00", klaim=money("-1.00"), koreksi=money("-6.50"))],
        [year_fields(2024, "-600.00", "-300.00")],
        [YEARS[0], year_fields(2025, "300.01", "600.01")],
        [YEARS[0], YEARS[0]],
        [year_fields(2023, "0.00", "300.00")],
        [year_fields(2024, "0.00", "300.00", hasilPengembangan=None)],
        [NO_SUMS | {"tahun": 2024}],
        [year_fields(2024, "0.00", "300.00", unavailableReason="DIHITUNG")],
        [year_fields(2024, "0.00", "300.00", tahun=None)],
    ],
    ids=["sum", "claim", "negative", "chain", "twice", "not asked", "one missing", "no reason", "both", "no year"],
)
def test_a_statement_that_breaks_an_invariant_is_refused(
    upstream: Upstream, client: SnapProvider, years: list[dict[str, Any]]
) -> None:
    upstream.queue("J3", ok("J3", accountNo=KPJ, tahunan=years))
    with pytest.raises(errors.BadAnswer):
        years_of(client)


def test_the_chain_is_not_checked_across_a_gap(upstream: Upstream, client: SnapProvider) -> None:
    upstream.queue("J3", ok("J3", accountNo=KPJ, tahunan=[YEARS[0], year_fields(2026, "7.00", "307.00")]))
    assert len(years_of(client)) == 2


# Contributions


def row(row_id: str, month: str = "2026-01", **changes: Any) -> dict[str, Any]:
    sums = {"upah": money("5000000.00"), "iuranPekerja": money("100000.00"), "iuranPemberiKerja": money("185000.00")}
    return {"rowId": row_id, "bulan": month, "status": "LUNAS", "tanggalPosting": "2026-02-20"} | sums | changes


def page(*rows: dict[str, Any], more: str = "N", **changes: Any) -> Answer:
    return ok("J4", **({"accountNo": KPJ, "hasMore": more, "detailData": list(rows)} | changes))


def rows_of(client: SnapProvider) -> Any:
    return client.fetch_contributions(kpj=KPJ, member_ref=REF, first_month="2026-01", last_month="2026-12")


def test_pages_are_drained_past_short_and_empty_ones_and_repeats_dropped(
    upstream: Upstream, client: SnapProvider
) -> None:
    upstream.queue("J4", page(row("c"), row("b", status="DITERIMA", tanggalPosting=None), more="Y"), page(more="Y"))
    upstream.queue("J4", page(row("b", status="LUNAS"), row("a"), totalRecords="3"))
    rows = rows_of(client)
    assert [entry.row_id for entry in rows] == ["c", "b", "a"]
    asked = [asked.fields for asked in upstream.asked if asked.service == "J4"]
    assert [fields["pageNumber"] for fields in asked] == [0, 1, 2]
    assert {fields["pageSize"] for fields in asked} == {50}
    assert (rows[0].wage, rows[0].back_pay, rows[0].paid_on) == (Decimal("5000000.00"), None, None)


@pytest.mark.parametrize(
    "answer",
    [
        page(row("a"), more="maybe"),
        page(row("a"), hasMore=True),
        page(row("a", month="2025-12")),
        page(row("a"), accountNo="17033344402"),
        page(row("a", iuranPekerja=None)),
        page(row("")),
        page(row("a", tanggalBayar="2026-02-30")),
        page(row("a", tanggalPosting=None)),
        page(row("a", status="DITERIMA")),
        page(row("a", status="BELUM_BAYAR")),
    ],
)
def test_a_page_that_must_not_be_believed_is_refused(upstream: Upstream, client: SnapProvider, answer: Answer) -> None:
    upstream.queue("J4", answer)
    with pytest.raises(errors.BadAnswer):
        rows_of(client)


def test_an_endless_list_is_given_up_after_200_pages(upstream: Upstream, build: Build) -> None:
    upstream.queue("J4", *[page(row(str(number)), more="Y") for number in range(250)])
    with pytest.raises(errors.BadAnswer):
        rows_of(build(upstream.url, deadline=60))
    assert upstream.count("J4") == 200
