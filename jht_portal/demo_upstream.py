"""The demo's own word with the sandbox upstream: its date, its faults, its fictitious people. In the demo only."""

import json
import os
from typing import Any
from urllib.request import Request, urlopen

TIMEOUT_SECONDS = 10


class DemoUpstream:
    """The sandbox that `./portal demo` started; `find` gives None where another upstream is used instead."""

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/")

    @classmethod
    def find(cls) -> "DemoUpstream | None":
        url = os.environ.get("SANDBOX_URL", "")
        return cls(url) if url else None

    def today(self) -> str:
        return str(self._call("GET", "/sandbox/today")["today"])

    def set_today(self, today: str) -> None:
        self._call("POST", "/sandbox/today", {"today": today})

    def fail_for(self, kpj: str, kind: str) -> None:
        """Once, however often the demo is started against the same sandbox."""
        if not any(fault["kpj"] == kpj for fault in self._call("GET", "/sandbox/faults")):
            self._call("POST", "/sandbox/faults", {"kind": kind, "kpj": kpj})

    def people(self, count: int, seed: int) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._call("GET", f"/sandbox/people?count={count}&seed={seed}")
        return found

    def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        data = json.dumps(body).encode() if body is not None else None
        headers = {"Content-Type": "application/json"}
        request = Request(self._url + path, data=data, method=method, headers=headers)  # noqa: S310 - the demo's own
        with urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310 # nosec B310
            return json.load(answer)
