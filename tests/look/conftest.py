"""A browser over the running portal. With PICTURES=<folder> every page is also kept as a picture, in every look:

PICTURES=pictures ./portal test tests/look
"""

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page

from accounts.models import User
from tests.browsing import assert_clean
from tests.conftest import remember_proof

LOOKS: dict[str, dict[str, Any]] = {
    "phone-id-light": {"viewport": {"width": 390, "height": 844}, "color_scheme": "light", "language": "id"},
    "phone-en-dark": {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark", "language": "en"},
    "desk-id-dark": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark", "language": "id"},
    "desk-en-light": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "light", "language": "en"},
    "narrow-id-light": {"viewport": {"width": 320, "height": 256}, "color_scheme": "light", "language": "id"},
}

# Without pictures: one look for each language, scheme and width, so that the suite stays short.
CHECKED = list(LOOKS) if os.environ.get("PICTURES") else ["phone-en-dark", "narrow-id-light"]


@pytest.fixture(params=CHECKED)
def look(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def open_as(browser: Browser, live_server: Any, look: str) -> Iterator[Callable[..., Page]]:
    """`open_as(user)` gives a page in the look's language, size and colours; `user` None is a visitor."""
    wanted = dict(LOOKS[look])
    language = wanted.pop("language")
    context = browser.new_context(base_url=live_server.url, **wanted)

    def open_(user: User | None = None, client: Client | None = None) -> Page:
        cookies = {settings.LANGUAGE_COOKIE_NAME: language}
        if user:
            user.language = language
            user.save(update_fields=["language"])
            client = Client()
            client.force_login(user)
            remember_proof(client, user)
        if client:
            cookies[settings.SESSION_COOKIE_NAME] = client.cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": n, "value": v, "url": live_server.url} for n, v in cookies.items()])
        return context.new_page()

    yield open_
    context.close()


@pytest.fixture
def check(look: str) -> Callable[..., None]:
    """Nothing axe finds, nothing wider than the screen; and a picture where one is wanted."""

    def check_(page: Page, name: str) -> None:
        keep_picture(page, f"{name}-{look}")
        assert_clean(page, name)

    return check_


def keep_picture(page: Page, name: str) -> None:
    folder = os.environ.get("PICTURES")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(folder) / f"{re.sub(r'[^a-z0-9-]+', '-', name)}.png", full_page=True)
