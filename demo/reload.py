"""`--reload`: restarts the product's processes when a source file changes."""

from collections.abc import Callable
from pathlib import Path

_SUFFIXES = (".py", ".html", ".txt", ".mo", ".css", ".js", ".svg")
_ROUNDS = 4  # looks once in so many rounds of the supervisor


class Watch:
    """Compares names and modification times; a poll is enough for a demo and needs no package."""

    def __init__(self, root: Path, changed: Callable[[], None]) -> None:
        self._directories = [path for path in root.iterdir() if path.is_dir() and not path.name.startswith(".")]
        self._changed, self._round, self._seen = changed, 0, self._snapshot()

    def look(self) -> None:
        self._round += 1
        if self._round % _ROUNDS:
            return
        now = self._snapshot()
        if now != self._seen:
            self._seen = now
            self._changed()

    def _snapshot(self) -> dict[Path, int]:
        return {
            path: path.stat().st_mtime_ns
            for directory in self._directories
            for path in directory.rglob("*")
            if path.suffix in _SUFFIXES and path.is_file()
        }
