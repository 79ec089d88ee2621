"""The statement as a worker fetches, checks and stores it: from the real sandbox, to the rupiah, nothing false."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.utils import timezone

from accounts.audit import SYSTEM
from accounts.models import Card, User
from accounts.services.cards import unlink
from balances import selectors, services, statement, sweeps
from balances.ledger import StatementReading
from balances.models import Contribution, Employment, Statement, StatementYear
from providers import factory
from providers.client import SnapProvider
from providers.errors import HeldBack, Maintenance, ProviderError, RateLimited, Wire
from tests.balances.test_sandbox_faults import FAULTS
from tests.balances.upstream import link_sandbox_card
from tests.factories import make_balance, make_card, make_statement

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


def test_only_periods_that_can_change_are_asked_for_again(
    member: User, sandbox: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = link_sandbox_card(member, ORDINARY, sandbox)
    asked: list[tuple[str, Any]] = []

    def watch(name: str, start: str) -> None:
        real = getattr(SnapProvider, name)

        def watched(self: Any, **how: Any) -> Any:
            asked.append((name, how[start]))
            return real(self, **how)

        monkeypatch.setattr(SnapProvider, name, watched)

    watch("fetch_years", "first_year")
    watch("fetch_contributions", "first_month")
    sandbox.set_today("2026-11-22")
    assert fetch(card) == "ok"
    first = reading(member)
    assert fetch(card) == "ok"
    open_year = next(year.year for year in first.years if not year.final)
    assert asked == [
        ("fetch_years", 2024),
        ("fetch_contributions", "2024-01"),
        ("fetch_years", open_year),
        ("fetch_contributions", f"{open_year}-01"),
    ]
    assert open_year > 2024
    again = reading(member)
    assert (again.years, again.rows, again.jobs) == (first.years, first.rows, first.jobs)


def test_a_new_month_of_the_upstream_brings_new_lines(member: User, sandbox: Any) -> None:
    card = link_sandbox_card(member, ORDINARY, sandbox)
    sandbox.set_today("2026-08-20")
    assert fetch(card) == "ok"
    before = reading(member)
    sandbox.set_today("2026-11-22")
    assert fetch(card) == "ok"
    after = reading(member)
    assert (before.as_of, after.as_of) == (date(2026, 7, 31), date(2026, 10, 31))
    assert len(after.rows) > len(before.rows)
    assert after.differences == ()


def test_a_new_balance_makes_the_statement_due(member: User, sandbox: Any, rung: list[Any], bells: Any) -> None:
    card = link_sandbox_card(member, ORDINARY, sandbox)
    sandbox.set_today("2026-08-20")
    assert fetch(card) == "ok"
    sandbox.set_today("2026-11-22")
    [mine] = selectors.statement_cards_of(member)
    assert not statement.claim_statement(mine)  # rested for hours
    services.claim_fetch(card)
    [(card_id, token)] = bells
    assert services.refresh_balance(card_id=card_id, token=token) == "ok"
    [mine] = selectors.statement_cards_of(member)
    assert statement.claim_statement(mine)


# What goes wrong


@pytest.fixture
def patient_for_a_second(settings: Any) -> Iterator[None]:
    settings.PROVIDER_DEADLINE_SECONDS = 1.0
    factory._forget()
    yield
    factory._forget()


@pytest.mark.usefixtures("patient_for_a_second")
@pytest.mark.parametrize(
    ("kind", "operation"),
    [(kind, operation) for kind in FAULTS for operation in ("J3", "J4")]
    + [("other_member", "J2"), ("http500", "J2"), ("other_member", "11"), ("older_as_of", "11"), ("timeout", "11")],
)
def test_a_fault_keeps_the_last_statement_and_yields_no_zero(
    as_member: Client, member: User, sandbox: Any, kind: str, operation: str
) -> None:
    card = link_sandbox_card(member, ORDINARY, sandbox)
    assert fetch(card) == "ok"
    good = reading(member)
    sandbox.set_fault(kind, operation=operation)
    assert fetch(card) != "ok"
    kept = reading(member)
    assert (kept.state, kept.years, kept.rows, kept.amount) == ("stale", good.years, good.rows, good.amount)
    text = as_member.get(f"/saldo/{card.public_id}/rincian/").content.decode()
    assert f'data-amount="{good.amount}"' in text


@pytest.mark.usefixtures("patient_for_a_second", "rung", "bells")
@pytest.mark.parametrize("ending", ["91", "92", "94", "95", "96", "97"])
def test_a_card_that_never_answered_shows_no_amount(as_member: Client, member: User, sandbox: Any, ending: str) -> None:
    card = link_sandbox_card(member, f"240111222{ending}", sandbox)
    assert fetch(card) != "ok"
    text = as_member.get(f"/saldo/{card.public_id}/rincian/").content.decode()
    assert 'data-state="error"' in text
    assert not re.search(r"Rp[\d.]+,\d\d", text)  # shorter, it may be part of a form's token


def test_a_year_that_is_being_calculated_has_no_sums(
    as_member: Client, member: User, sandbox: Any, rung: Any, bells: Any
) -> None:
    card = link_sandbox_card(member, "18011122299", sandbox)
    assert fetch(card) == "ok"
    told = reading(member)
    assert told.state == "unavailable"
    assert told.years[-1].closing is None
    assert "Masih dihitung" in as_member.get(f"/saldo/{card.public_id}/rincian/").content.decode()


def test_an_answer_that_does_not_add_up_never_replaces_one_that_does(member: User, sandbox: Any) -> None:
    card = link_sandbox_card(member, ORDINARY, sandbox)
    assert fetch(card) == "ok"
    Contribution.objects.filter(card=card).first().delete()  # type: ignore[union-attr]
    assert fetch(card) == "ok"  # asked for as a whole, since the sums did not meet
    assert reading(member).differences == ()
    sandbox.set_fault("older_as_of", operation="J4")
    assert fetch(card) == "bad_answer"
    assert reading(member).differences == ()


def test_a_first_answer_that_does_not_add_up_is_shown_and_said(
    as_member: Client, member: User, sandbox: Any, rung: Any, bells: Any
) -> None:
    card = link_sandbox_card(member, ORDINARY, sandbox)
    sandbox.set_fault("older_as_of", operation="J3")
    assert fetch(card) == "ok"
    assert {one.kind.value for one in reading(member).differences} >= {"balance"}
    text = as_member.get(f"/saldo/{card.public_id}/rincian/").content.decode()
    assert 'data-settles="no"' in text
    assert "berbeda" in text


# Claim, fence, owner


def test_a_bell_rung_twice_is_one_fetch(member: User, sandbox: Any) -> None:
    card = link_sandbox_card(member, ORDINARY, sandbox)
    Statement.objects.create(card=card)
    token = Statement.objects.claim(card.pk)
    assert token
    assert statement.refresh_statement(card_id=card.public_id, token=token) == "ok"
    assert statement.refresh_statement(card_id=card.public_id, token=token) == "superseded"
    assert sum(one["count"] for one in sandbox.calls() if one["operation"] == "J3") == 1


def test_a_lost_bell_is_rung_again(member: User, rung: list[Any]) -> None:
    row = make_statement(make_card(member), fetched=False, next_fetch_at=timezone.now() - timedelta(seconds=1))
    Statement.objects.filter(pk=row.pk).update(fetch_started_at=timezone.now() - timedelta(minutes=1))
    make_statement(make_card(member))  # rests
    assert sweeps.sweep_statements() == 1
    assert [card_id for card_id, _ in rung] == [row.card.public_id]


@pytest.fixture
def two_calls_a_second(settings: Any) -> Iterator[None]:
    settings.PROVIDER_MAX_PER_SECOND = 2.0
    factory._forget()
    yield
    factory._forget()


@pytest.mark.usefixtures("two_calls_a_second")
def test_a_worker_waits_in_place_for_the_turn_of_each_call(member: User, sandbox: Any) -> None:
    """Giving up would waste the calls before and cost the member a sweep."""
    card = link_sandbox_card(member, ORDINARY, sandbox)
    assert fetch(card) == "ok"
    calls = {one["operation"]: one["count"] for one in sandbox.calls() if one["operation"] != "73"}
    assert calls == dict.fromkeys(("J1", "11", "J2", "J3", "J4"), 1)


def test_our_own_brake_makes_a_statement_wait(member: User, upstream: Any) -> None:
    card = make_card(member)
    upstream(HeldBack(timedelta(seconds=20)))
    assert fetch(card) == "held_back"
    row = Statement.objects.get(card=card)
    assert (row.held_back, row.failures, row.in_flight) == (True, 0, True)


@pytest.mark.parametrize("error", [Maintenance, RateLimited])
@pytest.mark.parametrize("seconds", [0, 1])
def test_a_wait_of_no_time_does_not_become_a_call_a_look(
    member: User, upstream: Any, rung: list[Any], error: type[ProviderError], seconds: int
) -> None:
    card = make_card(member)
    upstream(error(wire=Wire(status=503, retry_after=timedelta(seconds=seconds))))
    fetch(card)
    assert Statement.objects.get(card=card).next_fetch_at > timezone.now() + timedelta(seconds=5)
    assert not statement.claim_statement(Card.objects.select_related("statement").get(pk=card.pk))
    assert not rung


def test_the_sandboxs_other_day_is_believed_in_a_demo_only(member: User, sandbox: Any, settings: Any) -> None:
    card = link_sandbox_card(member, ORDINARY, sandbox)
    sandbox.set_today((timezone.localdate() + timedelta(days=90)).isoformat())
    assert fetch(card) == "bad_answer"
    settings.DEMO = True
    assert fetch(card) == "ok"


def test_unlinking_deletes_every_line(member: User) -> None:
    card, other = make_card(member), make_card(member)
    make_statement(card)
    make_statement(other)
    unlink(card=card, source=SYSTEM)
    for model in (Statement, StatementYear, Contribution, Employment):
        assert {row.card_id for row in model.objects.all()} == {other.pk}, model


def test_a_card_unlinked_meanwhile_stores_nothing(member: User, sandbox: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    card = link_sandbox_card(member, ORDINARY, sandbox)
    real = statement._settle

    def late(claim: Any, told: Any) -> str:
        unlink(card=card, source=SYSTEM)
        return real(claim, told)

    monkeypatch.setattr(statement, "_settle", late)
    assert fetch(card) == "gone"
    assert not StatementYear.objects.exists()


# The page


def test_a_strangers_statement_is_not_there(as_stranger: Client, member: User) -> None:
    card = make_card(member)
    make_statement(card)
    for path in ("", "potongan/"):
        assert as_stranger.get(f"/saldo/{card.public_id}/rincian/{path}").status_code == 404


def test_a_locked_card_shows_no_line(as_member: Client, member: User) -> None:
    card = make_card(member, state=Card.State.FROZEN, frozen_because=Card.FrozenBecause.DISPUTED)
    make_statement(card)
    text = as_member.get(f"/saldo/{card.public_id}/rincian/").content.decode()
    assert 'data-state="locked"' in text
    assert "Rp" not in re.sub(r'value="[^"]*"', "", text)


@pytest.mark.parametrize(("asked", "status"), [("", 200), ("?tahun=1999", 404), ("?tahun=x", 404), ("?tahun=²", 404)])
def test_only_years_there_are_can_be_chosen(as_member: Client, member: User, asked: str, status: int) -> None:
    card = make_card(member)
    make_statement(card)
    assert as_member.get(f"/saldo/{card.public_id}/rincian/{asked}").status_code == status


def test_a_year_shows_its_own_months(as_member: Client, member: User) -> None:
    card = make_card(member)
    make_statement(card)
    years = sorted(StatementYear.objects.values_list("year", flat=True))
    text = as_member.get(f"/saldo/{card.public_id}/rincian/?tahun={years[0]}").content.decode()
    assert set(re.findall(r'data-month="(\d{4})', text)) == {str(years[0])}
    assert set(re.findall(r'data-year="(\d{4})', text)) == set(map(str, years))


def test_a_warm_page_costs_six_queries(as_member: Client, member: User, django_assert_num_queries: Any) -> None:
    card = make_card(member)
    make_balance(card)
    make_statement(card)
    as_member.get(f"/saldo/{card.public_id}/rincian/")
    with django_assert_num_queries(6):  # session, user, cards with both rows; years, rows, employments
        as_member.get(f"/saldo/{card.public_id}/rincian/")


def test_every_amount_of_the_page_stands_by_a_date(as_member: Client, member: User) -> None:
    card = make_card(member)
    make_statement(card)
    text = as_member.get(f"/saldo/{card.public_id}/rincian/").content.decode()
    closings = re.findall(r'data-amount="[\d.]+" data-as-of="(\d{4}-\d\d-\d\d)"', text)
    assert len(closings) == text.count("data-amount=") > 0
    assert text.count('data-sum="closing"') == len(closings)


# 200 people


@pytest.mark.parametrize("seeds", [40, pytest.param(200, marks=pytest.mark.heavy)])
def test_the_page_is_the_ledger_to_the_rupiah(
    member: User, as_member: Client, sandbox: Any, settings: Any, seeds: int
) -> None:
    settings.PROVIDER_MAX_PER_SECOND = 1000.0
    factory._forget()
    sandbox.set_today("2026-11-22")
    checked = 0
    for person in sandbox.people(seeds, 3):
        kpj = person["kpj"][0]
        truth = sandbox.ledger(kpj)
        card = link_sandbox_card(member, kpj, sandbox)
        assert fetch(card) == "ok", truth["status"]
        text = as_member.get(f"/saldo/{card.public_id}/rincian/").content.decode()
        shown = {
            int(year): sums_of(part) for year, part in re.findall(r'data-year="(\d{4})">(.*?)</tr>', text, re.DOTALL)
        }
        told = {one["tahun"]: {ours: money(one[name]) for ours, name in SUMS.items()} for one in truth["years"]}
        assert shown == told, truth["status"]
        assert 'data-settles="yes"' in text, truth["status"]
        unlink(card=card, source=SYSTEM)
        checked += 1
    factory._forget()
    assert checked == seeds


def test_months_are_judged_as_the_ledger_knows_them(member: User, sandbox: Any, settings: Any) -> None:
    settings.PROVIDER_MAX_PER_SECOND = 1000.0
    factory._forget()
    sandbox.set_today("2026-11-22")
    found: Counter[str] = Counter()
    for person in sandbox.people(40, 11):
        for kpj in person["kpj"]:
            card = link_sandbox_card(member, kpj, sandbox)
            assert fetch(card) == "ok"
            told, truth = reading(member), sandbox.ledger(kpj)
            judged = {
                (stretch.job.npp, one.month, stretch.job.segment): one.state
                for stretch in selectors.stretches_of(told)
                for one in stretch.months
            }
            unpaid = {(row["npp"] or "", row["bulan"]) for row in truth["months"] if row["status"] == "BELUM_BAYAR"}
            for (npp, month, segment), state in judged.items():
                found[state] += 1
                if state == "missing":
                    assert (npp, month) in unpaid, (truth["status"], month)
                due = segment == "PU" and "2015-07" <= month < "2026-08" and truth["status"] != "DIGABUNG"
                if due and (npp, month) in unpaid:
                    assert state == "missing", (truth["status"], month)
            unlink(card=card, source=SYSTEM)
    factory._forget()
    assert set(found) >= {"paid", "late", "missing", "partial", "ahead"}, found


@pytest.mark.parametrize(
    ("final", "told", "day"),
    [
        (False, date(2025, 12, 31), date(2025, 12, 31)),  # in January, told before the upstream looked further
        (False, date(2026, 3, 31), date(2026, 3, 31)),
        (False, date(2027, 1, 5), date(2026, 12, 31)),
        (True, date(2026, 11, 30), date(2026, 12, 31)),
    ],
)
def test_a_year_is_never_dated_later_than_the_upstream_looked(final: bool, told: date, day: date) -> None:
    noon = datetime.combine(told, time(12), tzinfo=UTC)
    [one] = selectors.year_rows([StatementYear(year=2026, final=final)], noon)
    assert one.as_of == day


def sums_of(part: str) -> dict[str, Decimal]:
    found = re.findall(r'data-sum="(\w+)"[^>]*>(−?)<span class="figure">Rp([\d.]+),(\d\d)<', part)
    return {
        name: Decimal(f"{'-' if minus else ''}{whole.replace('.', '')}.{cents}") for name, minus, whole, cents in found
    }
