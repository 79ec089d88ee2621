"""A broker that is stopped or frozen costs a page less than two seconds, and nothing that was asked is lost."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import redis
from celery import current_app
from django.test import Client
from django.utils import timezone

from accounts import ring
from accounts.models import User
from balances import sweeps
from balances.models import Balance
from tests.factories import make_balance, make_card

pytestmark = pytest.mark.django_db(transaction=True)
PAGE_SECONDS = 5.0  # a busy machine's share included


@pytest.fixture
def broker(redis_server: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A broker of this test's own."""
    monkeypatch.setattr(current_app.conf, "broker_url", redis_server.url)
    ring.forget()
    yield redis_server
    redis_server.thaw()
    ring.forget()


def due_cards(member: User) -> None:
    for _ in range(3):
        make_balance(make_card(member), "5.00", next_fetch_at=timezone.now())


def waiting(broker: Any) -> int:
    """Bells that no worker has heard yet."""
    with redis.Redis.from_url(broker.url) as client:
        return int(client.llen("jht:upstream"))


def seconds(act: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    result = act()
    return time.perf_counter() - start, result


@pytest.mark.parametrize("trouble", ["freeze", "stop"])
@pytest.mark.parametrize("warm", [True, False])
def test_the_page_answers_with_its_amounts_while_the_broker_is_away(
    as_member: Client, member: User, broker: Any, trouble: str, warm: bool
) -> None:
    if warm:  # a connection is open when the trouble begins
        make_card(member)
        as_member.get("/saldo/")
        Balance.objects.all().delete()
    due_cards(member)
    getattr(broker, trouble)()
    for _ in range(3):
        Balance.objects.update(next_fetch_at=timezone.now())
        took, response = seconds(lambda: as_member.get("/saldo/"))
        assert response.status_code == 200
        assert response.content.count(b"data-amount") == 3
        assert took < PAGE_SECONDS, took
    assert Balance.objects.filter(fetch_started_at__isnull=False).count() >= 3, "the asking stands in the rows"


def test_the_bell_is_heard_again_when_the_broker_is_back(
    as_member: Client, member: User, broker: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    due_cards(member)
    broker.freeze()
    as_member.get("/saldo/")
    broker.thaw()
    monkeypatch.setattr(ring, "SILENCE_SECONDS", 0.0)
    ring.forget()
    Balance.objects.update(next_fetch_at=timezone.now())
    assert sweeps.sweep() == 3
    assert waiting(broker) >= 3


def test_a_broker_that_was_restarted_hears_the_next_bell(as_member: Client, member: User, broker: Any) -> None:
    """The open connection is dead by then; that must not cost a bell."""
    due_cards(member)
    as_member.get("/saldo/")
    assert waiting(broker) == 3
    broker.stop()
    broker.start()
    before = waiting(broker)
    Balance.objects.update(next_fetch_at=timezone.now())
    as_member.get("/saldo/")
    assert waiting(broker) == before + 3
