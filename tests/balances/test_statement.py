"""The statement as a worker fetches, checks and stores it: from the real sandbox, to the rupiah, never a false number."""

from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Card, User
from balances import selectors, statement
from balances.ledger import StatementReading
from balances.models import Contribution, Employment, Statement, StatementYear
from tests.balances.upstream import link_sandbox_card

pytestmark = pytest.mark.django_db
ORDINARY, GAPS, MERGED, BPU = "24011122201", "17033344402", "12055566603", "23044455505"
SUMS = {
    "opening": "saldoAwal",
    "worker": "iuranPekerja",
    "employer": "iuranPemberiKerja",
    "returns": "hasilPengembangan",
    "correction": "koreksi",
    "claims": "klaim",
    "closing": "saldoAkhir",
}


@pytest.fixture
def rung(monkeypatch: pytest.MonkeyPatch) -> list[tuple[UUID, Any]]:
    """The bells for statements; the test is the worker."""
    bells: list[tuple[UUID, Any]] = []
    monkeypatch.setattr(statement, "ring", lambda name, card, token=None: bells.append((card, token)))
    return bells


def fetch(card: Card) -> str:
    Statement.objects.get_or_create(card=card)
    Statement.objects.filter(card=card).update(next_fetch_at=timezone.now())
    token = Statement.objects.claim(card.pk)
    assert token
    return statement.refresh_statement(card_id=card.public_id, token=token)


def reading(member: User) -> StatementReading:
    [card] = selectors.statement_cards_of(member)
    return selectors.statement_reading_of(card)


def money(said: Any) -> Decimal:
    return Decimal(said["value"] if isinstance(said, dict) else said)


@pytest.mark.parametrize("kpj", [ORDINARY, GAPS, MERGED, BPU])
def test_a_statement_is_the_ledgers_truth(member: User, sandbox: Any, kpj: str) -> None:
    card = link_sandbox_card(member, kpj, sandbox)
    assert fetch(card) == "ok"
    truth, told = sandbox.ledger(kpj), reading(member)
    assert [year.year for year in told.years] == [one["tahun"] for one in truth["years"]]
    for year, true in zip(told.years, truth["years"], strict=True):
        assert {name: getattr(year, name) for name in SUMS} == {name: money(true[ours]) for name, ours in SUMS.items()}
    assert len(told.rows) == len(truth["months"])
    assert told.differences == ()
    assert told.state == "fresh"
    if truth["balance"] is not None and kpj != MERGED:
        assert told.years[-1].closing == told.amount == money(truth["balance"])


def test_the_page_asks_a_worker_and_never_waits(
    as_member: Client, member: User, sandbox: Any, rung: list[Any], bells: Any
) -> None:
    card = link_sandbox_card(member, ORDINARY, sandbox)
    page = f"/saldo/{card.public_id}/rincian/"
    text = as_member.get(page).content.decode()
    assert 'data-state="pending"' in text
    assert "data-poll-url" in text
    as_member.get(page)
    [(card_id, token)] = rung  # once, however often it is looked at
    assert statement.refresh_statement(card_id=card_id, token=token) == "ok"
    text = as_member.get(page).content.decode()
    assert 'data-state="fresh"' in text
    assert 'data-settles="yes"' in text
    assert "data-poll-url" not in text
    assert f'data-amount="{sandbox.ledger(ORDINARY)["balance"]}"' in text
