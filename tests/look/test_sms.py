"""The pages about SMS in every look: numbers in each state, what was asked, and going on from a mail."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page

from accounts.models import User
from sms.models import Inbound, Number
from tests.accounts.everything import give_messages
from tests.admin.conftest import second_factor_done
from tests.browsing import press
from tests.factories import make_card, make_member
from tests.house.addresses import make_number, make_registration
from tests.look.conftest import LOOKS

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _in_use(settings: Any) -> None:
    settings.SMS_GATEWAY = "kannel"


def test_my_numbers(member: User, open_as: Callable[..., Page], check: Callable[..., None]) -> None:
    long_ago = timezone.now() - timedelta(days=91)
    make_number(member, Number.State.PENDING)
    make_number(member, Number.State.LAPSED, last_used_at=long_ago, confirmed_at=long_ago)
    give_messages(make_number(member, last_used_at=timezone.now()), make_card(member))
    Inbound.objects.update(command="balance")
    page = open_as(member)
    page.goto("/kartu/sms/")
    check(page, "sms")


def test_no_number_yet_and_sms_not_in_use(
    member: User, open_as: Callable[..., Page], check: Callable[..., None], settings: Any
) -> None:
    page = open_as(member)
    page.goto("/kartu/sms/")
    check(page, "sms-none")
    settings.SMS_GATEWAY = "none"
    page.goto("/kartu/sms/")
    check(page, "sms-off")


def test_going_on_from_the_mail(member: User, open_as: Callable[..., Page], check: Callable[..., None]) -> None:
    secret = make_registration(make_number(member))
    page = open_as()
    page.goto(f"/kartu/sms/lanjut/{secret}/")
    check(page, "sms-go-on")
    page.goto("/kartu/sms/lanjut/none/")
    check(page, "sms-go-on-over")


def test_what_staff_see(member: User, open_as: Callable[..., Page], check: Callable[..., None], look: str) -> None:
    keeper = make_member("keeper@contoh.example", is_staff=True, is_superuser=True, language=LOOKS[look]["language"])
    number = make_number(member)
    came, went = give_messages(number, make_card(member))
    page = open_as(client=second_factor_done(keeper))
    for row in (came, went, number):
        name = row._meta.model_name
        page.goto(f"/admin/sms/{name}/")
        check(page, f"sms-staff-{name}-list")
        page.goto(f"/admin/sms/{name}/{row.pk}/isi/")
        page.select_option("[name=why]", "asked")
        page.fill("[name=reason]", "anggota menelepon layanan")
        check(page, f"sms-staff-{name}-why")
        page.locator("[name=reason]").press("Tab")
        press(page.locator("main form button, #content form button").first)
        assert page.url.endswith("/change/")
        check(page, f"sms-staff-{name}")
