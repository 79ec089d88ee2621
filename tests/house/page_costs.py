"""What each page weighs on the wire and how long it takes on a slow line: the tables of docs/measurements.md.

Part of `python -m tests.house.measure`; alone, beside a running demo: `python -m tests.house.page_costs URL`.
"""

import os
import re
import secrets
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from demo.chromium import find_chromium
from tests.house.website import Person

PHONE = {"width": 390, "height": 844}
DOWN, UP, LATENCY_MS = 250_000 / 8, 50_000 / 8, 300  # 2G: bytes a second, and what each request waits
CONTROL_BYTES, MAY_BE_OFF = 100_000, 0.15
EMAIL, PASSWORD = "budi@contoh.example", "saldo-demo-2026"


def pages(person: Person) -> dict[str, str]:
    card = re.findall(r'data-card="([^"]+)"', person.get("/saldo/").text)[0]
    return {
        "login": "/akun/login/",
        "menu": "/",
        "all balances": "/saldo/",
        "one balance": f"/saldo/{card}/",
        "statement": f"/saldo/{card}/rincian/",
        "projection": f"/saldo/{card}/proyeksi/",
        "when to claim": f"/saldo/{card}/kapan-bisa-diambil/",
        "cards": "/kartu/",
        "help": "/bantuan/",
        "PDF": f"/saldo/{card}/rincian.pdf",
    }


class Line:
    """One tab, what came over its line, and how fast the line is. No service worker: its fetches know no throttle."""

    def __init__(self, context: BrowserContext, *, slow: bool = False) -> None:
        self.page: Page = context.new_page()
        self.bytes, self.requests, self.painted = 0, 0, 0.0
        self._log = context.new_cdp_session(self.page)
        self._log.on("Page.lifecycleEvent", self._lived)
        self._log.send("Page.enable")
        self._log.send("Page.setLifecycleEventsEnabled", {"enabled": True})
        self._log.on("Network.loadingFinished", self._finished)
        self._log.send("Network.enable")
        if slow:  # before anything is asked for
            speed = {"offline": False, "latency": LATENCY_MS, "downloadThroughput": DOWN, "uploadThroughput": UP}
            self._log.send("Network.emulateNetworkConditions", speed)

    def visit(self, url: str) -> tuple[int, int]:
        """(bytes with headers, answers that came over the line)"""
        self.bytes = self.requests = 0
        self.page.goto(url, wait_until="networkidle")
        return self.bytes, self.requests

    def seconds_until(self, url: str, selector: str) -> float:
        """Until the element is there and something is painted: nothing is before the style sheet has come."""
        self.page.goto("about:blank")
        self.painted, begun = 0.0, time.perf_counter()
        self.page.goto(url, wait_until="commit", timeout=90_000)
        self.page.locator(selector).first.wait_for(timeout=90_000)
        there = time.perf_counter()
        while not self.painted:
            self.page.wait_for_timeout(10)
        return round(max(there, self.painted) - begun, 2)

    def _lived(self, event: dict[str, Any]) -> None:
        if event["name"] == "firstContentfulPaint":
            self.painted = time.perf_counter()

    def _finished(self, event: dict[str, Any]) -> None:
        self.bytes += round(event["encodedDataLength"])
        self.requests += event["encodedDataLength"] > 0


def context_of(browser: Browser, url: str, session: str, **options: Any) -> BrowserContext:
    context = browser.new_context(viewport=PHONE, service_workers="block", **options)  # type: ignore[arg-type]
    if session:
        context.add_cookies([{"name": "session", "value": session, "url": url}])
    return context


def tell_bytes(browser: Browser, url: str, person: Person) -> None:
    for name, path in pages(person).items():
        if name == "PDF":
            answer = person.get(path)
            print(f"{name}: {answer.headers['Content-Length']} bytes, unpacked {len(answer.content)}", flush=True)
            continue
        context = context_of(browser, url, "" if name == "login" else person.http.cookies["session"])
        line = Line(context)
        first, second = line.visit(url + path), line.visit(url + path)
        print(f"{name}: first {first[0]} bytes in {first[1]}, again {second[0]} in {second[1]}", flush=True)
        context.close()


# A slow line


@contextmanager
def control() -> Iterator[str]:
    """An address that answers a known number of bytes, uncompressed."""
    body = secrets.token_hex(CONTROL_BYTES // 2).encode()

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Cache-Control", "no-store")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: Any) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.server_port}/"
    server.shutdown()


def is_slow(line: Line) -> bool:
    """The throttle counts for a document too: a control of known size takes what the line allows."""
    expected = LATENCY_MS / 1000 + CONTROL_BYTES / DOWN
    with control() as url:
        begun = time.perf_counter()
        line.page.goto(url, wait_until="load")
        took = time.perf_counter() - begun
    good = abs(took - expected) <= MAY_BE_OFF * expected
    print(f"  control {CONTROL_BYTES} bytes: {took:.2f} s, expected {expected:.2f}: {'' if good else 'NOT '}used")
    return good


def tell_slow(browser: Browser, url: str, person: Person, *, scripts: bool) -> None:
    """Seconds until the figure can be seen: with an empty cache, and then again."""
    found = pages(person)
    print(f"2G, {'with' if scripts else 'without'} JavaScript, load {os.getloadavg()[0]:.1f}", flush=True)
    for name, selector in {"one balance": "[data-amount]", "statement": "[data-year] [data-amount]"}.items():
        context = context_of(browser, url, person.http.cookies["session"], java_script_enabled=scripts)
        line = Line(context, slow=True)
        if is_slow(line):
            first, again = [line.seconds_until(url + found[name], selector) for _ in range(2)]
            print(f"  {name}: first {first} s, again {again} s", flush=True)
        if scripts and name == "statement":
            line.bytes, begun = 0, time.perf_counter()
            line.page.evaluate("async (at) => (await (await fetch(at)).arrayBuffer()).byteLength", found["PDF"])
            took = round(time.perf_counter() - begun, 2)
            line.page.wait_for_timeout(200)
            print(f"  PDF: {took} s for {line.bytes} bytes", flush=True)
        context.close()


def tell_all(url: str, person: Person) -> None:
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=arguments)
        tell_bytes(browser, url, person)
        for scripts in (True, False):
            tell_slow(browser, url, person, scripts=scripts)
        browser.close()


if __name__ == "__main__":
    someone = Person(SimpleNamespace(url=sys.argv[1]))  # type: ignore[arg-type]
    someone.log_in(EMAIL, PASSWORD)
    for page_path in pages(someone).values():
        someone.get(page_path)  # asks for what is not there yet
    time.sleep(10)
    tell_all(sys.argv[1], someone)
