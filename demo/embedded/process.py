"""Starts a program so that it cannot outlive us: own session, told to stop when we die, killed when it does not.

Start programs from the main thread only: Linux sends the death signal when the *thread* that started the child ends.
"""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

_LINUX = sys.platform.startswith("linux")
_libc = ctypes.CDLL(None, use_errno=True) if _LINUX else None
_PR_SET_PDEATHSIG = 1
_CLONE_NEWUSER = 0x10000000


class ServiceError(Exception):
    """A service cannot be started; the text is meant for the person at the terminal."""


@dataclass(frozen=True, kw_only=True)
class Identity:
    """Who the program runs as: ourselves, ourselves under another number (user namespace), or another account."""

    namespace: bool = False
    uid: int | None = None
    gid: int | None = None


OURSELVES = Identity()


class Program:
    """One child process, its log, and the way it likes to be stopped."""

    def __init__(
        self,
        argv: Sequence[str],
        *,
        log: Path,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        stdin: bytes | None = None,
        identity: Identity = OURSELVES,
        stop_signal: signal.Signals = signal.SIGTERM,
        kill_after: float = 10.0,
    ) -> None:
        self.stop_signal, self.kill_after = stop_signal, kill_after
        with _private_log(log) as output:
            self._process: subprocess.Popen[bytes] = subprocess.Popen(
                argv,
                env=dict(env) if env is not None else None,
                cwd=cwd,
                stdin=subprocess.PIPE if stdin is not None else subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C at the terminal reaches us only; we stop the rest in order
                preexec_fn=_before_exec(identity.namespace, stop_signal),  # noqa: PLW1509 - main thread only
                user=identity.uid,
                group=identity.gid,
                extra_groups=None if identity.uid is None else [],
            )
        if self._process.stdin and stdin is not None:
            self._process.stdin.write(stdin)
            self._process.stdin.close()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    @property
    def exit_code(self) -> int | None:
        return self._process.poll()

    def send(self, number: signal.Signals) -> None:
        """Signals the program alone; a program that is gone already is no error."""
        if self.running:
            self._process.send_signal(number)

    def ask_to_stop(self) -> None:
        self.send(signal.SIGCONT)  # a frozen program would never hear the next signal
        self.send(self.stop_signal)

    def wait(self, timeout: float) -> bool:
        """True when the program has ended within the seconds given."""
        try:
            self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            return False
        return True

    def stop(self) -> None:
        """Asks, waits, kills; what the program itself had started goes with it."""
        self.ask_to_stop()
        self.wait(self.kill_after)
        self.kill()

    def kill(self) -> None:
        with suppress(ProcessLookupError, PermissionError):  # macOS: PermissionError for a group of zombies
            os.killpg(self.pid, signal.SIGKILL)
        self._process.wait()


class Service:
    """A program under a name: what is embedded, supervised and stopped."""

    _program: Program | None = None

    def start(self) -> None:
        """Raises ServiceError where it cannot."""
        raise NotImplementedError

    @property
    def running(self) -> bool:
        return self._program is not None and self._program.running

    @property
    def program(self) -> Program:
        if self._program is None:
            raise ServiceError(f"{type(self).__name__} is not started.")
        return self._program

    def stop(self) -> None:
        if self._program:
            self._program.stop()


def run(argv: Sequence[str], *, log: Path, env: Mapping[str, str], identity: Identity, timeout: float) -> int | None:
    """Runs a program to its end and gives its exit code, None when it had to be killed."""
    program = Program(argv, log=log, env=env, identity=identity, kill_after=1.0)
    try:
        program.wait(timeout)
        return program.exit_code
    finally:
        program.kill()


def end_orphan(*, pid_file: Path, directory: Path, stop_signal: signal.Signals) -> None:
    """Waits for a server that an earlier, killed run left in `directory`, then stops it; forgets a stale pid file.

    A pid alone proves nothing: after a reboot, or in a new container, it may be anybody's.
    """
    try:
        pid = int(pid_file.read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return
    for number, patience in ((None, 5.0), (stop_signal, 10.0), (signal.SIGKILL, 5.0)):
        if not _works_in(pid, directory):
            break
        if number is not None:
            os.kill(pid, number)
        wait_until(lambda: not _works_in(pid, directory), timeout=patience)
    pid_file.unlink(missing_ok=True)


def wait_until(condition: Callable[[], bool], *, timeout: float, pause: float = 0.02) -> bool:
    """True as soon as the condition holds, False when the seconds are over."""
    end = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(pause)
    return True


def tail(log: Path, lines: int = 8) -> str:
    """The last lines of a log, for an error message."""
    try:
        return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
    except OSError:
        return ""


def _private_log(path: Path) -> BinaryIO:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab")


def _before_exec(namespace: bool, death_signal: signal.Signals) -> Callable[[], None]:
    """What the child does between fork and exec. The order matters: changing who we are clears the death signal."""
    parent, uid, gid = os.getpid(), os.geteuid(), os.getegid()

    def prepare() -> None:
        os.umask(0o077)
        if _libc is None:
            return
        if namespace:
            _enter_namespace(uid, gid)
        _libc.prctl(_PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
        if os.getppid() != parent:  # the parent died before the line above
            os._exit(1)

    return prepare


def _enter_namespace(uid: int, gid: int) -> None:
    """Root stays the owner of every file but sees itself as number 1000, which PostgreSQL accepts."""
    if _libc is None or _libc.unshare(_CLONE_NEWUSER) != 0:
        raise OSError("no user namespace")
    for name, text in (("setgroups", "deny"), ("uid_map", f"1000 {uid} 1"), ("gid_map", f"1000 {gid} 1")):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(text)


def _works_in(pid: int, directory: Path) -> bool:
    """Whether that process lives and has `directory` as its own: both servers change into their data directory."""
    if _LINUX:
        try:
            return os.path.realpath(f"/proc/{pid}/cwd") == os.path.realpath(directory)
        except OSError:
            return False
    shown = subprocess.run(["ps", "-p", str(pid), "-o", "command="], check=False, capture_output=True, text=True).stdout
    return "postgres" in shown or "valkey-server" in shown or "redis-server" in shown
