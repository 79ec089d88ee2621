"""A caller of the sandbox for these tests only: signs by the contract's words and shares nothing with the engine."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

Json = dict[str, Any]
ROOT = Path(__file__).resolve().parents[2]
CLIENT_ID, SECRET, PARTNER, CHANNEL = "portal-test", "a-secret-of-the-tests", "PARTNER-TEST", "95221"
JAKARTA_OFFSET = timedelta(hours=7)
PATHS = {
    "J1": "/v1.0/jht/member-verify",
    "J2": "/v1.0/jht/card-list",
    "11": "/v1.0/balance-inquiry",
    "J3": "/v1.0/jht/yearly-statement",
    "J4": "/v1.0/jht/contribution-list",
    "J5": "/v1.0/jht/challenge-send",
    "J6": "/v1.0/jht/challenge-verify",
}
TOKEN_PATH = "/v1.0/access-token/b2b"


@dataclass(frozen=True)
class Reply:
    """One answer off the wire."""

    status: int
    headers: Mapping[str, str]
    raw: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.raw)

    @property
    def code(self) -> str:
        return str(self.json["responseCode"])


@dataclass
class Sandbox:
    """A running sandbox process and a signed line to it."""

    port: int
    key: RSAPrivateKey
    process: subprocess.Popen[str]
    token: str = ""
    secret: str = SECRET
    refs: dict[str, str] = field(default_factory=dict)
    _lines: threading.local = field(default_factory=threading.local)

    def http(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Reply:
        line = self._line()
        try:
            line.request(method, path, body, dict(headers or {}))
            answer = line.getresponse()
            return Reply(answer.status, dict(answer.getheaders()), answer.read())
        except (OSError, HTTPException):
            line.close()
            raise

    def _line(self) -> HTTPConnection:
        """One kept-alive connection a thread; it opens itself again after the server closed it."""
        if not hasattr(self._lines, "line"):
            self._lines.line = HTTPConnection("127.0.0.1", self.port, timeout=20)
        line: HTTPConnection = self._lines.line
        return line

    def hang_up(self) -> None:
        """The server ends a line that was silent for long, as it is between two test files."""
        self._line().close()

    def get(self, path: str) -> Any:
        return self.http("GET", path).json

    def post(self, path: str, body: Json | None = None) -> Reply:
        return self.http("POST", path, json.dumps(body or {}).encode(), {"Content-Type": "application/json"})

    def fault(self, kind: str, **filters: Any) -> None:
        assert self.post("/sandbox/faults", {"kind": kind, **filters}).status == 200

    def token_headers(self, **changes: str | None) -> dict[str, str]:
        stamp = changes.get("X-TIMESTAMP") or timestamp()
        signature = self.key.sign(f"{CLIENT_ID}|{stamp}".encode(), PKCS1v15(), SHA256())
        headers: dict[str, str | None] = {
            "Content-Type": "application/json",
            "X-TIMESTAMP": stamp,
            "X-CLIENT-KEY": CLIENT_ID,
            "X-SIGNATURE": base64.b64encode(signature).decode(),
        }
        return {name: value for name, value in (headers | changes).items() if value is not None}

    def ask_token(self, **changes: str | None) -> Reply:
        return self.http("POST", TOKEN_PATH, b'{"grantType":"client_credentials"}', self.token_headers(**changes))

    def signed(self, path: str, body: bytes, **changes: str | None) -> dict[str, str]:
        """The headers of a request; a change with None leaves that header out."""
        stamp = changes.get("X-TIMESTAMP") or timestamp()
        digest = hashlib.sha256(without_space(body)).hexdigest()
        text = f"POST:{path}:{self.token}:{digest}:{stamp}"
        headers: dict[str, str | None] = {
            "Content-Type": "application/json",
            "Authorization": f"Bearer {self.token}",
            "X-TIMESTAMP": stamp,
            "X-SIGNATURE": base64.b64encode(
                hmac.new(self.secret.encode(), text.encode(), hashlib.sha512).digest()
            ).decode(),
            "X-PARTNER-ID": PARTNER,
            "X-EXTERNAL-ID": str(secrets.randbelow(10**30)),
            "CHANNEL-ID": CHANNEL,
        }
        return {name: value for name, value in (headers | changes).items() if value is not None}

    def ask(self, service: str, body: Json | bytes, **changes: str | None) -> Reply:
        """One signed request; a token is fetched first if there is none."""
        if not self.token:
            self.token = self.ask_token().json["accessToken"]
        raw = body if isinstance(body, bytes) else json.dumps(body, separators=(",", ":")).encode()
        return self.http("POST", PATHS[service], raw, self.signed(PATHS[service], raw, **changes))

    def person(self, kpj: str) -> Json:
        person: Json = self.get(f"/sandbox/people?kpj={kpj}")[0]
        return person

    def verify(self, kpj: str, /, **changes: str) -> Reply:
        person = self.person(kpj)
        body = {"nik": person["nik"], "nama": person["name"], "tanggalLahir": person["birth_date"], "kpj": kpj}
        return self.ask("J1", body | changes)

    def ref(self, kpj: str) -> str:
        if kpj not in self.refs:
            self.refs[kpj] = self.verify(kpj).json["memberRef"]
        return self.refs[kpj]

    def balance(self, kpj: str, ref: str | None = None) -> Reply:
        return self.ask("11", {"accountNo": kpj, "additionalInfo": {"memberRef": ref or self.ref(kpj)}})

    def years(self, kpj: str, first: int = 2000, last: int = 2099) -> Reply:
        return self.ask("J3", {"memberRef": self.ref(kpj), "accountNo": kpj, "dariTahun": first, "sampaiTahun": last})

    def months_page(self, kpj: str, number: int = 0, **changes: Any) -> Reply:
        body = {"memberRef": self.ref(kpj), "accountNo": kpj, "fromMonth": "2000-01", "toMonth": "2099-12"}
        return self.ask("J4", body | {"pageSize": 50, "pageNumber": number} | changes)

    def months(self, kpj: str) -> list[Json]:
        rows: list[Json] = []
        for number in range(200):
            page = self.months_page(kpj, number).json
            rows += page["detailData"]
            if page["hasMore"] == "N":
                return rows
        raise AssertionError("no end of pages")

    def send_code(self, kpj: str, reference: str | None = None, **changes: Any) -> Reply:
        body = {"partnerReferenceNo": reference or secrets.token_hex(8), "memberRef": self.ref(kpj)}
        return self.ask("J5", body | {"accountNo": kpj, "channel": "SMS"} | changes)

    def check_code(self, kpj: str, challenge: str, code: str, /, **changes: Any) -> Reply:
        body = {"partnerReferenceNo": secrets.token_hex(8), "memberRef": self.ref(kpj)}
        return self.ask("J6", body | {"challengeRef": challenge, "code": code} | changes)

    def raw(self, service: str, body: Json, *, seconds: float) -> bytes:
        """What comes over a bare socket within so many seconds."""
        if not self.token:
            self.token = self.ask_token().json["accessToken"]
        data = json.dumps(body, separators=(",", ":")).encode()
        headers = self.signed(PATHS[service], data) | {"Host": "localhost", "Connection": "close"}
        headers["Content-Length"] = str(len(data))
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        received = b""
        with socket.create_connection(("127.0.0.1", self.port), timeout=seconds) as line:
            line.sendall(f"POST {PATHS[service]} HTTP/1.1\r\n{lines}\r\n".encode() + data)
            until = time.monotonic() + seconds
            with suppress(TimeoutError):
                while chunk := line.recv(65536):
                    received += chunk
                    line.settimeout(max(0.001, until - time.monotonic()))
        return received


def without_space(body: bytes) -> bytes:
    """The contract's minify, written a second time: a walk over the bytes."""
    kept, inside, escaped = bytearray(), False, False
    for byte in body:
        if not inside and byte in b" \t\r\n":
            continue
        kept.append(byte)
        if inside and escaped:
            escaped = False
        elif inside and byte == ord("\\"):
            escaped = True
        elif byte == ord('"'):
            inside = not inside
    return bytes(kept)


def timestamp(shift: timedelta = timedelta()) -> str:
    local = datetime.now(UTC) + JAKARTA_OFFSET + shift
    return f"{local:%Y-%m-%dT%H:%M:%S}+07:00"


def new_key() -> RSAPrivateKey:
    return generate_private_key(public_exponent=65537, key_size=2048)


@contextmanager
def running(
    key: RSAPrivateKey, *, today: str = "2026-11-22", secret: str = SECRET, flags: tuple[str, ...] = ()
) -> Iterator[Sandbox]:
    """A sandbox process of its own, stopped by SIGTERM."""
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    environment = {
        "PATH": os.environ["PATH"],
        "SANDBOX_TODAY": today,
        "SANDBOX_CLIENT_ID": CLIENT_ID,
        "SANDBOX_CLIENT_SECRET": secret,
        "SANDBOX_CLIENT_PUBLIC_KEY": public,
        "SANDBOX_PARTNER_ID": PARTNER,
    }
    command = [sys.executable, "-m", "demo.sandbox", "--port", "0", *flags]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            line = process.stdout.readline()
            yield Sandbox(int(line.rstrip().rstrip("/").rpartition(":")[2]), key, process, secret=secret)
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(10) == 0
