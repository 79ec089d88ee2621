"""Every staff page in a browser: nothing axe finds, nothing the content security policy refuses, nothing too wide.

Two looks have both languages and both colour schemes; the stock parts below them are not ours to test five times.
"""

import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page

from accounts.models import Card, User
from tests.admin.conftest import pages, second_factor_done
from tests.browsing import press
from tests.look.conftest import check, look, open_as

__all__ = ["check", "look", "open_as"]

TWO_LOOKS = pytest.mark.parametrize("look", ["phone-id-light", "phone-en-dark"], indirect=True)


@TWO_LOOKS
def test_every_page_reads_well_and_breaks_no_policy(
    open_as: Callable[..., Page], check: Callable[..., None], boss: User, rows: dict[type, int], look: str
) -> None:
    User.objects.filter(pk=boss.pk).update(language="en" if "-en-" in look else "id")
    page = open_as(client=second_factor_done(boss))
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text) if message.type == "error" else None)
    for address in pages(rows):
        assert page.goto(address).ok, address
        assert refused == [], address
        check(page, re.sub(r"[/\d?=]+", "-", f"admin{address}"))
        refused.clear()  # axe itself sets styles


@TWO_LOOKS
def test_results_and_revealed_values_read_well(
    open_as: Callable[..., Page], check: Callable[..., None], as_boss: Client, card: Card
) -> None:
    page = open_as(client=as_boss)
    page.goto(reverse("admin:accounts_user_look_up"))
    page.locator("#id_text").fill("budi")
    press(page.locator("main form button.button"))
    check(page, "admin-results")
    press(page.get_by_role("link", name="BUDI UJI"))
    press(page.locator("td a[href*=balance]").first)
    press(page.locator("a[href$='/jumlah/']"))
    check(page, "admin-reveal")
    page.locator("#id_why").select_option("asked")
    page.locator("#id_reason").fill("anggota menelepon layanan")
    press(page.locator("main form button.button"))
    check(page, "admin-amount")


@TWO_LOOKS
def test_staff_without_a_second_step_read_where_to_go(
    open_as: Callable[..., Page], check: Callable[..., None], keeper: User
) -> None:
    page = open_as(keeper)
    page.goto(reverse("admin:index"))
    check(page, "admin-second-factor")
