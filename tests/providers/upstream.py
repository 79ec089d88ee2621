"""A scripted upstream on a loopback port: says whatever a test wants on the wire, and remembers what it was asked."""

import json
import threading
from collections import defaultdict, deque
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PATHS = {
    "73": "/v1.0/access-token/b2b",
    "J1": "/v1.0/jht/member-verify",
    "J2": "/v1.0/jht/card-list",
    "11": "/v1.0/balance-inquiry",
    "J3": "/v1.0/jht/yearly-statement",
    "J4": "/v1.0/jht/contribution-list",
    "J5": "/v1.0/jht/challenge-send",
    "J6": "/v1.0/jht/challenge-verify",
}
_SERVICES = {path: service for service, path in PATHS.items()}
KPJ = "24011122201"
REF = "member-ref-1"


@dataclass
class Asked:
    service: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def fields(self) -> dict[str, Any]:
        return json.loads(self.body)


@dataclass
class Answer:
    """`raw` replaces the whole answer, status line included; `close` ends the connection afterwards."""

    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    close: bool = False


def ok(service: str, **fields: Any) -> Answer:
    return Answer(body=encode({"responseCode": f"200{service}00", "responseMessage": "Successful", **fields}))


def refusal(status: int, service: str, case: str, **headers: str) -> Answer:
    fields = {"responseCode": f"{status}{service}{case}", "responseMessage": "Refused", "referenceNo": "R-77"}
    return Answer(status, encode(fields), {name.replace("_", "-"): value for name, value in headers.items()})


def token(value: str = "token-1", expires_in: Any = "900") -> Answer:
    return ok("73", accessToken=value, tokenType="Bearer", expiresIn=expires_in, additionalInfo={})


def encode(fields: dict[str, Any]) -> bytes:
    return json.dumps(fields).encode()


def money(value: str) -> dict[str, str]:
    return {"value": value, "currency": "IDR"}


def balance_fields(value: str = "12345678.00", **changes: Any) -> dict[str, Any]:
    details = {
        "asOf": "2026-10-31T23:59:59+07:00",
        "iuranSampai": "2026-10",
        "pengembanganSampai": "2026-09",
        "tingkatPengembangan": {"tahun": 2025, "persen": "5.70"},
        "provisional": True,
        "unavailableReason": None,
        "warnings": [],
    }
    account = {"balanceType": "JHT", "amount": money(value), "availableBalance": money(value), "status": "0001"}
    fields = {"referenceNo": "R-1", "accountNo": KPJ, "accountInfos": [account], "additionalInfo": details}
    return fields | changes


def balance(value: str = "12345678.00", **changes: Any) -> Answer:
    return ok("11", **balance_fields(value, **changes))


class Upstream:
    """Answers in the order queued per service; the token service answers by itself when nothing is queued."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.connections = 0
        self.queued: dict[str, deque[Answer]] = defaultdict(deque)
        self.handler = _handler(self)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self.handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def queue(self, service: str, *answers: Answer) -> None:
        self.queued[service].extend(answers)

    def count(self, service: str) -> int:
        return sum(asked.service == service for asked in self.asked)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, asked: Asked) -> Answer:
        self.asked.append(asked)
        queue = self.queued[asked.service]
        if queue:
            return queue.popleft()
        return token() if asked.service == "73" else Answer(404, encode({"responseCode": "4040002"}))


def _handler(upstream: Upstream) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self) -> None:
            super().setup()
            upstream.connections += 1

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            service = next((name for path, name in _SERVICES.items() if self.path.endswith(path)), "?")
            answer = upstream.answer(Asked(service, self.path, dict(self.headers.items()), body))
            self.close_connection = answer.close
            self.wfile.write(answer.raw if answer.raw is not None else _encode(answer))

        def log_message(self, *args: object) -> None:
            pass

    return Handler


def _encode(answer: Answer) -> bytes:
    headers = {"Content-Type": "application/json", "Content-Length": str(len(answer.body)), **answer.headers}
    lines = [f"HTTP/1.1 {answer.status} X", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + answer.body
