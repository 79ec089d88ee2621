"""Rule 5, over everything an upstream can answer or fail with, in every order: what a page shows was really said.

After a fault nothing stored shows no figure at all, in particular no 0; something stored shows exactly the old figures
with their old dates. Looked at is everything the URL resolver offers about a card: pages, parts of pages, documents.
"""

import os
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as limits
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accounts.models import AuditRow, Card
from balances import services, statement, wording
from balances.models import Balance, Statement
from providers import errors, factory
from providers.errors import Wire
from providers.port import AccountStatus, BalanceAnswer, UnavailableReason
from tests.balances import faulty
from tests.balances.faulty import KINDS, OPERATIONS, FaultyUpstream
from tests.balances.rendered import Figure, everything, projected
from tests.balances.test_sandbox_faults import FAULTS
from tests.balances.upstream import ScriptedUpstream, answer, link_sandbox_card, record
from tests.factories import make_balance, make_card, make_member
from tests.plugins.processes import Sandbox, _empty

NOW = timezone.now()
NOON = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
AMOUNT = re.compile(r"Rp[\d.,]+")
SAME_IN_CI = {"derandomize": bool(os.environ.get("CI")), "deadline": None, "suppress_health_check": list(HealthCheck)}


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


def fetch_balance(card: Card) -> str:
    Balance.objects.get_or_create(card=card)
    Balance.objects.filter(card=card).update(next_fetch_at=timezone.now())
    token = Balance.objects.claim(card.pk)
    assert token
    return services.refresh_balance(card_id=card.public_id, token=token)


def fetch_statement(card: Card) -> str:
    Statement.objects.get_or_create(card=card)
    Statement.objects.filter(card=card).update(next_fetch_at=timezone.now())
    token = Statement.objects.claim(card.pk)
    assert token
    return statement.refresh_statement(card_id=card.public_id, token=token)


class WhatAPageShows(TestCase):
    """hypothesis wants a database rolled back between its examples, which only its own test case gives."""

    @limits(max_examples=20, **SAME_IN_CI)
    @given(story=stories, merged_into=st.sampled_from([None, "24011122201"]))
    def test_an_amount_is_shown_only_with_its_date_and_only_if_it_was_said(
        self, story: list[Any], merged_into: str | None
    ) -> None:
        member = make_member("hypothesis@contoh.example")
        card = make_card(member)
        cards = [record(card.kpj, merged_into_kpj=merged_into)] if merged_into else []
        with factory.override(ScriptedUpstream(*story, cards=cards)):
            for _ in story:
                fetch_balance(card)
        self._check(member, card, story)

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
        assert not shown or re.search(r">Per \d", text)
        row = Balance.objects.get(card=card)
        if row.amount is None:
            assert not shown
        assert AuditRow.objects.filter(action="balance_seen_by_member", card=card.public_id).count() == 1


# Any faults of any operations, one after the other

faults = st.dictionaries(st.sampled_from(OPERATIONS), st.sampled_from(KINDS), max_size=len(OPERATIONS))
steps = st.lists(st.tuples(faults, st.sampled_from(["balance", "statement"])), min_size=1, max_size=6)
SLOW = (".pdf", ".xlsx", ".csv")  # the same as the JSON: tests/balances/test_documents_seeds.py
# The last is from the file of everything one's own, where the date is another field of the row.
OTHERS = {Figure("Rp2.222.222,00"), Figure("2222222.00", "2026-10-31"), Figure("2222222.00")}


class Member:
    """Somebody who looks at everything there is, with a card that is asked for and one that is not."""

    def __init__(self, *, language: str, other_known: bool) -> None:
        self.member, self.client, self.language = make_member(language=language), Client(), language
        self.client.force_login(self.member)
        self.card, other = make_card(self.member), make_card(self.member)
        if other_known:
            make_balance(other, "2222222.00", as_of=datetime(2026, 10, 31, 9, tzinfo=UTC))

    def look(self) -> dict[str, Any]:
        shown = everything(self.client, self.card, languages=(self.language,), but=SLOW)
        return {name: (one.figures, one.law) for name, one in shown.items()}


def figures_of(look: dict[str, Any]) -> set[Figure]:
    return {figure for figures, _ in look.values() for figure in figures}


class AnyFaults(TestCase):
    @limits(max_examples=7, **SAME_IN_CI)
    @given(story=steps, language=st.sampled_from(["id", "en"]), other_known=st.booleans())
    def test_only_a_good_answer_changes_a_figure(self, story: Any, language: str, other_known: bool) -> None:
        self._walk(story, language, other_known)

    @pytest.mark.heavy
    @limits(max_examples=300, **SAME_IN_CI)
    @given(story=steps, language=st.sampled_from(["id", "en"]), other_known=st.booleans())
    def test_only_a_good_answer_changes_a_figure_in_very_many_orders(
        self, story: Any, language: str, other_known: bool
    ) -> None:
        self._walk(story, language, other_known)

    def _walk(self, story: Any, language: str, other_known: bool) -> None:
        with time_machine.travel(NOON, tick=False):
            person = Member(language=language, other_known=other_known)
            before = person.look()
            assert figures_of(before) == (OTHERS if other_known else set())
            upstream = FaultyUpstream(person.card.kpj)
            with factory.override(upstream):
                for faults, what in story:
                    before = self._step(person, upstream, faults, what, before)
            assert person.look() == before

    def _step(self, person: Member, upstream: FaultyUpstream, faults: Any, what: str, before: Any) -> Any:
        """What everything shows after it: a good answer's figures, or else what it showed before."""
        upstream.version, upstream.faults = upstream.version + 1, faults
        code = (fetch_balance if what == "balance" else fetch_statement)(person.card)
        assert code == "ok" or faults, code
        if code != "ok":
            return before
        after = person.look()
        if what == "balance":
            told = faulty.balance(upstream.version - (faults.get("11") == "older_as_of"))
            assert told.as_of
            figure = Figure(f"{told.amount:.2f}", f"{timezone.localdate(told.as_of)}")
            assert figure in after[f"{person.language} /saldo/{person.card.public_id}/"][0]
        return after


# The real client and the real sandbox, once for each kind

QUICK = {"timeout", "slow_drip"}


@pytest.fixture
def shows(member: Any, as_member: Client, sandbox: Sandbox, settings: Any) -> Any:
    """`shows(card, languages)`; the test is the worker, and no brake of an earlier fault is in its way."""
    settings.PROVIDER_MAX_PER_SECOND = 1000.0

    def look(card: Card, *, but: tuple[str, ...] = ()) -> dict[str, Any]:
        shown = everything(as_member, card, languages=(member.language,), but=but)
        return {name: (one.figures, one.law) for name, one in shown.items()}

    yield look
    factory._forget()


def under(sandbox: Sandbox, settings: Any, kind: str, operation: str, card: Card) -> str:
    """One fetch with the fault set, and with patience for no longer than it needs."""
    settings.PROVIDER_DEADLINE_SECONDS = 0.4 if kind in QUICK else 5.0
    factory._forget()
    _empty(os.environ["REDIS_URL"])
    sandbox.set_fault(kind, operation=operation)
    code = ASKED[operation](card)
    sandbox.clear_faults()
    settings.PROVIDER_DEADLINE_SECONDS = 5.0
    factory._forget()
    _empty(os.environ["REDIS_URL"])
    return code


ASKED: dict[str, Callable[[Card], str]] = {
    "11": fetch_balance,
    "J2": fetch_statement,
    "J3": fetch_statement,
    "J4": fetch_statement,
}
POSSIBLE = {kind: ("11", "J3", "J4") if kind == "older_as_of" else tuple(ASKED) for kind in FAULTS}
OFTEN = [(kind, ("11", "J3"), ("id", "en")[number % 2]) for number, kind in enumerate(FAULTS)]
EVERY = [(kind, POSSIBLE[kind], language) for kind in FAULTS for language in ("id", "en")]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "operations", "language"),
    [*OFTEN, *(pytest.param(*one, marks=pytest.mark.heavy) for one in EVERY)],
    ids=lambda one: one if isinstance(one, str) else "+".join(one),
)
def test_a_real_fault_shows_nothing_where_nothing_was_and_the_old_where_it_was(  # noqa: PLR0917 - fixtures
    member: Any, sandbox: Sandbox, settings: Any, shows: Any, kind: str, operations: tuple[str, ...], language: str
) -> None:
    member.language = language
    but = SLOW if len(operations) == len(OFTEN[0][1]) and kind != "http500" else ()
    sandbox.set_today("2026-10-20")
    settings.DEMO = True  # the sandbox stands on another day
    card = link_sandbox_card(member, "24011122201", sandbox)
    make_card(member)
    if kind != "older_as_of":  # an older answer where there is none is one, with its older date
        for operation in operations:
            assert under(sandbox, settings, kind, operation, card) != "ok"
        assert figures_of(shows(card, but=but)) == set()
    assert (fetch_balance(card), fetch_statement(card)) == ("ok", "ok")
    something = shows(card, but=but)
    assert len(figures_of(something)) > 20
    if kind != "older_as_of":
        sandbox.set_today("2026-11-22")  # a month more is in the ledger
    for operation in operations:
        assert under(sandbox, settings, kind, operation, card) != "ok"
    assert shows(card, but=but) == something
    assert fetch_balance(card) == "ok"
    assert kind != "http500" or shows(card, but=but) != something  # so the comparison can fail


@pytest.mark.django_db
def test_an_estimate_from_nothing_is_no_balance(member: Any, as_member: Client) -> None:
    """What a member typed gives estimates, marked as such; the unknown balance is neither shown nor put as 0."""
    shown = projected(as_member, make_card(member))
    text = shown.body.decode()
    assert "belum diketahui, tidak dihitung" in text
    assert shown.figures
    assert "data-amount" not in text
    assert not {"Rp0", "Rp0,00", "0.00", "0"} & {one.text for one in shown.figures}


@pytest.mark.asvs("V1.4.2")
@pytest.mark.django_db
def test_a_balance_cannot_be_stored_without_its_date_or_below_zero() -> None:
    from django.db import IntegrityError, transaction

    card = make_card(make_member())
    for wrong in ({"amount": Decimal(1)}, {"amount": Decimal(-1), "as_of": NOW}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Balance.objects.create(card=card, **wrong)
