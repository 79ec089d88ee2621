"""Fixtures for tests of the whole: the website, beat and workers as processes over one test database and one Redis."""

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.core.cache import cache

from demo.embedded.process import Program
from demo.run_folder import RunFolder
from demo.static_files import StaticFiles
from tests.house.website import ROOT, Website

# A lease that a test can wait out, in the proportion the time chain asks for (jht_portal.apps).
QUICK = {"PROVIDER_DEADLINE_SECONDS": "2", "CLAIM_LEASE_SECONDS": "4"}


@pytest.fixture(scope="session")
def pages_folder() -> Path:
    """The files of the pages, hashed and compressed; kept from run to run as long as they do not change."""
    folder = RunFolder(ROOT / ".run" / "tests" / "pages")
    with folder.held_by("collecting for tests", wait=True):
        files = StaticFiles(folder, {**os.environ, "STATIC_ROOT": str(folder.path / "static")})
        files.begin()
        files.finish()
    return folder.path / "static"


@pytest.fixture
def database_url(transactional_db: None) -> str:
    from django.db import connection

    cache.clear()  # the sign-in limits of an earlier test
    name = connection.settings_dict["NAME"]
    return urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}"))


@pytest.fixture
def website(database_url: str, pages_folder: Path, tmp_path: Path) -> Iterator[Callable[..., Website]]:
    """`website()` starts one and returns when it answers; further names go to its environment."""
    started: list[Website] = []

    def start(**environ: str) -> Website:
        env = {**os.environ, "DATABASE_URL": database_url, "STATIC_ROOT": str(pages_folder), **environ}
        started.append(Website(env=env, log=tmp_path / f"web-{len(started)}.log"))
        started[-1].start()
        return started[-1]

    yield start
    for one in started:
        one.stop()


@pytest.fixture
def beat(database_url: str, tmp_path: Path) -> Iterator[Callable[..., Program]]:
    """`beat()` starts the real one: the sweeps every ten seconds."""
    started: list[Program] = []

    def start(**environ: str) -> Program:
        argv = [sys.executable, "-m", "celery", "-A", "jht_portal", "beat", "--pidfile="]
        argv += [f"--schedule={tmp_path / 'beat-schedule'}"]
        env = {**os.environ, "DATABASE_URL": database_url, **environ}
        started.append(Program(argv, log=tmp_path / "beat.log", cwd=ROOT, env=env))
        return started[-1]

    yield start
    for one in started:
        one.stop()
