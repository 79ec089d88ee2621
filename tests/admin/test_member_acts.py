"""What staff do to an account: it happens, it is written down with its reason, and nobody else can do it."""

import json
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse

from accounts.models import AuditRow, OutgoingMail, RecoveryRequest, User
from accounts.services.staff import STAFF_GROUP
from tests.admin.conftest import enrol, second_factor_done
from tests.factories import PASSWORD, make_member

REASON = "diminta lewat telepon"
HOME = reverse("home")


def act(client: Client, member: User, name: str, **data: str) -> Any:
    return client.post(reverse("admin:accounts_user_act", args=[member.pk, name]), {"reason": REASON} | data)


def page(member: User) -> str:
    return reverse("admin:accounts_user_change", args=[member.pk])


def last_row(action: str) -> AuditRow:
    return AuditRow.objects.filter(action=action, door="admin").latest("id")


def letters() -> list[dict[str, str]]:
    return [json.loads(row.message) for row in OutgoingMail.objects.order_by("id")]


@pytest.mark.asvs("V7.4.2", "V7.4.5")
def test_deactivating_ends_every_session_and_reactivating_does_not_bring_it_back(
    as_keeper: Client, as_member: Client, keeper: User, member: User
) -> None:
    assert as_member.get(HOME).context["user"].is_authenticated
    assert act(as_keeper, member, "nonaktifkan").url == page(member)
    assert not as_member.get(HOME).context["user"].is_authenticated
    row = last_row("member_deactivated")
    assert (row.actor, row.member, row.reason) == (keeper.public_id, member.public_id, REASON)
    act(as_keeper, member, "aktifkan")
    member.refresh_from_db()
    assert member.is_active
    assert not as_member.get(HOME).context["user"].is_authenticated
    assert last_row("member_activated").member == member.public_id
    assert letters()[-1]["to"] == member.email


def test_a_reset_mail_names_the_page_and_carries_no_token(as_keeper: Client, member: User) -> None:
    act(as_keeper, member, "kirim-reset")
    letter = letters()[-1]
    assert letter["to"] == member.email
    links = [word for word in letter["text"].split() if word.startswith("http")]
    assert [link.removeprefix("http://localhost:8000") for link in links] == [reverse("account_reset_password")]
    member.refresh_from_db()
    assert member.check_password(PASSWORD)
    assert last_row("reset_sent_by_staff").reason == REASON


def test_letters_speak_the_members_language(as_keeper: Client, member: User) -> None:
    User.objects.filter(pk=member.pk).update(language="en")
    act(as_keeper, member, "kirim-reset")
    indonesian = make_member(language="id")
    act(as_keeper, indonesian, "kirim-reset")
    english, own = letters()
    assert own["subject"].startswith("Membuat kata sandi baru")
    assert english["to"] == member.email


def test_a_lost_authenticator_needs_more_than_one_staff_member(as_keeper: Client, member: User) -> None:
    enrol(member)
    act(as_keeper, member, "reset-autentikasi")
    act(as_keeper, member, "reset-autentikasi")
    row = RecoveryRequest.objects.get()
    assert (row.member, row.state, row.reset_mfa) == (member, "approving", True)
    assert Authenticator.objects.filter(user=member).exists()
    assert last_row("recovery_decided").details["approves"] is True


def test_name_and_language_change_and_only_the_names_of_the_fields_are_written_down(
    as_keeper: Client, member: User
) -> None:
    as_keeper.post(page(member), {"name": "BUDI  BARU", "language": "en"})
    member.refresh_from_db()
    assert (member.name, member.language) == ("BUDI BARU", "en")
    row = last_row("member_edited")
    assert row.details == {"fields": ["name", "language"]}
    assert "BARU" not in str(row.details) + row.reason


@pytest.mark.asvs("V6.4.1")
def test_an_invited_person_sets_a_password_with_a_code_and_is_verified_by_it(
    as_keeper: Client, visitor: Client
) -> None:
    answer = as_keeper.post(
        reverse("admin:accounts_user_add"), {"email": "Baru@Contoh.example", "name": "ORANG BARU", "language": "id"}
    )
    person = User.objects.get(email="baru@contoh.example")
    assert answer.url == page(person)
    assert not person.has_usable_password()
    assert last_row("member_invited").member == person.public_id
    assert letters()[-1]["to"] == "baru@contoh.example"

    visitor.post(reverse("account_reset_password"), {"email": "baru@contoh.example"})
    code = visitor.session["account_password_reset_verification"]["code"]
    visitor.post(reverse("account_confirm_password_reset_code"), {"code": code})
    new = {"password1": "payung-hijau-besar-7", "password2": "payung-hijau-besar-7"}
    visitor.post(reverse("account_complete_password_reset"), new)
    person.refresh_from_db()
    assert person.check_password("payung-hijau-besar-7")
    assert EmailAddress.objects.get(user=person).verified


def test_inviting_somebody_who_is_there_says_so_and_writes_to_nobody(as_keeper: Client, member: User) -> None:
    form = {"email": "MEMBER@contoh.example", "name": "X", "language": "id"}
    response = as_keeper.post(reverse("admin:accounts_user_add"), form)
    assert "sudah terdaftar" in response.content.decode()
    assert not OutgoingMail.objects.exists()
    assert User.objects.filter(email__iexact="member@contoh.example").count() == 1


@pytest.mark.parametrize(
    "reason", ["", "ya", "NIK 3173051207860012 lapor", "tulis ke budi@contoh.example", "2401 1122 201"]
)
def test_a_reason_is_needed_and_carries_no_identifier(as_keeper: Client, member: User, reason: str) -> None:
    assert act(as_keeper, member, "nonaktifkan", reason=reason).status_code == 200
    member.refresh_from_db()
    assert member.is_active
    assert not AuditRow.objects.filter(action="member_deactivated").exists()


def test_an_administrator_makes_staff_and_takes_it_back(as_boss: Client, member: User) -> None:
    act(as_boss, member, "jadikan-petugas")
    member.refresh_from_db()
    assert member.is_staff
    assert [group.name for group in member.groups.all()] == [STAFF_GROUP]
    assert last_row("staff_made").member == member.public_id
    as_new = second_factor_done(member)
    assert as_new.get(reverse("admin:accounts_user_changelist")).status_code == 200
    act(as_boss, member, "cabut-petugas")
    assert as_new.get(reverse("admin:accounts_user_changelist")).status_code == 302
    assert last_row("staff_removed").member == member.public_id


def test_an_unverified_person_cannot_be_made_staff(as_boss: Client, member: User) -> None:
    EmailAddress.objects.filter(user=member).update(verified=False)
    act(as_boss, member, "jadikan-petugas")
    member.refresh_from_db()
    assert not member.is_staff


ACTS = ["kirim-reset", "reset-autentikasi", "nonaktifkan", "jadikan-petugas"]


@pytest.mark.asvs("V8.3.1")
@pytest.mark.parametrize("name", ACTS)
def test_acts_are_refused_to_members_visitors_and_staff_without_permission(
    as_stranger: Client, visitor: Client, as_idle_staff: Client, member: User, name: str
) -> None:
    assert act(visitor, member, name).status_code == 302
    assert act(as_stranger, member, name).status_code == 302
    assert act(as_idle_staff, member, name).status_code == 403
    _nothing_happened(member)


@pytest.mark.parametrize("name", ACTS)
def test_acts_are_refused_to_staff_without_a_second_factor(keeper: User, member: User, name: str) -> None:
    client = Client()
    client.force_login(keeper)
    assert act(client, member, name).status_code == 302
    _nothing_happened(member)


@pytest.mark.parametrize("name", ["kirim-reset", "reset-autentikasi", "nonaktifkan", "cabut-petugas"])
@pytest.mark.parametrize("target", ["keeper", "colleague", "boss"])
def test_staff_cannot_act_on_themselves_colleagues_or_administrators(
    as_keeper: Client, keeper: User, boss: User, name: str, target: str
) -> None:
    person = {"keeper": keeper, "boss": boss, "colleague": make_member(is_staff=True)}[target]
    assert act(as_keeper, person, name).status_code == 403
    assert as_keeper.post(page(person), {"name": "LAIN", "language": "id"}).status_code == 403
    _nothing_happened(person, staff=True)


def test_an_administrator_cannot_lock_themselves_out(as_boss: Client, boss: User) -> None:
    assert act(as_boss, boss, "nonaktifkan").status_code == 403
    assert act(as_boss, boss, "cabut-petugas").status_code == 403


def test_staff_cannot_make_staff(as_keeper: Client, member: User) -> None:
    assert act(as_keeper, member, "jadikan-petugas").status_code == 404
    _nothing_happened(member)


@pytest.mark.asvs("V15.3.3")
@pytest.mark.parametrize(
    "extra",
    [
        {"is_superuser": "1", "is_staff": "1"},
        {"email": "penyerang@contoh.example"},
        {"password": "rahasia-baru-2026", "password1": "rahasia-baru-2026"},
        {"groups": "1", "user_permissions": "1"},
        {"nik_index": "00", "public_id": "00000000-0000-0000-0000-000000000000", "is_active": ""},
    ],
)
def test_extra_fields_in_the_form_change_nothing(as_keeper: Client, member: User, extra: dict[str, str]) -> None:
    before = User.objects.filter(pk=member.pk).values().get()
    as_keeper.post(page(member), {"name": before["name"], "language": before["language"], **extra})
    assert User.objects.filter(pk=member.pk).values().get() == before
    assert not member.groups.exists()
    assert not EmailAddress.objects.filter(email="penyerang@contoh.example").exists()


def test_no_address_or_redirect_of_an_act_carries_an_identifier(as_keeper: Client, member: User) -> None:
    for name in ("kirim-reset", "reset-autentikasi", "nonaktifkan", "aktifkan"):
        response = act(as_keeper, member, name)
        assert response.status_code == 302
        assert "@" not in response.url
        assert str(member.public_id) not in response.url


def _nothing_happened(person: User, *, staff: bool = False) -> None:
    person.refresh_from_db()
    assert person.is_active
    assert person.is_staff is staff
    assert person.has_usable_password()
    assert not OutgoingMail.objects.exists()
    changes = ("member_deactivated", "reset_sent_by_staff", "mfa_reset_by_staff", "staff_made", "member_edited")
    assert not AuditRow.objects.filter(action__in=changes).exists()
