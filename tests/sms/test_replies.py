"""Every reply fits one GSM 7-bit segment with the longest values there are, in both languages."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.utils import translation

from balances.reading import Reading, State
from sms import replies
from sms.gsm7 import SEGMENT, fits, plain, septets
from sms.parse import Wrong

LONGEST = Decimal("99999999999999.99")
SEPTEMBER = date(2026, 9, 30)
READING = Reading(
    card_id=UUID(int=1),
    last_four="2201",
    employer="PT Contoh",
    segment="PU",
    state=State.FRESH,
    reason="",
    failure="",
    amount=LONGEST,
    as_of=SEPTEMBER,
    fetched_at=datetime(2026, 10, 1, tzinfo=UTC),
    refreshing=False,
    held_back=False,
    next_try_at=None,
    can_refresh_at=None,
)
NO_AMOUNT = replace(READING, amount=None, as_of=None)


def _every_reply() -> Iterator[tuple[str, Callable[[], str]]]:
    cards = [f"{number:04d}" for number in range(20)]
    yield "help", replies.help_text
    yield "info", replies.info
    yield "unknown", replies.unknown
    yield "unregistered", replies.unregistered
    yield "received", replies.received
    yield "agree_first", lambda: replies.agree_first("2201")
    yield "consent_first", replies.consent_first
    yield "agreed", replies.agreed
    yield "left", replies.left
    yield "registered", lambda: replies.registered("2201")
    yield "try_later", replies.try_later
    yield "confirm_again", replies.confirm_again
    yield "stopped", replies.stopped
    yield "no_card", replies.no_card
    yield "which", lambda: replies.which(cards)
    yield "not_among", lambda: replies.not_among(cards)
    yield "bad_number", replies.bad_number
    for wrong in Wrong:
        yield f"unreadable {wrong}", lambda wrong=wrong: replies.unreadable(wrong)
    for state in State:
        for refreshing in (True, False):
            for reading in (READING, replace(NO_AMOUNT, merged_into_last_four="2201"), NO_AMOUNT):
                if reading.amount is None and state in {State.FRESH, State.STALE}:
                    continue
                shown = replace(reading, state=state, refreshing=refreshing)
                name = f"{state} {'asked' if refreshing else 'idle'} {reading.amount} {reading.merged_into_last_four}"
                yield name, lambda shown=shown: replies.balance(shown)


EVERY = list(_every_reply())


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize(("name", "reply"), EVERY, ids=[name for name, _ in EVERY])
def test_a_reply_fits_one_segment(name: str, reply: Callable[[], str], language: str, settings: Any) -> None:
    settings.SITE_NAME = "Portal Jaminan Hari Tua Provinsi"
    settings.KANNEL_SENDER = "08123456789012"
    settings.SMS_PRIVACY_ADDRESS = "x" * 36
    with translation.override(language):
        text = reply()
    assert plain(text) == text, "no sign that a gateway would turn into a question mark"
    assert fits(text), f"{septets(text)} septets of {SEGMENT}"


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("language", ["id", "en"])
def test_an_amount_never_comes_without_its_date(state: State, language: str) -> None:
    with translation.override(language):
        text = replies.balance(replace(READING, state=state))
    assert ("Rp" in text) == ("30 Sep 2026" in text)


def test_replies_name_the_operators_own_number(settings: Any) -> None:
    settings.KANNEL_SENDER = "98765"
    assert "98765" in replies.unregistered()
    assert "2757" not in replies.unregistered() + replies.help_text() + replies.stopped()


def test_the_longest_texts_differ_between_languages() -> None:
    with translation.override("en"):
        english = {name: reply() for name, reply in EVERY}
    with translation.override("id"):
        assert not [name for name, reply in EVERY if reply() == english[name]]
