"""What members do, from the first page to the balance, as a person with a phone does it."""

import re
from typing import Any

import pytest
from django.core import mail
from playwright.sync_api import Page, expect

from accounts.models import User
from demo.embedded.process import wait_until
from tests.browser.conftest import CODE, fill_link_form, log_in, newest_code, ordinary_person, reload_until
from tests.browsing import press
from tests.factories import make_balance, make_card, make_member
from tests.plugins.processes import Sandbox


def link(page: Page, sandbox: Sandbox, person: dict[str, Any]) -> None:
    """From the form to "connected", by the code of the outbox. The page moves on by itself."""
    page.goto("/kartu/tambah/")
    fill_link_form(page, person)
    code = page.get_by_label("Kode verifikasi")
    expect(code).to_be_visible()
    code.fill(newest_code(sandbox, person["kpj"][0]))
    press(page.get_by_role("button", name="Kirim kode", exact=True))
    expect(page.get_by_role("link", name="Cek Saldo JHT")).to_be_visible()


def test_a_new_member_signs_up_links_a_card_and_sees_the_balance_arrive(page: Page, everything: Sandbox) -> None:
    person = ordinary_person(everything)
    page.goto("/")
    press(page.get_by_role("link", name="Daftar").first)
    page.get_by_label("Email", exact=True).fill("baru@contoh.example")
    page.get_by_label("Kata sandi", exact=True).fill("panjang-dan-mudah-diingat")
    press(page.get_by_role("button", name="Daftar"))
    page.get_by_label("Kode").fill(verification_code(everything, "baru@contoh.example"))
    press(page.get_by_role("button", name="Lanjut", exact=True))
    assert "/email/verifikasi/" not in page.url
    if "/akun/login/" in page.url:
        page.get_by_label("Email", exact=True).fill("baru@contoh.example")
        page.get_by_label("Kata sandi", exact=True).fill("panjang-dan-mudah-diingat")
        press(page.get_by_role("button", name="Login", exact=True))
    link(page, everything, person)
    press(page.get_by_role("link", name="Cek Saldo JHT"))
    truth = everything.ledger(person["kpj"][0])
    amount = page.locator("[data-amount]")
    expect(amount).to_have_attribute("data-amount", truth["balance"])
    expect(amount).to_have_attribute("data-as-of", truth["asOf"][:10])
    expect(page.locator("[data-card]")).to_have_attribute("data-state", "fresh")


def verification_code(sandbox: Sandbox, to: str) -> str:
    """From the mail the sandbox caught; the worker sends it."""

    def codes() -> list[str]:
        texts = [letter["text"] for letter in sandbox.mail() if to in letter["to"]]
        texts += [str(letter.body) for letter in mail.outbox if to in letter.to]
        return [match.group().replace(" ", "") for text in texts if (match := re.search(CODE, text))]

    assert wait_until(lambda: bool(codes()), timeout=60, pause=0.2), "no mail with a code came"
    return codes()[0]


def test_refresh_brings_a_newer_balance_without_a_reload(page: Page, everything: Sandbox) -> None:
    person = ordinary_person(everything)
    member = make_member()
    everything.set_today("2026-08-20")
    log_in(page, member)
    link(page, everything, person)
    page.goto("/saldo/")
    amount = page.locator("[data-amount]")
    expect(amount).to_have_attribute("data-as-of", "2026-07-31")
    everything.set_today(None)
    press(page.get_by_role("button", name="Perbarui"))
    truth = everything.ledger(person["kpj"][0])
    expect(amount).to_have_attribute("data-as-of", truth["asOf"][:10])
    expect(amount).to_have_attribute("data-amount", truth["balance"])


def test_with_the_upstream_down_the_last_balance_stays_with_its_date(page: Page, everything: Sandbox) -> None:
    person = ordinary_person(everything)
    log_in(page, make_member())
    link(page, everything, person)
    page.goto("/saldo/")
    amount = page.locator("[data-amount]")
    expect(amount).to_be_visible()
    before = amount.get_attribute("data-amount")
    everything.set_fault("http500")
    press(page.get_by_role("button", name="Perbarui"))
    expect(page.locator("[data-card]")).to_have_attribute("data-state", "stale")
    expect(amount).to_have_attribute("data-amount", before or "")
    expect(page.get_by_text("sedang tidak menjawab")).to_be_visible()


@pytest.mark.asvs("V3.1.1")
def test_the_whole_way_works_without_javascript(plain_page: Page, everything: Sandbox) -> None:
    page, person = plain_page, ordinary_person(everything, seed=9)
    log_in(page, make_member())
    page.goto("/kartu/tambah/")
    fill_link_form(page, person)
    code = page.get_by_label("Kode verifikasi")
    reload_until(page, code)
    code.fill(newest_code(everything, person["kpj"][0]))
    press(page.get_by_role("button", name="Kirim kode", exact=True))
    reload_until(page, page.get_by_role("link", name="Cek Saldo JHT"))
    page.goto("/saldo/")
    amount = page.locator("[data-amount]")
    reload_until(page, amount)
    assert amount.get_attribute("data-amount") == everything.ledger(person["kpj"][0])["balance"]
    press(page.get_by_role("button", name="Perbarui"))
    expect(page).to_have_url(re.compile("/saldo/"))


def test_the_language_is_kept_over_sign_in_and_pages(page: Page, base: str, member: User) -> None:
    make_balance(make_card(member))
    page.goto("/")
    press(page.get_by_role("button", name="English"))
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.goto("/akun/login/")
    expect(page.get_by_label("Password", exact=True)).to_be_visible()
    page.get_by_label("Email", exact=True).fill(member.email or "")
    page.get_by_label("Password", exact=True).fill("kata-sandi-uji-2026")
    press(page.get_by_role("button", name="Login", exact=True).or_(page.get_by_role("button", name="Log in")).first)
    assert "/akun/" not in page.url
    press(page.get_by_role("button", name="English").or_(page.get_by_role("button", name="Bahasa Indonesia")).first)
    page.goto("/saldo/")
    language = page.locator("html").get_attribute("lang")
    press(page.get_by_role("button", name=re.compile("English|Indonesia")))
    expect(page.locator("html")).not_to_have_attribute("lang", language or "")
    page.goto("/kartu/")
    expect(page.locator("html")).not_to_have_attribute("lang", language or "")


def test_the_keyboard_alone_reaches_the_balance(page: Page, base: str, member: User) -> None:
    make_balance(make_card(member))
    page.goto("/akun/login/")
    tab_to(page, "input[name=login]")
    page.keyboard.type(member.email or "")
    tab_to(page, "input[name=password]")
    page.keyboard.type("kata-sandi-uji-2026")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "/akun/" not in page.url
    tab_to(page, "main a[href='/saldo/']")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator("[data-amount]")).to_be_visible()
    tab_to(page, "form[action$='/perbarui/'] button")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"


def tab_to(page: Page, selector: str) -> None:
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"the keyboard does not reach {selector}")


@pytest.mark.asvs("V14.3.1")
def test_after_logout_back_shows_no_balance(page: Page, base: str, member: User) -> None:
    make_balance(make_card(member))
    log_in(page, member)
    page.goto("/saldo/")
    expect(page.locator("[data-amount]")).to_be_visible()
    press(page.get_by_role("button", name="Keluar").or_(page.get_by_role("link", name="Keluar")).first)
    if "/akun/keluar/" in page.url:
        press(page.get_by_role("main").get_by_role("button", name="Keluar"))
    page.go_back()
    page.wait_for_load_state()
    expect(page.locator("[data-amount]")).to_have_count(0)
