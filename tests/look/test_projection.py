"""Projection and claim pages in every look: with a result, with what was typed wrongly, and without JavaScript."""

from datetime import date, datetime
from itertools import pairwise
from typing import Any

from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from accounts.models import User
from tests.browser.conftest import log_in
from tests.browsing import press
from tests.factories import make_balance, make_card

LONG = "PT Perusahaan Dengan Nama Yang Sangat Panjang Sekali Tbk"


def at_noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=timezone.get_current_timezone())


def a_card_of(member: User, amount: str = "1234567890.00") -> str:
    member.birth_date_iso = "1986-07-12"
    member.save()
    card = make_card(member, employer_name=LONG, joined_on=date(2012, 4, 2))
    make_balance(card, amount, at_noon(timezone.localdate()))
    return f"/saldo/{card.public_id}/"


def calculate(page: Page, wage: str) -> None:
    page.locator("#id_monthly").fill(wage)
    press(page.locator("#isi form .btn--main").last)


def test_a_projection(member: User, open_as: Any, check: Any) -> None:
    address = a_card_of(member)
    page = open_as(member)
    page.goto(f"{address}proyeksi/")
    check(page, "proyeksi-isian")
    calculate(page, "x")
    assert page.locator(".error-summary").count() == 1
    check(page, "proyeksi-salah")
    calculate(page, "12.500.000")
    assert page.locator("svg.lines polyline").count() == 3
    assert page.url.endswith("/proyeksi/")
    check(page, "proyeksi-hasil")
    figures = page.locator(".money td")
    page.locator("#tabel-judul").click()
    expect(figures.first).to_be_visible()
    width = page.evaluate("document.documentElement.clientWidth")
    boxes = figures.evaluate_all("all => all.map(one => one.getBoundingClientRect().right)")
    assert max(boxes) <= width, "a figure lies beside the screen"
    check(page, "proyeksi-tabel")


def test_the_names_of_the_lines_do_not_run_into_each_other_or_out(member: User, open_as: Any, check: Any) -> None:
    address = a_card_of(member, "0.00")
    page = open_as(member)
    page.goto(f"{address}proyeksi/")
    page.locator("form summary").click()
    expect(page.locator("#id_low")).to_be_visible()
    page.locator("#id_low").fill("5")
    page.locator("#id_high").fill("5,25")
    calculate(page, "3.000.000")
    boxes = [name.bounding_box() for name in page.locator("svg.lines text.name").all()]
    tops = sorted(box["y"] for box in boxes if box)
    assert all(lower - upper > boxes[0]["height"] * 0.8 for upper, lower in pairwise(tops))
    width = page.evaluate("document.documentElement.clientWidth")
    assert all(box["x"] + box["width"] <= width for box in boxes if box)


def test_when_it_can_be_claimed(member: User, open_as: Any, check: Any) -> None:
    address = a_card_of(member)
    page = open_as(member)
    page.goto(f"{address}kapan-bisa-diambil/")
    check(page, "kapan-bisa-diambil")


def test_without_javascript_the_projection_is_the_same(browser: Browser, live_server: Any, member: User) -> None:
    address = a_card_of(member)
    context = browser.new_context(base_url=live_server.url, java_script_enabled=False)
    page = context.new_page()
    log_in(page, member)
    page.goto(f"{address}proyeksi/")
    calculate(page, "12.500.000")
    assert page.locator("[data-outlook]").count() == 3
    context.close()
