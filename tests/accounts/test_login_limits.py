"""How often somebody may try, each limit at its number, and that strangers do not close the owner's device."""

import re
import threading
import time
from collections.abc import Callable
from typing import Any
from unittest.mock import patch

import pytest
import time_machine
from allauth.account.internal.flows.password_reset_by_code import PasswordResetVerificationProcess
from allauth.account.models import EmailAddress
from allauth.core.internal import ratelimit
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings as real
from django.contrib.auth.hashers import Argon2PasswordHasher, check_password, make_password
from django.core import signing
from django.db import connection
from django.test import Client, RequestFactory
from django.urls import reverse

from accounts import audit, devices, hashers
from accounts.hashers import BoundedArgon2PasswordHasher
from accounts.models import KnownDevice, User
from accounts.services import devices as known
from accounts.services import retention
from tests.accounts.conftest import mailed_code, mails
from tests.factories import PASSWORD, make_member
from tests.passkeys import Passkey

WRONG = "salah salah salah"
NEW = "kalimat sandi yang baru"
COOKIE = real.DEVICE_COOKIE_NAME
CHROME = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0 Mobile Safari/537.36"


def login(client: Client, email: str | None, password: str = PASSWORD, **extra: Any) -> Any:
    return client.post(reverse("account_login"), {"login": email, "password": password}, **extra)


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def gets_in(email: str | None, client: Client | None = None, **extra: Any) -> bool:
    client = client or Client()
    login(client, email, **extra)
    return is_in(client)


def guess(email: str | None, times: int, client: Client | None = None, **extra: Any) -> None:
    for _ in range(times):
        login(client or Client(), email, WRONG, **extra)


def own_device(member: User) -> Client:
    """A browser the member has signed in from, signed out again."""
    client = Client(HTTP_USER_AGENT=CHROME)
    login(client, member.email)
    assert is_in(client)
    client.post(reverse("account_logout"))
    return client


def other_session(client: Client) -> Client:
    """The same device without its session."""
    again = Client(HTTP_USER_AGENT=CHROME)
    again.cookies[COOKIE] = client.cookies[COOKIE].value
    return again


def hashes_during(act: Callable[[], object]) -> int:
    real_verify, real_encode = BoundedArgon2PasswordHasher.verify, BoundedArgon2PasswordHasher.encode
    with (
        patch.object(BoundedArgon2PasswordHasher, "verify", autospec=True, side_effect=real_verify) as verify,
        patch.object(BoundedArgon2PasswordHasher, "encode", autospec=True, side_effect=real_encode) as encode,
    ):
        act()
    return verify.call_count + encode.call_count


def use_up(action: str, times: int, app: str = "allauth.account", **who: Any) -> None:
    """As if so many requests had come from 127.0.0.1."""
    request = RequestFactory().post("/")
    rates = {action: f"{times}/m/ip"}
    for _ in range(times):
        ratelimit.consume(request, app=app, action=action, config=rates, **who)
    assert not ratelimit.consume(request, app=app, action=action, config=rates, dry_run=True, **who)


# Loose for an address


@pytest.mark.asvs("V2.4.1")
@pytest.mark.parametrize(
    ("name", "action", "data"),
    [
        ("account_signup", "signup", {"email": "baru@contoh.example", "password1": NEW}),
        ("account_reset_password", "reset_password", {"email": "baru@contoh.example"}),
    ],
)
def test_a_hundred_a_minute_from_one_address(name, action, data, member):
    use_up(action, 100)
    assert Client().post(reverse(name), data).status_code == 429
    assert Client(REMOTE_ADDR="10.0.0.9").post(reverse(name), data).status_code == 302


def test_three_hundred_logins_a_minute_from_one_address(member):
    use_up("login", 300)
    assert not gets_in(member.email)
    assert gets_in(member.email, REMOTE_ADDR="10.0.0.9")


def test_three_hundred_passkeys_a_minute_from_one_address(member):
    use_up("webauthn_login", 300, app="allauth.mfa")
    passkey, client = Passkey(member), Client()
    assert client.post(reverse("mfa_login_webauthn"), {"credential": "{}"}).status_code == 429
    elsewhere = Client(REMOTE_ADDR="10.0.0.9")
    passkey.log_in(elsewhere)
    assert is_in(elsewhere)


def test_a_hundred_new_passwords_a_minute_from_one_address(member):
    use_up("reset_password_from_key", 100)
    for address, status in (("127.0.0.1", 429), ("10.0.0.9", 302)):
        client = Client(REMOTE_ADDR=address)
        page = client.post(reverse("account_reset_password"), {"email": member.email}).url
        client.post(page, {"code": mailed_code(mails()[-1])})
        answer = client.post(reverse("account_complete_password_reset"), {"password1": NEW})
        assert answer.status_code == status
        member.refresh_from_db()
        assert member.check_password(NEW) is (status == 302)


def test_a_hundred_failures_a_minute_from_one_address(member):
    use_up("login_failed", 100)
    assert not gets_in(member.email)
    assert gets_in(member.email, REMOTE_ADDR="10.0.0.9")


def test_a_network_of_ipv6_is_one_address(member):
    """Nobody gets around by taking another of the many addresses of their own line."""
    for number in range(100):
        request = RequestFactory().post("/", REMOTE_ADDR=f"2001:db8:1:2::{number:x}")
        ratelimit.consume(request, app="allauth.account", action="login_failed", config={"login_failed": "100/m/ip"})
    assert not gets_in(member.email, REMOTE_ADDR="2001:db8:1:2:ffff::1")
    assert gets_in(member.email, REMOTE_ADDR="2001:db8:1:3::1")


# Tight for an account


@pytest.mark.asvs("V6.3.1")
def test_the_sixth_guess_is_not_even_hashed(member):
    guess(member.email, 5)
    assert hashes_during(lambda: login(Client(), member.email)) == 0
    assert not gets_in(member.email)


def test_after_five_minutes_a_stranger_may_try_again(member):
    with time_machine.travel(time.time(), tick=True) as clock:
        guess(member.email, 5)
        clock.shift(301)
        assert gets_in(member.email)


def test_a_right_password_costs_no_try(member):
    guess(member.email, 4)
    assert all(gets_in(member.email) for _ in range(3))


def test_a_third_reset_of_one_account_is_the_last_for_ten_minutes(member):
    answers = [Client().post(reverse("account_reset_password"), {"email": member.email}) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [302, 302, 302, 429]
    other = Client().post(reverse("account_reset_password"), {"email": "lain@contoh.example"})
    assert other.status_code == 302


@pytest.mark.django_db
def test_a_verification_code_goes_out_once_in_thirty_seconds():
    signed_up = Client()
    data = {"email": "baru@contoh.example", "password1": NEW}
    assert signed_up.post(reverse("account_signup"), data).status_code == 302
    again = signed_up.post(reverse("account_email_verification_sent"), {"action": "resend"})
    assert again.status_code == 429
    assert len(mails()) == 1


@pytest.mark.parametrize(
    ("name", "data", "allowed"),
    [
        ("account_reauthenticate", {"password": WRONG}, 5),
        ("account_change_password", {"oldpassword": WRONG, "password1": NEW}, 3),
        ("account_email", {"email": "lain@contoh.example", "action_remove": ""}, 5),
    ],
)
def test_a_signed_in_member_is_bounded_too(name, data, allowed, member):
    client = Client()
    login(client, member.email)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    with time_machine.travel(time.time() + 61, tick=True):  # that one is forgotten
        answers = [client.post(reverse(name), data).status_code for _ in range(allowed + 1)]
    assert 429 not in answers[:allowed]
    assert answers[-1] == 429


def test_five_wrong_authenticator_codes_then_even_the_right_one_is_refused(member):
    TOTP.activate(member, generate_totp_secret())
    client = Client()
    login(client, member.email)
    validate = TOTP.validate_code
    with patch.object(TOTP, "validate_code", autospec=True, side_effect=validate) as tried:
        for _ in range(7):
            client.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert tried.call_count == 5
    assert not is_in(client)


@pytest.mark.django_db(transaction=True)
def test_guesses_at_the_same_moment_are_counted_like_those_one_after_another():
    member = make_member()
    start = threading.Barrier(12)

    def one() -> None:
        try:
            start.wait(60)
            guess(member.email, 1)
        finally:
            connection.close()

    def all_at_once() -> None:
        threads = [threading.Thread(target=one) for _ in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert hashes_during(all_at_once) <= 5
    assert not gets_in(member.email)


# Devices


@pytest.mark.asvs("V6.1.1")
def test_strangers_cannot_lock_a_member_out_on_their_own_phone(member):
    phone = own_device(member)
    guess(member.email, 6)
    assert not gets_in(member.email)
    assert gets_in(member.email, phone)


def test_neighbours_behind_the_same_address_cannot_either(member):
    phone = own_device(member)
    use_up("login_failed", 100)
    use_up("login", 300)
    assert not gets_in(make_member().email)
    assert gets_in(member.email, phone)


def test_a_stolen_phone_has_five_tries_of_its_own(member):
    phone, tablet = own_device(member), own_device(member)
    guess(member.email, 5, phone)
    assert not gets_in(member.email, phone)
    assert gets_in(member.email, tablet)
    assert gets_in(member.email)


def test_right_passwords_from_a_known_device_are_bounded_as_well(member):
    phone = own_device(member)
    assert [gets_in(member.email, other_session(phone)) for _ in range(21)].count(True) == 20


def test_one_phone_serves_a_family_and_tells_nothing_of_whom(member, stranger):
    phone = own_device(member)
    login(phone, stranger.email)
    assert is_in(phone)
    phone.post(reverse("account_logout"))
    assert KnownDevice.objects.count() == 2
    guess(member.email, 5)
    guess(stranger.email, 5)
    assert gets_in(member.email, other_session(phone))
    assert gets_in(stranger.email, other_session(phone))
    cookie = phone.cookies[COOKIE].value
    assert str(member.pk) != cookie.split(":")[0]
    assert str(member.public_id) not in cookie


def forged(member: User) -> str:
    return f"{devices.new_secret()}:1abcde:{'x' * 43}"


def signed_with_another_key(member: User) -> str:
    return signing.TimestampSigner(key="k" * 50, salt="accounts.device").sign(devices.new_secret())


def signed_but_never_used(member: User) -> str:
    return signing.TimestampSigner(salt="accounts.device").sign(devices.new_secret())


def of_another_account(member: User) -> str:
    return own_device(make_member()).cookies[COOKIE].value


def six_months_old(member: User) -> str:
    with time_machine.travel(time.time() - devices.KEPT_FOR - 10):
        return own_device(member).cookies[COOKIE].value


@pytest.mark.asvs("V9.1.1")
@pytest.mark.parametrize("make", [forged, signed_with_another_key, signed_but_never_used, of_another_account,
                                  six_months_old])  # fmt: skip
def test_a_cookie_that_is_not_of_this_account_and_device_is_a_strangers(make, member):
    cookie = make(member)
    guess(member.email, 5)
    client = Client()
    client.cookies[COOKIE] = cookie
    assert not gets_in(member.email, client)


def test_a_device_whose_row_went_is_a_stranger(member):
    phone = own_device(member)
    KnownDevice.objects.all().delete()
    guess(member.email, 5)
    assert not gets_in(member.email, phone)


def test_the_cookie_is_for_this_site_alone_and_not_for_scripts(member):
    cookie = own_device(member).cookies[COOKIE]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"], cookie["domain"]) == (True, "Lax", "/", "")
    assert cookie["max-age"] == 180 * 24 * 3600


@pytest.mark.asvs("V11.5.1")
def test_the_table_holds_nothing_a_cookie_could_be_made_of(member):
    phone = own_device(member)
    secret = phone.cookies[COOKIE].value.split(":")[0]
    row = KnownDevice.objects.get()
    assert bytes(row.mark) == devices.mark(secret) != secret.encode()
    assert (row.browser, row.system) == ("Chrome", "Android")


def test_a_member_who_proves_who_they_are_is_no_stranger_to_their_account(member):
    client = Client()
    login(client, member.email)
    client.cookies.pop(COOKIE)
    guess(member.email, 6)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    assert any(record.get("reauthenticated") for record in client.session["account_authentication_methods"])


def test_a_new_password_by_mail_opens_the_account_again_even_on_a_new_phone(member):
    guess(member.email, 5)
    phone = Client()
    page = phone.post(reverse("account_reset_password"), {"email": member.email}).url
    phone.post(page, {"code": mailed_code(mails()[-1])})
    phone.post(reverse("account_complete_password_reset"), {"password1": NEW})
    guess(member.email, 5)
    login(phone, member.email, NEW)
    assert is_in(phone)


def test_a_new_password_makes_the_other_devices_strangers(member):
    mine, theirs = own_device(member), own_device(member)
    login(mine, member.email)
    mine.post(reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": NEW})
    assert [bytes(row.mark) for row in KnownDevice.objects.all()] == [
        devices.mark(mine.cookies[COOKIE].value.split(":")[0])
    ]
    guess(member.email, 5)
    login(theirs, member.email, NEW)
    assert not is_in(theirs)


# A new device is told


def subjects() -> list[str]:
    return [mail["subject"] for mail in mails()]


@pytest.mark.asvs("V6.3.5")
def test_a_login_from_a_new_device_is_told_by_mail_and_only_once(member):
    phone = own_device(member)
    assert subjects() == []  # the first ever: there is nobody to warn
    own_device(member)
    assert subjects() == ["Login dari perangkat baru"]
    login(phone, member.email)
    assert len(subjects()) == 1


def test_a_passkey_on_a_new_device_is_told_too(member):
    own_device(member)
    passkey = Passkey(member)
    passkey.log_in(Client(HTTP_USER_AGENT=CHROME))
    assert subjects() == ["Login dari perangkat baru"]


def test_the_mail_names_device_and_moment_and_no_place(member):
    own_device(member)
    own_device(member)
    text = mails()[-1]["text"]
    assert "Chrome di Android" in text
    assert re.search(r"Waktu: \d{1,2} \w+ \d{4} \d\d\.\d\d WIB", text)
    assert "/bukan-saya/" in text
    assert not re.search(r"lokasi|kota|location|city|sekitar", text, re.IGNORECASE)


def test_the_mail_speaks_the_members_language(member):
    User.objects.filter(pk=member.pk).update(language="en")
    own_device(member)
    own_device(member)
    assert "Chrome on Android" in mails()[-1]["text"]


def test_old_devices_are_forgotten(member):
    with time_machine.travel(time.time() - devices.KEPT_FOR - 10):
        own_device(member)
    own_device(member)
    retention.purge(next(rule for rule in retention.RULES if rule.code == "known_device"))
    assert KnownDevice.objects.count() == 1


def test_a_member_keeps_the_thirty_newest(member):
    for _ in range(32):
        known.remember(member=member, secret=devices.new_secret(), source=audit.SYSTEM, tell=False)
    assert KnownDevice.objects.count() == 30


def test_only_the_own_device_can_be_forgotten(member, stranger):
    own_device(member)
    row = KnownDevice.objects.get()
    assert not known.forget(member=stranger, public_id=row.public_id)
    assert known.forget(member=member, public_id=row.public_id)
    assert Authenticator.objects.count() == EmailAddress.objects.filter(user=None).count() == 0


# Memory


@pytest.mark.asvs("V11.4.2")
def test_sixteen_passwords_checked_at_once_are_hashed_four_at_a_time(settings, monkeypatch):
    monkeypatch.setattr("accounts.hashers.WAIT_SECONDS", 60)  # none of them gives up, however slow the machine
    now, most, lock = [0], [0], threading.Lock()
    verify = Argon2PasswordHasher.verify
    encoded = make_password(PASSWORD)

    def counted(*args: Any) -> bool:
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
        time.sleep(0.05)
        try:
            return verify(*args)
        finally:
            with lock:
                now[0] -= 1

    found: list[bool] = []
    with patch.object(Argon2PasswordHasher, "verify", counted):
        threads = [threading.Thread(target=lambda: found.append(check_password(PASSWORD, encoded))) for _ in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert most[0] == settings.PASSWORD_HASHES_AT_ONCE == 4
    assert found == [True] * 16


def test_who_finds_no_turn_hears_try_again_and_loses_no_try(member, monkeypatch):
    monkeypatch.setattr(hashers, "WAIT_SECONDS", 0.01)
    places = hashers._places(real.PASSWORD_HASHES_AT_ONCE)
    for _ in range(real.PASSWORD_HASHES_AT_ONCE):
        places.acquire()
    try:
        answers = [login(Client(), member.email) for _ in range(7)]
    finally:
        for _ in range(real.PASSWORD_HASHES_AT_ONCE):
            places.release()
    assert {answer.status_code for answer in answers} == {503}
    assert answers[0]["Retry-After"] == "10"
    assert "belum diperiksa" in answers[0].content.decode()
    assert gets_in(member.email)


def test_a_reset_whose_time_ends_while_it_is_looked_at_makes_no_device_known(
    member: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Anybody can begin one for anybody, and choose the moment."""
    stranger = Client()
    stranger.post(reverse("account_reset_password"), {"email": member.email})
    clock = iter((True, True))
    monkeypatch.setattr(PasswordResetVerificationProcess, "is_valid", lambda self: next(clock, False))
    stranger.get(reverse("account_complete_password_reset"))
    assert next(clock, None) is None
    assert not KnownDevice.objects.filter(member=member).exists()
