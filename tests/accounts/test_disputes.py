"""A card that two people prove, and what staff decide."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts import audit, selectors
from accounts.admin import evidence
from accounts.models import AuditRow, Card, LinkDecision, LinkRequest, OfferedCard, User
from accounts.services import cards, limits, linking, linking_decision, locks, offers
from accounts.services.linking_decision import CannotDecide
from tests.accounts.conftest import KPJ, NO_CONTACT_KPJ, SECOND_KPJ, ask, link, mails, type_code, work
from tests.accounts.test_linking import wiped
from tests.factories import make_card, make_member

State = LinkRequest.State
NO_CONTACT = {"kpj": NO_CONTACT_KPJ, "nik": "3171011708450003", "name": "TANPA KONTAK"}


@pytest.fixture
def colleague(db) -> User:
    return make_member("rekan@contoh.example", is_staff=True)


def decide(row: LinkRequest, staff: User, approves: bool = True, reason: str = "KTP dilihat") -> LinkRequest:
    return linking_decision.decide_link(
        link_request=row, staff=staff, approves=approves, reason=reason, source=audit.Source(door="admin", actor=staff)
    )


@pytest.fixture
def disputed(member, stranger, upstream) -> LinkRequest:
    """The stranger has the card; the member proves it too."""
    link(stranger, upstream)
    return link(member, upstream)


def test_before_the_proof_the_holder_notices_nothing_and_the_claimant_learns_nothing(member, stranger, upstream):
    link(stranger, upstream)
    row = work(ask(member))
    assert row.state == State.CODE_SENT
    assert Card.objects.get().state == "active"
    assert row.contested_card is None


def test_after_the_proof_both_lose_the_amount(member, stranger, disputed):
    card = Card.objects.get()
    assert (card.member, card.state, card.frozen_because) == (stranger, "frozen", "disputed")
    assert (disputed.state, disputed.contested_card) == (State.DISPUTED, card)
    assert disputed.ended_at is None
    assert not selectors.cards_visible_to(member).exists()
    frozen = AuditRow.objects.get(action="card_frozen")
    assert frozen.member == stranger.public_id
    assert AuditRow.objects.get(action="card_disputed").member == member.public_id


def test_the_holder_cannot_decide_it_by_letting_go(disputed):
    with pytest.raises(cards.InDispute):
        cards.unlink(card=Card.objects.get(), source=audit.SYSTEM)


def test_two_approvals_move_the_card_to_the_claimant(member, stranger, staff, colleague, disputed):
    assert decide(disputed, staff).state == State.DISPUTED
    row = decide(disputed, colleague)
    assert row.state == State.LINKED
    mine = selectors.cards_visible_to(member).get()
    assert (mine.state, mine.kpj, mine.proof, mine.card_ref) == ("active", KPJ, "possession", f"K{KPJ}")
    lost = Card.objects.get(member=stranger)
    assert (lost.state, lost.kpj) == ("unlinked", "")
    row.refresh_from_db()
    assert wiped(row)


def test_one_refusal_gives_the_card_back(stranger, staff, disputed):
    row = decide(disputed, staff, approves=False)
    card = Card.objects.get()
    assert (card.member, card.state, card.frozen_because) == (stranger, "active", "")
    assert (row.state, row.refusal) == (State.REFUSED, "staff")
    row.refresh_from_db()
    assert wiped(row)


def test_a_claim_that_is_cancelled_gives_the_card_back(member, disputed):
    linking.cancel_link(member=member, public_id=disputed.public_id, source=audit.SYSTEM)
    assert Card.objects.get().state == "active"


def test_a_second_open_dispute_keeps_it_closed(member, staff, upstream, disputed):
    third = make_member("ketiga@contoh.example")
    other = link(third, upstream)
    assert other.state == State.DISPUTED
    decide(disputed, staff, approves=False)
    assert Card.objects.get().state == "frozen"
    decide(other, staff, approves=False)
    assert Card.objects.get().state == "active"


def test_a_settled_dispute_does_not_thaw_what_the_owner_locked(member, stranger, staff, upstream):
    link(stranger, upstream)
    Card.objects.update(state="frozen", frozen_because="owner")
    row = link(member, upstream)
    assert row.state == State.DISPUTED
    decide(row, staff, approves=False)
    card = Card.objects.get()
    assert (card.state, card.frozen_because) == ("frozen", "owner")


def test_an_offer_that_somebody_holds_is_a_dispute(member, stranger, upstream):
    make_card(stranger, SECOND_KPJ)
    link(member, upstream)
    offer = selectors.offers_to(member).get()
    row = offers.link_offer(member=member, offer_id=offer.public_id, source=audit.SYSTEM)
    assert isinstance(row, LinkRequest)
    assert (row.state, row.contested_card) == (State.DISPUTED, Card.objects.get(member=stranger))
    assert Card.objects.get(member=stranger).state == "frozen"
    assert not selectors.offers_to(member).exists()
    assert offers.link_offer(member=member, offer_id=offer.public_id, source=audit.SYSTEM) == row
    assert AuditRow.objects.filter(action="card_disputed").count() == 1


def test_an_offer_that_staff_decided_against_opens_no_dispute_without_a_new_proof(member, stranger, staff, upstream):
    make_card(stranger, SECOND_KPJ)
    link(member, upstream)
    offer = selectors.offers_to(member).get()
    row = offers.link_offer(member=member, offer_id=offer.public_id, source=audit.SYSTEM)
    decide(row, staff, approves=False)
    assert not selectors.offers_to(member).exists()
    with pytest.raises(limits.NotNow, match="offer_gone"):
        offers.link_offer(member=member, offer_id=offer.public_id, source=audit.SYSTEM)
    assert Card.objects.get(member=stranger).state == "active"
    assert link(member, upstream, kpj=SECOND_KPJ).state == State.DISPUTED


class TestWithoutContact:
    @pytest.mark.asvs("V2.3.5")
    def test_two_approvals_link_it(self, member, staff, colleague, upstream):
        row = work(ask(member, **NO_CONTACT))
        decide(row, staff)
        assert not Card.objects.exists()
        row = work(decide(row, colleague))
        card = Card.objects.get()
        assert (row.state, card.proof, card.member_ref, card.employer_name) == (
            State.LINKED,
            "staff",
            "M3",
            "PT Contoh Makmur",
        )
        assert wiped(row)

    def test_one_is_enough_only_where_the_operator_says_so(self, member, staff, upstream, settings):
        settings.APPROVALS_REQUIRED = 1
        row = decide(work(ask(member, **NO_CONTACT)), staff)
        assert row.state == State.LINKED
        assert AuditRow.objects.get(action="link_decided").details["approvals_required"] == 1

    def test_a_held_card_is_decided_anew_as_a_dispute(self, member, stranger, staff, colleague, upstream):
        make_card(stranger, NO_CONTACT_KPJ)
        row = work(ask(member, **NO_CONTACT))
        decide(row, staff)
        row = decide(row, colleague)
        assert row.state == State.DISPUTED
        assert Card.objects.get().state == "frozen"
        decide(row, staff)
        assert decide(row, colleague).state == State.LINKED
        assert LinkDecision.objects.count() == 4
        assert selectors.cards_visible_to(member).get().proof == "staff"


class TestWhoMayDecide:
    def test_nobody_twice(self, staff, disputed):
        decide(disputed, staff)
        with pytest.raises(CannotDecide, match="said_already"):
            decide(disputed, staff)

    @pytest.mark.parametrize("who", ["member", "stranger"])
    def test_nobody_in_their_own_case(self, who, disputed, request):
        person = request.getfixturevalue(who)
        User.objects.filter(pk=person.pk).update(is_staff=True)
        person.refresh_from_db()
        with pytest.raises(CannotDecide, match="own_case"):
            decide(disputed, person)

    def test_nobody_but_staff(self, disputed):
        with pytest.raises(CannotDecide, match="not_staff"):
            decide(disputed, make_member("orang@contoh.example"))

    def test_nobody_without_a_reason(self, staff, disputed):
        with pytest.raises(CannotDecide, match="no_reason"):
            decide(disputed, staff, reason="  ")

    def test_nothing_that_does_not_wait(self, member, staff, upstream):
        with pytest.raises(CannotDecide, match="not_waiting"):
            decide(work(ask(member)), staff)


def test_a_claimant_with_a_code_typed_stays_disputed_until_decided(member, disputed):
    with pytest.raises(Exception, match="not_waiting_for_code"):
        type_code(disputed, "123456")


def link_with_offer(who: User, upstream) -> tuple[Card, Card]:
    """The card proved by a code, and the one linked by a press after it."""
    first = link(who, upstream).card
    offer = selectors.offers_to(who).get()
    second = offers.link_offer(member=who, offer_id=offer.public_id, source=audit.SYSTEM)
    assert first
    assert isinstance(second, Card)
    return first, second


class TestCardsThatRestOnAnotherCardsProof:
    def test_they_are_closed_and_lost_with_it(self, member, stranger, staff, colleague, upstream):
        first, second = link_with_offer(stranger, upstream)
        row = link(member, upstream)
        second.refresh_from_db()
        assert (second.proved_by, second.state, second.frozen_because) == (first, "frozen", "disputed")
        with pytest.raises(cards.InDispute):
            cards.unlink(card=second, source=audit.SYSTEM)
        decide(row, staff)
        decide(row, colleague)
        assert {card.state for card in stranger.cards.all()} == {"unlinked"}
        assert not any(card.kpj for card in stranger.cards.all())
        assert selectors.cards_visible_to(member).get().kpj == KPJ

    def test_they_come_back_with_it(self, member, stranger, staff, upstream):
        link_with_offer(stranger, upstream)
        decide(link(member, upstream), staff, approves=False)
        assert [(card.state, card.frozen_because) for card in stranger.cards.all()] == [("active", "")] * 2

    def test_one_in_a_dispute_of_its_own_stays_closed(self, member, stranger, staff, upstream):
        first, second = link_with_offer(stranger, upstream)
        row = link(member, upstream)
        own = link(make_member("ketiga@contoh.example"), upstream, kpj=SECOND_KPJ)
        assert own.contested_card == second
        decide(row, staff, approves=False)
        first.refresh_from_db()
        second.refresh_from_db()
        assert (first.state, second.state) == ("active", "frozen")
        decide(own, staff, approves=False)
        second.refresh_from_db()
        assert second.state == "active"

    def test_one_whose_own_dispute_ended_waits_for_the_proofs(self, member, stranger, staff, upstream):
        _, second = link_with_offer(stranger, upstream)
        link(member, upstream)
        own = link(make_member("ketiga@contoh.example"), upstream, kpj=SECOND_KPJ)
        decide(own, staff, approves=False)
        second.refresh_from_db()
        assert second.state == "frozen"

    def test_one_that_the_owner_locked_stays_locked(self, member, stranger, staff, upstream):
        _, second = link_with_offer(stranger, upstream)
        Card.objects.filter(pk=second.pk).update(state="frozen", frozen_because="owner")
        decide(link(member, upstream), staff, approves=False)
        second.refresh_from_db()
        assert (second.state, second.frozen_because) == ("frozen", "owner")

    def test_an_offer_pressed_while_the_proof_is_contested_links_nothing(self, member, stranger, upstream):
        link(stranger, upstream)
        offer = selectors.offers_to(stranger).get()
        link(member, upstream)
        with pytest.raises(limits.NotNow, match="offer_gone"):
            offers.link_offer(member=stranger, offer_id=offer.public_id, source=audit.SYSTEM)

    def test_a_code_of_its_own_makes_it_rest_on_itself(self, stranger, upstream):
        row = work(ask(stranger, kpj=SECOND_KPJ))
        code = upstream.outbox[-1][1]
        link(stranger, upstream)
        second = offers.link_offer(member=stranger, offer_id=OfferedCard.objects.get().public_id, source=audit.SYSTEM)
        type_code(row, code)
        assert work(row).card == second
        second.refresh_from_db()
        assert (second.proved_by, second.card_ref) == (None, f"K{SECOND_KPJ}")


def letters() -> list[tuple[str, str, bool]]:
    """Of the mail about disputes: to whom, about what, and whether it says that the card is theirs."""
    about = (TestLetters.OPENED, TestLetters.DECIDED)
    told = [one for one in mails() if one["subject"] in about]
    return [(one["to"], one["subject"], "terhubung ke akun Anda" in one["text"]) for one in told]


class TestAStrongerProof:
    """A code beats staff's word: the weaker link is closed at once, and may be proved anew."""

    @pytest.fixture
    def beaten(self, member, stranger, upstream) -> Card:
        card = make_card(stranger, KPJ, proof="staff")
        assert link(member, upstream).state == State.LINKED
        card.refresh_from_db()
        return card

    def test_closes_the_weaker_link_at_once(self, member, stranger, beaten):
        assert (beaten.state, beaten.frozen_because) == ("frozen", "outranked")
        assert selectors.cards_visible_to(member).get().state == "active"
        assert "dibuktikan orang lain" in str([one["subject"] for one in mails() if one["to"] == stranger.email])

    def test_the_beaten_holder_may_prove_it_too_and_then_staff_decide(self, member, stranger, staff, upstream, beaten):
        row = link(stranger, upstream)
        assert row.state == State.DISPUTED
        assert {card.state for card in Card.objects.all()} == {"frozen"}
        decide(row, staff)
        decide(row, make_member(is_staff=True))
        assert [card.state for card in stranger.cards.order_by("pk")] == ["unlinked", "active"]
        assert {card.state for card in member.cards.all()} == {"unlinked"}

    def test_an_equal_proof_does_not(self, member, stranger, upstream):
        make_card(stranger, KPJ)
        assert link(member, upstream).state == State.DISPUTED

    def test_a_weaker_one_takes_nothing(self, member, stranger, staff, colleague, upstream):
        make_card(stranger, NO_CONTACT_KPJ)
        row = work(ask(member, **NO_CONTACT))
        decide(row, staff)
        assert decide(row, colleague).state == State.DISPUTED
        assert not selectors.cards_visible_to(member).exists()


class TestLettingGoBeforeADispute:
    def test_takes_along_what_rested_on_the_proof(self, as_stranger, stranger, member, upstream):
        """A thief who let the proof go used to keep the cards it had brought."""
        first, second = link_with_offer(stranger, upstream)
        page = as_stranger.get(reverse("card_unlink", args=[first.public_id])).content.decode()
        assert f"KPJ •••• {second.kpj_last4}" in page
        as_stranger.post(reverse("card_unlink", args=[first.public_id]))
        assert {card.state for card in stranger.cards.all()} == {"unlinked"}
        assert link(member, upstream).state == State.LINKED

    def test_is_refused_while_one_of_them_is_in_a_dispute_of_its_own(self, stranger, upstream):
        first, _second = link_with_offer(stranger, upstream)
        link(make_member("ketiga@contoh.example"), upstream, kpj=SECOND_KPJ)
        with pytest.raises(cards.InDispute):
            cards.unlink(card=first, source=audit.Source(door="web"))

    def test_for_a_day_staff_cannot_give_it_to_another_account_but_a_code_can(
        self, member, stranger, staff, colleague, upstream
    ):
        cards.unlink(card=make_card(stranger, NO_CONTACT_KPJ), source=audit.SYSTEM)
        cards.unlink(card=make_card(stranger, KPJ), source=audit.SYSTEM)
        assert link(member, upstream).state == State.LINKED
        other = make_member("ketiga@contoh.example")
        row = work(ask(other, **NO_CONTACT))
        with pytest.raises(CannotDecide, match="let_go_lately"):
            decide(row, staff)
        Card.objects.update(unlinked_at=timezone.now() - timedelta(hours=25))
        decide(row, staff)
        assert decide(row, colleague).state == State.LINKED


class TestEvidence:
    def test_staff_see_what_each_side_brings_and_no_number(self, member, stranger, disputed):
        locks.lock_card(member=stranger, public_id=Card.objects.get().public_id, source=audit.SYSTEM)
        disputed.refresh_from_db()
        claimant, holder = evidence.of_request(disputed)
        assert (claimant.member, str(claimant.proof), claimant.name) == (member, "kode ke kontak peserta", "sama")
        assert (holder.member, str(holder.proof)) == (stranger, "kode ke kontak peserta")
        assert holder.notes == ["kartu dikunci pemilik"]
        assert KPJ not in str((claimant, holder))


class TestLetters:
    OPENED, DECIDED = "Satu kartu sedang diperiksa petugas", "Pemeriksaan kartu sudah selesai"

    def test_both_are_told_that_it_is_being_examined(self, member, stranger, disputed):
        assert letters() == [(who.email, self.OPENED, False) for who in (stranger, member)]
        for one in mails():
            text = re.sub(r"/bukan-saya/\S+", "", one["text"])
            assert not any(word in text for word in (KPJ, KPJ[-4:], "BUDI", "SARI"))

    @pytest.mark.parametrize("approves", [True, False])
    def test_both_are_told_how_it_ended(self, member, stranger, disputed, settings, approves):
        settings.APPROVALS_REQUIRED = 1
        decide(disputed, make_member("rekan@contoh.example", is_staff=True), approves=approves)
        decided = [one for one in mails() if one["subject"] == self.DECIDED]
        won = {one["to"]: "tidak terhubung" not in one["text"] for one in decided}
        assert won == {member.email: approves, stranger.email: not approves}
        assert {subject for _, subject, _ in letters()[2:]} == {self.DECIDED}

    def test_the_holder_is_told_when_the_claimant_gives_up(self, member, stranger, disputed):
        linking.cancel_link(member=member, public_id=disputed.public_id, source=audit.SYSTEM)
        assert letters()[2:] == [(stranger.email, self.DECIDED, True)]

    def test_the_card_is_given_back_when_nobody_decides(self, member, stranger, disputed):
        LinkRequest.objects.update(changed_at=timezone.now() - timedelta(days=31))
        linking.expire_old_links()
        assert Card.objects.get().state == "active"
        assert {who for who, _, _ in letters()[2:]} == {member.email, stranger.email}

    def test_who_has_no_email_gets_none(self, member, stranger, staff, upstream):
        link(stranger, upstream)
        User.objects.filter(pk=stranger.pk).update(email=None)
        link(member, upstream)
        assert [who for who, _, _ in letters()] == [member.email]


class TestWhoTheLoserIs:
    def test_is_forgotten_with_the_last_card(self, member, stranger, staff, colleague, disputed):
        stranger.refresh_from_db()
        assert stranger.nik_index
        decide(disputed, staff)
        decide(disputed, colleague)
        stranger.refresh_from_db()
        member.refresh_from_db()
        assert (stranger.nik_index, stranger.name, stranger.birth_date) == (None, "", None)
        assert member.nik_index

    def test_is_kept_while_another_card_is_held(self, member, stranger, staff, colleague, disputed):
        make_card(stranger)
        decide(disputed, staff)
        decide(disputed, colleague)
        stranger.refresh_from_db()
        assert stranger.nik_index

    def test_a_claimant_proved_to_be_another_person_takes_nothing(self, member, staff, colleague, disputed):
        User.objects.filter(pk=member.pk).update(nik_index=b"x" * 32)
        decide(disputed, staff)
        row = decide(disputed, colleague)
        assert (row.state, row.refusal) == (State.REFUSED, "other_person")
        assert Card.objects.get().state == "active"
