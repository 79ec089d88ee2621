"""A private Valkey (the open continuation of Redis 7.2): password needed, kept in an append-only file, never evicts."""

import signal
import socket
from pathlib import Path

from demo.embedded.binaries import redis_server
from demo.embedded.postgres import free_port
from demo.embedded.process import Program, Service, ServiceError, end_orphan, tail, wait_until


class Valkey(Service):
    """One server over one directory. The password goes in through stdin, so `ps` does not show it."""

    def __init__(self, directory: Path, *, password: str, log: Path, databases: int = 16, port: int = 0) -> None:
        self.port = port
        self._directory, self._password, self._log, self._databases = directory.resolve(), password, log, databases

    @property
    def url(self) -> str:
        return f"redis://:{self._password}@127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Returns when it has answered a PING with our password."""
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        end_orphan(pid_file=self._pid_file, directory=self._directory, stop_signal=signal.SIGTERM)
        chosen = [self.port] if self.port else [free_port() for _ in range(3)]
        if not any(self._serve(port) for port in chosen):
            raise ServiceError(f"Valkey does not start; the end of its log:\n{tail(self._log)}")

    @property
    def _pid_file(self) -> Path:
        return self._directory / "valkey.pid"

    def _serve(self, port: int) -> bool:
        self.port = port
        self._program = Program([str(redis_server()), "-"], log=self._log, stdin=self._configuration(), env={})
        if wait_until(lambda: not self.running or self._answers(), timeout=30) and self.running:
            return True
        self.stop()
        return False

    def _configuration(self) -> bytes:
        lines = {
            "bind": "127.0.0.1",
            "port": str(self.port),
            "dir": f'"{self._directory}"',
            "pidfile": f'"{self._pid_file}"',
            "requirepass": self._password,
            "databases": str(self._databases),
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": '""',
            "maxmemory-policy": "noeviction",
        }
        return "".join(f"{name} {value}\n" for name, value in lines.items()).encode()

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=2) as connection:
                connection.sendall(f"AUTH {self._password}\r\nPING\r\n".encode())
                return _read(connection, len(b"+OK\r\n+PONG\r\n")) == b"+OK\r\n+PONG\r\n"
        except OSError:
            return False


def _read(connection: socket.socket, size: int) -> bytes:
    """Up to `size` bytes; less when the server says something else and hangs up or falls silent."""
    got = b""
    while len(got) < size and (piece := connection.recv(size - len(got))):
        got += piece
    return got
