"""What the last two digits of a card do, and the demo people's cards as agreed."""

import json

import pytest

from tests.sandbox.caller import Sandbox

BUDI = "24011122201"


def card(ending: str) -> str:
    return f"210123450{ending}"


def test_90_is_not_found_and_has_no_holder(upstream: Sandbox) -> None:
    ref = upstream.ref(BUDI)
    assert upstream.get(f"/sandbox/people?kpj={card('90')}") == []
    assert upstream.http("GET", f"/sandbox/ledger?kpj={card('90')}").status == 404
    assert upstream.balance(card("90"), ref).code == "4041111"
    upstream.refs[card("90")] = ref
    assert upstream.years(card("90")).code == "404J311"
    assert upstream.months_page(card("90")).code == "404J411"
    assert upstream.send_code(card("90")).code == "404J511"


def test_91_is_blocked_but_matches(upstream: Sandbox) -> None:
    assert upstream.verify(card("91")).json["matchType"] == "DEFN"
    assert upstream.ask("J2", {"memberRef": upstream.ref(card("91"))}).json["cards"][0]["status"] == "DIBLOKIR"
    codes = {
        upstream.balance(card("91")).code,
        upstream.years(card("91")).code,
        upstream.months_page(card("91")).code,
        upstream.send_code(card("91")).code,
    }
    assert codes == {"4031107", "403J307", "403J407", "403J507"}


def test_92_is_under_maintenance_and_says_until_when(upstream: Sandbox) -> None:
    for answer in (upstream.balance(card("92")), upstream.years(card("92")), upstream.months_page(card("92"))):
        assert (answer.status, answer.code[-2:]) == (403, "06")
        assert int(answer.headers["Retry-After"]) > 0


def test_93_is_ordinary_until_its_fault_is_set(upstream: Sandbox) -> None:
    sari = "19022233393"
    assert upstream.balance(sari).code == "2001100"
    upstream.fault("http500", kpj=sari)
    assert upstream.balance(sari).code == "5001100"
    assert upstream.balance(BUDI).code == "2001100"


def test_94_hangs_but_can_be_linked(upstream: Sandbox) -> None:
    body = {"accountNo": card("94"), "additionalInfo": {"memberRef": upstream.ref(card("94"))}}
    assert upstream.raw("11", body, seconds=0.5) == b""
    assert upstream.send_code(card("94")).code == "200J500"


def test_95_is_truncated_json_with_a_matching_length(upstream: Sandbox) -> None:
    answer = upstream.balance(card("95"))
    assert answer.status == 200
    with pytest.raises(json.JSONDecodeError):
        assert answer.json


def test_96_is_another_members_balance(upstream: Sandbox) -> None:
    for answer in (upstream.balance(card("96")), upstream.years(card("96")), upstream.months_page(card("96"))):
        assert answer.status == 200
        assert answer.json["accountNo"] != card("96")


def test_97_breaks_an_invariant(upstream: Sandbox) -> None:
    assert upstream.balance(card("97")).json["accountInfos"][0]["amount"]["value"].startswith("-")
    last = upstream.years(card("97")).json["tahunan"][-1]
    sums = {name: float(value["value"]) for name, value in last.items() if isinstance(value, dict) and "value" in value}
    came = sums["saldoAwal"] + sums["iuranPekerja"] + sums["iuranPemberiKerja"] + sums["hasilPengembangan"]
    assert came + sums["koreksi"] - sums["klaim"] != sums["saldoAkhir"]


def test_98_has_no_contact(upstream: Sandbox) -> None:
    assert upstream.balance(card("98")).code == "2001100"
    assert upstream.send_code(card("98")).code == "403J501"


def test_99_is_being_calculated_and_never_zero(upstream: Sandbox) -> None:
    answer = upstream.balance(card("99")).json
    assert answer["accountInfos"] == []
    assert (answer["additionalInfo"]["unavailableReason"], answer["additionalInfo"]["asOf"]) == ("DIHITUNG", None)
    past, present = upstream.years(card("99")).json["tahunan"][-2:]
    assert past["saldoAkhir"]
    assert (present["saldoAkhir"], present["unavailableReason"]) == (None, "DIHITUNG")


def test_people_with_a_story_can_be_asked_for(upstream: Sandbox) -> None:
    people = upstream.get("/sandbox/people?count=3&seed=1&story=94")
    assert [person["kpj"][0][-2:] for person in people] == ["94"] * 3


@pytest.mark.parametrize("kpj", ["2401112220A", "ABCDEFGHIJK", "00000000000", "ZZZZZZZZZ99"])
def test_any_well_formed_number_answers(upstream: Sandbox, kpj: str) -> None:
    assert upstream.balance(kpj).code in {"2001100", "4031118"}


# The demo people ------------------------------------------------------------------------------------------------------


def test_budis_cards_are_as_agreed(upstream: Sandbox) -> None:
    cards = upstream.ask("J2", {"memberRef": upstream.ref(BUDI)}).json["cards"]
    assert [(card["kpj"], card["status"], card["digabungKe"]) for card in cards] == [
        ("24011122201", "AKTIF", None),
        ("17033344402", "NON_AKTIF", None),
        ("12055566603", "DIGABUNG", "24011122201"),
    ]
    assert upstream.balance(BUDI).json["accountInfos"][0]["status"] == "0001"
    assert upstream.balance("17033344402").json["accountInfos"][0]["status"] == "0009"
    assert upstream.balance("12055566603").code == "4031118"
    assert {row["status"] for row in upstream.months(BUDI)} == {"LUNAS", "DITERIMA"}


def test_budis_inactive_card_has_two_missing_months_and_a_late_one(upstream: Sandbox) -> None:
    rows = upstream.months("17033344402")
    assert [row["bulan"] for row in rows if row["status"] == "BELUM_BAYAR"] == ["2020-07", "2020-06"]
    months_to_pay = [
        (int(row["tanggalBayar"][:4]) - int(row["bulan"][:4])) * 12
        + int(row["tanggalBayar"][5:7])
        - int(row["bulan"][5:])
        for row in rows
        if row["tanggalBayar"]
    ]
    assert sorted(months_to_pay)[-2:] == [1, 5]


def test_maria_pays_for_herself(upstream: Sandbox) -> None:
    card = upstream.ask("J2", {"memberRef": upstream.ref("23044455505")}).json["cards"][0]
    assert (card["segmen"], card["npp"], card["namaPerusahaan"]) == ("BPU", None, None)
    assert {row["iuranPemberiKerja"]["value"] for row in upstream.months("23044455505")} == {"0.00"}
