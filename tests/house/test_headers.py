"""A crawl of every page over a real socket, https as seen from outside: headers, cookies, methods, caches, types.

Visitor, member and staff walk every address of tests/house/addresses.py and every page of the admin; then what goes
wrong and the files of the pages.
"""

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client
from django.urls import reverse

from accounts.models import User
from tests.accounts.conftest import mailed_code, mails
from tests.admin.conftest import boss, card, pages, rows, second_factor_done, waiting
from tests.conftest import remember_proof
from tests.factories import PASSWORD, make_member
from tests.house.addresses import (
    FOR_GATEWAYS,
    POST_ONLY,
    PUBLIC,
    address_of,
    make_world,
    named_addresses,
)
from tests.house.website import Website

__all__ = ["boss", "card", "rows", "waiting"]
BEHIND_TLS = {"PUBLIC_URL": "https://localhost", "ALLOWED_HOSTS": "localhost", "PORTAL_DEMO": "0"}
# Only without a password, by script, or after a code from the upstream (tests/look/test_ways_back.py); or elsewhere.
NOT_FOR_A_MEMBER = {"account_set_password", "mfa_login_webauthn", "recovery_progress", "privacy_short"}
TOO_FAR = {"account_logout", "session_end"}
ODD_METHODS = ("PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PROPFIND")
PAGES = {"text/html", "application/json", "text/plain", "application/manifest+json", "text/javascript"}
PAGES |= {"application/pdf", "text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
FILES = {"text/css", "text/javascript", "image/svg+xml", "image/png", "image/x-icon", "image/vnd.microsoft.icon"}


@dataclass
class Browser:
    """Sends as a proxy does, keeps cookies by hand (they are Secure and this socket is not), follows nothing."""

    website: Website
    session: str = ""
    set_cookies: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        logging.getLogger("httpx2").setLevel(logging.WARNING)
        # A connection for each: one that is kept may be closed from the other side just as the next request leaves.
        alone = httpx2.Limits(max_keepalive_connections=0)
        self.http = httpx2.Client(base_url=self.website.url, timeout=60, follow_redirects=False, limits=alone)

    def ask(self, path: str, method: str = "GET", **more: Any) -> httpx2.Response:
        headers = {"Host": "localhost", "X-Forwarded-Proto": "https"}
        if self.session:
            headers["Cookie"] = f"__Host-session={self.session}"
        headers |= more.pop("headers", {})
        self.http.cookies.clear()
        answer = self.http.request(method, path, headers=headers, **more)
        self.set_cookies += answer.headers.get_list("set-cookie")
        return answer


@dataclass(frozen=True)
class Seen:
    """One answer of the crawl: who asked for what."""

    who: str
    name: str
    path: str
    answer: httpx2.Response

    def __str__(self) -> str:
        return f"{self.who} {self.name} {self.answer.status_code}"

    def header(self, name: str) -> str:
        return str(self.answer.headers.get(name, ""))


@dataclass(frozen=True)
class Crawl:
    seen: list[Seen]
    files: list[Seen]
    odd: list[Seen]  # methods that are not there
    cookies: list[str]
    session_keys: list[str]

    @property
    def all(self) -> list[Seen]:
        return self.seen + self.files


_done: list[Crawl] = []


@pytest.fixture
def crawl(request: pytest.FixtureRequest, transactional_db: None) -> Crawl:
    """Walked once; each test then looks at it with other eyes."""
    if not _done:
        _done.append(request.getfixturevalue("fresh_crawl"))
    return _done[0]


@pytest.fixture
def fresh_crawl(member: User, boss: User, rows: dict[type, int], website: Callable[..., Website]) -> Crawl:
    site, world, client = website(**BEHIND_TLS), make_world(member), Client()
    client.force_login(member)
    remember_proof(client, member)
    keys = [client.session.session_key or "", second_factor_done(boss).session.session_key or ""]
    browsers = {"visitor": Browser(site), "member": Browser(site, keys[0]), "staff": Browser(site, keys[1])}
    addresses = {name: address_of(name, world) for name, _ in named_addresses()}
    seen = [
        Seen(who, name, path, browser.ask(path))
        for who, browser in browsers.items()
        for name, path in addresses.items()
        if who == "visitor" or name not in TOO_FAR
    ]
    seen += [Seen(who, "admin", path, browsers[who].ask(path)) for who in browsers for path in pages(rows)]
    seen += [*halfway(site), *wrong(browsers["visitor"])]
    files = [Seen("visitor", "file", path, browsers["visitor"].ask(path)) for path in files_of(seen)]
    odd = [
        Seen("member", method, path, browsers["member"].ask(path, method))
        for path in [*addresses.values(), *pages(rows), files[0].path]
        for method in ODD_METHODS
    ]
    cookies = [one for browser in browsers.values() for one in browser.set_cookies]
    return Crawl(seen, files, odd, cookies + signed_in_cookies(browsers["visitor"]), keys)


def signed_in_cookies(browser: Browser) -> list[str]:
    """Those that only a real sign-in and a choice of language set."""
    page = browser.ask("/akun/login/")
    found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)
    assert found
    cookie = page.headers["set-cookie"].partition(";")[0]
    more: dict[str, Any] = {"headers": {"Cookie": cookie, "Origin": "https://localhost"}}
    token = {"csrfmiddlewaretoken": found[1]}
    other = make_member()
    answers = [
        browser.ask("/akun/login/", "POST", data={**token, "login": other.email, "password": PASSWORD}, **more),
        browser.ask("/bahasa/", "POST", data={**token, "language": "en"}, **more),
    ]
    assert [one.status_code for one in answers] == [302, 302], answers[0].text
    return [cookie for one in answers for cookie in one.headers.get_list("set-cookie")]


def halfway(site: Website) -> list[Seen]:
    """Pages that stand only in the middle of something: signing up, a second step, a reset, a first authenticator."""
    newcomer, signing, resetting, enrolling = Client(), Client(), Client(), Client()
    newcomer.post(reverse("account_signup"), {"email": "baru@contoh.example", "password1": "kalimat sandi yang baru"})
    careful, plain = make_member(), make_member()
    TOTP.activate(careful, generate_totp_secret())
    signing.post(reverse("account_login"), {"login": careful.email, "password": PASSWORD})
    resetting.post(reverse("account_reset_password"), {"email": plain.email})
    enrolling.force_login(plain)
    remember_proof(enrolling, plain)
    found = [
        walked(site, newcomer, "account_email_verification_sent"),
        walked(site, signing, "mfa_authenticate"),
        walked(site, resetting, "account_confirm_password_reset_code"),
        walked(site, enrolling, "mfa_activate_totp"),
        walked(site, Client(), "account_login"),
        walked(site, Client(), "account_signup"),
    ]
    resetting.post(reverse("account_confirm_password_reset_code"), {"code": mailed_code(mails()[-1])})
    return [*found, walked(site, resetting, "account_complete_password_reset")]


def walked(site: Website, client: Client, name: str) -> Seen:
    path = reverse(name)
    return Seen("halfway", name, path, Browser(site, client.session.session_key or "").ask(path))


def wrong(browser: Browser) -> list[Seen]:
    """Not found, not allowed, refused form, bad host, a body that is too large."""
    return [
        Seen("visitor", "404", "/tidak/ada/", browser.ask("/tidak/ada/")),
        Seen("visitor", "404 file", "/static/tidak-ada.css", browser.ask("/static/tidak-ada.css")),
        Seen("visitor", "403", "/akun/login/", browser.ask("/akun/login/", "POST", data={"login": "x"})),
        Seen("visitor", "400", "/", browser.ask("/", headers={"Host": "jahat.example"})),
        Seen("visitor", "400", "/", browser.ask("/bahasa/", "POST", content=b"a=" + b"1" * 70_000, headers=FORM)),
    ]


FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Links(HTMLParser):
    """Everything a page loads, leads to or would run."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, str, str]] = []
        self.inline: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attrs}
        self.found += [(tag, name, named[name]) for name in ("href", "src", "action", "formaction") if name in named]
        self.inline += [f"{tag} {name}" for name in named if name.startswith("on") or name == "style"]
        if tag == "style" or (tag == "script" and not named.get("src") and named.get("type") != "application/json"):
            self.inline.append(tag)


def documents(seen: list[Seen]) -> list[tuple[Seen, Links]]:
    return [(one, Links(one.answer.text)) for one in seen if one.header("Content-Type").startswith("text/html")]


def files_of(seen: list[Seen]) -> list[str]:
    return sorted({url for _, links in documents(seen) for _, _, url in links.found if url.startswith("/static/")})


def test_the_crawl_reaches_every_address_and_shows_its_member_what_is_there(crawl: Crawl) -> None:
    """Otherwise the eyes below would look at refusals only. SMS, papers and the admin are among them."""
    named = {name for name, _ in named_addresses()}
    assert {one.name for one in crawl.seen if one.who == "visitor"} >= named
    shown = {one.name: one.answer for one in crawl.seen if one.who == "member" and one.name != "admin"}
    refused = {name for name, answer in shown.items() if answer.status_code not in (200, 302)}
    assert refused == POST_ONLY | FOR_GATEWAYS
    away = {name for name, answer in shown.items() if answer.status_code == 302}
    opened = {one.name for one in crawl.seen if one.who == "halfway" and one.answer.status_code == 200}
    assert away - opened == NOT_FOR_A_MEMBER
    assert {"sms_numbers", "document_check", "statement_pdf"} <= set(shown) - refused - away


# Headers


@pytest.mark.asvs("V3.4.1", "V3.4.4", "V3.4.5", "V3.4.8", "V3.5.8")
def test_every_answer_carries_the_headers_that_guard_it(crawl: Crawl) -> None:
    for one in crawl.all + crawl.odd:
        assert one.header("Strict-Transport-Security") == "max-age=63072000; includeSubDomains; preload", one
        assert one.header("X-Content-Type-Options") == "nosniff", one
        assert one.header("Referrer-Policy") == "strict-origin", one
        assert one.header("Cross-Origin-Opener-Policy") == "same-origin", one
        assert one.header("Cross-Origin-Resource-Policy") == "same-origin", one
        assert "camera=()" in one.header("Permissions-Policy"), one


def policy_of(one: Seen) -> dict[str, set[str]]:
    parts = [part.split() for part in one.header("Content-Security-Policy").split(";")]
    return {part[0]: set(part[1:]) for part in parts if part}


@pytest.mark.asvs("V3.4.3", "V3.4.6", "V3.6.1")
def test_the_policy_lets_nothing_in_from_elsewhere_or_inline(crawl: Crawl) -> None:
    """What csp_evaluator would say: nothing but our own files by name, no inline, no eval, no data:, no frames."""
    for one in crawl.all + crawl.odd:
        policy = policy_of(one)
        assert set.union(*policy.values()) <= {"'self'", "'none'"}, one
        for name in ("default-src", "object-src", "base-uri", "frame-ancestors"):
            assert policy[name] == {"'none'"}, (name, one)
        for name in ("script-src", "style-src", "form-action", "connect-src"):
            assert policy[name] == {"'self'"}, (name, one)


@pytest.mark.asvs("V3.4.2", "V3.5.2")
def test_no_answer_invites_another_site(crawl: Crawl) -> None:
    for one in crawl.all + crawl.odd:
        assert not [name for name in one.answer.headers if name.startswith("access-control-")], one


@pytest.mark.asvs("V13.4.6")
def test_no_answer_names_what_it_was_made_with(crawl: Crawl) -> None:
    for one in crawl.all + crawl.odd:
        assert one.header("Server") == "", one
        assert not one.answer.headers.get("X-Powered-By"), one
    for one, _ in documents(crawl.seen):
        assert not re.search(r"granian|django [0-9]|python [0-9]|traceback", one.answer.text, re.IGNORECASE), one


# Caches


@pytest.mark.asvs("V14.3.2", "V14.2.5", "V14.2.2")
def test_only_files_of_the_pages_may_be_kept(crawl: Crawl) -> None:
    for one in crawl.seen + crawl.odd[:-1]:
        if one.path.startswith("/static/") and one.answer.status_code == 200:
            continue
        told = one.header("Cache-Control")
        assert "no-store" in told, one
        assert "private" in told, one
    for one in crawl.files:
        assert one.header("Cache-Control") == "max-age=315360000, public, immutable", one
        assert re.search(r"\.[0-9a-f]{12}\.\w+$", one.path), one
        assert not one.header("Set-Cookie"), one
        assert "Cookie" not in one.header("Vary"), one


# Cookies


@pytest.mark.asvs("V3.3.1", "V3.3.2", "V3.3.3", "V3.3.4", "V3.3.5")
def test_every_cookie_is_bound_to_this_host_and_to_https(crawl: Crawl) -> None:
    names = set()
    for cookie in crawl.cookies:
        first, *rest = (part.strip() for part in cookie.split(";"))
        told = {part.partition("=")[0].lower(): part.partition("=")[2] for part in rest}
        names.add(first.partition("=")[0])
        assert first.startswith("__Host-"), cookie
        assert {"secure", "httponly"} <= set(told), cookie
        assert told["path"] == "/", cookie
        assert "domain" not in told, cookie
        assert told["samesite"] in ("Lax", "Strict"), cookie
        assert len(first) < 4096, cookie
    assert names == {"__Host-session", "__Host-csrf", "__Host-language", "__Host-device"}


@pytest.mark.asvs("V3.3.4", "V14.2.1")
def test_no_body_or_address_holds_a_session_key(crawl: Crawl) -> None:
    for one in crawl.all:
        for key in crawl.session_keys:
            assert key not in one.answer.text + one.path + one.header("Location"), one


@pytest.mark.asvs("V14.2.1")
def test_no_address_or_title_holds_a_number_or_an_email(crawl: Crawl) -> None:
    for one, links in documents(crawl.seen):
        for _, _, url in links.found:
            if not urlsplit(url).netloc:
                assert not re.search(r"(?<![0-9a-f-])\d{11}|@", url.removeprefix("mailto:")), (one, url)
        title = re.search(r"<title>(.*?)</title>", one.answer.text, re.DOTALL)
        assert not title or not re.search(r"\d{4}|@|UJI", title[1]), (one, title)


# Types, methods


@pytest.mark.asvs("V4.1.1", "V3.2.1")
def test_every_type_is_said_and_right(crawl: Crawl) -> None:
    for one in crawl.all:
        told, _, charset = one.header("Content-Type").partition(";")
        assert told in (FILES if one.name == "file" else PAGES), one
        if told.startswith("text/") and one.answer.content:
            assert "utf-8" in charset.lower(), one
        if told == "application/json":
            one.answer.json()
        if told == "text/html" and one.answer.status_code == 200 and "potongan" not in one.path:
            assert one.answer.text.lstrip().lower().startswith("<!doctype html"), one


@pytest.mark.asvs("V4.1.4", "V13.4.4", "V3.5.3")
def test_a_method_that_is_not_meant_is_refused_everywhere(crawl: Crawl) -> None:
    assert len(crawl.odd) > 600
    assert {one.answer.status_code for one in crawl.odd} == {405}
    for one in crawl.seen:
        if one.name in POST_ONLY and one.who == "member":
            assert one.answer.status_code == 405, one


@pytest.mark.asvs("V16.5.1")
def test_what_goes_wrong_is_told_plainly_with_a_number_to_read_out(crawl: Crawl) -> None:
    for one in crawl.seen:
        if one.answer.status_code >= 400 and one.answer.status_code != 405:
            assert one.header("X-Request-ID"), one
            assert "Traceback" not in one.answer.text, one
            assert one.header("X-Request-ID") in one.answer.text, one


# What pages load and lead to


@pytest.mark.asvs("V14.2.3", "V3.6.1", "V3.7.1", "V1.2.3")
def test_pages_load_only_our_own_files_and_run_nothing_inline(crawl: Crawl) -> None:
    for one, links in documents(crawl.all):
        assert not links.inline, (one, links.inline)
        for tag, name, url in links.found:
            assert urlsplit(url).scheme in ("", "mailto", "tel") or tag == "a", (one, url)
            assert not url.startswith("//"), (one, url)
            if name in ("src", "action", "formaction") or tag == "link":
                assert not urlsplit(url).netloc, (one, url)


@pytest.mark.asvs("V7.4.4")
def test_every_signed_in_page_offers_the_way_out(crawl: Crawl) -> None:
    looked_at = 0
    for one, links in documents(crawl.seen):
        whole = "<!doctype" in one.answer.text[:200].lower() and one.name != "offline"
        if one.who in ("member", "staff") and one.answer.status_code == 200 and whole:
            looked_at += 1
            assert any(url.startswith("/akun/keluar/") for _, _, url in links.found), one
    assert looked_at > 60


@pytest.mark.asvs("V8.2.1")
def test_visitors_and_members_see_no_page_of_staff(crawl: Crawl) -> None:
    for one in crawl.seen:
        if one.name == "admin":
            assert (one.answer.status_code == 200) == (one.who == "staff"), one
        if one.who == "visitor" and one.answer.status_code == 200:
            assert one.name in PUBLIC, one


# Outside https, and addresses that must not be there


@pytest.mark.asvs("V4.1.2", "V12.2.1", "V13.4.1", "V13.4.3", "V13.4.5", "V13.4.7", "V3.5.6")
def test_plain_http_and_forgotten_corners_give_nothing(website: Callable[..., Website]) -> None:
    browser = Browser(website(**BEHIND_TLS))
    for path in ("/", "/akun/login/", "/saldo/"):
        answer = browser.ask(path, headers={"X-Forwarded-Proto": "http"})
        assert answer.status_code == 301, path
        assert answer.headers["Location"] == f"https://localhost{path}"
    for path in CORNERS:
        assert browser.ask(path).status_code in (400, 404), path
    assert "cb(" not in browser.ask("/healthz?callback=cb").text


@pytest.mark.asvs("V4.1.2")
def test_a_gateway_is_never_led_on_to_https_and_may_speak_plainly_on_this_machine_only(
    website: Callable[..., Website],
) -> None:
    """A browser is led on; a machine that called in clear has told its password already, and must find out."""
    kannel = {"SMS_GATEWAY": "kannel", "KANNEL_INBOUND_PASSWORD": "rahasia-masuk"}
    http = Browser(website(**BEHIND_TLS, **kannel, SMS_CALLBACK_URL="http://localhost:8000")).http
    told = {"Host": "localhost:8000", "X-Kannel-From": "+6281234567890", "Content-Type": "text/plain; charset=UTF-8"}
    for path in ("/sms/masuk/kannel/?id=1", "/sms/laporan/kannel/?d=1"):
        assert http.post(path, headers=told, content="BANTUAN").status_code == 403
        proof = {"auth": ("kannel", "rahasia-masuk"), "content": "BANTUAN"}
        assert http.post(path, headers=told, **proof).status_code == 200
        assert http.post(path, headers=told | {"X-Forwarded-Proto": "https"}, **proof).status_code == 200
        assert http.post(path, headers=told | {"X-Forwarded-Proto": "http"}, **proof).status_code == 403


CORNERS = (
    "/.git/HEAD", "/.env", "/static/", "/static/../jht_portal/settings.py", "/static/js/", "/static/css/site.css.map",
    "/static/%2e%2e/manage.py", "/api/schema", "/api/", "/_allauth/browser/v1/config", "/__debug__/", "/server-status",
    "/static/staticfiles.json/", "/settings.py", "/static/%00.css", "/metrics",
)  # fmt: skip
