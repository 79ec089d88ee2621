"""How long a member waits for what a worker fetches, alone and with many others: the figures of docs/measurements.md.

With `-s` they are printed. The limits held here say only that nobody waits for a sweep while there are turns.
"""

import statistics
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from accounts.claim import patiently
from accounts.models import Card
from balances.models import Balance, Contribution, Statement, StatementYear
from demo.embedded.process import wait_until
from tests.balances.upstream import link_sandbox_card
from tests.factories import make_balance, make_member
from tests.house.website import Person, Website
from tests.plugins.processes import Sandbox, Worker

pytestmark = [pytest.mark.heavy, pytest.mark.django_db(transaction=True)]
MANY = 20
CALLS_A_SECOND = 20  # PROVIDER_MAX_PER_SECOND unless told otherwise


@pytest.fixture
def people(
    sandbox: Sandbox, worker: Callable[..., Worker], website: Callable[..., Website]
) -> list[tuple[Person, Card]]:
    """Each signed in, with a card of 2005 that is still paid for: no card of the sandbox is older."""
    site, found = website(REFRESH_MIN_INTERVAL_SECONDS="0"), list[tuple[Person, Card]]()
    for kpj in oldest(sandbox):
        member = make_member()
        card = patiently(lambda member=member, kpj=kpj: link_sandbox_card(member, kpj, sandbox))  # type: ignore[misc]
        make_balance(card, "1.00", timezone.now() - timedelta(days=60))
        browser, person = Client(), Person(site)
        browser.force_login(member)
        person.http.cookies.set(settings.SESSION_COOKIE_NAME, browser.cookies[settings.SESSION_COOKIE_NAME].value)
        found.append((person, card))
    worker()
    return found


def oldest(sandbox: Sandbox) -> Iterator[str]:
    kpjs = [f"05{number:07d}01" for number in range(1000, 1200)]
    long = (kpj for kpj in kpjs if len(sandbox.ledger(kpj)["months"]) > 240)
    return (kpj for kpj, _ in zip(long, range(MANY), strict=False))


def forget(model: type[Balance] | type[Statement], cards: list[Card]) -> None:
    if model is Statement:
        for rows in (Contribution, StatementYear, Statement):
            rows.objects.filter(card__in=cards).delete()


def waits(
    people: list[tuple[Person, Card]], model: type[Balance] | type[Statement], ask: Callable[[Person, Card], Any]
) -> list[float]:
    """Seconds from each one's press, all at the same moment, until what they asked for is stored."""
    cards = [card for _, card in people]
    forget(model, cards)
    begin, asked = threading.Barrier(len(people)), dict[int, datetime]()

    def press(person: Person, card: Card) -> None:
        begin.wait()
        asked[card.pk] = timezone.now()
        ask(person, card)

    pressing = [threading.Thread(target=press, args=one) for one in people]
    for one in pressing:
        one.start()
    for one in pressing:
        one.join()
    first = min(asked.values())
    rows = model.objects.filter(card__in=cards, fetched_at__gt=first, failures=0, fetch_started_at=None)
    assert wait_until(lambda: rows.count() == len(cards), timeout=60)
    return sorted((row.fetched_at - asked[row.pk]).total_seconds() for row in rows if row.fetched_at)


def tell(what: str, seconds: list[float]) -> None:
    print(f"{what}: median {statistics.median(seconds):.2f} s, slowest {max(seconds):.2f} s", flush=True)


def refresh(person: Person, card: Card) -> None:
    person.post(f"/saldo/{card.public_id}/perbarui/")


def open_statement(person: Person, card: Card) -> None:
    person.get(f"/saldo/{card.public_id}/rincian/")


def test_members_who_ask_at_once_wait_for_their_turns_and_for_no_sweep(
    people: list[tuple[Person, Card]], sandbox: Sandbox
) -> None:
    """No beat runs: a fetch that gave up its turn would never end."""
    assert len(people) == MANY
    alone = [waits(people[:1], Balance, refresh) for _ in range(10)]
    tell("balance, alone", [one for [one] in alone])
    alone = [waits(people[:1], Statement, open_statement) for _ in range(10)]
    tell("statement, alone", [one for [one] in alone])
    tell(f"balance, {MANY} at once", waits(people, Balance, refresh))
    before = sum(one["count"] for one in sandbox.calls())
    seconds = waits(people, Statement, open_statement)
    calls = sum(one["count"] for one in sandbox.calls()) - before
    tell(f"statement, {MANY} at once, {calls} calls", seconds)
    assert max(seconds) < calls / CALLS_A_SECOND + 15
