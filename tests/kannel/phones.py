"""Phones on Kannel's fake network: one real `fakesmsc`, driven by its standard input and read from its output."""

import re
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from urllib.parse import unquote_plus

from demo.embedded.process import wait_until
from demo.kannel import SHORT_CODE

_GOT = re.compile(r"Got message \d+: <(\S+) (\S+) (text|data) (.*)>$")
_STIR_SECONDS = 0.01  # it looks at its socket when its input stirs, else once a second
_numbers = count(1)


@dataclass(frozen=True, kw_only=True)
class Text:
    """One text as it came to the phone."""

    sender: str
    number: str
    text: str
    at: float  # time.monotonic()


class Network:
    """All phones at once. Kannel's fake network takes one client at a time; this is it."""

    def __init__(self, program: Path, port: int) -> None:
        self._argv = [str(program), "-H", "127.0.0.1", "-r", str(port), "-v", "0", "-i", "0.0001"]
        self.received: list[Text] = []
        self.lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._closing = threading.Event()
        threading.Thread(target=self._stir, daemon=True).start()

    def connect(self) -> None:
        """Again, where the network had gone."""
        self.disconnect()
        self._process = subprocess.Popen(
            self._argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        threading.Thread(target=self._read, args=(self._process,), daemon=True).start()

    @property
    def connected(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def disconnect(self) -> None:
        if self._process:
            self._process.kill()  # by its end of input it would go, too, but only within a second
            self._process.wait()

    def close(self) -> None:
        self._closing.set()
        self.disconnect()

    def send(self, number: str, text: str, *, kind: str = "text") -> float:
        """A text from a phone to the short code. When it was sent."""
        self._write(f"{number} {SHORT_CODE} {kind} {text}\n".encode())
        return time.monotonic()

    def texts_to(self, number: str) -> list[Text]:
        return [one for one in list(self.received) if one.number.lstrip("+") == number.lstrip("+")]

    def _write(self, line: bytes) -> None:
        with self.lock:
            if self._process and self._process.stdin:
                self._process.stdin.write(line)
                self._process.stdin.flush()

    def _stir(self) -> None:
        """Empty lines, which Kannel's network passes over."""
        while not self._closing.wait(_STIR_SECONDS):
            try:
                self._write(b"\n")
            except OSError:
                continue

    def _read(self, process: "subprocess.Popen[bytes]") -> None:
        assert process.stdout
        for line in process.stdout:
            if found := _GOT.search(line.decode(errors="replace").rstrip("\n")):
                sender, number, kind, text = found.groups()
                shown = unquote_plus(text) if kind == "data" else text
                self.received.append(Text(sender=sender, number=number, text=shown, at=time.monotonic()))


@dataclass
class Phone:
    """One number. `ask` sends and waits for what comes back."""

    network: Network
    number: str

    def send(self, text: str, *, kind: str = "text") -> None:
        self.network.send(self.number, text, kind=kind)

    def inbox(self) -> list[str]:
        return [one.text for one in self.network.texts_to(self.number)]

    def wait_for(self, texts: int, *, timeout: float = 60) -> list[str]:
        """All texts that came, at least so many."""
        assert wait_until(lambda: len(self.inbox()) >= texts, timeout=timeout), f"only {self.inbox()}"
        return self.inbox()

    def ask(self, text: str, *, kind: str = "text", timeout: float = 60) -> str:
        """The one text that comes back."""
        before = len(self.inbox())
        self.send(text, kind=kind)
        [told] = self.wait_for(before + 1, timeout=timeout)[before:]
        return told

    def stays_at(self, texts: int, *, seconds: float = 1.0) -> bool:
        """That nothing more comes within the time."""
        return not wait_until(lambda: len(self.inbox()) > texts, timeout=seconds)


def new_number() -> str:
    return f"+62811{next(_numbers):07d}"


@contextmanager
def network(program: Path, port: int) -> Iterator[Network]:
    one = Network(program, port)
    one.connect()
    yield one
    one.close()
