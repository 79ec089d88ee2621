"""The checks of contract 3.7 in their order: headers, token, time and signature, partner, external id, body."""

import json
import secrets
from datetime import timedelta

import pytest

from tests.sandbox.caller import CHANNEL, PATHS, TOKEN_PATH, Sandbox, new_key, timestamp

BUDI = "24011122201"


def ask(upstream: Sandbox, **changes: str | None) -> str:
    ref = upstream.ref(BUDI)
    return upstream.ask("11", {"accountNo": BUDI, "additionalInfo": {"memberRef": ref}}, **changes).code


@pytest.mark.parametrize(
    "header", ["Content-Type", "X-TIMESTAMP", "X-SIGNATURE", "X-PARTNER-ID", "X-EXTERNAL-ID", "CHANNEL-ID"]
)
def test_a_missing_header_is_named_before_anything_else(upstream: Sandbox, header: str) -> None:
    assert ask(upstream, **{header: None, "Authorization": None}) == "4001102"


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("Content-Type", "text/plain"),
        ("X-TIMESTAMP", "22-11-2026"),
        ("X-TIMESTAMP", "2026-13-45T25:61:61+07:00"),
        ("X-TIMESTAMP", "2026-11-22T10:00:00"),
        ("X-PARTNER-ID", "x" * 37),
        ("X-EXTERNAL-ID", "has-a-dash"),
        ("X-EXTERNAL-ID", "9" * 37),
        ("CHANNEL-ID", "123456"),
    ],
)
def test_a_malformed_header_is_refused_before_the_token(upstream: Sandbox, header: str, value: str) -> None:
    assert ask(upstream, **{header: value, "Authorization": None}) == "4001101"


@pytest.mark.parametrize(
    ("authorization", "code"),
    [(None, "4011103"), ("Basic abc", "4011103"), ("Bearer", "4011103"), ("Bearer unknown", "4011101")],
)
def test_the_token_is_checked_before_time_and_signature(
    upstream: Sandbox, authorization: str | None, code: str
) -> None:
    old = timestamp(timedelta(days=-1))
    answered = ask(upstream, **{"Authorization": authorization, "X-TIMESTAMP": old, "X-SIGNATURE": "wrong"})
    assert answered == code


@pytest.mark.parametrize("seconds", [-310, 310])
def test_a_time_stamp_more_than_five_minutes_off_is_refused(upstream: Sandbox, seconds: int) -> None:
    assert ask(upstream, **{"X-TIMESTAMP": timestamp(timedelta(seconds=seconds))}) == "4011100"


@pytest.mark.parametrize("seconds", [-280, 280])
def test_a_time_stamp_less_than_five_minutes_off_is_accepted(upstream: Sandbox, seconds: int) -> None:
    assert ask(upstream, **{"X-TIMESTAMP": timestamp(timedelta(seconds=seconds))}) == "2001100"


def test_time_stamps_in_utc_and_with_milliseconds_are_accepted(upstream: Sandbox) -> None:
    stamp = timestamp(timedelta(hours=-7))[:19]
    assert ask(upstream, **{"X-TIMESTAMP": f"{stamp}Z"}) == "2001100"
    assert ask(upstream, **{"X-TIMESTAMP": f"{stamp}.123Z"}) == "2001100"


@pytest.mark.parametrize("signature", ["AAAA", "not base64 at all", "0" * 128])
def test_a_wrong_signature_is_refused_before_the_partner(upstream: Sandbox, signature: str) -> None:
    assert ask(upstream, **{"X-SIGNATURE": signature, "X-PARTNER-ID": "SOMEBODY"}) == "4011100"


def test_another_partner_is_refused_before_the_external_id_is_spent(upstream: Sandbox) -> None:
    external_id = secrets.token_hex(8)
    assert ask(upstream, **{"X-PARTNER-ID": "SOMEBODY", "X-EXTERNAL-ID": external_id}) == "4011100"
    assert ask(upstream, **{"X-EXTERNAL-ID": external_id}) == "2001100"


def test_an_external_id_is_spent_whatever_follows_and_across_operations(upstream: Sandbox) -> None:
    external_id = secrets.token_hex(8)
    assert upstream.ask("J2", b"not json", **{"X-EXTERNAL-ID": external_id}).code == "400J200"
    assert ask(upstream, **{"X-EXTERNAL-ID": external_id}) == "4091100"


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{", b'{"a":NaN}', b'{"a":Infinity}', b"\xef\xbb\xbf{}", b'{"a":1,"a":1}', b"\xff", b"[" * 5000],
)
def test_a_body_that_is_no_plain_json_object_is_a_bad_request(upstream: Sandbox, body: bytes) -> None:
    assert upstream.ask("J2", body).code == "400J200"


@pytest.mark.parametrize(
    ("service", "change", "code"),
    [
        ("11", {"accountNo": None}, "4001102"),
        ("11", {"accountNo": "1234567890"}, "4001101"),
        ("11", {"accountNo": "2401112220a"}, "4001101"),
        ("11", {"accountNo": 24011122201}, "4001101"),
        ("11", {"additionalInfo": None}, "4001102"),
        ("11", {"additionalInfo": "x"}, "4001101"),
        ("11", {"additionalInfo": {"memberRef": "x" * 65}}, "4001101"),
        ("11", {"additionalInfo": {"memberRef": "unknown"}}, "4041116"),
        ("11", {"balanceTypes": ["JP"]}, "4001101"),
        ("11", {"partnerReferenceNo": "x" * 65}, "4001101"),
        ("J3", {"dariTahun": None}, "400J302"),
        ("J3", {"dariTahun": 2027}, "400J301"),
        ("J3", {"dariTahun": "20x6"}, "400J301"),
        ("J3", {"dariTahun": True}, "400J301"),
        ("J3", {"memberRef": "unknown"}, "404J316"),
        ("J4", {"toMonth": None}, "400J402"),
        ("J4", {"toMonth": "2026-13"}, "400J401"),
        ("J4", {"fromMonth": "2027-01"}, "400J401"),
        ("J4", {"pageSize": 51}, "400J401"),
        ("J4", {"pageSize": 0}, "400J401"),
        ("J4", {"pageNumber": -1}, "400J401"),
    ],
)
def test_fields_are_checked_by_presence_and_form(
    upstream: Sandbox, service: str, change: dict[str, object], code: str
) -> None:
    ref = upstream.ref(BUDI)
    bodies: dict[str, dict[str, object]] = {
        "11": {"accountNo": BUDI, "additionalInfo": {"memberRef": ref}, "balanceTypes": ["JHT"]},
        "J3": {"accountNo": BUDI, "memberRef": ref, "dariTahun": 2025, "sampaiTahun": 2026},
        "J4": {"accountNo": BUDI, "memberRef": ref, "fromMonth": "2025-01", "toMonth": "2026-12"},
    }
    assert upstream.ask(service, bodies[service]).status == 200
    assert upstream.ask(service, bodies[service] | change).code == code


def test_integers_are_taken_as_text_too(upstream: Sandbox) -> None:
    body = {"accountNo": BUDI, "memberRef": upstream.ref(BUDI), "dariTahun": "2025", "sampaiTahun": "2026"}
    assert [year["tahun"] for year in upstream.ask("J3", body).json["tahunan"]] == [2025, 2026]


def test_a_pretty_printed_body_verifies_by_its_minified_form(upstream: Sandbox) -> None:
    pretty = json.dumps({"memberRef": upstream.ref(BUDI), "note": 'spaces  " stay '}, indent=2).encode()
    assert upstream.ask("J2", pretty).code == "200J200"


def test_the_signature_covers_the_request_target_with_its_query(upstream: Sandbox) -> None:
    raw = json.dumps({"memberRef": upstream.ref(BUDI)}, separators=(",", ":")).encode()
    path = f"{PATHS['J2']}?x=1"
    assert upstream.http("POST", path, raw, upstream.signed(path, raw)).code == "200J200"
    assert upstream.http("POST", path, raw, upstream.signed(PATHS["J2"], raw)).code == "401J200"


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
def test_another_method_is_not_supported(upstream: Sandbox, method: str) -> None:
    assert upstream.http(method, PATHS["J1"]).code == "405J100"
    assert upstream.http(method, TOKEN_PATH).code == "4057300"


def test_an_unknown_path_is_not_found(upstream: Sandbox) -> None:
    assert upstream.http("POST", "/v1.0/jht/else").code == "4040002"


def test_a_chunked_or_oversized_request_is_a_bad_request(upstream: Sandbox) -> None:
    assert upstream.http("POST", PATHS["J1"], b"0\r\n\r\n", {"Transfer-Encoding": "chunked"}).code == "400J100"
    assert upstream.http("POST", PATHS["J1"], b"", {"Content-Length": "1048577"}).code == "400J100"


def test_every_answer_says_when(upstream: Sandbox) -> None:
    assert upstream.balance(BUDI).headers["X-TIMESTAMP"].endswith("+07:00")


# Token ----------------------------------------------------------------------------------------------------------------


def test_a_token_is_given_for_an_rsa_signature(upstream: Sandbox) -> None:
    answer = upstream.ask_token().json
    assert (answer["responseCode"], answer["tokenType"], answer["expiresIn"]) == ("2007300", "Bearer", "900")


@pytest.mark.parametrize("header", ["Content-Type", "X-TIMESTAMP", "X-CLIENT-KEY", "X-SIGNATURE"])
def test_the_token_needs_its_headers(upstream: Sandbox, header: str) -> None:
    assert upstream.ask_token(**{header: None}).code == "4007302"


@pytest.mark.parametrize(
    ("header", "value"),
    [("X-CLIENT-KEY", "somebody"), ("X-SIGNATURE", "AAAA")],
)
def test_the_token_is_refused_to_another_client_or_signature(upstream: Sandbox, header: str, value: str) -> None:
    assert upstream.ask_token(**{header: value}).code == "4017300"


def test_the_token_is_refused_at_another_time(upstream: Sandbox) -> None:
    assert upstream.ask_token(**{"X-TIMESTAMP": timestamp(timedelta(minutes=-6))}).code == "4017300"


def test_another_key_gets_no_token(upstream: Sandbox) -> None:
    assert Sandbox(upstream.port, new_key(), upstream.process).ask_token().code == "4017300"


@pytest.mark.parametrize(
    ("body", "code"), [(b"{}", "4007302"), (b'{"grantType":"password"}', "4007301"), (b"x", "4007300")]
)
def test_the_token_needs_the_grant_type(upstream: Sandbox, body: bytes, code: str) -> None:
    assert upstream.http("POST", TOKEN_PATH, body, upstream.token_headers()).code == code


def test_several_tokens_are_valid_at_once(upstream: Sandbox) -> None:
    first, second = (upstream.ask_token().json["accessToken"] for _ in range(2))
    for upstream.token in (first, second, first):
        assert ask(upstream) == "2001100"


def test_the_channel_is_checked_only_where_one_is_set(upstream: Sandbox) -> None:
    assert ask(upstream, **{"CHANNEL-ID": "1" if CHANNEL != "1" else "2"}) == "2001100"
