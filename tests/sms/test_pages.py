"""A member's page of phone numbers: what is there, what a press does, and nothing of it for anybody else."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.audit import COMMAND
from accounts.models import AuditRow, User
from sms.models import Inbound, Number
from sms.services import numbers
from tests.factories import make_balance, make_card
from tests.house.addresses import make_number
from tests.sms.conftest import PHONE, Phone, register

pytestmark = pytest.mark.django_db
ADDRESS = "/kartu/sms/"
LINK = 'href="/kartu/sms/"'
NOW = timezone.now


@pytest.fixture(autouse=True)
def _in_use(settings: Any) -> None:
    settings.SMS_GATEWAY, settings.KANNEL_SENDER = "kannel", "98765"


def read(client: Client, address: str = ADDRESS) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return str(answer.content.decode())


def press(client: Client, number: Number, act: str) -> Any:
    return client.post(f"{ADDRESS}{number.public_id}/{act}/", follow=True)


def test_the_page_says_how_with_the_operators_number(as_member: Client) -> None:
    page = read(as_member)
    assert "Belum ada nomor HP" in page
    assert "98765" in page
    assert "2757" not in page
    assert "/bantuan/cek-saldo-sms/" in page


def test_menu_and_cards_lead_there_only_where_sms_is_in_use(as_member: Client, settings: Any) -> None:
    assert LINK in read(as_member, "/")
    assert LINK in read(as_member, "/kartu/")
    settings.SMS_GATEWAY = "none"
    assert LINK not in read(as_member, "/")
    assert LINK not in read(as_member, "/kartu/")


def test_without_a_gateway_the_page_says_so_and_numbers_can_still_be_switched_off(
    as_member: Client, member: User, settings: Any
) -> None:
    number = make_number(member)
    settings.SMS_GATEWAY = "none"
    page = read(as_member)
    assert "SMS tidak dipakai" in page
    assert "DAFTAR SALDO" not in page
    press(as_member, number, "matikan")
    number.refresh_from_db()
    assert number.state == Number.State.OFF


@pytest.mark.parametrize("state", [Number.State.PENDING, Number.State.LAPSED])
def test_a_number_opens_with_one_press_of_its_owner(as_member: Client, member: User, state: str) -> None:
    number = make_number(member, state)
    assert f'data-state="{state}"' in read(as_member)
    page = press(as_member, number, "konfirmasi").content.decode()
    assert 'data-state="active"' in page
    number.refresh_from_db()
    assert (number.state, number.proof) == (Number.State.ACTIVE, Number.Proof.OWNER)


def test_a_member_has_three_numbers_at_most(member: User) -> None:
    for digit in range(3):
        numbers.ask(member=member, number=f"+62812000000{digit}", source=COMMAND)
    with pytest.raises(numbers.TooMany):
        numbers.ask(member=member, number="+628120000009", source=COMMAND)
    assert Number.objects.filter(member=member).count() == 3


@pytest.mark.parametrize("state", [Number.State.PENDING, Number.State.LAPSED, Number.State.ACTIVE])
@pytest.mark.parametrize("act", ["konfirmasi", "matikan"])
def test_a_strangers_press_finds_nothing(as_stranger: Client, member: User, state: str, act: str) -> None:
    number = make_number(member, state)
    assert press(as_stranger, number, act).status_code == 404
    number.refresh_from_db()
    assert number.state == state
    assert f"•••• {number.last3}" not in read(as_stranger)  # three bare digits may stand in a colour


def test_what_was_switched_off_does_not_come_back_by_a_press(as_member: Client, member: User) -> None:
    number = make_number(member, Number.State.OFF, ended_at=NOW())
    assert str(number.public_id) not in read(as_member)
    assert press(as_member, number, "konfirmasi").status_code == 404


def test_a_locked_account_opens_no_number(as_member: Client, member: User) -> None:
    number = make_number(member, Number.State.PENDING)
    User.objects.filter(pk=member.pk).update(locked_at=NOW())
    assert "terkunci" in press(as_member, number, "konfirmasi").content.decode()
    number.refresh_from_db()
    assert number.state == Number.State.PENDING


def test_what_was_asked_is_told_without_texts_numbers_and_amounts(
    phone: Phone, as_member: Client, member: User
) -> None:
    make_balance(make_card(member, "24011122201"))
    register(member)
    phone.send("SALDO 24011122201")
    phone.send("terima kasih ya")
    page = read(as_member)
    assert "Saldo ditanyakan, KPJ •••• 2201" in page
    assert "Pesan yang tidak kami kenali" in page
    for secret in (PHONE, "24011122201", "terima kasih", "1.234.567"):
        assert secret not in page
    Inbound.objects.update(received_at=NOW() - timedelta(days=31))
    assert "Yang ditanyakan" not in read(as_member)


def test_silence_is_told_too(phone: Phone, as_member: Client, member: User) -> None:
    register(member)
    phone.send("BANTUAN")
    Inbound.objects.update(state=Inbound.State.SILENT, outcome="too_many")
    assert "tidak dijawab: terlalu sering" in read(as_member)


def test_each_press_is_written_down_in_words_for_the_member(as_member: Client, member: User) -> None:
    number = make_number(member, Number.State.PENDING)
    press(as_member, number, "konfirmasi")
    press(as_member, number, "matikan")
    actions = list(AuditRow.objects.filter(action__startswith="sms_").order_by("pk").values_list("action", "door"))
    assert actions == [("sms_number_activated", "web"), ("sms_number_off", "web")]
    page = read(as_member, "/aktivitas/")
    assert "Nomor HP dikonfirmasi" in page
    assert "Nomor HP dimatikan untuk SMS" in page


def test_the_page_speaks_english(as_member: Client, member: User) -> None:
    User.objects.filter(pk=member.pk).update(language="en")
    make_number(member, Number.State.PENDING)
    page = read(as_member)
    assert "Yes, this is my number" in page
    assert "REGISTER BALANCE#NIK#BIRTH DATE#KPJ" in page
