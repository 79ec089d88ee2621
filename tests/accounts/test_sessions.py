"""How long a session lasts, what keeps it, who is warned, and what ends the others."""

import json
import re
import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from allauth.mfa.utils import decrypt
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, expect

from accounts import session_limits
from accounts.models import User
from tests.accounts.conftest import mailed_code, mails
from tests.browsing import assert_clean
from tests.factories import PASSWORD, make_balance, make_card
from tests.house.addresses import address_of, make_world, named_addresses
from tests.passkeys import Passkey

MINUTE, HOUR = 60, 3600
BY_ITSELF = {"Sec-Fetch-Dest": "empty"}


def log_in(user: User) -> Client:
    client = Client()
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    return client


def is_in(client: Client) -> bool:
    return client.get(reverse("card_list")).status_code == 200


def prove(client: Client) -> None:
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})


# Time


@pytest.mark.asvs("V7.3.1")
def test_half_an_hour_unused_ends_it_and_says_why(member, clock):
    client = log_in(member)
    clock.shift(29 * MINUTE)
    assert is_in(client)
    clock.shift(30 * MINUTE + 1)
    answer = client.get(reverse("card_list"), follow=True)
    assert answer.redirect_chain == [("/akun/login/?next=/kartu/", 302)]
    assert "sesi Anda sudah berakhir" in answer.content.decode()


@pytest.mark.asvs("V7.3.2")
def test_twelve_hours_end_it_however_much_it_is_used(member, clock):
    client = log_in(member)
    for _ in range(12 * 60 // 20 - 1):
        clock.shift(20 * MINUTE)
        assert is_in(client)
    clock.shift(20 * MINUTE)
    assert not is_in(client)


@pytest.mark.asvs("V7.3.2")
def test_staff_have_fifteen_minutes_and_eight_hours(staff, clock):
    totp.TOTP.activate(staff, totp.generate_totp_secret())
    client = Client()
    client.force_login(staff)
    assert is_in(client)
    clock.shift(15 * MINUTE + 1)
    assert not is_in(client)
    client.force_login(staff)
    for _ in range(8 * 6 - 1):
        clock.shift(10 * MINUTE)
        assert is_in(client)
    clock.shift(10 * MINUTE)
    assert not is_in(client)


def test_what_a_page_asks_for_by_itself_keeps_nothing_alive(member, clock):
    make_balance(card := make_card(member))
    client = log_in(member)
    fragment = reverse("balance_fragment", args=[card.public_id])
    for _ in range(3):
        clock.shift(10 * MINUTE)
        answer = client.get(fragment, headers=BY_ITSELF)
    assert answer.status_code == 401
    assert not is_in(client)


def test_a_new_login_starts_anew(member, clock):
    client = log_in(member)
    clock.shift(11 * HOUR)
    client.get(reverse("card_list"))
    client.post(reverse("account_login"), {"login": member.email, "password": PASSWORD})
    clock.shift(29 * MINUTE)
    assert is_in(client)


def test_the_session_is_not_written_at_every_request(member, clock, django_assert_num_queries):
    client = log_in(member)
    client.get(reverse("session"))
    with django_assert_num_queries(2):  # session and user
        client.get(reverse("session"))
    clock.shift(61)
    client.get(reverse("card_list"))
    assert client.session["seen_at"] == int(time.time())


def test_a_press_keeps_it_for_another_half_hour(member, clock):
    client = log_in(member)
    clock.shift(28 * MINUTE)
    assert client.get(reverse("session"), headers=BY_ITSELF).json() == {"seconds": 120, "can_extend": True}
    assert client.post(reverse("session")).json() == {"seconds": 1800, "can_extend": True}
    clock.shift(29 * MINUTE)
    assert is_in(client)


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_session_that_ends_while_its_page_is_made_is_answered_like_any_that_ended(member, clock, monkeypatch, method):
    """Another browser ended it after the page was asked for, and before the session was written."""
    client, real = log_in(member), session_limits.use

    def ended_meanwhile(session: Any, **how: Any) -> None:
        real(session, **how)
        Session.objects.all().delete()

    monkeypatch.setattr(session_limits, "use", ended_meanwhile)
    clock.shift(61)
    answer = getattr(client, method)(reverse("card_list"))
    assert (answer.status_code, answer.url) == (302, reverse("account_login"))
    assert answer["Cache-Control"] == "no-store, private"
    assert not answer.content


def test_a_part_of_a_page_whose_session_ends_meanwhile_is_no_page_to_show(member, clock, monkeypatch):
    client, real = log_in(member), session_limits.left

    def ended_meanwhile(session: Any, user: User) -> session_limits.Left:
        session["noted"] = True
        Session.objects.all().delete()
        return real(session, user)

    monkeypatch.setattr(session_limits, "left", ended_meanwhile)
    assert client.get(reverse("session"), headers=BY_ITSELF).status_code == 401


def test_near_the_absolute_end_nothing_more_is_promised(member, clock):
    client = log_in(member)
    for _ in range(12 * 60 // 20 - 1):
        clock.shift(20 * MINUTE)
        is_in(client)
    clock.shift(15 * MINUTE)
    assert client.post(reverse("session")).json() == {"seconds": 300, "can_extend": False}


def test_without_javascript_the_button_goes_back_to_its_page_and_only_on_this_site(member):
    client = log_in(member)
    assert client.post(reverse("session"), {"next": "/kartu/"}).url == "/kartu/"
    assert client.post(reverse("session"), {"next": "https://jahat.example/"}).url == "/"


def test_a_visitor_has_no_session_to_ask_about(visitor):
    assert visitor.get(reverse("session")).status_code == 302


def test_every_signed_in_page_says_when_and_carries_the_warning(member, visitor):
    page = log_in(member).get(reverse("card_list")).content.decode()
    assert "<noscript>" in page
    assert "setelah 30 menit tanpa membuka halaman, dan paling lama 12 jam setelah login" in page
    assert 'data-ends-in="1800" data-warn-before="180"' in page
    assert "session-end" not in visitor.get("/").content.decode()


# Keys, and other sessions


def test_a_planted_session_key_is_not_taken_over(member):
    """Session fixation: the key from before the login, with whatever it carries, opens nothing afterwards."""
    victim, attacker = Client(), Client()
    victim.get(reverse("account_login"))
    session = victim.session
    session["planted"] = "yes"
    session.save()
    victim.cookies["session"] = attacker.cookies["session"] = session.session_key
    victim.post(reverse("account_login"), {"login": member.email, "password": PASSWORD})
    assert is_in(victim)
    assert victim.session.session_key != session.session_key
    assert not is_in(attacker)
    assert not Session.objects.filter(session_key=session.session_key).exists()


def by_passkey(client: Client, member: User) -> None:
    Passkey(member).log_in(client)


def by_authenticator(client: Client, member: User) -> None:
    secret = decrypt(totp.TOTP.activate(member, totp.generate_totp_secret()).instance.data["secret"])
    client.post(reverse("account_login"), {"login": member.email, "password": PASSWORD})
    client.post(reverse("mfa_authenticate"), {"code": present_code(secret)})


def by_signing_up(client: Client, member: User) -> None:
    client.post(reverse("account_signup"), {"email": "baru@contoh.example", "password1": "kalimat sandi yang baru"})
    client.post(reverse("account_email_verification_sent"), {"code": mailed_code(mails()[-1])})


@pytest.mark.parametrize("come_in", [by_passkey, by_authenticator, by_signing_up])
def test_no_way_in_takes_a_planted_key_over(come_in, member):
    victim, attacker = Client(), Client()
    victim.get(reverse("account_login"))
    session = victim.session
    session["planted"] = "yes"
    session.save()
    victim.cookies["session"] = attacker.cookies["session"] = session.session_key
    come_in(victim, member)
    assert is_in(victim)
    assert victim.session.session_key != session.session_key
    assert not is_in(attacker)


def again_by_authenticator(client: Client, member: User) -> None:
    secret = decrypt(totp.TOTP.activate(member, totp.generate_totp_secret()).instance.data["secret"])
    client.post(reverse("mfa_reauthenticate"), {"code": present_code(secret)})


def again_by_passkey(client: Client, member: User) -> None:
    passkey = Passkey(member)
    asked = client.get(reverse("mfa_reauthenticate_webauthn")).context["js_data"]["request_options"]
    answer = passkey.answer(asked["publicKey"]["challenge"])
    client.post(reverse("mfa_reauthenticate_webauthn"), {"credential": json.dumps(answer)})


@pytest.mark.parametrize("prove_again", [again_by_authenticator, again_by_passkey])
def test_every_proof_of_who_is_there_changes_the_key(prove_again, member, clock):
    client = log_in(member)
    clock.shift(6 * MINUTE)
    before = client.session.session_key
    prove_again(client, member)
    assert is_in(client)
    assert client.session.session_key != before
    assert client.get(reverse("account_email")).status_code == 200


@pytest.mark.asvs("V7.2.1")
def test_a_key_that_we_never_gave_out_is_not_used(member):
    client = Client()
    client.cookies["session"] = "a" * 32
    client.post(reverse("account_login"), {"login": member.email, "password": PASSWORD})
    assert client.cookies["session"].value != "a" * 32


def present_code(secret: str) -> str:
    return str(totp.format_hotp_value(totp.hotp_value(secret, int(time.time()) // 30)))


def change_factors(client: Client) -> None:
    prove(client)
    client.get(reverse("mfa_activate_totp"))
    secret = client.session[totp.SECRET_SESSION_KEY]
    client.post(reverse("mfa_activate_totp"), {"code": present_code(secret)})


@pytest.mark.asvs("V7.4.3")
@pytest.mark.django_db(transaction=True)
def test_a_change_of_second_factors_ends_the_other_sessions_and_renews_this_one(member):
    here, elsewhere = log_in(member), log_in(member)
    change_factors(here)
    before = here.session.session_key
    assert is_in(here)
    assert not is_in(elsewhere)
    elsewhere = Client()
    member.refresh_from_db()
    elsewhere.force_login(member)
    prove(here)
    key = here.session.session_key
    assert key != before
    here.post(reverse("mfa_deactivate_totp"))
    assert not Authenticator.objects.exists()
    assert is_in(here)
    assert here.session.session_key != key
    assert not is_in(elsewhere)


@pytest.mark.django_db(transaction=True)
def test_a_passkey_that_is_removed_ends_the_other_sessions(member):
    passkey = Passkey(member)
    here, elsewhere = Client(), Client()
    for client in (here, elsewhere):
        passkey.log_in(client)
        assert is_in(client)
    key = here.session.session_key
    here.post(reverse("mfa_remove_webauthn", args=[passkey.row.pk]))
    assert is_in(here)
    assert here.session.session_key != key
    assert not is_in(elsewhere)


@pytest.mark.django_db(transaction=True)
def test_new_recovery_codes_end_the_other_sessions(member):
    totp.TOTP.activate(member, totp.generate_totp_secret())
    here, elsewhere = Client(), Client()
    here.force_login(member)
    elsewhere.force_login(member)
    prove(here)
    here.post(reverse("mfa_generate_recovery_codes"))
    assert is_in(here)
    assert not is_in(elsewhere)


def test_sessions_from_before_the_counter_go_on(member):
    client = log_in(member)
    assert member.get_session_auth_hash() == client.session["_auth_user_hash"]
    assert len(client.session["_auth_user_hash"]) == 64


# No stash


def test_no_page_keeps_what_was_posted_while_it_asks_who_it_is(member, subtests):
    world = make_world(member)
    for name, _pattern in named_addresses():
        client = Client()
        client.force_login(member)
        client.post(address_of(name, world), {"nik": "3173051207860012", "email": "rahasia@contoh.example"})
        with subtests.test(name):
            kept = str(dict(client.session)) if client.session.session_key else ""
            assert "account_reauthentication_state" not in kept
            assert "3173051207860012" not in kept
            assert "rahasia@" not in kept or name in ("account_signup", "account_reset_password")


# In the browser


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_the_warning_is_spoken_and_one_press_keeps_the_session(browser: Browser, live_server, member, settings):
    settings.SESSION_IDLE_SECONDS = 183
    context = browser.new_context(base_url=live_server.url, viewport={"width": 320, "height": 568})
    client = log_in(member)
    context.add_cookies([{"name": "session", "value": client.cookies["session"].value, "url": live_server.url}])
    page = context.new_page()
    page.goto("/kartu/")
    dialog = page.get_by_role("dialog", name="Masih di sana?")
    expect(dialog).to_be_visible()
    assert page.evaluate("document.getElementById('session-end').contains(document.activeElement)")
    assert "tiga menit" in (dialog.get_attribute("aria-describedby") and dialog.inner_text())
    assert_clean(page)
    page.get_by_role("button", name="Tetap masuk").click()
    expect(dialog).to_be_hidden()
    expect(page.get_by_role("status").filter(has_text="diperpanjang")).to_have_count(1)
    expect(dialog).to_be_visible()  # and again, when its time comes
    settings.SESSION_IDLE_SECONDS = 0  # the time is over
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.wait_for_url(re.compile("/akun/login/"))
    expect(page.get_by_text("sesi Anda sudah berakhir")).to_be_visible()
    context.close()
