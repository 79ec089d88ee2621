"""The budgets of docs/measurements.md: no Redis on the way of a balance page, and 30 kB for all of the first one.

Its three SQL queries are held by tests/balances/test_pages.py.
"""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
import redis
from playwright.sync_api import Browser, BrowserContext

from accounts.models import User
from tests.factories import make_balance, make_card
from tests.house.website import Person, Website
from tests.plugins.processes import RedisServer

FIRST_PAGE_BYTES = 30_000
OUR_OWN = {"info", "auth", "hello", "client|setname", "client|setinfo", "select"}  # of the counting connection


@pytest.fixture
def cards(member: User) -> None:
    for number in range(3):
        make_balance(make_card(member), f"{number + 1}1234567.00")


def commands(server: RedisServer) -> dict[str, int]:
    """How often each command was called, what the counting itself calls left out."""
    with redis.Redis.from_url(server.url) as client:
        stats = client.info("commandstats")
    calls = {name.removeprefix("cmdstat_"): one["calls"] for name, one in stats.items()}
    return {name: count for name, count in calls.items() if name not in OUR_OWN}


def test_a_warm_balance_page_says_nothing_to_redis(
    website: Callable[..., Website], redis_server: RedisServer, member: User, cards: None
) -> None:
    person = Person(website(REDIS_URL=redis_server.url))
    person.log_in(member.email or "")
    person.get("/saldo/")
    before = commands(redis_server)
    for _ in range(5):
        assert person.get("/saldo/").text.count("data-amount=") == 3
    assert commands(redis_server) == before


def test_a_bell_is_seen_by_the_same_count(
    website: Callable[..., Website], redis_server: RedisServer, member: User
) -> None:
    make_card(member)  # never fetched, so due
    person = Person(website(REDIS_URL=redis_server.url))
    person.log_in(member.email or "")
    before = commands(redis_server)
    person.get("/saldo/")
    assert commands(redis_server).get("lpush", 0) == before.get("lpush", 0) + 1


class Wire:
    """What a page costs, as Chromium's network log counts it: headers and compressed bodies."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        page = context.new_page()
        self.page, self.bytes, self.hosts, self.encodings = page, dict[str, int](), set[str](), dict[str, str]()
        self._urls = dict[str, str]()
        log = context.new_cdp_session(page)
        log.on("Network.requestWillBeSent", self._sent)
        log.on("Network.responseReceived", self._received)
        log.on("Network.loadingFinished", self._finished)
        log.send("Network.enable")
        log.send("Network.setCacheDisabled", {"cacheDisabled": True})
        page.goto(url, wait_until="networkidle")

    def _sent(self, event: dict[str, Any]) -> None:
        self._urls[event["requestId"]] = event["request"]["url"]
        self.hosts.add(urlsplit(event["request"]["url"]).netloc)

    def _received(self, event: dict[str, Any]) -> None:
        headers = {name.lower(): value for name, value in event["response"]["headers"].items()}
        self.encodings[urlsplit(event["response"]["url"]).path] = headers.get("content-encoding", "")

    def _finished(self, event: dict[str, Any]) -> None:
        path = urlsplit(self._urls[event["requestId"]]).path
        self.bytes[path] = self.bytes.get(path, 0) + round(event["encodedDataLength"])


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
