"""Every row of contract table 3.4, raised by the real client from answers on the wire."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from providers import errors
from providers.client import SnapProvider
from providers.errors import ProviderError, Retry
from providers.port import ContactChannel, new_reference
from tests.providers.upstream import KPJ, REF, Answer, Upstream, balance, encode, ok, refusal, token


@dataclass
class Row:
    """One row: its errors, what the caller may do, whether somebody must be called, and its answers on the wire."""

    kinds: tuple[type[ProviderError], ...]
    retry: Retry
    alarm: bool
    wire: tuple[tuple[str, Answer, type[ProviderError]], ...]


TABLE = {
    "NotFound": Row(
        (errors.NotFound,),
        Retry.NEVER,
        False,
        (("11", refusal(404, "11", "11"), errors.NotFound), ("J3", refusal(404, "J3", "11"), errors.NotFound)),
    ),
    "Mismatch": Row((errors.Mismatch,), Retry.NEVER, False, (("11", refusal(404, "11", "18"), errors.Mismatch),)),
    "Blocked": Row(
        (errors.Blocked,),
        Retry.NEVER,
        False,
        tuple(("11", refusal(403, "11", case), errors.Blocked) for case in ("07", "05", "03")),
    ),
    "Merged": Row((errors.Merged,), Retry.NEVER, False, (("11", refusal(403, "11", "18"), errors.Merged),)),
    "NoContact": Row((errors.NoContact,), Retry.NEVER, False, (("J5", refusal(403, "J5", "01"), errors.NoContact),)),
    "CodeExpired, CodeBlocked": Row(
        (errors.CodeExpired, errors.CodeBlocked),
        Retry.NEVER,
        False,
        (
            ("J6", refusal(404, "J6", "15"), errors.CodeExpired),
            ("J6", refusal(403, "J6", "11"), errors.CodeBlocked),
        ),
    ),
    "LinkExpired": Row(
        (errors.LinkExpired,),
        Retry.NEVER,
        False,
        (("11", refusal(404, "11", "16"), errors.LinkExpired), ("J2", refusal(404, "J2", "16"), errors.LinkExpired)),
    ),
    "InvalidRequest": Row(
        (errors.InvalidRequest,),
        Retry.NEVER,
        True,
        (
            *(("11", refusal(400, "11", case), errors.InvalidRequest) for case in ("00", "01", "02")),
            ("11", refusal(405, "11", "00"), errors.InvalidRequest),
            ("11", refusal(404, "00", "02"), errors.InvalidRequest),  # unknown path
            ("11", refusal(418, "11", "99"), errors.InvalidRequest),  # unlisted 4xx
            ("11", refusal(401, "11", "04"), errors.InvalidRequest),
            ("J3", refusal(403, "J3", "18"), errors.InvalidRequest),  # Merged is 11's only
            ("J6", refusal(403, "J6", "01"), errors.InvalidRequest),  # NoContact is J5's only
        ),
    ),
    "AuthFailed": Row(
        (errors.AuthFailed,),
        Retry.NEVER,
        True,
        (
            ("11", refusal(401, "11", "00"), errors.AuthFailed),
            ("73", refusal(401, "73", "00"), errors.AuthFailed),
            ("73", refusal(401, "73", "01"), errors.AuthFailed),
        ),
    ),
    "TokenExpired": Row(
        (errors.TokenExpired,),
        Retry.SPENT,
        True,
        tuple(("11", refusal(401, "11", case), errors.TokenExpired) for case in ("01", "03")),
    ),
    "Duplicate": Row(
        (errors.Duplicate,),
        Retry.NEVER,
        True,
        tuple(("11", refusal(409, "11", case), errors.Duplicate) for case in ("00", "01")),
    ),
    "RateLimited": Row(
        (errors.RateLimited,),
        Retry.WHEN_TOLD,
        False,
        (
            ("11", refusal(429, "11", "00", Retry_After="7"), errors.RateLimited),
            ("11", Answer(429, b"slow down", {"Content-Type": "text/plain"}), errors.RateLimited),
            ("J5", refusal(403, "J5", "04", Retry_After="7"), errors.RateLimited),
        ),
    ),
    "Maintenance": Row(
        (errors.Maintenance,),
        Retry.WHEN_TOLD,
        False,
        (
            ("11", refusal(403, "11", "06", Retry_After="7"), errors.Maintenance),
            ("11", Answer(503, b"<html>", {"Retry-After": "7"}), errors.Maintenance),
        ),
    ),
    "Unavailable": Row(
        (errors.Unavailable,),
        Retry.BACKOFF,
        False,
        (
            *(("11", refusal(500, "11", case), errors.Unavailable) for case in ("00", "01", "02")),
            ("11", refusal(504, "11", "00"), errors.Unavailable),
            ("11", Answer(500, b"<html>oops"), errors.Unavailable),
            ("11", Answer(503, b""), errors.Unavailable),  # without Retry-After
            ("11", Answer(599, b""), errors.Unavailable),
            ("11", refusal(202, "11", "00"), errors.Unavailable),
            ("11", Answer(raw=b"", close=True), errors.Unavailable),
            ("11", Answer(raw=b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{", close=True), errors.Unavailable),
            ("73", refusal(500, "73", "00"), errors.Unavailable),
        ),
    ),
    "BadAnswer": Row(
        (errors.BadAnswer,),
        Retry.NEVER,
        True,
        (
            ("11", Answer(200, b"not json"), errors.BadAnswer),
            ("11", Answer(200, b"<html>", {"Content-Type": "text/html"}), errors.BadAnswer),
            ("11", Answer(200, b" " * (1024 * 1024 + 1)), errors.BadAnswer),
            ("11", Answer(200, encode({"responseCode": "4041111"})), errors.BadAnswer),
            ("11", Answer(200, encode({"responseMessage": "Successful"})), errors.BadAnswer),
            ("11", Answer(403, b"<html>"), errors.BadAnswer),  # a 4xx needs a responseCode
            ("11", Answer(403, encode({"responseCode": "4041111"})), errors.BadAnswer),
            ("11", Answer(204, b""), errors.BadAnswer),
            ("11", refusal(201, "11", "00"), errors.BadAnswer),
            ("11", Answer(302, b"", {"Location": "http://127.0.0.1:1/"}), errors.BadAnswer),
            ("11", Answer(200, encode({}), {"Content-Encoding": "gzip"}), errors.BadAnswer),
            ("73", token(expires_in="0"), errors.BadAnswer),
            ("73", token(value="with blank"), errors.BadAnswer),
        ),
    ),
}
ROWS_IN_THE_CONTRACT = 15
CASES = [(name, *case) for name, row in TABLE.items() for case in row.wire]


def ask(client: SnapProvider, service: str) -> object:
    match service:
        case "J2":
            return client.list_cards(member_ref=REF)
        case "J3":
            return client.fetch_years(kpj=KPJ, member_ref=REF, first_year=2020, last_year=2026)
        case "J5":
            return client.send_challenge(member_ref=REF, kpj=KPJ, channel=ContactChannel.SMS, reference=new_reference())
        case "J6":
            return client.verify_challenge(member_ref=REF, challenge_ref="C1", code="123456", reference=new_reference())
        case _:
            return client.fetch_balance(kpj=KPJ, member_ref=REF)


def test_the_table_is_the_contracts() -> None:
    named = [kind.__name__ for row in TABLE.values() for kind in row.kinds]
    assert len(TABLE) == ROWS_IN_THE_CONTRACT
    assert ", ".join(named) == ", ".join(TABLE)
    raised = {case[3] for case in CASES}
    assert raised == set(ProviderError.__subclasses__()) - {errors.HeldBack}


@pytest.mark.parametrize("case", CASES, ids=[f"{case[3].code}-{number}" for number, case in enumerate(CASES)])
def test_each_row_becomes_its_error(
    upstream: Upstream, client: SnapProvider, case: tuple[str, str, Answer, type[ProviderError]]
) -> None:
    name, service, answer, kind = case
    upstream.queue(service, answer, answer)  # twice, for the rows that may be sent again once
    with pytest.raises(ProviderError) as caught:
        ask(client, service)
    assert type(caught.value) is kind
    row = TABLE[name]
    assert (kind.retry, kind.alarm) == (row.retry, row.alarm)
    assert KPJ not in str(caught.value)
    assert REF not in str(caught.value)


def test_codes_are_stable_and_distinct() -> None:
    codes = {kind.code for kind in ProviderError.__subclasses__()}
    assert codes == {
        *("not_found", "mismatch", "blocked", "merged", "no_contact", "code_expired", "code_blocked", "link_expired"),
        *("invalid_request", "auth_failed", "token_expired", "duplicate", "rate_limited", "maintenance"),
        *("unavailable", "bad_answer", "held_back"),
    }


def test_an_error_carries_what_staff_need_to_ask_the_upstream(upstream: Upstream, client: SnapProvider) -> None:
    upstream.queue("11", refusal(403, "11", "07"))
    with pytest.raises(errors.Blocked) as caught:
        ask(client, "11")
    error = caught.value
    assert (error.upstream_status, error.response_code, error.reference_no) == (403, "4031107", "R-77")


def test_a_refused_token_is_renewed_once_and_the_request_signed_anew(upstream: Upstream, client: SnapProvider) -> None:
    upstream.queue("73", token("old"), token("new"))
    upstream.queue("11", refusal(401, "11", "01"), balance())
    assert client.fetch_balance(kpj=KPJ, member_ref=REF).amount is not None
    first, second = (asked.headers for asked in upstream.asked if asked.service == "11")
    assert (first["Authorization"], second["Authorization"]) == ("Bearer old", "Bearer new")
    assert first["X-SIGNATURE"] != second["X-SIGNATURE"]
    assert first["X-EXTERNAL-ID"] != second["X-EXTERNAL-ID"]


@pytest.mark.parametrize(
    ("kind", "answer", "sent"),
    [
        (errors.TokenExpired, refusal(401, "11", "03"), 2),
        (errors.Duplicate, refusal(409, "11", "00"), 2),
        (errors.Duplicate, refusal(409, "11", "01"), 1),
        (errors.Unavailable, refusal(500, "11", "00"), 1),
        (errors.RateLimited, refusal(429, "11", "00", Retry_After="0"), 1),
    ],
)
def test_nothing_is_sent_more_often_than_the_table_allows(
    upstream: Upstream, client: SnapProvider, kind: type[ProviderError], answer: Answer, sent: int
) -> None:
    upstream.queue("11", *[answer] * 5)
    with pytest.raises(kind):
        client.fetch_balance(kpj=KPJ, member_ref=REF)
    assert upstream.count("11") == sent


def test_a_spent_external_id_is_replaced_and_the_reference_kept(upstream: Upstream, client: SnapProvider) -> None:
    upstream.queue("J5", refusal(409, "J5", "00"), ok("J5", challengeRef="C1", channel="SMS", expiresIn="300"))
    reference = new_reference()
    client.send_challenge(member_ref=REF, kpj=KPJ, channel=ContactChannel.SMS, reference=reference)
    first, second = (asked for asked in upstream.asked if asked.service == "J5")
    assert first.headers["X-EXTERNAL-ID"] != second.headers["X-EXTERNAL-ID"]
    assert first.fields["partnerReferenceNo"] == second.fields["partnerReferenceNo"] == reference


@pytest.mark.parametrize(
    ("value", "wait"),
    [
        ("120", timedelta(seconds=120)),
        ("999999", timedelta(days=1)),
        ("Wed, 21 Oct 2015 07:28:00 GMT", timedelta(0)),
        ("soon", None),
        ("-5", None),
    ],
)
def test_the_told_wait_is_read_and_capped(
    upstream: Upstream, client: SnapProvider, value: str, wait: timedelta | None
) -> None:
    upstream.queue("11", refusal(429, "11", "00", Retry_After=value))
    with pytest.raises(errors.RateLimited) as caught:
        ask(client, "11")
    assert caught.value.retry_after == wait


def test_a_daily_count_without_a_time_ends_at_midnight_in_jakarta(upstream: Upstream, client: SnapProvider) -> None:
    upstream.queue("J5", refusal(403, "J5", "04"))
    with pytest.raises(errors.RateLimited) as caught:
        ask(client, "J5")
    assert caught.value.retry_after is not None
    assert timedelta(0) < caught.value.retry_after <= timedelta(days=1)
