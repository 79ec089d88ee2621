"""The card number, Kartu Peserta Jamsostek: 11 characters 0-9 A-Z. Older cards carry letters; they only warn."""

import re

_SHAPE = re.compile(r"[0-9A-Z]{11}")


def normalise(typed: str) -> str:
    """Upper case, without the blanks, dots and dashes people type. Raises ValueError when it is not 11 characters."""
    kpj = re.sub(r"[\s.\-]", "", typed).upper()
    if not _SHAPE.fullmatch(kpj):
        raise ValueError("a KPJ has 11 characters 0-9 A-Z")
    return kpj


def has_letters(kpj: str) -> bool:
    return not kpj.isdigit()


def last_four(kpj: str) -> str:
    return kpj[-4:]
