"""Nothing asked for is lost, and nobody is asked more than agreed."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from accounts.models import User
from balances import selectors, services, sweeps
from balances.models import Balance
from tests.balances.upstream import ScriptedUpstream, answer
from tests.factories import make_balance, make_card

pytestmark = pytest.mark.django_db
NOW = timezone.now


def test_a_lost_bell_is_rung_again_when_its_lease_has_run_out(member: User, bells: list[Any]) -> None:
    card = make_card(member)
    services.claim_due(selectors.cards_of(member))
    assert sweeps.sweep() == 0
    Balance.objects.update(next_fetch_at=NOW())
    assert sweeps.sweep() == 1
    assert [one for one, _ in bells] == [card.public_id] * 2
    assert bells[0][1] != bells[1][1], "the first bell, should it come after all, is superseded"


def test_a_new_card_is_fetched_without_anybody_looking(member: User, bells: list[Any]) -> None:
    card = make_card(member)
    assert sweeps.sweep() == 1
    assert sweeps.sweep() == 0
    assert [one for one, _ in bells] == [card.public_id]


@pytest.mark.parametrize(("viewed_days_ago", "rung"), [(0, 1), (2, 1), (3, 0), (None, 0)])
def test_a_failure_is_tried_again_while_somebody_looks(
    member: User, bells: list[Any], viewed_days_ago: int | None, rung: int
) -> None:
    viewed = None if viewed_days_ago is None else timezone.localdate() - timedelta(days=viewed_days_ago)
    make_balance(make_card(member), failures=1, last_error="unavailable", next_fetch_at=NOW(), viewed_on=viewed)
    assert sweeps.sweep() == rung


def test_a_failure_is_not_tried_before_its_time(member: User, bells: list[Any]) -> None:
    later = NOW() + timedelta(minutes=1)
    make_balance(make_card(member), failures=1, next_fetch_at=later, viewed_on=timezone.localdate())
    assert sweeps.sweep() == 0


def test_a_sweep_rings_no_more_than_the_upstream_takes(member: User, bells: list[Any], settings: Any) -> None:
    settings.PROVIDER_MAX_PER_SECOND = 0.3
    for _ in range(5):
        make_card(member)
    assert [sweeps.sweep() for _ in range(3)] == [3, 2, 0]


def test_a_sweep_spreads_its_bells_over_the_time_until_the_next(
    member: User, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.PROVIDER_MAX_PER_SECOND = 0.5
    delays: list[float] = []
    monkeypatch.setattr(services, "ring", lambda *_, delay: delays.append(delay))
    for _ in range(9):
        make_card(member)
    assert sweeps.sweep() == 5
    assert delays == [0, 2, 4, 6, 8]


def test_the_night_plans_only_what_is_due_and_was_viewed(member: User, bells: list[Any]) -> None:
    today = timezone.localdate()
    due = make_balance(make_card(member), next_fetch_at=NOW(), viewed_on=today - timedelta(days=30))
    make_balance(make_card(member), next_fetch_at=NOW(), viewed_on=today - timedelta(days=31))
    make_balance(make_card(member), viewed_on=today)
    make_balance(make_card(member), next_fetch_at=NOW(), viewed_on=today, merged=True)
    make_balance(make_card(member, state="frozen"), next_fetch_at=NOW(), viewed_on=today)
    assert sweeps.nightly_sweep() == 1
    assert list(Balance.objects.filter(planned_at__isnull=False)) == [due]


def test_the_night_spreads_over_half_of_the_agreed_rate(member: User) -> None:
    for _ in range(40):
        make_balance(make_card(member), next_fetch_at=NOW(), viewed_on=timezone.localdate())
    before = NOW()
    assert sweeps.nightly_sweep() == 40
    turns = [row.planned_at - before for row in Balance.objects.all() if row.planned_at]
    span = timedelta(seconds=40 * 2 / settings.PROVIDER_MAX_PER_SECOND)
    assert all(timedelta(0) <= turn <= span + timedelta(seconds=1) for turn in turns)
    assert max(turns) - min(turns) > span / 2


def test_a_planned_card_is_rung_in_its_turn_and_asks_with_the_sweeps_priority(
    member: User, bells: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    provider = ScriptedUpstream(answer())
    monkeypatch.setattr(services, "get_provider", lambda *, priority: asked.append(priority) or provider)
    make_balance(make_card(member), next_fetch_at=NOW(), planned_at=NOW() + timedelta(minutes=1))
    assert sweeps.sweep() == 0
    Balance.objects.update(planned_at=NOW())
    assert sweeps.sweep() == 1
    card_id, token = bells.pop()
    assert services.refresh_balance(card_id=card_id, token=token) == "ok"
    assert asked == ["sweep"]
    assert Balance.objects.get().planned_at is None


def test_a_member_who_looks_goes_before_the_plan(
    member: User, bells: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    provider = ScriptedUpstream(answer())
    monkeypatch.setattr(services, "get_provider", lambda *, priority: asked.append(priority) or provider)
    make_balance(make_card(member), next_fetch_at=NOW(), planned_at=NOW() + timedelta(hours=3))
    services.claim_due(selectors.cards_of(member))
    card_id, token = bells.pop()
    services.refresh_balance(card_id=card_id, token=token)
    assert asked == ["member"]


def test_people_who_wait_are_rung_before_the_plan(member: User, bells: list[Any], settings: Any) -> None:
    settings.PROVIDER_MAX_PER_SECOND = 0.1
    planned, waiting = make_card(member), make_card(member)
    make_balance(planned, next_fetch_at=NOW() - timedelta(hours=9), planned_at=NOW() - timedelta(hours=1))
    make_balance(waiting, next_fetch_at=NOW(), fetch_started_at=NOW() - timedelta(minutes=1))
    sweeps.sweep()
    assert [one for one, _ in bells] == [waiting.public_id]
