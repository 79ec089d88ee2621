"""Members' texts through real Kannel 1.4.5 and back to its fake phone, the whole house around it (scenarios.py)."""

import ast
import json
from pathlib import Path

import pytest

from tests.kannel import inside, variants

pytestmark = pytest.mark.kannel
HERE = Path(__file__).parent


def scenarios(file: str) -> list[str]:
    tree = ast.parse((HERE / file).read_text())
    return [one.name for one in tree.body if isinstance(one, ast.FunctionDef) and one.name.startswith("test_")]


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("kannel")


@pytest.fixture(scope="module")
def outcomes(directory: Path) -> dict[str, inside.Outcome]:
    return inside.run("scenarios.py", directory=directory, timeout=240)


@pytest.mark.parametrize("name", scenarios("scenarios.py"))
def test_through_kannel(name: str, outcomes: dict[str, inside.Outcome]) -> None:
    mine = {found: one for found, one in outcomes.items() if found.split("[")[0] == name}
    assert mine, f"{name} did not run: {list(outcomes)}"
    wrong = "\n".join(one.wrong for one in mine.values() if one.wrong)
    assert not wrong, wrong


def test_the_table_of_variants_is_what_came_to_the_phone(outcomes: dict[str, inside.Outcome], directory: Path) -> None:
    """Write it anew: .venv/bin/python -m tests.kannel.variants"""
    rows = json.loads((directory / "variants.json").read_text())
    assert variants.PAGE.read_text() == variants.page(rows)
