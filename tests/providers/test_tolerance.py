"""What the sandbox never says: another upstream that follows the contract must simply work, a wrong one must not."""

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from providers import errors
from providers.client import SnapProvider
from providers.port import AccountStatus, CardStatus, ContactChannel, Flag, MatchType, Segment, UnavailableReason
from tests.providers.conftest import Build
from tests.providers.upstream import (
    KPJ,
    REF,
    Answer,
    Upstream,
    balance,
    balance_fields,
    encode,
    money,
    ok,
    token,
)

AS_OF = datetime(2026, 10, 31, 16, 59, 59, tzinfo=UTC)


def balance_of(client: SnapProvider) -> Any:
    return client.fetch_balance(kpj=KPJ, member_ref=REF)


def body_of(answer: Answer) -> dict[str, Any]:
    return json.loads(answer.body)


def backwards(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: backwards(value[name]) for name in reversed(value)}
    return [backwards(entry) for entry in value] if isinstance(value, list) else value


def chunked(answer: Answer, size: int = 7) -> bytes:
    pieces = [answer.body[start : start + size] for start in range(0, len(answer.body), size)]
    coded = b"".join(b"%X;ext=1\r\n%s\r\n" % (len(piece), piece) for piece in pieces)
    head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n"
    return head + coded + b"0\r\nX-Trailer: 1\r\n\r\n"


# What must simply work


def test_the_plain_answer_is_read_to_the_last_field(upstream: Upstream, client: SnapProvider) -> None:
    upstream.queue("11", balance())
    read = balance_of(client)
    assert (read.amount, read.as_of, read.account_status) == (Decimal("12345678.00"), AS_OF, AccountStatus.ACTIVE)
    assert (read.contributions_until, read.returns_until) == ("2026-10", "2026-09")
    assert (read.rate_year, read.rate_percent, read.provisional) == (2025, Decimal("5.70"), True)
    assert (read.unavailable_reason, read.reference_no) == (None, "R-1")


def test_unknown_fields_and_another_order_do_not_matter(upstream: Upstream, client: SnapProvider) -> None:
    plain = body_of(balance())
    upstream.queue("11", Answer(body=encode(plain)))
    strange = backwards(plain) | {"neu": {"deep": [1, {"x": None}]}, "floatAmount": 1.5}
    strange["additionalInfo"]["lain"] = [[]]
    other = {"balanceType": "JP", "amount": money("1.00")}
    strange["accountInfos"] = [other, strange["accountInfos"][0] | {"holdAmount": money("0.00")}]
    upstream.queue("11", Answer(body=encode(strange)))
    assert balance_of(client) == balance_of(client)


@pytest.mark.parametrize(
    "raw",
    [
        chunked(balance()),
        chunked(balance(), size=1),
        b"HTTP/1.1 200 OK\r\n\r\n" + balance().body,  # ended by closing, no content type
        b"HTTP/1.0 200 OK\r\nContent-Type: application/problem+json\r\n\r\n" + balance().body,
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(balance().body)
        + balance().body,
        b"HTTP/1.1 200 \r\nCONTENT-LENGTH: %d\r\nconnection: close\r\n\r\n" % len(balance().body) + balance().body,
    ],
)
def test_every_legal_framing_is_understood(upstream: Upstream, client: SnapProvider, raw: bytes) -> None:
    upstream.queue("11", Answer(raw=raw, close=True))
    assert balance_of(client).amount == Decimal("12345678.00")


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-10-31T23:59:59+07:00", AS_OF),
        ("2026-10-31T23:59:59.000+07:00", AS_OF),
        ("2026-10-31T16:59:59Z", AS_OF),
        ("2026-10-31T16:59:59.123456789Z", AS_OF + timedelta(microseconds=123456)),
        ("2026-11-01T01:59:59+09:00", AS_OF),
    ],
)
def test_both_time_forms_mean_the_same_instant(
    upstream: Upstream, client: SnapProvider, text: str, moment: datetime
) -> None:
    upstream.queue("11", balance(additionalInfo={"asOf": text}))
    assert balance_of(client).as_of == moment


@pytest.mark.parametrize("year", [2025, "2025"])
@pytest.mark.parametrize("life", [900, "900"])
def test_integers_may_be_numbers_or_strings(
    upstream: Upstream, client: SnapProvider, year: int | str, life: int | str
) -> None:
    upstream.queue("73", token(expires_in=life))
    details = {"asOf": "2026-10-31T23:59:59+07:00", "tingkatPengembangan": {"tahun": year, "persen": "5.7"}}
    upstream.queue("11", balance(additionalInfo=details))
    assert balance_of(client).rate_year == 2025


def test_unknown_words_are_unknown_and_logged_without_their_content(
    upstream: Upstream, client: SnapProvider, caplog: pytest.LogCaptureFixture
) -> None:
    upstream.queue("11", balance(accountInfos=[], additionalInfo={"unavailableReason": "PINDAH_PLANET"}))
    upstream.queue("J2", ok("J2", cards=[{"kpj": KPJ, "status": "TIDUR", "segmen": "MARS"}]))
    read = balance_of(client)
    (card,) = client.list_cards(member_ref=REF)
    assert (read.amount, read.as_of, read.unavailable_reason) == (None, None, UnavailableReason.UNKNOWN)
    assert (card.status, card.segment) == (CardStatus.UNKNOWN, Segment.UNKNOWN)
    assert "field=unavailableReason" in caplog.text
    assert "PINDAH_PLANET" not in caplog.text


def test_absent_and_null_are_the_same(upstream: Upstream, client: SnapProvider) -> None:
    bare = {"kpj": KPJ, "status": "AKTIF"}
    null = bare | dict.fromkeys(("segmen", "npp", "namaPerusahaan", "kantorCabang", "tanggalKepesertaan", "riwayat"))
    upstream.queue("J2", ok("J2", cards=[bare]), ok("J2", cards=[null]))
    assert client.list_cards(member_ref=REF) == client.list_cards(member_ref=REF)


@pytest.mark.parametrize("value", ["0.00", "99999999999999.99", "1234567.50"])
def test_amounts_are_exact_and_a_true_zero_stays_zero(upstream: Upstream, client: SnapProvider, value: str) -> None:
    upstream.queue("11", balance(value))
    amount = balance_of(client).amount
    assert amount == Decimal(value)
    assert str(amount) == value


def test_without_an_amount_only_the_reason_is_needed(upstream: Upstream, client: SnapProvider) -> None:
    upstream.queue("11", ok("11", additionalInfo={"unavailableReason": "DIHITUNG"}))
    read = balance_of(client)
    assert (read.amount, read.unavailable_reason) == (None, UnavailableReason.DIHITUNG)


def test_names_are_cleaned_of_odd_white_space_only(upstream: Upstream, client: SnapProvider) -> None:
    upstream.queue("J2", ok("J2", cards=[{"kpj": KPJ, "namaPerusahaan": " PT  Méga\u00a0Jaya ", "npp": ""}]))
    (card,) = client.list_cards(member_ref=REF)
    assert (card.employer_name, card.npp) == ("PT Méga Jaya", None)


def test_a_base_address_with_a_path_is_signed_as_sent(upstream: Upstream, build: Build) -> None:
    upstream.queue("11", balance())
    assert balance_of(build(f"{upstream.url}/mitra/api/")).amount is not None
    assert upstream.asked[-1].target == "/mitra/api/v1.0/balance-inquiry"


# What must be refused


def with_amount(amount: Any) -> bytes:
    return encode({"responseCode": "2001100"} | balance_fields(accountInfos=[{"balanceType": "JHT", "amount": amount}]))


def with_details(**details: Any) -> bytes:
    return encode({"responseCode": "2001100"} | balance_fields(additionalInfo=details))


def with_fields(**fields: Any) -> bytes:
    return encode({"responseCode": "2001100"} | balance_fields(**fields))


GOOD = with_fields()
BAD_BALANCES = {
    "duplicate key": GOOD[:-1] + b', "accountNo": "24011122201"}',
    "duplicate key deep inside": GOOD.replace(b'"balanceType": "JHT"', b'"balanceType": "JP", "balanceType": "JHT"'),
    "NaN": GOOD.replace(b'"provisional": true', b'"provisional": true, "x": NaN'),
    "Infinity": GOOD.replace(b'"provisional": true', b'"provisional": true, "x": -Infinity'),
    "BOM": b"\xef\xbb\xbf" + GOOD,
    "UTF-16": GOOD.decode().encode("utf-16"),
    "not UTF-8": GOOD.replace(b"R-1", b"R-\xff"),
    "truncated": GOOD[:-20],
    "larger than 1 MiB": GOOD + b" " * (1024 * 1024),
    "two documents": GOOD + b"{}",
    "a list": b"[" + GOOD + b"]",
    "too deep": GOOD[:-1] + b', "x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "too many digits": GOOD[:-1] + b', "x": ' + b"9" * 5000 + b"}",
    "another card": with_fields(accountNo="17033344402"),
    "no card named": with_fields(accountNo=None),
    "card as a number": with_fields(accountNo=24011122201),
    "amount as a number": with_amount({"value": 12345678.00, "currency": "IDR"}),
    "amount without cents": with_amount({"value": "12345678", "currency": "IDR"}),
    "amount with three decimals": with_amount({"value": "1.000", "currency": "IDR"}),
    "amount with separators": with_amount({"value": "12,345,678.00", "currency": "IDR"}),
    "amount with other digits": with_amount({"value": "١٢٣.00", "currency": "IDR"}),
    "amount with a blank": with_amount({"value": "1.00\n", "currency": "IDR"}),
    "amount too long": with_amount({"value": "123456789012345.00", "currency": "IDR"}),
    "amount as a bare string": with_amount("1.00"),
    "amount without value": with_amount({"currency": "IDR"}),
    "negative amount": with_amount(money("-1.00")),
    "wrong currency": with_amount({"value": "1.00", "currency": "USD"}),
    "no currency": with_amount({"value": "1.00"}),
    "two JHT balances": with_fields(accountInfos=balance_fields()["accountInfos"] * 2),
    "accounts not a list": with_fields(accountInfos={"balanceType": "JHT"}),
    "account not an object": with_fields(accountInfos=["JHT"]),
    "no as-of": with_details(provisional=True),
    "as-of without zone": with_details(asOf="2026-10-31T23:59:59"),
    "as-of a day": with_details(asOf="2026-10-31"),
    "as-of no such day": with_details(asOf="2026-02-30T00:00:00+07:00"),
    "as-of a number": with_details(asOf=1793465999),
    "provisional as a string": with_details(asOf="2026-10-31T23:59:59+07:00", provisional="true"),
    "month 13": with_details(asOf="2026-10-31T23:59:59+07:00", iuranSampai="2026-13"),
    "true as a year": with_details(asOf="2026-10-31T23:59:59+07:00", tingkatPengembangan={"tahun": True}),
    "a year with a fraction": with_details(asOf="2026-10-31T23:59:59+07:00", tingkatPengembangan={"tahun": 2025.0}),
    "amount and a reason for none": with_details(asOf="2026-10-31T23:59:59+07:00", unavailableReason="DIHITUNG"),
    "neither amount nor reason": with_fields(accountInfos=[]),
    "control character": with_fields(referenceNo="R\u0000"),
    "another request's answer": with_fields(partnerReferenceNo="999"),
    "additionalInfo a list": with_fields(additionalInfo=[]),
    "responseCode a number": encode(balance_fields() | {"responseCode": 2001100}),
}


@pytest.mark.asvs("V15.3.5")
@pytest.mark.parametrize("name", BAD_BALANCES)
def test_a_balance_that_must_not_be_believed_is_refused(upstream: Upstream, client: SnapProvider, name: str) -> None:
    assert BAD_BALANCES[name] != GOOD
    upstream.queue("11", Answer(body=BAD_BALANCES[name]), Answer(body=GOOD))
    with pytest.raises(errors.BadAnswer) as caught:
        balance_of(client)
    assert caught.value.detail
    assert "12345678" not in repr(caught.value)
    assert caught.value.__context__ is None or caught.value.__suppress_context__  # a parser's error carries the answer
    assert balance_of(client).amount is not None


# Identity and cards


def match(**changes: Any) -> Answer:
    flags = dict.fromkeys(("nik", "nama", "tanggalLahir", "kpj"), "SESUAI")
    return ok("J1", **({"matchType": "DEFN", "match": flags, "namaSimilarity": "97", "memberRef": REF} | changes))


def verify(client: SnapProvider, phone: str | None = None) -> Any:
    return client.verify_member(
        nik="3173051207860012", name="BUDI SANTOSA", birth_date=date(1986, 7, 12), kpj=KPJ, phone=phone
    )


@pytest.mark.parametrize(
    ("flag", "told"), [("SESUAI", True), ("TIDAK_SESUAI", False), ("TIDAK_DIPERIKSA", None), (None, None)]
)
def test_a_phone_flag_is_true_false_or_not_told(
    upstream: Upstream, client: SnapProvider, flag: str | None, told: bool | None
) -> None:
    upstream.queue("J1", match(match={"nik": "SESUAI", "nomorHp": flag}))
    read = verify(client, phone="081234567567")
    assert read.phone_matches is told
    assert (read.nik, read.name, read.name_similarity) == (Flag.SAME, Flag.UNCHECKED, 97)
    assert upstream.asked[-1].fields["tanggalLahir"] == "1986-07-12"


def test_no_match_gives_no_reference_and_no_phone_is_not_sent(upstream: Upstream, client: SnapProvider) -> None:
    upstream.queue("J1", match(matchType="NONE", memberRef="x", namaSimilarity=0, match=None))
    read = verify(client)
    assert (read.match_type, read.member_ref, read.name_similarity) == (MatchType.NONE, None, 0)
    assert "nomorHp" not in upstream.asked[-1].fields


@pytest.mark.parametrize(
    "change", [{"memberRef": None}, {"memberRef": "x" * 65}, {"matchType": None}, {"match": "SESUAI"}]
)
def test_a_match_that_cannot_be_used_is_refused(
    upstream: Upstream, client: SnapProvider, change: dict[str, Any]
) -> None:
    upstream.queue("J1", match(**change))
    with pytest.raises(errors.BadAnswer):
        verify(client)


@pytest.mark.parametrize(
    "cards", [[], [{"kpj": KPJ}] * 2, [{"kpj": "2401112220"}], [{"kpj": f"{n:011d}"} for n in range(101)], [{}]]
)
def test_a_card_list_that_cannot_be_is_refused(upstream: Upstream, client: SnapProvider, cards: list[Any]) -> None:
    upstream.queue("J2", ok("J2", cards=cards))
    with pytest.raises(errors.BadAnswer):
        client.list_cards(member_ref=REF)


def test_a_challenge_tells_the_channel_used_and_where(upstream: Upstream, client: SnapProvider) -> None:
    sent = {
        "challengeRef": "C-1",
        "channel": "EMAIL",
        "maskedDestination": "b***@c***",
        "channels": ["EMAIL", "PIGEON"],
    }
    upstream.queue("J5", ok("J5", expiresIn=300, **sent))
    read = client.send_challenge(member_ref=REF, kpj=KPJ, channel=ContactChannel.SMS, reference="77")
    assert (read.challenge_ref, read.channel, read.masked_destination) == ("C-1", ContactChannel.EMAIL, "b***@c***")
    assert (read.expires_in, read.channels) == (timedelta(minutes=5), (ContactChannel.EMAIL, ContactChannel.UNKNOWN))
    assert upstream.asked[-1].fields["partnerReferenceNo"] == "77"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"verified": True, "cardRef": "K-1"}, (True, None, "K-1")),
        ({"verified": False, "attemptsLeft": "2"}, (False, 2, None)),
        ({"verified": False, "attemptsLeft": 0}, (False, 0, None)),
    ],
)
def test_a_wrong_code_is_an_answer(
    upstream: Upstream, client: SnapProvider, fields: dict[str, Any], expected: tuple[bool, int | None, str | None]
) -> None:
    upstream.queue("J6", ok("J6", **fields))
    read = client.verify_challenge(member_ref=REF, challenge_ref="C-1", code="123456", reference="78")
    assert (read.verified, read.attempts_left, read.card_ref) == expected


@pytest.mark.asvs("V15.3.5")
@pytest.mark.parametrize("verified", ["true", 1, None])
def test_only_a_real_true_verifies(upstream: Upstream, client: SnapProvider, verified: Any) -> None:
    upstream.queue("J6", ok("J6", verified=verified, cardRef="K-1"))
    with pytest.raises(errors.BadAnswer):
        client.verify_challenge(member_ref=REF, challenge_ref="C-1", code="123456", reference="78")


def test_records_print_without_their_contents(upstream: Upstream, client: SnapProvider) -> None:
    upstream.queue("11", balance())
    upstream.queue("J1", match())
    assert "12345678" not in repr(balance_of(client))
    assert REF not in repr(verify(client))


@pytest.mark.asvs("V16.3.4")
def test_logs_hold_the_operation_and_nothing_of_the_member(
    upstream: Upstream, client: SnapProvider, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    upstream.queue("11", balance())
    upstream.queue("J1", match())
    balance_of(client)
    verify(client, phone="081234567567")
    assert "provider_call service=11" in caplog.text
    for secret in (KPJ, REF, "12345678", "3173051207860012", "BUDI", "081234567567", "token-1"):
        assert secret not in caplog.text
