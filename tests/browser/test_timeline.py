"""The working life over all cards as a browser shows it; and amounts that stay hidden in pictures, too."""

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from accounts.models import Card, User
from balances.models import Balance, Employment
from tests.browser.conftest import log_in
from tests.browsing import assert_clean, press
from tests.factories import make_balance, make_card, make_statement

pytestmark = pytest.mark.django_db(transaction=True)
SCREENS = [(320, "light"), (320, "dark"), (1280, "light")]
AMOUNT = re.compile(r"Rp ?\d")


@pytest.fixture
def open_on(browser: Browser, base: str) -> Iterator[Callable[[int, str], Page]]:
    contexts = []

    def open_(width: int, scheme: Any) -> Page:
        contexts.append(
            browser.new_context(base_url=base, viewport={"width": width, "height": 844}, color_scheme=scheme)
        )
        return contexts[-1].new_page()

    yield open_
    for context in contexts:
        context.close()


def worked(card: Card, name: str, start: date, end: date | None = None, segment: str = "PU") -> None:
    make_balance(card)
    make_statement(card)
    card.employments.all().delete()
    Employment.objects.create(card=card, employer_name=name, segment=segment, started_on=start, ended_on=end)


def a_long_life(member: User) -> None:
    """A gap, two jobs at once, one employer twice, a merged card, and one that cannot be asked."""
    first, second, third, fourth = (make_card(member) for _ in range(4))
    long = "PT Perusahaan Dengan Nama Yang Sangat Panjang Sekali Tbk"
    worked(first, long, date(1998, 2, 1), date(2010, 6, 30))
    worked(second, long, date(2003, 2, 1), date(2012, 6, 30))
    worked(third, "", date(2015, 1, 1), segment="BPU")
    worked(fourth, "PT Dua", date(2018, 1, 1))
    merged = make_card(member, membership="DIGABUNG", merged_into_last4=first.kpj_last4)
    worked(merged, "PT Lama", date(1996, 1, 1), date(1998, 1, 31))
    failed = make_card(member, employer_name="PT Diam", joined_on=date(2020, 1, 1))
    make_balance(failed)
    make_statement(failed, fetched=False, failures=2, last_error="unavailable")
    Balance.objects.update(next_fetch_at=timezone.now() + timedelta(hours=1))


@pytest.mark.parametrize("language", ["id", "en"])
def test_a_long_life_is_clean_on_every_screen(open_on: Any, member: User, language: str) -> None:
    a_long_life(member)
    User.objects.filter(pk=member.pk).update(language=language)
    for width, scheme in SCREENS:
        page = open_on(width, scheme)
        log_in(page, member)
        page.goto("/kartu/riwayat/")
        expect(page.get_by_role("img")).to_be_visible()
        assert page.locator("table.stack tbody tr").count() == 6
        assert page.locator("[data-repeat=same-time]").count() == 1
        assert_clean(page, str(width))


def test_hidden_amounts_stay_hidden_in_pictures_tables_and_fields(page: Page, member: User, base: str) -> None:
    card = make_card(member)
    make_balance(card)
    make_statement(card)
    card.statement_years.update(opening=5)  # sentences with amounts, too
    User.objects.filter(pk=member.pk).update(language="id")
    log_in(page, member)
    page.goto(f"/saldo/{card.public_id}/rincian/")
    assert AMOUNT.search(shown(page))
    switch = page.locator("[data-hides-amounts]")
    switch.click()
    expect(switch).to_have_text("Tampilkan angka")
    assert not AMOUNT.search(shown(page))
    page.goto(f"/saldo/{card.public_id}/proyeksi/")
    wage = page.get_by_label("Upah sebulan")
    assert wage.input_value() == "5.000.000"
    assert wage.evaluate("field => getComputedStyle(field).color") == "rgba(0, 0, 0, 0)"
    page.get_by_label("Tanggal lahir").fill("12-07-1986")
    press(page.get_by_role("button", name="Hitung", exact=True))
    expect(page.locator("svg.lines")).to_be_visible()
    assert not AMOUNT.search(shown(page))
    switch.click()
    expect(switch).to_have_text("Sembunyikan angka")
    assert AMOUNT.search(" ".join(drawn(page)))


def shown(page: Page) -> str:
    """All text of the page that is displayed, that of pictures and opened parts included."""
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
    return page.locator("main").inner_text() + " ".join(drawn(page))


def drawn(page: Page) -> list[str]:
    words: list[str] = page.evaluate(
        "[...document.querySelectorAll('svg text')].filter(one => getComputedStyle(one).display !== 'none')"
        ".map(one => one.textContent)"
    )
    return words
