"""Phone numbers in one form."""

import pytest

from sms.phone import masked, normalise


@pytest.mark.parametrize(
    "typed",
    ["+6281234567890", "6281234567890", "081234567890", "0812-3456-7890", "+62 812 3456 7890", "62 812 34567890"],
)
def test_a_number_has_one_form(typed: str) -> None:
    assert normalise(typed) == "+6281234567890"


def test_a_number_from_abroad_stays_one() -> None:
    assert normalise("+60123456789") == "+60123456789"


@pytest.mark.parametrize("typed", ["", "2757", "TELKOMSEL", "081", "+62", "0812345678901234567", "<script>"])
def test_what_cannot_be_a_number_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match="phone"):
        normalise(typed)


def test_a_mask_shows_the_last_three_digits_only() -> None:
    assert masked("+6281234567890") == "+62 8•• •••• •890"
