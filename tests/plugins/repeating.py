"""In CI a test that drives a browser or waits for processes that are not ours has a second try (ADR 31).

The first one's failure is kept under `repeated` in the summary. Everything shared below the session is made anew for
the second. Other tests, and those whose parts are told one by one (`subtests`), have one try everywhere.
"""

import os
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

REPEATED = "repeated"
WAITED_FOR = {"browser", "worker", "website", "beat", "redis_server"}  # fixtures
MARKS = ("waits", "kannel")


def may_be_repeated(item: pytest.Item) -> bool:
    if os.environ.get("CI", "").lower() not in ("1", "true"):
        return False
    used = set(getattr(item, "fixturenames", ()))
    waits = used & WAITED_FOR or any(item.get_closest_marker(mark) for mark in MARKS)
    return bool(waits) and "subtests" not in used


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: Any, nextitem: pytest.Item | None) -> bool | None:
    if not may_be_repeated(item):
        return None
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    reports = runtestprotocol(item, log=False, nextitem=nextitem)
    if any(report.failed for report in reports):
        for report in reports:
            report.outcome = REPEATED if report.failed else report.outcome
        tell(item, [report for report in reports if report.outcome == REPEATED])
        reports = afresh(item) + runtestprotocol(item, log=False, nextitem=nextitem)
    tell(item, reports)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


def afresh(item: Any) -> list[pytest.TestReport]:
    """Ends what the test shared with its neighbours; a report where that fails."""
    ended = pytest.CallInfo.from_call(lambda: item.session._setupstate.teardown_exact(item.session), when="teardown")
    item._initrequest()
    return [pytest.TestReport.from_item_and_call(item, ended)] if ended.excinfo else []


def tell(item: pytest.Item, reports: list[pytest.TestReport]) -> None:
    for report in reports:
        item.ihook.pytest_runtest_logreport(report=report)


def pytest_report_teststatus(report: Any) -> tuple[str, str, str] | None:
    return (REPEATED, "R", "REPEATED") if report.outcome == REPEATED else None


def pytest_terminal_summary(terminalreporter: Any) -> None:
    found = terminalreporter.stats.get(REPEATED, [])
    if found:
        terminalreporter.section("a second try was needed", yellow=True)
    for report in found:
        terminalreporter.write_line(f"REPEATED {report.nodeid} ({report.when})\n{report.longreprtext}")
