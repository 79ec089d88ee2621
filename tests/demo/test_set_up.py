"""Set-up: one file that any Python 3 can read, one folder used by one command, keys that fit."""

import ast
import base64
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from demo import checking, environment, keys
from demo.embedded import ServiceError
from demo.run_folder import RunFolder
from demo.web import require_free

ROOT = Path(__file__).resolve().parents[2]


def test_an_old_python_gets_a_sentence_and_no_traceback() -> None:
    source = (ROOT / "portal").read_text()
    ast.parse(source, feature_version=(3, 7))
    older = "import sys; sys.version_info = (3, 9, 2); exec(compile(open('portal').read(), 'portal', 'exec'))"
    done = subprocess.run([sys.executable, "-c", older], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr == "Python 3.11 or newer is needed, this is 3.9. Try: python3.12 portal ...\n"


def test_the_one_command_needs_only_the_standard_library() -> None:
    tree = ast.walk(ast.parse((ROOT / "portal").read_text()))
    imported = {name.name for node in tree if isinstance(node, ast.Import) for name in node.names}
    assert imported <= sys.stdlib_module_names


@pytest.mark.parametrize("lock", ["runtime", "demo"])
def test_the_smaller_lock_is_part_of_the_larger(lock: str) -> None:
    """So that `./portal test` installs what `./portal demo` needs, at the same versions."""
    pinned = {line for line in (ROOT / f"locks/{lock}.txt").read_text().splitlines() if "==" in line}
    larger = (ROOT / "locks/dev.txt").read_text().splitlines()
    assert pinned
    assert pinned <= set(larger)


@pytest.mark.asvs("V15.1.2", "V15.2.4")
def test_locks_name_no_host_and_pin_every_file() -> None:
    for lock in (ROOT / "locks").iterdir():
        text = lock.read_text()
        assert "://" not in text
        entries = re.split(r"\n(?=\S)", text.strip())
        assert entries
        assert [entry for entry in entries if "==" not in entry or "--hash=sha256:" not in entry] == []


def test_a_second_command_in_the_same_folder_is_refused_in_one_line(tmp_path: Path) -> None:
    with RunFolder(tmp_path / "run").held_by("./portal demo"):
        with pytest.raises(ServiceError) as refused, RunFolder(tmp_path / "run").held_by("./portal demo"):
            pass
        assert str(refused.value) == f"Already running in this folder: ./portal demo (process {os.getpid()})."
    with RunFolder(tmp_path / "run").held_by("./portal demo"):
        pass


def test_the_folder_is_ours_alone_and_so_is_what_lies_in_it(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "run")
    secret = folder.secrets.file("secret_key")
    folder.tell({"PUBLIC_URL": "http://localhost:8000"})
    modes = {path.name: path.stat().st_mode & 0o777 for path in (folder.path, secret, folder.path / "state.json")}
    assert modes == {"run": 0o700, "secret_key": 0o600, "state.json": 0o600}


def test_a_running_demo_is_found_and_a_dead_one_is_not(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "run")
    with folder.held_by("./portal demo"):
        folder.tell({"PUBLIC_URL": "http://localhost:8000"})
        assert RunFolder(tmp_path / "run").running_environment() == {"PUBLIC_URL": "http://localhost:8000"}
        told = (folder.path / "state.json").read_text()
    (folder.path / "state.json").write_text(told)  # as a killed demo would leave it
    assert folder.running_environment() is None


@pytest.mark.parametrize(("family", "host"), [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")])
def test_a_busy_port_is_named_in_one_line(family: socket.AddressFamily, host: str) -> None:
    with socket.socket(family) as other:
        other.bind((host, 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(ServiceError) as refused:
            require_free(port, "--port")
    assert str(refused.value) == f"Port {port} is in use; choose another one with --port."
    require_free(port, "--port")


def test_keys_are_long_enough_and_belong_together(tmp_path: Path) -> None:
    keys.main(["--directory", str(tmp_path / "keys")])
    read = {path.name: path.read_text() for path in (tmp_path / "keys").iterdir()}
    assert len(read["secret_key"]) >= 50
    kid, _, key = read["field_keys"].partition(":")
    assert kid == "k1"
    assert len(base64.b64decode(key)) == len(base64.b64decode(read["index_key"])) == 32
    private = load_pem_private_key(read["provider_private_key.pem"].encode(), password=None)
    public = load_pem_public_key(read["provider_public_key.pem"].encode())
    assert private.public_key() == public
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "keys").iterdir()} == {0o600}


def test_keys_overwrite_nothing(tmp_path: Path) -> None:
    (tmp_path / "field_keys").write_text("k1:old")
    with pytest.raises(ServiceError, match="never overwritten"):
        keys.main(["--directory", str(tmp_path)])
    assert [path.name for path in tmp_path.iterdir()] == ["field_keys"]


def test_secrets_of_the_shell_do_not_leak_into_a_demo(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SECRET_KEY", "of-production")
    monkeypatch.setenv("DATABASE_OWNER_URL", "postgresql://production")
    monkeypatch.setenv("FIELD_KEYS_FILE", "/production")
    product = environment.inherited() | environment.for_product(
        environment.Secrets(tmp_path), database_url="", redis_url="", public_url="", provider_url="", email_url=""
    )
    assert not any("production" in value for value in product.values())
    assert not {"SECRET_KEY", "DATABASE_OWNER_URL"} & set(product)
    assert product["OPERATOR_NAME"].endswith("(fiktif)")  # who runs a demo is plainly nobody


@pytest.mark.parametrize(
    ("told", "passes"), [("1 passed", True), ("1 passed\nSKIPPED [1] tests/x.py:1: no tool", False)]
)
def test_a_check_that_was_skipped_is_not_passed(monkeypatch: pytest.MonkeyPatch, told: str, passes: bool) -> None:
    monkeypatch.setitem(checking.CHECKS, "told", ["-c", f"print({told!r})"])
    assert checking._run("told", {}).passed is passes


def test_semgrep_stands_apart_and_only_the_check_asks_for_it() -> None:
    """Its pins and ours do not go together; and nobody who only wants the demo should fetch it."""
    held = {lock.stem: "\nsemgrep==" in lock.read_text() for lock in (ROOT / "locks").iterdir()}
    assert held == {"runtime": False, "demo": False, "dev": False, "scan": True}
    assert 'if command == "check":\n        set_up("scan", SCAN_VENV)' in (ROOT / "portal").read_text()
