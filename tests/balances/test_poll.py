"""The polling script in a real browser: it asks, shows what changed, stops, and says when it gives up."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from accounts.models import Card, User
from balances.models import Balance
from demo.embedded.process import wait_until
from tests.browsing import press
from tests.factories import make_balance, make_card

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def page(browser: Browser, live_server: Any, as_member: Client, bells: list[Any]) -> Iterator[Page]:
    """The member's, signed in; no worker answers but the test."""
    context = browser.new_context(base_url=live_server.url)
    session = as_member.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
    yield context.new_page()
    context.close()


def polls(page: Page) -> list[str]:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/potongan/" in request.url else None)
    return asked


def answer(card: Card, amount: str) -> None:
    """What a worker would do."""
    Balance.objects.filter(card=card).delete()
    make_balance(card, amount)


def test_a_balance_that_arrives_is_shown_and_the_polling_stops(
    page: Page, member: User, transactional_db: None
) -> None:
    cards = [make_card(member), make_card(member)]
    make_balance(cards[0], "5.00")
    asked = polls(page)
    page.goto("/saldo/")
    expect(page.locator(f'[data-card="{cards[1].public_id}"]')).to_have_attribute("data-state", "pending")
    assert page.locator("[data-total]").count() == 0
    answer(cards[1], "7.00")
    expect(page.locator(f'[data-card="{cards[1].public_id}"] [data-amount]')).to_have_text("Rp7,00")
    expect(page.locator("[data-total]")).to_have_text("Rp12,00")
    settled = len(asked)
    assert settled >= 1
    page.wait_for_timeout(2500)
    assert len(asked) == settled


def test_it_asks_sooner_at_first(page: Page, member: User) -> None:
    """Most answers are there within half a second."""
    make_card(member)
    page.add_init_script(
        "const real = window.setTimeout; window.waits = [];"
        "window.setTimeout = (act, ms) => { if (ms <= 2000) window.waits.push(ms); return real(act, ms); }"
    )
    page.goto("/saldo/")
    assert wait_until(lambda: page.evaluate("window.waits.length") >= 4, timeout=15)
    assert page.evaluate("window.waits.slice(0, 4)") == [500, 1000, 2000, 2000]


def test_a_settled_page_never_polls(page: Page, member: User) -> None:
    make_balance(make_card(member))
    asked = polls(page)
    page.goto("/saldo/")
    page.wait_for_timeout(2500)
    assert not asked


def test_nothing_is_replaced_while_nothing_changes_and_the_focus_stays(page: Page, member: User) -> None:
    card = make_card(member)
    page.goto("/saldo/")
    page.get_by_role("button", name="Perbarui").focus()
    page.evaluate("document.querySelector('[data-card]').marked = true")
    page.wait_for_event("requestfinished", lambda request: "/potongan/" in request.url)
    page.wait_for_timeout(500)  # for the script to read the answer
    assert page.evaluate("document.querySelector('[data-card]').marked") is True
    answer(card, "7.00")
    expect(page.locator("[data-amount]")).to_have_text("Rp7,00")
    assert page.evaluate("document.activeElement.closest('[data-card]') !== null")


def test_after_a_minute_it_says_what_to_do_and_stops(page: Page, member: User) -> None:
    card = make_card(member)
    page.clock.install()
    asked = polls(page)
    page.goto("/saldo/")
    Balance.objects.filter(card=card).update(next_fetch_at=timezone.now() + timedelta(minutes=5))
    page.clock.fast_forward(61_000)
    expect(page.locator("main")).to_contain_text("muat ulang halaman ini nanti")
    count = len(asked)
    page.clock.fast_forward(30_000)
    page.wait_for_timeout(500)
    assert len(asked) == count


def test_a_page_in_the_background_does_not_ask(page: Page, member: User) -> None:
    make_card(member)
    page.add_init_script("Object.defineProperty(document, 'visibilityState', {get: () => window.seen || 'hidden'})")
    asked = polls(page)
    page.goto("/saldo/")
    page.wait_for_timeout(2500)
    assert not asked
    with page.expect_request("**/potongan/**"):
        page.evaluate("window.seen = 'visible'; document.dispatchEvent(new Event('visibilitychange'))")


def test_the_whole_card_is_there_without_the_script(
    browser: Browser, live_server: Any, as_member: Client, member: User, bells: list[Any]
) -> None:
    card = make_card(member)
    context = browser.new_context(base_url=live_server.url, java_script_enabled=False)
    session = as_member.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
    page = context.new_page()
    page.goto("/saldo/")
    answer(card, "7.00")
    press(page.get_by_role("link", name="Muat ulang"))
    expect(page.locator("[data-amount]")).to_have_text("Rp7,00")
    press(page.get_by_role("button", name="Perbarui"))
    expect(page.locator("main")).to_contain_text("Saldo terbaru sedang kami minta.")
    assert len(bells) == 2
    context.close()
