"""DAFTAR: the same answer for everybody, and a way on only through what a forged sender cannot have."""

from datetime import date, timedelta

import pytest
import time_machine
from django.core import mail as outbox
from django.test import Client
from django.utils import timezone

from accounts import audit
from accounts.consent import CURRENT
from accounts.models import (
    AuditRow,
    Card,
    Consent,
    Deletion,
    LinkRequest,
    OutgoingMail,
    User,
    kpj_index,
    nik_index,
)
from accounts.services import cards, deletion, linking_steps
from accounts.services.housekeeping import end_accounts
from balances import sweeps
from balances.models import Balance
from providers import factory
from providers.fake import FakeCard, FakePerson, FakeProvider
from providers.port import CardRecord, CardStatus, Segment
from sms import limits
from sms.models import Inbound, Number, Registration
from sms.services import housekeeping, numbers, registering
from tests.factories import make_balance, make_card, make_member
from tests.sms.conftest import PHONE, Phone, register, work

pytestmark = pytest.mark.django_db
NIK, KPJ, BORN = "3173051207860012", "24011122201", date(1986, 7, 12)
RIGHT = f"DAFTAR SALDO#{NIK}#12-07-1986#{KPJ}"
NAMED = f"DAFTAR SALDO#{NIK}#BUDI SANTOSA#12-07-1986#{KPJ}"
RECEIVED = "Data kami terima."


@pytest.fixture
def owner(member: User) -> User:
    """Has the card, and the proof told who they are."""
    member.nik_index, member.birth_date_iso = nik_index(NIK), BORN.isoformat()
    member.save()
    make_balance(make_card(member, KPJ))
    return member


def test_everybody_reads_the_same(phone: Phone, owner: User) -> None:
    others = f"DAFTAR SALDO#3173051207860099#12-07-1986#{KPJ}"
    nobodys = f"DAFTAR SALDO#{NIK}#12-07-1986#99999999901"
    told = [Phone(phone.air, f"+62812000000{n}").send(text) for n, text in enumerate((RIGHT, others, nobodys, NAMED))]
    assert len({tuple(one) for one in told}) == 1
    assert told[0][0].startswith(RECEIVED)


def test_the_owner_is_asked_and_confirms_on_their_page(phone: Phone, owner: User, as_member: Client) -> None:
    phone.send(RIGHT)
    number = Number.objects.get()
    assert (number.member, number.state) == (owner, Number.State.PENDING)
    assert "/kartu/sms/" in OutgoingMail.objects.get().message
    assert "Rp" not in phone.send("SALDO")[0]
    page = as_member.get("/kartu/sms/").content.decode()
    assert "890" in page
    assert PHONE not in page
    as_member.post(f"/kartu/sms/{number.public_id}/konfirmasi/")
    assert "Rp" in phone.send("SALDO")[0]


def test_another_member_cannot_confirm_or_switch_off(phone: Phone, owner: User, as_stranger: Client) -> None:
    phone.send(RIGHT)
    number = Number.objects.get()
    for act in ("konfirmasi", "matikan"):
        assert as_stranger.post(f"/kartu/sms/{number.public_id}/{act}/").status_code == 404
    number.refresh_from_db()
    assert number.state == Number.State.PENDING


@pytest.mark.parametrize("text", [RIGHT.replace(NIK, "3173051207860099"), RIGHT.replace("1986", "1987")])
def test_data_that_are_not_the_owners_ask_nobody(phone: Phone, owner: User, text: str) -> None:
    phone.send(text)
    assert not Number.objects.exists()
    assert not OutgoingMail.objects.exists()


def test_a_number_another_member_uses_is_not_taken_from_them(phone: Phone, owner: User, as_member: Client) -> None:
    other = make_member()
    register(other)
    phone.send(RIGHT)
    mine = Number.objects.get(member=owner)
    page = as_member.post(f"/kartu/sms/{mine.public_id}/konfirmasi/", follow=True).content.decode()
    assert "BERHENTI" in page
    mine.refresh_from_db()
    assert mine.state == Number.State.PENDING


def test_the_fourth_registration_of_a_day_meets_silence(phone: Phone) -> None:
    answers = [phone.send(f"{RIGHT}{'' if n else '#'}") for n in range(limits.REGISTRATIONS_A_DAY + 2)]
    assert [len(one) for one in answers] == [1, 1, 1, 0, 0]
    assert len(phone.send("BANTUAN")) == 1


def test_a_registration_that_cannot_be_read_counts(phone: Phone) -> None:
    for _ in range(limits.REGISTRATIONS_A_DAY):
        assert "NIK" in phone.send("DAFTAR SALDO#1#2#3")[0]
    assert phone.send("DAFTAR SALDO#1#2#3") == []


# With an email: on in the portal


def test_an_email_leads_on_with_nothing_typed_twice(phone: Phone, visitor: Client, db: None) -> None:
    phone.send(f"{NAMED}#baru@contoh.example")
    row = OutgoingMail.objects.get()
    address = next(line for line in row.message.split("\\n") if "/lanjut/" in line)
    path = address[address.index("/kartu") :]
    assert visitor.get(path).status_code == 200
    assert KPJ not in visitor.get(path).content.decode()
    answer = visitor.post(path)
    assert answer["Location"].startswith("/akun/daftar/")
    signed_up = visitor.post(
        answer["Location"], {"email": "baru@contoh.example", "password1": "kapal layar biru 77", "agree": "on"}
    )
    assert signed_up.status_code == 302, signed_up.content.decode()
    assert User.objects.filter(email="baru@contoh.example").exists()
    assert signed_up["Location"] == path, "the mail proved the address: no second code"
    assert visitor.post(path)["Location"] == "/kartu/tambah/"
    page = visitor.get("/kartu/tambah/")
    assert page.status_code == 200, page.headers.get("Location")
    form = page.content.decode()
    for typed in (NIK, KPJ, "BUDI SANTOSA", "12-07-1986"):
        assert f'value="{typed}"' in form
    assert Number.objects.get().state == Number.State.PENDING
    assert visitor.get(path).status_code == 410, "the link works once"
    assert not outbox.outbox


def test_one_mail_a_day_to_an_address_whoever_asks(phone: Phone) -> None:
    for n in range(3):
        Phone(phone.air, f"+62812000000{n}").send(f"{RIGHT}#baru@contoh.example")
    assert OutgoingMail.objects.count() == 1
    Registration.objects.update(created_at=timezone.now() - timedelta(hours=25))
    phone.send(f"{RIGHT}#baru@contoh.example")
    assert OutgoingMail.objects.count() == 2


def test_a_link_a_day_old_or_made_up_is_over(phone: Phone, visitor: Client) -> None:
    phone.send(f"{RIGHT}#baru@contoh.example")
    message = OutgoingMail.objects.get().message
    path = message[message.index("/kartu/sms/lanjut/") :].split("\\n")[0]
    Registration.objects.update(created_at=timezone.now() - timedelta(hours=25))
    assert visitor.get(path).status_code == 410
    assert visitor.get("/kartu/sms/lanjut/anything/").status_code == 410
    housekeeping.clean_up()
    assert not Registration.objects.exists()


def test_what_was_typed_rests_sealed(phone: Phone) -> None:
    phone.send(f"{NAMED}#baru@contoh.example")
    stored = str(Registration.objects.values().get())
    assert not [typed for typed in (NIK, KPJ, "BUDI", "contoh.example", PHONE) if typed in stored]


# Without an email: the number on the upstream's record


def _work_the_link(*, on_record: str | None) -> None:
    card = CardRecord(
        kpj=KPJ,
        status=CardStatus.AKTIF,
        segment=Segment.PU,
        npp=None,
        employer_name="PT Contoh",
        branch=None,
        joined_on=None,
        inactive_since=None,
        merged_into_kpj=None,
        employments=(),
    )
    person = FakePerson(nik=NIK, name="BUDI SANTOSA", birth_date=BORN, cards=(FakeCard(record=card),), phone=on_record)
    with factory.override(FakeProvider(people=(person,))):
        for row in LinkRequest.objects.filter(fetch_started_at__isnull=False):
            assert row.fetch_started_at
            linking_steps.advance_link(public_id=row.public_id, token=row.fetch_started_at)
    work()


def test_the_number_on_record_becomes_a_member_by_sms_alone(phone: Phone) -> None:
    assert phone.send(NAMED)[0].startswith(RECEIVED)
    _work_the_link(on_record=PHONE)
    asked = phone.air.sent[-1].text
    assert asked.startswith("KPJ *2201 cocok.")
    assert "baca localhost:8000/p, balas SETUJU" in asked
    card = Card.objects.get()
    assert (card.proof, card.member.email, card.member.birth_date) == (Card.Proof.PHONE, None, BORN)
    make_balance(card)
    assert "Rp" not in phone.send("SALDO")[0]
    assert "tercatat" in phone.send("SETUJU")[0]
    assert "Rp1.234.567,00" in phone.send("SALDO")[0]
    assert NIK not in str(LinkRequest.objects.values().get())


def test_before_the_word_nothing_is_fetched_and_the_word_is_recorded(phone: Phone) -> None:
    phone.send(NAMED)
    _work_the_link(on_record=PHONE)
    assert sweeps.sweep() == 0
    assert phone.send("SALDO")[0].startswith("Saldo belum kami ambil")
    assert not Balance.objects.exists()
    assert not Consent.objects.exists()
    for _again in range(2):
        assert "tercatat" in phone.send("Setuju")[0]
    row = Consent.objects.get()
    assert (row.version, row.agreed, row.door, row.language) == (CURRENT.version, True, "sms", "id")
    said = AuditRow.objects.get(action="consent_given")
    assert (said.door, said.details["version"]) == ("sms", CURRENT.version)
    assert sweeps.sweep() == 1


@pytest.mark.parametrize("text", ["SETUJU TIDAK", "TIDAK SETUJU", "YA", "Tidak"])
def test_another_word_is_no_consent(phone: Phone, text: str) -> None:
    phone.send(NAMED)
    _work_the_link(on_record=PHONE)
    phone.send(text)
    assert not Consent.objects.exists()


def test_an_english_speaker_is_asked_and_agrees_in_english(phone: Phone) -> None:
    phone.send(NAMED.replace("DAFTAR SALDO", "REGISTER BALANCE"))
    _work_the_link(on_record=PHONE)
    assert "reply AGREE" in phone.air.sent[-1].text
    assert phone.send("agree")[0].startswith("Thank you")
    assert Consent.objects.get().language == "en"


def test_a_number_nobody_knows_agrees_to_nothing(phone: Phone) -> None:
    assert "belum terdaftar" in phone.send("SETUJU")[0]
    assert not Consent.objects.exists()


def test_who_never_answers_is_forgotten_after_seven_days(phone: Phone, member: User) -> None:
    agreed = Phone(phone.air, "+6281200000001")
    phone.send(NAMED)
    _work_the_link(on_record=PHONE)
    later = timezone.now() - numbers.ASKED_FOR - timedelta(hours=1)
    User.objects.filter(email=None).update(date_joined=later)
    housekeeping.clean_up()
    end_accounts()
    assert User.objects.filter(email=None).exists(), "asked a moment ago"
    Card.objects.update(linked_at=later)
    housekeeping.clean_up()
    end_accounts()
    assert list(User.objects.all()) == [member]
    assert not Card.objects.exists()
    assert not Number.objects.exists()
    assert "belum terdaftar" in agreed.send("SALDO")[0]


def _silent_for_a_week(phone: Phone) -> User:
    phone.send(NAMED)
    _work_the_link(on_record=PHONE)
    later = timezone.now() - numbers.ASKED_FOR - timedelta(hours=1)
    User.objects.filter(email=None).update(date_joined=later)
    Card.objects.update(linked_at=later)
    return User.objects.get(email=None)


def test_a_late_word_that_is_thanked_for_keeps_the_account(phone: Phone) -> None:
    member = _silent_for_a_week(phone)
    housekeeping.clean_up()
    assert "tercatat" in phone.send("SETUJU")[0]
    end_accounts()
    make_balance(Card.objects.get())
    assert "Rp" in phone.send("SALDO")[0]
    assert User.objects.get(email=None) == member


def test_a_word_given_while_the_silent_are_being_forgotten_counts(
    phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    member = _silent_for_a_week(phone)
    lock = registering.cards.lock_member

    def agree_just_before(pk: int) -> User:
        User.objects.filter(pk=pk).update(consent_version=CURRENT.version)
        return lock(pk)

    monkeypatch.setattr(registering.cards, "lock_member", agree_just_before)
    registering.forget_unagreed()
    end_accounts()
    assert User.objects.filter(pk=member.pk).exists()


def test_a_late_word_by_sms_stops_no_deletion_that_was_asked_for_in_the_portal(phone: Phone, owner: User) -> None:
    """A forged sender could say it."""
    register(owner)
    deletion.ask(member=owner, source=audit.SYSTEM)
    phone.send("SETUJU")
    assert deletion.pending(owner)


# BERHENTI


@pytest.fixture
def by_sms(phone: Phone) -> User:
    phone.send(NAMED)
    _work_the_link(on_record=PHONE)
    phone.send("SETUJU")
    card = Card.objects.get()
    make_balance(card)
    return card.member


def test_the_stop_of_a_member_by_sms_alone_takes_their_word_back_and_ends_the_account(
    phone: Phone, by_sms: User
) -> None:
    phone.send("SALDO")
    assert phone.send("BERHENTI")[0].startswith("SMS saldo dimatikan, persetujuan Anda ditarik")
    assert not Balance.objects.exists()
    assert not Number.objects.exists()
    assert list(Inbound.objects.values_list("command", flat=True)) == ["stop"]
    assert AuditRow.objects.get(action="consent_withdrawn").door == "sms"
    Deletion.objects.update(due_at=timezone.now())
    end_accounts()
    assert not User.objects.exists()
    assert "belum terdaftar" in phone.send("SALDO")[0]


def test_for_a_day_after_a_stop_that_may_be_forged_staff_give_the_card_to_nobody(
    phone: Phone, by_sms: User, member: User
) -> None:
    claim = LinkRequest(member=member, kpj_index=kpj_index(KPJ))
    phone.send("BERHENTI")
    with time_machine.travel(timezone.now() + timedelta(hours=23)):
        end_accounts()
        assert cards.let_go_lately(claim)
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        end_accounts()
        assert not User.objects.filter(pk=by_sms.pk).exists()


def test_the_stop_of_one_of_two_phones_leaves_the_other(phone: Phone, by_sms: User) -> None:
    other = Phone(phone.air, "+6281200000002")
    register(by_sms, other.number)
    assert phone.send("BERHENTI")[0].startswith("SMS saldo untuk nomor ini")
    assert "Rp" in other.send("SALDO")[0]
    assert other.send("BERHENTI")[0].startswith("SMS saldo dimatikan, persetujuan")


def test_the_stop_of_a_portal_member_leaves_their_word_alone(phone: Phone, owner: User) -> None:
    register(owner)
    assert phone.send("BERHENTI")[0].startswith("SMS saldo untuk nomor ini")
    owner.refresh_from_db()
    assert owner.consent_standing == "given"
    assert Balance.objects.exists()


def test_a_locked_account_is_not_ended_by_a_text(phone: Phone, by_sms: User) -> None:
    User.objects.filter(pk=by_sms.pk).update(locked_at=timezone.now())
    assert phone.send("BERHENTI")[0].startswith("SMS saldo untuk nomor ini")
    assert Balance.objects.exists()


@pytest.mark.parametrize("on_record", [None, "+6289999999999"])
def test_another_number_on_record_opens_nothing_and_says_nothing(phone: Phone, on_record: str | None) -> None:
    phone.send(NAMED)
    _work_the_link(on_record=on_record)
    assert len(phone.air.sent) == 1
    assert not Card.objects.exists()
    assert not Number.objects.exists()
    assert "belum terdaftar" in phone.send("SALDO")[0]


def test_an_account_that_came_to_nothing_is_gone_a_day_later(phone: Phone, member: User) -> None:
    phone.send(NAMED)
    _work_the_link(on_record=None)
    User.objects.filter(email=None).update(date_joined=timezone.now() - timedelta(hours=25))
    housekeeping.clean_up()
    assert list(User.objects.all()) == [member]


def test_a_card_somebody_holds_is_not_taken_by_sms(phone: Phone, member: User) -> None:
    phone.send(NAMED)
    make_card(member, KPJ)
    _work_the_link(on_record=PHONE)
    assert Card.objects.get().member == member
    assert LinkRequest.objects.get().refusal == "held_elsewhere"


def test_a_wrong_name_needs_the_portal(phone: Phone) -> None:
    phone.send(NAMED.replace("BUDI SANTOSA", "SITI AMINAH"))
    _work_the_link(on_record=PHONE)
    assert not Card.objects.exists()


def test_without_name_and_email_the_reply_says_what_to_add(phone: Phone) -> None:
    assert "NAMA" in phone.send(RIGHT)[0]
    assert not LinkRequest.objects.exists()
    assert Inbound.objects.get().outcome == "received"


def test_a_link_opened_by_sms_gives_way_to_a_code(phone: Phone, member: User) -> None:
    """A text can come from whoever has the phone now; a code is stronger (ADR 24)."""
    phone.send(NAMED)
    _work_the_link(on_record=PHONE)
    by_sms = Card.objects.get()
    assert registering.told_by(secret="none") is None
    from accounts.services.linking_outcomes import _outranks

    claim = LinkRequest(member=member)
    assert _outranks(claim, by_sms, Card.Proof.POSSESSION)
    assert not _outranks(claim, by_sms, Card.Proof.STAFF)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f"DAFTAR SALDO#317305120786001#12-07-1986#{KPJ}", "NIK harus 16 angka"),
        (f"DAFTAR SALDO#{NIK}#31-02-1986#{KPJ}", "Tanggal lahir belum terbaca"),
        (f"DAFTAR SALDO#{NIK}#12-07-1986#2401112220", "Nomor KPJ harus 11 angka"),
        (f"DAFTAR SALDO#{NIK}#12-07-1986#{KPJ}#budi.contoh", "Alamat email belum terbaca"),
        ("DAFTAR SALDO", "Format belum lengkap"),
    ],
)
def test_what_cannot_be_read_is_answered_with_what_to_mend(phone: Phone, text: str, told: str) -> None:
    assert phone.send(text)[0].startswith(told)


@pytest.mark.parametrize("lost", ["stopped", "lapsed"])
def test_a_member_by_sms_alone_comes_back_by_the_same_text(phone: Phone, lost: str) -> None:
    """A forged BERHENTI, or ninety days of silence, must not lock anybody out for good."""
    phone.send(NAMED)
    _work_the_link(on_record=PHONE)
    phone.send("SETUJU")
    make_balance(Card.objects.get())
    if lost == "stopped":
        phone.send("BERHENTI")
    else:
        Number.objects.update(last_used_at=timezone.now() - timedelta(days=91))
    assert "Rp" not in phone.send("SALDO")[0]
    phone.send(NAMED)
    _work_the_link(on_record=PHONE)
    if lost == "stopped":
        assert phone.air.sent[-1].text.startswith("KPJ *2201 cocok.")
        phone.send("SETUJU")
        make_balance(Card.objects.get(state=Card.State.ACTIVE))
    end_accounts()
    assert "Rp1.234.567,00" in phone.send("SALDO")[0]
    assert Card.objects.exclude(state=Card.State.UNLINKED).count() == 1


def test_another_phone_does_not_come_back_in_their_place(phone: Phone) -> None:
    phone.send(NAMED)
    _work_the_link(on_record=PHONE)
    thief = Phone(phone.air, "+6289999999999")
    thief.send(NAMED)
    _work_the_link(on_record=PHONE)
    assert "belum terdaftar" in thief.send("SALDO")[0]
