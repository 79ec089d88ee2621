"""The people of the tests: `member` owns what is looked at, `stranger` is another member, `staff` work here."""

import pytest
from django.test import Client

from accounts.models import User
from tests.factories import make_member
from tests.plugins.browser import browser_type_launch_args  # noqa: F401 - here it goes before Playwright's own


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
    return client
