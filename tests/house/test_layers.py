"""The layout is enforced by a tool, not by memory."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.asvs("V1.3.6", "V13.2.4", "V15.2.3")
def test_every_import_contract_holds() -> None:
    """In a process of its own: the tool switches the loggers of its own off."""
    command = "from importlinter.cli import lint_imports; raise SystemExit(lint_imports(no_cache=True))"
    done = subprocess.run(
        [sys.executable, "-c", command], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout
