"""Single flight, proved on real PostgreSQL against a twin that reads first and writes then."""

import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from accounts import audit
from accounts.audit import Source
from accounts.claim import lease
from accounts.models import Card, User
from accounts.services.cards import unlink
from balances import selectors, services
from balances.models import Balance, BalanceHistory, FetchAttempt
from tests.balances.upstream import ScriptedUpstream, answer
from tests.factories import make_balance, make_card

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("room_for_every_thread")]
WORKERS, ROUNDS = 16, 200


def winners(claim: Callable[[Card], bool], card: Card, rounds: int) -> list[int]:
    """How many of sixteen concurrent claims won, round by round, each with a connection and a reading of its own."""
    begin = threading.Barrier(WORKERS, action=lambda: reset(card), timeout=60)
    start, done = threading.Barrier(WORKERS, timeout=60), threading.Barrier(WORKERS, timeout=60)

    def work(_: int) -> list[bool]:
        won = []
        try:
            for _ in range(rounds):
                begin.wait()
                [mine] = selectors.cards_of(card.member)
                start.wait()
                won.append(claim(mine))
                done.wait()
        finally:
            connection.close()
        return won

    with ThreadPoolExecutor(WORKERS) as pool:
        results = list(pool.map(work, range(WORKERS)))
    return [sum(one) for one in zip(*results, strict=True)]


def reset(card: Card) -> None:
    Balance.objects.filter(pk=card.pk).update(next_fetch_at=timezone.now(), fetch_started_at=None)


def naive_claim(card: Card) -> bool:
    """What one writes at first: look, then mark."""
    row = Balance.objects.get(pk=card.pk)
    if row.next_fetch_at is None or row.next_fetch_at > timezone.now():
        return False
    row.fetch_started_at, row.next_fetch_at = timezone.now(), timezone.now() + lease()
    row.save(update_fields=["fetch_started_at", "next_fetch_at"])
    return True


@pytest.mark.asvs("V15.2.2", "V15.4.2")
def test_sixteen_claims_at_once_win_once_in_every_round(member: User, bells: list[Any]) -> None:
    card = make_card(member)
    make_balance(card, next_fetch_at=timezone.now())
    assert winners(services.claim_fetch, card, ROUNDS) == [1] * ROUNDS
    assert len(bells) == ROUNDS


def test_a_naive_twin_lets_several_win(member: User) -> None:
    card = make_card(member)
    make_balance(card, next_fetch_at=timezone.now())
    assert max(winners(naive_claim, card, 20)) > 1, "the test above would not notice a race"


def test_sixteen_first_looks_make_one_row_and_ring_once(member: User, bells: list[Any]) -> None:
    for _ in range(10):
        card = make_card(member)
        start = threading.Barrier(WORKERS, timeout=60)

        def look(card: Card = card, start: threading.Barrier = start) -> None:
            try:
                [mine] = [one for one in selectors.cards_of(card.member) if one.pk == card.pk]
                start.wait()
                services.claim_due([mine])
            finally:
                connection.close()

        with ThreadPoolExecutor(WORKERS) as pool:
            list(pool.map(lambda _, look=look: look(), range(WORKERS)))
        assert len([one for one, _ in bells if one == card.public_id]) == 1


def test_a_bell_rung_to_sixteen_workers_is_one_upstream_call(
    member: User, bells: list[Any], upstream: Callable[..., ScriptedUpstream]
) -> None:
    provider = upstream(lambda: time.sleep(0.02) or answer())
    for _ in range(10):
        make_card(member)
    services.claim_due(selectors.cards_of(member))

    def work(bell: Any) -> str:
        try:
            return services.refresh_balance(card_id=bell[0], token=bell[1])
        finally:
            connection.close()

    with ThreadPoolExecutor(WORKERS) as pool:
        outcomes = list(pool.map(work, bells * WORKERS))
    assert outcomes.count("ok") == 10
    assert set(outcomes) == {"ok", "superseded"}
    assert provider.calls["fetch_balance"] == 10


def test_unlinking_while_a_worker_writes_leaves_nothing_and_never_deadlocks(
    member: User, upstream: Callable[..., ScriptedUpstream]
) -> None:
    upstream(lambda: time.sleep(random.uniform(0, 0.02)) or answer())

    def work(card: Card, token: Any) -> None:
        try:
            services.refresh_balance(card_id=card.public_id, token=token)
        finally:
            connection.close()

    def let_go(card: Card) -> None:
        try:
            time.sleep(random.uniform(0, 0.02))
            unlink(card=card, source=Source(door=audit.Door.WEB))
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        for _ in range(60):
            card = make_card(member)
            make_balance(card, next_fetch_at=timezone.now() - timedelta(seconds=1))
            token = Balance.objects.claim(card.pk)
            for one in [pool.submit(work, card, token), pool.submit(let_go, card)]:
                one.result(timeout=60)
    for kept in (Balance, BalanceHistory, FetchAttempt):
        assert not kept.objects.exists()
