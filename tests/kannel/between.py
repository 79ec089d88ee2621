"""Stands between Kannel and the portal and spoils what it is told to: the other side's answer, or the whole call."""

import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Spoil(StrEnum):
    REFUSE = "refuse"  # 500, and nothing is passed on
    FAIL = "fail"  # passed on and done; the caller reads 500
    HANG_UP = "hang_up"  # passed on and done; the caller reads nothing


class Between:
    """`spoil` holds what happens to the next calls, one each; without any, calls are passed on."""

    def __init__(self) -> None:
        self.target = 0
        self.spoil: list[Spoil] = []
        self.passed: list[tuple[str, int]] = []  # path and the status of the other side
        between = self

        class Handler(_Handler):
            owner = between

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port: int = self._server.server_address[1]

    def start(self) -> None:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    owner: Between
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        spoil = self.owner.spoil.pop(0) if self.owner.spoil else None
        if spoil is Spoil.REFUSE:
            self._answer(500, {}, b"")
            return
        status, headers, answer = self._pass_on(body)
        self.owner.passed.append((self.path, status))
        if spoil is Spoil.HANG_UP:
            self.close_connection = True
            return
        self._answer(500 if spoil else status, headers, answer)

    do_GET = do_POST

    def _pass_on(self, body: bytes) -> tuple[int, dict[str, str], bytes]:
        other = http.client.HTTPConnection("127.0.0.1", self.owner.target, timeout=20)
        headers = {name: value for name, value in self.headers.items() if name.lower() != "connection"}
        other.request(self.command, self.path, body=body, headers=headers)
        answer = other.getresponse()
        read = answer.read()
        other.close()
        kept = {"Content-Type": answer.headers.get("Content-Type", "")}
        return answer.status, kept, read

    def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            if value:
                self.send_header(name, value)
        with suppress(BrokenPipeError, ConnectionResetError):  # whoever asked has gone
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@contextmanager
def between() -> Iterator[Between]:
    one = Between()
    one.start()
    yield one
    one.stop()
