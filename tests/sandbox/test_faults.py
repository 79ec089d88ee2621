"""Every fault as it looks on a bare socket, and what it leaves behind."""

import json
import time
from datetime import datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from demo.sandbox.faults import KINDS
from tests.sandbox.caller import Json, Sandbox, running

BUDI, SARI = "24011122201", "19022233393"
SEEN = set[str]()


def balance_body(upstream: Sandbox) -> Json:
    return {"accountNo": BUDI, "additionalInfo": {"memberRef": upstream.ref(BUDI)}}


def over_the_socket(upstream: Sandbox, kind: str, *, seconds: float = 1.0, **filters: Any) -> tuple[int, str, bytes]:
    """Status, header text and body bytes of one faulted balance inquiry."""
    SEEN.add(kind)
    body = balance_body(upstream)
    upstream.fault(kind, **filters)
    head, _, rest = upstream.raw("11", body, seconds=seconds).partition(b"\r\n\r\n")
    return int(head[9:12] or 0), head.decode(), rest


def announced(head: str) -> int:
    return int(next(line for line in head.splitlines() if line.startswith("Content-Length")).split()[1])


@pytest.mark.parametrize(
    ("kind", "status", "header"),
    [("http500", 500, ""), ("http429", 429, "Retry-After: 30"), ("http503", 503, "Retry-After: 30"),
     ("redirect", 307, "Location: ")],
)  # fmt: skip
def test_an_answer_of_another_status(upstream: Sandbox, kind: str, status: int, header: str) -> None:
    got, head, _ = over_the_socket(upstream, kind)
    assert got == status
    assert header in head


def test_the_wait_can_be_set(upstream: Sandbox) -> None:
    assert "Retry-After: 7\r\n" in over_the_socket(upstream, "http429", milliseconds=7000)[1] + "\r\n"


def test_timeout_is_silence(upstream: Sandbox) -> None:
    SEEN.add("timeout")
    body = balance_body(upstream)
    upstream.fault("timeout", milliseconds=400)
    started = time.monotonic()
    assert upstream.raw("11", body, seconds=5) == b""
    assert 0.35 < time.monotonic() - started < 3


def test_slow_drip_comes_byte_by_byte(upstream: Sandbox) -> None:
    status, head, rest = over_the_socket(upstream, "slow_drip", seconds=0.5, milliseconds=100)
    assert status == 200
    assert 1 <= len(rest) < announced(head) / 2


def test_cut_ends_in_the_middle_of_the_body(upstream: Sandbox) -> None:
    status, head, rest = over_the_socket(upstream, "cut")
    assert (status, len(rest)) == (200, announced(head) // 2)


def test_truncated_is_half_the_json_with_a_matching_length(upstream: Sandbox) -> None:
    status, head, rest = over_the_socket(upstream, "truncated")
    assert (status, len(rest)) == (200, announced(head))
    with pytest.raises(json.JSONDecodeError):
        json.loads(rest)


def test_wrong_type_is_html(upstream: Sandbox) -> None:
    status, head, rest = over_the_socket(upstream, "wrong_type")
    assert (status, "Content-Type: text/html" in head, rest[:1]) == (200, True, b"<")


def test_huge_is_over_a_mebibyte_of_good_json(upstream: Sandbox) -> None:
    _, _, rest = over_the_socket(upstream, "huge")
    assert len(rest) > 1 << 20
    assert json.loads(rest)["accountNo"] == BUDI


def test_other_member_names_another_card(upstream: Sandbox) -> None:
    assert json.loads(over_the_socket(upstream, "other_member")[2])["accountNo"] != BUDI


def test_broken_invariant_is_a_negative_amount(upstream: Sandbox) -> None:
    answer = json.loads(over_the_socket(upstream, "broken_invariant")[2])
    assert answer["accountInfos"][0]["amount"]["value"].startswith("-")


def test_older_as_of_is_the_truth_of_a_month_earlier(upstream: Sandbox) -> None:
    answer = json.loads(over_the_socket(upstream, "older_as_of")[2])
    assert answer["additionalInfo"]["asOf"] == "2026-09-30T23:59:59+07:00"
    upstream.post("/sandbox/today", {"today": "2026-10-31"})
    truth = upstream.get(f"/sandbox/ledger?kpj={BUDI}")
    assert answer["accountInfos"][0]["amount"]["value"] == truth["balance"]


def test_expired_token_is_gone_for_good(upstream: Sandbox) -> None:
    status, _, rest = over_the_socket(upstream, "expired_token", times=1)
    assert (status, json.loads(rest)["responseCode"]) == (401, "4011101")
    assert upstream.balance(BUDI).code == "4011101"
    upstream.token = ""
    assert upstream.balance(BUDI).code == "2001100"


def test_clock_skew_refuses_the_time_and_shows_the_wrong_clock(upstream: Sandbox) -> None:
    status, head, rest = over_the_socket(upstream, "clock_skew")
    assert (status, json.loads(rest)["responseCode"]) == (401, "4011100")
    stamp = next(line for line in head.splitlines() if line.startswith("X-TIMESTAMP")).split()[1]
    assert 590 < (datetime.fromisoformat(stamp) - datetime.now().astimezone()).total_seconds() < 610


def test_duplicate_keys(upstream: Sandbox) -> None:
    rest = over_the_socket(upstream, "duplicate_keys")[2]
    names = [name for name, _ in json.loads(rest, object_pairs_hook=list)]
    assert len(names) == len(set(names)) + 1


def test_nan_stands_as_the_amount(upstream: Sandbox) -> None:
    assert b'"amount":{"value":NaN,"currency":"IDR"}' in over_the_socket(upstream, "nan")[2]


def test_every_kind_was_seen_on_the_socket() -> None:
    assert set(KINDS) == SEEN


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
    import threading

    with running(client_key) as process:
        body = balance_body(process)
        process.fault("timeout")
        received: list[bytes] = []
        thread = threading.Thread(target=lambda: received.append(process.raw("11", body, seconds=30)))
        thread.start()
        time.sleep(0.3)
        assert thread.is_alive()
        stopped = time.monotonic()
    thread.join(5)
    assert received == [b""]
    assert time.monotonic() - stopped < 3
