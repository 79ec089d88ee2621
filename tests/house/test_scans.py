"""detect-secrets against its baseline, whose entries were all looked at: published vectors, invented passwords.

After a finding that is none: `.venv/bin/detect-secrets scan --baseline .secrets.baseline`, look at the change, commit.
"""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.test_docs import named, tracked

ROOT = Path(__file__).resolve().parents[2]
NOT_WORDS = ("locks/", "locale/", "docs/img/", "static/")
# Made up here, in two halves, so that this file is clean.
PLANTED = (
    "aws_secret = '" + "wJalrXUtnFEMI/K7MDENG" + "/bPxRfiCYzEXAMPLEKEY'\n" + "-----BEGIN RSA " + "PRIVATE KEY-----\n"
)


def scan(tmp_path: Path, *names: str) -> subprocess.CompletedProcess[str]:
    """With a copy of the baseline, which the tool rewrites when only line numbers moved."""
    shutil.copy(ROOT / ".secrets.baseline", tmp_path / "baseline")
    command = [sys.executable, "-m", "detect_secrets.pre_commit_hook", "--baseline", str(tmp_path / "baseline"), *names]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)


@pytest.mark.asvs("V13.3.1")
def test_no_secret_is_in_the_repository(tmp_path: Path) -> None:
    names = [
        name for path in tracked() if not (name := named(path)).startswith(NOT_WORDS) and name != ".secrets.baseline"
    ]
    done = scan(tmp_path, *names)
    assert done.returncode in (0, 3), done.stdout  # 3: only line numbers moved


def test_a_planted_secret_is_found(tmp_path: Path) -> None:
    planted = tmp_path / "settings.py"
    planted.write_text(PLANTED)
    done = scan(tmp_path, str(planted))
    assert done.returncode == 1
    assert "Private Key" in done.stdout


def test_a_planted_weakness_is_found(tmp_path: Path) -> None:
    """What `./portal check bandit` would say of it."""
    planted = tmp_path / "weak.py"
    planted.write_text("import hashlib\nhashlib.md5(b'a')\nexec('1')\n")
    command = [sys.executable, "-m", "bandit", "-q", "-c", "pyproject.toml", str(planted)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 1
    assert "B102" in done.stdout
