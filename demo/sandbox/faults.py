"""Faults on demand: the switchboard, and what each kind does to an answer."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

from demo.sandbox.answers import Answer, Json, as_bytes
from demo.sandbox.operations import FIGURES, SERVICES

HANG_SECONDS = 60.0
_DRIP_SECONDS = 0.2
_RETRY_AFTER = 30
_ALL = SERVICES
_SIGNED = tuple(service for service in SERVICES if service != "73")

# kind -> the operations it can happen to
KINDS: dict[str, tuple[str, ...]] = {
    "http500": _ALL,
    "http429": _ALL,
    "http503": _ALL,
    "timeout": _ALL,
    "slow_drip": _ALL,
    "cut": _ALL,
    "truncated": _ALL,
    "wrong_type": _ALL,
    "huge": _ALL,
    "other_member": ("J2", *FIGURES),
    "broken_invariant": _SIGNED,
    "older_as_of": FIGURES,
    "expired_token": _SIGNED,
    "clock_skew": _ALL,
    "redirect": _ALL,
    "duplicate_keys": _ALL,
    "nan": _ALL,
}
STORIES = {"94": "timeout", "95": "truncated", "96": "other_member", "97": "broken_invariant"}


class BadFault(Exception):
    """A fault that cannot be set; the message says why."""


@dataclass
class Fault:
    """One switch. None as filter fits all; `times` None lasts until it is cleared."""

    kind: str
    kpj: str | None = None
    operation: str | None = None
    times: int | None = None
    milliseconds: int | None = None
    number: int = 0
    fired: int = 0

    def fits(self, service: str, kpj: str | None) -> bool:
        wanted = self.operation in (None, service) and self.kpj in (None, kpj)
        return wanted and service in KINDS[self.kind] and self.times != 0

    def seconds(self, default: float) -> float:
        return default if self.milliseconds is None else min(self.milliseconds / 1000, HANG_SECONDS)

    def as_json(self) -> Json:
        return {
            "id": self.number,
            "kind": self.kind,
            "kpj": self.kpj,
            "operation": self.operation,
            "times": self.times,
            "milliseconds": self.milliseconds,
            "fired": self.fired,
        }


def from_json(given: Mapping[str, Any]) -> Fault:
    """Reads a switch from JSON or a form; raises BadFault."""
    kind, operation = given.get("kind"), given.get("operation") or None
    kpj = given.get("kpj") or None
    if kind not in KINDS:
        raise BadFault(f"kind must be one of: {' '.join(KINDS)}")
    if operation is not None and str(operation).upper() not in KINDS[kind]:
        raise BadFault(f"operation for {kind} must be one of: {' '.join(KINDS[kind])}")
    if kpj is not None and not isinstance(kpj, str):
        raise BadFault("kpj must be text")
    operation = str(operation).upper() if operation else None
    return Fault(kind, kpj, operation, _whole(given, "times"), _whole(given, "milliseconds"))


def _whole(given: Mapping[str, Any], name: str) -> int | None:
    value = given.get(name)
    if value in (None, ""):
        return None
    if isinstance(value, str) and value.isdigit():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise BadFault(f"{name} must be a whole number")
    return value


@dataclass
class Switchboard:
    """The faults that are set, the newest first in line."""

    _faults: list[Fault] = field(default_factory=list)
    _numbers: count[int] = field(default_factory=lambda: count(1))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def set(self, fault: Fault) -> None:
        with self._lock:
            fault.number = next(self._numbers)
            self._faults.insert(0, fault)

    def clear(self, number: int | None = None) -> None:
        with self._lock:
            self._faults = [fault for fault in self._faults if number not in (None, fault.number)]

    def take(self, service: str, kpj: str | None) -> Fault | None:
        """The fault that happens to this call, counted as fired."""
        with self._lock:
            fault = next((fault for fault in self._faults if fault.fits(service, kpj)), None)
            if fault:
                fault.fired += 1
                fault.times = None if fault.times is None else fault.times - 1
            return replace(fault) if fault else None

    @property
    def faults(self) -> list[Fault]:
        return list(self._faults)


def instead(fault: Fault, service: str) -> Answer | None:
    """The answer that replaces the operation, for kinds that do."""
    wait = {"Retry-After": str(round(fault.seconds(_RETRY_AFTER)))}
    if fault.kind == "http500":
        return _error(500, service, "General Error")
    if fault.kind == "http429":
        return replace(_error(429, service, "Too Many Requests"), headers=wait)
    if fault.kind == "http503":
        return replace(_error(503, service, "Service Unavailable"), headers=wait)
    if fault.kind == "redirect":
        return Answer(307, b"", {"Location": "/v1.0/moved"})
    return None


def _error(status: int, service: str, message: str) -> Answer:
    return Answer(status, as_bytes({"responseCode": f"{status}{service}00", "responseMessage": message}))


def spoil(fault: Fault, service: str, body: Json) -> Answer:
    """A good answer, spoilt on its way out."""
    if fault.kind == "broken_invariant":
        return Answer(200, as_bytes(_broken(service, body)))
    good = as_bytes(body)
    spoilers: dict[str, Callable[[], Answer]] = {
        "timeout": lambda: Answer(200, good, delivery="hang", seconds=fault.seconds(HANG_SECONDS)),
        "slow_drip": lambda: Answer(200, good, delivery="drip", seconds=fault.seconds(_DRIP_SECONDS)),
        "cut": lambda: Answer(200, good, delivery="cut"),
        "truncated": lambda: Answer(200, good[: len(good) // 2]),
        "wrong_type": lambda: Answer(200, b"<!doctype html><title>Gateway</title>", content_type="text/html"),
        "huge": lambda: Answer(200, as_bytes(body | {"padding": "x" * (2 << 20)})),
        "duplicate_keys": lambda: Answer(200, b'{"responseCode":"2000000",' + good[1:]),
        "nan": lambda: Answer(200, _with_nan(good)),
    }
    return spoilers[fault.kind]() if fault.kind in spoilers else Answer(200, good)


def _with_nan(good: bytes) -> bytes:
    """The first amount becomes NaN; an answer without one gets a field that is."""
    before, found, after = good.partition(b'"value":"')
    if not found:
        return good[:-1] + b',"value":NaN}'
    return before + b'"value":NaN' + after[after.index(b'"') + 1 :]


_LACKING: dict[str, Json] = {
    "J1": {"memberRef": None, "matchType": "DEFN"},
    "J2": {"cards": []},
    "J5": {"challengeRef": None},
    "J6": {"verified": True, "cardRef": None},
}


def _broken(service: str, body: Json) -> Json:
    """Well-formed, and wrong in a way that only a rule of the contract tells."""
    if service == "11" and body["accountInfos"]:
        amount = body["accountInfos"][0]["amount"]
        amount["value"] = f"-{amount['value']}"
    elif service == "J3" and body["tahunan"][-1]["saldoAkhir"]:
        last = body["tahunan"][-1]["saldoAkhir"]
        last["value"] = f"{int(last['value'][:-3]) + 1000}.00"
    elif service == "J4" and body["detailData"]:
        body["detailData"][0] |= {"status": "LUNAS", "tanggalPosting": None}
    else:
        body |= _LACKING.get(service, {})
    return body
