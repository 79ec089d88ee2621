"""The website as its own process over the test's database, and a person who walks it without scripts."""

import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx2

from demo.embedded.postgres import free_port
from demo.embedded.process import Program, tail, wait_until
from demo.web import answers

ROOT = Path(__file__).resolve().parents[2]
TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)


class Website:
    """One granian process, started as the demo starts it."""

    def __init__(self, *, env: Mapping[str, str], log: Path) -> None:
        self.env, self.log, self.port = env, log, free_port()
        self.url = f"http://localhost:{self.port}"
        self.program: Program | None = None

    def start(self) -> None:
        """On the same port as before."""
        argv = [sys.executable, "-m", "granian", "--interface", "wsgi", "jht_portal.wsgi:application", "--no-ws"]
        argv += ["--host", "127.0.0.1", "--port", str(self.port), "--workers", "1", "--blocking-threads", "4"]
        self.program = Program(argv, log=self.log, cwd=ROOT, env=self.env)
        ready = wait_until(lambda: not self.program.running or answers(f"{self.url}/healthz"), timeout=60, pause=0.1)
        if not ready or not self.program.running:
            self.kill()
            raise RuntimeError(f"The website does not start:\n{tail(self.log, 30)}")

    def stop(self) -> None:
        if self.program:
            self.program.stop()

    def kill(self) -> None:
        """The whole group, in the middle of whatever it does."""
        if self.program:
            self.program.kill()


class Person:
    """Somebody with a browser without scripts. Keeps every address and title that was to be seen."""

    def __init__(self, website: Website) -> None:
        self.website = website
        self.http = httpx2.Client(base_url=website.url, timeout=60)
        self.addresses: list[str] = []
        self.titles: list[str] = []

    def get(self, path: str, **query: str) -> httpx2.Response:
        return self._arrive(self.http.get(path, params=query or None))

    def post(self, path: str, **data: str) -> httpx2.Response:
        """With the token of the page; follows to where it leads."""
        token = self.http.cookies.get("csrf") or ""
        if not token:
            self.get("/akun/login/")
            token = self.http.cookies.get("csrf") or ""
        return self._arrive(self.http.post(path, data={"csrfmiddlewaretoken": token, **data}))

    def another_window(self) -> "Person":
        """The same browser: the same cookies."""
        window = Person(self.website)
        window.http.cookies = self.http.cookies
        return window

    def log_in(self, email: str, password: str = "") -> httpx2.Response:
        """With the password that tests.factories gives everybody, unless told another."""
        if not password:
            from tests.factories import PASSWORD as password  # late: a Person also walks a demo, without models
        return self.post("/akun/login/", login=email, password=password)

    def wait_for(self, path: str, text: str, *, timeout: float = 60) -> str:
        """Loads the page again until it says `text`; returns it."""
        page = ""

        def says() -> bool:
            nonlocal page
            page = self.get(path).text
            return text in page

        assert wait_until(says, timeout=timeout, pause=0.2), f"{path} never says {text}:\n{page}"
        return page

    @property
    def is_signed_in(self) -> bool:
        return "data-signed-in" in self.get("/").text

    def _arrive(self, response: httpx2.Response) -> httpx2.Response:
        for _ in range(5):
            self._remember(response)
            if not response.has_redirect_location:
                return response
            response = self.http.get(response.headers["Location"])
        raise AssertionError(f"redirected without end: {self.addresses[-5:]}")

    def _remember(self, response: httpx2.Response) -> None:
        self.addresses += [str(response.request.url), response.headers.get("Location", "")]
        self.titles += TITLE.findall(response.text) if "html" in response.headers.get("Content-Type", "") else []


def path_of(response: Any) -> str:
    return str(response.url.path)
