"""Who saw my data, full of everything, and ending a session: nothing axe finds, nothing too wide, in every look."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page

from accounts import audit
from accounts.audit import Action, Door, Source
from accounts.models import User
from balances.models import FetchAttempt
from tests.browsing import press
from tests.factories import make_balance, make_card
from tests.house.addresses import make_session
from tests.look.conftest import check, look, open_as

__all__ = ["check", "look", "open_as"]
pytestmark = pytest.mark.browser


@pytest.fixture
def busy(member: User, staff: User) -> User:
    card = make_card(member)
    make_balance(card)
    FetchAttempt.objects.create(card=card, started_at=timezone.now(), milliseconds=90, outcome="ok")
    agent = "Mozilla/5.0 (Linux; Android 13; SM-A145F) Chrome/130.0.0.0 Mobile Safari/537.36"
    own, theirs = Source(door=Door.WEB, actor=member, agent=agent), Source(door=Door.ADMIN, actor=staff)
    for action in Action:
        audit.record(action, own, member=member, card=card.public_id)
    audit.record(Action.BALANCE_SEEN_BY_STAFF, theirs, member=member, card=card.public_id, amount=True, why="case")
    audit.record(Action.SIGN_IN_FAILED, Source(door=Door.WEB, agent=agent), member=member, step="second_factor")
    return member


def test_the_page_full_of_everything_reads_well(
    open_as: Callable[..., Page], check: Callable[..., None], busy: User
) -> None:
    make_session(busy)
    page = open_as(busy)
    page.goto(reverse("activity"))
    assert page.locator("[data-session]").count() == 2
    assert page.locator("[data-act]").count() >= 30
    check(page, "activity")
    page.goto(reverse("activity") + "?halaman=2")
    check(page, "activity-older")
    page.goto(reverse("activity") + "?jenis=petugas")
    assert page.locator("[data-act]").count() == 1
    check(page, "activity-staff")


def test_signing_a_device_out_reads_well(open_as: Callable[..., Page], check: Callable[..., None], busy: User) -> None:
    mark = make_session(busy)
    client = Client()
    client.force_login(busy)
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": timezone.now().timestamp()}]
    session["account_authentication_methods_user"] = str(busy.pk)
    session.save()
    page = open_as(client=client)
    page.goto(reverse("session_end", args=[mark]))
    check(page, "activity-end")
    page.goto(reverse("sessions_end"))
    check(page, "activity-end-others")
    press(page.locator("main form .btn--danger"))
    assert page.locator("[data-session]").count() == 1
    check(page, "activity-ended")
