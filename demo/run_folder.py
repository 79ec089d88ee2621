"""`.run/`: everything the demo keeps. Ours alone (0700), used by one command at a time."""

import fcntl
import json
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from demo.embedded import ServiceError
from demo.environment import Secrets

ROOT = Path(__file__).resolve().parents[1]


class RunFolder:
    """Data, secrets and logs of the demo, and a note of what is running."""

    def __init__(self, path: Path = ROOT / ".run") -> None:
        self.path = path
        path.mkdir(mode=0o700, exist_ok=True)
        path.chmod(0o700)
        self._state = path / "state.json"

    @property
    def secrets(self) -> Secrets:
        return Secrets(self.path / "secrets")

    def log(self, name: str) -> Path:
        return self.path / "log" / f"{name}.log"

    def new_log(self, name: str) -> Path:
        """A log that starts empty; the one before is kept as `.1`."""
        log = self.log(name)
        if log.exists():
            log.rename(log.with_suffix(".log.1"))
        return log

    @contextmanager
    def held_by(self, command: str, *, wait: bool = False) -> Iterator[None]:
        """Holds the folder for one command. The kernel lets go when we die, however we die."""
        with open(self.path / "lock", "a+") as lock:
            _take(lock, wait=wait)
            lock.truncate(0)
            lock.write(f"{command} (process {os.getpid()})")
            lock.flush()
            try:
                yield
            finally:
                self._state.unlink(missing_ok=True)
                lock.truncate(0)

    def tell(self, environment: dict[str, str]) -> None:
        """Lets `./portal manage` find the running demo. Holds file names, no secrets."""
        self.secrets.write(f"../{self._state.name}", json.dumps({"environment": environment}))

    def running_environment(self) -> dict[str, str] | None:
        """The environment of the demo that is running, else None; waits for one that starts and for other commands."""
        while self._is_held():
            if told := self._told():
                return told
            time.sleep(0.1)
        return None

    def clear(self) -> None:
        """Forgets everything but the lock, the tests' own folder and the collected files of the pages."""
        for path in self.path.iterdir():
            if path.name in ("lock", "tests", "static", "static.stamp"):
                continue
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()

    def _is_held(self) -> bool:
        with open(self.path / "lock", "a+") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False

    def _told(self) -> dict[str, str] | None:
        try:
            told: dict[str, str] = json.loads(self._state.read_text())["environment"]
        except (OSError, ValueError, KeyError):
            return None
        return told


def _take(lock: TextIO, *, wait: bool) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        if not wait:
            lock.seek(0)
            raise ServiceError(
                f"Already running in this folder: {lock.read() or 'another ./portal command'}."
            ) from None
        fcntl.flock(lock, fcntl.LOCK_EX)
