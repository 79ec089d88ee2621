"""What SMS holds about a member goes with their word, and never covers somebody else who has the phone now."""

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts import audit
from accounts.models import AuditRow, Notice, OutgoingMail, User
from accounts.services import export, privacy
from sms import selectors
from sms.models import Inbound, Number, Outbound, Registration
from sms.services import housekeeping
from tests.factories import make_balance, make_card
from tests.house.addresses import make_registration
from tests.sms.conftest import PHONE, Phone, register

pytestmark = pytest.mark.django_db
NOW = timezone.now


@pytest.fixture
def asked(phone: Phone, member: User) -> Number:
    make_balance(make_card(member, "24011122201"))
    number = register(member)
    phone.send("SALDO")
    make_registration(number)
    return number


def test_who_takes_their_word_back_is_unknown_at_once_and_nothing_stays(
    phone: Phone, member: User, asked: Number
) -> None:
    privacy.withdraw(member=member, source=audit.SYSTEM)
    for model in (Number, Inbound, Outbound, Registration):
        assert not model.objects.exists(), model
    assert AuditRow.objects.filter(action="sms_number_off", member=member.public_id).count() == 1
    assert "belum terdaftar" in phone.send("SALDO")[0]


def test_a_strangers_messages_stay_when_a_member_goes(
    phone: Phone, member: User, stranger: User, asked: Number
) -> None:
    other = Phone(phone.air, "+6289999999999")
    register(stranger, other.number)
    other.send("SALDO")
    privacy.withdraw(member=member, source=audit.SYSTEM)
    assert Number.objects.get().member == stranger
    assert Inbound.objects.get().sender == other.number


@pytest.mark.parametrize("state", [Number.State.OFF, Number.State.LAPSED])
def test_what_the_next_holder_of_a_number_asks_is_not_the_members(
    phone: Phone, member: User, asked: Number, state: str
) -> None:
    Number.objects.update(state=state, ended_at=NOW(), last_used_at=NOW())
    phone.send("SALDO 24011122201")
    assert Inbound.objects.count() == 2
    assert len(selectors.page_of(member)["asked"]) == 1
    rows = json.loads(export.write(member=member, source=audit.SYSTEM))["data"]["sms.inbound"]["rows"]
    assert [row["body"] for row in rows] == ["SALDO"]
    privacy.withdraw(member=member, source=audit.SYSTEM)
    assert Inbound.objects.count() == 1


def test_an_unconfirmed_number_tells_the_member_nothing_of_its_messages(phone: Phone, member: User) -> None:
    phone.send("SALDO")
    row = register(member)
    Number.objects.filter(pk=row.pk).update(state=Number.State.PENDING, confirmed_at=None)
    assert selectors.page_of(member)["asked"] == []


def test_a_body_is_emptied_hourly_and_the_rest_stays(phone: Phone, member: User, asked: Number) -> None:
    Inbound.objects.update(received_at=NOW() - timedelta(days=7, minutes=1))
    housekeeping.clean_up()
    row = Inbound.objects.get()
    assert (row.body_sealed, row.command) == ("", "balance")


def test_a_confirmed_number_is_told_as_security_by_mail_and_in_the_list(
    phone: Phone, member: User, as_member: Client
) -> None:
    number = register(member)
    row = Notice.objects.get(kind="sms_number_active")
    assert row.mailed_at
    message = json.loads(OutgoingMail.objects.get().message)
    assert "/kartu/sms/" in message["text"]
    for told in (message["subject"], message["text"], row.subject):
        assert PHONE not in told
    assert number.last3 not in message["subject"]  # the row's subject is a random id
    assert "menanyakan saldo Anda" in as_member.get("/pemberitahuan/").content.decode()
    number.state = Number.State.LAPSED
    number.save()
    as_member.post(f"/kartu/sms/{number.public_id}/konfirmasi/")
    assert Notice.objects.filter(kind="sms_number_active").count() == 2, "each time anew"
