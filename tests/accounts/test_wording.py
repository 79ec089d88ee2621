"""Every code has its sentence, and every sentence its code."""

import inspect
import re

import pytest

from accounts import wording
from accounts.claim import INTERNAL_ERROR
from accounts.models import Card, LinkRequest
from accounts.selectors import link_progress
from accounts.services import cards, contact_change, limits, linking, linking_outcomes, linking_steps, locks, offers
from accounts.views import cards as views
from accounts.views import locks as lock_views
from providers import errors

State = LinkRequest.State


def errors_of_the_port() -> set[str]:
    kinds = [one for _, one in inspect.getmembers(errors, inspect.isclass) if issubclass(one, errors.ProviderError)]
    return {one.code for one in kinds if one is not errors.ProviderError}


@pytest.mark.parametrize("failures", [0, 1])
@pytest.mark.parametrize("challenge", ["", "C1"])
@pytest.mark.parametrize("channel", ["", "SMS"])
@pytest.mark.parametrize("state", State.values)
def test_every_state_of_a_request_is_told(state, failures, challenge, channel):
    row = LinkRequest(state=state, failures=failures, challenge_ref=challenge, code_channel=channel)
    told = wording.PROGRESS[link_progress(row).code]
    assert str(told.title)
    assert str(told.happened)
    assert str(told.next)


def test_every_error_of_the_port_has_a_word_for_waiting():
    assert set(wording.DELAYS) == errors_of_the_port() | {INTERNAL_ERROR}


def test_every_refusal_in_the_code_is_worded():
    sources = "".join(
        inspect.getsource(one)
        for one in (
            cards,
            contact_change,
            limits,
            linking,
            linking_outcomes,
            linking_steps,
            lock_views,
            locks,
            offers,
            views,
        )
    )
    for code in wording.REFUSALS:
        if code not in ("already_linked", "in_dispute"):
            assert f'"{code}"' in sources, code
    for code in re.findall(r'NotNow\("([a-z_]+)"', sources):
        assert code in wording.REFUSALS


@pytest.mark.parametrize(
    "note", ["wrong_code", "attempts_used", "code_expired", "code_blocked", "codes_today", "wrong_codes_today"]
)
def test_every_note_about_a_code_is_worded(note):
    assert str(wording.CODE_NOTES[note])


def test_every_state_of_a_card_is_told():
    for why in Card.FrozenBecause.values:
        assert str(wording.CARD_STATES[why])
    assert str(wording.CARD_STATES[Card.State.ACTIVE])
