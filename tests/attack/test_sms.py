"""What somebody with leaked data, a forged sender or a stolen session tried on the SMS door."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import audit
from accounts.models import Card, ContactChange, LinkRequest, User, nik_index
from accounts.services import contact_change, linking_steps, locks
from accounts.services.not_me_tokens import Purpose, make
from providers import factory
from providers.fake import FakeProvider
from sms.models import Inbound, Number
from sms.services import answering, numbers
from tests.accounts.conftest import BORN, KPJ, NAME, NIK, SECOND_KPJ, person, record
from tests.factories import PASSWORD, make_balance, make_card
from tests.sms.conftest import PHONE, Phone, air, phone, register, work

__all__ = ["air", "phone"]
pytestmark = pytest.mark.django_db
THIEF = "+6289900001111"


@pytest.fixture(autouse=True)
def _no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("sms.services.receiving", "sms.services.sending", "accounts.services.linking_outcomes"):
        monkeypatch.setattr(f"{module}.ring", lambda *args, **kwargs: None)


def text(kpj: str) -> str:
    return f"DAFTAR SALDO#{NIK}#{NAME}#17-08-1945#{kpj}"


def work_the_link() -> None:
    people = (person(NIK, NAME, BORN, record(KPJ), record(SECOND_KPJ), phone=PHONE),)
    with factory.override(FakeProvider(people=people)):
        for row in LinkRequest.objects.filter(fetch_started_at__isnull=False):
            assert row.fetch_started_at
            linking_steps.advance_link(public_id=row.public_id, token=row.fetch_started_at)
    work()


def test_a_strangers_number_that_waits_is_not_opened_by_the_owners_next_card(phone: Phone) -> None:
    """A number waits for whoever asks with leaked data; the owner's next card must open the owner's number only."""
    phone.send(text(KPJ))
    work_the_link()
    make_balance(Card.objects.get())
    thief = Phone(phone.air, THIEF)
    thief.send(text(KPJ))
    work_the_link()
    assert not Number.objects.filter(last3=THIEF[-3:]).exists(), "the upstream knows another number"
    numbers.ask(member=Card.objects.get().member, number=THIEF, source=audit.COMMAND)
    phone.send(text(SECOND_KPJ))
    work_the_link()
    assert Card.objects.filter(state="active").count() == 2
    assert Number.objects.get(last3=THIEF[-3:]).state == Number.State.PENDING
    assert THIEF not in [one.to for one in phone.air.sent if "terdaftar" in one.text and "belum" not in one.text]
    assert "Rp" not in thief.send("SALDO")[0]


@pytest.fixture
def waiting(member: User) -> Number:
    member.nik_index, member.birth_date_iso = nik_index(NIK), BORN.isoformat()
    member.save()
    make_balance(make_card(member, KPJ))
    return numbers.ask(member=member, number=THIEF, source=audit.COMMAND)


def confirm(client: Client, number: Number) -> str:
    answer = client.post(reverse("sms_confirm", args=[number.public_id]))
    number.refresh_from_db()
    return str(answer["Location"])


def prove(client: Client) -> Client:
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return client


def test_an_unlocked_phone_confirms_no_number_without_a_fresh_proof(
    as_member: Client, waiting: Number, settings: Any
) -> None:
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 0  # whatever was proved is too long ago
    assert confirm(as_member, waiting).startswith("/akun/pastikan/?next=%2Fkartu%2Fsms%2F")
    assert waiting.state == Number.State.PENDING
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
    confirm(prove(as_member), waiting)
    assert waiting.state == Number.State.ACTIVE


def test_no_number_opens_while_the_account_is_locked_or_its_address_too_new(
    as_member: Client, member: User, waiting: Number
) -> None:
    prove(as_member)
    contact_change.begin(member=member, old="lama@contoh.example", new=member.email or "")
    confirm(as_member, waiting)
    assert waiting.state == Number.State.PENDING
    ContactChange.objects.update(counts_from=timezone.now())
    locks.lock_account(member=member, source=audit.SYSTEM)
    confirm(as_member, waiting)
    assert waiting.state == Number.State.PENDING


def test_not_me_closes_the_numbers_too(phone: Phone, member: User, waiting: Number) -> None:
    register(member, THIEF)
    thief = Phone(phone.air, THIEF)
    assert "Rp" in thief.send("SALDO")[0]
    Client().post(reverse("not_me", args=[make(Purpose.ACCOUNT, member.public_id)]))
    User.objects.filter(pk=member.pk).update(locked_at=None)
    Card.objects.update(state="active", frozen_because="", locked_at=None)  # twelve hours after the owner asked for it
    assert "Rp" not in thief.send("SALDO")[0]


def test_an_awaited_figure_is_told_to_nobody_but_its_member(
    phone: Phone, member: User, stranger: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The number changed hands between the question and the figure."""
    monkeypatch.setattr("balances.services.ring", lambda *args, **kwargs: None)
    card = make_card(member, KPJ)
    register(member)
    phone.send("SALDO")
    row = Inbound.objects.get(state=Inbound.State.FIGURE_AWAITED)
    phone.send("BERHENTI")
    register(stranger)
    card.refresh_from_db()
    Inbound.objects.filter(pk=row.pk).update(next_fetch_at=timezone.now())
    card.balance.delete()
    make_balance(card)
    token = Inbound.objects.claim(row.pk)
    assert token
    assert answering.answer(public_id=row.public_id, token=token) == "no_figure"
