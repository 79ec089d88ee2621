"""The alphabet of one short message."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms.gsm7 import SEGMENT, fits, plain, septets


@pytest.mark.parametrize(
    ("text", "length"), [("", 0), ("SALDO", 5), ("Rp1.234.567,00", 14), ("[1]", 5), ("€", 2), ("a\nb", 3), ("é", 1)]
)
def test_length_counts_septets(text: str, length: int) -> None:
    assert septets(text) == length


@pytest.mark.parametrize("text", ["•", "ê", "•••• 2201", "漢", "😀", "\t"])
def test_a_sign_outside_the_alphabet_is_named_an_error(text: str) -> None:
    with pytest.raises(ValueError, match="alphabet"):
        septets(text)


@pytest.mark.parametrize(
    ("text", "simple"), [("KPJ •2201", "KPJ *2201"), ("ê…“a”", 'e..."a"'), ("漢", "?"), ("[ok]", "?ok?")]
)
def test_texts_are_brought_into_the_basic_alphabet(text: str, simple: str) -> None:
    assert plain(text) == simple


@given(st.text())
def test_a_plain_text_can_always_be_counted(text: str) -> None:
    assert septets(plain(text)) == len(plain(text))


def test_one_segment_is_the_limit() -> None:
    assert fits("a" * SEGMENT)
    assert not fits("a" * (SEGMENT + 1))
    assert not fits("[" * (SEGMENT // 2 + 1))
