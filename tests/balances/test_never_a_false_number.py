"""Rule 5, over everything an upstream can answer or fail with, in every order: what a page shows was really said."""

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as limits
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accounts.models import AuditRow
from balances import services, wording
from balances.models import Balance
from providers import errors, factory
from providers.errors import Wire
from providers.port import AccountStatus, BalanceAnswer, UnavailableReason
from tests.balances.upstream import ScriptedUpstream, answer, record
from tests.factories import make_card, make_member

NOW = timezone.now()
AMOUNT = re.compile(r"Rp[\d.,]+")


def _error(kind: type[errors.ProviderError], wait: int | None) -> errors.ProviderError:
    if kind is errors.HeldBack:
        return errors.HeldBack(timedelta(seconds=wait or 1))
    return kind(wire=Wire(retry_after=None if wait is None else timedelta(seconds=wait)))


failures = st.builds(_error, st.sampled_from(errors.ProviderError.__subclasses__()), st.none() | st.integers(1, 90_000))
amounts = st.decimals(min_value=-10, max_value=10**13, places=2) | st.just(Decimal("0.00"))
answers = st.builds(
    lambda amount, age, status: answer(str(amount), as_of=NOW - timedelta(days=age), account_status=status),
    amounts,
    st.integers(-400, 4000),
    st.sampled_from(AccountStatus),
)
reasons = st.builds(lambda reason: answer(None, unavailable_reason=reason), st.sampled_from(UnavailableReason))
stories = st.lists(failures | answers | reasons | st.just(RuntimeError("ours")), min_size=1, max_size=6)


class WhatAPageShows(TestCase):
    """hypothesis wants a database rolled back between its examples, which only its own test case gives."""

    @limits(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(story=stories, merged_into=st.sampled_from([None, "24011122201"]))
    def test_an_amount_is_shown_only_with_its_date_and_only_if_it_was_said(
        self, story: list[Any], merged_into: str | None
    ) -> None:
        member = make_member("hypothesis@contoh.example")
        card = make_card(member)
        Balance.objects.create(card=card)
        cards = [record(card.kpj, merged_into_kpj=merged_into)] if merged_into else []
        with factory.override(ScriptedUpstream(*story, cards=cards)):
            for _ in story:
                self._fetch(card)
        self._check(member, card, story)

    def _fetch(self, card: Any) -> None:
        Balance.objects.filter(card=card).update(next_fetch_at=timezone.now())
        token = Balance.objects.claim(card.pk)
        assert token
        services.refresh_balance(card_id=card.public_id, token=token)

    def _check(self, member: Any, card: Any, story: list[Any]) -> None:
        said = {one.amount for one in story if isinstance(one, BalanceAnswer) and one.amount is not None}
        client = Client()
        client.force_login(member)
        text = client.get(f"/saldo/{card.public_id}/").content.decode()
        text = re.sub(r'value="\w{64}"', "", text)  # a CSRF token may well hold "Rp5"
        shown = AMOUNT.findall(text)
        believed = {wording.rupiah(amount) for amount in said if amount >= 0}
        assert set(shown) <= believed
        assert ("data-amount" in text) is bool(shown) is bool(re.search(r'data-as-of="\d{4}-\d\d-\d\d"', text))
        assert not shown or "<span>Per " in text
        row = Balance.objects.get(card=card)
        if row.amount is None:
            assert not shown
        assert AuditRow.objects.filter(action="balance_seen_by_member", card=card.public_id).count() == 1


@pytest.mark.asvs("V1.4.2")
@pytest.mark.django_db
def test_a_balance_cannot_be_stored_without_its_date_or_below_zero() -> None:
    from django.db import IntegrityError, transaction

    card = make_card(make_member())
    for wrong in ({"amount": Decimal(1)}, {"amount": Decimal(-1), "as_of": NOW}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Balance.objects.create(card=card, **wrong)
