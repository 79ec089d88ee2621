"""The people of the tests: `member` owns what is looked at, `stranger` is another member, `staff` work here."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.account.internal.flows.login import _AUTHENTICATION_METHODS_USER_SESSION_KEY
from allauth.account.internal.userkit import user_id_to_str
from django.conf import settings
from django.core.cache import cache
from django.db import connection, connections
from django.test import Client

from accounts import ring
from accounts.models import User
from accounts.urls import sign_in
from tests.factories import make_member
from tests.plugins.browser import browser_type_launch_args  # noqa: F401 - here it goes before Playwright's own


@pytest.fixture(scope="session", autouse=True)
def _sign_in_answers_at_once() -> None:
    """Not at full thirds of a second, but where tests/attack/test_login.py looks at those."""
    sign_in.STEP_SECONDS = 1e-6  # type: ignore[misc]


@pytest.fixture(scope="session", autouse=True)
def _refusals_are_told_at_once() -> None:
    """Not a fixed time after asking, but where tests/accounts/test_linking.py looks at that."""
    settings.LINK_REFUSED_AFTER_SECONDS = 0


@pytest.fixture(autouse=True)
def _nothing_left_behind(request: pytest.FixtureRequest, django_db_blocker: Any) -> Iterator[None]:
    """A bell's connection to a broker that is gone; the sign-in limits, whose table no flush knows."""
    ring.forget()
    yield
    marker = request.node.get_closest_marker("django_db")
    if "transactional_db" in request.fixturenames or (marker and marker.kwargs.get("transaction")):
        with django_db_blocker.unblock():
            cache.clear()


@pytest.fixture
def room_for_every_thread(transactional_db: None) -> Iterator[None]:
    """The product's pool is smaller than a crowd of sixteen, and what stands around it."""
    pool = connections.settings["default"]["OPTIONS"]["pool"]
    usual = pool["max_size"]
    connection.close_pool()
    pool["max_size"] = 16 + 4
    yield
    connection.close_pool()
    pool["max_size"] = usual


@pytest.fixture
def member(db: None) -> User:
    return make_member("member@contoh.example", name="BUDI UJI")


@pytest.fixture
def stranger(db: None) -> User:
    return make_member("stranger@contoh.example", name="SARI UJI")


@pytest.fixture
def staff(db: None) -> User:
    """A staff member without rights of their own; tests give what they need."""
    return make_member("staff@contoh.example", name="PETUGAS UJI", is_staff=True)


@pytest.fixture
def as_member(member: User) -> Client:
    return _signed_in(member)


@pytest.fixture
def as_stranger(stranger: User) -> Client:
    return _signed_in(stranger)


@pytest.fixture
def visitor(db: None) -> Client:
    return Client()


def _signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    remember_proof(client, user)
    return client


def remember_proof(client: Client, user: User, *, seconds_ago: float = 0) -> None:
    """As a real sign-in does: which pages ask for a proof of the last minutes."""
    session = client.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "password", "at": time.time() - seconds_ago}]
    session[_AUTHENTICATION_METHODS_USER_SESSION_KEY] = user_id_to_str(user)
    session["started_at"] = int(time.time() - seconds_ago)
    session.save()
