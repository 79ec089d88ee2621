"""Second factors: offered to members, demanded of staff, each code once; passkeys in a real browser."""

import re
import threading
import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from allauth.mfa.utils import decrypt
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect

from accounts.models import User
from accounts.services import authenticators
from jht_portal.middleware import StaffSecondFactorMiddleware
from tests.browsing import press
from tests.factories import PASSWORD, make_balance, make_card, make_member
from tests.house.addresses import POST_ONLY, PUBLIC, address_of, make_world, named_addresses


def login(client: Client, user: User) -> Client:
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    return client


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def prove(client: Client) -> None:
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})


def code_at(secret: str, steps: int = 0) -> str:
    return totp.format_hotp_value(totp.hotp_value(secret, int(time.time()) // 30 + steps))


def enrol(user: User) -> str:
    return decrypt(totp.TOTP.activate(user, totp.generate_totp_secret()).instance.data["secret"])


# Authenticator


@pytest.mark.parametrize(("steps", "accepted"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_one_step_early_or_late_is_tolerated(member, steps, accepted):
    secret = enrol(member)
    while time.time() % 30 > 27:
        time.sleep(0.2)  # the step must not change under the test
    client = login(Client(), member)
    client.post(reverse("mfa_authenticate"), {"code": code_at(secret, steps)})
    assert is_in(client) is accepted


@pytest.mark.django_db(transaction=True)
def test_of_two_people_who_type_the_same_code_at_once_one_gets_in():
    member = make_member()
    secret = enrol(member)
    row, code = Authenticator.objects.get(user=member), code_at(secret)
    start, found = threading.Barrier(8), []

    def one() -> None:
        try:
            start.wait(60)
            found.append(authenticators.use_code(Authenticator.objects.get(pk=row.pk), code))
        finally:
            connection.close()

    threads = [threading.Thread(target=one) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found.count(True) == 1


def test_a_code_spelled_differently_is_the_same_code(member):
    secret = enrol(member)
    code = code_at(secret)
    login(first := Client(), member)
    first.post(reverse("mfa_authenticate"), {"code": code})
    assert is_in(first)
    for spelling in (f"{code[:3]} {code[3:]}", f" {code} ", code):
        cache.clear()  # allauth's own mark
        again = login(Client(), member)
        again.post(reverse("mfa_authenticate"), {"code": spelling})
        assert not is_in(again)


def test_the_code_of_the_login_does_not_prove_it_again(member):
    secret = enrol(member)
    code = code_at(secret)
    client = login(Client(), member)
    client.post(reverse("mfa_authenticate"), {"code": code})
    cache.clear()  # allauth's own mark
    page = client.post(reverse("mfa_reauthenticate"), {"code": code})
    assert "Kode itu sudah dipakai" in page.content.decode()
    assert not any(record.get("reauthenticated") for record in client.session["account_authentication_methods"])
    assert client.post(reverse("mfa_reauthenticate"), {"code": code_at(secret, 1)}).status_code == 302


@pytest.mark.asvs("V6.5.2")
def test_no_column_holds_a_secret_or_a_recovery_code(member):
    secret = enrol(member)
    codes = RecoveryCodes.activate(member)
    with connection.cursor() as cursor:
        cursor.execute("SELECT data::text FROM mfa_authenticator")
        stored = " ".join(row[0] for row in cursor.fetchall())
    seed = decrypt(codes.instance.data["seed"])
    assert secret not in stored
    assert seed not in stored
    assert not [code for code in codes.get_unused_codes() if code in stored]
    assert stored.count("v1.") == 2


def test_the_picture_to_scan_is_drawn_into_the_page(member):
    client = login(Client(), member)
    prove(client)
    answer = client.get(reverse("mfa_activate_totp"))
    page = answer.content.decode()
    assert "<svg" in page
    assert "data:image" not in page
    assert "data:" not in answer["Content-Security-Policy"]


# Recovery codes


def test_recovery_codes_are_shown_once(member):
    enrol(member)
    codes = RecoveryCodes.activate(member).get_unused_codes()
    client = Client()
    client.force_login(member)
    prove(client)
    page = reverse("mfa_view_recovery_codes")
    looked = [client.get(page).content.decode(), client.head(page).content.decode(), client.get(page).content.decode()]
    first, again, second = (client.post(page).content.decode(), client.post(page).content.decode(),
                            client.get(page).content.decode())  # fmt: skip
    assert not any(code in text for code in codes for text in looked)
    assert "Tampilkan kode" in looked[2]
    assert all(code in first for code in codes)
    assert not any(code in again for code in codes)
    assert "Tampilkan kode" not in second
    assert "hanya ditampilkan sekali" in first
    assert not any(code in second for code in codes)
    assert "Tersisa 10 dari 10 kode" in second


@pytest.mark.asvs("V6.5.1")
def test_a_recovery_code_replaces_the_second_step_once(member):
    enrol(member)
    code = RecoveryCodes.activate(member).get_unused_codes()[0]
    login(first := Client(), member)
    first.post(reverse("mfa_authenticate"), {"code": code})
    assert is_in(first)
    login(second := Client(), member)
    second.post(reverse("mfa_authenticate"), {"code": code})
    assert not is_in(second)


def test_new_recovery_codes_end_the_old_ones(member):
    enrol(member)
    old = RecoveryCodes.activate(member).get_unused_codes()
    client = Client()
    client.force_login(member)
    prove(client)
    client.post(reverse("mfa_generate_recovery_codes"))
    login(other := Client(), member)
    other.post(reverse("mfa_authenticate"), {"code": old[0]})
    assert not is_in(other)


# Offered, and demanded


def test_members_are_offered_it_and_get_in_without(member):
    client = login(Client(), member)
    assert is_in(client)
    page = client.get(reverse("mfa_index")).content.decode()
    assert "Tidak wajib, tetapi kami anjurkan" in page
    assert "Kunci sandi (sidik jari atau wajah)" in page
    assert client.get(reverse("card_list")).status_code == 200


@pytest.mark.asvs("V6.3.3")
def test_staff_without_a_second_factor_see_only_how_to_set_one_up(staff, subtests):
    make_balance(make_card(staff))
    world = make_world(staff)
    Authenticator.objects.filter(user=staff).delete()
    client = Client()
    client.force_login(staff)
    for name, _pattern in named_addresses():
        if name in StaffSecondFactorMiddleware.OPEN or name in POST_ONLY | PUBLIC - {"home"}:
            continue
        with subtests.test(name):
            answer = client.get(address_of(name, world))
            assert answer.status_code == 302
            assert answer.url == reverse("mfa_index")
    page = client.get("/", follow=True).content.decode()
    assert "Petugas memakai langkah kedua" in page
    assert "Tidak wajib" not in page


def test_with_one_they_see_everything_that_is_theirs(staff):
    enrol(staff)
    client = Client()
    client.force_login(staff)
    assert client.get(reverse("card_list")).status_code == 200


# Passkeys


def browser_with_passkeys(browser: Browser, base: str) -> tuple[Page, list[str]]:
    context = browser.new_context(base_url=base, viewport={"width": 320, "height": 640})
    page, refused = context.new_page(), []
    page.on("console", lambda said: refused.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: refused.append(str(error)))
    wire = context.new_cdp_session(page)
    wire.send("WebAuthn.enable")
    options: dict[str, Any] = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True}
    options |= {"hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True}
    wire.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return page, refused


def fill_in(page: Page, user: User) -> None:
    page.goto(reverse("account_login"))
    page.locator("#id_login").fill(str(user.email))
    page.locator("#id_password").fill(PASSWORD)
    press(page.locator("main form .btn--main").first)


def log_out(page: Page) -> None:
    press(page.locator(".top form").last.locator("button"))
    expect(page.locator("body")).not_to_have_attribute("data-signed-in", "")


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_passkey_is_added_opens_the_account_without_a_password_and_is_removed(browser, live_server):
    member = make_member()
    page, refused = browser_with_passkeys(browser, live_server.url)
    fill_in(page, member)
    expect(page.locator("body")).to_have_attribute("data-signed-in", "")
    page.goto(reverse("mfa_add_webauthn"))  # a login of seconds ago is proof enough
    page.locator("#id_passwordless").check()
    press(page.locator("#mfa_webauthn_add"))
    press(page.get_by_role("button", name="Tampilkan kode"))
    expect(page.locator(".codes .code")).to_have_count(10)
    expect(page.locator("#codes-print")).to_be_visible()
    page.locator("#codes-copy").click()
    expect(page.locator("#codes-said")).to_have_text(re.compile("disalin|Tulis"))
    log_out(page)

    page.goto(reverse("account_login"))
    page.locator("#passkey_login").click()
    expect(page.locator("body")).to_have_attribute("data-signed-in", "")

    page.goto(reverse("mfa_list_webauthn"))
    press(page.locator(".card .btn--danger"))
    press(page.locator("main form .btn--danger"))
    expect(page.locator("main .card")).to_have_count(0)
    assert not Authenticator.objects.filter(user=member).exists()
    log_out(page)

    page.goto(reverse("account_login"))
    press(page.locator("#passkey_login"))
    expect(page.locator("body")).not_to_have_attribute("data-signed-in", "")
    assert "/akun/login/" in page.url
    assert [said for said in refused if "Content Security" in said] == []
    page.context.close()
