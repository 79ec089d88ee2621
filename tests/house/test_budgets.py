"""The budgets of docs/measurements.md: no Redis on the way of a balance page, and 30 kB for all of the first one.

Its three SQL queries are held by tests/balances/test_pages.py.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext

from accounts.models import User
from tests.factories import make_balance, make_card, make_statement
from tests.house.website import Person, Website
from tests.house.wire import Wire, commands
from tests.plugins.processes import RedisServer

FIRST_PAGE_BYTES = 30_000


@pytest.fixture
def cards(member: User) -> None:
    for number in range(3):
        make_balance(make_card(member), f"{number + 1}1234567.00")


def test_a_warm_balance_page_says_nothing_to_redis(
    website: Callable[..., Website], redis_server: RedisServer, member: User, cards: None
) -> None:
    person = Person(website(REDIS_URL=redis_server.url))
    person.log_in(member.email or "")
    person.get("/saldo/")
    before = commands(redis_server.url)
    for _ in range(5):
        assert person.get("/saldo/").text.count("data-amount=") == 3
    assert commands(redis_server.url) == before


def test_a_bell_is_seen_by_the_same_count(
    website: Callable[..., Website], redis_server: RedisServer, member: User
) -> None:
    make_card(member)  # never fetched, so due
    person = Person(website(REDIS_URL=redis_server.url))
    person.log_in(member.email or "")
    before = commands(redis_server.url)
    person.get("/saldo/")
    assert commands(redis_server.url).get("lpush", 0) == before.get("lpush", 0) + 1


@pytest.fixture
def signed_in(browser: Browser, website: Callable[..., Website], member: User) -> Iterator[tuple[str, BrowserContext]]:
    """A browser with a session and an empty cache."""
    site = website()
    person = Person(site)
    person.log_in(member.email or "")
    context = browser.new_context(viewport={"width": 390, "height": 844})
    session = {"name": "session", "value": person.http.cookies["session"], "url": site.url}
    context.add_cookies([session])  # type: ignore[list-item]
    yield site.url, context
    context.close()


@pytest.mark.asvs("V14.2.3")
@pytest.mark.browser
def test_the_first_balance_page_with_everything_is_light(cards: None, signed_in: tuple[str, BrowserContext]) -> None:
    url, context = signed_in
    wire = Wire(context, f"{url}/saldo/")
    assert wire.page.locator("[data-amount]").count() == 3
    assert wire.hosts == {urlsplit(url).netloc}
    assert sum(wire.bytes.values()) <= FIRST_PAGE_BYTES, wire.bytes
    files = [path for path in wire.bytes if path.endswith((".css", ".js", ".svg"))]
    assert len(files) >= 3
    assert {wire.encodings[path] for path in files} == {"br"}


# SQL statements of a warm page for a member with one card: session, member, then what the page is about.
STATEMENTS = {
    "home": 3,  # unread notices
    "balance": 3,  # cards with their balances
    "balance_fragment": 3,
    "projection": 4,  # the last reported wage
    "claim_when": 3,
    "statement": 6,  # years, rows and employments
    "statement_fragment": 6,
    "card_list": 5,
    "timeline": 5,
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", STATEMENTS)
def test_a_warm_page_asks_the_database_so_often(
    name: str, as_member: Client, member: User, django_assert_num_queries: Callable[..., AbstractContextManager[None]]
) -> None:
    card = make_card(member)
    make_balance(card)
    make_statement(card)
    of_all = name in {"home", "card_list", "timeline"}
    address = reverse(name, kwargs=None if of_all else {"card_id": card.public_id})
    as_member.get(address)
    with django_assert_num_queries(STATEMENTS[name]):
        assert as_member.get(address).status_code == 200
