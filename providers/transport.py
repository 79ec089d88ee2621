"""POSTs bytes to the upstream and brings the answer back: no redirects, no proxies, no compression, 1 MiB at most.

Uses httpcore2, the engine of httpx2, because only there a network backend that keeps our deadline can be given.
"""

import ipaddress
import logging
import ssl
from collections.abc import Mapping
from datetime import timedelta
from typing import Final
from urllib.parse import SplitResult, urlsplit

import httpcore2

from providers.deadline import DeadlineBackend, remaining
from providers.errors import BadAnswer, HeldBack, InvalidRequest, Unavailable, Wire
from providers.verdict import Reply, body_matters

logger = logging.getLogger(__name__)

BODY_LIMIT: Final = 1024 * 1024
CONNECT_SECONDS: Final = 3.0
READ_SECONDS: Final = 8.0
WRITE_SECONDS: Final = 5.0
POOL_SECONDS: Final = 2.0
CONNECTIONS: Final = 16  # more than a worker has threads
KEEPALIVE_SECONDS: Final = 20.0


class Transport:
    """Thread-safe; one per process."""

    def __init__(self, *, base_url: str, ca_file: str = "") -> None:
        self._base = _checked_base(base_url)
        self._prefix = self._base.path.rstrip("/")
        self._pool = httpcore2.ConnectionPool(
            ssl_context=_tls(ca_file) if self._base.scheme == "https" else None,
            max_connections=CONNECTIONS,
            keepalive_expiry=KEEPALIVE_SECONDS,
            network_backend=DeadlineBackend(),
        )

    def target(self, path: str) -> str:
        """The request target as it stands on the wire, which is also what gets signed."""
        return self._prefix + path

    def post(self, path: str, *, headers: Mapping[str, str], body: bytes) -> Reply:
        """One attempt. Raises Unavailable, BadAnswer (too large), InvalidRequest, or HeldBack for a full pool."""
        try:
            with self._pool.stream(
                "POST",
                httpcore2.URL(
                    scheme=self._base.scheme,
                    host=self._base.hostname or "",
                    port=self._base.port,
                    target=self.target(path),
                ),
                headers=self._headers(headers, body),
                content=body,
                extensions={"timeout": _timeouts()},
            ) as response:
                return _read(response)
        except httpcore2.PoolTimeout as error:
            raise HeldBack(timedelta(seconds=1)) from error
        except httpcore2.TimeoutException as error:
            raise Unavailable("no answer in time") from error
        except httpcore2.LocalProtocolError as error:
            raise InvalidRequest("a header that cannot be sent") from error
        except (httpcore2.NetworkError, httpcore2.ProtocolError) as error:
            _tell_of_tls(error)
            raise Unavailable("the connection failed") from error

    def close(self) -> None:
        self._pool.close()

    def _headers(self, headers: Mapping[str, str], body: bytes) -> list[tuple[bytes | str, bytes | str]]:
        ours = {
            "Host": self._base.netloc,
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            "Content-Type": "application/json",
            "Content-Length": str(len(body)),
        }
        return [*ours.items(), *headers.items()]


def _timeouts() -> dict[str, float]:
    return {
        "connect": CONNECT_SECONDS,
        "read": READ_SECONDS,
        "write": WRITE_SECONDS,
        "pool": max(0.0, min(POOL_SECONDS, remaining())),
    }


def _read(response: httpcore2.Response) -> Reply:
    headers = {name.lower(): value.decode("latin-1") for name, value in response.headers}
    return Reply(
        status=response.status,
        content_type=headers.get(b"content-type", ""),
        content_encoding=headers.get(b"content-encoding", ""),
        retry_after=headers.get(b"retry-after", ""),
        body=_body(response) if body_matters(response.status) else b"",
    )


def _body(response: httpcore2.Response) -> bytes:
    received = bytearray()
    for chunk in response.iter_stream():
        received += chunk
        if len(received) > BODY_LIMIT:
            raise BadAnswer("larger than 1 MiB", wire=Wire(status=response.status))
    return bytes(received)


def _checked_base(base_url: str) -> SplitResult:
    base = urlsplit(base_url)
    if base.scheme not in ("http", "https") or not base.hostname or base.query or base.fragment or base.username:
        raise ValueError("PROVIDER_BASE_URL must be an https address without a query or a user")
    if base.scheme == "http" and not _is_local(base.hostname):
        raise ValueError("PROVIDER_BASE_URL may be http for localhost only")
    return base


def _is_local(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _tls(ca_file: str) -> ssl.SSLContext:
    """SNAP asks for TLS 1.3 and stopped tolerating 1.2 on 30 June 2026. A given CA file replaces the system's."""
    context = ssl.create_default_context(cafile=ca_file or None)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    return context


def _tell_of_tls(error: BaseException | None) -> None:
    """A certificate that ran out looks like an upstream that is down; only this line tells them apart."""
    while error is not None and not isinstance(error, ssl.SSLError):
        error = error.__cause__ or error.__context__
    if error is not None:
        logger.error("provider_tls_failed why=%s", error.reason)
