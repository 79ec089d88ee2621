"""Debian's Chromium for Playwright. Without one a browser test is skipped by name; in CI that is a failure."""

import os
from typing import Any

import pytest

from demo.chromium import find_chromium

PATIENCE_MS = 30_000  # of `expect`: a busy machine is no failure, and what is green never waits so long


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "browser_type_launch_args" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")


@pytest.hookimpl(tryfirst=True)  # before any fixture, a database for instance, is made for nothing
def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("browser") and not find_chromium():
        if os.environ.get("CI", "").lower() in ("1", "true"):
            pytest.fail("no Chromium: a browser test must not be skipped in CI", pytrace=False)
        pytest.skip("no Chromium found; install it or name it in CHROMIUM")


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    from playwright.sync_api import expect

    expect.set_options(timeout=PATIENCE_MS)
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []  # Chromium refuses its sandbox to root
    return {**browser_type_launch_args, "executable_path": find_chromium(), "args": arguments}
