"""The whole way: a look, the bell, a real worker, the sandbox upstream over HTTP, and the row that comes of it."""

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from celery import current_app
from django.test import Client
from django.utils import timezone

from accounts import ring
from accounts.claim import SWEEP_EVERY_SECONDS
from accounts.models import Card, User
from balances import selectors, services
from balances.models import Balance, FetchAttempt
from balances.reading import Reading, State
from demo.embedded.process import wait_until
from providers.errors import HeldBack
from tests.balances.upstream import balance_calls, link_sandbox_card

pytestmark = pytest.mark.django_db(transaction=True)
ORDINARY = "24011122201"


@pytest.fixture(autouse=True)
def _own_bell() -> None:
    ring.forget()


def reading(card: Card) -> Reading:
    found = selectors.reading_for(card.member, card.public_id)
    assert found
    return found


def arrived(card: Card) -> bool:
    return Balance.objects.filter(card=card, amount__isnull=False, fetch_started_at__isnull=True).exists()


def test_a_worker_fetches_the_balance_that_a_look_asked_for(
    as_member: Client, member: User, sandbox: Any, worker: Callable[..., Any]
) -> None:
    card = link_sandbox_card(member, ORDINARY, sandbox)
    worker()
    assert b'data-state="pending"' in as_member.get(f"/saldo/{card.public_id}/").content
    assert wait_until(lambda: arrived(card), timeout=60)
    one, truth = reading(card), sandbox.ledger(ORDINARY)
    assert (one.state, one.exact_amount) == (State.FRESH, truth["balance"])
    assert str(one.as_of) == truth["asOf"][:10]
    assert b"data-settled" in as_member.get(f"/saldo/{card.public_id}/potongan/").content


def test_a_bell_rung_many_times_is_one_upstream_call(
    member: User, sandbox: Any, worker: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    card = link_sandbox_card(member, ORDINARY, sandbox)
    before = balance_calls(sandbox, ORDINARY)

    def ring_ten_times(task_name: str, public_id: UUID, token: datetime, *, delay: float) -> None:
        for _ in range(10):
            current_app.send_task(task_name, args=[str(public_id), token.isoformat()])

    monkeypatch.setattr(services, "ring", ring_ten_times)
    workers = [worker(), worker()]
    services.claim_due(selectors.cards_of(member))
    assert wait_until(lambda: arrived(card), timeout=60)
    for one in workers:
        one.stop()
    assert balance_calls(sandbox, ORDINARY) - before == 1
    assert list(FetchAttempt.objects.values_list("outcome", flat=True)) == ["ok"]


@pytest.mark.asvs("V15.2.2")
def test_fifty_reloads_with_the_upstream_down_are_one_upstream_call(
    as_member: Client, member: User, sandbox: Any, worker: Callable[..., Any], settings: Any
) -> None:
    card = link_sandbox_card(member, ORDINARY, sandbox)
    before = balance_calls(sandbox, ORDINARY)
    sandbox.set_fault("http500", operation="11")
    worker()
    start = time.monotonic()
    for _ in range(50):
        assert as_member.get(f"/saldo/{card.public_id}/").status_code == 200
    assert wait_until(lambda: reading(card).failure == "unavailable", timeout=60)
    assert reading(card).state is State.ERROR
    waits_over = (time.monotonic() - start) // (settings.BACKOFF_FIRST_SECONDS / 3)  # none, but on a very busy machine
    assert 1 <= balance_calls(sandbox, ORDINARY) - before <= 1 + waits_over


def test_a_fetch_whose_worker_was_killed_is_done_by_the_next(
    member: User, sandbox: Any, worker: Callable[..., Any], settings: Any
) -> None:
    """Times are shortened alike here and in the workers; the sweep is rung as beat would."""
    short = {"PROVIDER_DEADLINE_SECONDS": "2", "CLAIM_LEASE_SECONDS": "4"}
    settings.CLAIM_LEASE_SECONDS = 4
    card = link_sandbox_card(member, ORDINARY, sandbox)
    before = balance_calls(sandbox, ORDINARY)
    sandbox.set_fault("timeout", kpj=ORDINARY, times=1, milliseconds=20_000)
    doomed = worker(**short)
    services.claim_due(selectors.cards_of(member))
    assert wait_until(lambda: balance_calls(sandbox, ORDINARY) > before, timeout=60)
    doomed.kill()
    assert Balance.objects.get(card=card).in_flight, "nobody was left to say that it failed"
    worker(**short)

    def swept() -> bool:
        current_app.send_task("balances.sweep")
        return arrived(card)

    assert wait_until(swept, timeout=60, pause=0.5)
    assert reading(card).exact_amount == sandbox.ledger(ORDINARY)["balance"]
    assert balance_calls(sandbox, ORDINARY) - before == 2


def test_a_card_that_was_just_linked_is_fetched_by_the_sweep(
    member: User, sandbox: Any, worker: Callable[..., Any]
) -> None:
    card = link_sandbox_card(member, ORDINARY, sandbox)
    worker()
    current_app.send_task("balances.sweep")
    assert wait_until(lambda: arrived(card), timeout=60)


def link_in_turn(member: User, kpj: str, sandbox: Any) -> None:
    try:
        link_sandbox_card(member, kpj, sandbox)
    except HeldBack as held:
        time.sleep(held.wait.total_seconds())
        link_sandbox_card(member, kpj, sandbox)


def test_a_backlog_is_done_at_the_agreed_rate(
    member: User, sandbox: Any, worker: Callable[..., Any], settings: Any
) -> None:
    """The sweep is rung as beat would, and another one has to go on where it stopped."""
    agreed, number = 4.0, 50
    for one in sandbox.people(number):
        link_in_turn(member, one["kpj"][-1], sandbox)
    settings.PROVIDER_MAX_PER_SECOND = agreed
    worker(PROVIDER_MAX_PER_SECOND=str(agreed))
    begun = time.monotonic()

    def done() -> bool:
        nonlocal rung
        if time.monotonic() - rung > SWEEP_EVERY_SECONDS:
            rung = time.monotonic()
            current_app.send_task("balances.sweep")
        return FetchAttempt.objects.count() >= number

    rung = begun - 2 * SWEEP_EVERY_SECONDS
    assert wait_until(done, timeout=60, pause=0.1)
    rate = number / (time.monotonic() - begun)
    assert 0.7 * agreed < rate < 1.3 * agreed, f"{rate:.1f} a second"


def test_messages_to_workers_carry_ids_and_tokens_only(member: User, sandbox: Any, bells: list[Any]) -> None:
    card = link_sandbox_card(member, ORDINARY, sandbox)
    services.claim_due(selectors.cards_of(member))
    [(public_id, token)] = bells
    assert (public_id, token) == (card.public_id, Balance.objects.get().fetch_started_at)
    assert token <= timezone.now()
