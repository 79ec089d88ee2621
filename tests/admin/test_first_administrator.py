"""The command that makes the first administrator, and lets one whose phone is lost in again."""

from io import StringIO

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core.management import CommandError, call_command

from accounts.models import AuditRow, User
from tests.admin.conftest import enrol
from tests.factories import PASSWORD, make_member


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("first_administrator", *arguments, stdout=out)
    return out.getvalue()


@pytest.mark.django_db
def test_it_makes_a_superuser_with_a_verified_email_and_tells_what_comes_next() -> None:
    told = run("Kepala@Contoh.example", "--name", "IBU KEPALA")
    person = User.objects.get(email="kepala@contoh.example")
    assert (person.is_superuser, person.is_staff, person.name) == (True, True, "IBU KEPALA")
    assert EmailAddress.objects.get(user=person).verified
    assert not person.has_usable_password()
    assert "/akun/" in told
    assert "@" not in told
    row = AuditRow.objects.get(action="administrator_made")
    assert (row.door, row.member, row.actor) == ("command", person.public_id, None)


def test_it_promotes_a_verified_member_who_keeps_the_password(member: User) -> None:
    run("member@contoh.example")
    member.refresh_from_db()
    assert member.is_superuser
    assert member.check_password(PASSWORD)
    assert member.name == "BUDI UJI"


@pytest.mark.django_db
def test_whoever_signed_up_with_the_address_without_owning_it_does_not_become_administrator() -> None:
    squatter = make_member("kepala@contoh.example")
    EmailAddress.objects.filter(user=squatter).update(verified=False)
    enrol(squatter)
    run("kepala@contoh.example")
    squatter.refresh_from_db()
    assert not squatter.check_password(PASSWORD)
    assert not Authenticator.objects.filter(user=squatter).exists()


def test_a_lost_authenticator_is_forgotten(boss: User) -> None:
    enrol(boss)
    run("boss@contoh.example", "--reset-authenticator")
    boss.refresh_from_db()
    assert not Authenticator.objects.filter(user=boss).exists()
    assert not boss.has_usable_password()
    assert boss.is_superuser
    assert AuditRow.objects.get(action="mfa_reset_by_staff").door == "command"


def test_it_resets_no_mere_member(member: User) -> None:
    enrol(member)
    with pytest.raises(CommandError):
        run("member@contoh.example", "--reset-authenticator")
    assert Authenticator.objects.filter(user=member).exists()


@pytest.mark.django_db
def test_it_refuses_what_is_not_an_address() -> None:
    with pytest.raises(CommandError):
        run("bukan-alamat")
    assert not User.objects.exists()
