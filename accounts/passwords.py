"""Whether a password is easy to guess. No rule about kinds of signs: what counts is the cheapest way to describe it.

A guesser builds passwords out of words, names, years, runs on the keyboard and repetitions. `effort` counts the fewest
such pieces, each at its price, that make up the password; ADR 26 gives the reasons and the prices.
"""

import gzip
import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO, Final

from django.conf import settings
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

ENOUGH: Final = 8  # pieces; eight characters that nothing describes, or three unrelated words
COMMON_WORD, NEARBY_WORD, RUN, REPETITION, TWO_DIGITS, YEAR = 3, 1, 1, 1, 1, 1
_LONGEST_PIECE: Final = 24
_MOST_LOOKED_AT: Final = 64  # characters; the rest can only add effort
_SHORTEST_COMMON, _SHORTEST_NEARBY, _SHORTEST_RUN, _SHORTEST_REPEAT = 4, 3, 4, 3
# What everybody thinks of on this very page.
_SITE_WORDS: Final = (
    "bpjs", "bpjstk", "bpjsku", "jht", "jamsostek", "ketenagakerjaan", "tenagakerja", "saldo", "saldoku", "portal",
    "kpj", "jmo", "peserta", "kartu", "contoh",
)  # fmt: skip
_ROWS: Final = (
    "`1234567890-=",
    "~!@#$%^&*()_+",
    "qwertyuiop[]",
    "asdfghjkl;'",
    "zxcvbnm,./",
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
)
_LINES: Final = tuple(line for row in _ROWS for line in (row, row[::-1]))
_LEET: Final = (
    str.maketrans("013457@$!890", "oieastasibgo"),
    str.maketrans("013457@$!890", "oleastaslbgo"),
)
_DATA: Final = Path(__file__).parent / "data"
_DJANGOS_LIST: Final = Path(password_validation.__file__).parent / "common-passwords.txt.gz"


def effort(password: str, nearby: Iterable[str] = ()) -> int:
    """The fewest priced pieces that make up this password. `nearby`: words of the person and of the site."""
    text = password.casefold()[:_MOST_LOOKED_AT]
    spellings = [text, *(text.translate(table) for table in _LEET if len(text.translate(table)) == len(text))]
    close = {word.casefold() for word in nearby if len(word) >= _SHORTEST_NEARBY}
    least = [0]
    for end in range(1, len(text) + 1):
        single = least[end - 1] + 1
        starts = range(max(0, end - _LONGEST_PIECE), end - 1)
        pieces = (least[start] + price for start in starts if (price := _price(spellings, start, end, close)))
        least.append(min(single, min(pieces, default=single)))
    return least[-1]


def _price(spellings: list[str], start: int, end: int, close: set[str]) -> int:
    """What this stretch costs as one piece; 0 where it is none."""
    piece = spellings[0][start:end]
    if _is_pattern(spellings[0], start, end):
        return RUN
    words = [spelling[start:end] for spelling in spellings]
    if any(word in close for word in words):
        return NEARBY_WORD
    if any(word in common_words() or word[::-1] in common_words() for word in words):
        return COMMON_WORD
    return TWO_DIGITS if re.fullmatch(r"[0-9]{2}", piece) else 0


def _is_pattern(text: str, start: int, end: int) -> bool:
    piece, length = text[start:end], end - start
    if length >= _SHORTEST_REPEAT and len(set(piece)) == 1:
        return True
    if length >= _SHORTEST_RUN and any(piece in line for line in _LINES):
        return True
    if length >= 2 and text[max(0, start - length) : start] == piece:  # noqa: PLR2004 - said a second time
        return True
    return bool(re.fullmatch(r"(19|20)[0-9]{2}", piece))


@lru_cache(maxsize=1)
def common_words() -> frozenset[str]:
    with gzip.open(_DJANGOS_LIST, "rt", encoding="utf-8") as packed:
        known = {line.strip() for line in packed}
    known.update((_DATA / "common-words.txt").read_text(encoding="utf-8").split())
    return frozenset(word for word in known if len(word) >= _SHORTEST_COMMON)


def words_near(user: Any) -> Iterator[str]:
    """What a guesser who knows the person and the site would try first."""
    yield from _SITE_WORDS
    told = (settings.SITE_NAME, settings.OPERATOR_NAME, getattr(user, "email", ""), getattr(user, "name", ""))
    for text in told:
        parts = re.split(r"[^a-z]+", (text or "").casefold())
        yield from parts
        yield "".join(parts)


class GuessableValidator:
    """A password that few guesses lead to is refused, however many kinds of signs it has."""

    def validate(self, password: str, user: Any = None) -> None:
        if effort(password, words_near(user)) < ENOUGH:
            raise ValidationError(
                _("Kata sandi ini mudah ditebak. Gabungkan empat kata yang tidak berhubungan satu sama lain."),
                code="guessable",
            )

    def get_help_text(self) -> str:
        return ""


class BreachedValidator:
    """A password of the operator's file of leaked ones is refused. Nothing leaves this machine."""

    def validate(self, password: str, user: Any = None) -> None:
        path = settings.BREACHED_PASSWORDS_FILE
        if path and is_listed(Path(path), password):
            raise ValidationError(
                _("Kata sandi ini pernah bocor di tempat lain, jadi orang lain bisa mencobanya. Pilih yang lain."),
                code="breached",
            )

    def get_help_text(self) -> str:
        return ""


# The file: one SHA-1 in hex a line, sorted, anything after a colon ignored: as "Have I Been Pwned" gives it out.

_HEX: Final = 40


def is_listed(path: Path, password: str) -> bool:
    """Binary search by seeking: some forty short reads, however large the file."""
    wanted = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper().encode()
    with path.open("rb") as lines:
        low, high = 0, os.fstat(lines.fileno()).st_size
        while low < high:
            middle = (low + high) // 2
            found = _line_from(lines, middle)
            if found[:_HEX].upper() == wanted:
                return True
            if not found or found[:_HEX].upper() > wanted:
                high = middle
            else:
                low = middle + 1
    return False


def _line_from(lines: BinaryIO, position: int) -> bytes:
    """The first line that begins at or after this position; b"" where none does."""
    lines.seek(max(0, position - 1))
    if position:
        lines.readline()  # up to the line end before it
    return lines.readline()


def refuse_a_broken_list(path: Path) -> None:
    """Raises ValueError where the file is not what `is_listed` can search."""
    with path.open("rb") as lines:
        size = os.fstat(lines.fileno()).st_size
        sample = [_line_from(lines, size * part // 100)[:_HEX].upper() for part in range(99)]
    hashes = [line for line in sample if line]
    if not hashes or not all(re.fullmatch(rb"[0-9A-F]{40}", line) for line in hashes):
        raise ValueError("it must hold one SHA-1 in hex a line")
    if hashes != sorted(hashes):
        raise ValueError("its lines must be sorted by hash")
