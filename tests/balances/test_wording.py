"""Every state, reason and error code has its sentence; none of them holds an amount."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Card
from balances import freshness, wording
from balances.reading import Reading, State, Total
from balances.services import Asked
from providers import errors
from providers.port import Segment, UnavailableReason

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)  # 10.00 WIB
ERROR_CODES = sorted(error.code for error in errors.ProviderError.__subclasses__())
OWN_CODES = [freshness.OLDER_AS_OF, freshness.BAD_ANSWER, freshness.INTERNAL_ERROR]
ZERO_AMOUNT = re.compile(r"Rp|(?<![\d.,])0(?![\d.,:])|(?<!\d)0,00")


def reading(state: State, **fields: Any) -> Reading:
    shown = freshness.shows_amount(state)
    known: dict[str, Any] = {
        "card_id": uuid4(),
        "last_four": "1234",
        "employer": "PT Contoh Makmur",
        "segment": "PU",
        "state": state,
        "reason": "",
        "failure": "",
        "amount": Decimal("1234567.00") if shown else None,
        "as_of": date(2026, 10, 31) if shown else None,
        "fetched_at": NOW - timedelta(minutes=12) if shown else None,
        "refreshing": False,
        "held_back": False,
        "next_try_at": None,
        "can_refresh_at": None,
    }
    return Reading(**known | fields)


def said(one: Reading) -> str:
    return " ".join(wording.sentences(one, NOW))


def test_every_state_has_a_word_and_all_but_fresh_a_sentence() -> None:
    for state in State:
        assert wording.LABELS[state]
        failure = "unavailable" if state is State.ERROR else ""
        assert bool(said(reading(state, failure=failure))) is (state is not State.FRESH)


@pytest.mark.parametrize("code", ERROR_CODES + OWN_CODES)
def test_every_error_code_has_a_sentence_of_its_own_words(code: str) -> None:
    text = str(wording.FAILURES[code])
    assert text.endswith(".")
    assert code not in text or code == "merged"
    assert text in said(reading(State.ERROR, failure=code))
    assert text in said(reading(State.STALE, failure=code))


def test_no_sentence_is_kept_for_a_code_that_does_not_exist() -> None:
    assert set(wording.FAILURES) == {*ERROR_CODES, *OWN_CODES}


@pytest.mark.parametrize("reason", list(UnavailableReason))
def test_every_reason_for_no_amount_has_a_sentence(reason: UnavailableReason) -> None:
    assert str(wording.NO_AMOUNT[reason]) in said(reading(State.UNAVAILABLE, reason=reason))


@pytest.mark.parametrize("reason", ["", *Card.FrozenBecause.values])
def test_every_reason_for_a_lock_has_a_sentence(reason: str) -> None:
    assert said(reading(State.LOCKED, reason=reason)) == str(wording.LOCKED[reason])


def test_every_segment_and_answer_to_a_refresh_has_words() -> None:
    assert set(wording.SEGMENTS) == {one.value for one in Segment} - {"UNKNOWN"}
    assert set(wording.ASKED) == {one.value for one in Asked}


def test_nobody_learns_whether_a_card_exists_from_the_words() -> None:
    assert wording.FAILURES["not_found"] == wording.FAILURES["mismatch"]


def test_a_merged_card_says_where_the_balance_went() -> None:
    assert "•••• 2201" in said(reading(State.MERGED, merged_into_last_four="2201"))
    assert "••••" not in said(reading(State.MERGED))


def test_a_failure_says_when_we_try_again_and_that_the_amount_is_still_the_last_one() -> None:
    again = datetime(2026, 11, 22, 7, 30, tzinfo=UTC)
    text = said(reading(State.STALE, failure="unavailable", next_try_at=again))
    assert "pukul 14.30 WIB" in text
    assert "terakhir kami terima" in text


def test_where_the_member_must_act_we_do_not_promise_to_try_again() -> None:
    text = said(reading(State.STALE, failure="blocked", next_try_at=NOW + timedelta(hours=6)))
    assert "pukul" not in text
    assert "kantor cabang" in text


def test_maintenance_until_tomorrow_names_the_day() -> None:
    again = datetime(2026, 11, 22, 17, 5, tzinfo=UTC)
    text = said(reading(State.STALE, failure="maintenance", next_try_at=again))
    assert "23 November 2026 pukul 00.05 WIB" in text


def test_an_amount_of_long_ago_is_said_first_and_loudly() -> None:
    words = wording.sentences(reading(State.STALE, as_of=date(2026, 8, 31), loud=True, failure="unavailable"), NOW)
    assert "83 hari" in words[0]


codes = st.sampled_from([*ERROR_CODES, *OWN_CODES, "", "a_code_of_next_year"])
reasons = st.sampled_from(["", *UnavailableReason, *Card.FrozenBecause.values, "SESUATU"])


readings = st.builds(
    reading,
    st.sampled_from(State),
    failure=codes,
    reason=reasons,
    refreshing=st.booleans(),
    held_back=st.booleans(),
    loud=st.booleans(),
    next_try_at=st.none() | st.datetimes(NOW.replace(tzinfo=None), datetime(2027, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    merged_into_last_four=st.sampled_from(["", "2201"]),
)


@given(one=readings, language=st.sampled_from(["id", "en"]))
def test_no_sentence_ever_holds_an_amount(one: Reading, language: str) -> None:
    with translation.override(language):
        words = wording.sentences(one, NOW)
    assert not ZERO_AMOUNT.search(" ".join(words))
    assert not any("%(" in sentence for sentence in words)


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("1234567.00", "Rp1.234.567,00"),
        ("0.00", "Rp0,00"),
        ("1234567890.05", "Rp1.234.567.890,05"),
        ("99999999999999.99", "Rp99.999.999.999.999,99"),
    ],
)
@pytest.mark.parametrize("language", ["id", "en"])
def test_rupiah_are_written_alike_in_both_languages(amount: str, text: str, language: str) -> None:
    with translation.override(language):
        assert wording.rupiah(Decimal(amount)) == text


def test_dates_follow_the_language() -> None:
    assert wording.long_date(date(2026, 10, 31)) == "31 Oktober 2026"
    assert wording.long_month("2026-10") == "Oktober 2026"
    with translation.override("en"):
        assert wording.long_date(date(2026, 10, 31)) == "31 October 2026"


@pytest.mark.parametrize(
    ("ago", "text"),
    [
        (timedelta(seconds=-5), "Diperbarui baru saja"),
        (timedelta(seconds=59), "Diperbarui baru saja"),
        (timedelta(minutes=1), "Diperbarui 1 menit lalu"),
        (timedelta(minutes=12, seconds=40), "Diperbarui 12 menit lalu"),
        (timedelta(minutes=60), "Diperbarui 1 jam lalu"),
        (timedelta(hours=23, minutes=59), "Diperbarui 23 jam lalu"),
        (timedelta(hours=49), "Diperbarui 2 hari lalu"),
    ],
)
def test_our_own_date_is_told_as_an_age(ago: timedelta, text: str) -> None:
    assert wording.updated(NOW - ago, NOW) == text


def test_the_total_names_its_dates_and_what_it_leaves_out() -> None:
    total = Total(
        amount=Decimal("3.00"),
        counted=2,
        dates=(date(2026, 8, 31), date(2026, 10, 31)),
        left_out=((State.LOCKED, 1), (State.MERGED, 1), (State.PENDING, 1), (State.ERROR, 1)),
    )
    text = " ".join(wording.total_sentences(total))
    assert "2 kartu dengan tanggal berbeda: 31 Agustus 2026 dan 31 Oktober 2026." in text
    assert "1 kartu yang sudah digabung" in text
    assert "2 kartu yang saldonya belum kami ketahui" in text
    assert "1 kartu yang dikunci" in text


def test_a_total_of_one_date_says_so() -> None:
    total = Total(amount=Decimal("3.00"), counted=3, dates=(date(2026, 10, 31),), left_out=())
    assert wording.total_sentences(total) == ["Jumlah dari 3 kartu, per 31 Oktober 2026."]


@pytest.mark.parametrize(
    ("parts", "text"), [([], ""), (["a"], "a"), (["a", "b"], "a dan b"), (["a", "b", "c"], "a, b dan c")]
)
def test_lists_are_joined_as_people_write_them(parts: list[str], text: str) -> None:
    assert wording.joined(parts) == text
