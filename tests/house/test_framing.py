"""Requests that proxy and server might read in two ways end with a refusal, over a real socket."""

import re
import socket
from collections.abc import Callable

import pytest

from tests.house.website import Website

POST = b"POST /bahasa/ HTTP/1.1\r\nHost: localhost\r\n"
FRAMES = {
    "two lengths": POST + b"Content-Length: 4\r\nContent-Length: 40\r\n\r\nabcd",
    "length and chunks": POST + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    b"GET /saldo/ HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "an odd encoding": POST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "a bad chunk": POST + b"Transfer-Encoding: chunked\r\n\r\nZZ\r\nx\r\n0\r\n\r\n",
    "a folded head": b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-A: b\r\n c\r\n\r\n",
    "a space before the colon": b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length : 5\r\n\r\n",
    "a nul in a head": b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-A: b\x00c\r\n\r\n",
}


@pytest.mark.asvs("V4.2.1")
@pytest.mark.django_db(transaction=True)
def test_a_request_that_can_be_read_in_two_ways_is_refused(website: Callable[..., Website]) -> None:
    site = website()
    for name, sent in FRAMES.items():
        told = answers(site.port, sent)
        assert told.count(b"HTTP/1.1 ") <= 1, (name, told)
        assert not told or re.match(rb"HTTP/1.1 4\d\d", told), (name, told)


def answers(port: int, sent: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=3) as line:
        line.sendall(sent)
        told = b""
        try:
            while part := line.recv(65536):
                told += part
        except TimeoutError:
            pass
    return told
