"""Whatever the real upstream process does wrong over real HTTP: the last good balance stays, nothing false shows."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Card, User
from balances import selectors, services
from balances.models import Balance
from balances.reading import State
from providers import factory
from tests.balances.upstream import link_sandbox_card

pytestmark = pytest.mark.django_db
AMOUNT = re.compile(r"Rp[\d.]+,\d\d")  # "Rp3" alone may stand in a form's token
ORDINARY = "24011122201"
FAULTS = {
    "http500": "unavailable",
    "http429": "rate_limited",
    "http503": "maintenance",
    "timeout": "unavailable",
    "slow_drip": "unavailable",
    "cut": "unavailable",
    "truncated": "bad_answer",
    "wrong_type": "bad_answer",
    "huge": "bad_answer",
    "other_member": "bad_answer",
    "broken_invariant": "bad_answer",
    "older_as_of": "older_as_of",
    "expired_token": "token_expired",
    "clock_skew": "auth_failed",
    "redirect": "bad_answer",
    "duplicate_keys": "bad_answer",
    "nan": "bad_answer",
}
STORIES = {  # the last two digits of a KPJ
    "91": (State.ERROR, "blocked"),
    "92": (State.ERROR, "maintenance"),
    "94": (State.ERROR, "unavailable"),
    "95": (State.ERROR, "bad_answer"),
    "96": (State.ERROR, "bad_answer"),
    "97": (State.ERROR, "bad_answer"),
    "99": (State.UNAVAILABLE, ""),
}


@pytest.fixture(autouse=True)
def _short_deadline(settings: Any) -> Iterator[None]:
    settings.PROVIDER_DEADLINE_SECONDS = 1.5
    factory._forget()
    yield
    factory._forget()


@pytest.fixture(autouse=True)
def _bells(bells: list[Any]) -> None:
    """The test is the worker."""


def fetch(card: Card) -> str:
    Balance.objects.get_or_create(card=card)
    Balance.objects.filter(card=card).update(next_fetch_at=timezone.now())
    token = Balance.objects.claim(card.pk)
    assert token
    return services.refresh_balance(card_id=card.public_id, token=token)


@pytest.mark.asvs("V16.5.2")
@pytest.mark.parametrize("kind", FAULTS)
def test_a_fault_of_the_upstream_keeps_the_last_good_balance(
    as_member: Client, member: User, sandbox: Any, kind: str
) -> None:
    card = link_sandbox_card(member, ORDINARY, sandbox)
    assert fetch(card) == "ok"
    truth = sandbox.ledger(ORDINARY)["balance"]
    sandbox.set_fault(kind, operation="11")
    assert fetch(card) == FAULTS[kind]
    text = as_member.get(f"/saldo/{card.public_id}/").content.decode()
    assert 'data-state="stale"' in text
    assert f'data-amount="{truth}"' in text
    sandbox.clear_faults()
    if kind not in {"clock_skew"}:  # our own brake stands still for a minute after a refusal of our keys
        assert fetch(card) == "ok"
        assert 'data-state="fresh"' in as_member.get(f"/saldo/{card.public_id}/").content.decode()


@pytest.mark.parametrize("ending", STORIES)
def test_a_card_that_never_had_an_amount_shows_none(as_member: Client, member: User, sandbox: Any, ending: str) -> None:
    state, failure = STORIES[ending]
    card = link_sandbox_card(member, f"240111222{ending}", sandbox)
    fetch(card)
    [one] = selectors.readings_for(member)
    assert (one.state, one.failure, one.amount) == (state, failure, None)
    text = as_member.get(f"/saldo/{card.public_id}/").content.decode()
    assert f'data-state="{state}"' in text
    assert not AMOUNT.search(text)


def test_a_merged_card_of_the_sandbox_says_where_it_went(as_member: Client, member: User, sandbox: Any) -> None:
    card = link_sandbox_card(member, "12055566603", sandbox)
    assert fetch(card) == "merged"
    text = as_member.get(f"/saldo/{card.public_id}/").content.decode()
    assert 'data-state="merged"' in text
    assert "KPJ •••• 2201" in text
    assert not AMOUNT.search(text)


def test_a_revoked_link_keeps_the_balance_and_says_what_to_do(as_member: Client, member: User, sandbox: Any) -> None:
    card = link_sandbox_card(member, ORDINARY, sandbox)
    assert fetch(card) == "ok"
    card.member_ref = "unknown-reference"
    card.save()
    assert fetch(card) == "link_expired"
    text = as_member.get(f"/saldo/{card.public_id}/").content.decode()
    assert 'data-state="stale"' in text
    assert "hubungkan lagi" in text
    assert "data-amount" in text


def test_a_card_of_somebody_else_is_not_found(member: User, sandbox: Any) -> None:
    card = link_sandbox_card(member, ORDINARY, sandbox)
    card.kpj = "19022233393"
    card.save()
    assert fetch(card) == "mismatch"
