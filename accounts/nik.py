"""The national id number, NIK: 16 digits PPRRSS DDMMYY XXXX; for women the day is 40 higher.

Regions are split and renamed, so an unknown region only warns (domain notes: a province once locked real people out by checking it).
"""

import re
from datetime import date

# Provinces by the first two digits, 38 since 2022; source: Kemendagri codes as in python-stdnum and public readers.
_PROVINCES = frozenset(
    "11 12 13 14 15 16 17 18 19 21 31 32 33 34 35 36 51 52 53 61 62 63 64 65 71 72 73 74 75 76 81 82 91 92 93 94 95 96".split()
)
_FEMALE_DAY_OFFSET = 40


def normalise(typed: str) -> str:
    """Digits only. Raises ValueError when there are not 16 of them."""
    nik = re.sub(r"[\s.\-]", "", typed)
    if not (re.fullmatch(r"[0-9]{16}", nik)):
        raise ValueError("a NIK has 16 digits")
    return nik


def agrees_with_birth_date(nik: str, born: date) -> bool:
    """Whether its DDMMYY is this date; the century is never guessed from the number."""
    day, month, year = int(nik[6:8]), int(nik[8:10]), int(nik[10:12])
    return (day % _FEMALE_DAY_OFFSET if day > _FEMALE_DAY_OFFSET else day, month, year) == (
        born.day,
        born.month,
        born.year % 100,
    )


def has_known_region(nik: str) -> bool:
    return nik[:2] in _PROVINCES
