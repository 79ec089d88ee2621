"""Staff see SMS by state; a text or a number only after saying why, which the member can read."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditRow, Card, User
from sms import admin
from sms.models import Inbound, Number, Outbound
from tests.accounts.everything import give_messages
from tests.house.addresses import make_number

REASON = {"why": "asked", "reason": "anggota menelepon soal jawaban"}


@pytest.fixture
def number(member: User, card: Card) -> Number:
    number = make_number(member)
    give_messages(number, card)
    return number


def change(row: Inbound | Outbound | Number) -> str:
    return reverse(f"admin:sms_{row._meta.model_name}_change", args=[row.pk])


@pytest.mark.parametrize(
    ("model", "told"), [(Inbound, "SALDO PENANDA"), (Outbound, "JAWABAN PENANDA"), (Number, "+62812")]
)
def test_a_text_or_number_is_told_only_after_a_reason_and_the_member_reads_it(
    as_keeper: Client, as_member: Client, number: Number, model: type, told: str
) -> None:
    row = model.objects.get()
    assert told not in as_keeper.get(change(row)).content.decode()
    address = reverse(f"admin:sms_{model._meta.model_name}_reveal", args=[row.pk])
    assert told not in as_keeper.post(address, {"why": "asked", "reason": ""}).content.decode()
    assert told not in as_keeper.get(change(row)).content.decode()
    page = as_keeper.post(address, REASON, follow=True).content.decode()
    assert told in page
    assert number.number in page
    looks = AuditRow.objects.filter(action="sms_seen_by_staff", member=number.member.public_id, reason=REASON["reason"])
    assert looks.get().details == {"why": "asked", "unmasked": True}
    assert "Isi SMS dan nomor HP dilihat" in as_member.get("/aktivitas/").content.decode()


def test_what_was_shown_of_one_message_shows_nothing_of_another(as_keeper: Client, number: Number, card: Card) -> None:
    other, _ = give_messages(make_number(number.member), card)
    first = Inbound.objects.exclude(pk=other.pk).get()
    as_keeper.post(reverse("admin:sms_inbound_reveal", args=[first.pk]), REASON)
    assert "SALDO PENANDA" not in as_keeper.get(change(other)).content.decode()


def test_messages_are_counted_and_filtered_by_state(as_keeper: Client, number: Number) -> None:
    for n, state in enumerate(("waiting", "silent", "silent", "figure_awaited")):
        Inbound.objects.create(gateway="kannel", gateway_id=f"x{n}", sender_index=b"x", state=state)
    listed = reverse("admin:sms_inbound_changelist")
    page = as_keeper.get(listed).content.decode()
    for told in ("menunggu dijawab (1)", "menunggu angka (1)", "dijawab (1)", "tidak dijawab (2)"):
        assert told in page
    assert as_keeper.get(f"{listed}?keadaan=diam").context["cl"].result_count == 2
    Outbound.objects.create(number_index=b"x", reply="help", doubtful=1, next_fetch_at=None, sent_at=timezone.now())
    Outbound.objects.create(number_index=b"x", reply="help", next_fetch_at=None, given_up_at=timezone.now())
    listed = reverse("admin:sms_outbound_changelist")
    page = as_keeper.get(listed).content.decode()
    for told in ("menunggu dikirim (1)", "terkirim (1)", "pernah tidak pasti terkirim (1)", "tidak jadi dikirim (1)"):
        assert told in page
    assert as_keeper.get(f"{listed}?keadaan=menyerah").context["cl"].result_count == 1


def test_counts_look_at_the_newest_messages_only(
    as_keeper: Client, number: Number, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(admin, "COUNTED", 2)
    for n in range(3):
        Inbound.objects.create(gateway="kannel", gateway_id=f"x{n}", sender_index=b"x", state="silent")
    assert "tidak dijawab (2)" in as_keeper.get(reverse("admin:sms_inbound_changelist")).content.decode()


def test_a_members_numbers_and_their_messages_are_a_press_away(
    as_keeper: Client, number: Number, stranger: User, card: Card
) -> None:
    give_messages(make_number(stranger), card)
    page = as_keeper.get(reverse("admin:accounts_user_change", args=[number.member.pk])).content.decode()
    numbers = reverse("admin:sms_number_changelist") + f"?member={number.member.pk}"
    assert f'href="{numbers}"' in page
    listed = as_keeper.get(numbers)
    assert [row.pk for row in listed.context["cl"].result_list] == [number.pk]
    messages = as_keeper.get(reverse("admin:sms_inbound_changelist") + f"?nomor={number.pk}")
    assert messages.context["cl"].result_count == 1
    assert as_keeper.get(reverse("admin:sms_inbound_changelist") + "?nomor=x").context["cl"].result_count == 0


def test_a_message_of_the_next_holder_is_not_the_members(as_keeper: Client, number: Number) -> None:
    Number.objects.update(state="off", ended_at=timezone.now() - timedelta(days=1))
    as_keeper.get(change(Inbound.objects.get()))
    assert AuditRow.objects.filter(action="sms_seen_by_staff").latest("pk").member is None


def test_a_list_cannot_be_asked_by_a_number_or_text(as_keeper: Client, number: Number) -> None:
    for question in ("number_index=x", "last3=890", "body_sealed__startswith=v1", "sender_index=x"):
        for model in ("number", "inbound", "outbound"):
            answer = as_keeper.get(reverse(f"admin:sms_{model}_changelist") + f"?{question}")
            assert answer.status_code in (302, 400), (model, question)
