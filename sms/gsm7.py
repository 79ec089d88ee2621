"""What fits into one short message: the GSM 7-bit default alphabet of 3GPP TS 23.038 (section 6.2.1). Pure.

Outside of it a gateway sends a question mark, or needs UCS-2 with 70 places; so replies keep to it.
"""

import unicodedata
from typing import Final

SEGMENT: Final = 160  # septets of one message
_BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION: Final = frozenset("^{}\\[~]|€\f")  # an escape before each, so two septets
_INSTEAD: Final = str.maketrans(
    {"•": "*", "…": "...", "–": "-", "—": "-", "‘": "'", "’": "'", "“": '"', "”": '"', "\u00a0": " ", "\t": " "}
)


def septets(text: str) -> int:
    """How long the text is on the air. Raises ValueError for a sign outside the alphabet."""
    if any(sign not in _BASIC and sign not in _EXTENSION for sign in text):
        raise ValueError("a sign outside the GSM 7-bit alphabet")
    return sum(2 if sign in _EXTENSION else 1 for sign in text)


def fits(text: str) -> bool:
    try:
        return septets(text) <= SEGMENT
    except ValueError:
        return False


def plain(text: str) -> str:
    """The text in the basic alphabet alone: typographic signs and accents give way, what is left becomes "?"."""
    return "".join(_plain_sign(sign) for sign in text.translate(_INSTEAD))


def _plain_sign(sign: str) -> str:
    if sign in _BASIC:
        return sign
    bare = "".join(one for one in unicodedata.normalize("NFKD", sign) if not unicodedata.combining(one))
    return bare if bare and all(one in _BASIC for one in bare) else "?"
