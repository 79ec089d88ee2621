"""How a test uses a browser: what it presses leads to a page that is there, and only such a page is looked at."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page

WIDTHS = "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"


def press(what: Locator) -> None:
    """Clicks what leads to another page, and returns when that page is loaded: a click alone returns before it."""
    with what.page.expect_navigation():
        what.click()


def assert_clean(page: Page, where: str = "") -> None:
    """Nothing axe finds, nothing wider than the screen."""
    page.wait_for_load_state()
    found = Axe().run(page)
    assert found.violations_count == 0, f"{where} {page.url}\n{found.generate_report()}"
    wide, screen = page.evaluate(WIDTHS)
    assert wide <= screen, f"{where} {page.url}"
