"""What an attacker or a sick upstream tried on linking, found open once and closed since."""

import re
import threading
import time
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts import audit
from accounts.models import LinkRequest, OfferedCard, User
from accounts.services import cards, linking_steps
from tests.accounts.conftest import BLOCKED_KPJ, ask, link, type_code, upstream, work
from tests.factories import make_member

__all__ = ["upstream"]
State = LinkRequest.State
BLOCKED = {"kpj": BLOCKED_KPJ, "nik": "3171011708450002", "name": "BLOKIR UJI"}
UNKNOWN = {"kpj": "25999999999"}


def step(row: LinkRequest) -> LinkRequest:
    row.refresh_from_db()
    assert row.fetch_started_at
    linking_steps.advance_link(public_id=row.public_id, token=row.fetch_started_at)
    row.refresh_from_db()
    return row


@pytest.mark.django_db
def test_a_card_list_without_the_own_card_is_somebody_elses_and_offers_nothing(upstream, monkeypatch, caplog):
    foreign = upstream.people[1].cards[0].record
    monkeypatch.setattr(type(upstream), "list_cards", lambda self, *, member_ref: (foreign,))
    row = link(make_member(), upstream)
    assert (row.state, row.next_fetch_at) == (State.LINKED, None)
    assert not OfferedCard.objects.exists()
    assert "card_list_refused" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_a_card_list_that_arrives_while_the_card_is_let_go_leaves_nothing(upstream, monkeypatch):
    row = work(ask(make_member()))
    type_code(row, upstream.outbox[-1][1])
    card = step(row).card
    assert card
    letting_go = threading.Event()

    def slowly(_card: Any) -> None:
        letting_go.set()
        time.sleep(0.5)

    def let_go() -> None:
        try:
            cards.unlink(card=card, source=audit.SYSTEM)
        finally:
            connection.close()

    monkeypatch.setattr(cards, "on_unlink", [slowly])
    other = threading.Thread(target=let_go)
    other.start()
    assert letting_go.wait(60)
    step(row)
    other.join()
    card.refresh_from_db()
    assert (card.state, card.employer_name, card.membership) == ("unlinked", "", "")
    assert not OfferedCard.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("button", ["link_resend", "link_staff", "link_cancel"])
def test_no_button_tells_a_blocked_card_from_an_unknown_one(upstream, button):
    """A blocked card matches (J1) and is refused when the code is to be sent (J5): between the two nothing may show."""

    def pressed(member: User, row: LinkRequest) -> str:
        client = Client()
        client.force_login(member)
        page = client.post(reverse(button, args=[row.public_id]), follow=True).content.decode()
        return re.sub(r'value="\w{64}"|[0-9a-f-]{36}|[0-9a-f]{8}|•••• \d{4}', "", page)

    blocked, unknown = make_member(), make_member()
    matched = step(ask(blocked, **BLOCKED))
    assert matched.state == State.SENDING_CODE
    assert pressed(blocked, matched) == pressed(unknown, ask(unknown, **UNKNOWN))
