"""The sign-in pages do what they show, with scripts and under our content security policy."""

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.urls import reverse
from playwright.sync_api import Page, expect

from accounts.models import User
from tests.browsing import press
from tests.factories import PASSWORD
from tests.look.test_pages import log_in, prove

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(params=["phone-en-dark"])
def look(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def refused() -> list[str]:
    """What the browser refused or could not run."""
    return []


@pytest.fixture
def device(open_as: Any, refused: list[str]) -> Page:
    """A visitor's browser on a device that can make passkeys."""
    page = open_as()
    page.on("console", lambda said: refused.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: refused.append(str(error)))
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    options |= {"isUserVerified": True, "automaticPresenceSimulation": True}
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return page


def test_a_passkey_is_added_and_opens_the_account(device: Page, member: User, refused: list[str]) -> None:
    log_in(device, member, PASSWORD)
    prove(device)
    device.goto(reverse("mfa_add_webauthn"))
    device.locator("#id_passwordless").check()
    press(device.locator("#mfa_webauthn_add"))
    press(device.locator(".acts button.btn--main", has_text="kode"))
    expect(device.locator(".codes .code")).to_have_count(10)
    device.goto(reverse("mfa_list_webauthn"))
    expect(device.locator(".card")).to_have_count(1)
    device.goto(reverse("mfa_reauthenticate_webauthn"))
    device.locator("#mfa_webauthn_reauthenticate").click()
    expect(device.locator(".menu").first).to_be_visible()
    log_out(device)
    device.goto(reverse("account_login"))
    device.locator("#passkey_login").click()
    expect(device.locator("body")).to_have_attribute("data-signed-in", "")
    log_out(device)
    log_in(device, member, PASSWORD)
    device.locator("#mfa_webauthn_authenticate").click()
    expect(device.locator("body")).to_have_attribute("data-signed-in", "")
    assert refused == []


def log_out(page: Page) -> None:
    press(page.locator(".top form").last.locator("button"))
    expect(page.locator("body")).not_to_have_attribute("data-signed-in", "")


def test_a_passkey_that_fails_is_explained(open_as: Any, db: None) -> None:
    page = open_as()
    page.goto(reverse("account_login"))
    expect(page.locator("#passkey-failed")).to_be_hidden()
    page.evaluate("document.dispatchEvent(new CustomEvent('allauth.error', {detail: {}, cancelable: true}))")
    expect(page.locator("#passkey-failed")).to_contain_text("passkey could not be read")


def test_an_authenticator_app_is_turned_on_from_its_page(device: Page, member: User, refused: list[str]) -> None:
    log_in(device, member, PASSWORD)
    prove(device)
    device.goto(reverse("mfa_activate_totp"))
    expect(device.locator(".qr svg path")).to_have_count(1)
    device.locator("summary").click()
    expect(device.locator("main code")).to_be_visible()
    device.locator("#id_code").fill(code_of(device.locator("main code").inner_text()))
    press(device.locator("main form .btn--main"))
    press(device.locator("main form .btn--main"))
    expect(device.locator(".codes .code")).to_have_count(10)
    assert set(Authenticator.objects.values_list("type", flat=True)) == {"totp", "recovery_codes"}
    assert refused == []


def test_without_scripts_nothing_is_offered_that_needs_them(browser: Any, live_server: Any, db: None) -> None:
    context = browser.new_context(base_url=live_server.url, java_script_enabled=False)
    page = context.new_page()
    page.goto(reverse("account_login"))
    expect(page.locator("#passkey_login")).to_be_hidden()
    expect(page.locator(".reveal")).to_be_hidden()
    expect(page.get_by_role("button", name="Login")).to_be_visible()
    context.close()


def test_the_language_is_changed_where_one_is(open_as: Any, db: None) -> None:
    page = open_as()
    page.goto(reverse("account_login") + "?next=/kartu/")
    press(page.get_by_role("button", name="Indonesia"))
    expect(page.locator("html")).to_have_attribute("lang", "id")
    assert page.url.endswith("?next=/kartu/")


@pytest.mark.asvs("V6.2.6")
def test_a_password_can_be_shown_and_hides_again(open_as: Any, db: None) -> None:
    page = open_as()
    page.goto(reverse("account_login"))
    button, field = page.locator(".reveal"), page.locator("#id_password")
    expect(button).to_have_attribute("aria-pressed", "false")
    button.click()
    expect(field).to_have_attribute("type", "text")
    expect(button).to_have_attribute("aria-pressed", "true")
    button.click()
    expect(field).to_have_attribute("type", "password")


def code_of(secret: str) -> str:
    """The present step's code: the step before it is tolerated too, but may be over before the form arrives."""
    _before, present, _after = yield_hotp_counters_from_time()
    return format_hotp_value(hotp_value(secret, present))
