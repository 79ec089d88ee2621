"""Collects and compresses the files of the pages when they have changed: Brotli costs seconds, a stamp nothing."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

from demo.embedded import ServiceError
from demo.embedded.process import Program, tail
from demo.environment import for_checks
from demo.run_folder import ROOT, RunFolder


class StaticFiles:
    """`begin` starts the work beside other work, `finish` waits for it."""

    def __init__(self, folder: RunFolder, env: dict[str, str]) -> None:
        self._directory, self._stamp = folder.path / "static", folder.path / "static.stamp"
        self._log, self._env = folder.new_log("collectstatic"), env
        self._program: Program | None = None
        self._fingerprint = ""

    def begin(self) -> None:
        self._fingerprint = _fingerprint()
        if self._stamp.exists() and self._stamp.read_text() == self._fingerprint and self._directory.is_dir():
            return
        print("Compressing the files of the pages ...", flush=True)
        self._stamp.unlink(missing_ok=True)
        argv = [sys.executable, "manage.py", "collectstatic", "--noinput", "--clear", "--verbosity=0"]
        self._program = Program(argv, log=self._log, env=self._env, cwd=ROOT)

    def finish(self) -> None:
        if self._program is None:
            return
        try:
            if not self._program.wait(300) or self._program.exit_code != 0:
                raise ServiceError(f"collectstatic fails; the end of its log:\n{tail(self._log, 20)}")
        finally:
            self._program.kill()
            self._program = None
        self._stamp.write_text(self._fingerprint)


def _fingerprint() -> str:
    """Over our own files and over the lock, which stands for the files of the packages."""
    digest = hashlib.sha256((ROOT / "locks" / "runtime.txt").read_bytes())
    for path in sorted(_files()):
        digest.update(f"{path.relative_to(ROOT)}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _files() -> list[Path]:
    directories = [ROOT / "static", *ROOT.glob("[a-z]*/static")]
    return [path for directory in directories for path in directory.rglob("*") if path.is_file()]


if __name__ == "__main__":  # for an installation: as root, before any key exists
    env = for_checks() | {name: value for name, value in os.environ.items() if name == "STATIC_ROOT"}
    sys.exit(subprocess.call([sys.executable, "manage.py", "collectstatic", "--noinput"], cwd=ROOT, env=env))
