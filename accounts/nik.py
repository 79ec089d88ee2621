"""The national id number, NIK: 16 digits PPRRSS DDMMYY XXXX; for women the day is 40 higher.

Regions are split and renamed, so an unknown region only warns: a province's health system once locked real people out.
"""

import re
from datetime import date

# Provinces by the first two digits, 38 since 2022; source: Kemendagri codes as in python-stdnum and public readers.
_PROVINCES = frozenset(
    [*range(11, 20), 21, *range(31, 37), *range(51, 54), *range(61, 66), *range(71, 77), 81, 82, *range(91, 97)]
)
_FEMALE_DAY_OFFSET = 40


def normalise(typed: str) -> str:
    """Digits only. Raises ValueError when there are not 16 of them."""
    nik = re.sub(r"[\s.\-]", "", typed)
    if not re.fullmatch(r"[0-9]{16}", nik):
        raise ValueError("a NIK has 16 digits")
    return nik


def agrees_with_birth_date(nik: str, born: date) -> bool:
    """Whether its DDMMYY is this date; the century is never guessed from the number."""
    day, month, year = int(nik[6:8]), int(nik[8:10]), int(nik[10:12])
    days = (born.day, born.day + _FEMALE_DAY_OFFSET)  # never modulo 40: days 81 to 99 would pass
    return day in days and (month, year) == (born.month, born.year % 100)


def has_known_region(nik: str) -> bool:
    return int(nik[:2]) in _PROVINCES
