"""The frame, the sign-in pages and the pages for what goes wrong, as people see them: every look, both languages."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, expect

from accounts.models import User
from tests.browsing import press
from tests.factories import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

FOR_MEMBERS = ["home", "mfa_index", "account_email", "account_logout", "account_reauthenticate", "mfa_list_webauthn"]
AFTER_PROOF = ["account_change_password", "mfa_activate_totp", "mfa_add_webauthn"]


def test_member_pages(member: User, open_as: Any, check: Any) -> None:
    page = open_as(member)
    for name in FOR_MEMBERS:
        page.goto(reverse(name))
        check(page, f"member-{name}")
    prove(page)
    for name in AFTER_PROOF:
        page.goto(reverse(name))
        assert "reauthenticate" not in page.url
        check(page, f"member-{name}")


def test_the_code_step_of_a_login(member: User, open_as: Any, check: Any) -> None:
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    TOTP.activate(member, generate_totp_secret())
    page = open_as()
    log_in(page, member, PASSWORD)
    check(page, "authenticate")
    page.locator("[name=code]").fill("000000")
    press(page.locator("main form .btn--main").first)
    check(page, "authenticate-refused")


def test_a_refused_login_says_so_and_keeps_the_email(member: User, open_as: Any, check: Any) -> None:
    page = open_as()
    log_in(page, member, "bukan kata sandi")
    expect(page.locator(".error-summary")).to_be_focused()
    expect(page.locator("#id_login")).to_have_value(str(member.email))
    check(page, "login-refused")


def test_empty_sign_up_names_each_field(open_as: Any, check: Any, db: None) -> None:
    page = open_as()
    page.goto(reverse("account_signup"))
    press(page.locator("main form .btn--main"))
    expect(page.locator("#id_email")).to_have_attribute("aria-describedby", "id_email_error")
    check(page, "signup-refused")


def test_code_pages(open_as: Any, check: Any, member: User, look: str) -> None:
    page = open_as()
    page.goto(reverse("account_reset_password"))
    page.locator("#id_email").fill(str(member.email))
    press(page.locator("main form .btn--main"))
    assert page.url.endswith(reverse("account_confirm_password_reset_code"))
    check(page, "reset-code")
    page.goto(reverse("account_signup"))
    page.locator("#id_email").fill(f"{look}@contoh.example")  # limits count by address and outlive a test
    page.locator("#id_password1").fill(PASSWORD)
    press(page.locator("main form .btn--main"))
    assert page.url.endswith(reverse("account_email_verification_sent"))
    check(page, "signup-code")


@pytest.mark.asvs("V16.5.1")
@pytest.mark.parametrize("name", ["400", "403", "403_csrf", "429", "500"])
def test_error_pages_render_without_help(name: str, rf: Any, open_as: Any, check: Any, look: str) -> None:
    from django.contrib.auth.models import AnonymousUser
    from django.template.loader import render_to_string
    from django.utils.translation import override

    request = rf.get("/")
    request.user = AnonymousUser()
    with override("en" if "-en-" in look else "id"):
        context = {"site_name": "Portal JHT", "support_contact": "bantuan@contoh.example", "request_id": "a1b2c3d4"}
        html = render_to_string(f"{name}.html", context, request=None if name == "500" else request)
    page = open_as()
    page.goto(reverse("healthz"))
    page.set_content(html, wait_until="networkidle")
    check(page, name)


def prove(page: Page) -> None:
    page.goto(reverse("account_reauthenticate"))
    page.locator("#id_password").fill(PASSWORD)
    press(page.locator("main form .btn--main"))


def log_in(page: Page, user: User, password: str) -> None:
    page.goto(reverse("account_login"))
    page.locator("#id_login").fill(str(user.email))
    page.locator("#id_password").fill(password)
    press(page.locator("main form .btn--main").first)


def test_a_visitor_is_not_offered_the_menu(visitor: Client) -> None:
    assert b'class="tabs"' not in visitor.get("/").content
