"""One POST to a gateway within a total deadline; tells surely refused from nobody knows."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Final
from urllib.parse import urlsplit

import httpcore2

from providers.deadline import DeadlineBackend, deadline
from sms.gateways.port import Doubtful, NotSent

DEADLINE_SECONDS: Final = 8.0  # below the lease of the row
_ANSWER_LIMIT: Final = 4096  # bytes; gateways answer with a line


def post(url: str, *, headers: Mapping[str, str], body: bytes) -> int:
    """The HTTP status. Raises NotSent where no byte can have arrived, Doubtful where it may have."""
    parts = urlsplit(url)
    ours = {"Host": parts.netloc.rpartition("@")[2], "Content-Length": str(len(body)), "Connection": "close"}
    try:
        with (
            deadline(DEADLINE_SECONDS),
            _pool().stream("POST", url, headers=[*ours.items(), *headers.items()], content=body) as response,
        ):
            _drain(response)
            return response.status
    except (httpcore2.ConnectError, httpcore2.ConnectTimeout, httpcore2.PoolTimeout) as error:
        raise NotSent("gateway_unreachable") from error
    except httpcore2.LocalProtocolError as error:
        raise NotSent("gateway_misconfigured", mend=True) from error
    except (httpcore2.TimeoutException, httpcore2.NetworkError, httpcore2.ProtocolError) as error:
        raise Doubtful from error


def _drain(response: httpcore2.Response) -> None:
    read = 0
    for chunk in response.iter_stream():
        read += len(chunk)
        if read > _ANSWER_LIMIT:
            return


@cache
def _pool() -> httpcore2.ConnectionPool:
    return httpcore2.ConnectionPool(max_connections=16, network_backend=DeadlineBackend())
