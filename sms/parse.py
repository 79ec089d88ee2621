"""What a member typed, as a command. Pure; never raises, and takes time in proportion to the text's length.

Formats as published for 2757: `DAFTAR SALDO#NIK#tanggal lahir#KPJ[#email]`, the same with the name after the NIK, and
`SALDO <KPJ>`; with the slips people really make. Nothing here knows who is asking.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from enum import StrEnum
from typing import Final

from accounts import kpj as card_number
from accounts import nik as national_id

LONGEST: Final = 480  # characters of a text we read; three segments hold every real one
_OLDEST: Final = date(1900, 1, 1)


class Wrong(StrEnum):
    """Which part of a registration cannot be read. It tells a person what to mend and nothing about anybody's data."""

    SHAPE = "shape"
    NIK = "nik"
    NAME = "name"
    BIRTH_DATE = "birth_date"
    KPJ = "kpj"
    EMAIL = "email"


@dataclass(frozen=True, kw_only=True)
class Command:
    english: bool = False


@dataclass(frozen=True, kw_only=True, repr=False)
class Register(Command):
    nik: str
    birth_date: date
    kpj: str
    name: str = ""
    email: str = ""


@dataclass(frozen=True, kw_only=True)
class Unreadable(Command):
    """A registration that cannot be read."""

    wrong: Wrong


@dataclass(frozen=True, kw_only=True, repr=False)
class Balance(Command):
    """At most one of the two is given; neither means "mine"."""

    kpj: str = ""
    last_four: str = ""


@dataclass(frozen=True, kw_only=True)
class BadNumber(Command):
    """A balance asked for something that is no card number."""


@dataclass(frozen=True, kw_only=True)
class Help(Command):
    pass


@dataclass(frozen=True, kw_only=True)
class Info(Command):
    pass


@dataclass(frozen=True, kw_only=True)
class Stop(Command):
    pass


@dataclass(frozen=True, kw_only=True)
class Agree(Command):
    """Said alone: words after it may take it back."""


@dataclass(frozen=True, kw_only=True)
class Unknown(Command):
    pass


_WORDS: Final[dict[str, tuple[str, bool]]] = {
    "DAFTAR": ("register", False),
    "REGISTRASI": ("register", False),
    "REG": ("register", False),
    "DAFTARSALDO": ("register", False),
    "REGISTER": ("register", True),
    "SALDO": ("balance", False),
    "CEKSALDO": ("balance", False),
    "BALANCE": ("balance", True),
    "BANTUAN": ("help", False),
    "BANTU": ("help", False),
    "HELP": ("help", True),
    "INFO": ("info", False),
    "BERHENTI": ("stop", False),
    "UNREG": ("stop", False),
    "STOP": ("stop", True),
    "SETUJU": ("agree", False),
    "AGREE": ("agree", True),
}
_FILLERS: Final = frozenset({"CEK", "CHECK", "JHT", "INFO", "TOLONG", "MOHON", "MINTA"})
_FIRST_WORD: Final = re.compile(r"[A-Z0-9]*")
_BEFORE_A_NUMBER: Final = re.compile(r"\A(?:(?:SALDO|BALANCE|JHT|KPJ|NOMOR|NO)\b[ #:.-]*)+", re.IGNORECASE)
_DATE: Final = re.compile(r"(\d{1,2})[-_/. ](\d{1,2})[-_/. ](\d{4})|(\d{2})(\d{2})(\d{4})")
_EMAIL: Final = re.compile(r"[^@\s]{1,64}@[^@\s.]+(?:\.[^@\s.]+)+")
_NAME: Final = re.compile(r"[^\W\d_][^\d#]{1,139}")


def parse(text: str) -> Command:
    shown = _tidy(text)
    if not shown or len(shown) > LONGEST:
        return Unknown()
    word, rest = _keyword(shown)
    if not word:
        return Unknown()
    kind, english = _WORDS[word]
    if kind == "register":
        return _registration(rest, english=english)
    if kind == "balance":
        return _balance(rest, english=english)
    if kind == "agree":
        return Unknown() if rest else Agree(english=english)
    return {"help": Help, "info": Info, "stop": Stop}[kind](english=english)


def _tidy(text: str) -> str:
    """One blank between words, no invisible signs, full-width forms made plain; nothing else is changed."""
    told = unicodedata.normalize("NFKC", text[: LONGEST * 2])
    seen = "".join(one if one.isprintable() else " " for one in told)
    return " ".join(seen.split()).strip(" .,;:!\"'<>*")


def _keyword(text: str) -> tuple[str, str]:
    """The command's word, forgiving one slip and words before it, and what follows it."""
    rest = text
    for _ in range(3):
        upper = rest.upper()
        typed = _letters_of(upper)
        word = _known(typed)
        after = rest[len(typed) :].lstrip(" #:.,-")
        if word and not (typed in _FILLERS and _known(_letters_of(after.upper()))):
            return word, after
        if typed not in _FILLERS:
            return "", ""
        rest = after
    return "", ""


def _letters_of(upper: str) -> str:
    """The first word; a number glued to it is not part of it ("SALDO24011122201"), a zero for an O is ("SALD0")."""
    found = _FIRST_WORD.match(upper)
    word = found.group() if found else ""
    digits = next((at for at in range(len(word)) if word[at:].isdigit() and len(word) - at > 1), len(word))
    return word[:digits]


def _known(typed: str) -> str:
    word = typed.replace("0", "O").replace("1", "I")
    if word in _WORDS:
        return word
    close = get_close_matches(word, _WORDS, n=1, cutoff=0.8) if 5 <= len(word) <= 12 else []  # noqa: PLR2004
    return close[0] if close else ""


def _balance(rest: str, *, english: bool) -> Command:
    asked = _BEFORE_A_NUMBER.sub("", rest).strip(" #")
    if not asked:
        return Balance(english=english)
    if re.fullmatch(r"\d{4}", asked):
        return Balance(last_four=asked, english=english)
    try:
        return Balance(kpj=card_number.normalise(asked), english=english)
    except ValueError:
        return BadNumber(english=english)


def _registration(rest: str, *, english: bool) -> Command:
    body = re.sub(r"^(?:SALDO|SALD0|BALANCE)\b[ #:]*", "", rest, flags=re.IGNORECASE)
    fields = [one.strip() for one in re.split(r"[#*;|]", body)]
    fields = [one for one in fields if one]
    if len(fields) < 3:  # noqa: PLR2004 - NIK, date and KPJ at least
        fields = _by_blanks(body)
    if not 3 <= len(fields) <= 5:  # noqa: PLR2004
        return Unreadable(wrong=Wrong.SHAPE, english=english)
    return _read(fields, english=english)


def _by_blanks(body: str) -> list[str]:
    """Typed with blanks for "#": only without a name, for a name has blanks of its own."""
    words = body.split()
    return words if 3 <= len(words) <= 4 else []  # noqa: PLR2004


def _read(fields: list[str], *, english: bool) -> Command:
    named = len(fields) > 3 and _date(fields[1]) is None and _looks_like_name(fields[1])  # noqa: PLR2004
    name = fields.pop(1) if named else ""
    nik, born, number, *more = [*fields, ""][:4]
    wrong = _first_wrong(nik, born, number, more[0])
    birth_date = _date(born)
    if wrong or birth_date is None:
        return Unreadable(wrong=wrong or Wrong.BIRTH_DATE, english=english)
    return Register(
        nik=national_id.normalise(nik),
        birth_date=birth_date,
        kpj=card_number.normalise(number),
        name=" ".join(name.split()),
        email=more[0].lower(),
        english=english,
    )


def _looks_like_name(text: str) -> bool:
    return bool(_NAME.fullmatch(text)) and "@" not in text


def _first_wrong(nik: str, born: str, number: str, email: str) -> Wrong | None:
    if not _reads(national_id.normalise, nik):
        return Wrong.NIK
    if _date(born) is None:
        return Wrong.BIRTH_DATE
    if not _reads(card_number.normalise, number):
        return Wrong.KPJ
    if email and not _EMAIL.fullmatch(email):
        return Wrong.EMAIL
    return None


def _reads(rule: Callable[[str], str], text: str) -> bool:
    try:
        rule(text)
    except ValueError:
        return False
    return True


def _date(text: str) -> date | None:
    """DDMMYYYY, or with - _ / . or a blank between. Two-digit years are not guessed."""
    found = _DATE.fullmatch(text)
    if not found:
        return None
    day, month, year = (int(one) for one in found.groups() if one)
    try:
        born = date(year, month, day)
    except ValueError:
        return None
    return born if born >= _OLDEST else None
