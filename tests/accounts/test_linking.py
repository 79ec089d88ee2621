"""Linking a card through the services, against PostgreSQL and the fake upstream."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts import audit, selectors
from accounts.models import (
    AuditRow,
    Card,
    CodeEvent,
    LinkRequest,
    LinkRequestQuerySet,
    Notice,
    OfferedCard,
    OutgoingMail,
    User,
    kpj_index,
    nik_index,
)
from accounts.services import cards, limits, linking, linking_steps, offers
from accounts.services.limits import NotNow
from providers import errors
from providers.port import ContactChannel
from tests.accounts.conftest import (
    BLOCKED_KPJ,
    BORN,
    KPJ,
    NAME,
    NIK,
    NO_CONTACT_KPJ,
    OTHER_KPJ,
    SECOND_KPJ,
    ask,
    link,
    type_code,
    work,
)
from tests.factories import make_card, make_member

State = LinkRequest.State
PERSONAL = ("kpj_sealed", "nik_sealed", "name_sealed", "birth_date_sealed", "code_sealed", "member_ref_sealed")


def wiped(row: LinkRequest) -> bool:
    return not any(getattr(row, name) for name in (*PERSONAL, "challenge_ref", "code_destination", "match_type"))


def actions(member: User) -> list[str]:
    return list(AuditRow.objects.filter(member=member.public_id).order_by("id").values_list("action", flat=True))


@pytest.mark.asvs("V6.6.1")
def test_a_code_to_the_contact_on_record_links_the_card(member, upstream):
    member.name = ""
    member.save()
    row = work(ask(member))
    assert (row.state, row.code_destination) == (State.CODE_SENT, "+62 8** **** *567")
    assert not selectors.cards_visible_to(member).exists()
    type_code(row, upstream.outbox[-1][1])
    row = work(row)
    card = Card.objects.get()
    assert (row.state, row.card, card.state, card.proof) == (State.LINKED, card, "active", "possession")
    assert (card.kpj, card.member_ref, card.card_ref) == (KPJ, "M0", f"K{KPJ}")
    assert (card.membership, card.segment, card.employer_name) == ("AKTIF", "PU", "PT Contoh Makmur")
    member.refresh_from_db()
    assert (member.name, member.birth_date, bytes(member.nik_index)) == (NAME, BORN, nik_index(NIK))
    assert wiped(row)
    assert actions(member) == ["link_requested", "link_code_sent", "card_linked"]


@pytest.mark.asvs("V2.2.3", "V6.4.2")
def test_a_match_alone_links_nothing(member, upstream):
    work(ask(member))
    assert not Card.objects.exists()
    assert member.nik_index is None


def test_the_other_cards_are_offered_and_linked_without_a_code(member, upstream):
    link(member, upstream)
    offer = selectors.offers_to(member).get()
    assert (offer.kpj_last4, offer.membership) == (SECOND_KPJ[-4:], "NON_AKTIF")
    sent = len(upstream.outbox)
    card = offers.link_offer(member=member, offer_id=offer.public_id, source=audit.SYSTEM)
    assert isinstance(card, Card)
    assert (card.kpj, card.member_ref, card.proof, card.membership) == (SECOND_KPJ, "M0", "possession", "NON_AKTIF")
    assert len(upstream.outbox) == sent
    assert not selectors.offers_to(member).exists()
    assert offers.link_offer(member=member, offer_id=offer.public_id, source=audit.SYSTEM) == card  # pressed twice
    cards.unlink(card=card, source=audit.SYSTEM)
    assert not selectors.offers_to(member).exists()  # the unlinking page says: only with a new code


def test_a_strangers_offer_is_nobodys_business(member, stranger, upstream):
    link(member, upstream)
    offer = OfferedCard.objects.get()
    with pytest.raises(OfferedCard.DoesNotExist):
        offers.link_offer(member=stranger, offer_id=offer.public_id, source=audit.SYSTEM)
    assert not selectors.offers_to(stranger).exists()


def test_an_offer_ends_with_the_card_that_proved_it(member, upstream):
    link(member, upstream)
    offer = OfferedCard.objects.get()
    Card.objects.update(state="frozen", frozen_because="disputed")
    assert not selectors.offers_to(member).exists()
    with pytest.raises(NotNow, match="offer_gone"):
        offers.link_offer(member=member, offer_id=offer.public_id, source=audit.SYSTEM)


def test_a_list_that_fails_is_asked_again_and_the_card_is_linked_all_the_same(member, upstream, monkeypatch):
    def fail(**_: object) -> None:
        raise errors.Unavailable

    monkeypatch.setattr(upstream, "list_cards", fail)
    row = link(member, upstream)
    assert (row.state, row.failures, row.last_error) == (State.LINKED, 1, "unavailable")
    assert row.next_fetch_at is not None
    assert Card.objects.get().state == "active"
    monkeypatch.undo()
    LinkRequest.objects.update(next_fetch_at=timezone.now())
    linking.ring_due_links()
    assert work(row).next_fetch_at is None
    assert OfferedCard.objects.count() == 1


@pytest.mark.parametrize(
    ("data", "why"),
    [
        ({"kpj": "24999999990"}, "no_match"),
        ({"kpj": OTHER_KPJ}, "no_match"),
        ({"nik": "3171011708450009"}, "no_match"),
        ({"name": "ORANG LAIN"}, "no_match"),
        ({"kpj": BLOCKED_KPJ, "nik": "3171011708450002", "name": "BLOKIR UJI"}, "blocked"),
    ],
)
def test_every_refusal_is_known_to_staff_and_wiped(member, upstream, data, why):
    row = work(ask(member, **data))
    assert (row.state, row.refusal) == (State.REFUSED, why)
    assert row.ended_at
    assert wiped(row)
    assert actions(member)[-1] == "link_refused"


def test_a_proved_account_takes_no_other_persons_card(member, upstream):
    link(member, upstream)
    calls = len(upstream.calls)
    row = work(ask(member, kpj=OTHER_KPJ, nik="3578105402920004", name="SARI UJI", birth_date=BORN))
    assert (row.state, row.refusal) == (State.REFUSED, "other_person")
    assert len(upstream.calls) == calls


def test_two_people_proved_at_once_in_a_new_account_are_one_too_many(member, upstream):
    first = work(ask(member))
    second = work(ask(member, kpj=OTHER_KPJ, nik="3578105402920004", name="SARI UJI", birth_date=date(1992, 2, 14)))
    codes = dict(upstream.outbox)
    type_code(first, codes[KPJ])
    type_code(second, codes[OTHER_KPJ])
    assert work(first).state == State.LINKED
    assert (work(second).state, second.refusal) == (State.REFUSED, "other_person")
    assert Card.objects.count() == 1


@pytest.mark.asvs("V6.6.1")
def test_no_contact_waits_for_staff_and_keeps_what_staff_need(member, upstream):
    row = work(ask(member, kpj=NO_CONTACT_KPJ, nik="3171011708450003", name="TANPA KONTAK"))
    assert row.state == State.WAITING_STAFF
    assert (row.nik, row.name) == ("3171011708450003", "TANPA KONTAK")
    LinkRequest.objects.update(changed_at=timezone.now() - timedelta(days=29))
    linking.expire_old_links()
    row.refresh_from_db()
    assert row.state == State.WAITING_STAFF


def test_what_staff_do_not_decide_in_thirty_days_is_wiped(member, upstream):
    row = work(ask(member, kpj=NO_CONTACT_KPJ, nik="3171011708450003", name="TANPA KONTAK"))
    LinkRequest.objects.update(changed_at=timezone.now() - timedelta(days=31))
    assert linking.expire_old_links() == 1
    row.refresh_from_db()
    assert (row.state, wiped(row)) == (State.EXPIRED, True)
    assert actions(member)[-1] == "link_expired"


def test_a_similar_name_is_said_with_the_code(member, upstream):
    row = work(ask(member, name="BUDI UJI SANTOSO"))
    assert row.match_type == "POSS"
    assert selectors.link_progress(row).name_differs


def test_a_bell_rung_twice_asks_the_upstream_once(member, upstream):
    row = ask(member)
    token = row_token(row)
    linking_steps.advance_link(public_id=row.public_id, token=token)
    linking_steps.advance_link(public_id=row.public_id, token=token)
    assert upstream.calls == ["verify_member"]


def row_token(row: LinkRequest):
    row.refresh_from_db()
    assert row.fetch_started_at
    return row.fetch_started_at


def test_a_late_worker_cannot_write(member, upstream, monkeypatch):
    """While it asked, its lease ran out and another worker took over: only the other one's outcome counts."""
    row = ask(member)
    slow = upstream.verify_member

    def overtaken(**data):
        answer = slow(**data)
        LinkRequest.objects.filter(pk=row.pk).update(fetch_started_at=timezone.now())
        return answer

    monkeypatch.setattr(upstream, "verify_member", overtaken)
    linking_steps.advance_link(public_id=row.public_id, token=row_token(row))
    row.refresh_from_db()
    assert (row.state, row.match_type) == (State.MATCHING, "")


def test_a_worker_cannot_write_after_the_member_cancelled(member, upstream, monkeypatch):
    row = work(ask(member))
    type_code(row, upstream.outbox[-1][1])
    real = upstream.verify_challenge

    def cancelled(**data):
        answer = real(**data)
        linking.cancel_link(member=member, public_id=row.public_id, source=audit.SYSTEM)
        return answer

    monkeypatch.setattr(upstream, "verify_challenge", cancelled)
    assert work(row).state == State.CANCELLED
    assert not Card.objects.exists()
    assert wiped(row)


def test_upstream_down_keeps_the_data_and_tries_again_by_the_row(member, upstream, monkeypatch):
    def fail(**_: object) -> None:
        raise errors.Unavailable

    monkeypatch.setattr(upstream, "verify_member", fail)
    row = work(ask(member))
    told = selectors.link_progress(row)
    assert (row.state, told.code, told.delay, told.polls) == (State.MATCHING, "checking_delayed", "unavailable", True)
    assert row.next_fetch_at > timezone.now()
    assert row.nik == NIK
    assert linking.ring_due_links() == 0
    monkeypatch.undo()
    LinkRequest.objects.update(next_fetch_at=timezone.now())
    assert linking.ring_due_links() == 1
    assert work(row).state == State.CODE_SENT


@pytest.mark.parametrize("operation", ["send_challenge", "verify_challenge"])
def test_a_lost_answer_is_asked_for_again_with_the_same_reference(member, upstream, monkeypatch, operation):
    real, references = getattr(upstream, operation), []

    def lost(**data):
        references.append(data["reference"])
        answer = real(**data)
        if len(references) == 1:
            raise errors.Unavailable
        return answer

    monkeypatch.setattr(upstream, operation, lost)
    row = work(ask(member))
    if operation == "verify_challenge":
        type_code(row, upstream.outbox[-1][1])
        work(row)
    assert row.failures == 1
    LinkRequest.objects.update(next_fetch_at=timezone.now())
    linking.ring_due_links()
    work(row)
    assert len(set(references)) == 1
    assert len(upstream.outbox) == 1
    assert row.state == (State.LINKED if operation == "verify_challenge" else State.CODE_SENT)


@pytest.mark.asvs("V6.6.3")
def test_wrong_codes_count_down_and_use_up_the_code(member, upstream):
    row = work(ask(member))
    for left in (2, 1):
        type_code(row, "000000")
        work(row)
        assert (row.state, row.attempts_left, row.last_error) == (State.CODE_SENT, left, "wrong_code")
    type_code(row, "000000")
    work(row)
    assert (row.challenge_ref, row.last_error) == ("", "attempts_used")
    assert selectors.link_progress(row).code == "code_over"
    with pytest.raises(NotNow, match="not_waiting_for_code"):
        type_code(row, upstream.outbox[-1][1])
    assert not row.code_sealed


def test_a_code_sent_twice_counts_once(member, upstream):
    row = work(ask(member))
    type_code(row, "000000")
    type_code(row, "111111")
    work(row)
    assert upstream.calls.count("verify_challenge") == 1


def test_a_new_code_by_another_channel(member, upstream):
    row = work(ask(member))
    with pytest.raises(NotNow, match="code_too_soon"):
        linking.resend_code(member=member, public_id=row.public_id, source=audit.SYSTEM)
    LinkRequest.objects.update(code_after=timezone.now())
    linking.resend_code(member=member, public_id=row.public_id, source=audit.SYSTEM, channel="EMAIL")
    work(row)
    assert (row.code_channel, len(upstream.outbox)) == ("EMAIL", 2)


def test_a_member_may_only_act_on_their_own_request(member, stranger, upstream):
    row = work(ask(member))
    for verb, data in (
        (linking.submit_code, {"code": "123456"}),
        (linking.resend_code, {}),
        (linking.cancel_link, {}),
    ):
        with pytest.raises(LinkRequest.DoesNotExist):
            verb(member=stranger, public_id=row.public_id, source=audit.SYSTEM, **data)


def test_asking_again_goes_on_with_the_open_request(member, upstream):
    assert ask(member) == ask(member)
    assert LinkRequest.objects.count() == 1


@pytest.mark.parametrize(
    "changed", [{"name": "BUDI SALAH"}, {"nik": "3171011708450009"}, {"birth_date": date(1945, 8, 16)}]
)
def test_corrected_data_replace_those_still_being_matched(member, upstream, changed):
    wrong = ask(member, **changed)
    right = ask(member)
    wrong.refresh_from_db()
    assert (wrong.state, wiped(wrong)) == (State.CANCELLED, True)
    assert (right.name, right.nik, right.birth_date_iso) == (NAME, NIK, BORN.isoformat())
    assert work(right).state == State.CODE_SENT
    assert work(wrong).state == State.CANCELLED
    assert upstream.calls.count("verify_member") == 1


def test_correcting_again_and_again_is_limited_like_asking(member, upstream):
    for number in range(limits.REQUESTS_A_DAY):
        ask(member, name=f"BUDI {'I' * (number + 1)}")
    with pytest.raises(NotNow, match="requests_today"):
        ask(member)


def test_until_the_first_code_is_out_corrections_tell_nothing_about_the_match(member, upstream):
    row = work(ask(member), steps=1)
    assert row.state == State.SENDING_CODE
    assert ask(member, name="BUDI SALAH") != row


def test_after_the_match_other_data_are_not_taken_and_the_member_is_told(member, upstream):
    row = work(ask(member))
    with pytest.raises(linking.AlreadyAsked):
        ask(member, name="BUDI SALAH")
    row.refresh_from_db()
    assert (row.state, row.name) == (State.CODE_SENT, NAME)
    assert ask(member) == row


def test_the_holder_who_asks_again_is_told_so(member, upstream):
    link(member, upstream)
    with pytest.raises(linking.AlreadyLinked):
        ask(member)


class TestLimits:
    @pytest.mark.asvs("V2.3.2")
    def test_five_refusals_of_one_nik_a_day(self, member, upstream):
        for number in range(limits.REFUSALS_A_DAY):
            assert work(ask(member, kpj=f"2499999999{number}")).state == State.REFUSED
        with pytest.raises(NotNow, match="refused_today") as caught:
            ask(member)
        assert caught.value.until > timezone.now()
        assert ask(member, nik="3171011708450009").state == State.MATCHING

    def test_yesterdays_refusals_are_forgotten(self, member, upstream):
        for number in range(limits.REFUSALS_A_DAY):
            work(ask(member, kpj=f"2499999999{number}"))
        LinkRequest.objects.update(ended_at=timezone.now() - timedelta(days=1))
        assert ask(member).state == State.MATCHING

    @pytest.mark.asvs("V2.3.2")
    def test_twenty_requests_a_day(self, member, upstream):
        for number in range(limits.REQUESTS_A_DAY):
            row = ask(member, kpj=f"249999999{number:02}", nik=f"31710117084501{number:02}")
            linking.cancel_link(member=member, public_id=row.public_id, source=audit.SYSTEM)
        with pytest.raises(NotNow, match="requests_today"):
            ask(member)

    def test_a_member_holds_at_most_so_many_cards(self, member, upstream, settings):
        settings.CARDS_PER_MEMBER = 2
        make_card(member)
        row = ask(member)
        with pytest.raises(NotNow, match="cards_full"):
            ask(member, kpj=OTHER_KPJ)
        linking.cancel_link(member=member, public_id=row.public_id, source=audit.SYSTEM)
        assert ask(member, kpj=OTHER_KPJ)

    def test_codes_for_one_kpj_are_capped_but_never_the_first_of_a_member(self, member, stranger, upstream):
        for _ in range(limits.CODES_A_DAY):
            limits.count_code(kind="sent", member=stranger, kpj_index=kpj_index(KPJ))
        row = work(ask(member))
        assert row.challenge_ref
        LinkRequest.objects.update(code_after=timezone.now())
        with pytest.raises(NotNow, match="codes_today"):
            linking.resend_code(member=member, public_id=row.public_id, source=audit.SYSTEM)
        linking.cancel_link(member=member, public_id=row.public_id, source=audit.SYSTEM)
        again = work(ask(member))
        assert (again.state, again.challenge_ref, again.last_error) == (State.CODE_SENT, "", "codes_today")
        assert upstream.calls.count("send_challenge") == 1

    def test_a_blocked_card_reads_like_wrong_data_however_often_it_is_asked_for(self, member, stranger, upstream):
        """And whoever used up its codes: what was refused sent none, so it counts as none."""
        for _ in range(limits.CODES_A_DAY):
            limits.count_code(kind="sent", member=stranger, kpj_index=kpj_index(BLOCKED_KPJ))
        blocked = {"kpj": BLOCKED_KPJ, "nik": "3171011708450002", "name": "BLOKIR UJI"}
        for _ in range(limits.REFUSALS_A_DAY):
            right = work(ask(member, **blocked))
            assert (right.state, selectors.link_progress(right).code) == (State.REFUSED, "refused")
        wrong = work(ask(make_member(), **blocked | {"name": "BUKAN DIA"}))
        assert selectors.link_progress(right) == selectors.link_progress(wrong)
        assert not CodeEvent.objects.filter(member=member).exists()
        assert not Notice.objects.exists()
        assert not OutgoingMail.objects.exists()

    def test_a_blocked_card_is_refused_at_the_same_moment_as_wrong_data(self, member, stranger, upstream, settings):
        """It takes one call more. Until then page, list and trail hold the same for both."""
        settings.LINK_REFUSED_AFTER_SECONDS = 20
        blocked = {"kpj": BLOCKED_KPJ, "nik": "3171011708450002", "name": "BLOKIR UJI"}
        with time_machine.travel(timezone.now(), tick=False) as clock:
            rows = ask(member, **blocked), ask(stranger, **blocked | {"name": "BUKAN DIA"})
            for seconds, told in ((0, "checking"), (19, "checking"), (1, "refused")):
                clock.shift(seconds)
                rows = tuple(work(row) for row in rows)
                first, second = (selectors.link_progress(row) for row in rows)
                assert (first, first.code) == (second, told)
                assert actions(member) == actions(stranger)
        assert upstream.calls.count("verify_member") == 2
        assert upstream.calls.count("send_challenge") == 1
        assert [row.refusal for row in rows] == ["blocked", "no_match"]

    def test_a_refusal_counts_before_it_is_told(self, member, upstream, settings):
        settings.LINK_REFUSED_AFTER_SECONDS = 20
        for number in range(limits.REFUSALS_A_DAY):
            assert work(ask(member, kpj=f"2499999999{number}")).state == State.MATCHING
        with pytest.raises(NotNow, match="refused_today"):
            ask(member)

    @pytest.mark.asvs("V2.3.2")
    def test_wrong_codes_for_one_kpj_are_capped(self, member, upstream):
        row = work(ask(member))
        for _ in range(limits.WRONG_CODES_A_DAY):
            limits.count_code(kind="wrong", member=member, kpj_index=kpj_index(KPJ))
        with pytest.raises(NotNow, match="wrong_codes_today"):
            type_code(row, upstream.outbox[-1][1])

    def test_the_upstreams_own_daily_count_is_said_with_its_end(self, member, upstream, monkeypatch):
        def full(**_: object) -> None:
            raise errors.RateLimited(wire=errors.Wire(retry_after=timedelta(hours=5)))

        monkeypatch.setattr(upstream, "send_challenge", full)
        row = work(ask(member))
        assert (row.state, row.last_error, row.next_fetch_at) == (State.CODE_SENT, "codes_today", None)
        assert row.code_after > timezone.now() + timedelta(hours=4)


class TestTheAlarm:
    def test_is_raised_when_most_of_an_hours_requests_do_not_match(self, db, upstream, caplog):
        for number in range(limits.ALARM_FROM):
            if number % 5 == 0:
                member = make_member()
            assert work(ask(member, kpj=f"249999999{number:02}")).state == State.REFUSED
        assert limits.watch()
        assert f"link_refusals_high asked={limits.ALARM_FROM} refused={limits.ALARM_FROM} accounts=6" in caplog.text

    def test_is_not_raised_on_an_ordinary_day(self, member, upstream):
        work(ask(member, kpj="24999999901"))
        link(member, upstream)
        assert not limits.watch()


class TestTheNameOnRecord:
    def test_that_differs_is_said_early_and_stays_said_with_what_to_do(self, as_member, member, upstream):
        row = link(member, upstream, name="BUDI UJI SANTOSO")
        assert row.card.name_differs
        for address in (reverse("link_progress", args=[row.public_id]), reverse("card_list")):
            page = as_member.get(address).content.decode()
            assert "sebelum Anda mengajukan klaim" in page
            assert NAME not in page.replace("BUDI UJI SANTOSO", "")

    def test_that_is_the_same_is_not_spoken_of(self, as_member, member, upstream):
        link(member, upstream)
        assert "sebelum Anda mengajukan klaim" not in as_member.get(reverse("card_list")).content.decode()


class TestEnds:
    """Whatever the end, nothing that the member typed stays."""

    def test_cancelled(self, member, upstream):
        row = work(ask(member))
        linking.cancel_link(member=member, public_id=row.public_id, source=audit.SYSTEM)
        row.refresh_from_db()
        assert (row.state, wiped(row)) == (State.CANCELLED, True)

    @pytest.mark.parametrize("state", [State.MATCHING, State.SENDING_CODE, State.CODE_SENT, State.CHECKING_CODE])
    def test_expired(self, member, upstream, state):
        row = work(ask(member))
        LinkRequest.objects.update(state=state, changed_at=timezone.now() - timedelta(hours=25))
        assert linking.expire_old_links() == 1
        row.refresh_from_db()
        assert (row.state, wiped(row), row.next_fetch_at) == (State.EXPIRED, True, None)

    def test_the_database_itself_refuses_an_end_that_keeps_the_nik(self, member, upstream):
        row = work(ask(member))
        with pytest.raises(IntegrityError), transaction.atomic():
            LinkRequest.objects.filter(pk=row.pk).update(ended_at=timezone.now())


class TestUnlinking:
    def test_number_handles_and_details_go(self, member, upstream):
        link(member, upstream)
        card = Card.objects.get()
        cards.unlink(card=card, source=audit.SYSTEM)
        card.refresh_from_db()
        assert (card.state, card.kpj, card.member_ref, card.card_ref) == ("unlinked", "", "", "")
        assert (card.employer_name, card.joined_on) == ("", None)
        assert not selectors.cards_visible_to(member).exists()
        assert not OfferedCard.objects.exists()
        assert actions(member)[-1] == "card_unlinked"

    def test_what_other_apps_hold_goes_in_the_same_transaction(self, member, monkeypatch):
        card = make_card(member)

        def cannot(_: Card) -> None:
            raise RuntimeError

        monkeypatch.setattr(cards, "on_unlink", [*cards.on_unlink, cannot])
        with pytest.raises(RuntimeError):
            cards.unlink(card=card, source=audit.SYSTEM)
        card.refresh_from_db()
        assert (card.state, bool(card.kpj)) == ("active", True)

    def test_the_number_is_free_again(self, member, stranger, upstream):
        link(member, upstream)
        cards.unlink(card=Card.objects.get(), source=audit.SYSTEM)
        link(stranger, upstream)
        assert selectors.cards_visible_to(stranger).count() == 1


def test_a_contact_that_is_no_longer_the_members_may_go_to_staff(member, upstream):
    row = work(ask(member))
    linking.ask_staff(member=member, public_id=row.public_id, source=audit.SYSTEM)
    row.refresh_from_db()
    assert (row.state, row.next_fetch_at, row.code_sealed) == (State.WAITING_STAFF, None, "")
    assert actions(member)[-1] == "link_waits_for_staff"
    with pytest.raises(NotNow, match="not_waiting_for_code"):
        linking.ask_staff(member=member, public_id=row.public_id, source=audit.SYSTEM)


def test_bells_and_log_lines_carry_public_ids_only(
    member, upstream, monkeypatch, caplog, django_capture_on_commit_callbacks
):
    caplog.set_level("DEBUG")
    rung: list[list[str]] = []
    mailed: list[list[str]] = []
    monkeypatch.setattr(
        "accounts.ring._send", lambda task, args, delay: (mailed if "mail" in task else rung).append(args)
    )

    def fail(**_: object) -> None:
        raise errors.BadAnswer("a check that failed")

    monkeypatch.setattr(upstream, "list_cards", fail)
    with django_capture_on_commit_callbacks(execute=True):
        row = link(member, upstream)
    assert row.last_error == "bad_answer"
    assert len(rung) == 4  # match, send, check, list
    assert {args[0] for args in rung} == {str(row.public_id)}
    assert "link_step_failed" in caplog.text
    for personal in (KPJ, NIK, NAME, upstream.outbox[-1][1], member.email, "M0"):
        assert personal not in str(rung + mailed)
        assert personal not in "".join(
            record.getMessage() for record in caplog.records if record.name.startswith("jht")
        )


def broken(*_: object, **__: object) -> None:
    raise RuntimeError(f"cannot digest {NIK} of {NAME}")


@pytest.mark.asvs("V16.3.4")
@pytest.mark.parametrize("where", ["asking", "writing"])
def test_a_bug_of_ours_backs_off_and_is_logged_without_what_it_choked_on(member, upstream, monkeypatch, caplog, where):
    row = ask(member)
    if where == "asking":
        monkeypatch.setattr(upstream, "verify_member", broken)
    else:
        monkeypatch.setattr(linking_steps, "_send_first_code", broken)
    work(row)
    assert (row.state, row.failures, row.last_error) == (State.MATCHING, 1, "internal_error")
    assert row.fetch_started_at is None
    assert row.next_fetch_at > timezone.now() + timedelta(seconds=5)
    assert caplog.text.count("link_step_failed") == 1
    assert "Traceback" in caplog.text
    assert NIK not in caplog.text
    assert NAME not in caplog.text
    assert selectors.link_progress(row).code == "checking_delayed"
    monkeypatch.undo()
    LinkRequest.objects.update(next_fetch_at=timezone.now())
    linking.ring_due_links()
    assert work(row).state == State.CODE_SENT


def test_a_list_that_breaks_us_is_given_up_in_the_end(member, upstream, monkeypatch):
    monkeypatch.setattr(upstream, "list_cards", broken)
    row = link(member, upstream)
    for _ in range(9):
        LinkRequest.objects.filter(next_fetch_at__isnull=False).update(next_fetch_at=timezone.now())
        linking.ring_due_links()
        work(row)
    assert (row.state, row.next_fetch_at) == (State.LINKED, None)
    assert Card.objects.get().state == "active"


def test_an_upstream_that_says_again_in_no_time_is_not_hammered(member, upstream, monkeypatch):
    def at_once(**_: object) -> None:
        raise errors.Maintenance(wire=errors.Wire(retry_after=timedelta(0)))

    monkeypatch.setattr(upstream, "verify_member", at_once)
    row = work(ask(member))
    assert row.next_fetch_at > timezone.now() + timedelta(seconds=5)


def test_a_request_cancelled_while_the_worker_takes_it_over_is_left_alone(member, upstream, monkeypatch):
    row = ask(member)
    take_over = LinkRequestQuerySet.take_over

    def cancelled(self, pk, token):
        mine = take_over(self, pk, token)
        linking.cancel_link(member=member, public_id=row.public_id, source=audit.SYSTEM)
        return mine

    monkeypatch.setattr(LinkRequestQuerySet, "take_over", cancelled)
    linking_steps.advance_link(public_id=row.public_id, token=row_token(row))
    row.refresh_from_db()
    assert (row.state, upstream.calls) == (State.CANCELLED, [])


def test_a_channel_we_do_not_know_is_not_asked_for_next_time(member, upstream, monkeypatch):
    real, asked = upstream.send_challenge, []

    def unknown(**data):
        asked.append(data["channel"])
        return replace(real(**data), channel=ContactChannel.UNKNOWN)

    monkeypatch.setattr(upstream, "send_challenge", unknown)
    row = work(ask(member))
    assert row.code_channel == "SMS"
    LinkRequest.objects.update(code_after=timezone.now())
    linking.resend_code(member=member, public_id=row.public_id, source=audit.SYSTEM)
    assert work(row).state == State.CODE_SENT
    assert asked == [ContactChannel.SMS] * 2


def test_requests_that_waited_together_get_their_turns_one_by_one(member, upstream, monkeypatch, settings):
    settings.PROVIDER_MAX_PER_SECOND = 0.2
    delays: list[float] = []
    monkeypatch.setattr("accounts.services.linking_outcomes.ring", lambda *_, delay: delays.append(delay))
    for number in range(3):
        ask(member, kpj=f"2499999999{number}")
    LinkRequest.objects.update(next_fetch_at=timezone.now())
    delays.clear()
    assert linking.ring_due_links() == 2
    assert delays == [0, 5]


def test_a_key_dropped_too_early_parks_the_request_instead_of_hammering(member, upstream, settings):
    row = ask(member)
    settings.FIELD_KEYS = "k9:" + "A" * 43 + "="
    row = work(row)
    assert (row.state, row.last_error, row.fetch_started_at) == (State.MATCHING, errors.InvalidRequest.code, None)
    assert row.next_fetch_at > timezone.now() + timedelta(minutes=30)
