"""What happens when things happen at once, and when the broker is away."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest
from celery import current_app
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import audit, ring
from accounts.models import Card, CodeEvent, LinkRequest, OutgoingMail, User, kpj_index, nik_index
from accounts.services import cards, limits, linking, linking_steps, recovery, recovery_limits, recovery_steps
from accounts.services.limits import NotNow
from tests.accounts.conftest import KPJ, NIK, ask, link, type_code, work
from tests.factories import make_card, make_member

State = LinkRequest.State


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    gate = threading.Barrier(len(acts))

    def one(act: Callable[[], Any]) -> Any:
        try:
            gate.wait()
            return act()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(one, acts))


@pytest.mark.django_db(transaction=True)
def test_guesses_at_once_are_limited_too():
    make_member("tebak@contoh.example")

    def guess() -> str:
        data = {"login": "tebak@contoh.example", "password": "salah salah salah"}
        return Client().post(reverse("account_login"), data).content.decode()

    answers = at_once(*[guess] * 12)
    assert sum("tidak cocok" in answer for answer in answers) <= 5


@pytest.mark.django_db(transaction=True)
def test_the_same_request_twice_at_once_is_one(upstream):
    member = make_member()
    rows = at_once(*[lambda: ask(member)] * 6)
    assert {row.pk for row in rows} == {LinkRequest.objects.get().pk}


@pytest.mark.django_db(transaction=True)
def test_one_bell_heard_by_many_workers_is_one_call(upstream):
    row = ask(make_member())
    row.refresh_from_db()
    token = row.fetch_started_at
    assert token

    def answer() -> None:
        linking_steps.advance_link(public_id=row.public_id, token=token)

    assert at_once(*[answer] * 8) == [None] * 8
    assert upstream.calls == ["verify_member"]


@pytest.mark.asvs("V2.3.4")
@pytest.mark.django_db(transaction=True)
def test_two_people_who_prove_one_card_at_once_end_in_a_dispute(upstream):
    rows = []
    for _ in range(2):
        member = make_member()
        row = work(ask(member))
        type_code(row, upstream.outbox[-1][1])
        LinkRequest.objects.filter(pk=row.pk).update(challenge_ref=f"C{len(upstream.outbox)}")
        rows.append(row)
    for sent in upstream._challenges.values():  # the second code voided the first: here both shall be right
        sent.open = True

    def prove(row: LinkRequest) -> Callable[[], Any]:
        row.refresh_from_db()
        token = row.fetch_started_at
        assert token
        return lambda: linking_steps.advance_link(public_id=row.public_id, token=token)

    at_once(*[prove(row) for row in rows])
    LinkRequest.objects.filter(state=State.CHECKING_CODE).update(next_fetch_at=timezone.now())
    linking.ring_due_links()  # the loser of the race met the unique index; its row goes on
    states = {work(row).state for row in rows}
    assert states == {State.LINKED, State.DISPUTED}
    assert Card.objects.get().state == "frozen"


def test_the_loser_of_the_race_is_a_dispute_next_time(member, stranger, upstream, monkeypatch):
    link(stranger, upstream)
    row = work(ask(member))
    type_code(row, upstream.outbox[-1][1])
    monkeypatch.setattr(cards, "holder_of", lambda index: None)
    assert (work(row).state, row.last_error) == (State.CHECKING_CODE, "internal_error")
    monkeypatch.undo()
    LinkRequest.objects.filter(pk=row.pk).update(next_fetch_at=timezone.now())
    linking.ring_due_links()
    assert work(row).state == State.DISPUTED


@pytest.fixture
def no_broker(monkeypatch):
    """Nobody listens where the broker should be."""
    monkeypatch.setattr(current_app.conf, "broker_url", "redis://127.0.0.1:1/0")
    monkeypatch.setattr(ring, "_quiet_until", 0.0)
    ring._connection.cache_clear()
    yield
    ring._connection.cache_clear()
    ring._quiet_until = 0.0


@pytest.mark.django_db(transaction=True)
def test_without_a_broker_people_sign_up_in_and_ask_for_cards(no_broker, upstream):
    client = Client()
    answer = client.post(reverse("account_signup"), {"email": "baru@contoh.example", "password1": "kalimat sandi baru"})
    assert answer.status_code == 302
    mail = OutgoingMail.objects.get()
    assert mail.next_fetch_at
    member, client = make_member("ada@contoh.example"), Client()
    data = {"login": "ada@contoh.example", "password": "kata-sandi-uji-2026"}
    assert client.post(reverse("account_login"), data).status_code == 302
    typed = {"kpj": KPJ, "nik": "3171011708450001", "name": "BUDI UJI", "birth_date": "17-08-1945"}
    assert client.post(reverse("card_add"), typed).status_code == 302
    row = LinkRequest.objects.get()
    assert (row.member, row.state) == (User.objects.get(pk=member.pk), State.MATCHING)
    assert work(row).state == State.CODE_SENT


@pytest.mark.django_db(transaction=True)
def test_codes_of_many_accounts_about_one_card_are_counted_before_they_are_sent(upstream, monkeypatch):
    rows = [work(ask(make_member())) for _ in range(limits.CODES_A_DAY - 1)]
    LinkRequest.objects.update(code_after=timezone.now())
    again = [
        partial(linking.resend_code, member=row.member, public_id=row.public_id, source=audit.SYSTEM) for row in rows
    ]
    write = limits.count_code

    def slowly(**event: Any) -> None:
        time.sleep(0.2)  # long enough for the others to look, if nothing holds them
        write(**event)

    monkeypatch.setattr(limits, "count_code", slowly)
    assert sum(isinstance(one, NotNow) for one in at_once(*again)) == len(rows) - 1


@pytest.mark.django_db(transaction=True)
def test_codes_of_lupa_akun_asked_for_at_once_are_counted_before_they_are_sent(upstream):
    card = make_card(make_member(nik_index=nik_index(NIK)), KPJ)
    card.member_ref = "M0"
    card.save()
    asked = [recovery.ask(kpj_index=kpj_index(KPJ), nik_index=nik_index(NIK)) for _ in range(6)]
    bells = []
    for row in asked:
        row.refresh_from_db()
        assert row.fetch_started_at
        bells.append(partial(recovery_steps.advance, public_id=row.public_id, token=row.fetch_started_at))
    assert at_once(*bells) == [None] * 6
    assert 1 <= len(upstream.outbox) <= recovery_limits.STRANGERS_CODES_A_DAY
    assert CodeEvent.objects.filter(kind="sent").count() == len(upstream.outbox)


@pytest.mark.asvs("V2.4.1")
@pytest.mark.django_db(transaction=True)
def test_guesses_of_many_accounts_about_one_card_are_counted_before_they_are_answered(upstream):
    rows = [work(ask(make_member())) for _ in range(4)]
    LinkRequest.objects.update(challenge_ref="C1", state=State.CODE_SENT, next_fetch_at=None, fetch_started_at=None)
    for _ in range(limits.WRONG_CODES_A_DAY - 2):
        limits.count_code(kind="wrong", member=rows[0].member, kpj_index=bytes(rows[0].kpj_index))
    done = at_once(*[partial(type_code, row, "000000") for row in rows])
    assert sum(isinstance(one, NotNow) for one in done) == 2


@pytest.mark.django_db(transaction=True)
def test_codes_asked_for_at_once_are_capped_too(upstream):
    members = [make_member() for _ in range(3)]
    index = kpj_index(KPJ)
    for member in members:  # nobody's first
        limits.count_code(kind="sent", member=member, kpj_index=index)

    def reserve(member: User) -> None:
        with transaction.atomic():
            limits.reserve_code(member=member, kpj_index=index)

    done = at_once(*[partial(reserve, one) for one in members * 2])
    assert sum(one is None for one in done) == limits.CODES_A_DAY - 3
