"""The data servers of the demo: the operator's when they are named, else private ones in `.run/`."""

from dataclasses import dataclass

from demo import environment
from demo.embedded import Postgres, Valkey
from demo.embedded.process import Service
from demo.run_folder import RunFolder
from demo.supervisor import Supervisor


@dataclass(frozen=True, kw_only=True)
class Addresses:
    """Both hold a password: they go into files, never into an argument or a log."""

    database_url: str
    redis_url: str


def start_servers(folder: RunFolder, supervisor: Supervisor) -> Addresses:
    """Starts what is needed, ready to use when this returns."""
    database_url, redis_url = environment.given("DATABASE_URL"), environment.given("REDIS_URL")
    postgres, valkey, needed = _postgres(folder), _valkey(folder), dict[str, Service]()
    if not database_url:
        needed["postgres"] = postgres
    if not redis_url:
        needed["valkey"] = valkey
    supervisor.start(**needed)
    return Addresses(database_url=database_url or postgres.url, redis_url=redis_url or valkey.url)


def remove_data(folder: RunFolder) -> None:
    """New data at the next start. Servers of the operator's are not touched."""
    _postgres(folder).remove()
    folder.clear()


def _postgres(folder: RunFolder) -> Postgres:
    password = folder.secrets.text("database_password")
    return Postgres(folder.path / "postgres", password=password, log=folder.new_log("postgres"))


def _valkey(folder: RunFolder) -> Valkey:
    password = folder.secrets.text("redis_password")
    return Valkey(folder.path / "valkey", password=password, log=folder.new_log("valkey"))
