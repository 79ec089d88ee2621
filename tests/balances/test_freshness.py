"""The rules of a balance, by table."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import product

import pytest

from balances import freshness
from balances.freshness import Facts, Rules
from balances.reading import State
from providers.errors import ProviderError, Retry

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
RULES = Rules(fresh_for=timedelta(hours=12), refresh_every=timedelta(minutes=5), loud_after=timedelta(days=45))
YOUNG, OLD = NOW - timedelta(hours=11, minutes=59), NOW - timedelta(hours=12)
KNOWN = Facts(amount_known=True, as_of=NOW - timedelta(days=20), fetched_at=YOUNG)


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        (KNOWN, State.FRESH),
        (replace(KNOWN, fetched_at=OLD), State.STALE),
        (replace(KNOWN, failed=True), State.STALE),
        (Facts(failed=True), State.ERROR),
        (Facts(), State.PENDING),
        (Facts(in_flight=True, next_fetch_at=NOW + timedelta(seconds=9)), State.PENDING),
        (replace(KNOWN, reason_given=True), State.UNAVAILABLE),
        (Facts(reason_given=True, fetched_at=YOUNG), State.UNAVAILABLE),
        (Facts(reason_given=True, fetched_at=YOUNG, failed=True), State.UNAVAILABLE),
        (replace(KNOWN, claimed=True), State.CLAIMED),
        (Facts(claimed=True), State.CLAIMED),
        (replace(KNOWN, claimed=True, failed=True, fetched_at=OLD), State.CLAIMED),
        (replace(KNOWN, merged=True, claimed=True), State.MERGED),
        (replace(KNOWN, locked=True, merged=True, claimed=True), State.LOCKED),
    ],
)
def test_the_first_state_that_fits_is_taken(facts: Facts, state: State) -> None:
    assert freshness.state_of(facts, RULES, NOW) is state


def test_every_combination_of_facts_has_a_state_and_earlier_facts_outrank_later_ones() -> None:
    order = list(State)
    for locked, merged, claimed, known, reason, failed, answered in product([False, True], repeat=7):
        facts = Facts(
            locked=locked,
            merged=merged,
            claimed=claimed,
            amount_known=known,
            reason_given=reason,
            failed=failed,
            fetched_at=YOUNG if answered else None,
        )
        state = freshness.state_of(facts, RULES, NOW)
        for fact, outranking in ((locked, State.LOCKED), (merged, State.MERGED), (claimed, State.CLAIMED)):
            assert not fact or order.index(state) <= order.index(outranking)
        assert known or state not in {State.FRESH, State.STALE}, "no amount, yet a state that shows one"


@pytest.mark.parametrize("state", State)
def test_amounts_are_hidden_where_showing_one_would_mislead(state: State) -> None:
    hidden = {State.LOCKED, State.MERGED, State.PENDING, State.ERROR}
    assert freshness.shows_amount(state) is (state not in hidden)


@pytest.mark.parametrize(("days", "loud"), [(0, False), (45, False), (46, True)])
def test_an_old_date_is_said_loudly(days: int, loud: bool) -> None:
    facts = replace(KNOWN, as_of=NOW - timedelta(days=days))
    assert freshness.is_loud(facts, RULES, NOW) is loud


def test_without_a_date_nothing_is_loud() -> None:
    assert not freshness.is_loud(Facts(), RULES, NOW)


@pytest.mark.parametrize(
    ("asked", "told", "expected"),
    [
        (None, None, None),
        (timedelta(minutes=-5), None, None),
        (timedelta(minutes=-4), None, timedelta(minutes=1)),
        (None, timedelta(minutes=9), timedelta(minutes=9)),
        (None, timedelta(minutes=-9), None),
        (timedelta(minutes=-1), timedelta(minutes=2), timedelta(minutes=4)),
        (timedelta(minutes=-4), timedelta(hours=2), timedelta(hours=2)),
    ],
)
def test_a_manual_refresh_waits_for_our_interval_and_the_upstreams_own_time(
    asked: timedelta | None, told: timedelta | None, expected: timedelta | None
) -> None:
    facts = Facts(asked_at=NOW + asked if asked else None, retry_at=NOW + told if told else None)
    assert freshness.may_refresh_at(facts, RULES, NOW) == (NOW + expected if expected else None)


@pytest.mark.parametrize(
    ("in_flight", "due_in", "refreshing"),
    [(True, timedelta(seconds=1), True), (True, timedelta(0), False), (False, timedelta(seconds=1), False)],
)
def test_a_claim_is_under_way_until_its_lease_runs_out(in_flight: bool, due_in: timedelta, refreshing: bool) -> None:
    assert freshness.is_refreshing(Facts(in_flight=in_flight, next_fetch_at=NOW + due_in), NOW) is refreshing


def test_our_own_next_try_is_told_only_after_a_failure_and_before_it_begins() -> None:
    later = NOW + timedelta(minutes=3)
    assert freshness.next_own_try(Facts(failed=True, next_fetch_at=later), NOW) == later
    assert freshness.next_own_try(Facts(failed=False, next_fetch_at=later), NOW) is None
    assert freshness.next_own_try(Facts(failed=True, next_fetch_at=later, in_flight=True), NOW) is None
    assert freshness.next_own_try(Facts(failed=True, next_fetch_at=NOW), NOW) is None


STORED = NOW - timedelta(days=20)


@pytest.mark.asvs("V16.5.3")
@pytest.mark.parametrize(
    ("amount", "as_of", "stored", "code"),
    [
        ("1.00", STORED, STORED, ""),
        ("1.00", STORED + timedelta(days=1), STORED, ""),
        ("0.00", STORED, None, ""),
        (None, None, STORED, ""),
        ("1.00", STORED - timedelta(seconds=1), STORED, "older_as_of"),
        ("-0.01", STORED, None, "bad_answer"),
        ("1.00", None, None, "bad_answer"),
        ("1.00", NOW + timedelta(days=2), None, ""),
        ("1.00", NOW + timedelta(days=3), None, "bad_answer"),
        ("1.00", NOW + timedelta(hours=20), STORED, ""),
        # A stored date in the future was a mistake: it must not block what is true today.
        ("1.00", STORED, NOW + timedelta(days=30), ""),
    ],
)
def test_an_answer_that_breaks_an_invariant_is_refused(
    amount: str | None, as_of: datetime | None, stored: datetime | None, code: str
) -> None:
    given = Decimal(amount) if amount is not None else None
    assert freshness.refusal(amount=given, as_of=as_of, stored_as_of=stored, now=NOW) == code


def test_only_refusals_that_no_retry_changes_have_a_rest_of_their_own() -> None:
    for error in ProviderError.__subclasses__():
        if freshness.rest_after(error.code) is not None:
            assert error.retry is Retry.NEVER, error.code
