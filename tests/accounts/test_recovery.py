"""The ways back into an account. docs/recovery.md names, for each loss, the test here that goes the whole way."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import audit, devices
from accounts.models import (
    AuditRow,
    Card,
    CodeEvent,
    ContactChange,
    KnownDevice,
    RecoveryRequest,
    User,
    kpj_index,
    nik_index,
)
from accounts.services import cards, limits, recovery, recovery_limits, recovery_steps, staff_recovery
from accounts.services.staff_recovery import CannotRecover
from providers import errors
from tests.accounts.conftest import KPJ, NIK, NO_CONTACT_KPJ, link, mailed_code, mails
from tests.factories import PASSWORD, make_card, make_member

NEW = "kalimat sandi yang baru"
FRESH = "baru@contoh.example"
State = RecoveryRequest.State
NOBODY = {"kpj": "24999999990", "nik": "3171011708450009"}


def work(row: RecoveryRequest, steps: int = 5) -> RecoveryRequest:
    """Answer the row's bells, like a worker."""
    for _ in range(steps):
        row.refresh_from_db()
        if row.fetch_started_at is None:
            break
        recovery_steps.advance(public_id=row.public_id, token=row.fetch_started_at)
    row.refresh_from_db()
    return row


def forgot(client: Client, **typed: str) -> RecoveryRequest:
    answer = client.post(reverse("recovery_forgotten"), {"kpj": KPJ, "nik": NIK} | typed)
    assert answer.url == reverse("recovery_progress")
    return RecoveryRequest.objects.latest("id")


def type_code(client: Client, row: RecoveryRequest, code: str) -> RecoveryRequest:
    client.post(reverse("recovery_code"), {"code": code})
    return work(row)


def time_passes(row: RecoveryRequest) -> None:
    RecoveryRequest.objects.filter(pk=row.pk).update(typed_at=timezone.now() - recovery.CHECK_TAKES)


def told(client: Client) -> str:
    return client.get(reverse("recovery_progress")).content.decode()


def prove(client: Client, upstream: Any) -> RecoveryRequest:
    row = work(forgot(client))
    return type_code(client, row, upstream.outbox[-1][1])


def confirm(to: str) -> str:
    """Press the button behind the mail to the new address."""
    mail = next(one for one in reversed(mails()) if one["to"] == to)
    path = re.search(r"/akun/alamat-baru/\S+", mail["text"])
    assert path, mail["subject"]
    assert Client().get(path[0]).status_code == 200
    return Client().post(path[0]).content.decode()


def twelve_hours_pass() -> None:
    RecoveryRequest.objects.filter(state=State.WAITING).update(counts_from=timezone.now())
    recovery.sweep()


def letters(to: str) -> list[str]:
    return [one["subject"] for one in mails() if one["to"] == to]


def stop_link(to: str) -> str:
    found = [re.search(r"/bukan-saya/\S+", one["text"]) for one in mails() if one["to"] == to]
    return [one[0] for one in found if one][-1]


def new_password(client: Client, email: str) -> None:
    """By the mailed code, as anybody who forgot it."""
    client.post(reverse("account_reset_password"), {"email": email})
    code = mailed_code([one for one in mails() if one["to"] == email][-1])
    client.post(reverse("account_confirm_password_reset_code"), {"code": code})
    client.post(reverse("account_complete_password_reset"), {"password1": NEW})


def signs_in(client: Client, email: str, password: str = NEW) -> bool:
    client.post(reverse("account_login"), {"login": email, "password": password})
    return "_auth_user_id" in client.session


@pytest.fixture
def linked(member: User, upstream: Any) -> Card:
    card = link(member, upstream).card
    assert card
    CodeEvent.objects.all().delete()
    return card


class TestKnownLosses:
    """One test a row of the table in docs/recovery.md."""

    def test_a_forgotten_password_by_a_code_to_the_email(self, member):
        client = Client()
        new_password(client, member.email)
        assert signs_in(Client(), member.email)
        assert not signs_in(Client(), member.email, PASSWORD)

    def test_a_dead_phone_by_a_recovery_code_which_is_told_by_mail(self, member):
        TOTP.activate(member, generate_totp_secret())
        codes = RecoveryCodes.activate(member).get_unused_codes()
        client = Client()
        assert not signs_in(client, member.email, PASSWORD)
        client.post(reverse("mfa_authenticate"), {"code": codes[0]})
        assert "_auth_user_id" in client.session
        mail = next(one for one in mails() if one["subject"] == "Kode pemulihan dipakai untuk masuk")
        assert mail["to"] == member.email
        assert f"Sisa kode pemulihan Anda: {len(codes) - 1}" in mail["text"]
        assert AuditRow.objects.get(action="recovery_code_used").details == {"left": len(codes) - 1}
        again = Client()
        signs_in(again, member.email, PASSWORD)
        again.post(reverse("mfa_authenticate"), {"code": codes[0]})
        assert "_auth_user_id" not in again.session

    def test_a_forgotten_address_by_kpj_nik_and_a_code_to_the_contact_on_record(self, linked, member, upstream):
        client = Client()
        row = prove(client, upstream)
        assert row.state == State.PROVED
        page = told(client)
        assert "m•••@contoh.example" in page
        assert member.email not in page
        assert "Inilah email akun Anda" in letters(member.email)
        member.refresh_from_db()
        assert member.check_password(PASSWORD)

    def test_a_lost_mailbox_by_the_same_code_and_a_new_address_after_twelve_hours(self, linked, member, upstream):
        old, client = member.email, Client()
        row = prove(client, upstream)
        client.post(reverse("recovery_email"), {"email": FRESH})
        assert "alamat ini benar" in confirm(FRESH)
        row.refresh_from_db()
        assert row.state == State.WAITING
        assert timedelta(hours=11, minutes=59) < row.counts_from - timezone.now() <= timedelta(hours=12)
        assert "Akun Anda sedang dipulihkan" in letters(old)
        recovery.sweep()
        member.refresh_from_db()
        assert member.email == old
        twelve_hours_pass()
        member.refresh_from_db()
        assert (member.email, member.has_usable_password()) == (FRESH, False)
        assert {"Akun Anda sudah dipulihkan"} <= set(letters(FRESH))
        assert "Akun Anda pindah ke email lain" in letters(old)
        new_password(Client(), FRESH)
        assert signs_in(Client(), FRESH)
        linked.refresh_from_db()
        assert linked.state == "active"

    @pytest.mark.asvs("V6.4.4")
    def test_phone_and_codes_lost_by_two_staff_members_after_twelve_hours(self, member, staff):
        TOTP.activate(member, generate_totp_secret())
        row = propose(member, staff, reset_mfa=True)
        row = decide(row, make_member(is_staff=True))
        assert row.state == State.WAITING
        assert "Akun Anda sedang dipulihkan" in letters(member.email)
        assert Authenticator.objects.filter(user=member).exists()
        twelve_hours_pass()
        assert not Authenticator.objects.filter(user=member).exists()
        new_password(Client(), member.email)
        assert signs_in(Client(), member.email)

    def test_everything_lost_by_two_staff_members_and_a_new_address(self, member, staff):
        TOTP.activate(member, generate_totp_secret())
        old, row = member.email, propose(member, staff, email=FRESH, reset_mfa=True)
        row = decide(row, make_member(is_staff=True))
        assert row.state == State.APPROVING  # nobody read that mailbox yet
        confirm(FRESH)
        row.refresh_from_db()
        assert row.state == State.WAITING
        assert "Akun Anda sedang dipulihkan" in letters(old)
        twelve_hours_pass()
        new_password(Client(), FRESH)
        assert signs_in(Client(), FRESH)
        assert not EmailAddress.objects.filter(email=old).exists()


def propose(member: User, staff: User, email: str = "", reset_mfa: bool = False) -> RecoveryRequest:
    source = audit.Source(door="admin", actor=staff)
    return staff_recovery.propose(member=member, email=email, reset_mfa=reset_mfa, reason="KTP dilihat", source=source)


def decide(row: RecoveryRequest, staff: User, approves: bool = True) -> RecoveryRequest:
    source = audit.Source(door="admin", actor=staff)
    return staff_recovery.decide(row=row, approves=approves, reason="KTP dilihat", source=source)


class TestStopping:
    def test_the_old_mailbox_stops_it_and_locks_the_account(self, linked, member, upstream):
        row = prove(Client(), upstream)
        recovery.choose_email(public_id=row.public_id, email=FRESH)
        confirm(FRESH)
        Client().post(stop_link(member.email))
        row.refresh_from_db()
        assert (row.state, row.new_email) == (State.STOPPED, "")
        twelve_hours_pass()
        member.refresh_from_db()
        assert (member.email, bool(member.locked_at)) == ("member@contoh.example", True)
        assert "sudah berakhir" in confirm(FRESH)

    def test_the_old_mailbox_takes_it_back_even_after_it_was_done(self, linked, member, upstream):
        old, row = member.email, prove(Client(), upstream)
        recovery.choose_email(public_id=row.public_id, email=FRESH)
        confirm(FRESH)
        twelve_hours_pass()
        Client().post(stop_link(old))
        member.refresh_from_db()
        assert (member.email, bool(member.locked_at), member.has_usable_password()) == (old, True, False)

    def test_the_mail_of_the_proof_alone_stops_it(self, linked, member, upstream):
        row = prove(Client(), upstream)
        Client().post(stop_link(member.email))
        row.refresh_from_db()
        assert row.state == State.STOPPED

    def test_one_press_stops_all_of_them_and_for_thirty_days_only_staff_begin_another(self, linked, member, upstream):
        """Whoever holds the contact upstream could else begin again until the owner sleeps. Who pressed reads the
        mailbox, so needs no other way back."""
        rows = [prove(Client(), upstream) for _ in range(2)]
        for row in rows:
            recovery.choose_email(public_id=row.public_id, email=f"pencuri{row.pk}@contoh.example")
            confirm(f"pencuri{row.pk}@contoh.example")
        Client().post(stop_link(member.email))
        assert {row.state for row in RecoveryRequest.objects.all()} == {State.STOPPED}
        twelve_hours_pass()
        member.refresh_from_db()
        assert member.email == "member@contoh.example"
        assert not sends_a_code(known_device_of(member), upstream)
        RecoveryRequest.objects.update(
            ended_at=timezone.now() - recovery.STOPPED_FOR, created_at=timezone.now() - timedelta(days=31)
        )
        assert sends_a_code(Client(), upstream)

    def test_one_refusal_by_staff_stops_it_even_while_it_waits(self, member, staff):
        row = decide(propose(member, staff, reset_mfa=True), make_member(is_staff=True))
        row = decide(row, staff, approves=False)
        assert row.state == State.STOPPED
        assert "Pemulihan akun tidak disetujui" in letters(member.email)


class TestStaff:
    @pytest.mark.asvs("V6.4.4")
    def test_nobody_alone(self, member, staff):
        row = propose(member, staff, reset_mfa=True)
        with pytest.raises(CannotRecover, match="said_already"):
            decide(row, staff)
        assert row.state == State.APPROVING

    def test_one_is_enough_only_where_the_operator_says_so(self, member, staff, settings):
        settings.APPROVALS_REQUIRED = 1
        assert propose(member, staff, reset_mfa=True).state == State.WAITING

    def test_nobody_for_themselves_or_for_other_staff(self, staff):
        for person in (staff, make_member(is_staff=True)):
            with pytest.raises(PermissionDenied):
                propose(person, staff, reset_mfa=True)

    def test_one_at_a_time_and_never_for_nothing(self, member, staff):
        with pytest.raises(CannotRecover, match="nothing_asked"):
            propose(member, staff)
        propose(member, staff, reset_mfa=True)
        with pytest.raises(CannotRecover, match="already_open"):
            propose(member, staff, reset_mfa=True)

    def test_what_is_not_approved_in_a_week_ends(self, member, staff):
        row = propose(member, staff, reset_mfa=True)
        RecoveryRequest.objects.update(created_at=timezone.now() - timedelta(days=8))
        recovery.sweep()
        row.refresh_from_db()
        assert row.state == State.EXPIRED


def same_but_for_chance(text: str) -> str:
    return re.sub(r'(csrfmiddlewaretoken" value=")[^"]+', r"\1", text)


def guess(**typed: str) -> list[tuple[int, int, str]]:
    """Status, length and text of every page of one guess, codes and waiting included."""
    client, pages = Client(), []
    row = work(forgot(client, **typed))
    for code in ("000000", "111111", "222222"):
        pages.append(told(client))
        type_code(client, row, code)
        pages.append(told(client))
        time_passes(row)
    pages.append(told(client))
    client.post(reverse("recovery_code"), {"code": "333333"})
    pages.append(told(client))
    return [(200, len(text), text) for text in map(same_but_for_chance, pages)]


class TestNothingTells:
    def test_every_page_is_the_same_whatever_was_typed(self, linked, upstream):
        theirs = make_card(make_member(nik_index=nik_index("3171011708450003")), NO_CONTACT_KPJ)
        frozen = make_card(make_member(nik_index=nik_index("3171011708450004")), "25000000603")
        Card.objects.filter(pk=frozen.pk).update(state="frozen", frozen_because="disputed")
        right = guess()
        assert len(upstream.outbox) == 2  # the linking, and this
        for wrong in (
            NOBODY,
            {"nik": NOBODY["nik"]},
            {"kpj": NOBODY["kpj"]},
            {"kpj": theirs.kpj, "nik": "3171011708450003"},
            {"kpj": frozen.kpj, "nik": "3171011708450004"},
        ):
            assert guess(**wrong) == right
        assert len(upstream.outbox) == 2

    def test_an_upstream_that_fails_or_hangs_tells_nothing(self, linked, upstream, monkeypatch):
        def fail(**_: object) -> None:
            raise errors.Unavailable

        expected = guess(**NOBODY)
        monkeypatch.setattr(upstream, "send_challenge", fail)
        assert guess() == expected

    def test_while_the_upstream_thinks_the_page_is_as_for_nobody(self, linked, upstream):
        pages = []
        for typed in ({}, NOBODY):
            client = Client()
            row = work(forgot(client, **typed))
            client.post(reverse("recovery_code"), {"code": "000000"})  # and no worker comes
            first = told(client)
            time_passes(row)
            pages.append([same_but_for_chance(text) for text in (first, told(client))])
        assert pages[0] == pages[1]

    def test_the_page_itself_looks_nothing_up(self, linked, django_assert_num_queries):
        """One row, whoever it is: the look is a worker's. So the time is the same, too."""
        for typed in ({"kpj": KPJ, "nik": NIK}, NOBODY):
            with django_assert_num_queries(5):
                recovery.ask(kpj_index=kpj_index(typed["kpj"]), nik_index=nik_index(typed["nik"]))

    def test_a_new_address_that_is_taken_is_told_to_that_address_only(self, linked, member, stranger, upstream):
        pages = []
        for address in (FRESH, stranger.email):
            client = Client()
            prove(client, upstream)
            CodeEvent.objects.all().delete()
            client.post(reverse("recovery_email"), {"email": address})
            pages.append(same_but_for_chance(told(client)))
        assert pages[0] == pages[1]
        assert letters(stranger.email) == ["Email ini sudah dipakai"]
        member.refresh_from_db()

    def test_what_belongs_to_nobody_is_gone_in_two_days(self, db):
        forgot(Client(), **NOBODY)
        RecoveryRequest.objects.update(created_at=timezone.now() - timedelta(days=3))
        recovery.prune()
        assert not RecoveryRequest.objects.exists()

    def test_neither_number_rests_in_clear(self, linked):
        row = work(forgot(Client()))
        values = str(RecoveryRequest.objects.filter(pk=row.pk).values().get())
        assert KPJ not in values
        assert NIK not in values


def known_device_of(member: User) -> Client:
    """A browser whose cookie this account knows; nobody is signed in."""
    client, secret, answer = Client(), devices.new_secret(), HttpResponse()
    KnownDevice.objects.create(member=member, mark=devices.mark(secret))
    devices.give(answer, secret)
    client.cookies.update(answer.cookies)
    return client


def known_device(member: User) -> Client:
    """A browser that this member has signed in and out with."""
    client = Client()
    assert signs_in(client, member.email, PASSWORD)
    client.post(reverse("account_logout"))
    return client


BY_KPJ, BY_NIK = {"nik": "31710117084500{:02}"}, {"kpj": "249999999{:02}"}


def guess_wrong(client: Client, other: dict[str, str] = BY_KPJ, times: int = recovery_limits.WRONG_PAIRS_A_DAY) -> None:
    """One number right, the other invented."""
    for number in range(10, 10 + times):
        work(forgot(client, **{name: pattern.format(number) for name, pattern in other.items()}))


def sends_a_code(client: Client, upstream: Any) -> bool:
    before = len(upstream.outbox)
    work(forgot(client))
    return len(upstream.outbox) > before


SLOWED = "Banyak percobaan “Lupa akun” hari ini"


class TestLimits:
    @pytest.mark.parametrize("other", [BY_KPJ, BY_NIK])
    def test_who_guesses_at_one_number_is_bounded_and_the_page_does_not_say_so(self, linked, upstream, other):
        guess_wrong(Client(), other)
        client = Client()
        assert not sends_a_code(client, upstream)
        assert same_but_for_chance(told(client)) == same_but_for_chance(guess(**NOBODY)[0][2])

    @pytest.mark.parametrize("other", [BY_KPJ, BY_NIK])
    def test_the_owner_on_a_known_device_comes_back_all_the_same(self, linked, member, upstream, other):
        client = known_device(member)
        guess_wrong(Client(), other, times=20)
        assert prove(client, upstream).state == State.PROVED

    def test_right_pairs_of_strangers_do_not_use_up_the_owners_codes(self, linked, member, upstream):
        client = known_device(member)
        sent = sum(sends_a_code(Client(), upstream) for _ in range(7))
        assert sent == recovery_limits.STRANGERS_CODES_A_DAY
        assert [sends_a_code(client, upstream) for _ in range(3)] == [True, True, False]

    def test_wrong_codes_of_strangers_do_not_use_up_the_owners_tries(self, linked, member, upstream):
        client = known_device(member)
        for _ in range(recovery_limits.STRANGERS_CODES_A_DAY):
            thief = Client()
            row = work(forgot(thief))
            for code in ("000000", "111111", "222222"):
                type_code(thief, row, code)
                time_passes(row)
        assert CodeEvent.objects.filter(kind="wrong").count() == 10 - recovery_limits.GUESSES_KEPT
        assert prove(client, upstream).state == State.PROVED

    def test_a_code_past_the_days_wrong_ones_is_not_checked_and_reads_like_a_wrong_one(self, linked, member, upstream):
        client = Client()
        row = work(forgot(client))
        for _ in range(limits.WRONG_CODES_A_DAY):
            limits.count_code(kind="wrong", member=member, kpj_index=kpj_index(KPJ))
        assert type_code(client, row, upstream.outbox[-1][1]).state == State.CODE
        assert upstream.calls.count("verify_challenge") == 1  # the linking

    def test_a_code_being_checked_counts_for_linking_too(self, linked, member, upstream):
        client = Client()
        work(forgot(client))
        client.post(reverse("recovery_code"), {"code": "000000"})  # and no worker comes
        for _ in range(limits.WRONG_CODES_A_DAY - 1):
            limits.count_code(kind="wrong", member=member, kpj_index=kpj_index(KPJ))
        with pytest.raises(limits.NotNow):
            limits.check_code_guess(kpj_index=kpj_index(KPJ))

    def test_a_stolen_phone_that_is_known_guesses_no_more_than_a_stranger(self, linked, member, upstream):
        phone = known_device(member)
        guess_wrong(phone)
        assert not sends_a_code(phone, upstream)

    def test_a_device_known_to_another_account_is_a_strangers(self, linked, stranger, upstream):
        guess_wrong(Client())
        assert not sends_a_code(known_device(stranger), upstream)

    @pytest.mark.parametrize("typed", [{}, {"nik": "3171011708450098"}], ids=["right", "wrong"])
    def test_the_owner_is_told_at_the_third_ask_right_or_wrong_and_once(self, linked, member, upstream, typed):
        """A mail that depended on the pair would tell a thief with the mailbox that it was right."""
        for _ in range(recovery_limits.TOLD_AT - 1):
            work(forgot(Client(), **typed))
        assert SLOWED not in letters(member.email)
        for _ in range(4):
            work(forgot(Client(), **typed))
        assert letters(member.email).count(SLOWED) == 1

    def test_no_mail_tells_whose_nik_was_guessed(self, linked, member, upstream):
        before = letters(member.email)
        guess_wrong(Client(), BY_NIK, times=8)
        assert letters(member.email) == before

    def test_a_right_pair_past_the_bound_is_told_to_nobody_who_reads_the_mailbox(self, linked, member, upstream):
        guess_wrong(Client())
        before = letters(member.email)
        for typed in ({}, {"nik": "3171011708450098"}):
            work(forgot(Client(), **typed))
        assert letters(member.email) == before

    def test_what_was_asked_before_midnight_counts_for_that_day_though_a_worker_comes_after_it(self, linked, upstream):
        evening = timezone.localtime().replace(hour=23, minute=59, second=50)
        with time_machine.travel(evening, tick=False) as clock:
            wrong = [forgot(Client(), nik=f"31710117084500{10 + n}") for n in range(recovery_limits.WRONG_PAIRS_A_DAY)]
            right, before = forgot(Client()), len(upstream.outbox)
            clock.shift(timedelta(seconds=20))
            for row in (*wrong, right):
                work(row)
        assert len(upstream.outbox) == before

    def test_tomorrow_is_another_day(self, linked, upstream):
        guess_wrong(Client())
        RecoveryRequest.objects.update(created_at=timezone.now() - timedelta(days=1))
        assert sends_a_code(Client(), upstream)

    def test_three_tries_and_the_right_code_is_too_late(self, linked, upstream):
        client = Client()
        row = work(forgot(client))
        for code in ("000000", "111111", "222222"):
            type_code(client, row, code)
            time_passes(row)
        assert "Kesempatan sudah habis" in told(client)
        assert type_code(client, row, upstream.outbox[-1][1]).state == State.CODE

    def test_a_sixth_new_address_of_a_day_is_refused(self, linked, upstream):
        client = Client()
        prove(client, upstream)
        answers = [
            client.post(reverse("recovery_email"), {"email": f"baru{number}@contoh.example"}).status_code
            for number in range(6)
        ]
        assert answers == [302] * 5 + [429]
        assert letters("baru5@contoh.example") == []
        with time_machine.travel(timezone.now() + timedelta(days=1, seconds=1)):
            assert client.post(reverse("recovery_email"), {"email": FRESH}).status_code != 429

    def test_many_from_one_address_are_slowed_down(self, db, settings):
        client, answers = Client(), set()
        for number in range(101):
            typed = {"kpj": KPJ, "nik": f"3171011708450{number:03}"}
            answers.add(client.post(reverse("recovery_forgotten"), typed).status_code)
        assert answers == {302, 429}


@pytest.mark.heavy
def test_ten_thousand_guesses_look_alike_and_send_no_more_codes_than_allowed(linked, upstream, settings, monkeypatch):
    monkeypatch.setattr("accounts.views.recovery.consume_or_429", lambda *args, **kwargs: None)
    _guess_many(10_000, upstream)


def test_hundred_guesses_look_alike_and_send_no_more_codes_than_allowed(linked, upstream, monkeypatch):
    monkeypatch.setattr("accounts.views.recovery.consume_or_429", lambda *args, **kwargs: None)
    _guess_many(100, upstream)


def _guess_many(count: int, upstream: Any) -> None:
    """Somebody with the KPJ tries NIKs, and every eighth guess is right."""
    looks, sent = set(), len(upstream.outbox)
    for number in range(count):
        client = Client()
        answer = client.post(
            reverse("recovery_forgotten"), {"kpj": KPJ, "nik": NIK if number % 8 == 0 else f"317101170846{number:04}"}
        )
        row = work(RecoveryRequest.objects.latest("id"))
        text = same_but_for_chance(told(client))
        looks.add((answer.status_code, answer.url, len(text), text))
        assert row.state == State.CODE
    assert len(looks) == 1
    assert len(upstream.outbox) - sent == 1  # of the first five questions about this KPJ, one was right


def becomes_disputed(card: Card) -> None:
    Card.objects.filter(pk=card.pk).update(state="frozen", frozen_because="disputed")


def is_reported(card: Card) -> None:
    Card.objects.filter(pk=card.pk).update(state="frozen", frozen_because="reported")


def is_let_go(card: Card) -> None:
    cards.unlink(card=card, source=audit.SYSTEM)


def becomes_staff(card: Card) -> None:
    User.objects.filter(pk=card.member_id).update(is_staff=True)


def is_switched_off(card: Card) -> None:
    User.objects.filter(pk=card.member_id).update(is_active=False)


class TestTheMomentOfCarryingOut:
    @pytest.mark.parametrize("meanwhile", [becomes_disputed, is_reported, is_let_go, becomes_staff, is_switched_off])
    def test_a_proof_that_fell_in_the_twelve_hours_changes_nothing(self, linked, member, upstream, meanwhile):
        old, row = member.email, prove(Client(), upstream)
        recovery.choose_email(public_id=row.public_id, email=FRESH)
        confirm(FRESH)
        meanwhile(linked)
        twelve_hours_pass()
        row.refresh_from_db()
        member.refresh_from_db()
        assert (row.state, member.email, member.has_usable_password()) == (State.EXPIRED, old, True)
        assert ("Pemulihan akun dihentikan" in letters(old)) == member.is_active

    def test_staff_do_not_carry_out_what_made_its_member_one_of_them(self, member, staff):
        TOTP.activate(member, generate_totp_secret())
        row = decide(propose(member, staff, reset_mfa=True), make_member(is_staff=True))
        User.objects.filter(pk=member.pk).update(is_staff=True)
        twelve_hours_pass()
        row.refresh_from_db()
        assert row.state == State.EXPIRED
        assert Authenticator.objects.filter(user=member).exists()


class TestEdges:
    def test_staff_do_not_come_back_this_way(self, linked, member, upstream):
        User.objects.filter(pk=member.pk).update(is_staff=True)
        sent = len(upstream.outbox)
        work(forgot(Client()))
        assert len(upstream.outbox) == sent

    def test_a_card_that_was_disputed_meanwhile_proves_nothing(self, linked, upstream):
        client = Client()
        row = work(forgot(client))
        Card.objects.update(state="frozen", frozen_because="disputed")
        assert type_code(client, row, upstream.outbox[-1][1]).state == State.CODE

    def test_an_address_that_somebody_takes_meanwhile_changes_nothing(self, linked, member, upstream):
        row = prove(Client(), upstream)
        recovery.choose_email(public_id=row.public_id, email=FRESH)
        confirm(FRESH)
        make_member(FRESH)
        twelve_hours_pass()
        row.refresh_from_db()
        member.refresh_from_db()
        assert (row.state, member.email) == (State.EXPIRED, "member@contoh.example")
        assert not ContactChange.objects.exists()

    @pytest.mark.asvs("V6.6.2")
    def test_another_browser_sees_nothing_of_it(self, linked, upstream):
        prove(Client(), upstream)
        assert Client().get(reverse("recovery_progress")).url == reverse("recovery_forgotten")
        assert Client().post(reverse("recovery_email"), {"email": FRESH}).url == reverse("recovery_forgotten")

    def test_an_address_is_asked_for_after_the_proof_only(self, linked, upstream):
        client = Client()
        row = work(forgot(client))
        client.post(reverse("recovery_email"), {"email": FRESH})
        row.refresh_from_db()
        assert (row.state, row.new_email) == (State.CODE, "")

    def test_a_worker_that_dies_loses_nothing(self, linked, upstream):
        row = forgot(Client())
        RecoveryRequest.objects.update(next_fetch_at=timezone.now())  # its lease ran out
        recovery.sweep()
        assert work(row).state == State.CODE
        assert len(upstream.outbox) == 2

    def test_who_does_not_go_on_within_a_day_begins_anew(self, linked, upstream):
        client = Client()
        row = prove(client, upstream)
        RecoveryRequest.objects.update(created_at=timezone.now() - timedelta(hours=25))
        recovery.sweep()
        row.refresh_from_db()
        assert row.state == State.EXPIRED
        assert "sudah berakhir" in told(client)
