"""Locks, "Bukan saya" and every step back into an account, as people see them: nothing axe finds, nothing too wide."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page

from accounts.models import RecoveryRequest, User, kpj_index, nik_index
from accounts.services import not_me_tokens
from accounts.services.not_me_tokens import Purpose
from tests.browsing import press
from tests.factories import make_balance, make_card

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
State = RecoveryRequest.State


@pytest.fixture(autouse=True)
def _no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("accounts.services.recovery.ring", lambda *_args, **_kwargs: None)


def test_a_lock_on_a_card_and_on_the_account(member: User, open_as: Any, check: Any) -> None:
    card = make_card(member)
    make_balance(card)
    page = open_as(member)
    page.goto(reverse("card_lock", args=[card.public_id]))
    check(page, "card-lock")
    press_button(page)
    check(page, "card-locked")
    page.goto(reverse("card_open", args=[card.public_id]))
    check(page, "card-open")
    page.goto(reverse("account_lock"))
    check(page, "account-lock")
    press_button(page)
    check(page, "account-locked")
    for name in ("home", "card_list", "card_add", "account_open"):
        page.goto(reverse(name))
        check(page, f"locked-{name}")
    press_button(page)
    check(page, "account-opening")


@pytest.mark.parametrize("purpose", [one for one in Purpose if one != Purpose.ADDRESS])
def test_the_button_that_says_it_was_not_me(purpose: Purpose, db: None, open_as: Any, check: Any) -> None:
    page = open_as()
    page.goto(reverse("not_me", args=[not_me_tokens.make(purpose, uuid4())]))
    check(page, f"not-me-{purpose}")
    press_button(page)
    check(page, f"not-me-{purpose}-pressed")


def test_a_link_that_is_too_old(db: None, open_as: Any, check: Any) -> None:
    page = open_as()
    page.goto(reverse("not_me", args=["lama"]))
    check(page, "not-me-over")


def test_every_step_of_a_forgotten_account(member: User, open_as: Any, check: Any) -> None:
    page = open_as()
    row = forgot(page, check)
    now = timezone.now()
    steps: dict[str, dict[str, Any]] = {
        State.CODE: {},
        State.CHECKING: {"typed_at": now + timedelta(hours=1), "attempts": 1},
        "refused": {"state": State.CHECKING, "typed_at": now - timedelta(minutes=1), "attempts": 1},
        "over": {"state": State.CHECKING, "typed_at": now - timedelta(minutes=1), "attempts": 3},
        State.PROVED: {"member": member},
        State.ADDRESS: {"member": member},
        State.WAITING: {"member": member, "counts_from": now + timedelta(hours=12)},
        State.DONE: {"member": member, "ended_at": now},
        State.STOPPED: {"member": member, "ended_at": now},
        State.EXPIRED: {"ended_at": now},
    }
    for state, fields in steps.items():
        RecoveryRequest.objects.filter(pk=row.pk).update(**{"state": state, **fields})
        page.goto(reverse("recovery_progress"))
        assert page.locator(f"[data-state={state}]").count() == 1
        check(page, f"forgotten-{state}")


def test_a_new_address_is_reached(open_as: Any, check: Any, db: None) -> None:
    page = open_as()
    page.goto(reverse("recovery_address", args=[not_me_tokens.make(Purpose.ADDRESS, uuid4())]))
    check(page, "address")
    press_button(page)
    check(page, "address-over")


def forgot(page: Page, check: Any) -> RecoveryRequest:
    page.goto(reverse("recovery_forgotten"))
    check(page, "forgotten")
    page.locator("#id_kpj").fill("24011122201")
    page.locator("#id_nik").fill("3173051207860012")
    press_button(page)
    return RecoveryRequest.objects.get(kpj_index=kpj_index("24011122201"), nik_index=nik_index("3173051207860012"))


def press_button(page: Page) -> None:
    press(page.locator("main form .btn").first)
