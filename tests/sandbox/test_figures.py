"""The answers' own rules: as-of dates that move with the day, years, pages, rows that keep their ids."""

import pytest

from tests.sandbox.caller import Sandbox

BUDI = "24011122201"


@pytest.mark.parametrize(
    ("today", "as_of"),
    [
        ("2026-11-22", "2026-10-31"),
        ("2026-11-01", "2026-10-31"),
        ("2026-01-15", "2025-12-31"),
        ("2024-03-31", "2024-02-29"),
    ],
)
def test_the_balance_is_told_as_of_the_end_of_the_month_before(upstream: Sandbox, today: str, as_of: str) -> None:
    upstream.post("/sandbox/today", {"today": today})
    assert upstream.balance(BUDI).json["additionalInfo"]["asOf"] in {f"{as_of}T23:59:59+07:00", None}
    assert upstream.get("/sandbox/today") == {"today": today, "asOf": f"{as_of}T23:59:59+07:00"}


def test_the_present_year_ends_at_the_balance(upstream: Sandbox) -> None:
    for today in ("2026-11-22", "2026-01-15", "2025-07-04"):
        upstream.post("/sandbox/today", {"today": today})
        amount = upstream.balance(BUDI).json["accountInfos"][0]["amount"]
        assert upstream.years(BUDI).json["tahunan"][-1]["saldoAkhir"] == amount
        truth = upstream.get(f"/sandbox/ledger?kpj={BUDI}")
        assert truth["balance"] == amount["value"]


def test_a_card_before_its_first_posting_has_a_reason_and_no_amount(upstream: Sandbox) -> None:
    upstream.post("/sandbox/today", {"today": "2024-02-10"})
    answer = upstream.balance(BUDI).json
    assert (answer["accountInfos"], answer["additionalInfo"]["unavailableReason"]) == ([], "BARU")
    assert upstream.years(BUDI).json["tahunan"][0]["saldoAkhir"] is None


def test_years_outside_membership_are_not_found_and_a_partly_outside_range_answers_the_rest(upstream: Sandbox) -> None:
    assert upstream.years(BUDI, 2010, 2012).code == "404J311"
    assert [year["tahun"] for year in upstream.years(BUDI, 2010, 2025).json["tahunan"]] == [2024, 2025]


def test_a_rate_is_told_only_once_it_is_set(upstream: Sandbox) -> None:
    upstream.post("/sandbox/today", {"today": "2026-02-20"})
    year = upstream.years(BUDI, 2025, 2025).json["tahunan"][0]
    assert (year["tingkatPengembangan"], year["tingkatStatus"], year["final"]) == (None, "BELUM_DITETAPKAN", False)
    upstream.post("/sandbox/today", {"today": "2026-04-01"})
    year = upstream.years(BUDI, 2025, 2025).json["tahunan"][0]
    assert (year["tingkatPengembangan"], year["tingkatStatus"], year["final"], year["diterbitkan"]) == (
        {"tahun": 2025, "persen": "5.70"},
        None,
        True,
        "2026-03-01",
    )


def test_pages_are_newest_first_and_end_with_n(upstream: Sandbox) -> None:
    rows = upstream.months("17033344402")
    assert [row["bulan"] for row in rows] == sorted((row["bulan"] for row in rows), reverse=True)
    assert len({row["rowId"] for row in rows}) == len(rows)
    sizes = [len(upstream.months_page("17033344402", number, pageSize=30).json["detailData"]) for number in range(4)]
    assert sizes == [30, 30, len(rows) - 60, 0]
    assert upstream.months_page("17033344402", 99).json["hasMore"] == "N"
    assert len(upstream.months_page("17033344402", pageSize=None).json["detailData"]) == 10


def test_a_received_row_keeps_its_id_when_it_is_posted(upstream: Sandbox) -> None:
    newest = upstream.months(BUDI)[0]
    assert (newest["status"], newest["tanggalPosting"]) == ("DITERIMA", None)
    assert newest["tanggalBayar"] <= "2026-11-22"
    upstream.post("/sandbox/today", {"today": "2027-01-05"})
    later = {row["rowId"]: row for row in upstream.months(BUDI)}
    assert later[newest["rowId"]]["status"] == "LUNAS"


def test_a_late_month_is_unpaid_until_it_comes(upstream: Sandbox) -> None:
    def february(today: str) -> tuple[str, str]:
        upstream.post("/sandbox/today", {"today": today})
        row = next(row for row in upstream.months("17033344402") if row["bulan"] == "2021-02")
        return row["status"], row["rowId"]

    unpaid, paid = february("2021-05-05"), february("2021-12-01")
    assert (unpaid[0], paid[0]) == ("BELUM_BAYAR", "LUNAS")
    assert unpaid[1] == paid[1]


def test_an_unpaid_row_has_no_dates_and_no_contribution(upstream: Sandbox) -> None:
    row = next(row for row in upstream.months("17033344402") if row["status"] == "BELUM_BAYAR")
    assert (row["tanggalBayar"], row["tanggalPosting"]) == (None, None)
    assert {row[name]["value"] for name in ("iuranPekerja", "iuranPemberiKerja", "rapel")} == {"0.00"}


def test_two_employers_in_one_month_are_two_rows(upstream: Sandbox) -> None:
    rows = [row for row in upstream.months("12055566603") if row["bulan"] == "2014-09"]
    assert len({row["npp"] for row in rows}) == 2


def test_the_same_people_come_for_the_same_seed(upstream: Sandbox) -> None:
    people = upstream.get("/sandbox/people?count=40&seed=s")
    assert people == upstream.get("/sandbox/people?count=40&seed=s")
    assert people != upstream.get("/sandbox/people?count=40&seed=t")
    assert len({person["nik"] for person in people}) == 40
    assert any(len(person["kpj"]) > 1 for person in people)
    for person in people:
        assert upstream.get(f"/sandbox/people?kpj={person['kpj'][-1]}") == [person]
        assert upstream.verify(person["kpj"][0]).json["matchType"] == "DEFN"
