"""Did my employer pay? From the balance to the statement, which arrives by itself."""

from playwright.sync_api import Page, expect

from accounts.models import User
from demo.embedded.process import wait_until
from tests.balances.upstream import link_sandbox_card
from tests.browser.conftest import log_in
from tests.browsing import press
from tests.plugins.processes import Sandbox

GAPS = "17033344402"  # two missing months and a late one


def test_a_statement_arrives_and_names_the_missing_months(page: Page, everything: Sandbox, member: User) -> None:
    link_sandbox_card(member, GAPS, everything)
    log_in(page, member)
    page.goto("/saldo/")
    expect(page.locator("[data-amount]")).to_be_visible()
    press(page.get_by_role("link", name="Rincian").first)
    statement = page.locator("[data-card]")
    expect(statement).to_have_attribute("data-state", "fresh")
    expect(page.get_by_text("tidak tercatat sampai").first).to_be_visible()
    press(page.get_by_role("link", name="2020", exact=True).first)
    missing = page.locator(".strip .missing")
    expect(missing).to_have_count(2)
    expect(missing.first).to_contain_text("tidak tercatat, batas setor")


def test_without_scripts_a_link_loads_the_statement_again(plain_page: Page, everything: Sandbox, member: User) -> None:
    link_sandbox_card(member, GAPS, everything)
    log_in(plain_page, member)
    plain_page.goto("/rincian/")
    assert wait_until(lambda: loaded_again(plain_page), timeout=60, pause=0.1)
    expect(plain_page.locator("[data-settles=yes]")).to_be_visible()


def loaded_again(page: Page) -> bool:
    if page.locator("[data-settled][data-state=fresh]").count():
        return True
    press(page.get_by_role("link", name="Muat ulang").first)
    return False
