"""No accessibility violation: every address of the resolver, every state of a card and a request, in every look.

What one page can look like besides is in tests/look.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page

from accounts.models import Card, LinkRequest
from balances.models import Balance
from balances.reading import State
from tests import browsing
from tests.factories import make_balance, make_card, make_member, make_statement
from tests.house.addresses import (
    NOT_PAGES,
    POST_ONLY,
    PUBLIC,
    address_of,
    make_request,
    make_world,
    named_addresses,
)
from tests.look.conftest import LOOKS, keep_picture, look, open_as

__all__ = ["look", "open_as"]
pytestmark = pytest.mark.django_db(transaction=True)
PAGES = sorted({name for name, _ in named_addresses()} - POST_ONLY - NOT_PAGES)


@pytest.fixture
def language(look: str) -> str:
    return str(LOOKS[look]["language"])


def assert_clean(page: Page, where: str, language: str) -> None:
    assert page.locator("html").get_attribute("lang") == language, where
    keep_picture(page, f"{where}-{language}")
    browsing.assert_clean(page, where)


def test_pages_for_visitors(open_as: Any, language: str, subtests: pytest.Subtests) -> None:
    world, page = make_world(make_member()), open_as()
    for name in [name for name in PAGES if name in PUBLIC]:
        with subtests.test(name):
            page.goto(address_of(name, world))
            assert_clean(page, name, language)


def test_pages_for_members(open_as: Any, language: str, subtests: pytest.Subtests) -> None:
    world = make_world(make_member())
    page = open_as(world.member)
    for name in PAGES:
        with subtests.test(name):
            page.goto(address_of(name, world))
            assert name == "account_reauthenticate" or reverse("account_reauthenticate") not in page.url
            assert_clean(page, name, language)


BALANCES: dict[State, Callable[[Card], Any]] = {
    State.LOCKED: lambda card: Card.objects.filter(pk=card.pk).update(
        state=Card.State.FROZEN, frozen_because=Card.FrozenBecause.DISPUTED
    ),
    State.MERGED: lambda card: make_balance(card, None, merged=True),
    State.CLAIMED: lambda card: make_balance(card, "0.00", account_status="0002"),
    State.PENDING: lambda card: None,
    State.UNAVAILABLE: lambda card: make_balance(card, None, unavailable_reason="DIHITUNG"),
    State.ERROR: lambda card: make_balance(card, None, fetched_at=None, failures=2, last_error="unavailable"),
    State.STALE: lambda card: make_balance(
        card, as_of=timezone.now() - timedelta(days=80), failures=1, last_error="unavailable"
    ),
    State.FRESH: lambda card: make_balance(card, "1234567890.00"),
}


def test_every_state_of_a_card(open_as: Any, language: str, subtests: pytest.Subtests) -> None:
    assert set(BALANCES) == set(State)
    member = make_member()
    cards = {
        state: make_card(member, employer_name="PT Perusahaan Dengan Nama Yang Sangat Panjang Sekali Tbk")
        for state in State
    }
    for state, make in BALANCES.items():
        make(cards[state])
    Balance.objects.update(next_fetch_at=timezone.now() + timedelta(hours=1))
    page = open_as(member)
    page.goto("/saldo/")
    assert_clean(page, "all states", language)
    for state, card in cards.items():
        with subtests.test(state.value):
            page.goto(f"/saldo/{card.public_id}/")
            assert page.locator("[data-card]").get_attribute("data-state") == state
            assert_clean(page, state, language)


STATEMENTS: dict[str, Callable[[Card], Any]] = {
    "pending": lambda card: make_statement(card, fetched=False),
    "error": lambda card: make_statement(card, fetched=False, failures=2, last_error="unavailable"),
    "unavailable": lambda card: make_statement(card, unavailable_reason="DIHITUNG"),
    "stale": lambda card: make_statement(card, failures=1, last_error="bad_answer"),
    "fresh": make_statement,
}


def test_every_state_of_a_statement(open_as: Any, language: str, subtests: pytest.Subtests) -> None:
    member = make_member()
    page = open_as(member)
    for state, make in STATEMENTS.items():
        with subtests.test(state):
            card = make_card(member, employer_name="PT Perusahaan Dengan Nama Yang Sangat Panjang Sekali Tbk")
            make_balance(card)
            make(card)
            page.goto(f"/saldo/{card.public_id}/rincian/")
            assert page.locator("[data-card]").get_attribute("data-state") == state
            page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
            assert_clean(page, state, language)
    page.goto("/rincian/")
    assert_clean(page, "which card", language)


def test_every_state_of_a_request(open_as: Any, language: str, subtests: pytest.Subtests) -> None:
    member = make_member()
    page = open_as(member)
    for state in LinkRequest.State.values:
        with subtests.test(state):
            ended = timezone.now() if state in LinkRequest.ENDED_STATES else None
            row = make_request(member, state, ended_at=ended)
            page.goto(f"/kartu/permintaan/{row.public_id}/")
            assert_clean(page, state, language)


def test_pages_for_what_goes_wrong(open_as: Any, language: str, subtests: pytest.Subtests) -> None:
    page = open_as(make_member())
    with subtests.test("404"):
        page.goto("/tidak-ada/")
        assert_clean(page, "404", language)
    with subtests.test("empty"):
        page.goto("/saldo/")
        assert_clean(page, "no card", language)
    with subtests.test("wrong input"):
        page.goto("/kartu/tambah/")
        browsing.press(page.locator("main form button").last)
        assert_clean(page, "errors in the form", language)
