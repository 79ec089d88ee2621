"""Every fault as it looks on a bare socket, and what it leaves behind."""

import json
import threading
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from demo.sandbox.faults import KINDS
from tests.sandbox.caller import Json, Sandbox, running

BUDI, SARI = "24011122201", "19022233393"
Observer = Callable[[Sandbox, str], None]
OBSERVERS: dict[str, Observer] = {}


def balance_body(upstream: Sandbox) -> Json:
    return {"accountNo": BUDI, "additionalInfo": {"memberRef": upstream.ref(BUDI)}}


def over_the_socket(upstream: Sandbox, kind: str, *, seconds: float = 2, **filters: Any) -> tuple[int, str, bytes]:
    """Status, header text and body bytes of one faulted balance inquiry."""
    body = balance_body(upstream)
    upstream.fault(kind, **filters)
    head, _, rest = upstream.raw("11", body, seconds=seconds).partition(b"\r\n\r\n")
    return int(head[9:12] or 0), head.decode() + "\r\n", rest


def announced(head: str) -> int:
    return int(next(line for line in head.splitlines() if line.startswith("Content-Length")).split()[1])


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_seen_on_a_bare_socket(upstream: Sandbox, kind: str) -> None:
    OBSERVERS[kind](upstream, kind)


def observes(*kinds: str) -> Callable[[Observer], Observer]:
    def register(observer: Observer) -> Observer:
        OBSERVERS.update(dict.fromkeys(kinds, observer))
        return observer

    return register


@observes("http500", "http429", "http503", "redirect")
def another_status(upstream: Sandbox, kind: str) -> None:
    status, header = {
        "http500": (500, "X-TIMESTAMP: "),
        "http429": (429, "Retry-After: 30\r\n"),
        "http503": (503, "Retry-After: 30\r\n"),
        "redirect": (307, "Location: "),
    }[kind]
    got, head, _ = over_the_socket(upstream, kind)
    assert got == status
    assert header in head


@observes("timeout")
def silence(upstream: Sandbox, kind: str) -> None:
    body = balance_body(upstream)
    upstream.fault(kind, milliseconds=400)
    started = time.monotonic()
    assert upstream.raw("11", body, seconds=30) == b""
    assert 0.35 < time.monotonic() - started < 20


@observes("slow_drip")
def byte_by_byte(upstream: Sandbox, kind: str) -> None:
    status, head, rest = over_the_socket(upstream, kind, seconds=1.5, milliseconds=100)
    assert status == 200
    assert 1 <= len(rest) < announced(head) / 2


@observes("cut")
def an_end_in_the_middle(upstream: Sandbox, kind: str) -> None:
    status, head, rest = over_the_socket(upstream, kind)
    assert (status, len(rest)) == (200, announced(head) // 2)


@observes("truncated")
def half_the_json_with_a_matching_length(upstream: Sandbox, kind: str) -> None:
    status, head, rest = over_the_socket(upstream, kind)
    assert (status, len(rest)) == (200, announced(head))
    with pytest.raises(json.JSONDecodeError):
        json.loads(rest)


@observes("wrong_type")
def html(upstream: Sandbox, kind: str) -> None:
    status, head, rest = over_the_socket(upstream, kind)
    assert (status, "Content-Type: text/html" in head, rest[:1]) == (200, True, b"<")


@observes("huge")
def over_a_mebibyte_of_good_json(upstream: Sandbox, kind: str) -> None:
    _, _, rest = over_the_socket(upstream, kind)
    assert len(rest) > 1 << 20
    assert json.loads(rest)["accountNo"] == BUDI


@observes("other_member")
def another_card(upstream: Sandbox, kind: str) -> None:
    assert json.loads(over_the_socket(upstream, kind)[2])["accountNo"] != BUDI


@observes("broken_invariant")
def a_negative_amount(upstream: Sandbox, kind: str) -> None:
    answer = json.loads(over_the_socket(upstream, kind)[2])
    assert answer["accountInfos"][0]["amount"]["value"].startswith("-")


@observes("older_as_of")
def the_truth_of_a_month_earlier(upstream: Sandbox, kind: str) -> None:
    answer = json.loads(over_the_socket(upstream, kind)[2])
    assert answer["additionalInfo"]["asOf"] == "2026-09-30T23:59:59+07:00"
    upstream.post("/sandbox/today", {"today": "2026-10-31"})
    truth = upstream.get(f"/sandbox/ledger?kpj={BUDI}")
    assert answer["accountInfos"][0]["amount"]["value"] == truth["balance"]


@observes("expired_token")
def a_token_gone_for_good(upstream: Sandbox, kind: str) -> None:
    status, _, rest = over_the_socket(upstream, kind, times=1)
    assert (status, json.loads(rest)["responseCode"]) == (401, "4011101")
    assert upstream.balance(BUDI).code == "4011101"
    upstream.token = ""
    assert upstream.balance(BUDI).code == "2001100"


@observes("clock_skew")
def a_wrong_clock(upstream: Sandbox, kind: str) -> None:
    status, head, rest = over_the_socket(upstream, kind)
    assert (status, json.loads(rest)["responseCode"]) == (401, "4011100")
    stamp = next(line for line in head.splitlines() if line.startswith("X-TIMESTAMP")).split()[1]
    assert 590 < (datetime.fromisoformat(stamp) - datetime.now().astimezone()).total_seconds() < 610


@observes("duplicate_keys")
def a_key_twice(upstream: Sandbox, kind: str) -> None:
    names = [name for name, _ in json.loads(over_the_socket(upstream, kind)[2], object_pairs_hook=list)]
    assert len(names) == len(set(names)) + 1


@observes("nan")
def nan_as_the_amount(upstream: Sandbox, kind: str) -> None:
    assert b'"amount":{"value":NaN,"currency":"IDR"}' in over_the_socket(upstream, kind)[2]


def test_the_wait_can_be_set(upstream: Sandbox) -> None:
    assert "Retry-After: 7\r\n" in over_the_socket(upstream, "http429", milliseconds=7000)[1]


# Filters and effects --------------------------------------------------------------------------------------------------


def test_a_fault_can_be_kept_to_a_card_an_operation_and_a_number_of_times(upstream: Sandbox) -> None:
    upstream.fault("http500", kpj=BUDI, operation="11", times=2)
    assert upstream.balance(SARI).code == "2001100"
    assert upstream.years(BUDI).status == 200
    assert [upstream.balance(BUDI).status for _ in range(3)] == [500, 500, 200]


def test_the_newest_fitting_fault_happens_and_clearing_ends_it(upstream: Sandbox) -> None:
    upstream.ref(BUDI)
    upstream.fault("http500")
    upstream.fault("http503", operation="11")
    assert (upstream.balance(BUDI).status, upstream.years(BUDI).status) == (503, 500)
    newest = upstream.get("/sandbox/faults")[0]["id"]
    upstream.http("DELETE", f"/sandbox/faults?id={newest}")
    assert upstream.balance(BUDI).status == 500
    upstream.http("DELETE", "/sandbox/faults")
    assert upstream.balance(BUDI).status == 200


def test_the_token_can_be_faulted_too(upstream: Sandbox) -> None:
    upstream.fault("http500", operation="73")
    assert upstream.ask_token().status == 500


def test_faulted_calls_are_counted(upstream: Sandbox) -> None:
    body = balance_body(upstream)
    upstream.http("DELETE", "/sandbox/calls")
    upstream.fault("cut", times=1)
    upstream.raw("11", body, seconds=2)
    upstream.fault("http500", times=1)
    assert [upstream.balance(BUDI).status for _ in range(2)] == [500, 200]
    assert upstream.get("/sandbox/calls") == [{"operation": "11", "kpj": BUDI, "count": 3}]


def test_a_code_whose_answer_was_lost_was_sent_once(upstream: Sandbox) -> None:
    upstream.ref(BUDI)
    upstream.fault("timeout", operation="J5", milliseconds=50, times=1)
    body = {"partnerReferenceNo": "lost-1", "memberRef": upstream.ref(BUDI), "accountNo": BUDI, "channel": "SMS"}
    assert upstream.raw("J5", body, seconds=2) == b""
    again = upstream.send_code(BUDI, reference="lost-1").json
    outbox = upstream.get("/sandbox/outbox")
    assert [sent["challengeRef"] for sent in outbox] == [again["challengeRef"]]


def test_an_unsigned_call_learns_nothing_from_a_fault(upstream: Sandbox) -> None:
    upstream.ref(BUDI)
    upstream.fault("other_member")
    assert upstream.ask("J2", {"memberRef": upstream.ref(BUDI)}, **{"X-SIGNATURE": "AAAA"}).code == "401J200"


@pytest.mark.parametrize("service", ["J3", "J4"])
def test_statement_faults(upstream: Sandbox, service: str) -> None:
    ask = upstream.years if service == "J3" else upstream.months_page
    good = ask(BUDI).json
    upstream.fault("broken_invariant")
    assert ask(BUDI).json != good
    upstream.fault("other_member")
    assert ask(BUDI).json["accountNo"] != BUDI
    upstream.fault("nan")
    assert b"NaN" in ask(BUDI).raw


@pytest.mark.parametrize(
    "given",
    [
        {"kind": "else"},
        {},
        {"kind": "http500", "operation": "J9"},
        {"kind": "expired_token", "operation": "73"},
        {"kind": "cut", "times": -1},
        {"kind": "cut", "times": True},
        {"kind": "cut", "milliseconds": "soon"},
        {"kind": "cut", "kpj": 5},
    ],
)
def test_a_switch_that_makes_no_sense_is_refused(upstream: Sandbox, given: Json) -> None:
    answer = upstream.post("/sandbox/faults", given)
    assert answer.status == 400
    assert answer.json["error"]
    assert upstream.get("/sandbox/faults") == []


def test_hanging_calls_end_with_the_process(client_key: RSAPrivateKey) -> None:
    with running(client_key) as process:
        body = balance_body(process)
        process.fault("timeout")
        received: list[bytes] = []
        thread = threading.Thread(target=lambda: received.append(process.raw("11", body, seconds=60)))
        thread.start()
        time.sleep(0.3)
        assert thread.is_alive()
        stopped = time.monotonic()
    thread.join(60)
    assert received == [b""]
    assert time.monotonic() - stopped < 30
