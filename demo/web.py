"""Small questions about addresses of this machine."""

import errno
import http.client
import socket
from urllib.parse import urlsplit

from demo.embedded import ServiceError


def answers(url: str) -> bool:
    """Whether a GET gives 200. Speaks to 127.0.0.1 and names the host of the address."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection("127.0.0.1", parts.port or 80, timeout=10)
    try:
        connection.request("GET", parts.path or "/", headers={"Host": parts.netloc})
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def require_free(port: int, option: str) -> None:
    """Raises ServiceError when somebody listens there, on IPv4 or IPv6: a browser may try either."""
    for family, host in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        try:
            with socket.socket(family) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a port in TIME_WAIT is free
                probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise ServiceError(f"Port {port} is in use; choose another one with {option}.") from None
            if error.errno == errno.EACCES:
                raise ServiceError(f"Port {port} is not allowed to you; choose another one with {option}.") from None
