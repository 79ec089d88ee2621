"""A member's own locks, and twelve hours before a lock opens or a new address counts."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import audit, selectors
from accounts.models import AuditRow, Card, ContactChange, LinkRequest, Notice, User
from accounts.services import cards, contact_change, linking, locks, offers
from accounts.services.limits import NotNow
from balances import selectors as balances
from tests.accounts.conftest import KPJ, ask, link, mailed_code, mails, type_code, work
from tests.factories import PASSWORD, make_balance, make_card, make_member

ME = audit.Source(door="web")
HALF_A_DAY = timedelta(hours=12)


def states(member: User) -> list[tuple[str, str]]:
    return [(card.state, card.frozen_because) for card in Card.objects.filter(member=member).order_by("pk")]


def lock(card: Card) -> Card:
    return locks.lock_card(member=card.member, public_id=card.public_id, source=ME)


def hours_pass() -> int:
    past = timezone.now() - timedelta(seconds=1)
    Card.objects.filter(unlock_at__isnull=False).update(unlock_at=past)
    User.objects.filter(unlock_at__isnull=False).update(unlock_at=past)
    return locks.end_due()


class TestOneCard:
    def test_a_locked_card_shows_no_amount_and_is_called_locked(self, as_member, member):
        card = make_card(member)
        make_balance(card, "7654321.00")
        as_member.post(reverse("card_lock", args=[card.public_id]))
        page = as_member.get(reverse("balance", args=[card.public_id])).content.decode()
        assert 'data-state="locked"' in page
        assert "7.654.321" not in page
        assert balances.readings_for(member)[0].amount is None
        assert "Satu kartu dikunci" in [one["subject"] for one in mails()]
        assert Notice.objects.get(kind="card_locked").member == member

    def test_nobody_links_it_without_staff_not_even_by_a_code(self, member, stranger, upstream):
        lock(link(stranger, upstream).card)
        row = link(member, upstream)
        assert row.state == LinkRequest.State.DISPUTED
        assert not selectors.cards_visible_to(member).exists()

    def test_a_stronger_proof_does_not_pass_a_lock(self, member, stranger, upstream):
        lock(make_card(stranger, KPJ, proof="staff"))
        assert link(member, upstream).state == LinkRequest.State.DISPUTED

    def test_it_opens_twelve_hours_after_it_was_asked_for_and_not_before(self, member):
        card = lock(make_card(member))
        locks.open_card(member=member, public_id=card.public_id, source=ME)
        card.refresh_from_db()
        assert HALF_A_DAY - timedelta(minutes=1) < card.unlock_at - timezone.now() <= HALF_A_DAY
        assert locks.end_due() == 0
        assert states(member) == [("frozen", "owner")]
        assert hours_pass() == 1
        assert states(member) == [("active", "")]

    def test_the_opening_can_be_taken_back(self, member):
        card = lock(make_card(member))
        locks.open_card(member=member, public_id=card.public_id, source=ME)
        locks.keep_card(member=member, public_id=card.public_id, source=ME)
        assert hours_pass() == 0
        assert states(member) == [("frozen", "owner")]

    def test_locking_again_ends_an_opening(self, member):
        card = lock(make_card(member))
        locks.open_card(member=member, public_id=card.public_id, source=ME)
        lock(card)
        assert hours_pass() == 0

    def test_it_cannot_be_let_go_while_locked(self, as_member, member):
        card = lock(make_card(member))
        with pytest.raises(cards.Locked):
            cards.unlink(card=card, source=ME)
        answer = as_member.post(reverse("card_unlink", args=[card.public_id]), follow=True)
        assert "Kartu ini terkunci" in answer.content.decode()
        assert states(member) == [("frozen", "owner")]

    def test_a_lock_that_ends_during_a_dispute_does_not_open_it(self, member, stranger, staff, upstream):
        card = link(stranger, upstream).card
        lock(card)
        link(member, upstream)
        locks.open_card(member=stranger, public_id=card.public_id, source=ME)
        hours_pass()
        assert states(stranger) == [("frozen", "disputed")]

    def test_a_dispute_that_ends_does_not_open_a_lock_set_meanwhile(self, member, stranger, upstream):
        card = link(stranger, upstream).card
        row = link(member, upstream)
        lock(card)
        linking.cancel_link(member=member, public_id=row.public_id, source=ME)
        assert states(stranger) == [("frozen", "owner")]

    def test_opening_is_asked_on_a_page_of_its_own(self, as_member, member):
        card = lock(make_card(member))
        assert as_member.get(reverse("card_open", args=[card.public_id])).status_code == 200
        as_member.post(reverse("card_open", args=[card.public_id]))
        card.refresh_from_db()
        assert card.unlock_at


class TestTheWholeAccount:
    def test_it_closes_every_card_and_every_change(self, as_member, member, upstream):
        link(member, upstream)
        offer = selectors.offers_to(member).get()
        as_member.post(reverse("account_lock"))
        member.refresh_from_db()
        assert states(member) == [("frozen", "owner")]
        with pytest.raises(NotNow, match="account_locked"):
            ask(member, kpj="24999999990")
        with pytest.raises(NotNow, match="account_locked"):
            offers.link_offer(member=member, offer_id=offer.public_id, source=ME)
        with pytest.raises(NotNow, match="account_locked"):
            locks.open_card(member=member, public_id=Card.objects.get().public_id, source=ME)

    def test_a_code_typed_before_links_a_card_that_stays_closed(self, member, upstream):
        row = work(ask(member))
        type_code(row, upstream.outbox[-1][1])
        locks.lock_account(member=member, source=ME)
        work(row)
        assert states(member) == [("frozen", "owner")]
        locks.open_account(member=member, source=ME)
        hours_pass()
        assert states(member) == [("active", "")]

    def test_what_was_locked_alone_before_stays_locked_after(self, member):
        lock(make_card(member))
        make_card(member)
        locks.lock_account(member=member, source=ME)
        locks.open_account(member=member, source=ME)
        assert hours_pass() == 1
        assert states(member) == [("frozen", "owner"), ("active", "")]

    def test_its_pages_say_when_it_opens_and_take_it_back(self, as_member, member):
        locks.lock_account(member=member, source=ME)
        assert "Buka kunci" in as_member.get(reverse("account_lock")).content.decode()
        as_member.post(reverse("account_open"))
        assert "Kunci terbuka pada" in as_member.get(reverse("account_lock")).content.decode()
        as_member.post(reverse("account_keep"))
        member.refresh_from_db()
        assert (member.unlock_at, bool(member.locked_at)) == (None, True)


def change_email(client: Client, new: str = "baru@contoh.example") -> None:
    """Through the pages, as a member does, from re-authentication to the mailed code."""
    type_mailed_code(client, ask_for_email(client, new))


def ask_for_email(client: Client, new: str) -> str:
    """Returns the code that is out."""
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    client.post(reverse("account_email"), {"email": new, "action_add": ""})
    return mailed_code([one for one in mails() if one["to"] == new][-1])


def type_mailed_code(client: Client, code: str) -> str:
    return client.post(reverse("account_email_verification_sent"), {"code": code}, follow=True).content.decode()


def lock_all(member: User) -> None:
    locks.lock_account(member=member, source=ME)


def claim_their_card(member: User) -> None:
    Card.objects.filter(member=member).update(state="frozen", frozen_because="disputed")


def report_their_card(member: User) -> None:
    Card.objects.filter(member=member).update(state="frozen", frozen_because="reported")


def change_elsewhere(member: User) -> None:
    contact_change.begin(member=member, old="lama@contoh.example", new=member.email or "")


class TestANewAddress:
    def test_the_old_one_is_told_with_the_way_back_and_the_new_one_does_not_count_yet(self, as_member, member):
        old = member.email
        change_email(as_member)
        member.refresh_from_db()
        assert member.email == "baru@contoh.example"
        change = ContactChange.objects.get()
        assert (change.old, change.new) == (old, "baru@contoh.example")
        letter = [one for one in mails() if one["subject"] == "Email akun Anda diganti"]
        assert [one["to"] for one in letter] == [old]
        assert "/bukan-saya/" in letter[0]["text"]

    def test_for_twelve_hours_it_links_nothing_opens_nothing_and_recovers_nothing(self, as_member, member, upstream):
        card = lock(make_card(member))
        change_email(as_member)
        with pytest.raises(NotNow, match="contact_new") as limit:
            ask(member)
        assert HALF_A_DAY - timedelta(minutes=1) < limit.value.until - timezone.now() <= HALF_A_DAY
        with pytest.raises(NotNow, match="contact_new"):
            locks.open_card(member=member, public_id=card.public_id, source=ME)
        before = len(mails())
        Client().post(reverse("account_reset_password"), {"email": "baru@contoh.example"})
        assert not any("    " in one["text"] and "kode" in one["subject"].lower() for one in mails()[before:])
        ContactChange.objects.update(counts_from=timezone.now())
        assert ask(member).state == LinkRequest.State.MATCHING
        locks.open_card(member=member, public_id=card.public_id, source=ME)

    @pytest.mark.parametrize(
        ("meanwhile", "told"),
        [
            (lock_all, "Akun Anda terkunci"),
            (claim_their_card, "sedang diperiksa petugas"),
            (report_their_card, "sedang diperiksa petugas"),
            (change_elsewhere, "Email Anda baru saja diganti"),
        ],
    )
    def test_a_code_that_is_out_finishes_nothing_once_the_channels_are_closed(self, as_member, member, meanwhile, told):
        old = member.email
        make_card(member)
        code = ask_for_email(as_member, "baru@contoh.example")
        meanwhile(member)
        assert told in type_mailed_code(as_member, code)
        member.refresh_from_db()
        assert member.email == old
        assert list(EmailAddress.objects.filter(user=member).values_list("email", flat=True)) == [old]
        assert not AuditRow.objects.filter(action="email_changed").exists()

    @pytest.mark.parametrize("meanwhile", [claim_their_card, report_their_card])
    def test_while_staff_look_into_a_card_the_address_for_their_answer_stays(self, as_member, member, meanwhile):
        make_card(member)
        meanwhile(member)
        as_member.post(reverse("account_reauthenticate"), {"password": PASSWORD})
        page = as_member.post(reverse("account_email"), {"email": "baru@contoh.example", "action_add": ""})
        assert "sedang diperiksa petugas" in page.content.decode()
        assert not [one for one in mails() if one["to"] == "baru@contoh.example"]

    def test_the_addresses_are_wiped_with_the_link(self, member):
        change = contact_change.begin(member=member, old="lama@contoh.example", new=member.email)
        ContactChange.objects.update(changed_at=timezone.now() - timedelta(days=31))
        contact_change.prune()
        change.refresh_from_db()
        assert (change.old, change.new) == ("", "")

    def test_an_address_that_became_somebody_elses_is_not_taken_back(self, member):
        change = contact_change.begin(member=member, old="lama@contoh.example", new=member.email)
        make_member("lama@contoh.example")
        assert not contact_change.revert(public_id=change.public_id, source=ME)
        assert EmailAddress.objects.get(email="lama@contoh.example").user != member


@pytest.mark.parametrize("name", ["card_lock", "card_open", "card_keep"])
def test_a_strangers_card_is_nobodys_business(as_stranger, member, name):
    card = lock(make_card(member))
    assert as_stranger.post(reverse(name, args=[card.public_id])).status_code == 404
    card.refresh_from_db()
    assert (card.unlock_at, card.state) == (None, "frozen")
