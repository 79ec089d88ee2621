"""Takes the figures of docs/measurements.md from a demo of its own: `.venv/bin/python -m tests.house.measure`.

Needs the folder's `.run/` for itself (stop `./portal demo` first; its data are made anew) and about five minutes.
"""

import os
import re
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx2
import psycopg
from playwright.sync_api import sync_playwright

from demo.chromium import find_chromium
from demo.embedded import Valkey
from demo.embedded.postgres import free_port
from demo.embedded.process import Program, wait_until
from demo.web import answers
from tests.house import page_costs
from tests.house.website import ROOT, Person
from tests.house.wire import Wire, commands

BUDI, KPJ = "budi@contoh.example", "24011122201"
PASSWORD, WRONG = "saldo-demo-2026", "bukan-kata-sandi-ini"


class Demo:
    """`./portal demo --fresh` over a Redis of ours, so that it can be stopped and frozen."""

    def __init__(self, directory: Path) -> None:
        self.valkey = Valkey(directory / "valkey", password="measure", log=directory / "valkey.log")
        self.valkey.start()
        self.port, sandbox_port, self.log = free_port(), free_port(), directory / "demo.log"
        self.url, self._sandbox = (
            f"http://localhost:{self.port}",
            httpx2.Client(base_url=f"http://localhost:{sandbox_port}/sandbox", timeout=70),
        )
        argv = ["./portal", "demo", "--fresh", "--port", str(self.port), "--sandbox-port", str(sandbox_port)]
        env = {**os.environ, "REDIS_URL": self.valkey.url}
        self.program = Program(argv, log=self.log, cwd=ROOT, env=env, kill_after=40)
        if not wait_until(lambda: "Ready:" in self.log.read_text() or not self.program.running, timeout=300):
            raise SystemExit(self.log.read_text())
        self.database = psycopg.connect((ROOT / ".run/secrets/database_url").read_text(), autocommit=True)

    def stop(self) -> None:
        self.valkey.program.send(signal.SIGCONT)
        self.program.stop()
        self.valkey.stop()

    def person(self, email: str = BUDI, password: str = PASSWORD) -> Person:
        person = Person(SimpleNamespace(url=self.url))  # type: ignore[arg-type]
        person.log_in(email, password)
        return person

    def fault(self, kind: str, **where: Any) -> None:
        self._sandbox.post("/faults", json={"kind": kind, "kpj": KPJ, "operation": "11", **where})

    def clear_faults(self) -> None:
        self._sandbox.delete("/faults")

    def calls(self) -> int:
        found = self._sandbox.get("/calls").json()
        return sum(one["count"] for one in found if (one["operation"], one["kpj"]) == ("11", KPJ))

    def make_due(self) -> None:
        self._balance("UPDATE balances_balance SET next_fetch_at = now(), fetch_started_at = NULL WHERE card_id = {}")

    def fetched_at(self) -> datetime:
        return self._balance("SELECT fetched_at FROM balances_balance WHERE card_id = {}").fetchone()[0]

    def _balance(self, statement: str) -> Any:
        card = f"(SELECT id FROM accounts_card WHERE kpj_last4 = '{KPJ[-4:]}' AND state = 'active')"
        return self.database.execute(statement.format(card))

    def log_statements(self) -> Path:
        """From now on PostgreSQL writes every statement down; all connections are made anew for it."""
        self.database.execute("ALTER DATABASE portal SET log_statement = 'all'")
        self.database.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        time.sleep(12)
        return ROOT / ".run/log/postgres.log"

    def worker(self) -> int:
        """The process id of the demo's worker."""
        demo = self.program.pid
        for pid in Path(f"/proc/{demo}/task/{demo}/children").read_text().split():
            if b"\0worker\0" in Path(f"/proc/{pid}/cmdline").read_bytes():
                return int(pid)
        raise SystemExit("no worker found")


def seconds(act: Callable[[], Any]) -> float:
    start = time.perf_counter()
    act()
    return round(time.perf_counter() - start, 3)


def tell(what: str, figure: object) -> None:
    print(f"{what}: {figure}", flush=True)


def fifty_reloads(demo: Demo, person: Person) -> None:
    demo.fault("http500")
    demo.make_due()
    before = demo.calls()
    took = seconds(lambda: [person.get("/saldo/") for _ in range(50)])
    time.sleep(4)
    tell("50 reloads with the upstream down", f"{took} s, {demo.calls() - before} upstream call(s)")
    demo.clear_faults()


def killed_worker(demo: Demo, person: Person) -> None:
    demo.fault("timeout", times=1)
    demo.make_due()
    calls, before = demo.calls(), demo.fetched_at()
    person.get("/saldo/")
    assert wait_until(lambda: demo.calls() > calls, timeout=60)
    os.kill(demo.worker(), signal.SIGKILL)
    took = seconds(lambda: wait_until(lambda: demo.fetched_at() != before, timeout=120, pause=0.1))
    tell("worker killed in the middle of a fetch, seconds until the balance", took)


def warm_page(demo: Demo, person: Person) -> None:
    took = [seconds(lambda: person.get("/saldo/")) for _ in range(60)]
    tell("warm /saldo/, seconds, median and 95 of 100", (statistics.median(took), sorted(took)[57]))
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=arguments)
        context = browser.new_context(viewport={"width": 390, "height": 844})
        cookie = {"name": "session", "value": person.http.cookies["session"], "url": demo.url}
        context.add_cookies([cookie])  # type: ignore[list-item]
        wire = Wire(context, f"{demo.url}/saldo/")
        tell("first /saldo/ with everything, bytes", (sum(wire.bytes.values()), wire.bytes, wire.hosts))
        browser.close()


def papers(person: Person) -> None:
    """Each year of the longest card once, so that no paper is made twice; the first loads the compiler."""
    cards = sorted(set(re.findall(r"/saldo/[\w-]{36}/rincian", person.get("/rincian/").text)))
    wait_until(lambda: all("data-year" in person.get(f"{card}/").text for card in cards), timeout=60, pause=1)
    years = {card: sorted(set(re.findall(r'data-year="(\d{4})"', person.get(f"{card}/").text))) for card in cards}
    card = max(cards, key=lambda one: len(years[one]))
    files: list[bytes] = []

    def get(name: str) -> float:
        return seconds(lambda: files.append(person.http.get(f"{card}.{name}").raise_for_status().content))

    first, *others = [get(f"pdf?tahun={year}") for year in years[card]]
    tell(
        "PDF of a year, seconds: the first, median of the others, slowest",
        (first, statistics.median(others), max(others)),
    )
    tell("PDF of a year, bytes, median", statistics.median(map(len, files)))
    for form in ("pdf", "csv", "json", "xlsx"):
        tell(f"all {len(years[card])} years as {form}, seconds, bytes", (get(form), len(files[-1])))


def without_redis(demo: Demo, person: Person, way: str) -> None:
    demo.valkey.stop() if way == "stopped" else demo.valkey.program.send(signal.SIGSTOP)
    pages = []
    for pause in (0, 0, 0, 6):  # after six seconds the bell is tried again
        time.sleep(pause)
        demo.make_due()
        pages.append(seconds(lambda: person.get("/saldo/")))
    tell(f"Redis {way}: /saldo/ when due, seconds", pages)
    email = "wayan@contoh.example"
    tell(f"Redis {way}: right password lets in", demo.person(email).is_signed_in)
    tell(f"Redis {way}: wrong password lets in", demo.person(email, WRONG).is_signed_in)
    for _ in range(4):
        demo.person(email, WRONG)
    tell(f"Redis {way}: sixth guess, the right password, lets in", demo.person(email).is_signed_in)
    before = demo.fetched_at()
    demo.valkey.start() if way == "stopped" else demo.valkey.program.send(signal.SIGCONT)
    took = seconds(lambda: wait_until(lambda: demo.fetched_at() != before, timeout=150, pause=0.1))
    tell(f"Redis {way}: back, seconds until the balance", took)
    demo.database.execute("TRUNCATE rate_limits")


def queries(demo: Demo, person: Person) -> None:
    """The quietest of eight: a sweep may fall into one."""
    log, seen, said = demo.log_statements(), list[list[str]](), list[int]()
    for _ in range(8):
        start, before = log.stat().st_size, commands(demo.valkey.url)
        person.get("/saldo/")
        said.append(sum(commands(demo.valkey.url).values()) - sum(before.values()))
        time.sleep(0.2)
        lines = log.read_bytes()[start:].decode(errors="replace").splitlines()
        seen.append([line.split("statement:", 1)[1].strip() for line in lines if "statement:" in line])
    least = min(seen, key=len)
    tell("warm /saldo/: statements", [" ".join(one.split()[:1]) or "(ping)" for one in least])
    tell("warm /saldo/: Redis commands", min(said))
    demo.database.execute("ALTER DATABASE portal RESET log_statement")


def main() -> None:
    with tempfile.TemporaryDirectory() as directory:
        demo = Demo(Path(directory))
        try:
            person = demo.person()
            person.get("/saldo/")
            warm_page(demo, person)
            page_costs.tell_all(demo.url, person)
            papers(person)
            fifty_reloads(demo, person)
            time.sleep(60)  # its own retries are over
            for _ in range(2):
                killed_worker(demo, person)
            for way in ("stopped", "frozen"):
                without_redis(demo, person, way)
            queries(demo, person)
            assert answers(f"{demo.url}/readyz")
        finally:
            demo.stop()


if __name__ == "__main__":
    sys.exit(main())
