"""Real processes as fixtures: the sandbox upstream, Celery workers, and a Redis that a test may stop or freeze."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import httpx2
import pytest
import redis

from demo import environment
from demo.embedded import Valkey
from demo.embedded.process import Program, tail, wait_until

_ROOT = Path(__file__).resolve().parents[2]


class Sandbox:
    """The sandbox upstream as its own page's JSON tells and takes it (docs: `/sandbox/...`)."""

    def __init__(self, *, base_url: str, smtp_port: int, kept: environment.Secrets, log: Path) -> None:
        self.base_url, self._log = base_url, log
        self._smtp_port, self._kept = smtp_port, kept
        self._http = httpx2.Client(base_url=base_url, timeout=60)
        self.program: Program | None = None

    def start(self, *, today: str | None = None) -> None:
        port = str(urlsplit(self.base_url).port)
        argv = [sys.executable, "-m", "demo.sandbox", "--port", port, "--smtp-port", str(self._smtp_port)]
        self.program = Program(argv, log=self._log, cwd=_ROOT, env=environment.for_sandbox(self._kept, today=today))
        if not wait_until(lambda: not self._alive() or self._answers(), timeout=60) or not self._alive():
            self.stop()
            raise RuntimeError(f"The sandbox does not start:\n{tail(self._log, 30)}")

    def stop(self) -> None:
        if self.program:
            self.program.stop()

    def outbox(self) -> Any:
        """The codes it "sent"."""
        return self._get("outbox")

    def mail(self) -> Any:
        """The mail it caught."""
        return self._get("mail")

    def calls(self) -> Any:
        """How often each operation was called for each KPJ."""
        return self._get("calls")

    def ledger(self, kpj: str) -> Any:
        """The truth about one card."""
        return self._get("ledger", kpj=kpj)

    def people(self, count: int, seed: int = 0) -> Any:
        """Fictitious people who can be linked."""
        return self._get("people", count=count, seed=seed)

    def set_fault(self, kind: str, **where: Any) -> None:
        """`kpj`, `operation`, `times`, `milliseconds` narrow it."""
        self._http.post("/sandbox/faults", json={"kind": kind, **where}).raise_for_status()

    def clear_faults(self) -> None:
        self._http.delete("/sandbox/faults").raise_for_status()

    def reset(self) -> None:
        """Faults, limits, counts and the outbox as after a start."""
        self._http.post("/sandbox/reset").raise_for_status()

    def set_today(self, today: str | None) -> None:
        """An ISO date; None is the real one again."""
        self._http.post("/sandbox/today", json={"today": today}).raise_for_status()

    def _get(self, what: str, **parameters: Any) -> Any:
        return self._http.get(f"/sandbox/{what}", params=parameters).raise_for_status().json()

    def _alive(self) -> bool:
        return self.program is not None and self.program.running

    def _answers(self) -> bool:
        with suppress(httpx2.TransportError):
            return self._http.get("/sandbox/calls").is_success
        return False


class Worker:
    """One Celery worker process over the test's own database."""

    def __init__(self, *, env: Mapping[str, str], log: Path, concurrency: int, queues: str) -> None:
        argv = [sys.executable, "-m", "celery", "-A", "jht_portal", "worker", "-P", "threads", "-c", str(concurrency)]
        argv += ["-Q", queues, "--without-gossip", "--without-mingle", "-n", f"{log.stem}@%h"]
        self.log = log
        before = _consumers(env["REDIS_URL"])
        self.program = Program(argv, log=log, cwd=_ROOT, env=env)
        ready = wait_until(
            lambda: not self.program.running or _consumers(env["REDIS_URL"]) > before, timeout=40, pause=0.1
        )
        if not ready or not self.program.running:
            self.kill()
            raise RuntimeError(f"The worker does not start:\n{tail(log, 30)}")

    def stop(self) -> None:
        """The warm way: what it is doing, it ends."""
        self.program.stop()

    def kill(self) -> None:
        """The hard way, in the middle of whatever it does."""
        self.program.kill()

    def freeze(self) -> None:
        self.program.send(signal.SIGSTOP)

    def thaw(self) -> None:
        self.program.send(signal.SIGCONT)


class RedisServer:
    """A Valkey of the test's own. Point the code at `url`; stop, freeze or start it again at will."""

    def __init__(self, directory: Path) -> None:
        self._server = Valkey(directory, password="throw-away", log=directory / "valkey.log")

    @property
    def url(self) -> str:
        return self._server.url

    def start(self) -> None:
        """On the same port as before."""
        self._server.start()

    def stop(self) -> None:
        self._server.stop()

    def kill(self) -> None:
        self._server.program.kill()

    def freeze(self) -> None:
        """Connections stay open and nothing is answered: worse than a refusal."""
        self._server.program.send(signal.SIGSTOP)

    def thaw(self) -> None:
        self._server.program.send(signal.SIGCONT)


@pytest.fixture(scope="session")
def sandbox_process() -> Iterator[Sandbox]:
    directory = Path(os.environ["PORTAL_TEST_DIRECTORY"])
    smtp_port = urlsplit(os.environ["EMAIL_URL"]).port
    assert smtp_port
    sandbox = Sandbox(
        base_url=os.environ["PROVIDER_BASE_URL"],
        smtp_port=smtp_port,
        kept=environment.Secrets(directory / "secrets"),
        log=directory / f"sandbox-{smtp_port}.log",
    )
    sandbox.start()
    yield sandbox
    sandbox.stop()


@pytest.fixture
def sandbox(sandbox_process: Sandbox) -> Iterator[Sandbox]:
    """The real sandbox process, in order again after each test."""
    _empty(os.environ["REDIS_URL"])  # a brake that an earlier test pulled
    yield sandbox_process
    if sandbox_process.program and not sandbox_process.program.running:
        sandbox_process.start()
    sandbox_process.reset()
    sandbox_process.set_today(None)


@pytest.fixture
def worker(transactional_db: None, tmp_path: Path) -> Iterator[Callable[..., Worker]]:
    """`worker()` starts a real one and returns when it consumes; further names go to its environment."""
    from django.db import connection

    database = connection.settings_dict["NAME"]
    url = urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{database}"))
    started: list[Worker] = []
    _empty(os.environ["REDIS_URL"])

    def start(*, concurrency: int = 4, queues: str = "upstream,default", **environ: str) -> Worker:
        env = {**os.environ, "DATABASE_URL": url, **environ}
        log = tmp_path / f"worker-{len(started)}-{time.monotonic_ns()}.log"
        started.append(Worker(env=env, log=log, concurrency=concurrency, queues=queues))
        return started[-1]

    yield start
    for one in started:
        one.program.ask_to_stop()
    for one in started:
        one.stop()


@pytest.fixture
def redis_server(tmp_path: Path) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path / "redis")
    server.start()
    yield server
    server.thaw()
    server.stop()


def _broker(redis_url: str) -> str:
    """The settings put the broker on the next database number."""
    parts = urlsplit(redis_url)
    return urlunsplit(parts._replace(path=f"/{int(parts.path.strip('/') or 0) + 1}"))


def _consumers(redis_url: str) -> int:
    """How many clients wait for messages on this run's broker database."""
    with redis.Redis.from_url(_broker(redis_url)) as client:
        number = _broker(redis_url).rsplit("/", 1)[1]
        return sum(1 for one in client.client_list() if one["cmd"] == "brpop" and one["db"] == number)


def _empty(redis_url: str) -> None:
    for url in (redis_url, _broker(redis_url)):
        with redis.Redis.from_url(url) as client:
            client.flushdb()
