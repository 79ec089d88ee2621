"""A real browser against the real parts: web server, worker process, sandbox upstream, PostgreSQL, Valkey."""

import re
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page

from accounts.models import User
from tests.browsing import press
from tests.factories import PASSWORD
from tests.plugins.processes import Sandbox, Worker

PHONE = {"width": 390, "height": 844}
CODE = re.compile(r"\b\d[\d ]{4,10}\d\b")


@pytest.fixture
def browser_context_args(browser_context_args: dict[str, Any], base: str) -> dict[str, Any]:
    return {**browser_context_args, "viewport": PHONE, "base_url": base}


@pytest.fixture
def base(live_server: Any, transactional_db: None) -> Iterator[str]:
    return live_server.url


@pytest.fixture
def plain_page(browser: Browser, browser_context_args: dict[str, Any]) -> Iterator[Page]:
    """A browser that runs no JavaScript."""
    context = browser.new_context(**{**browser_context_args, "java_script_enabled": False})
    yield context.new_page()
    context.close()


@pytest.fixture
def everything(base: str, sandbox: Sandbox, worker: Callable[..., Worker]) -> Sandbox:
    """Upstream and worker are up."""
    worker()
    return sandbox


def log_in(page: Page, user: User) -> None:
    page.goto("/akun/login/")
    page.get_by_label("Email", exact=True).fill(user.email or "")
    page.get_by_label("Kata sandi", exact=True).fill(PASSWORD)
    press(page.get_by_role("button", name="Login", exact=True))
    assert "/akun/" not in page.url


def fill_link_form(page: Page, person: dict[str, Any], kpj: str | None = None) -> None:
    day = "-".join(reversed(person["birth_date"].split("-")))
    page.get_by_label("Nomor KPJ").fill(kpj or person["kpj"][0])
    page.get_by_label("NIK").fill(person["nik"])
    page.get_by_label("Nama lengkap").fill(person["name"])
    page.get_by_label("Tanggal lahir").fill(day)
    press(page.get_by_role("button", name="Lanjutkan"))


def reload_until(page: Page, wanted: Locator, *, seconds: float = 60) -> None:
    """What a person without JavaScript does."""
    end = time.monotonic() + seconds
    while not wanted.count():
        assert time.monotonic() < end, f"never appeared: {wanted}"
        page.wait_for_timeout(200)
        page.reload()


def newest_code(sandbox: Sandbox, kpj: str) -> str:
    """The code the upstream "sent" for this card."""
    return str(next(sent["code"] for sent in sandbox.outbox() if sent["kpj"] == kpj))


def ordinary_person(sandbox: Sandbox, seed: int = 7) -> dict[str, Any]:
    """Somebody with one active card and a balance to show."""
    return next(
        person
        for person in sandbox.people(60, seed)
        if len(person["kpj"]) == 1 and sandbox.ledger(person["kpj"][0])["status"] == "AKTIF"
    )
