"""Phone numbers as gateways and people write them, in one form. Pure.

A number is a hint, never a proof of who sends.
"""

import phonenumbers

_HOME = "ID"


def normalise(typed: str) -> str:
    """E.164, "+6281234567890". Raises ValueError for what cannot be a number: short codes, words, too few digits."""
    try:
        number = phonenumbers.parse(typed, _HOME)
    except phonenumbers.NumberParseException as error:
        raise ValueError("not a phone number") from error
    if not phonenumbers.is_possible_number(number):
        raise ValueError("not a phone number")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def masked(number: str) -> str:
    """ "+62 8•• •••• •890": enough to know one's own."""
    return f"{number[:3]} {number[3:4]}•• •••• •{number[-3:]}"
