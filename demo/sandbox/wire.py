"""HTTP/1.1 on a plain socket, because faults need it: cut, drip and hang are done here and end with the server."""

from __future__ import annotations

import socket
import sys
import threading
import traceback
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from demo.sandbox.answers import Answer, Refusal
from demo.sandbox.control import Control
from demo.sandbox.faults import HANG_SECONDS
from demo.sandbox.gate import Request
from demo.sandbox.operations import PATHS
from demo.sandbox.upstream import Upstream

_MOST_BYTES = 1 << 20


class Server(ThreadingHTTPServer):
    """One thread a connection; `stopping` wakes whoever hangs."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], upstream: Upstream) -> None:
        self.upstream, self.control = upstream, Control(upstream)
        self.stopping = threading.Event()
        super().__init__(address, Handler)

    def shutdown(self) -> None:
        self.stopping.set()
        super().shutdown()

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hung up is no news; anything else is shown without the request."""
        if not isinstance(sys.exception(), OSError):
            traceback.print_exc()


class Handler(BaseHTTPRequestHandler):
    """Reads a request whole, asks control or upstream, writes the answer in one piece."""

    protocol_version = "HTTP/1.1"
    server_version, sys_version = "sandbox", ""
    disable_nagle_algorithm = True
    timeout = 75
    server: Server

    def _serve(self) -> None:
        body = self._body()
        if body is None:
            self.close_connection = True
            service = PATHS.get(self.path.partition("?")[0], "00")
            self._send(Refusal(400, "00", "a body of at most 1 MiB, with its length").answer(service))
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(self.command, self.path, headers, body)
        self._send(self.server.control.answer(request) or self.server.upstream.answer(request))

    do_GET = do_POST = do_DELETE = do_PUT = do_PATCH = do_HEAD = do_OPTIONS = _serve

    def _body(self) -> bytes | None:
        length = self.headers.get("Content-Length", "0")
        if "Transfer-Encoding" in self.headers or not length.isdigit() or int(length) > _MOST_BYTES:
            return None
        return self.rfile.read(int(length))

    def _send(self, answer: Answer) -> None:
        lines = [f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}"]
        headers = {"Content-Type": answer.content_type, "Content-Length": str(len(answer.body)), **answer.headers}
        if self.close_connection:
            headers["Connection"] = "close"
        lines += [f"{name}: {value}" for name, value in headers.items()]
        head = "\r\n".join(lines).encode() + b"\r\n\r\n"
        if self.command == "HEAD":
            answer = Answer(answer.status, b"")
        self._deliver(head, answer)

    def _deliver(self, head: bytes, answer: Answer) -> None:
        if answer.delivery == "plain":
            self.connection.sendall(head + answer.body)
            return
        self.close_connection = True
        if answer.delivery == "cut":
            self.connection.sendall(head + answer.body[: len(answer.body) // 2])
            self.connection.shutdown(socket.SHUT_RDWR)
        elif answer.delivery == "drip":
            self._drip(head, answer)
        else:
            self.server.stopping.wait(answer.seconds)

    def _drip(self, head: bytes, answer: Answer) -> None:
        self.connection.sendall(head)
        steps = int(HANG_SECONDS / max(answer.seconds, 0.001))
        for byte in answer.body[:steps]:
            if self.server.stopping.wait(answer.seconds):
                return
            self.connection.sendall(bytes([byte]))

    def log_message(self, format: str, *args: object) -> None:
        """Silent: addresses and numbers do not belong in a log."""
