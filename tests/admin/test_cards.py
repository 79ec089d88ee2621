"""Unlinking, fetching again, and deciding link requests."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditRow, Card, LinkDecision, LinkRequest, User
from balances.models import Balance
from tests.admin.conftest import make_request, second_factor_done
from tests.factories import make_member

REASON = "sesuai berkas yang dibawa"


def unlink(client: Client, card: Card) -> Any:
    return client.post(reverse("admin:accounts_card_unlink", args=[card.pk]), {"reason": REASON})


def decide(client: Client, row: LinkRequest, word: str) -> Any:
    return client.post(reverse(f"admin:accounts_linkrequest_{word}", args=[row.pk]), {"reason": REASON})


def fetch(client: Client, card: Card) -> Any:
    return client.post(reverse("admin:balances_balance_fetch", args=[card.pk]), follow=True)


def test_unlinking_deletes_the_balance_and_says_why(as_keeper: Client, keeper: User, card: Card) -> None:
    unlink(as_keeper, card)
    card.refresh_from_db()
    assert card.state == Card.State.UNLINKED
    assert not Balance.objects.filter(pk=card.pk).exists()
    row = AuditRow.objects.get(action="card_unlinked")
    assert (row.actor, row.card, row.reason, row.door) == (keeper.public_id, card.public_id, REASON, "admin")


def test_a_disputed_card_is_not_unlinked(as_keeper: Client, card: Card) -> None:
    Card.objects.filter(pk=card.pk).update(state="frozen", frozen_because="disputed")
    unlink(as_keeper, card)
    card.refresh_from_db()
    assert card.state == "frozen"


def test_unlinking_and_fetching_are_refused_to_everybody_else(
    as_member: Client, as_stranger: Client, as_idle_staff: Client, card: Card
) -> None:
    for client, status in ((as_member, 302), (as_stranger, 302), (as_idle_staff, 403)):
        assert unlink(client, card).status_code == status
        fetched = client.post(reverse("admin:balances_balance_fetch", args=[card.pk]))
        assert fetched.status_code == status
    card.refresh_from_db()
    assert card.state == "active"
    assert not Balance.objects.get(pk=card.pk).in_flight


def test_fetching_again_claims_once_and_says_what_happened(as_keeper: Client, card: Card) -> None:
    stale = timezone.now() - timezone.timedelta(days=1)
    Balance.objects.filter(pk=card.pk).update(fetched_at=stale, next_fetch_at=stale)
    assert "sedang diambil lagi" in fetch(as_keeper, card).content.decode()
    token = Balance.objects.get(pk=card.pk).fetch_started_at
    assert token is not None
    assert "memang sedang diambil" in fetch(as_keeper, card).content.decode()
    assert Balance.objects.get(pk=card.pk).fetch_started_at == token
    assert AuditRow.objects.filter(action="balance_refresh_asked", door="admin").count() == 1


def test_fetching_a_locked_card_is_not_possible(as_keeper: Client, card: Card) -> None:
    Card.objects.filter(pk=card.pk).update(state="frozen", frozen_because="owner")
    assert "tidak dapat diambil" in fetch(as_keeper, card).content.decode()


def test_two_staff_approve_a_request_that_waits(as_keeper: Client, waiting: LinkRequest, member: User) -> None:
    decide(as_keeper, waiting, "approve")
    waiting.refresh_from_db()
    assert waiting.state == LinkRequest.State.WAITING_STAFF
    assert not member.cards.exists()
    decide(as_keeper, waiting, "approve")  # the same person again changes nothing
    assert LinkDecision.objects.count() == 1
    second = make_member(is_staff=True, is_superuser=True)
    decide(second_factor_done(second), waiting, "approve")
    waiting.refresh_from_db()
    assert waiting.state == LinkRequest.State.LINKED
    assert member.cards.get().proof == Card.Proof.STAFF
    assert AuditRow.objects.filter(action="link_decided", reason=REASON, door="admin").count() == 2


def test_one_refusal_ends_a_request_and_staff_read_why(as_keeper: Client, waiting: LinkRequest, member: User) -> None:
    decide(as_keeper, waiting, "refuse")
    waiting.refresh_from_db()
    assert waiting.state == LinkRequest.State.REFUSED
    page = as_keeper.get(reverse("admin:accounts_user_change", args=[member.pk])).content.decode()
    assert "ditolak petugas" in page


def test_a_decision_needs_a_request_that_waits(as_keeper: Client, member: User) -> None:
    row = make_request(member, state=LinkRequest.State.CODE_SENT)
    assert decide(as_keeper, row, "approve").status_code == 404
    assert not LinkDecision.objects.exists()


def test_staff_do_not_decide_their_own_request(as_keeper: Client, keeper: User) -> None:
    row = make_request(keeper, state=LinkRequest.State.WAITING_STAFF)
    assert decide(as_keeper, row, "approve").status_code == 403
    assert not LinkDecision.objects.exists()


@pytest.mark.parametrize("word", ["approve", "refuse"])
def test_decisions_are_refused_to_everybody_else(
    as_member: Client, as_idle_staff: Client, waiting: LinkRequest, word: str
) -> None:
    assert decide(as_member, waiting, word).status_code == 302
    assert decide(as_idle_staff, waiting, word).status_code == 403
    assert not LinkDecision.objects.exists()
