"""Closed by default: every address is public by name or turns visitors away, and another member's thing is a 404."""

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client

from accounts.models import User
from tests.factories import PASSWORD
from tests.house.addresses import (
    FOR_GATEWAYS,
    POST_ONLY,
    PUBLIC,
    SAMPLES,
    World,
    address_of,
    make_world,
    named_addresses,
)
from tests.words import tells

NAMES = sorted(name for name, _ in named_addresses())
OWNED = sorted(name for name in NAMES if name in SAMPLES and name not in PUBLIC)
OK, FOUND, FORBIDDEN, NOT_FOUND, NOT_ALLOWED = 200, 302, 403, 404, 405


@pytest.fixture
def world(member: User) -> World:
    return make_world(member)


def test_every_address_has_a_name_and_every_owned_one_a_sample() -> None:
    for name, pattern in named_addresses():
        assert "None" not in name, pattern
        assert not pattern.pattern.converters or name in SAMPLES, f"{name} needs sample data in addresses.py"
    assert set(NAMES) >= PUBLIC | POST_ONLY | set(SAMPLES), "addresses.py names what is not there"


@pytest.mark.asvs("V8.2.1")
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_visitor_is_sent_to_the_login(method: str, world: World, visitor: Client, subtests: pytest.Subtests) -> None:
    for name in sorted(set(NAMES) - PUBLIC):
        with subtests.test(name):
            answer = getattr(visitor, method)(address_of(name, world))
            assert answer.status_code == FOUND
            assert answer["Location"].startswith("/akun/login/")


def test_a_public_page_tells_a_visitor_nothing_of_a_member(
    world: World, visitor: Client, subtests: pytest.Subtests
) -> None:
    for name in sorted(PUBLIC):
        with subtests.test(name):
            answer = visitor.get(address_of(name, world))
            assert answer.status_code in (OK, FOUND, NOT_ALLOWED) or _is_shut(name, answer)
            body = answer.content.decode()
            assert not tells(body, world.card.kpj_last4)
            assert (world.member.email or "") not in body


@pytest.mark.asvs("V8.2.2", "V8.3.1")
@pytest.mark.parametrize("method", ["get", "post"])
def test_another_members_thing_is_not_found(
    method: str, world: World, as_stranger: Client, subtests: pytest.Subtests
) -> None:
    for name in OWNED:
        with subtests.test(name):
            assert_nothing_found(name, method, getattr(as_stranger, method)(address_of(name, world)))


@pytest.mark.asvs("V8.2.2")
def test_staff_have_no_way_around_through_the_members_pages(
    world: World, staff: User, subtests: pytest.Subtests
) -> None:
    client = Client()
    client.force_login(staff)
    for name in OWNED:
        for method in ("get", "post"):
            with subtests.test(f"{method} {name}"):
                assert_nothing_found(name, method, getattr(client, method)(address_of(name, world)))


def assert_nothing_found(name: str, method: str, answer: HttpResponse) -> None:
    """A 404; or a 405 where this method never works; or allauth's demand to prove oneself first."""
    if answer.status_code == NOT_ALLOWED:
        assert (method == "get") == (name in POST_ONLY), name
        return
    location = answer.headers.get("Location", "")
    asks_for_proof = location.startswith(("/akun/pastikan/", "/akun/keamanan/"))
    assert answer.status_code == NOT_FOUND or asks_for_proof, (answer.status_code, location)


def test_the_owner_gets_an_answer_and_no_trace_stays_in_caches(
    world: World, as_member: Client, subtests: pytest.Subtests
) -> None:
    for name in sorted(set(NAMES) - {"account_logout"}):
        with subtests.test(name):
            answer = as_member.get(address_of(name, world))
            assert answer.status_code in (OK, FOUND, NOT_ALLOWED) or _is_shut(name, answer)
            assert (answer.status_code == NOT_ALLOWED) == (name in POST_ONLY)
            assert "no-store" in answer["Cache-Control"]
            assert "unsafe" not in answer["Content-Security-Policy"]
            assert "default-src 'none'" in answer["Content-Security-Policy"]
            assert answer["X-Frame-Options"] == "DENY"


def _is_shut(name: str, answer: HttpResponse) -> bool:
    """No gateway is in use, so it has no address."""
    return name in FOR_GATEWAYS and answer.status_code == NOT_FOUND


def test_a_cross_site_form_is_refused(world: World) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.member)
    assert client.post(address_of("balance_refresh", world)).status_code == FORBIDDEN


def test_cookies_are_not_for_scripts(member: User, visitor: Client) -> None:
    cookies = {}
    cookies |= visitor.post("/bahasa/", {"language": "en"}).cookies
    cookies |= visitor.get("/akun/login/").cookies
    cookies |= visitor.post("/akun/login/", {"login": member.email, "password": PASSWORD}).cookies
    for name in (settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, settings.LANGUAGE_COOKIE_NAME):
        assert cookies[name]["httponly"], name
        assert cookies[name]["samesite"], name
