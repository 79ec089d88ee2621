"""My rights, page by page: what they say, what they ask first, what they do, and to whom they never open."""

from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone, translation
from django.utils.formats import date_format

from accounts import audit
from accounts.consent import CURRENT, NOTICES, WITHDRAWN, Purpose, Standing
from accounts.models import AuditRow, Card, Consent, Correction, Deletion, LinkRequest, User
from accounts.services import deletion, export, privacy
from balances.models import Balance
from tests.accounts.conftest import mails
from tests.conftest import remember_proof
from tests.factories import PASSWORD, make_balance, make_card, make_member
from tests.house.addresses import make_offer, make_request, make_world

NEEDS_PROOF = ["/privasi/data/", "/privasi/unduh/", "/privasi/persetujuan/cabut/", "/privasi/hapus/"]


def prove(client: Client) -> Client:
    client.post("/akun/pastikan/", {"password": PASSWORD})
    return client


def actions(member: User) -> list[str]:
    return list(AuditRow.objects.filter(member=member.public_id).order_by("id").values_list("action", flat=True))


@pytest.mark.parametrize("address", [*NEEDS_PROOF, "/privasi/hapus/pastikan/"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_what_is_dangerous_asks_first_and_keeps_nothing_that_was_posted(
    address: str, method: str, member: User, as_member: Client
) -> None:
    remember_proof(as_member, member, seconds_ago=301)
    answer = getattr(as_member, method)(address, {"sure": "1"})
    assert answer.status_code == 302
    assert answer["Location"].startswith("/akun/pastikan/?next=")
    assert "account_reauthentication_state" not in as_member.session
    assert not Deletion.objects.exists()


def test_the_page_of_rights_shows_every_rule_of_retention(as_member: Client) -> None:
    html = as_member.get("/privasi/").content.decode()
    for words in ("Unduh data saya", "Perbaiki data saya", "Hapus akun", "180 hari", "5 tahun", "Selama akun ada"):
        assert words in html


def test_a_visitor_reads_the_notice_with_the_operators_name(visitor: Client, settings: Any) -> None:
    settings.OPERATOR_NAME, settings.PRIVACY_CONTACT = "Yayasan Contoh", "privasi@contoh.example"
    html = visitor.get("/privasi/pemberitahuan/").content.decode()
    for words in ("Yayasan Contoh", "privasi@contoh.example", "UU 27/2022", "90 hari", "3 x 24 jam"):
        assert words in html
    assert visitor.get(f"/privasi/pemberitahuan/{CURRENT.version}/").status_code == 200
    assert visitor.get("/privasi/pemberitahuan/2020-01-01/").status_code == 404


@pytest.mark.asvs("V3.2.1", "V5.4.1", "V5.4.2")
def test_data_and_file_are_the_members_own_and_each_look_is_written_down(
    member: User, as_member: Client, as_stranger: Client
) -> None:
    card = make_card(member, kpj="24098765401")
    make_balance(card, "7654321.00")
    page = prove(as_member).get("/privasi/data/")
    assert "24098765401" in page.content.decode()
    assert "7.654.321,00" in page.content.decode()
    assert "<dt>Kartu</dt><dd>KPJ •••• 5401</dd></div><div><dt>Saldo (rupiah)" in page.content.decode()
    file = as_member.get("/privasi/unduh/")
    assert file["Content-Disposition"].startswith('attachment; filename="data-saya-')
    assert "no-store" in file["Cache-Control"]
    assert file.json()["data"]["balances.balance"]["rows"][0]["amount"] == "7654321.00"
    assert file.json()["data"]["accounts.card"]["rows"][0]["kpj"] == "24098765401"
    assert actions(member)[-2:] == ["data_seen", "data_exported"]
    prove(as_stranger)
    for address in ("/privasi/data/", "/privasi/unduh/"):
        assert "24098765401" not in as_stranger.get(address).content.decode()


def test_a_name_is_the_members_to_change_until_a_card_proved_it(member: User, as_member: Client) -> None:
    as_member.post("/privasi/perbaiki/nama/", {"name": "  Budi   Baru "})
    member.refresh_from_db()
    assert member.name == "Budi Baru"
    assert "name_corrected" in actions(member)
    User.objects.filter(pk=member.pk).update(nik_index=b"x" * 32)
    as_member.post("/privasi/perbaiki/nama/", {"name": "Orang Lain"})
    member.refresh_from_db()
    assert member.name == "Budi Baru"
    assert 'name="name"' not in as_member.get("/privasi/perbaiki/").content.decode()
    assert as_member.post("/privasi/perbaiki/nama/", {"name": "x"}).status_code == 422


def test_a_correction_is_asked_rests_sealed_and_is_answered(
    member: User, as_member: Client, as_stranger: Client
) -> None:
    as_member.post("/privasi/perbaiki/", {"topic": "birth_date", "text": "Seharusnya 3 Mei 1980"})
    row = Correction.objects.get()
    assert "3 Mei 1980" not in row.text_sealed
    assert "Seharusnya 3 Mei 1980" in as_member.get("/privasi/").content.decode()
    assert "Seharusnya 3 Mei 1980" not in as_stranger.get("/privasi/").content.decode()
    privacy.end_correction(public_id=row.public_id, done=True, answer="Sudah kami betulkan.", source=audit.SYSTEM)
    html = as_member.get("/privasi/").content.decode()
    assert "Sudah kami betulkan." in html
    assert "sudah diperbaiki" in html
    assert mails()[-1]["to"] == member.email
    assert "Mei 1980" not in mails()[-1]["text"]
    with pytest.raises(privacy.CannotCorrect):
        privacy.end_correction(public_id=row.public_id, done=False, answer="x", source=audit.SYSTEM)


def test_no_more_than_three_corrections_wait(member: User, as_member: Client) -> None:
    for _ in range(3):
        as_member.post("/privasi/perbaiki/", {"topic": "other", "text": "salah"})
    answer = as_member.post("/privasi/perbaiki/", {"topic": "other", "text": "salah lagi"})
    assert answer.status_code == 422
    assert Correction.objects.count() == 3


def test_what_is_wrong_in_a_correction_is_said_once_and_at_the_top(as_member: Client) -> None:
    html = as_member.post("/privasi/perbaiki/", {"topic": "other", "text": ""}).content.decode()
    assert html.count("Ada yang perlu diperbaiki") == 1
    assert html.index("Ada yang perlu diperbaiki") < html.index("Yang dapat Anda ubah sendiri")
    assert "?:" not in html
    html = as_member.post("/privasi/perbaiki/nama/", {"name": ""}).content.decode()
    assert html.count("Ada yang perlu diperbaiki") == 1


# Consent


def test_taking_the_word_back_is_not_hidden_behind_the_whole_text(as_member: Client) -> None:
    html = as_member.get("/privasi/persetujuan/").content.decode()
    assert html.index("/privasi/persetujuan/cabut/") < html.index("Siapa yang memproses data Anda")


def test_a_new_text_says_until_when_it_waits_for_an_answer(member: User, as_member: Client, settings: Any) -> None:
    day = timezone.localdate()
    User.objects.filter(pk=member.pk).update(consent_version="2020-01-01", consent_asked_on=day)
    until = date_format(day + timedelta(days=settings.CONSENT_GRACE_DAYS), "j F Y")
    assert f"paling lambat {until}" in as_member.get("/privasi/persetujuan/").content.decode()
    assert "Ada naskah baru: baca dan setujui" in as_member.get("/privasi/").content.decode()


def test_answers_on_consent_are_read_in_words(member: User, as_member: Client) -> None:
    privacy.agree(member=member, source=audit.Source(door=AuditRow.Door.SMS))
    page = prove(as_member).get("/privasi/data/").content.decode()
    assert "Mengambil dan menampilkan saldo JHT Anda" in page
    assert "<dd>SMS</dd>" in page
    row = as_member.get("/privasi/unduh/").json()["data"]["accounts.consent"]["rows"][0]
    assert (row["purpose"], row["door"]) == ("service", "sms"), "as machines read it"


def test_signing_up_records_version_language_and_each_purpose_by_itself(visitor: Client) -> None:
    visitor.post("/bahasa/", {"language": "en"})
    visitor.post("/akun/daftar/", {"email": "baru@contoh.example", "password1": "kalimat sandi yang panjang"})
    user = User.objects.get(email="baru@contoh.example")
    told = {row.purpose: (row.version, row.language, row.agreed) for row in Consent.objects.filter(member=user)}
    assert told == {Purpose.SERVICE: (CURRENT.version, "en", True), Purpose.NEWS: (CURRENT.version, "en", False)}
    assert user.consent_standing == Standing.GIVEN
    assert actions(user).count("consent_given") == 1


def test_extra_mail_is_chosen_apart(visitor: Client) -> None:
    visitor.post(
        "/akun/daftar/", {"email": "baru@contoh.example", "password1": "kalimat sandi yang panjang", "news": "on"}
    )
    user = User.objects.get(email="baru@contoh.example")
    assert Consent.objects.get(member=user, purpose=Purpose.NEWS).agreed


def test_an_operator_may_ask_for_a_tick(visitor: Client, settings: Any) -> None:
    settings.CONSENT_TICK_BOX = True
    data = {"email": "baru@contoh.example", "password1": "kalimat sandi yang panjang"}
    assert visitor.post("/akun/daftar/", data).status_code == 200
    assert not User.objects.exists()
    visitor.post("/akun/daftar/", {**data, "agree": "on"})
    assert User.objects.exists()


@pytest.fixture
def old_member(db: None) -> User:
    """Agreed to an earlier text, has a card and a balance."""
    member = make_member(consent_version="2020-01-01")
    make_balance(make_card(member))
    return member


def log_in(user: User) -> Client:
    client = Client()
    client.post("/akun/login/", {"login": user.email, "password": PASSWORD})
    return client


def test_a_new_text_asks_at_login_without_hiding_the_balance(old_member: User) -> None:
    page = log_in(old_member).get("/saldo/", follow=True)
    assert "data-amount" in page.content.decode()
    assert "Baca dan setujui" in page.content.decode()


def test_after_the_days_of_grace_pages_wait_and_one_press_brings_them_back(old_member: User, settings: Any) -> None:
    client = log_in(old_member)
    old_member.refresh_from_db()
    assert old_member.consent_asked_on == timezone.localdate()
    late = timezone.localdate() - timedelta(days=settings.CONSENT_GRACE_DAYS + 1)
    User.objects.filter(pk=old_member.pk).update(consent_asked_on=late)
    answer = client.get("/saldo/")
    assert answer["Location"] == "/privasi/persetujuan/?next=%2Fsaldo%2F"
    assert client.get("/privasi/").status_code == 200
    assert client.post("/privasi/persetujuan/", {"next": "/saldo/"})["Location"] == "/saldo/"
    assert "data-amount" in client.get("/saldo/", follow=True).content.decode()
    assert "Baca dan setujui" not in client.get("/").content.decode()


def test_the_way_back_leads_nowhere_else(as_member: Client) -> None:
    answer = as_member.post("/privasi/persetujuan/", {"next": "https://jahat.example/"})
    assert answer["Location"] == "/privasi/"


def test_nobody_links_a_card_without_having_agreed(as_stranger: Client, stranger: User) -> None:
    User.objects.filter(pk=stranger.pk).update(consent_version="")
    assert as_stranger.post("/kartu/tambah/", {})["Location"].startswith("/privasi/persetujuan/")
    assert as_stranger.get("/kartu/")["Location"].startswith("/privasi/persetujuan/")


def test_withdrawing_ends_the_processing_and_keeps_the_account(member: User, as_member: Client, stranger: User) -> None:
    card, other = make_card(member), make_card(stranger)
    make_balance(card)
    make_balance(other)
    request = make_request(member)
    make_offer(member, card)
    prove(as_member).post("/privasi/persetujuan/cabut/")
    member.refresh_from_db()
    card.refresh_from_db()
    request.refresh_from_db()
    assert member.consent_version == WITHDRAWN
    assert (card.state, card.kpj, request.state, request.nik) == ("unlinked", "", "cancelled", "")
    assert not member.offered_cards.exists()
    assert list(Balance.objects.values_list("card", flat=True)) == [other.pk]
    assert not privacy.has_agreed(member=member, purpose=Purpose.SERVICE)
    assert "consent_withdrawn" in actions(member)
    assert as_member.get("/saldo/")["Location"].startswith("/privasi/persetujuan/")
    assert as_member.get("/privasi/").status_code == 200


def test_a_card_in_dispute_outlasts_the_withdrawal_frozen_and_goes_once_it_is_settled(member: User) -> None:
    privacy.agree(member=member, source=audit.SYSTEM)
    card = make_card(member, state=Card.State.FROZEN, frozen_because=Card.FrozenBecause.DISPUTED)
    privacy.withdraw(member=member, source=audit.SYSTEM)
    card.refresh_from_db()
    assert card.state == Card.State.FROZEN
    Card.objects.filter(pk=card.pk).update(state=Card.State.ACTIVE, frozen_because="")
    assert privacy.let_go_after_disputes() == 1
    card.refresh_from_db()
    assert (card.state, card.kpj) == (Card.State.UNLINKED, "")
    assert privacy.let_go_after_disputes() == 0


def test_versions_are_days_in_order() -> None:
    assert [one.version for one in NOTICES] == sorted({one.version for one in NOTICES})


# SHA-256 of each published text in Indonesian. A published text never changes: other words are a new version, whose
# digest is added here. Published is what a release carries: while CHANGELOG.md has none, the first text may still mend.
PUBLISHED = {"2026-11-22": "2f398e663b7245d70c3feb58353f46728092bf27f275bf1f75157a501648c85e"}


def test_a_published_text_never_changes() -> None:
    with translation.override("id"):
        told = {
            one.version: sha256("\n".join(str(text) for s in one.sections for text in (s.title, *s.points)).encode())
            for one in NOTICES
        }
    assert {version: digest.hexdigest() for version, digest in told.items()} == PUBLISHED


# Deletion


def test_deleting_takes_two_steps_a_proof_and_seven_days(member: User, as_member: Client, settings: Any) -> None:
    assert "Yang tetap disimpan" in prove(as_member).get("/privasi/hapus/").content.decode()
    assert as_member.post("/privasi/hapus/pastikan/", {}).status_code == 422
    as_member.post("/privasi/hapus/pastikan/", {"sure": "1"})
    row = Deletion.objects.get()
    assert row.due_at - row.asked_at == pytest.approx(timedelta(days=7), abs=timedelta(seconds=5))
    assert f"/privasi/batal-hapus/{row.cancel_key}/" in mails()[-1]["text"]
    assert "Batalkan penghapusan" in as_member.get("/privasi/").content.decode()
    assert deletion.carry_out_due() == 0


def test_the_mails_link_stops_it_without_login_by_a_button_only(member: User, visitor: Client) -> None:
    row = deletion.ask(member=member, source=audit.SYSTEM)
    way = f"/privasi/batal-hapus/{row.cancel_key}/"
    page = visitor.get(way).content.decode()
    assert (member.email or "") not in page
    assert Deletion.objects.exists()
    visitor.post(way)
    assert not Deletion.objects.exists()
    assert visitor.post(way).status_code == 404
    assert actions(member)[-1] == "deletion_cancelled"


def test_the_member_stops_it_and_a_stranger_cannot(member: User, as_member: Client, as_stranger: Client) -> None:
    deletion.ask(member=member, source=audit.SYSTEM)
    as_stranger.post("/privasi/hapus/batal/")
    assert Deletion.objects.exists()
    as_member.post("/privasi/hapus/batal/")
    assert not Deletion.objects.exists()


def test_staff_do_not_vanish_by_themselves(staff: User) -> None:
    with pytest.raises(deletion.CannotDelete):
        deletion.ask(member=staff, source=audit.SYSTEM)


def test_every_page_opens_for_its_owner(member: User, as_member: Client) -> None:
    make_world(member)
    prove(as_member)
    for address in (
        *NEEDS_PROOF,
        "/privasi/",
        "/privasi/perbaiki/",
        "/privasi/persetujuan/",
        "/privasi/hapus/pastikan/",
    ):
        assert as_member.get(address).status_code in (200, 302), address
    assert export.HELD
    assert LinkRequest.objects.exists()
