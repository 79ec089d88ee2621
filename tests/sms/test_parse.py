"""Every published variant of the texts to 2757, and the slips people make. The numbers are fictitious."""

import time
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms.parse import (
    BadNumber,
    Balance,
    Command,
    Help,
    Info,
    Register,
    Stop,
    Unknown,
    Unreadable,
    Wrong,
    parse,
)

NIK, KPJ, BORN = "3173051207860012", "24011122201", date(1986, 7, 12)
WHOLE = Register(nik=NIK, birth_date=BORN, kpj=KPJ, email="budi@contoh.example")
BARE = Register(nik=NIK, birth_date=BORN, kpj=KPJ)
NAMED = Register(nik=NIK, birth_date=BORN, kpj=KPJ, name="BUDI SANTOSA")


@pytest.mark.parametrize(
    ("text", "read"),
    [
        # As the papers print it, form A
        (f"DAFTAR SALDO#{NIK}#12-07-1986#{KPJ}#budi@contoh.example", WHOLE),
        (f"Daftar SALDO#{NIK}#12071986#{KPJ}#budi@contoh.example", WHOLE),
        (f"DAFTAR SALDO#{NIK}#12_07_1986#{KPJ}#budi@contoh.example", WHOLE),
        (f"DAFTAR SALDO#{NIK}#12/07/1986#{KPJ}", BARE),
        (f"DAFTAR SALDO#{NIK}#12.07.1986#{KPJ}", BARE),
        (f"DAFTAR SALDO #{NIK}#12-07-1986#{KPJ}#", BARE),
        # Form B, with the name
        (f"DAFTAR SALDO#{NIK}#BUDI SANTOSA#12-07-1986#{KPJ}", NAMED),
        (
            f"DAFTAR SALDO#{NIK}#BUDI SANTOSA#12-07-1986#{KPJ}#budi@contoh.example",
            Register(nik=NIK, birth_date=BORN, kpj=KPJ, name="BUDI SANTOSA", email="budi@contoh.example"),
        ),
        (
            f"DAFTAR SALDO#{NIK}#D'Arc Siti-Nur, S.Pd.#12-07-1986#{KPJ}",
            Register(nik=NIK, birth_date=BORN, kpj=KPJ, name="D'Arc Siti-Nur, S.Pd."),
        ),
        # Honest slips
        (f"  daftar   saldo # {NIK} # 12-07-1986 # {KPJ} # BUDI@contoh.example ", WHOLE),
        (f"daftarsaldo#{NIK}#12-07-1986#{KPJ}", BARE),
        (f"ceksaldo {KPJ}", Balance(kpj=KPJ)),
        (f"DAFTAR#{NIK}#12-07-1986#{KPJ}", BARE),
        (f"DAFTAR SALD0#{NIK}#12-07-1986#{KPJ}", BARE),
        (f"DAFATR SALDO#{NIK}#12-07-1986#{KPJ}", BARE),
        ("DAFTAR SALDO#3173 0512 0786 0012#12-7-1986#2401 1122 201", BARE),
        (f"DAFTAR SALDO {NIK} 12-07-1986 {KPJ}", BARE),
        (f"DAFTAR SALDO*{NIK}*12-07-1986*{KPJ}", BARE),
        (f"DAFTAR SALDO;{NIK};12-07-1986;{KPJ}", BARE),
        (f'"DAFTAR SALDO#{NIK}#12-07-1986#{KPJ}"', BARE),
        (f"ＤＡＦＴＡＲ SALDO＃{NIK}＃12-07-1986＃{KPJ}", BARE),
        (f"REGISTER BALANCE#{NIK}#12-07-1986#{KPJ}", Register(nik=NIK, birth_date=BORN, kpj=KPJ, english=True)),
        # What cannot be read, and which part
        (f"DAFTAR SALDO#317305120786001#12-07-1986#{KPJ}", Unreadable(wrong=Wrong.NIK)),
        (f"DAFTAR SALDO#{NIK}#31-02-1986#{KPJ}", Unreadable(wrong=Wrong.BIRTH_DATE)),
        (f"DAFTAR SALDO#{NIK}#12-07-86#{KPJ}", Unreadable(wrong=Wrong.BIRTH_DATE)),
        (f"DAFTAR SALDO#{NIK}#12-07-1986#2401112220", Unreadable(wrong=Wrong.KPJ)),
        (f"DAFTAR SALDO#{NIK}#12-07-1986#{KPJ}#budi.contoh", Unreadable(wrong=Wrong.EMAIL)),
        ("DAFTAR SALDO", Unreadable(wrong=Wrong.SHAPE)),
        ("DAFTAR", Unreadable(wrong=Wrong.SHAPE)),
        (f"DAFTAR SALDO#{NIK}", Unreadable(wrong=Wrong.SHAPE)),
        ("DAFTAR SALDO#1#2#3#4#5#6", Unreadable(wrong=Wrong.SHAPE)),
        # The balance
        (f"SALDO {KPJ}", Balance(kpj=KPJ)),
        (f"saldo {KPJ}", Balance(kpj=KPJ)),
        (f"Saldo  {KPJ}.", Balance(kpj=KPJ)),
        (f"SALDO#{KPJ}", Balance(kpj=KPJ)),
        (f"SALDO{KPJ}", Balance(kpj=KPJ)),
        (f"SALDO: {KPJ}", Balance(kpj=KPJ)),
        (f"SALD0 {KPJ}", Balance(kpj=KPJ)),
        (f"SALDI {KPJ}", Balance(kpj=KPJ)),
        (f"CEK SALDO {KPJ}", Balance(kpj=KPJ)),
        (f"CEK SALDO JHT {KPJ}", Balance(kpj=KPJ)),
        ("SALDO 240-1112-2201", Balance(kpj=KPJ)),
        ("SALDO 09j40007865", Balance(kpj="09J40007865")),
        ("SALDO", Balance()),
        ("saldo jht", Balance()),
        ("INFO SALDO", Balance()),
        ("SALDO 2201", Balance(last_four="2201")),
        ("BALANCE 2201", Balance(last_four="2201", english=True)),
        ("SALDO 123", BadNumber()),
        ("SALDO berapa", BadNumber()),
        # The rest
        ("BANTUAN", Help()),
        ("help", Help(english=True)),
        ("INFO", Info()),
        ("BERHENTI", Stop()),
        ("Stop.", Stop(english=True)),
        ("UNREG SALDO", Stop()),
        ("", Unknown()),
        ("   ", Unknown()),
        ("halo selamat pagi", Unknown()),
        ("2757", Unknown()),
        ("\x00\u202e", Unknown()),
        ("SALDO " + "9" * 500, Unknown()),
    ],
)
def test_a_text_is_read_as_meant(text: str, read: Command) -> None:
    assert parse(text) == read


def test_the_personal_parts_stay_out_of_a_commands_own_printing() -> None:
    assert NIK not in repr(parse(f"DAFTAR SALDO#{NIK}#12-07-1986#{KPJ}"))
    assert KPJ not in repr(parse(f"SALDO {KPJ}"))


@given(st.text(max_size=600))
def test_no_text_makes_it_raise(text: str) -> None:
    assert isinstance(parse(text), Command)


@given(
    st.lists(
        st.sampled_from(["DAFTAR", "SALDO", "#", " ", NIK, KPJ, "12-07-1986", "ANI", "a@b.id", "\n", "0"]), max_size=30
    )
)
def test_no_mixture_of_real_parts_makes_it_raise(parts: list[str]) -> None:
    assert isinstance(parse("".join(parts)), Command)


@pytest.mark.parametrize("piece", ["#", " ", "SALDO ", "DAFTAR SALDO#", "1-", "a@", "@", "CEK ", "é", "A"])
def test_twice_the_text_takes_about_twice_the_time(piece: str) -> None:
    """Counted against itself in one run: a text a hundred times over the cap costs no more than one at the cap."""

    def cost(size: int) -> float:
        text = (piece * size)[:size]
        began = time.perf_counter()
        for _ in range(20):
            parse(text)
        return time.perf_counter() - began

    cost(400)
    assert min(cost(48_000) for _ in range(3)) < 20 * max(cost(480) for _ in range(3))
