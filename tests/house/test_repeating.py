"""The second try of CI (ADR 31), on a small suite of its own: who has one, and that it hides nothing."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SUITE = """
import pytest
from pathlib import Path

def tries(name):
    with open(Path(__file__).with_name(name), "a+") as counted:
        counted.write("x")
    return len(Path(__file__).with_name(name).read_text())

@pytest.fixture
def worker():
    pass

def test_plain():
    assert tries("plain") == 2

@pytest.mark.waits
def test_second_try_is_good():
    assert tries("good") == 2

def test_by_its_fixture(worker):
    assert tries("fixture") == 2

@pytest.mark.waits
def test_broken():
    assert tries("broken") == 0

@pytest.mark.waits
def test_in_parts(subtests):
    with subtests.test("one"):
        assert tries("parts") == 0
"""


def run(folder: Path, *arguments: str, ci: str) -> tuple[str, dict[str, int]]:
    (folder / "test_it.py").write_text(SUITE)
    (folder / "pytest.ini").write_text("[pytest]\nmarkers =\n    waits\n")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-ra",
        "--rerun-show-tracebacks",
        "-p",
        "tests.plugins.repeating",
        "-p",
        "no:django",
        *arguments,
    ]
    env = {**os.environ, "CI": ci, "PYTHONPATH": str(ROOT)}
    for name in [name for name in env if name.startswith("PYTEST_")]:
        del env[name]
    told = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=300, check=False)
    assert told.returncode == 1, told.stdout + told.stderr
    kept = ("plain", "good", "fixture", "broken", "parts")
    return told.stdout, {name: len((folder / name).read_text()) for name in kept}


@pytest.mark.parametrize("arguments", [(), ("-n", "2", "--dist", "loadfile")], ids=["alone", "spread"])
def test_in_ci_who_waits_for_others_has_a_second_try(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    told, tries = run(tmp_path, *arguments, ci="true")
    assert tries == {"plain": 1, "good": 2, "fixture": 2, "broken": 2, "parts": 1}
    assert set(re.findall(r"^FAILED test_it.py::(\w+)", told, re.M)) == {"test_plain", "test_broken", "test_in_parts"}
    assert set(re.findall(r"^RERUN test_it.py::(\w+)", told, re.M)) == {
        "test_second_try_is_good",
        "test_by_its_fixture",
        "test_broken",
    }
    assert re.search(r"2 passed.* 3 rerun", told)


def test_elsewhere_nobody_has(tmp_path: Path) -> None:
    told, tries = run(tmp_path, ci="")
    assert set(tries.values()) == {1}
    assert "RERUN" not in told
