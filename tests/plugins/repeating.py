"""In CI a test that drives a browser or waits for processes that are not ours has a second try (ADR 31).

The first one's failure is named in the summary as a rerun. Other tests, and those whose parts are told one by one
(`subtests`), have one try everywhere.
"""

import os

import pytest

WAITED_FOR = {"browser", "worker", "website", "beat", "redis_server"}  # fixtures
MARKS = ("waits", "kannel")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if os.environ.get("CI", "").lower() not in ("1", "true"):
        return
    for item in items:
        used = set(getattr(item, "fixturenames", ()))
        waits = used & WAITED_FOR or any(item.get_closest_marker(mark) for mark in MARKS)
        if waits and "subtests" not in used:
            item.add_marker(pytest.mark.flaky(reruns=1))
