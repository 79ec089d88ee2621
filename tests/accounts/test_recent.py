"""One rule for what changes who gets in, shows everything or takes something out: a sign-in or proof of the last five
minutes. Each protected address by table; a new one fails until it stands here."""

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.test import Client
from django.urls import reverse

from accounts.models import AuditRow, User
from accounts.services import locks
from tests.accounts.conftest import KPJ, mailed_code, mails
from tests.factories import PASSWORD
from tests.house.addresses import World, address_of, make_world, named_addresses
from tests.passkeys import Passkey

PROTECTED = (
    "account_email",
    "account_set_password",
    "mfa_activate_totp",
    "mfa_deactivate_totp",
    "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes",
    "mfa_add_webauthn",
    "mfa_remove_webauthn",
    "mfa_edit_webauthn",
    "session_end",
    "sessions_end",
    "card_add",
    "card_unlink",
    "card_open",
    "account_open",
    "privacy_data",
    "privacy_download",
    "privacy_withdraw",
    "privacy_delete",
    "privacy_delete_sure",
)
QUESTIONS = ("/akun/pastikan/?", "/akun/keamanan/pastikan/?", "/akun/keamanan/kunci/pastikan/?")
MINUTE = 60


def log_in(user: User) -> Client:
    client = Client()
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    assert "_auth_user_id" in client.session
    return client


def log_in_by_passkey(user: User) -> Client:
    client = Client()
    Passkey(user).log_in(client)
    assert "_auth_user_id" in client.session
    return client


def log_in_on_two_devices(user: User, clock: Any) -> Client:
    """The proof of one browser is nothing to the other."""
    here = log_in(user)
    clock.shift(6 * MINUTE)
    log_in(user)
    return here


def log_in_and_wait(user: User, clock: Any, minutes: int) -> Client:
    client = log_in(user)
    clock.shift(minutes * MINUTE)
    return client


CASES = {
    "fresh login": (lambda user, clock: log_in(user), "open"),
    "login of 4 minutes ago": (lambda user, clock: log_in_and_wait(user, clock, 4), "open"),
    "login of 6 minutes ago": (lambda user, clock: log_in_and_wait(user, clock, 6), "asked"),
    "fresh proof in another session": (log_in_on_two_devices, "asked"),
    "fresh passkey login": (lambda user, clock: log_in_by_passkey(user), "open"),
}


def is_asked(answer: Any) -> bool:
    return answer.status_code == 302 and answer.url.startswith(QUESTIONS)


def furnish(member: User) -> World:
    """After the login, so that it needs no second step; codes nobody looked at yet; locks to open."""
    world = make_world(member)
    locks.lock_account(member=member, source=locks.audit.SYSTEM)
    return world


def test_the_table_holds_every_protected_address():
    marked = {name for name, pattern in named_addresses() if hasattr(pattern.callback, "wants_recent_proof")}
    assert marked == set(PROTECTED)


@pytest.mark.asvs("V7.5.1", "V7.5.2", "V7.5.3")
@pytest.mark.parametrize("case", CASES)
def test_what_is_protected_opens_to_a_fresh_proof_and_asks_for_one_otherwise(case, member, clock, subtests):
    arrive, expected = CASES[case]
    client = arrive(member, clock)
    world = furnish(member)
    for name in PROTECTED:
        with subtests.test(name):
            answer = client.get(address_of(name, world))
            assert is_asked(answer) is (expected == "asked")
            assert answer.status_code in (200, 302)
            if expected == "asked":
                assert answer.url.endswith(f"next={address_of(name, world).replace('/', '%2F')}")
                assert is_asked(client.post(address_of(name, world), {"nik": "3171011708450001"}))


def test_the_reveal_of_recovery_codes_wants_it_too(member, clock):
    client = log_in(member)
    furnish(member)
    clock.shift(6 * MINUTE)
    codes = RecoveryCodes(Authenticator.objects.get(type="recovery_codes")).get_unused_codes()
    page = reverse("mfa_view_recovery_codes")
    assert is_asked(client.get(page))
    assert client.post(reverse("account_reauthenticate"), {"password": PASSWORD, "next": page}).url == page
    client.get(page)
    assert codes[0] in client.post(page).content.decode()


def test_a_number_for_sms_is_confirmed_with_a_fresh_proof(member, clock):
    client = log_in(member)
    page = address_of("sms_confirm", furnish(member))
    assert not is_asked(client.post(page))
    clock.shift(6 * MINUTE)
    assert client.post(page).url == f"/akun/pastikan/?next={reverse('sms_numbers').replace('/', '%2F')}"


def test_whoever_signed_up_just_now_is_not_asked_even_if_the_code_took_long(db, clock):
    client = Client()
    client.post(reverse("account_signup"), {"email": "baru@contoh.example", "password1": "kalimat sandi yang baru"})
    clock.shift(8 * MINUTE)
    client.post(reverse("account_email_verification_sent"), {"code": mailed_code(mails()[-1])})
    assert "_auth_user_id" in client.session
    assert client.get(reverse("card_add")).status_code == 200
    clock.shift(6 * MINUTE)
    assert is_asked(client.get(reverse("card_add")))


def test_whoever_has_a_passkey_only_proves_it_by_that(member, clock):
    client = log_in_by_passkey(member)
    member.set_unusable_password()
    member.save()
    client = log_in_by_passkey(member)
    assert client.get(reverse("account_set_password")).status_code == 200
    clock.shift(6 * MINUTE)
    for name in ("account_set_password", "account_email", "card_add"):
        assert client.get(reverse(name)).url.startswith("/akun/keamanan/kunci/pastikan/?next=")


def test_whoever_has_nothing_left_to_prove_it_with_signs_in_again(member, clock):
    member.set_unusable_password()
    member.save()
    client = Client()
    client.force_login(member)
    clock.shift(6 * MINUTE)
    assert client.get(reverse("card_add")).url == "/akun/login/?next=%2Fkartu%2Ftambah%2F"
    assert "_auth_user_id" not in client.session


# The form


@pytest.mark.asvs("V7.5.1")
def test_a_form_is_sent_within_half_an_hour_of_being_opened(member, upstream, clock):
    client = log_in(member)
    clock.shift(4 * MINUTE)
    client.get(reverse("card_add"))
    clock.shift(25 * MINUTE)
    assert is_asked(client.get(reverse("card_add")))
    typed = {"kpj": KPJ, "nik": "3171011708450001", "name": "BUDI UJI", "birth_date": "17-08-1945"}
    assert client.post(reverse("card_add"), typed).url.startswith("/kartu/permintaan/")
    clock.shift(5 * MINUTE + 1)
    assert is_asked(client.post(reverse("card_add"), typed))


def test_a_form_that_was_never_opened_is_not_sent_without_a_proof(member, clock):
    """As somebody does who finds the phone unlocked and knows the addresses."""
    client = log_in(member)
    client.get(reverse("card_add"))
    clock.shift(6 * MINUTE)
    world = furnish(member)
    for name in PROTECTED:
        if name != "card_add":
            assert is_asked(client.post(address_of(name, world), {"sure": "1", "email": "lain@contoh.example"}))
    assert Authenticator.objects.filter(user=member).count() == 3


@pytest.mark.asvs("V7.5.3")
def test_nothing_typed_is_kept_while_the_question_is_asked(member, clock):
    client = log_in(member)
    clock.shift(6 * MINUTE)
    world = furnish(member)
    for name in PROTECTED:
        client.get(address_of(name, world))
        client.post(address_of(name, world), {"nik": "3171011708450001", "email": "rahasia@contoh.example"})
    kept = str(dict(client.session))
    assert "3171011708450001" not in kept
    assert "rahasia" not in kept
    assert "account_reauthentication_state" not in kept
    assert not AuditRow.objects.filter(action="link_requested").exists()


def test_a_proof_opens_what_was_asked_for_and_nothing_longer(member, clock):
    client = log_in(member)
    clock.shift(20 * MINUTE)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    assert client.get(reverse("account_email")).status_code == 200
    clock.shift(6 * MINUTE)
    assert is_asked(client.get(reverse("account_email")))
