"""Parts that die in the middle of their work: what was asked for is done all the same, and nothing is half done."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx2
import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Card, LinkRequest, User
from accounts.services.cards import lock_member
from balances.models import Balance, FetchAttempt
from demo.embedded import Postgres
from demo.embedded.postgres import THROW_AWAY
from demo.embedded.process import Program, wait_until
from tests.balances.upstream import balance_calls, link_sandbox_card
from tests.factories import make_balance
from tests.house.conftest import QUICK
from tests.house.website import ROOT, Person, Website
from tests.plugins.processes import Sandbox, Worker

KPJ = "24011122201"


@pytest.fixture
def card(member: User, sandbox: Sandbox) -> Card:
    return link_sandbox_card(member, KPJ, sandbox)


@pytest.fixture
def person(website: Callable[..., Website], member: User, card: Card) -> Person:
    """Signed in; nobody has looked at the card yet."""
    someone = Person(website(**QUICK))
    someone.log_in(member.email or "")
    return someone


def hangs(sandbox: Sandbox, kpj: str, seen: int) -> bool:
    """The upstream has the inquiry and does not answer."""
    return wait_until(lambda: balance_calls(sandbox, kpj) > seen, timeout=60)


def test_a_balance_arrives_although_its_worker_was_killed_in_the_middle(
    person: Person, card: Card, sandbox: Sandbox, worker: Callable[..., Worker], beat: Callable[..., Program]
) -> None:
    """The lease runs out, the sweep rings again, another worker fetches."""
    sandbox.set_fault("timeout", kpj=card.kpj, operation="11", times=1)
    before, victim = balance_calls(sandbox, card.kpj), worker(**QUICK)
    person.get("/saldo/")
    assert hangs(sandbox, card.kpj, before)
    victim.kill()
    assert not FetchAttempt.objects.exists()
    worker(**QUICK)
    beat(**QUICK)
    truth = sandbox.ledger(card.kpj)["balance"]
    person.wait_for(f"/saldo/{card.public_id}/", f'data-amount="{truth}"', timeout=60)
    assert balance_calls(sandbox, card.kpj) == before + 2


def test_a_worker_that_is_asked_to_stop_ends_what_it_does(
    person: Person, card: Card, sandbox: Sandbox, worker: Callable[..., Worker]
) -> None:
    sandbox.set_fault("slow_drip", kpj=card.kpj, operation="11", times=1, milliseconds=2)
    before, one = balance_calls(sandbox, card.kpj), worker(**QUICK)
    person.get("/saldo/")
    assert hangs(sandbox, card.kpj, before)
    one.program.ask_to_stop()
    assert one.program.wait(60)
    assert one.program.exit_code == 0
    assert FetchAttempt.objects.get().outcome == "ok"
    assert Balance.objects.get().fetch_started_at is None


def test_fifty_reloads_while_the_upstream_is_down_are_one_call(
    person: Person, card: Card, sandbox: Sandbox, worker: Callable[..., Worker], settings: Any
) -> None:
    """Ten windows at once, five reloads each; the window is the first wait of the back-off."""
    make_balance(card, "1234567.00", next_fetch_at=timezone.now())
    sandbox.set_fault("http500", kpj=card.kpj, operation="11")
    worker(**QUICK)
    before, answers = balance_calls(sandbox, card.kpj), list[str]()
    begun = time.monotonic()

    def reload() -> None:
        window = person.another_window()
        for _ in range(5):
            answers.append(window.get(f"/saldo/{card.public_id}/").text)

    windows = [threading.Thread(target=reload) for _ in range(10)]
    for window in windows:
        window.start()
    for window in windows:
        window.join()
    assert wait_until(FetchAttempt.objects.exists, timeout=60)
    assert sum('data-amount="1234567.00"' in one for one in answers) == 50
    waits_over = (time.monotonic() - begun) // (settings.BACKOFF_FIRST_SECONDS / 3)  # none, but on a very busy machine
    assert 1 <= balance_calls(sandbox, card.kpj) - before <= 1 + waits_over
    assert 'data-state="stale"' in person.get(f"/saldo/{card.public_id}/").text


@pytest.mark.asvs("V2.3.3")
def test_a_web_process_killed_in_the_middle_leaves_nothing_half_done(
    person: Person, member: User, sandbox: Sandbox, website: Callable[..., Website]
) -> None:
    someone = sandbox.people(1, "killed")[0]
    day = "-".join(reversed(someone["birth_date"].split("-")))
    data = {"kpj": someone["kpj"][0], "nik": someone["nik"], "name": someone["name"], "birth_date": day}
    asking = threading.Thread(target=post_and_be_cut_off, args=(person, data))
    with transaction.atomic():
        lock_member(member.pk)  # so that the request stands in the middle of its transaction
        asking.start()
        assert wait_until(somebody_waits_for_a_lock, timeout=60)
        person.website.kill()
    asking.join(60)
    assert not asking.is_alive()
    assert wait_until(lambda: not somebody_is_busy(), timeout=60)
    assert not LinkRequest.objects.exists()
    person.website.start()
    answer = person.post("/kartu/tambah/", **data)
    assert 'data-state="checking"' in answer.text
    assert LinkRequest.objects.count() == 1


def post_and_be_cut_off(person: Person, data: dict[str, Any]) -> None:
    with suppress(httpx2.TransportError):
        person.http.post("/kartu/tambah/", data={"csrfmiddlewaretoken": person.http.cookies["csrf"], **data})


def somebody_waits_for_a_lock() -> bool:
    return _count("wait_event_type = 'Lock'") > 0


def somebody_is_busy() -> bool:
    return _count("pid <> pg_backend_pid() AND state <> 'idle'") > 0


def _count(condition: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND {condition}")
        return int(cursor.fetchone()[0])


@pytest.fixture
def own_postgres(tmp_path: Path) -> Iterator[Postgres]:
    """A server that only this test uses, with our tables."""
    server = Postgres(tmp_path / "postgres", password="throw-away", log=tmp_path / "postgres.log", settings=THROW_AWAY)
    server.start()
    env = {**os.environ, "DATABASE_URL": server.url}
    for command in (["migrate", "--verbosity=0"], ["createcachetable"]):
        subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, env=env, check=True, timeout=120)
    yield server
    server.stop()
    server.remove()


def test_after_a_restart_of_postgresql_the_next_request_works(
    own_postgres: Postgres, website: Callable[..., Website]
) -> None:
    """The pool looks at a connection before it hands it out, so a dead one costs nobody a page."""
    person = Person(website(DATABASE_URL=own_postgres.url))
    assert "tidak cocok" in person.log_in("siapa@contoh.example", "bukan-kata-sandi-ini").text
    own_postgres.stop()
    answer = person.get("/readyz")
    assert (answer.status_code, answer.text) == (503, "database away")
    own_postgres.start()
    for _ in range(3):
        assert person.get("/readyz").status_code == 200


def test_after_a_busy_hour_and_a_restart_of_postgresql_the_next_request_works(
    own_postgres: Postgres, website: Callable[..., Website]
) -> None:
    """Several dead connections lie in the pool then."""
    person = Person(website(DATABASE_URL=own_postgres.url))
    guess_at_once(person, windows=4)
    own_postgres.stop()
    own_postgres.start()
    assert person.get("/readyz").status_code == 200


def guess_at_once(person: Person, *, windows: int) -> None:
    """Password hashing holds a connection for a while, so the pool opens one for each."""

    def guess(number: int) -> None:
        Person(person.website).log_in(f"siapa{number}@contoh.example", "bukan-kata-sandi-ini")

    guessing = [threading.Thread(target=guess, args=(number,)) for number in range(windows)]
    for one in guessing:
        one.start()
    for one in guessing:
        one.join()
