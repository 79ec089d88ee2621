"""What the sandbox says: answers, and refusals with SNAP's codes (HTTP status + service + case)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

Json = dict[str, Any]

_MESSAGES = {
    "40000": "Bad Request",
    "40001": "Invalid Field Format",
    "40002": "Invalid Mandatory Field",
    "40100": "Unauthorized",
    "40101": "Invalid Token (B2B)",
    "40103": "Token Not Found (B2B)",
    "40304": "Activity Count Limit Exceeded",
    "40306": "Feature Not Allowed At This Time",
    "40307": "Card/Account Blocked",
    "40301": "Feature Not Allowed",
    "40311": "OTP Blocked",
    "40318": "Inactive Card/Account/Customer",
    "40400": "Invalid Transaction Status",
    "40402": "Invalid Routing",
    "40411": "Invalid Card/Account/Customer",
    "40415": "Invalid OTP",
    "40416": "Partner Not Found",
    "40418": "Inconsistent Request",
    "40500": "Requested Function Is Not Supported",
    "40900": "Conflict",
    "40901": "Duplicate partnerReferenceNo",
    "42900": "Too Many Requests",
    "50000": "General Error",
}


class Refusal(Exception):
    """An answer other than 200. `case` has two digits; `retry_after` is in seconds."""

    def __init__(self, status: int, case: str, detail: str = "", *, retry_after: int | None = None) -> None:
        super().__init__(f"{status}xx{case}")
        self.status, self.case, self.detail, self.retry_after = status, case, detail, retry_after

    def answer(self, service: str) -> Answer:
        message = _MESSAGES.get(f"{self.status}{self.case}", "Refused")
        text = (
            f"{message}. {self.detail}"
            if self.status == HTTPStatus.UNAUTHORIZED
            else f"{message} {self.detail}".strip()
        )
        headers = {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}
        body = {"responseCode": f"{self.status}{service}{self.case}", "responseMessage": text}
        return Answer(self.status, as_bytes(body), headers)


@dataclass(frozen=True)
class Answer:
    """A whole HTTP answer. `delivery` tells the socket what to do with it: plain, cut, drip or hang."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/json"
    delivery: str = "plain"
    seconds: float = 0.0


def as_bytes(body: object) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def success(service: str, body: Json) -> Json:
    return {"responseCode": f"200{service}00", "responseMessage": "Successful", **body}


def money(rupiah: int) -> Json:
    return {"value": f"{rupiah}.00", "currency": "IDR"}
