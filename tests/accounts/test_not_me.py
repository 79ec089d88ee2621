""" "Bukan saya": every notice carries the one button that closes, and nothing that opens."""

import re
from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import audit, selectors
from accounts.models import AuditRow, Card, LinkRequest, OutgoingMail, User
from accounts.services import cards, contact_change, linking_decision, locks
from accounts.services.linking_decision import CannotDecide
from accounts.services.not_me_tokens import Purpose, make
from tests.accounts.conftest import KPJ, SECOND_KPJ, ask, link, mails, type_code, work
from tests.accounts.test_disputes import decide, link_with_offer
from tests.factories import make_card, make_member
from tests.words import tells

State = LinkRequest.State


def links(to: str, subject: str = "") -> list[str]:
    """Paths of the buttons in the mail to this address, oldest first."""
    wanted = [one for one in mails() if one["to"] == to and subject in one["subject"]]
    return [found[0] for one in wanted if (found := re.search(r"/bukan-saya/\S+", one["text"]))]


def press(path: str) -> str:
    answer = Client().post(path)
    assert answer.status_code == 200
    return answer.content.decode()


def open_again(card: Card, staff: User) -> Card:
    source = audit.Source(door="admin", actor=staff)
    return linking_decision.open_reported(card=card, staff=staff, reason="KTP dilihat", source=source)


def test_opening_the_link_does_nothing(member, upstream):
    link(member, upstream)
    before = AuditRow.objects.count()
    page = Client().get(links(member.email)[-1])
    assert page.status_code == 200
    assert page.content.decode().count('<button class="btn btn--danger">') == 1
    assert Card.objects.get().state == "active"
    assert AuditRow.objects.count() == before


def test_a_card_that_was_linked_is_closed_with_what_rests_on_it_until_staff_agree(member, staff, upstream):
    first, second = link_with_offer(member, upstream)
    path = links(member.email, "terhubung ke akun Anda")[0]
    assert "Kartu ini ditutup" in press(path)
    press(path)
    assert {(one.state, one.frozen_because) for one in member.cards.all()} == {("frozen", "reported")}
    assert AuditRow.objects.filter(action="not_me_pressed").count() == 1
    with pytest.raises(cards.InDispute):
        cards.unlink(card=first, source=audit.Source(door="web"))
    open_again(first, staff)
    with pytest.raises(CannotDecide, match="said_already"):
        open_again(first, staff)
    assert Card.objects.filter(state="active").count() == 0
    open_again(first, make_member(is_staff=True))
    assert {(one.state, one.frozen_because) for one in member.cards.all()} == {("active", "")}
    with pytest.raises(CannotDecide, match="not_reported"):
        open_again(first, make_member(is_staff=True))
    second.refresh_from_db()
    assert second.proved_by == first


def test_staff_may_let_a_reported_card_go(member, staff, upstream):
    card = link(member, upstream).card
    press(links(member.email)[-1])
    cards.unlink(card=card, source=audit.Source(door="admin", actor=staff), reason="bukan pemiliknya")
    card.refresh_from_db()
    assert (card.state, card.reported_at) == ("unlinked", None)


def test_a_report_keeps_a_lock_and_a_lock_that_ends_keeps_a_report(member, upstream):
    card = link(member, upstream).card
    locks.lock_card(member=member, public_id=card.public_id, source=audit.SYSTEM)
    press(links(member.email, "terhubung ke akun Anda")[0])
    card.refresh_from_db()
    assert (card.frozen_because, bool(card.locked_at)) == ("reported", True)
    Card.objects.update(unlock_at=timezone.now())
    locks.end_due()
    card.refresh_from_db()
    assert (card.state, card.frozen_because) == ("frozen", "reported")


@pytest.mark.parametrize("who", ["claimant", "holder"])
def test_a_request_is_stopped_by_either_side_and_a_right_code_no_longer_links_it(member, stranger, upstream, who):
    link(stranger, upstream)
    row = work(ask(member))
    subject = {"claimant": "sedang dihubungkan", "holder": "meminta kartu Anda di akun lain"}[who]
    press(links({"claimant": member, "holder": stranger}[who].email, subject)[-1])
    row.refresh_from_db()
    assert (row.state, selectors.link_progress(row).code) == (State.WAITING_STAFF, "stopped")
    with pytest.raises(Exception, match="not_waiting_for_code"):
        type_code(row, upstream.outbox[-1][1])
    assert Card.objects.get().member == stranger


def test_a_request_stopped_while_the_code_is_checked_links_nothing(member, upstream, monkeypatch):
    row = work(ask(member))
    path = links(member.email)[-1]
    type_code(row, upstream.outbox[-1][1])
    real = upstream.verify_challenge

    def stopped(**data):
        answer = real(**data)
        press(path)
        return answer

    monkeypatch.setattr(upstream, "verify_challenge", stopped)
    assert work(row).state == State.WAITING_STAFF
    assert not Card.objects.exists()


def test_the_request_of_a_card_linked_meanwhile_closes_the_card(member, upstream):
    link(member, upstream)
    press(links(member.email, "sedang dihubungkan")[0])
    assert Card.objects.get().frozen_because == "reported"


def test_the_earlier_holder_closes_the_card_of_a_stronger_claimant(member, stranger, staff, upstream):
    make_card(stranger, KPJ, proof="staff")
    link(member, upstream)
    press(links(stranger.email, "dibuktikan orang lain")[0])
    assert selectors.cards_visible_to(member).get().frozen_because == "reported"
    assert selectors.cards_visible_to(stranger).get().frozen_because == "outranked"


class TestWhatStaffDecided:
    """Stands against everything that was told before it; whoever has a new proof brings it, and staff decide again."""

    def test_the_beaten_holder_does_not_close_the_card_again_after_staff_opened_it(
        self, member, stranger, staff, upstream
    ):
        make_card(stranger, KPJ, proof="staff")
        card = link(member, upstream).card
        path = links(stranger.email, "dibuktikan orang lain")[0]
        press(path)
        for one in (staff, make_member(is_staff=True)):
            with time_machine.travel(timezone.now() + timedelta(hours=1), tick=True):
                open_again(card, one)
        over = Client().post(path)
        assert (over.status_code, "petugas memutuskan" in over.content.decode()) == (404, True)
        assert Client().get(path).status_code == 404
        assert selectors.cards_visible_to(member).get().state == "active"
        with time_machine.travel(timezone.now() + timedelta(hours=2), tick=True):
            assert link(stranger, upstream).state == State.DISPUTED  # a code is a new proof

    def test_who_lost_a_dispute_does_not_close_the_winners_card(self, member, stranger, staff, upstream):
        link(stranger, upstream)
        row = link(member, upstream)
        path = links(stranger.email, "meminta kartu Anda di akun lain")[0]
        with time_machine.travel(timezone.now() + timedelta(hours=1), tick=True):
            decide(row, staff)
            assert decide(row, make_member(is_staff=True)).state == State.LINKED
        assert Client().post(path).status_code == 404
        assert selectors.cards_visible_to(member).get().state == "active"

    def test_what_is_told_with_the_decision_still_closes(self, member, stranger, staff, upstream):
        link(stranger, upstream)
        row = link(member, upstream)
        decide(row, staff)
        decide(row, make_member(is_staff=True))
        press(links(member.email, "terhubung ke akun Anda")[-1])
        assert selectors.cards_visible_to(member).get().frozen_because == "reported"

    def test_staff_who_have_not_all_said_it_decided_nothing(self, member, staff, upstream):
        card = link(member, upstream).card
        path = links(member.email, "terhubung ke akun Anda")[0]
        press(path)
        with time_machine.travel(timezone.now() + timedelta(hours=1), tick=True):
            open_again(card, staff)
        assert "Kartu ini ditutup" in press(path)


def test_a_card_let_go_by_a_thief_locks_the_account_and_ends_all_sessions(as_member, member, upstream):
    card = link(member, upstream).card
    cards.unlink(card=card, source=audit.Source(door="web"))
    press(links(member.email, "dilepas")[0])
    member.refresh_from_db()
    assert member.locked_at
    assert not member.has_usable_password()
    assert as_member.get("/kartu/").status_code == 302


def test_pressed_again_it_does_not_undo_the_owners_new_password(member):
    path = reverse("not_me", args=[make(Purpose.ACCOUNT, member.public_id)])
    press(path)
    member.refresh_from_db()
    member.set_password("kalimat sandi yang baru")
    member.save()
    press(path)
    member.refresh_from_db()
    assert member.has_usable_password()


def test_an_opening_of_the_lock_ends(member):
    locks.lock_account(member=member, source=audit.SYSTEM)
    locks.open_account(member=member, source=audit.SYSTEM)
    press(links(member.email, "Kunci akan dibuka")[0])
    member.refresh_from_db()
    assert (bool(member.locked_at), member.unlock_at) == (True, None)


class TestTheOldAddress:
    def test_it_takes_the_account_back_from_whoever_changed_it(self, as_member, member):
        old = member.email
        TOTP.activate(member, generate_totp_secret())
        Authenticator.objects.update(created_at=timezone.now() - timedelta(days=9))
        User.objects.filter(pk=member.pk).update(email="pencuri@contoh.example")
        member.refresh_from_db()
        contact_change.begin(member=member, old=old, new="pencuri@contoh.example")
        Authenticator.objects.create(user=member, type="webauthn", data={"name": "kunci pencuri"})
        page = press(links(old)[0])
        assert "Penggantian email dibatalkan" in page
        member.refresh_from_db()
        assert (member.email, bool(member.locked_at), member.has_usable_password()) == (old, True, False)
        assert [one.type for one in Authenticator.objects.filter(user=member)] == ["totp"]
        assert as_member.get("/kartu/").status_code == 302
        told = {one["subject"]: one["to"] for one in mails()}
        assert told["Email akun Anda dikembalikan"] == old
        assert told["Email ini dilepas dari sebuah akun"] == "pencuri@contoh.example"

    def test_once(self, member):
        change = contact_change.begin(member=member, old="lama@contoh.example", new=member.email)
        path = links("lama@contoh.example")[0]
        press(path)
        User.objects.filter(pk=member.pk).update(email="lagi@contoh.example")
        press(path)
        member.refresh_from_db()
        change.refresh_from_db()
        assert member.email == "lagi@contoh.example"


class TestTheToken:
    @pytest.mark.asvs("V9.2.1")
    def test_ends_after_thirty_days(self, member, upstream):
        link(member, upstream)
        path = links(member.email)[-1]
        with time_machine.travel(timezone.now() + timedelta(days=31), tick=False):
            assert Client().get(path).status_code == 404
            assert Client().post(path).status_code == 404
        assert Card.objects.get().state == "active"

    @pytest.mark.asvs("V9.1.1")
    @pytest.mark.parametrize("change", [lambda one: one[:-2] + "aa", lambda one: "x" + one, lambda one: "y"])
    def test_changed_is_none(self, member, change):
        token = make(Purpose.ACCOUNT, member.public_id)
        assert Client().post(reverse("not_me", args=[change(token)])).status_code == 404
        member.refresh_from_db()
        assert member.locked_at is None

    @pytest.mark.asvs("V9.2.2")
    def test_of_an_address_presses_nothing_here(self, member):
        path = reverse("not_me", args=[make(Purpose.ADDRESS, member.public_id)])
        assert Client().post(path).status_code == 404

    def test_of_what_is_gone_says_the_same_and_does_nothing(self, member):
        gone = make_card(member)
        path = reverse("not_me", args=[make(Purpose.CARD, gone.public_id)])
        cards.unlink(card=gone, source=audit.SYSTEM)
        assert "Kartu ini ditutup" in press(path)

    def test_names_no_person_and_no_card(self, member, upstream):
        link(member, upstream)
        page = Client().get(links(member.email)[-1]).content.decode()
        assert not tells(page, KPJ[-4:])
        for personal in (KPJ, member.email, "BUDI"):
            assert personal not in page


def test_who_has_no_address_is_told_in_the_list_only(member, upstream):
    User.objects.filter(pk=member.pk).update(email=None)
    link(member, upstream)
    assert not OutgoingMail.objects.exists()
    assert member.notices.filter(kind="card_linked").exists()


def test_a_dispute_over_a_reported_card_is_decided_like_any(member, stranger, staff, upstream):
    link(stranger, upstream)
    press(links(stranger.email)[-1])
    row = link(member, upstream)
    assert row.state == State.DISPUTED
    decide(row, staff)
    assert decide(row, make_member(is_staff=True)).state == State.LINKED
    assert selectors.cards_visible_to(member).get().kpj == KPJ
    assert SECOND_KPJ not in [one.kpj for one in stranger.cards.all()]
