"""Ways round what closes an account or a card, found open once and closed since."""

import json
import re
import threading
import time
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import audit
from accounts.models import Card, Deletion, RecoveryRequest, User, kpj_index
from accounts.services import cards, contact_change, deletion, locks, not_me, offers, privacy, recovery, telling
from accounts.services.limits import NotNow
from accounts.services.not_me_tokens import Purpose, make
from tests.accounts.conftest import KPJ, link, mails, upstream
from tests.accounts.test_not_me import links, press
from tests.accounts.test_recovery import prove
from tests.factories import PASSWORD, make_balance, make_card

__all__ = ["upstream"]
pytestmark = pytest.mark.django_db
AMOUNT = "31415926.53"
WEB = audit.Source(door="web")


@pytest.fixture
def signed_in(as_member):
    """As the member, or a thief with the password, who has just proved it."""
    as_member.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return as_member


# An amount that a page withholds


@pytest.mark.parametrize("because", [one for one in Card.FrozenBecause.values if one])
def test_what_a_closed_card_holds_is_in_no_export(signed_in, member, because):
    card = make_card(member, KPJ)
    make_balance(card, AMOUNT)
    pages = (reverse("privacy_data"), reverse("privacy_download"))
    assert all("31" in signed_in.get(page).content.decode() for page in pages)
    assert AMOUNT in signed_in.get(pages[1]).content.decode()
    Card.objects.update(state="frozen", frozen_because=because)
    for page in pages:
        text = signed_in.get(page).content.decode()
        assert not re.search(r"31[.,]?415[.,]?926", text)
    told = json.loads(signed_in.get(pages[1]).content)["data"]
    assert [name for name, part in told.items() if name.startswith("balances.") and part["rows"]] == []


# Closed by "Bukan saya" or by the owner, and let go by another door


def test_consent_taken_back_does_not_let_a_reported_card_go(member, upstream):
    link(member, upstream)
    press(links(member.email, "terhubung ke akun Anda")[0])
    privacy.withdraw(member=member, source=WEB)
    assert [(one.state, one.frozen_because) for one in member.cards.all()] == [("frozen", "reported")]
    privacy.let_go_after_disputes()
    assert member.cards.get().state == "frozen"


def test_an_account_with_a_reported_card_is_deleted_after_staff_decided(member, staff, upstream):
    card = link(member, upstream).card
    press(links(member.email, "terhubung ke akun Anda")[0])
    deletion.ask(member=member, source=WEB)
    Deletion.objects.update(due_at=timezone.now())
    assert deletion.carry_out_due() == 0
    cards.unlink(card=card, source=audit.Source(door="admin", actor=staff), reason="bukan pemiliknya")
    assert deletion.carry_out_due() == 1


@pytest.mark.parametrize("lock", ["card", "account"])
def test_consent_taken_back_opens_no_lock(signed_in, member, lock):
    card = make_card(member, KPJ)
    if lock == "card":
        locks.lock_card(member=member, public_id=card.public_id, source=WEB)
    else:
        locks.lock_account(member=member, source=WEB)
    with pytest.raises(cards.Locked):
        privacy.withdraw(member=member, source=WEB)
    page = signed_in.post(reverse("privacy_withdraw"), follow=True).content.decode()
    assert "kunci" in page.lower()
    member.refresh_from_db()
    assert (member.cards.get().state, member.consent_version == "withdrawn") == ("frozen", False)


# Channels


def change_email(client: Client, new: str) -> int:
    return client.post(reverse("account_email"), {"email": new, "action_add": ""}).status_code


def test_a_locked_account_takes_no_new_address(signed_in, member):
    locks.lock_account(member=member, source=WEB)
    assert change_email(signed_in, "pencuri@contoh.example") == 200
    assert not EmailAddress.objects.filter(email="pencuri@contoh.example").exists()
    assert "pencuri@contoh.example" not in [one["to"] for one in mails()]


def test_an_address_that_does_not_count_yet_is_not_replaced_by_a_third(signed_in, member):
    contact_change.begin(member=member, old="lama@contoh.example", new=member.email or "")
    assert change_email(signed_in, "ketiga@contoh.example") == 200
    assert not EmailAddress.objects.filter(email="ketiga@contoh.example").exists()


def test_an_address_that_is_too_new_links_no_offer(member, upstream):
    link(member, upstream)
    offer = member.offered_cards.get()
    contact_change.begin(member=member, old="lama@contoh.example", new=member.email or "")
    with pytest.raises(NotNow, match="contact_new"):
        offers.link_offer(member=member, offer_id=offer.public_id, source=WEB)


def test_an_account_taken_back_is_not_taken_again_by_a_later_address(member):
    """A thief replaces the address twice, so that a notice with a button reaches the thief's own mailbox."""
    mine, first, second = member.email, "pencuri1@contoh.example", "pencuri2@contoh.example"
    for old, new in ((mine, first), (first, second)):
        User.objects.filter(pk=member.pk).update(email=new)
        member.refresh_from_db()
        contact_change.begin(member=member, old=old, new=new)
    press(links(mine)[0])
    member.refresh_from_db()
    assert member.email == mine
    press(links(first)[0])
    member.refresh_from_db()
    assert member.email == mine


# Tokens that do more than they are for


def test_the_button_of_one_new_address_confirms_no_other(signed_in, member, upstream):
    link(member, upstream)
    row = prove(Client(), upstream)
    for address in ("salah.ketik@contoh.example", "orang.lain@contoh.example"):
        recovery.choose_email(public_id=row.public_id, email=address)
    first = next(one for one in mails() if one["to"] == "salah.ketik@contoh.example")
    path = re.search(r"/akun/alamat-baru/\S+", first["text"])
    assert path
    Client().post(path[0])
    row.refresh_from_db()
    assert (row.state, row.confirmed_at) == (RecoveryRequest.State.ADDRESS, None)


def test_a_recovery_writes_to_few_addresses(member, upstream):
    link(member, upstream)
    client = Client()
    prove(client, upstream)
    for number in range(12):
        client.post(reverse("recovery_email"), {"email": f"orang{number}@contoh.example"})
    assert len([one for one in mails() if one["to"].startswith("orang")]) <= 5


def test_not_me_ends_what_a_thief_set_up_since_the_notice(member):
    """The thief signs in, which is told, and adds a passkey: with it the way in outlasted the owner's new password."""
    kept = Authenticator.objects.create(user=member, type="totp", data={"secret": "x"})
    Authenticator.objects.filter(pk=kept.pk).update(created_at=timezone.now() - timedelta(days=3))
    path = reverse("not_me", args=[make(Purpose.ACCOUNT, member.public_id)])
    Authenticator.objects.create(user=member, type="webauthn", data={"name": "kunci pencuri"})
    press(path)
    assert [one.type for one in Authenticator.objects.filter(user=member)] == ["totp"]


# Racing


@pytest.mark.django_db(transaction=True)
def test_an_account_that_was_kept_is_not_deleted_all_the_same(member, monkeypatch):
    row = deletion.ask(member=member, source=WEB)
    Deletion.objects.update(due_at=timezone.now())
    kept, gone, write = threading.Event(), [], deletion._write

    def slowly(member: User, about: str, **context: object) -> None:
        if about == "deletion_cancelled":
            kept.set()
            time.sleep(0.7)
        write(member, about, **context)

    monkeypatch.setattr(deletion, "_write", slowly)

    def keep() -> None:
        try:
            deletion.cancel(cancel_key=row.cancel_key, source=WEB)
        finally:
            connection.close()

    other = threading.Thread(target=keep)
    other.start()
    assert kept.wait(60)
    gone.append(deletion.carry_out_due())
    other.join()
    assert gone == [0]
    assert User.objects.filter(pk=member.pk).exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("act", ["revert", "delete"])
def test_a_worker_at_a_members_card_does_not_break_their_button(member, act):
    """A worker that opens a dispute holds the holder's card, then writes them a notice: no circle with who changes the
    account's own row."""
    make_card(member, KPJ)
    change = contact_change.begin(member=member, old="lama@contoh.example", new=member.email)
    deletion.ask(member=member, source=WEB)
    Deletion.objects.update(due_at=timezone.now())
    holding, failed = threading.Event(), []

    def worker() -> None:
        try:
            with transaction.atomic():
                cards.holder_of(kpj_index(KPJ))
                holding.set()
                time.sleep(0.7)
                telling.card_disputed(member)
        except Exception as error:
            failed.append(error)
        finally:
            connection.close()

    other = threading.Thread(target=worker)
    other.start()
    assert holding.wait(60)
    if act == "revert":
        not_me.press(token=make(Purpose.CONTACT, change.public_id), source=WEB)
    else:
        assert deletion.carry_out_due() == 1
    other.join()
    assert failed == []
