"""Members' texts through real Kannel 1.4.5 and back to its fake phone, the whole house around it (scenarios.py)."""

import ast
import json
from pathlib import Path

import pytest

from demo.environment import Secrets
from demo.kannel import Kannel
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
    inside.must_have_passed(name, outcomes)


def test_the_table_of_variants_is_what_came_to_the_phone(outcomes: dict[str, inside.Outcome], directory: Path) -> None:
    """Write it anew: .venv/bin/python -m tests.kannel.variants"""
    rows = json.loads((directory / "variants.json").read_text())
    assert variants.PAGE.read_text() == variants.page(rows)


def test_the_configuration_in_the_docs_is_the_one_played(tmp_path: Path) -> None:
    """Line for line; only ports, passwords, folders and the operator's own group differ."""
    played = Kannel(
        directory=tmp_path, kept=Secrets(tmp_path), portal_url="http://127.0.0.1:8000", log=tmp_path.joinpath
    )
    played.write()
    shown = (variants.ROOT / "docs" / "sms.md").read_text().split("```")[1]
    assert _keys(shown) == [key for key in _keys(played.configuration.read_text()) if key not in _FAKE]


_FAKE = ("group = smsc", "smsc", "smsc-id", "port", "our-host", "connect-allow-ip")


def _keys(configuration: str) -> list[str]:
    """Names of the lines; what is not a port, a password or a path is compared with its value."""
    lines = [line.strip() for line in configuration.splitlines() if line.strip() and not line.startswith("#")]
    own = ("port", "password", "location", "post-url")
    return [name if (name := line.split(" = ")[0]).endswith(own) or name in _FAKE else line for line in lines]
