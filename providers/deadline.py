"""One deadline for a whole port call: every socket operation gets at most what is left of it.

A read timeout alone starts anew with each byte, so a slow drip would hold a worker for ever.
"""

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Iterable, Iterator
from contextvars import ContextVar
from typing import Any

import httpcore2

_ends_at: ContextVar[float] = ContextVar("provider_deadline", default=float("inf"))


@contextlib.contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """Calls inside end within `seconds`. Inside another deadline the earlier one holds."""
    marker = _ends_at.set(min(time.monotonic() + seconds, _ends_at.get()))
    try:
        yield
    finally:
        _ends_at.reset(marker)


def remaining() -> float:
    """Seconds left, negative once past, infinite outside any deadline."""
    return _ends_at.get() - time.monotonic()


def _clip(timeout: float | None, passed: type[httpcore2.TimeoutException]) -> float:
    left = remaining()
    if left <= 0:
        raise passed("deadline")
    return left if timeout is None else min(timeout, left)


class DeadlineStream(httpcore2.NetworkStream):
    """A stream whose every operation is clipped to the calling thread's deadline."""

    def __init__(self, stream: httpcore2.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _clip(timeout, httpcore2.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _clip(timeout, httpcore2.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        # Python's handshake keeps its timeout as a deadline of its own, so one clip is enough.
        clipped = _clip(timeout, httpcore2.ConnectTimeout)
        return DeadlineStream(self._stream.start_tls(ssl_context, server_hostname, clipped))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class DeadlineBackend(httpcore2.SyncBackend):
    """Connects within the deadline, name look-up included."""

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        failure: Exception = httpcore2.ConnectError("no address")
        for address in _addresses(host, port, _clip(timeout, httpcore2.ConnectTimeout)):
            clipped = _clip(timeout, httpcore2.ConnectTimeout)
            try:
                return DeadlineStream(super().connect_tcp(address, port, clipped, local_address, socket_options))
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
        raise failure


def _addresses(host: str, port: int, timeout: float) -> list[str]:
    """The resolver knows no timeout, so it works in a thread of its own that may be left behind."""
    found: list[str] = []

    def look_up() -> None:
        with contextlib.suppress(OSError, UnicodeError):
            answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            found.extend(dict.fromkeys(str(answer[4][0]) for answer in answers))

    worker = threading.Thread(target=look_up, name="provider-resolver", daemon=True)
    worker.start()
    worker.join(timeout)
    if worker.is_alive():
        raise httpcore2.ConnectTimeout("name look-up")
    return list(found)
