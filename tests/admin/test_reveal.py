"""Behind a mask only with a reason: written down first, five minutes, one value, one session. The trail in words."""

from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.db import DatabaseError, connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import audit
from accounts.audit import Action
from accounts.models import AuditRow, Card, User
from tests.admin.conftest import second_factor_done
from tests.factories import make_balance, make_card, make_member

GIVEN = {"why": "asked", "reason": "anggota menelepon layanan"}
EMAIL, AMOUNT = "member@contoh.example", "7.654.321,00"


def email_of(member: User) -> str:
    return reverse("admin:accounts_user_email", args=[member.pk])


def page_of(member: User) -> str:
    return reverse("admin:accounts_user_change", args=[member.pk])


def amount_of(card: Card) -> str:
    return reverse("admin:balances_balance_amount", args=[card.pk])


def balance_of(card: Card) -> str:
    return reverse("admin:balances_balance_change", args=[card.pk])


def shown(client: Client, address: str, value: str) -> bool:
    return value in client.get(address).content.decode()


def test_an_email_is_shown_after_a_reason_for_five_minutes(as_keeper: Client, member: User) -> None:
    assert not shown(as_keeper, page_of(member), EMAIL)
    answer = as_keeper.post(email_of(member), GIVEN)
    assert answer.url == page_of(member)
    assert shown(as_keeper, page_of(member), EMAIL)
    assert "no-store" in as_keeper.get(page_of(member))["Cache-Control"]
    row = AuditRow.objects.get(action="email_seen_by_staff")
    assert (row.member, row.reason, row.details) == (member.public_id, GIVEN["reason"], {"why": "asked"})
    with time_machine.travel(timezone.now() + timedelta(minutes=5, seconds=1)):
        assert not shown(as_keeper, page_of(member), EMAIL)


def test_an_amount_is_shown_after_a_reason_with_its_date(as_keeper: Client, card: Card) -> None:
    assert not shown(as_keeper, balance_of(card), AMOUNT)
    as_keeper.post(amount_of(card), GIVEN)
    page = as_keeper.get(balance_of(card)).content.decode()
    assert AMOUNT in page
    assert "Per tanggal" in page
    rows = AuditRow.objects.filter(action="balance_seen_by_staff", card=card.public_id).order_by("id")
    assert [row.details for row in rows] == [{}, {"why": "asked", "amount": True}, {"amount": True}]
    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        assert not shown(as_keeper, balance_of(card), AMOUNT)


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"why": "asked", "reason": "pendek"},
        {"why": "", "reason": "anggota menelepon layanan"},
        {"why": "lain", "reason": "anggota menelepon layanan"},
        {"why": "asked", "reason": "anggota 3173051207860012 menelepon"},
    ],
)
def test_without_a_good_reason_nothing_is_shown_or_written(
    as_keeper: Client, member: User, card: Card, wrong: dict[str, str]
) -> None:
    for address, page, value in (
        (email_of(member), page_of(member), EMAIL),
        (amount_of(card), balance_of(card), AMOUNT),
    ):
        assert value not in as_keeper.post(address, wrong).content.decode()
        assert not shown(as_keeper, page, value)
    assert not AuditRow.objects.filter(action="email_seen_by_staff").exists()
    assert not AuditRow.objects.filter(details__amount=True).exists()


def test_asking_by_a_get_shows_only_the_question(as_keeper: Client, member: User) -> None:
    assert EMAIL not in as_keeper.get(email_of(member)).content.decode()
    assert not AuditRow.objects.filter(action="email_seen_by_staff").exists()


def test_it_opens_this_value_only_and_in_this_session_only(
    as_keeper: Client, keeper: User, member: User, card: Card
) -> None:
    other = make_member("lain@contoh.example")
    make_balance(make_card(other), "1112223.00")
    as_keeper.post(email_of(member), GIVEN)
    assert not shown(as_keeper, page_of(other), "lain@contoh.example")
    assert not shown(as_keeper, balance_of(card), AMOUNT)
    elsewhere = second_factor_done(keeper, Authenticator.objects.get(user=keeper))
    assert not shown(elsewhere, page_of(member), EMAIL)


def test_every_look_while_it_is_open_says_so(as_keeper: Client, member: User) -> None:
    as_keeper.get(page_of(member))
    as_keeper.post(email_of(member), GIVEN)
    as_keeper.get(page_of(member))
    looks = AuditRow.objects.filter(action="member_seen_by_staff").order_by("id")
    assert [row.details for row in looks] == [{}, {"unmasked": True}]


@pytest.mark.asvs("V16.5.3")
@pytest.mark.django_db(transaction=True)
def test_what_cannot_be_written_down_is_not_shown(as_keeper: Client, member: User) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE accounts_auditrow ADD CONSTRAINT none CHECK (action <> 'email_seen_by_staff')")
        try:
            with pytest.raises(DatabaseError):
                as_keeper.post(email_of(member), GIVEN)
        finally:
            cursor.execute("ALTER TABLE accounts_auditrow DROP CONSTRAINT none")
    assert not shown(as_keeper, page_of(member), EMAIL)


@pytest.mark.asvs("V8.2.3")
def test_nobody_without_the_right_gets_behind_a_mask(as_idle_staff: Client, as_member: Client, card: Card) -> None:
    for address in (email_of(card.member), amount_of(card)):
        assert as_idle_staff.post(address, GIVEN).status_code == 403
        assert as_member.post(address, GIVEN).status_code in {302, 404}
    assert not AuditRow.objects.filter(door="admin").exists()


def test_the_trail_speaks_in_words(as_keeper: Client, member: User) -> None:
    audit.record(Action.SIGN_IN_FAILED, audit.SYSTEM, member=member, step="password")
    audit.record(Action.EMAIL_SEEN_BY_STAFF, audit.SYSTEM, member=member, why="case")
    row = AuditRow.objects.get(action="sign_in_failed")
    for address in (
        page_of(member),
        reverse("admin:accounts_auditrow_changelist"),
        reverse("admin:accounts_auditrow_change", args=[row.pk]),
    ):
        page = as_keeper.get(address).content.decode()
        assert "Percobaan login gagal: kata sandi salah" in page, address
        assert "sign_in_failed" not in page, address
    page = as_keeper.get(reverse("admin:accounts_auditrow_changelist")).content.decode()
    assert "alasan: Memeriksa permintaan" in page


def test_reading_somebodys_trail_is_written_down_for_them(as_keeper: Client, member: User) -> None:
    as_keeper.get(reverse("admin:accounts_auditrow_changelist"), {"member": str(member.public_id)})
    row = AuditRow.objects.get(action="audit_seen_by_staff")
    assert row.member == member.public_id
    as_keeper.get(reverse("admin:accounts_auditrow_change", args=[row.pk]))
    assert AuditRow.objects.filter(action="audit_seen_by_staff", member=member.public_id).count() == 2
