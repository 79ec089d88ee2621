"""Real Kannel in a network of its own. Where one is missing the test is skipped by name; in CI that is a failure."""

import os

import pytest

from demo.kannel import find_kannel
from tests.kannel.inside import private_network


@pytest.hookimpl(tryfirst=True)  # before any fixture is made for nothing
def pytest_runtest_setup(item: pytest.Item) -> None:
    if not item.get_closest_marker("kannel") or (lacks := _lacking()) is None:
        return
    if os.environ.get("CI", "").lower() in ("1", "true"):
        pytest.fail(f"{lacks}: a test with Kannel must not be skipped in CI", pytrace=False)
    pytest.skip(lacks)


def _lacking() -> str | None:
    if find_kannel() is None:
        return "no Kannel found; install kannel and kannel-extras"
    return None if private_network() else "no network of its own: unshare is missing or refused"
