"""Linking over the wire: the sandbox process answers, and a real worker process does the steps."""

import time
from datetime import date
from itertools import count
from typing import Any

import pytest
from django.urls import reverse

from accounts import audit, selectors
from accounts.models import Card, LinkRequest, OutgoingMail
from accounts.services import linking, mail
from tests.accounts.conftest import type_code, work

State = LinkRequest.State
BUDI = {"kpj": "24011122201", "nik": "3173051207860012", "name": "BUDI SANTOSA", "birth_date": date(1986, 7, 12)}


_seeds = count(1)


@pytest.fixture
def someone(sandbox) -> dict[str, Any]:
    """A person nobody used yet: the sandbox counts codes per card and day."""
    found = sandbox.people(1, seed=f"accounts-{next(_seeds)}")[0]
    born = date.fromisoformat(found["birth_date"])
    return {"kpj": found["kpj"][0], "nik": found["nik"], "name": found["name"], "birth_date": born}


def request(member, **data) -> LinkRequest:
    return linking.request_link(member=member, source=audit.SYSTEM, **data)


def code_for(sandbox, kpj: str) -> str:
    sent = [one for one in sandbox.outbox() if one["kpj"] == kpj]
    return str(sent[-1]["code"])


@pytest.fixture
def member(member):
    member.name = ""
    member.save()
    return member


def test_a_person_links_a_card(member, sandbox, someone):
    row = work(request(member, **someone))
    assert (row.state, row.match_type) == (State.CODE_SENT, "DEFN")
    assert row.code_destination
    type_code(row, code_for(sandbox, someone["kpj"]))
    assert work(row).state == State.LINKED
    card = Card.objects.get()
    assert card.card_ref
    assert card.membership
    member.refresh_from_db()
    assert member.name == someone["name"]


def test_the_other_cards_of_the_person_are_offered(member, sandbox):
    row = work(request(member, **BUDI))
    type_code(row, code_for(sandbox, BUDI["kpj"]))
    assert work(row).state == State.LINKED
    offers = {offer.kpj_last4: offer.membership for offer in selectors.offers_to(member)}
    assert offers == {"4402": "NON_AKTIF", "6603": "DIGABUNG"}


@pytest.mark.parametrize("change", [{"kpj": "20077788890"}, {"kpj": BUDI["kpj"]}, {"name": "ORANG LAIN SAMA SEKALI"}])
def test_what_does_not_match_is_refused(member, sandbox, someone, change):
    row = work(request(member, **someone | change))
    assert (row.state, row.refusal) == (State.REFUSED, "no_match")


def test_wrong_codes_use_up_the_challenge(member, sandbox, someone):
    row = work(request(member, **someone))
    right = code_for(sandbox, someone["kpj"])
    wrong = "000000" if right != "000000" else "111111"
    for left in (2, 1, None):
        type_code(row, wrong)
        assert work(row).attempts_left == left
    assert (row.state, row.last_error) == (State.CODE_SENT, "attempts_used")


def test_a_lost_answer_sends_no_second_code(member, sandbox, someone):
    """The sandbox does the work and cuts the connection: asked again, it gives the same challenge."""
    sandbox.set_fault("cut", operation="J5", times=1)
    row = work(request(member, **someone))
    assert (row.state, row.failures) == (State.SENDING_CODE, 1)
    LinkRequest.objects.update(next_fetch_at=row.created_at)
    linking.ring_due_links()
    assert work(row).state == State.CODE_SENT
    assert len([one for one in sandbox.outbox() if one["kpj"] == someone["kpj"]]) == 1


def test_the_upstream_down_waits_and_goes_on(member, sandbox, someone):
    sandbox.set_fault("http500", operation="J1")
    row = work(request(member, **someone))
    assert (row.state, row.last_error) == (State.MATCHING, "unavailable")
    sandbox.clear_faults()
    LinkRequest.objects.update(next_fetch_at=row.created_at)
    linking.ring_due_links()
    assert work(row).state == State.CODE_SENT


def until(row: LinkRequest, state: str, seconds: float = 30) -> LinkRequest:
    end = time.monotonic() + seconds
    while time.monotonic() < end and row.state != state:
        time.sleep(0.1)
        row.refresh_from_db()
    assert row.state == state
    return row


def test_a_real_worker_links_a_card_and_sends_mail(member, as_member, sandbox, someone, worker):
    worker()
    answer = as_member.post(reverse("card_add"), {**someone, "birth_date": someone["birth_date"].strftime("%d-%m-%Y")})
    row = until(LinkRequest.objects.get(), State.CODE_SENT)
    assert answer.url == reverse("link_progress", args=[row.public_id])
    as_member.post(reverse("link_code", args=[row.public_id]), {"code": code_for(sandbox, someone["kpj"])})
    until(row, State.LINKED)
    queued = mail.queue(to="budi@contoh.example", subject="Halo", text="Isi surat")
    end = time.monotonic() + 30
    while time.monotonic() < end and OutgoingMail.objects.get(pk=queued.pk).sent_at is None:
        time.sleep(0.1)
    assert OutgoingMail.objects.get(pk=queued.pk).message_sealed == ""
    assert any("Halo" in str(one) for one in sandbox.mail())
