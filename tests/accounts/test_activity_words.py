"""Every action of the audit trail has words in both languages; a code is never shown to anybody."""

import re
from collections.abc import Iterator

import pytest
from django.utils.functional import Promise
from django.utils.translation import override

from accounts import activity
from accounts.activity_wording import DOORS, KINDS, OTHER, WHY, WORDS, Kind, Text, actions_of, told
from accounts.audit import Action, Door


def sentences() -> Iterator[tuple[str, Text]]:
    for action, words in WORDS.items():
        yield action, words.text
        for values in words.says.values():
            yield from ((f"{action} {value}", text) for value, text in values.items())
    for texts in (KINDS, DOORS, WHY, activity.WHO):
        yield from texts.items()


def test_every_action_has_its_words() -> None:
    assert set(WORDS) == set(Action), "a new Action needs its line in accounts/activity_wording.py"
    assert set(DOORS) == {door.value for door in Door}


def test_every_sentence_is_there_in_both_languages() -> None:
    for name, text in sentences():
        if name == Door.SMS:  # the same word in both
            continue
        assert isinstance(text, Promise), name
        with override("id"):
            indonesian = str(text)
        with override("en"):
            english = str(text)
        assert indonesian, name
        assert english, name
        assert english != indonesian, name
        assert "_" not in indonesian + english, name


def test_no_sentence_speaks_to_the_member_for_staff_read_it_too() -> None:
    """ "Your email was seen" would tell whoever looks into the trail of somebody else that it was theirs."""
    for action, words in WORDS.items():
        for text in (words.text, *(text for values in words.says.values() for text in values.values())):
            with override("id"):
                assert not re.search(r"\b(Anda|saya|Saya)\b", str(text).replace("“Bukan saya”", "")), action
            with override("en"):
                assert not re.search(r"\b(you|your|yours)\b", str(text), re.IGNORECASE), action


def test_every_kind_can_be_picked_and_holds_something() -> None:
    assert all(actions_of(kind) for kind in Kind)
    assert set(activity.filters()) == {activity.STAFF_FILTER, *Kind}


@pytest.mark.parametrize("details", [{}, {"step": "x"}, {"step": None}, {"step": ["password"]}, {"other": 1}])
def test_details_nobody_knows_fall_back_to_the_plain_sentence(details: dict[str, object]) -> None:
    assert told(Action.SIGN_IN_FAILED, details) == WORDS[Action.SIGN_IN_FAILED].text


def test_a_code_of_another_version_is_told_without_its_code() -> None:
    assert told("something_of_tomorrow", {}) is OTHER
