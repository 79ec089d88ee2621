"""The pure rules about numbers, dates and forms, by table."""

from datetime import date

import pytest

from accounts import kpj, nik
from accounts.forms.sign_in import CodeForm, LinkForm, read_date

GOOD = {"kpj": "20077788806", "nik": "5171010203900006", "name": "I WAYAN SUDIANA", "birth_date": "02-03-1990"}


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("20077788806", "20077788806"),
        (" 2007-7788-806 ", "20077788806"),
        ("2007.7788.806", "20077788806"),
        ("93a12345678", "93A12345678"),
    ],
)
def test_a_kpj_is_read_as_people_type_it(typed, read):
    assert kpj.normalise(typed) == read


@pytest.mark.asvs("V1.3.3")
@pytest.mark.parametrize(
    "typed", ["", "2007778880", "200777888066", "2007778880é", "2007778880!", "２００７７７８８８０６"]
)
def test_what_is_no_kpj(typed):
    with pytest.raises(ValueError, match="11 characters"):
        kpj.normalise(typed)


@pytest.mark.parametrize("typed", ["3171011708450001", "3171 0117 0845 0001", "3171.0117.0845.0001"])
def test_a_nik_is_read_as_people_type_it(typed):
    assert nik.normalise(typed) == "3171011708450001"


@pytest.mark.parametrize(
    "typed", ["", "317101170845000", "31710117084500011", "317101170845000A", "３１７１０１１７０８４５０００１"]
)
def test_what_is_no_nik(typed):
    with pytest.raises(ValueError, match="16 digits"):
        nik.normalise(typed)


@pytest.mark.asvs("V2.1.2", "V2.2.3")
@pytest.mark.parametrize(
    ("number", "born", "agrees"),
    [
        ("3171011708450001", date(1945, 8, 17), True),
        ("3578105402920004", date(1992, 2, 14), True),  # a woman: 14 + 40
        ("3171010107010001", date(2001, 7, 1), True),  # the century is not guessed
        ("3171010107010001", date(1901, 7, 1), True),
        ("3171011708450001", date(1945, 8, 18), False),
        ("3171011708450001", date(1945, 9, 17), False),
        ("3171011708450001", date(1946, 8, 17), False),
        ("3171019708450001", date(1945, 8, 17), False),  # 97 is no day, not even plus 40
        ("3171014008450001", date(1945, 8, 31), False),
    ],
)
def test_a_nik_agrees_with_the_birth_date(number, born, agrees):
    assert nik.agrees_with_birth_date(number, born) is agrees


@pytest.mark.parametrize(
    ("number", "known"), [("3171011708450001", True), ("9671011708450001", True), ("0071011708450001", False)]
)
def test_regions(number, known):
    assert nik.has_known_region(number) is known


@pytest.mark.parametrize(
    "typed",
    [
        "02-03-1990",
        "2-3-1990",
        "02/03/1990",
        "02.03.1990",
        "02 03 1990",
        "02031990",
        " 2 Maret 1990 ",
        "2 mar 1990",
        "2-March-1990",
        "1990-03-02",
    ],
)
def test_a_birth_date_is_read_forgivingly(typed):
    assert read_date(typed) == date(1990, 3, 2)


@pytest.mark.parametrize(
    "typed", ["", "kemarin", "02-03-90", "31-02-1990", "02-13-1990", "2 Foo 1990", "02-03-1990 pagi", "1990"]
)
def test_what_is_no_date(typed):
    with pytest.raises(ValueError):  # noqa: PT011 - any reason
        read_date(typed)


def test_the_form_gives_normalised_values():
    form = LinkForm({**GOOD, "kpj": "2007 7788 806", "name": "  I  WAYAN SUDIANA "})
    assert form.is_valid(), form.errors
    assert form.cleaned_data == {
        "kpj": "20077788806",
        "nik": "5171010203900006",
        "name": "I WAYAN SUDIANA",
        "birth_date": date(1990, 3, 2),
    }
    assert form.warnings() == []


@pytest.mark.asvs("V2.2.1")
@pytest.mark.parametrize(
    ("field", "typed", "says"),
    [
        ("kpj", "123", "11 karakter"),
        ("kpj", "", "Isi nomor KPJ"),
        ("nik", "123", "16 angka"),
        ("nik", "", "Isi NIK"),
        ("name", "", "Isi nama lengkap"),
        ("name", "I", "seperti di KTP"),
        ("birth_date", "", "Isi tanggal lahir"),
        ("birth_date", "2 Foo 1990", "hari, bulan, tahun"),
        ("birth_date", "01-01-1850", "tidak mungkin"),
        ("birth_date", "01-01-2999", "tidak mungkin"),
        ("birth_date", "03-03-1990", "tidak cocok dengan NIK"),
    ],
)
def test_each_mistake_is_said_at_its_field_and_what_was_typed_stays(field, typed, says):
    form = LinkForm({**GOOD, field: typed})
    assert list(form.errors) == [field]
    assert says in form.errors[field][0]
    assert form[field].value() == typed


def test_letters_and_unknown_regions_only_warn():
    form = LinkForm({**GOOD, "kpj": "93A12345678", "nik": "0071010203900006"})
    assert form.is_valid()
    assert len(form.warnings()) == 2


@pytest.mark.parametrize(
    ("typed", "valid"), [("123456", True), ("123 456", True), ("12345", False), ("abcdef", False), ("", False)]
)
def test_a_code_has_six_digits(typed, valid):
    assert CodeForm({"code": typed}).is_valid() is valid
