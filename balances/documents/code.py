"""The code a paper carries: 60 bits in letters and digits that cannot be mistaken for one another. Pure; no Django."""

from __future__ import annotations

import re

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # no 0, 1, I, O
LENGTH = 12  # of 32 signs each: 60 bits


def code_from(digest: bytes) -> str:
    """The first 60 bits of a keyed hash."""
    number = int.from_bytes(digest[:8], "big") >> 4
    return "".join(ALPHABET[number >> 5 * place & 31] for place in reversed(range(LENGTH)))


def grouped(code: str) -> str:
    """K7QF-2M9X-TR4D, to be read out and typed."""
    return "-".join(code[start : start + 4] for start in range(0, LENGTH, 4))


def read_code(typed: str) -> str | None:
    """Small letters, blanks and dashes do not matter; None where it cannot be a code."""
    code = re.sub(r"[\s\-–.]", "", typed).upper()
    return code if len(code) == LENGTH and set(code) <= set(ALPHABET) else None
