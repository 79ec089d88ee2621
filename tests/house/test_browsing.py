"""No test looks at a page that is not there yet: a click is `press`, or what follows it waits by itself."""

import ast
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TESTS = [path for path in sorted((ROOT / "tests").rglob("*.py")) if path.name != "browsing.py"]
WAIT = ("expect(", "page.wait_for_url(")


def hasty(source: str) -> list[str]:
    tree = ast.parse(source)
    patient = {id(click) for node in ast.walk(tree) for click in waited_for(node)}
    return [ast.unparse(one) for one in clicks(tree) if id(one) not in patient]


def clicks(node: ast.AST) -> Iterator[ast.Call]:
    for one in ast.walk(node):
        if isinstance(one, ast.Call) and isinstance(one.func, ast.Attribute) and one.func.attr == "click":
            yield one


def waited_for(node: ast.AST) -> Iterator[ast.Call]:
    """Clicks within `with page.expect_...`, and those whose next statement waits."""
    if isinstance(node, ast.With) and "expect_" in ast.unparse(node.items[0]):
        yield from clicks(node)
    block = getattr(node, "body", None)
    for one, after in pairwise(block) if isinstance(block, list) else ():
        if isinstance(one, ast.Expr) and ast.unparse(after).startswith(WAIT):
            yield from clicks(one)


def test_nobody_looks_at_once_after_a_click() -> None:
    assert [f"{path}: {found}" for path in TESTS for found in hasty(path.read_text())] == []


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("b.click()\ncheck(page)", 1),
        ("b.click()", 1),
        ("assert b.click() or page.url", 1),
        ("b.click()\nexpect(b).to_be_visible()", 0),
        ("with page.expect_navigation():\n    b.click()", 0),
        ("if x:\n    b.click()\n    expect(b).to_be_visible()", 0),
    ],
)
def test_a_hasty_click_is_found(body: str, found: int) -> None:
    assert len(hasty(body)) == found


def test_axe_looks_in_one_place_only() -> None:
    for path in set(TESTS) - {Path(__file__)}:
        assert "axe_playwright_python" not in path.read_text(), path
