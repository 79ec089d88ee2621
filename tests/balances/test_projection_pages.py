"""The projection and "Kapan bisa diambil" through the client: what is computed, said, refused, kept off addresses."""

import re
from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.models import AuditRow, Card, User
from tests.factories import make_balance, make_card
from tests.words import tells

pytestmark = pytest.mark.django_db
OCTOBER = datetime(2026, 10, 31, 16, 59, 59, tzinfo=UTC)
NOON = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
ASSUMED = {"low": "3", "middle": "5", "high": "7", "growth": "0", "inflation": "2,5"}
BORN = date(1986, 7, 12)


@pytest.fixture(autouse=True)
def _bells(bells: list[Any]) -> None:
    """No page test needs a broker."""


@pytest.fixture(autouse=True)
def _now() -> Any:
    with time_machine.travel(NOON, tick=False):
        yield


def address_of(card: Card, tail: str = "proyeksi/") -> str:
    return f"/saldo/{card.public_id}/{tail}"


def born(member: User, day: date = BORN) -> None:
    member.birth_date_iso = day.isoformat()
    member.save()


def typed(**changed: str) -> dict[str, str]:
    return {"monthly": "5.000.000", "age": "56", **ASSUMED, **changed}


def page(client: Client, address: str, data: dict[str, str] | None = None, status: int = 200) -> str:
    answer = client.post(address, data) if data is not None else client.get(address)
    assert answer.status_code == status, answer.status_code
    return answer.content.decode()


def estimates(text: str) -> dict[str, int]:
    return {name: int(value) for name, value in re.findall(r'data-outlook="(\w+)" data-estimate="(\d+)"', text)}


# The projection


def test_the_page_reproduces_the_official_simulator(as_member: Client, member: User) -> None:
    """From nothing, five whole years to a birthday: the published Rp19.409.470."""
    card = make_card(member)
    born(member, date(1975, 11, 30))
    text = page(as_member, address_of(card), typed())
    assert estimates(text)["middle"] == 19_409_470
    assert 'data-months="60"' in text
    for words in ("Rp19.409.470", "bukan janji", "Cara Kementerian", "November 2031", "setara"):
        assert words in text


def test_an_unknown_balance_is_left_out_and_said_so(as_member: Client, member: User) -> None:
    card = make_card(member)
    born(member)
    assert "Saldo kartu ini belum kami ketahui" in page(as_member, address_of(card))
    text = page(as_member, address_of(card), typed())
    assert "saldo yang sudah ada belum kami ketahui dan tidak ikut dihitung" in text
    assert "belum diketahui, tidak dihitung" in text
    assert not re.search(r"Rp0(,00)?\b.*Saldo sekarang", text)


def test_a_known_balance_starts_it_with_its_date(as_member: Client, member: User) -> None:
    card = make_card(member)
    make_balance(card, "20000000.00", OCTOBER)
    born(member, date(1971, 10, 12))
    text = page(as_member, address_of(card), typed(monthly="0", age="56"))
    assert estimates(text) == {"low": 20_600_000, "middle": 21_000_000, "high": 21_400_000}
    assert "Rp20.000.000,00" in text
    assert "per 31 Oktober 2026" in text
    assert "Saldo per 31 Oktober 2026" in text
    assert 'data-on="2027-10"' in text


def test_a_birth_date_that_is_not_known_is_asked_for_and_never_kept(as_member: Client, member: User) -> None:
    card = make_card(member)
    assert 'name="birth_date"' in page(as_member, address_of(card))
    page(as_member, address_of(card), typed(), status=422)
    text = page(as_member, address_of(card), typed(birth_date="30-11-1975"))
    assert estimates(text)["middle"] == 19_409_470
    member.refresh_from_db()
    assert member.birth_date is None
    kept = str(dict(as_member.session))
    assert not any(tells(kept, form) for form in ("1975", "1975-11-30", "30-11-1975"))


def test_a_proved_birth_date_is_used_and_not_shown(as_member: Client, member: User) -> None:
    card = make_card(member)
    born(member)
    for text in (page(as_member, address_of(card)), page(as_member, address_of(card), typed())):
        assert 'name="birth_date"' not in text
        assert not any(tells(text, form) for form in ("1986", "1986-07-12", "12-07-1986"))


@pytest.mark.parametrize("segment", ["BPU", "PMI"])
def test_who_pays_a_chosen_amount_types_that_amount(as_member: Client, member: User, segment: str) -> None:
    card = make_card(member, segment=segment)
    born(member, date(1975, 11, 30))
    assert "Iuran JHT sebulan" in page(as_member, address_of(card))
    assert estimates(page(as_member, address_of(card), typed(monthly="285000")))["middle"] == 19_409_470


@pytest.mark.parametrize("monthly", ["5000000", "5.000.000", "Rp5.000.000,00", "Rp 5.000.000", "5,000,000.00"])
def test_amounts_are_read_as_people_write_them(as_member: Client, member: User, monthly: str) -> None:
    card = make_card(member)
    born(member, date(1975, 11, 30))
    assert estimates(page(as_member, address_of(card), typed(monthly=monthly)))["middle"] == 19_409_470


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"monthly": ""}, "Isi jumlahnya"),
        ({"monthly": "lima juta"}, "Tulis jumlah dalam rupiah"),
        ({"monthly": "5.00"}, "Tulis jumlah dalam rupiah"),
        ({"monthly": "-5000000"}, "Tulis jumlah dalam rupiah"),
        ({"monthly": "٥٠٠٠٠٠٠"}, "Tulis jumlah dalam rupiah"),
        ({"monthly": "5.000"}, "Jumlah sebulan ini tidak mungkin"),
        ({"monthly": "5000000000000"}, "Jumlah sebulan ini tidak mungkin"),
        ({"age": "40"}, "Usia itu sudah lewat"),
        ({"age": "x"}, "Tulis usia dalam tahun"),
        ({"age": "400"}, "80"),
        ({"middle": "NaN"}, "Tulis persen setahun"),
        ({"middle": "1e9"}, "Tulis persen setahun"),
        ({"middle": "99"}, "Paling banyak 20 persen"),
        ({"low": "6"}, "Urutkan dari rendah ke tinggi"),
        ({"inflation": ""}, "Isi bagian ini"),
    ],
)
def test_wrong_input_is_named_and_what_was_typed_stays(
    as_member: Client, member: User, wrong: dict[str, str], words: str
) -> None:
    card = make_card(member)
    born(member)
    text = page(as_member, address_of(card), typed(**{"growth": "1,25", **wrong}), status=422)
    assert words in text
    assert "error-summary" in text
    assert 'value="1,25"' in text
    for value in wrong.values():
        assert not value or f'value="{value}"' in text
    assert not estimates(text)


@pytest.mark.parametrize("state", ["locked", "merged"])
def test_a_card_without_a_balance_of_its_own_is_not_projected(as_member: Client, member: User, state: str) -> None:
    card = make_card(member, **({"state": "frozen", "frozen_because": "disputed"} if state == "locked" else {}))
    make_balance(card, merged=state == "merged")
    born(member)
    for data in (None, typed()):
        text = page(as_member, address_of(card), data)
        assert "tidak bisa dihitung ke depan" in text
        assert '<form method="post" action="/saldo/' not in text
        assert "Rp" not in re.sub(r'value="[^"]*"', "", text)


def test_nothing_personal_stands_in_an_address(as_member: Client, member: User) -> None:
    """An address that carries amounts is not read at all: the form is posted and answered at once."""
    card = make_card(member)
    born(member)
    text = page(as_member, address_of(card) + "?monthly=5000000&age=56&low=3&middle=5&high=7")
    assert not estimates(text)
    posted = page(as_member, address_of(card), typed())
    for address in re.findall(r'(?:href|action)="([^"]*)"', posted):
        assert "?" not in address or "bahasa=" in address, address
    assert not re.search(r"<title>[^<]*\d", posted)


def test_the_picture_has_words_and_the_table_a_row_a_year(as_member: Client, member: User) -> None:
    card = make_card(member)
    born(member, date(1975, 11, 30))
    text = page(as_member, address_of(card), typed())
    assert text.count("<polyline") == 3
    for words in ("<title id=", "<desc id=", "rendah 3%", "tengah 5%", "tinggi 7%"):
        assert words in text
    assert text.count('<th scope="row">') == 5  # without an unknown balance's own row
    assert "style=" not in text


def test_a_look_at_the_projection_is_written_down_like_any_look(as_member: Client, member: User) -> None:
    card = make_card(member)
    make_balance(card)
    page(as_member, address_of(card))
    page(as_member, address_of(card, "kapan-bisa-diambil/"))
    assert AuditRow.objects.filter(action="balance_seen_by_member").count() == 1


def test_the_card_is_chosen_where_there_are_several(as_member: Client, member: User) -> None:
    assert "Belum ada kartu" in page(as_member, "/proyeksi/")
    first = make_card(member)
    assert as_member.get("/proyeksi/")["Location"] == address_of(first)
    second = make_card(member)
    text = page(as_member, "/proyeksi/")
    assert address_of(first) in text
    assert address_of(second) in text
    assert 'href="/proyeksi/"' in page(as_member, "/")
    assert f'href="{address_of(first)}"' in page(as_member, address_of(first, ""))


def test_a_strangers_card_is_not_there(as_stranger: Client, member: User) -> None:
    card = make_card(member)
    for address in (address_of(card), address_of(card, "kapan-bisa-diambil/")):
        assert as_stranger.get(address).status_code == 404
    assert as_stranger.post(address_of(card), typed()).status_code == 404


# When it can be claimed


def test_rules_are_applied_to_the_members_own_dates(as_member: Client, member: User) -> None:
    card = make_card(member, joined_on=date(2018, 3, 1), membership="AKTIF")
    make_balance(card, "20000000.00", OCTOBER)
    born(member)
    text = page(as_member, address_of(card, "kapan-bisa-diambil/"))
    for attributes in (
        'data-way="age" data-answer="later" data-on="2042-07-12"',
        'data-way="left" data-answer="not_now"',
        'data-way="partial" data-answer="later" data-on="2028-03-01"',
        'data-way="always" data-answer="always"',
    ):
        assert attributes in text
    for words in ("12 Juli 2042", "1 Maret 2028", "bukan nasihat", "PP 68/2009", "diperiksa 22 November 2026",
                  "Saldo kartu ini per 31 Oktober 2026 melebihi batas itu", "Rp1.500.000", "Mei 2025"):  # fmt: skip
        assert words in text
    assert "Rp20.000.000" not in text


def test_a_date_behind_us_and_an_inactive_card(as_member: Client, member: User) -> None:
    card = make_card(member, membership="NON_AKTIF", joined_on=date(2010, 5, 1), inactive_since=date(2026, 10, 1))
    text = page(as_member, address_of(card, "kapan-bisa-diambil/"))
    assert 'data-way="left" data-answer="reached" data-on="2026-11-01"' in text
    assert 'data-way="partial" data-answer="reached" data-on="2020-05-01"' in text


def test_what_is_not_known_stays_unknown(as_member: Client, member: User) -> None:
    card = make_card(member, membership="")
    text = page(as_member, address_of(card, "kapan-bisa-diambil/"))
    assert text.count('data-answer="unknown"') == 3
    assert "data-on" not in text
    assert "Saldo kartu ini belum kami ketahui" in text


def test_a_card_in_dispute_tells_no_dates(as_member: Client, member: User) -> None:
    card = make_card(
        member, state="frozen", frozen_because="disputed", joined_on=date(2010, 5, 1), inactive_since=date(2020, 1, 1)
    )
    make_balance(card, as_of=timezone.now())
    text = page(as_member, address_of(card, "kapan-bisa-diambil/"))
    assert text.count('data-answer="unknown"') == 3
    assert not tells(text, "2020")
    assert "Saldo kartu ini belum kami ketahui" in text


def test_both_pages_speak_english(as_member: Client, member: User) -> None:
    member.language = "en"
    born(member)
    card = make_card(member)
    assert "an estimate, not a promise" in page(as_member, address_of(card), typed())
    assert "12 July 2042" in page(as_member, address_of(card, "kapan-bisa-diambil/"))
