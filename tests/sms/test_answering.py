"""What comes back on the phone: the same Reading as the page, for a number that was proved, and silence for floods."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import AuditRow, Card, User
from balances.models import Balance
from sms import limits
from sms.models import Inbound, Number, Outbound
from sms.services import answering, numbers
from tests.factories import make_balance, make_card, make_member
from tests.sms.conftest import PHONE, Air, Phone, register, work

pytestmark = pytest.mark.django_db
NOW = timezone.now


@pytest.fixture
def card(member: User) -> Card:
    one = make_card(member, "24011122201")
    make_balance(one, "12345678.00", as_of=timezone.make_aware(timezone.datetime(2026, 10, 31)))
    return one


def test_a_registered_number_with_one_card_reads_its_balance(phone: Phone, member: User, card: Card) -> None:
    register(member)
    assert phone.send("SALDO") == ["JHT KPJ *2201: Rp12.345.678,00 per 31 Okt 2026."]


@pytest.mark.parametrize("text", ["SALDO 24011122201", "saldo 2201", "CEK SALDO 2401-1122-201"])
def test_the_card_may_be_named(phone: Phone, member: User, card: Card, text: str) -> None:
    make_card(member)
    register(member)
    assert phone.send(text) == ["JHT KPJ *2201: Rp12.345.678,00 per 31 Okt 2026."]


def test_the_members_language_is_spoken(phone: Phone, member: User, card: Card) -> None:
    register(member)
    User.objects.filter(pk=member.pk).update(language="en")
    [told] = phone.send("SALDO")
    assert "31 Oct 2026" in told


def test_several_cards_are_offered_by_their_last_digits(phone: Phone, member: User, card: Card) -> None:
    make_card(member, "17033344402")
    register(member)
    [told] = phone.send("SALDO")
    assert "*2201 *4402" in told
    assert "Rp" not in told


def test_a_card_of_somebody_else_is_not_among_mine(phone: Phone, member: User, stranger: User, card: Card) -> None:
    make_balance(make_card(stranger, "19022233393"), "99.00")
    register(member)
    [told] = phone.send("SALDO 19022233393")
    assert "*2201" in told
    assert "Rp" not in told
    assert phone.send("SALDO 3393") == [told]


def test_an_unknown_number_learns_nothing_even_with_the_right_card(phone: Phone, card: Card) -> None:
    [told] = phone.send("SALDO 24011122201")
    assert told == phone.send("SALDO 99999999999")[0]
    assert "Rp" not in told
    assert "2201" not in told


def test_a_number_that_waits_for_its_owner_is_unknown(phone: Phone, member: User, card: Card) -> None:
    from accounts.audit import COMMAND

    numbers.ask(member=member, number=PHONE, source=COMMAND)
    assert "belum terdaftar" in phone.send("SALDO")[0]


def test_a_switched_off_account_is_unknown(phone: Phone, member: User, card: Card) -> None:
    register(member)
    User.objects.filter(pk=member.pk).update(is_active=False)
    assert "belum terdaftar" in phone.send("SALDO")[0]


def test_an_old_amount_comes_with_its_date_and_says_so(phone: Phone, member: User, card: Card) -> None:
    Balance.objects.filter(card=card).update(
        fetched_at=NOW() - timedelta(days=3),
        last_error="unavailable",
        failures=2,
        next_fetch_at=NOW() + timedelta(hours=1),
    )
    register(member)
    assert phone.send("SALDO") == ["JHT KPJ *2201: Rp12.345.678,00 per 31 Okt 2026. Belum ada yang lebih baru."]


def test_a_frozen_card_tells_no_amount(phone: Phone, member: User, card: Card) -> None:
    register(member)
    Card.objects.filter(pk=card.pk).update(state="frozen", frozen_because="disputed")
    [told] = phone.send("SALDO")
    assert "dikunci" in told
    assert "Rp" not in told


def test_a_figure_that_is_not_there_yet_comes_by_itself_within_ten_minutes(phone: Phone, member: User) -> None:
    card = make_card(member, "24011122201")
    register(member)
    [first] = phone.send("SALDO")
    assert "sedang diminta" in first
    assert "Rp" not in first
    Balance.objects.filter(card=card).delete()
    make_balance(card, "500000.00")
    look_again()
    assert [one.text for one in phone.air.sent[1:]] == [answer_for("500.000,00", card)]
    look_again()
    assert len(phone.air.sent) == 2, "once"


def test_a_figure_that_does_not_come_is_not_told_later(phone: Phone, member: User) -> None:
    card = make_card(member, "24011122201")
    register(member)
    phone.send("SALDO")
    Inbound.objects.update(received_at=NOW() - timedelta(minutes=11))
    look_again()
    Balance.objects.filter(card=card).delete()
    make_balance(card, "500000.00")
    look_again()
    assert len(phone.air.sent) == 1
    assert Inbound.objects.get().state == Inbound.State.ANSWERED


def answer_for(figure: str, card: Card) -> str:
    from django.utils.formats import date_format

    as_of = timezone.localdate(card.balance.as_of) if hasattr(card, "balance") else None
    assert as_of
    return f"JHT KPJ *{card.kpj_last4}: Rp{figure} per {date_format(as_of, 'j M Y')}."


def look_again() -> None:
    """The sweep comes round."""
    from sms.services import receiving

    Inbound.objects.exclude(next_fetch_at=None).update(next_fetch_at=NOW())
    receiving.sweep()
    work()


def test_every_look_by_sms_is_written_down(phone: Phone, member: User, card: Card) -> None:
    register(member)
    phone.send("SALDO")
    phone.send("SALDO")
    looks = AuditRow.objects.filter(action="balance_seen_by_sms", member=member.public_id, card=card.public_id)
    assert looks.count() == 2
    assert {row.door for row in looks} == {"sms"}


def test_stop_is_obeyed_and_answered_once(phone: Phone, member: User, card: Card) -> None:
    register(member)
    [told] = phone.send("BERHENTI")
    assert "dimatikan" in told
    assert Number.objects.get().state == Number.State.OFF
    assert "belum terdaftar" in phone.send("SALDO")[0]


def test_a_number_unused_for_ninety_days_is_confirmed_anew(phone: Phone, member: User, card: Card) -> None:
    register(member)
    Number.objects.update(last_used_at=NOW() - timedelta(days=91))
    [told] = phone.send("SALDO")
    assert "konfirmasi lagi" in told
    assert "Rp" not in told
    assert Number.objects.get().state == Number.State.LAPSED
    assert "konfirmasi lagi" in phone.send("SALDO")[0], "asking again is no confirmation"


def test_a_number_used_within_ninety_days_stays(phone: Phone, member: User, card: Card) -> None:
    register(member)
    Number.objects.update(last_used_at=NOW() - timedelta(days=89))
    assert "Rp" in phone.send("SALDO")[0]


@pytest.mark.asvs("V2.4.1")
def test_a_flood_meets_silence_and_another_phone_does_not(phone: Phone, member: User, air: Air, card: Card) -> None:
    register(member)
    answers = [phone.send("SALDO") for _ in range(limits.MESSAGES_AN_HOUR + 3)]
    assert [len(one) for one in answers] == [1] * limits.MESSAGES_AN_HOUR + [0] * 3
    assert len(Phone(air, "+6281111111111").send("SALDO")) == 1
    assert Inbound.objects.filter(state=Inbound.State.SILENT, outcome="too_many").count() == 3


def test_strangers_cannot_make_us_send_without_end_and_members_are_still_answered(
    phone: Phone, member: User, air: Air, card: Card, settings: Any
) -> None:
    settings.SMS_MAX_PER_MINUTE = 3
    register(member)
    answers = [Phone(air, f"+62811111110{n}").send("SALDO") for n in range(5)]
    assert [len(one) for one in answers] == [1, 1, 1, 0, 0]
    assert Inbound.objects.filter(outcome="busy", state=Inbound.State.SILENT).count() == 2
    assert "Rp" in phone.send("SALDO")[0]
    Outbound.objects.update(created_at=NOW() - timedelta(seconds=61))
    assert len(Phone(air, "+628111111109").send("SALDO")) == 1


def test_an_hour_later_it_is_answered_again(phone: Phone, member: User, card: Card) -> None:
    register(member)
    for _ in range(limits.MESSAGES_AN_HOUR):
        phone.send("SALDO")
    Inbound.objects.update(received_at=NOW() - timedelta(minutes=61))
    assert len(phone.send("SALDO")) == 1


def test_a_message_delivered_again_is_answered_once(phone: Phone, member: User, card: Card) -> None:
    register(member)
    assert len(phone.send("SALDO", gateway_id="a")) == 1
    assert phone.send("SALDO", gateway_id="a") == []
    assert Inbound.objects.count() == 1


def test_a_word_for_a_sender_is_not_answered(phone: Phone, air: Air) -> None:
    phone.number = "TELKOMSEL"
    assert phone.send("SALDO") == []
    assert Inbound.objects.get().outcome == "no_number"


def test_a_nik_does_not_stay_after_the_answer(phone: Phone) -> None:
    phone.send("DAFTAR SALDO#3173051207860012#12-07-1986#24011122201")
    row = Inbound.objects.get()
    assert "3173051207860012" not in row.body
    assert "DAFTAR SALDO#################" in row.body
    assert row.command == "register"


def test_what_cannot_be_answered_is_not_tried_for_ever(
    phone: Phone, member: User, card: Card, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    register(member)

    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("with 24011122201 in its text")

    monkeypatch.setattr(answering.balances, "look", broken)
    assert phone.send("SALDO") == []
    row = Inbound.objects.get()
    assert (row.state, row.outcome, row.next_fetch_at) == (Inbound.State.SILENT, "internal_error", None)
    assert "24011122201" not in caplog.text
    assert Outbound.objects.count() == 0


def test_the_upstreams_true_zero_is_told_and_unknown_is_not_zero(phone: Phone, member: User) -> None:
    claimed = make_card(member, "24011122201", membership="DIKLAIM")
    make_balance(claimed, "0.00", account_status="0002")
    register(member)
    assert "Rp0,00 per" in phone.send("SALDO")[0]
    Balance.objects.filter(card=claimed).update(
        amount=None, as_of=None, account_status="", unavailable_reason="DIHITUNG"
    )
    [told] = phone.send("SALDO")
    assert "0" not in told.replace("2201", "")


def test_amounts_are_never_rounded(phone: Phone, member: User) -> None:
    make_balance(make_card(member), Decimal("1234567.89"))  # type: ignore[arg-type]
    register(member)
    assert "Rp1.234.567,89" in phone.send("SALDO")[0]


def test_a_strangers_phone_never_reads_mine(
    air: Air, member: User, card: Card, registered: Callable[..., Number]
) -> None:
    registered()
    other = make_member()
    make_balance(make_card(other, "19022233393"), "99.00")
    register(other, "+6289999999999")
    [told] = Phone(air, "+6289999999999").send("SALDO")
    assert "*3393" in told
    assert "12.345.678" not in told
