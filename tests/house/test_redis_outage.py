"""Redis gone, or frozen, which is worse: members log in, guesses stay limited, balances show, nothing accepted is lost.

Web, worker and beat are real processes over a Redis that is taken away under them.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import LinkRequest, OutgoingMail, User
from balances.models import Balance
from demo.embedded.process import Program, wait_until
from tests.balances.upstream import link_sandbox_card
from tests.factories import PASSWORD, make_balance, make_card, make_member
from tests.house.conftest import QUICK
from tests.house.website import Person, Website, path_of
from tests.plugins.processes import RedisServer, Sandbox, Worker

WAYS = ("stopped", "frozen")
PAGE_SECONDS = 5.0  # a busy machine's share included


def take_away(server: RedisServer, way: str) -> None:
    server.stop() if way == "stopped" else server.freeze()


def bring_back(server: RedisServer, way: str) -> None:
    server.start() if way == "stopped" else server.thaw()


def seconds(act: Callable[[], Any]) -> float:
    start = time.monotonic()
    act()
    return time.monotonic() - start


def make_due(card: Any) -> None:
    Balance.objects.filter(pk=card.pk).update(next_fetch_at=timezone.now(), fetch_started_at=None)


@pytest.mark.asvs("V16.5.2")
@pytest.mark.parametrize("way", WAYS)
def test_members_log_in_and_see_their_balance(
    way: str, website: Callable[..., Website], redis_server: RedisServer, member: User
) -> None:
    """Also when it is due, so that a bell has to be rung, and also when the process rang well before."""
    card = make_card(member)
    make_balance(card, "1234567.00", next_fetch_at=timezone.now())
    site = website(REDIS_URL=redis_server.url)
    person, later = Person(site), Person(site)
    person.log_in(member.email or "")
    assert 'data-amount="1234567.00"' in person.get("/saldo/").text
    take_away(redis_server, way)
    later.log_in(member.email or "", "bukan-kata-sandi-ini")
    assert not later.is_signed_in
    assert "tidak cocok" in later.log_in(member.email or "", "bukan-kata-sandi-ini").text
    later.log_in(member.email or "")
    assert later.is_signed_in
    for _ in range(3):
        make_due(card)
        assert seconds(lambda: person.get("/saldo/")) < PAGE_SECONDS
        assert 'data-amount="1234567.00"' in person.get("/saldo/").text


@pytest.mark.parametrize("way", WAYS)
def test_the_sixth_guess_is_refused_even_if_right(
    way: str, website: Callable[..., Website], redis_server: RedisServer, member: User, stranger: User
) -> None:
    """Of one account; another account still gets in from the same place."""
    site = website(REDIS_URL=redis_server.url)
    take_away(redis_server, way)
    guesser = Person(site)
    for _ in range(5):
        guesser.log_in(member.email or "", "bukan-kata-sandi-ini")
    answer = guesser.log_in(member.email or "", PASSWORD)
    assert not guesser.is_signed_in
    assert "Terlalu banyak percobaan" in answer.text
    guesser.log_in(stranger.email or "")
    assert guesser.is_signed_in


@dataclass(frozen=True)
class House:
    """All processes over one Redis, with a lease that a test can wait out."""

    website: Website
    worker: Worker
    beat: Program


@pytest.fixture
def house(
    website: Callable[..., Website],
    worker: Callable[..., Worker],
    beat: Callable[..., Program],
    redis_server: RedisServer,
) -> House:
    environ = {"REDIS_URL": redis_server.url, **QUICK}
    return House(website(**environ), worker(**environ), beat(**environ))


@pytest.mark.parametrize("way", WAYS)
def test_what_was_accepted_meanwhile_is_done_when_redis_is_back(
    way: str, house: House, redis_server: RedisServer, sandbox: Sandbox, member: User
) -> None:
    """A link request, a balance and a mail, by a worker and a beat that lived through it."""
    card = link_sandbox_card(make_member("lama@contoh.example"), "24011122201", sandbox)
    make_balance(card, "1.00", as_of=timezone.now() - timedelta(days=90), next_fetch_at=timezone.now())
    person, owner, newcomer = Person(house.website), Person(house.website), Person(house.website)
    person.log_in(member.email or "")
    owner.log_in("lama@contoh.example")
    someone = sandbox.people(1, f"redis-{way}")[0]
    take_away(redis_server, way)

    born = date.fromisoformat(someone["birth_date"]).strftime("%d-%m-%Y")
    data = {"kpj": someone["kpj"][0], "nik": someone["nik"], "name": someone["name"], "birth_date": born}
    progress = path_of(person.post("/kartu/tambah/", **data))
    assert 'data-state="checking"' in person.get(progress).text
    assert 'data-amount="1.00"' in owner.get("/saldo/").text
    newcomer.post("/akun/daftar/", email=f"baru-{way}@contoh.example", password1="panjang-dan-mudah-diingat")
    assert LinkRequest.objects.get().state == LinkRequest.State.MATCHING
    assert OutgoingMail.objects.filter(sent_at=None).exists()
    time.sleep(1)  # long enough for worker and beat to notice
    bring_back(redis_server, way)

    truth = sandbox.ledger(card.kpj)["balance"]
    person.wait_for(progress, 'data-state="code"', timeout=90)
    owner.wait_for("/saldo/", f'data-amount="{truth}"', timeout=90)
    assert wait_until(lambda: not OutgoingMail.objects.filter(sent_at=None).exists(), timeout=90, pause=0.2)
    assert any(f"baru-{way}@contoh.example" in str(one["to"]) for one in sandbox.mail())
    assert house.worker.program.running
    assert house.beat.running
