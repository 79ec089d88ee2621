"""On a phone: installable, nothing of a member's kept by the browser, amounts hidden where that is asked for."""

import json
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect

from accounts.models import User
from tests.browsing import assert_clean, press
from tests.factories import PASSWORD, make_balance, make_card
from tests.house.website import Website

AMOUNT, SHOWN = "1234567.00", "Rp1.234.567,00"
KEPT = """async () => {
  const found = {}
  for (const name of await caches.keys()) {
    const store = await caches.open(name)
    for (const request of await store.keys()) {
      const answer = await store.match(request)
      found[new URL(request.url).pathname] = [answer.headers.get('content-type'), await answer.text()]
    }
  }
  return found
}"""
# A worker that never installs would be waited for without end.
WORKS = """() => Promise.race([
  navigator.serviceWorker.ready.then((found) => found.active.state),
  new Promise((_, refuse) => setTimeout(refuse, 30000, 'no service worker'))
])"""


# Manifest


@pytest.mark.parametrize("language", [code for code, _ in settings.LANGUAGES])
def test_the_manifest_says_what_a_phone_needs_to_install_it(language: str) -> None:
    answer = Client().get("/manifest.webmanifest", {"bahasa": language})
    told = json.loads(answer.content)
    assert answer["Content-Type"].startswith("application/manifest+json")
    assert (told["name"], told["lang"]) == (settings.SITE_NAME, language)
    assert (told["id"], told["start_url"], told["scope"], told["display"]) == ("/", "/", "/", "standalone")
    assert {shortcut["url"] for shortcut in told["shortcuts"]} == {"/saldo/", "/kartu/"}
    assert {(icon["sizes"], icon["purpose"]) for icon in told["icons"]} == {
        ("192x192", "any"),
        ("512x512", "any"),
        ("512x512", "maskable"),
    }
    for icon in told["icons"]:
        assert "x".join(map(str, size_of(icon["src"]))) == icon["sizes"]


def size_of(address: str) -> tuple[int, int]:
    """From the file's own header."""
    path = finders.find(address.removeprefix(settings.STATIC_URL))
    assert isinstance(path, str), address
    head = Path(path).read_bytes()[:24]
    assert head[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", head[16:24])
    return width, height


def test_the_manifest_speaks_the_language_of_the_page(visitor: Client) -> None:
    told = {code: json.loads(visitor.get(f"/manifest.webmanifest?bahasa={code}").content) for code in ("id", "en", "x")}
    assert told["id"]["description"] != told["en"]["description"]
    assert told["x"] == told["id"]
    visitor.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    assert 'href="/manifest.webmanifest?bahasa=en"' in visitor.get("/").content.decode()


def test_worker_and_offline_page_are_the_same_for_everybody(as_member: Client, visitor: Client, member: User) -> None:
    User.objects.filter(pk=member.pk).update(language="en")
    for path in ("/sw.js", "/luring/"):
        assert as_member.get(path).content == visitor.get(path).content
    assert as_member.get("/sw.js")["Content-Type"].startswith("text/javascript")


# In a browser, over hashed files as in production


@pytest.fixture
def site(website: Callable[..., Website]) -> Website:
    return website()


@pytest.fixture
def phone(browser: Browser, site: Website, member: User) -> Iterator[Page]:
    """A phone of a member with one card, signed in."""
    make_balance(make_card(member), AMOUNT)
    context = browser.new_context(viewport={"width": 390, "height": 844}, base_url=site.url)
    page = context.new_page()
    log_in(page, member)
    yield page
    context.close()


def log_in(page: Page, member: User) -> None:
    page.goto("/akun/login/")
    page.get_by_label("Email", exact=True).fill(member.email or "")
    page.get_by_label("Kata sandi", exact=True).fill(PASSWORD)
    press(page.get_by_role("button", name="Login", exact=True))
    assert "/akun/" not in page.url


def log_out(page: Page) -> None:
    press(page.locator("header").get_by_role("button", name="Keluar"))
    expect(page.locator("[data-signed-in]")).to_have_count(0)


@pytest.mark.asvs("V14.3.3")
@pytest.mark.browser
def test_the_browser_keeps_files_and_one_empty_page_but_no_balance(phone: Page) -> None:
    assert phone.evaluate(WORKS) in ("activating", "activated")
    for path in ("/", "/saldo/", "/kartu/", "/akun/keamanan/"):
        phone.goto(path)
    phone.goto("/saldo/")
    expect(phone.locator(".figure")).to_have_text(SHOWN)
    assert phone.evaluate("navigator.serviceWorker.controller !== null")
    kept = phone.evaluate(KEPT)
    assert_nothing_personal(kept)
    assert any(path.startswith("/static/css/site.") for path in kept)


def assert_nothing_personal(kept: dict[str, Any]) -> None:
    assert [path for path, (kind, _) in kept.items() if "html" in kind] == ["/luring/"]
    assert all(path == "/luring/" or path.startswith("/static/") for path in kept), list(kept)
    for path, (_, text) in kept.items():
        assert SHOWN not in text, path
        assert AMOUNT not in text, path
        assert "data-signed-in" not in text or path.endswith(".js"), path


@pytest.mark.browser
def test_without_a_connection_a_page_says_so_and_shows_no_balance(phone: Page, site: Website) -> None:
    phone.goto("/saldo/")
    phone.evaluate(WORKS)
    phone.reload()
    site.kill()
    phone.goto("/saldo/")
    expect(phone.get_by_role("heading", level=1)).to_have_text("Tidak ada sambungan internet")
    expect(phone.locator("[lang=en] h2")).to_be_visible()
    assert SHOWN not in phone.content()
    assert phone.evaluate("getComputedStyle(document.querySelector('.btn--main')).minHeight") == "48px"  # styled, too
    assert_clean(phone)
    site.start()
    press(phone.get_by_role("link", name="Coba lagi"))
    expect(phone.locator(".figure")).to_have_text(SHOWN)


@pytest.mark.asvs("V14.3.1")
@pytest.mark.browser
def test_logout_leaves_nothing_of_a_member_in_the_browser(phone: Page) -> None:
    phone.goto("/saldo/")
    phone.evaluate(WORKS)
    switch = phone.locator("[data-hides-amounts]")
    switch.click()
    expect(switch).to_have_text("Tampilkan angka")
    other_tab = phone.context.new_page()
    other_tab.goto("/saldo/")
    expect(other_tab.locator("[data-amount]")).to_be_visible()
    session = session_of(phone)
    with phone.expect_response(lambda answer: answer.url.endswith("/akun/keluar/")) as leaving:
        log_out(phone)
    assert leaving.value.all_headers()["clear-site-data"] == '"cache"'
    expect(other_tab.locator("[data-amount]")).to_have_count(0)
    phone.go_back()
    phone.wait_for_load_state()
    expect(phone.locator("[data-amount]")).to_have_count(0)
    assert_nothing_personal(phone.evaluate(KEPT))
    assert phone.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])") == '[{"hide-amounts":"yes"},{}]'
    assert phone.evaluate("indexedDB.databases()") == []
    assert session_of(phone) != session  # what stands there now belongs to nobody


def session_of(page: Page) -> str:
    cookies = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}
    return str(cookies.get(settings.SESSION_COOKIE_NAME, ""))


@pytest.mark.browser
def test_hidden_amounts_stay_hidden_on_this_device_and_on_paper(phone: Page, member: User) -> None:
    make_balance(make_card(member), AMOUNT)
    phone.goto("/saldo/")
    switch = phone.locator("[data-hides-amounts]")
    expect(switch).to_have_text("Sembunyikan angka")
    assert SHOWN in phone.locator("main").inner_text()
    switch.click()
    expect(switch).to_have_text("Tampilkan angka")
    assert_hidden(phone)
    phone.reload()
    expect(switch).to_have_text("Tampilkan angka")
    assert_hidden(phone)
    phone.emulate_media(media="print")
    assert_hidden(phone)
    phone.emulate_media(media="screen")
    log_out(phone)
    log_in(phone, member)
    phone.goto("/saldo/")
    assert_hidden(phone)
    phone.evaluate("document.querySelector('[data-total]').parentElement.innerHTML += '<p class=figure>Rp9,00</p>'")
    expect(phone.locator(".masked")).to_have_count(4)  # what polling brings is hidden, too
    phone.reload()
    switch.click()
    expect(switch).to_have_text("Sembunyikan angka")
    assert SHOWN in phone.locator("main").inner_text()


def assert_hidden(page: Page) -> None:
    expect(page.locator(".figure")).to_have_count(3)
    assert "Rp1" not in page.locator("main").inner_text()
    assert "Rp2" not in page.locator("main").inner_text()
    heard = page.locator("main").aria_snapshot()
    assert "disembunyikan" in heard
    assert "Rp1" not in heard


@pytest.mark.browser
def test_no_amount_flashes_up_before_scripts_have_run(phone: Page) -> None:
    """Hidden by the head's own script, not by those that run once the page is there."""
    phone.evaluate("localStorage.setItem('hide-amounts', 'yes')")
    phone.route("**/site*.js", lambda route: route.abort())
    phone.goto("/saldo/", wait_until="domcontentloaded")
    script = phone.locator("head script[src*=amounts]")
    assert (script.get_attribute("defer"), script.get_attribute("async")) == (None, None)
    assert phone.evaluate("document.documentElement.classList.contains('amounts-hidden')")


@pytest.mark.browser
def test_without_scripts_hiding_is_not_offered(browser: Browser, phone: Page, site: Website) -> None:
    context = plain_twin(browser, phone, site)
    page = context.new_page()
    page.goto("/saldo/")
    expect(page.locator(".figure")).to_be_visible()
    expect(page.locator("[data-hides-amounts]")).to_be_hidden()
    context.close()


def plain_twin(browser: Browser, phone: Page, site: Website) -> BrowserContext:
    """The same session in a browser without JavaScript, 320 pixels wide."""
    return browser.new_context(
        java_script_enabled=False, viewport={"width": 320, "height": 568}, base_url=site.url,
        storage_state=phone.context.storage_state(),
    )  # fmt: skip


@pytest.mark.browser
def test_from_the_menu_to_one_card_in_three_steps(browser: Browser, phone: Page, site: Website, member: User) -> None:
    """Jaminan Hari Tua > Cek Saldo > choose the KPJ, at 320 pixels and without scripts."""
    make_balance(make_card(member), "2000000.00")
    context = plain_twin(browser, phone, site)
    page = context.new_page()
    page.goto("/")
    expect(page.get_by_role("heading", name="Jaminan Hari Tua")).to_be_visible()
    press(page.get_by_role("link", name="Cek Saldo JHT"))
    press(page.get_by_role("link", name="KPJ ••••").first)
    expect(page.locator("[data-card]")).to_have_count(1)
    expect(page.locator(".figure")).to_be_visible()
    context.close()
