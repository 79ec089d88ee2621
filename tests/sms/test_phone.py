"""Phone numbers in one form."""

from contextlib import suppress

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


@pytest.mark.asvs("V1.3.3")
@pytest.mark.parametrize(
    "typed",
    [
        "+6281234567890\r\nX-Kannel-SMSC: x",
        "+6281234567890\n",
        "+6281234567890;ext=5",
        "+6281234567890 X-Kannel-To: +62899999999",
        "0812-3456-7890&to=+62899",
        "tel:+6281234567890;phone-context=jahat.example",
    ],
)
def test_whatever_a_gateway_calls_a_sender_only_its_digits_reach_a_head_of_ours(typed: str) -> None:
    with suppress(ValueError):  # cannot be answered
        assert normalise(typed) == "+6281234567890"


@pytest.mark.parametrize("typed", ["", "2757", "TELKOMSEL", "081", "+62", "0812345678901234567", "<script>"])
def test_what_cannot_be_a_number_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match="phone"):
        normalise(typed)


def test_a_mask_shows_the_last_three_digits_only() -> None:
    assert masked("+6281234567890") == "+62 8•• •••• •890"
