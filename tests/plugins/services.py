"""One private PostgreSQL and Valkey for a test run, started before Django reads its settings, gone afterwards.

`DATABASE_URL` or `REDIS_URL` of the shell are used instead when they are set. Under xdist each worker has its own pair
of Redis databases; pytest-django gives each its own PostgreSQL database.
"""

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
import redis

from demo import environment
from demo.embedded import Postgres, Valkey
from demo.embedded.postgres import THROW_AWAY, free_port

pytest_plugins = [
    "tests.plugins.processes",
    "tests.plugins.browser",
    "tests.plugins.kannel",
    "tests.plugins.keepers",
    "tests.plugins.repeating",
]
_ROOT = Path(__file__).resolve().parents[2]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--all", action="store_true", help="also run the heaviest suites")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--all"):
        return
    heavy = [item for item in items if item.get_closest_marker("heavy")]
    config.hook.pytest_deselected(items=heavy)
    items[:] = [item for item in items if item not in heavy]


@pytest.hookimpl(wrapper=True)  # a wrapper runs before pytest-django loads the settings
def pytest_load_initial_conftests(early_config: pytest.Config) -> Iterator[None]:
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker:
        _take_own_share(number=int(worker.removeprefix("gw")))
    else:
        _start(early_config)
    return (yield)


@pytest.hookimpl(trylast=True)
def pytest_configure() -> None:
    from django.conf import settings

    # Hashed names need a collectstatic run; what the pages refer to is the same.
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}


def _start(config: pytest.Config) -> None:
    """The controller's part: servers, keys and addresses, all in the environment that workers and children inherit."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)  # so that the clean-up below happens
    directory = _fresh_directory()
    config.add_cleanup(lambda: shutil.rmtree(directory, ignore_errors=True))
    kept = environment.Secrets(directory / "secrets")
    database_url = environment.given("DATABASE_URL") or _postgres(config, directory, kept)
    redis_url = environment.given("REDIS_URL") or _valkey(config, directory, kept)
    _refuse_data(redis_url)
    values = environment.inherited() | environment.for_product(
        kept,
        database_url=database_url,
        redis_url=redis_url,
        public_url="http://localhost:8000",
        provider_url="",
        email_url="",
    )
    for name in set(os.environ) - set(values):
        del os.environ[name]
    del values["DATABASE_URL_FILE"], values["REDIS_URL_FILE"]  # plain, so that a fixture can point elsewhere
    os.environ.update(values | {"DATABASE_URL": database_url, "REDIS_URL": redis_url})
    os.environ.update(STATIC_ROOT=str(directory / "static"), PORTAL_TEST_DIRECTORY=str(directory))
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright's loop runs in the thread of the test
    (directory / "static").mkdir()
    _choose_sandbox_ports()


def _take_own_share(number: int) -> None:
    """An xdist worker's part: databases 2n and 2n+1 of Redis, and a sandbox of its own."""
    parts = urlsplit(os.environ["REDIS_URL"])
    first = int(parts.path.strip("/") or 0)
    os.environ["REDIS_URL"] = urlunsplit(parts._replace(path=f"/{first + 2 * (number + 1)}"))
    _choose_sandbox_ports()


def _choose_sandbox_ports() -> None:
    """Known before the settings are read; nobody answers there until a test asks for the `sandbox`."""
    os.environ["PROVIDER_BASE_URL"] = f"http://127.0.0.1:{free_port()}"
    os.environ["EMAIL_URL"] = f"smtp://127.0.0.1:{free_port()}"


def _postgres(config: pytest.Config, directory: Path, kept: environment.Secrets) -> str:
    server = Postgres(
        directory / "postgres",
        password=kept.text("database_password"),
        log=directory / "postgres.log",
        settings=THROW_AWAY | {"max_connections": "200"},
    )
    config.add_cleanup(server.remove)
    config.add_cleanup(server.stop)
    server.start()
    return server.url


def _valkey(config: pytest.Config, directory: Path, kept: environment.Secrets) -> str:
    server = Valkey(
        directory / "valkey", password=kept.text("redis_password"), log=directory / "valkey.log", databases=64
    )
    config.add_cleanup(server.stop)
    server.start()
    return server.url


def _refuse_data(redis_url: str) -> None:
    """Tests empty the Redis databases they use; somebody's data are not for that."""
    with redis.Redis.from_url(redis_url) as client:
        if client.dbsize():
            raise pytest.UsageError("REDIS_URL holds data already; tests need an empty database number and the next.")


def _fresh_directory() -> Path:
    """In the project, named after our process; what a killed run left behind goes first."""
    runs = _ROOT / ".run" / "tests"
    runs.mkdir(mode=0o700, parents=True, exist_ok=True)
    runs.parent.chmod(0o700)
    for left in runs.iterdir():
        if left.name.isdigit() and not _alive(int(left.name)):
            shutil.rmtree(left, ignore_errors=True)
    directory = runs / str(os.getpid())
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(mode=0o700)
    return directory


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _interrupt(number: int, frame: Any) -> None:
    raise KeyboardInterrupt
