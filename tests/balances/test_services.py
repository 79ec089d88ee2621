"""Asking, fetching, keeping and forgetting, on PostgreSQL, with an upstream that says what the test wants."""

import logging
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from accounts import audit
from accounts.audit import Source
from accounts.models import AuditRow, Card, User
from accounts.services.cards import unlink
from balances import selectors, services, sweeps
from balances.models import Balance, BalanceHistory, FetchAttempt
from balances.reading import State
from balances.services import Asked
from providers import errors
from providers.errors import Wire
from providers.port import AccountStatus, CardStatus, UnavailableReason
from tests.balances.upstream import ScriptedUpstream, answer, record
from tests.factories import make_balance, make_card

pytestmark = pytest.mark.django_db
Upstream = Callable[..., ScriptedUpstream]
WEB = Source(door=audit.Door.WEB)


def fetch(card: Card) -> str:
    """Claims the card whatever it waits for, and does what the bell would have a worker do."""
    Balance.objects.get_or_create(card=card)
    Balance.objects.filter(card=card).update(next_fetch_at=timezone.now())
    token = Balance.objects.claim(card.pk)
    assert token
    return services.refresh_balance(card_id=card.public_id, token=token)


def reading(card: Card) -> Any:
    return selectors.reading_for(card.member, card.public_id)


def test_a_fetched_balance_is_shown_with_both_its_dates(member: User, upstream: Upstream) -> None:
    card = make_card(member)
    said = answer("36904120.00")
    upstream(said)
    assert fetch(card) == "ok"
    one = reading(card)
    assert (one.state, one.amount) == (State.FRESH, Decimal("36904120.00"))
    assert one.as_of == timezone.localdate(said.as_of)
    assert timezone.now() - one.fetched_at < timedelta(minutes=1)
    assert (one.contributions_until, one.provisional, one.refreshing) == ("2026-10", True, False)
    [attempt] = FetchAttempt.objects.all()
    assert (attempt.outcome, attempt.upstream_reference) == ("ok", "R-1")


# Looking and claiming


def test_the_first_look_makes_the_row_and_rings_once(member: User, bells: list[Any]) -> None:
    card = make_card(member)
    assert services.claim_due(selectors.cards_of(member)) == 1
    assert services.claim_due(selectors.cards_of(member)) == 0
    assert [one for one, _ in bells] == [card.public_id]
    assert reading(card).refreshing


def test_a_fresh_balance_is_left_alone(member: User, bells: list[Any]) -> None:
    make_balance(make_card(member))
    assert services.claim_due(selectors.cards_of(member)) == 0
    assert not bells


@pytest.mark.parametrize("state", [Card.State.FROZEN, Card.State.UNLINKED])
def test_only_active_cards_are_fetched(member: User, bells: list[Any], upstream: Upstream, state: str) -> None:
    provider = upstream(answer())
    new, old = make_card(member, state=state), make_card(member, state=state)
    make_balance(old, next_fetch_at=timezone.now())
    for card in (new, Card.objects.select_related("balance").get(pk=old.pk)):
        assert not services.claim_fetch(card)
        assert services.ask_refresh(card=card, source=WEB) is Asked.NOT_POSSIBLE
    Balance.objects.filter(card=old).update(fetch_started_at=timezone.now() - timedelta(minutes=9))
    assert sweeps.sweep() == 0
    token = Balance.objects.claim(old.pk)
    assert token
    assert services.refresh_balance(card_id=old.public_id, token=token) == "gone"
    assert not bells
    assert not provider.calls


def test_a_card_frozen_while_its_row_says_active_in_memory_is_not_claimed(member: User, bells: list[Any]) -> None:
    card = make_card(member)
    make_balance(card, next_fetch_at=timezone.now())
    [loaded] = selectors.cards_of(member)
    Card.objects.filter(pk=card.pk).update(state=Card.State.FROZEN)
    assert not services.claim_fetch(loaded)
    assert not bells


# The token


def test_a_bell_rung_twice_is_one_upstream_call(member: User, upstream: Upstream, bells: list[Any]) -> None:
    provider = upstream(answer())
    make_card(member)
    services.claim_due(selectors.cards_of(member))
    [(card_id, token)] = bells
    assert services.refresh_balance(card_id=card_id, token=token) == "ok"
    assert services.refresh_balance(card_id=card_id, token=token) == "superseded"
    assert provider.calls["fetch_balance"] == 1


def test_a_worker_that_lost_its_lease_cannot_write(member: User, upstream: Upstream) -> None:
    card = make_card(member)
    make_balance(card, "5.00", next_fetch_at=timezone.now())

    def slow() -> Any:  # while this call hangs, the lease runs out and another worker answers
        Balance.objects.filter(card=card).update(next_fetch_at=timezone.now())
        newer = Balance.objects.claim(card.pk)
        assert newer
        Balance.objects.finish(card.pk, newer, amount=Decimal("7.00"))
        return answer("6.00")

    upstream(slow)
    assert fetch(card) == "superseded"
    assert reading(card).amount == Decimal("7.00")
    assert not BalanceHistory.objects.exists()
    assert FetchAttempt.objects.get().outcome == "superseded"


@pytest.mark.asvs("V8.3.3")
def test_a_fetch_that_ends_after_unlinking_writes_nothing(member: User, upstream: Upstream) -> None:
    card = make_card(member)

    def unlinked_meanwhile() -> Any:
        unlink(card=card, source=WEB)
        return answer()

    upstream(unlinked_meanwhile)
    assert fetch(card) == "gone"
    for kept in (Balance, BalanceHistory, FetchAttempt):
        assert not kept.objects.filter(card=card).exists()
    assert Card.objects.get(pk=card.pk).membership == ""


def test_unlinking_deletes_everything_about_the_money(member: User, upstream: Upstream) -> None:
    card, other = make_card(member), make_card(member)
    upstream(answer())
    fetch(card)
    fetch(other)
    unlink(card=card, source=WEB)
    for kept in (Balance, BalanceHistory, FetchAttempt):
        assert not kept.objects.filter(card=card).exists()
        assert kept.objects.filter(card=other).exists()


# Failures


FAILURES = [error for error in errors.ProviderError.__subclasses__() if error not in (errors.HeldBack, errors.Merged)]


@pytest.mark.parametrize("error", FAILURES, ids=lambda error: error.code)
def test_a_failed_fetch_keeps_the_last_good_balance(
    member: User, upstream: Upstream, error: type[errors.ProviderError], caplog: pytest.LogCaptureFixture
) -> None:
    card = make_card(member)
    before = make_balance(card)
    upstream(error())
    with caplog.at_level(logging.ERROR, logger="jht"):
        assert fetch(card) == error.code
    row = Balance.objects.get(card=card)
    assert (row.amount, row.as_of, row.fetched_at) == (before.amount, before.as_of, before.fetched_at)
    assert (row.failures, row.last_error, row.fetch_started_at) == (1, error.code, None)
    assert row.next_fetch_at > timezone.now()
    one = reading(card)
    assert (one.state, one.failure, one.amount) == (State.STALE, error.code, before.amount)
    assert one.next_try_at == row.next_fetch_at
    assert FetchAttempt.objects.get().outcome == error.code
    logged = [line for line in caplog.messages if error.code in line]
    assert len(logged) == error.alarm
    assert not any(card.kpj in line for line in caplog.messages)


@pytest.mark.parametrize("error", FAILURES, ids=lambda error: error.code)
def test_without_a_balance_a_failure_shows_none(
    member: User, upstream: Upstream, error: type[errors.ProviderError]
) -> None:
    card = make_card(member)
    upstream(error())
    fetch(card)
    one = reading(card)
    assert (one.state, one.failure, one.amount, one.as_of) == (State.ERROR, error.code, None, None)


def test_the_wait_doubles_from_half_a_minute_to_an_hour(member: User, upstream: Upstream) -> None:
    card = make_card(member)
    upstream(errors.Unavailable())
    for number in range(1, 12):
        fetch(card)
        wait = Balance.objects.get(card=card).next_fetch_at - timezone.now()
        window = min(3600, 30 * 2 ** (number - 1))
        assert timedelta(seconds=window / 3 - 2) < wait <= timedelta(seconds=window), number


@pytest.mark.parametrize("error", [errors.Maintenance, errors.RateLimited])
def test_the_time_the_upstream_names_is_kept_by_us_and_by_the_member(
    member: User, upstream: Upstream, error: type[errors.ProviderError], bells: list[Any]
) -> None:
    card = make_card(member)
    upstream(error(wire=Wire(status=503, retry_after=timedelta(hours=2))), answer())
    fetch(card)
    row = Balance.objects.get(card=card)
    assert timedelta(minutes=119) < row.next_fetch_at - timezone.now() < timedelta(minutes=133)
    assert reading(card).can_refresh_at == row.retry_at == row.next_fetch_at
    assert services.ask_refresh(card=card, source=WEB) is Asked.TOO_SOON
    assert not bells
    fetch(card)
    assert reading(card).can_refresh_at is None


def test_success_forgets_the_failures(member: User, upstream: Upstream) -> None:
    card = make_card(member)
    upstream(errors.Unavailable(), answer())
    fetch(card)
    fetch(card)
    row = Balance.objects.get(card=card)
    assert (row.failures, row.last_error) == (0, "")
    assert timedelta(hours=11) < row.next_fetch_at - timezone.now() <= timedelta(hours=12)
    assert reading(card).state is State.FRESH


def test_a_bug_of_ours_backs_off_like_any_failure(
    member: User, upstream: Upstream, caplog: pytest.LogCaptureFixture
) -> None:
    card = make_card(member)
    upstream(ZeroDivisionError("boom"))
    assert fetch(card) == "internal_error"
    row = Balance.objects.get(card=card)
    assert (row.last_error, row.fetch_started_at) == ("internal_error", None)
    assert any("internal_error" in line for line in caplog.messages)


def test_an_answer_that_cannot_be_stored_backs_off_like_any_failure(
    member: User, upstream: Upstream, caplog: pytest.LogCaptureFixture
) -> None:
    card = make_card(member)
    upstream(answer("9.00", reference_no="R\0"))
    assert fetch(card) == "internal_error"
    row = Balance.objects.get(card=card)
    assert (row.amount, row.failures, row.last_error, row.fetch_started_at) == (None, 1, "internal_error", None)
    assert caplog.text.count("balance_fetch_failed") == 1


@pytest.mark.parametrize(("demo", "code"), [(False, "bad_answer"), (True, "ok")])
def test_a_date_far_ahead_is_believed_only_of_the_sandbox(
    member: User, upstream: Upstream, settings: Any, demo: bool, code: str
) -> None:
    settings.DEMO = demo
    upstream(answer(as_of=timezone.now() + timedelta(days=300)))
    assert fetch(make_card(member)) == code


def test_a_worker_waits_in_place_for_a_turn_that_is_near(member: User, upstream: Upstream) -> None:
    card = make_card(member)
    upstream(errors.HeldBack(timedelta(milliseconds=50)), errors.HeldBack(timedelta(milliseconds=50)), answer("9.00"))
    assert fetch(card) == "ok"


def test_held_back_is_no_failure_and_the_ask_is_not_lost(member: User, upstream: Upstream, bells: list[Any]) -> None:
    card = make_card(member)
    make_balance(card)
    provider = upstream(errors.HeldBack(timedelta(seconds=20)), answer("9.00"))
    assert fetch(card) == "held_back"
    row = Balance.objects.get(card=card)
    assert (row.failures, row.last_error, row.held_back) == (0, "", True)
    assert timedelta(seconds=18) < row.next_fetch_at - timezone.now() < timedelta(seconds=25)
    assert not FetchAttempt.objects.exists()
    one = reading(card)
    assert (one.state, one.refreshing, one.held_back) == (State.FRESH, True, True)
    assert sweeps.sweep() == 0, "the wait is not over"
    Balance.objects.filter(card=card).update(next_fetch_at=timezone.now())
    assert sweeps.sweep() == 1
    [(card_id, token)] = bells
    assert services.refresh_balance(card_id=card_id, token=token) == "ok"
    assert reading(card).amount == Decimal("9.00")
    assert not reading(card).held_back
    assert provider.calls["fetch_balance"] == 2


# Answers that are refused


def test_an_older_as_of_is_refused_and_alarmed(
    member: User, upstream: Upstream, caplog: pytest.LogCaptureFixture
) -> None:
    card = make_card(member)
    before = make_balance(card)
    assert before.as_of
    upstream(answer("99.00", as_of=before.as_of - timedelta(days=1)))
    assert fetch(card) == "older_as_of"
    one = reading(card)
    assert (one.amount, one.failure) == (before.amount, "older_as_of")
    assert one.as_of == timezone.localdate(before.as_of)
    assert not BalanceHistory.objects.exists()
    [line] = [one for one in caplog.records if "older_as_of" in one.getMessage()]
    assert line.levelno == logging.ERROR


def test_a_negative_amount_is_refused(member: User, upstream: Upstream) -> None:
    card = make_card(member)
    before = make_balance(card)
    upstream(answer("-1.00"))
    assert fetch(card) == "bad_answer"
    assert reading(card).amount == before.amount


# Answers without an amount


@pytest.mark.parametrize("reason", list(UnavailableReason))
def test_a_reason_instead_of_an_amount_keeps_the_last_known_one(
    member: User, upstream: Upstream, reason: UnavailableReason
) -> None:
    known, new = make_card(member), make_card(member)
    before = make_balance(known)
    upstream(answer(None, unavailable_reason=reason))
    assert fetch(known) == fetch(new) == "no_amount"
    one, other = reading(known), reading(new)
    assert (one.state, one.reason, one.amount) == (State.UNAVAILABLE, reason, before.amount)
    assert one.as_of == timezone.localdate(before.as_of)
    assert (other.state, other.amount, other.as_of) == (State.UNAVAILABLE, None, None)
    assert not BalanceHistory.objects.exists()


def test_an_amount_ends_the_reason(member: User, upstream: Upstream) -> None:
    card = make_card(member)
    upstream(answer(None), answer())
    fetch(card)
    fetch(card)
    assert (reading(card).state, reading(card).reason) == (State.FRESH, "")


def test_a_claimed_cards_true_zero_is_an_amount(member: User, upstream: Upstream) -> None:
    card = make_card(member)
    upstream(answer("0.00", account_status=AccountStatus.CLOSED))
    fetch(card)
    one = reading(card)
    assert (one.state, one.amount, one.exact_amount) == (State.CLAIMED, Decimal("0.00"), "0.00")
    assert Card.objects.get(pk=card.pk).membership == "DIKLAIM"


def test_an_unknown_account_status_is_kept_and_shown_as_an_amount(member: User, upstream: Upstream) -> None:
    card = make_card(member)
    upstream(answer(account_status=AccountStatus.UNKNOWN))
    assert fetch(card) == "ok"
    assert reading(card).state is State.FRESH
    assert Card.objects.get(pk=card.pk).membership == "AKTIF"


def test_a_merged_card_says_where_it_went(member: User, upstream: Upstream) -> None:
    card = make_card(member)
    make_balance(card)
    gone = record(card.kpj, status=CardStatus.DIGABUNG, merged_into_kpj="24011122201")
    upstream(errors.Merged(), cards=[record("11111111111"), gone])
    assert fetch(card) == "merged"
    one = reading(card)
    assert (one.state, one.amount, one.merged_into_last_four) == (State.MERGED, None, "2201")
    assert Balance.objects.get(card=card).next_fetch_at > timezone.now() + timedelta(days=29)


def test_a_merged_card_is_merged_even_when_the_card_list_fails(member: User, upstream: Upstream) -> None:
    card = make_card(member)
    upstream(errors.Merged(), cards=errors.Unavailable())
    fetch(card)
    assert (reading(card).state, reading(card).merged_into_last_four) == (State.MERGED, "")
    assert Balance.objects.get(card=card).next_fetch_at < timezone.now() + timedelta(hours=2), "asked again soon"


def test_a_card_linked_as_merged_is_never_shown_as_pending(member: User) -> None:
    card = make_card(member, membership="DIGABUNG", merged_into_last4="2201")
    assert reading(card).state is State.MERGED


# History


def test_history_grows_only_when_the_figure_changes(member: User, upstream: Upstream) -> None:
    card = make_card(member)
    start = timezone.now() - timedelta(days=9)
    days = [start + timedelta(days=number) for number in range(4)]
    upstream(
        answer("1.00", as_of=days[0]),
        answer("1.00", as_of=days[1]),
        answer("2.00", as_of=days[2]),
        answer("1.00", as_of=days[3]),
    )
    for _ in days:
        assert fetch(card) == "ok"
    kept = BalanceHistory.objects.filter(card=card).order_by("as_of").values_list("amount", "as_of")
    assert list(kept) == [(Decimal(1), days[0]), (Decimal(2), days[2]), (Decimal(1), days[3])]
    assert Balance.objects.get(card=card).as_of == days[3]


# Manual refresh


def test_a_manual_refresh_is_audited_and_rings(member: User, bells: list[Any]) -> None:
    card = make_card(member)
    make_balance(card)
    assert services.ask_refresh(card=card, source=WEB) is Asked.ASKED
    assert len(bells) == 1
    row = AuditRow.objects.get(action="balance_refresh_asked")
    assert (row.member, row.card, row.door) == (member.public_id, card.public_id, "web")


@pytest.mark.asvs("V2.4.1")
def test_a_second_manual_refresh_waits_five_minutes(member: User, bells: list[Any], upstream: Upstream) -> None:
    card = make_card(member)
    upstream(answer())
    assert services.ask_refresh(card=card, source=WEB) is Asked.ASKED
    assert services.ask_refresh(card=card, source=WEB) is Asked.UNDER_WAY
    [(card_id, token)] = bells
    services.refresh_balance(card_id=card_id, token=token)
    assert services.ask_refresh(card=card, source=WEB) is Asked.TOO_SOON
    Balance.objects.update(asked_at=timezone.now() - timedelta(minutes=5))
    assert services.ask_refresh(card=card, source=WEB) is Asked.ASKED
    assert len(bells) == 2


def test_a_manual_refresh_need_not_wait_for_the_back_off(member: User, bells: list[Any], upstream: Upstream) -> None:
    card = make_card(member)
    upstream(errors.Unavailable())
    fetch(card)
    assert services.ask_refresh(card=card, source=WEB) is Asked.ASKED


# The total


def test_the_total_says_what_it_leaves_out_and_that_dates_differ(member: User) -> None:
    now = timezone.now()
    amounts = [("5.25", now - timedelta(days=20)), ("1.50", now - timedelta(days=80))]
    for amount, as_of in amounts:
        make_balance(make_card(member), amount, as_of)
    make_balance(make_card(member), "0.00", now - timedelta(days=20), account_status="0002")
    make_card(member, membership="DIGABUNG")
    make_card(member)
    total = selectors.total_of(selectors.readings_for(member))
    assert total
    assert (total.amount, total.counted) == (Decimal("6.75"), 3)
    assert total.dates == tuple(timezone.localdate(day) for day in (amounts[1][1], amounts[0][1]))
    assert total.dates_differ
    assert total.left_out == ((State.MERGED, 1), (State.PENDING, 1))


def test_there_is_no_total_of_fewer_than_two_amounts(member: User) -> None:
    make_balance(make_card(member))
    make_card(member)
    assert selectors.total_of(selectors.readings_for(member)) is None


def test_a_frozen_cards_amount_is_neither_shown_nor_counted(member: User) -> None:
    for state in (Card.State.ACTIVE, Card.State.ACTIVE, Card.State.FROZEN):
        make_balance(make_card(member, state=state), "10.00")
    readings = selectors.readings_for(member)
    assert [one.amount for one in readings] == [Decimal(10), Decimal(10), None]
    total = selectors.total_of(readings)
    assert total
    assert (total.amount, total.left_out) == (Decimal(20), ((State.LOCKED, 1),))


def test_a_stranger_reads_nothing(member: User, stranger: User) -> None:
    card = make_card(member)
    make_balance(card)
    assert selectors.reading_for(stranger, card.public_id) is None
    assert selectors.readings_for(stranger) == []


def test_readings_of_all_cards_are_one_query(member: User, django_assert_num_queries: Any) -> None:
    for _ in range(3):
        make_balance(make_card(member))
    with django_assert_num_queries(1):
        assert len(selectors.readings_for(member)) == 3
