"""A private PostgreSQL: made once, started in a blink, password needed, no personal data in its log.

PostgreSQL refuses to run as root. Root then runs it in a user namespace, and where that is forbidden as the
account `postgres` or `nobody`, with its files under /var/tmp.
"""

import hashlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
from collections.abc import Mapping
from pathlib import Path

import psycopg

from demo.embedded.binaries import postgres_bin
from demo.embedded.process import OURSELVES, Identity, Program, Service, ServiceError, end_orphan, run, tail, wait_until

_USER = _DATABASE = "portal"
_FIRST_WITH_BUILTIN_LOCALE = 17

# Django sends values inside the statement, so a logged statement, DETAIL or error text would carry a member's data.
PRIVACY = {
    "log_statement": "none",
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_min_duration_statement": "-1",
}
THROW_AWAY = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}


class Postgres(Service):
    """One server over one directory. `settings` are added to ours as `-c name=value`."""

    def __init__(
        self, directory: Path, *, password: str, log: Path, settings: Mapping[str, str] | None = None, port: int = 0
    ) -> None:
        self.port = port
        self._password, self._log, self._settings = password, log, dict(settings or {})
        self._directory, self._bin, self._identity = directory.resolve(), Path(), OURSELVES

    @property
    def url(self) -> str:
        return f"postgresql://{_USER}:{self._password}@127.0.0.1:{self.port}/{_DATABASE}"

    def start(self) -> None:
        """Returns when a real connection has been made."""
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._bin, self._identity, home = _arrange(self._directory)
        data = home / "data"
        if not (data / "PG_VERSION").exists():
            self._make_cluster(data)
        end_orphan(pid_file=data / "postmaster.pid", directory=data, stop_signal=signal.SIGINT)
        chosen = [self.port] if self.port else [free_port() for _ in range(3)]
        if not any(self._serve(data, port) for port in chosen):
            raise ServiceError(f"PostgreSQL does not start; the end of its log:\n{tail(self._log)}")
        self._make_database()

    def remove(self) -> None:
        """Deletes the data. The server must be stopped."""
        shutil.rmtree(_elsewhere(self._directory), ignore_errors=True)
        shutil.rmtree(self._directory, ignore_errors=True)

    def _make_cluster(self, data: Path) -> None:
        """Into another name first, so that an interrupted initdb is never taken for a cluster."""
        unfinished = data.with_name("data.new")
        shutil.rmtree(unfinished, ignore_errors=True)
        password_file = data.with_name("password")
        password_file.touch(mode=0o600)
        password_file.write_text(self._password)
        if self._identity.uid is not None and self._identity.gid is not None:
            os.chown(password_file, self._identity.uid, self._identity.gid)
        argv = [str(self._bin / "initdb"), "-D", str(unfinished), "-U", _USER, "-E", "UTF8", "--no-sync"]
        argv += ["-A", "scram-sha-256", f"--pwfile={password_file}", *_locale(self._bin)]
        try:
            if run(argv, log=self._log, env=_environment(), identity=self._identity, timeout=120) != 0:
                raise ServiceError(f"initdb fails; the end of its log:\n{tail(self._log)}")
        finally:
            password_file.unlink(missing_ok=True)
        unfinished.rename(data)

    def _serve(self, data: Path, port: int) -> bool:
        self.port = port
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(port),
            "unix_socket_directories": "",  # a path in a deep folder is longer than a socket may be
            "shared_buffers": "64MB",
            **PRIVACY,
            **self._settings,
        }
        argv = [str(self._bin / "postgres"), "-D", str(data)]
        for name, value in settings.items():
            argv += ["-c", f"{name}={value}"]
        # SIGINT is the fast stop; SIGTERM would wait for every client to leave.
        self._program = Program(
            argv, log=self._log, env=_environment(), identity=self._identity, stop_signal=signal.SIGINT
        )
        if wait_until(lambda: not self.running or self._answers(), timeout=60) and self.running:
            return True
        self.stop()
        return False

    def _answers(self) -> bool:
        """Only a connection proves it: after a crash the pid file still says "ready" from before."""
        try:
            self._connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def _connect(self) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(
            host="127.0.0.1",
            port=self.port,
            user=_USER,
            password=self._password,
            dbname="postgres",
            connect_timeout=2,
            autocommit=True,
        )

    def _make_database(self) -> None:
        with self._connect() as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [_DATABASE]).fetchone():
                connection.execute(f"CREATE DATABASE {_DATABASE}")


def free_port() -> int:
    """A loopback port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _environment() -> dict[str, str]:
    """Nothing of ours is inherited: neither secrets nor a locale this machine may not have."""
    return {"LC_ALL": "C", "PATH": "/usr/local/bin:/usr/bin:/bin", "TZ": "UTC"}


def _locale(bin_directory: Path) -> list[str]:
    shown = subprocess.run([bin_directory / "postgres", "--version"], check=True, capture_output=True, text=True).stdout
    if int(shown.split()[2].split(".")[0]) >= _FIRST_WITH_BUILTIN_LOCALE:
        return ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    return ["--locale=C.UTF-8"]


def _arrange(directory: Path) -> tuple[Path, Identity, Path]:
    """Which programs to use, as whom, and in which directory."""
    programs = postgres_bin()
    if os.geteuid() != 0:
        return programs, OURSELVES, directory
    namespace = Identity(namespace=True)
    if _may_run(programs, namespace, directory):
        return programs, namespace, directory
    return _arrange_for_account(programs, directory)


def _arrange_for_account(programs: Path, directory: Path) -> tuple[Path, Identity, Path]:
    account = _account()
    identity = Identity(uid=account.pw_uid, gid=account.pw_gid)
    home = _elsewhere(directory)
    home.mkdir(mode=0o700, exist_ok=True)
    if home.is_symlink() or home.stat().st_uid not in (0, account.pw_uid):
        raise ServiceError(f"{home} belongs to somebody else; remove it.")
    os.chown(home, account.pw_uid, account.pw_gid)
    if not _may_run(programs, identity, home):
        programs = _copy_of(programs, home)
        if not _may_run(programs, identity, home):
            raise ServiceError(
                "PostgreSQL cannot run as root here: start ./portal as another user, or set DATABASE_URL."
            )
    return programs, identity, home


def _elsewhere(directory: Path) -> Path:
    return Path("/var/tmp") / f"jht-portal-{hashlib.sha256(str(directory).encode()).hexdigest()[:12]}"  # noqa: S108 # nosec B108 - checked by its caller


def _account() -> pwd.struct_passwd:
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise ServiceError("PostgreSQL cannot run as root here: start ./portal as another user, or set DATABASE_URL.")


def _may_run(programs: Path, identity: Identity, directory: Path) -> bool:
    """Tries it: the programs must be readable and the directory writable for whom they would run as."""
    argv = ["/bin/sh", "-c", 'test -w "$1" && "$2" --version', "sh", str(directory), str(programs / "postgres")]
    try:
        return run(argv, log=Path(os.devnull), env=_environment(), identity=identity, timeout=10) == 0
    except (OSError, subprocess.SubprocessError):
        return False


def _copy_of(programs: Path, home: Path) -> Path:
    """The programs where the account can read them, with the libraries the wheel keeps beside its package."""
    package, target = programs.parent.parent, home / "programs"
    if not target.exists():
        partial = home / "programs.new"
        shutil.rmtree(partial, ignore_errors=True)
        shutil.copytree(package / "pginstall", partial / package.name / "pginstall", symlinks=True)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, partial / libraries.name)
        partial.rename(target)
        for path in [target, *target.rglob("*")]:
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644, follow_symlinks=True)
    return target / package.name / "pginstall" / "bin"
