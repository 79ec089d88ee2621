"""Who stands behind a card number: the demo people as agreed, everybody else derived from the number itself.

All are fictitious. A person's first card is the anchor from which name, NIK and contacts follow, so nothing is stored.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from demo.sandbox.draw import Draw

KPJ_FORM = re.compile(r"[0-9A-Z]{11}")
NOT_FOUND, BLOCKED, MAINTENANCE, NO_CONTACT, CALCULATING = "90", "91", "92", "98", "99"
_MEN = "AGUS BAMBANG CAHYO DEDI EKO FAJAR GUNAWAN HENDRA IRFAN JOKO KURNIAWAN LUKMAN NUGROHO RIZKI SLAMET YUDI"
_WOMEN = "AYU BUNGA CITRA DEWI ENDANG FITRI HANA INDAH KARTIKA LESTARI NINGSIH PUTRI RATNA SITI TUTI YULIA"
_LAST_NAMES = (
    "ADRIANSYAH FIRMANSYAH HALIM HARAHAP HIDAYAT KUSUMA LUBIS MAHENDRA MANURUNG NASUTION PANGESTU PERMATA PRASETYO "
    "PRATAMA RAHMAN RAMADHAN SAPUTRA SETIAWAN SIMANJUNTAK SIREGAR SUSANTO SUTRISNO TAMBUNAN WIBOWO WIJAYA YUSUF"
)
_PROVINCES = (
    "11 12 13 14 15 16 17 18 19 21 31 32 33 34 35 36 51 52 53 61 62 63 64 65 71 72 73 74 75 76 81 82 91 92 93 94 95 96"
)
_FIRST_YEAR, _LAST_YEAR = 5, 24
_DISTRICTS = ("01", "02", "03", "04", "05", "71")


@dataclass(frozen=True)
class Person:
    """One fictitious member. Contacts are those the upstream holds; either may be missing."""

    name: str
    nik: str
    birth_date: date
    phone: str | None
    email: str | None
    cards: tuple[str, ...]

    @property
    def anchor(self) -> str:
        return self.cards[0]


DEMO_PEOPLE = (
    Person(
        name="BUDI SANTOSA",
        nik="3173051207860012",
        birth_date=date(1986, 7, 12),
        phone="+6282000110567",
        email="budi@contoh.example",
        cards=("24011122201", "17033344402", "12055566603"),
    ),
    Person(
        name="SARI WULANDARI",
        nik="3578105402920004",
        birth_date=date(1992, 2, 14),
        phone="+6282000220678",
        email="sari@contoh.example",
        cards=("19022233393",),
    ),
    Person(
        name="MARIA TANDIONO",
        nik="7371106309880007",
        birth_date=date(1988, 9, 23),
        phone="+6282000330789",
        email="maria@contoh.example",
        cards=("23044455505",),
    ),
    Person(
        name="I WAYAN SUDIANA",
        nik="5171010203900006",
        birth_date=date(1990, 3, 2),
        phone="+6282000440890",
        email="wayan@contoh.example",
        cards=("20077788806",),
    ),
)
_DEMO = {kpj: person for person in DEMO_PEOPLE for kpj in person.cards}


def story(kpj: str) -> str:
    """The last two characters, which tell what happens to a card."""
    return kpj[-2:]


def is_ordinary(kpj: str) -> bool:
    """A card without a story of its own (90 to 99 tell one)."""
    return not ("90" <= story(kpj) <= "99" and story(kpj).isdigit())


def family(kpj: str) -> tuple[str, ...]:
    """All cards of the holder, oldest first. Reversible: each member of a family names the same family.

    Cards whose first two digits are a year (05 to 24) and that agree in the rest may belong together: pairs ten years
    apart or threes six years apart, as the rest decides.
    """
    year, rest = kpj[:2], kpj[2:]
    if not is_ordinary(kpj) or not _is_likely(year):
        return (kpj,)
    size = Draw("family", rest).one_of((1, 1, 1, 1, 1, 2, 2, 2, 3, 3))
    gap, first = {1: (20, 5), 2: (10, 5), 3: (6, 5)}[size]
    offset = (int(year) - first) % gap
    if int(year) >= first + gap * size:
        return (kpj,)
    members = tuple(f"{first + offset + gap * index:02d}{rest}" for index in range(size))
    return (kpj,) if any(member in _DEMO for member in members) else members


@lru_cache(maxsize=4096)
def person_of(kpj: str) -> Person:
    """The holder of any well-formed card number."""
    if kpj in _DEMO:
        return _DEMO[kpj]
    cards = family(kpj)
    draw = Draw("person", cards[0])
    woman = draw.percent(50)
    name = f"{draw.one_of((_WOMEN if woman else _MEN).split())} {draw.one_of(_LAST_NAMES.split())}"
    start = start_year(cards[0])
    born = date(start - draw.between(19, 34), draw.between(1, 12), draw.between(1, 28))
    day = born.day + (40 if woman else 0)
    nik = (
        f"{draw.one_of(_PROVINCES.split())}{draw.one_of(_DISTRICTS)}{draw.between(1, 20):02d}"
        f"{day:02d}{born:%m%y}{draw.between(1, 9999):04d}"
    )
    phone, email = _contacts(cards[0], name, draw)
    return Person(name, nik, born, phone, email, cards)


def _is_likely(year: str) -> bool:
    return year.isdecimal() and _FIRST_YEAR <= int(year) <= _LAST_YEAR


def _contacts(anchor: str, name: str, draw: Draw) -> tuple[str | None, str | None]:
    """Most have both. No operator is known to us to use the prefix 0820, and `.example` is reserved."""
    phone = f"+62820{draw.below(10**8):08d}"
    email = f"{name.split(maxsplit=1)[0].lower()}.{draw.below(2**32):08x}@contoh.example"
    if story(anchor) == NO_CONTACT:
        return None, None
    return draw.one_of(((phone, email), (phone, email), (phone, email), (phone, None), (None, email)))


def start_year(kpj: str) -> int:
    """The year of first membership: the first two digits where they are a likely year, else drawn."""
    year = kpj[:2]
    return 2000 + int(year) if _is_likely(year) else Draw("start", kpj).between(2010, 2024)


def people(*, count: int, seed: str, ending: str | None = None) -> Iterator[Person]:
    """So many different people who can be linked, the same for the same seed; with a story's ending if asked for."""
    seen: set[str] = set()
    index = 0
    while len(seen) < count:
        draw = Draw("people", seed, index)
        index += 1
        last = ending or f"{draw.below(90):02d}"
        kpj = f"{draw.between(_FIRST_YEAR, _LAST_YEAR):02d}{draw.below(10**7):07d}{last}"
        person = person_of(kpj)
        if kpj in _DEMO or person.nik in seen:
            continue
        seen.add(person.nik)
        yield person


def exists(kpj: str) -> bool:
    return KPJ_FORM.fullmatch(kpj) is not None and story(kpj) != NOT_FOUND


def masked_name(name: str) -> str:
    """`BUDI SANTOSA` as `B*** S******`."""
    return " ".join(word[0] + "*" * (len(word) - 1) for word in name.split())


def masked_phone(phone: str) -> str:
    return f"+62 8** **** *{phone[-3:]}"


def masked_email(email: str) -> str:
    local, _, domain = email.partition("@")
    host, _, rest = domain.partition(".")
    return f"{local[0]}***@{host[0]}***.{rest}"
