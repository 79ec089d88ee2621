"""J1, J2, J5 and J6: who matches, which cards, and every rule of the challenge."""

import threading
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from tests.sandbox.caller import SECRET, Sandbox, running

BUDI, SARI, WAYAN = "24011122201", "19022233393", "20077788806"


def code_for(upstream: Sandbox, challenge: str) -> str:
    return next(str(sent["code"]) for sent in upstream.get("/sandbox/outbox") if sent["challengeRef"] == challenge)


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"


# J1, J2 ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kpj", [BUDI, "17033344402", "12055566603", SARI, "23044455505", WAYAN])
def test_every_demo_card_matches_its_holder(upstream: Sandbox, kpj: str) -> None:
    answer = upstream.verify(kpj).json
    assert answer["matchType"] == "DEFN"
    assert set(answer["match"].values()) == {"SESUAI"}
    assert 1 <= len(answer["memberRef"]) <= 64


def test_a_slip_in_the_name_is_a_possible_match(upstream: Sandbox) -> None:
    answer = upstream.verify(BUDI, nama="Budi Santoso P").json
    assert (answer["matchType"], answer["match"]["nama"]) == ("POSS", "TIDAK_SESUAI")
    assert answer["memberRef"]


@pytest.mark.parametrize(
    "change",
    [
        {"nik": "3173051207860013"},
        {"tanggalLahir": "1986-07-13"},
        {"nama": "SITI RAHAYU"},
        {"kpj": WAYAN},
        {"kpj": "24011122290"},
    ],
)
def test_no_match_says_nothing_more_and_an_unknown_card_looks_like_a_foreign_one(
    upstream: Sandbox, change: dict[str, str]
) -> None:
    answer = upstream.verify(BUDI, **change).json
    del answer["referenceNo"]
    assert answer == {
        "responseCode": "200J100",
        "responseMessage": "Successful",
        "matchType": "NONE",
        "match": dict.fromkeys(("nik", "nama", "tanggalLahir", "kpj"), "TIDAK_DIPERIKSA"),
        "namaSimilarity": "0",
        "memberRef": None,
    }


@pytest.mark.parametrize(
    ("phone", "flag"),
    [("+6282000110567", "SESUAI"), ("082000110567", "SESUAI"), ("+6282000110568", "TIDAK_SESUAI")],
)
def test_the_phone_is_compared_when_it_is_sent(upstream: Sandbox, phone: str, flag: str) -> None:
    answer = upstream.verify(BUDI, nomorHp=phone).json
    assert (answer["matchType"], answer["match"]["nomorHp"]) == ("DEFN", flag)


def test_a_phone_that_is_not_on_record_cannot_be_compared(upstream: Sandbox) -> None:
    answer = upstream.verify("24011122298", nomorHp="081234567890").json
    assert answer["match"]["nomorHp"] == "TIDAK_DIPERIKSA"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"nik": "123"}, "400J101"),
        ({"tanggalLahir": "12-07-1986"}, "400J101"),
        ({"tanggalLahir": "1986-02-30"}, "400J101"),
        ({"nama": ""}, "400J102"),
        ({"kpj": ""}, "400J102"),
        ({"nomorHp": "12"}, "400J101"),
    ],
)
def test_malformed_member_data_is_refused(upstream: Sandbox, change: dict[str, str], code: str) -> None:
    assert upstream.verify(BUDI, **change).code == code


def test_a_reference_covers_every_card_and_no_other(upstream: Sandbox) -> None:
    ref = upstream.ref("17033344402")
    cards = upstream.ask("J2", {"memberRef": ref}).json["cards"]
    assert [card["kpj"] for card in cards] == ["24011122201", "17033344402", "12055566603"]
    assert upstream.balance(BUDI, ref).code == "2001100"
    assert upstream.balance(WAYAN, ref).code == "4041118"
    assert upstream.balance("24011122299", ref).code == "4041118"


def test_two_matches_give_different_references_that_both_work(upstream: Sandbox) -> None:
    first, second = (upstream.verify(BUDI).json["memberRef"] for _ in range(2))
    assert first != second
    assert {upstream.balance(BUDI, ref).code for ref in (first, second)} == {"2001100"}


def test_a_revoked_reference_is_unknown_and_a_new_match_works(upstream: Sandbox) -> None:
    old = upstream.ref(BUDI)
    upstream.post("/sandbox/revoke", {"kpj": "17033344402"})
    assert upstream.balance(BUDI, old).code == "4041116"
    assert upstream.balance(BUDI, upstream.verify(BUDI).json["memberRef"]).code == "2001100"


@pytest.mark.parametrize("reference", ["x", "A" * 60, "é" * 3])
def test_an_invented_reference_is_never_accepted(upstream: Sandbox, reference: str) -> None:
    assert upstream.ask("J2", {"memberRef": reference}).code in {"404J216", "400J201"}


def test_a_reference_survives_a_restart_with_the_same_secret_only(client_key: RSAPrivateKey) -> None:
    with running(client_key) as before:
        ref = before.ref(BUDI)
    with running(client_key) as after:
        assert after.balance(BUDI, ref).code == "2001100"
    with running(client_key, secret=SECRET + "x") as other:
        assert other.ask("J2", {"memberRef": ref}).code == "404J216"


# J5, J6 ---------------------------------------------------------------------------------------------------------------


def test_the_right_code_proves_the_card_once(upstream: Sandbox) -> None:
    sent = upstream.send_code(BUDI).json
    assert sent["maskedDestination"] == "+62 8** **** *567"
    assert (sent["channel"], sent["channels"], sent["expiresIn"]) == ("SMS", ["SMS", "EMAIL"], "300")
    code = code_for(upstream, sent["challengeRef"])
    answer = upstream.check_code(BUDI, sent["challengeRef"], code).json
    assert answer["verified"] is True
    assert answer["cardRef"]
    assert upstream.check_code(BUDI, sent["challengeRef"], code).code == "404J615"


def test_email_is_used_when_asked_for_and_masked(upstream: Sandbox) -> None:
    sent = upstream.send_code(BUDI, channel="EMAIL").json
    assert (sent["channel"], sent["maskedDestination"]) == ("EMAIL", "b***@c***.example")


def test_another_channel_is_used_and_named_when_the_asked_one_is_not_on_record(upstream: Sandbox) -> None:
    person = next(p for p in upstream.get("/sandbox/people?count=50&seed=c") if p["phone"] is None)
    sent = upstream.send_code(person["kpj"][0]).json
    assert (sent["channel"], sent["channels"]) == ("EMAIL", ["EMAIL"])


def test_three_wrong_codes_block_the_challenge(upstream: Sandbox) -> None:
    challenge = upstream.send_code(BUDI).json["challengeRef"]
    code = code_for(upstream, challenge)
    left = [upstream.check_code(BUDI, challenge, wrong(code)).json for _ in range(3)]
    assert [(answer["verified"], answer["attemptsLeft"]) for answer in left] == [
        (False, "2"),
        (False, "1"),
        (False, "0"),
    ]
    assert upstream.check_code(BUDI, challenge, code).code == "403J611"


def test_a_new_code_voids_the_earlier_one(upstream: Sandbox) -> None:
    first = upstream.send_code(BUDI).json["challengeRef"]
    code = code_for(upstream, first)
    upstream.send_code(BUDI)
    assert upstream.check_code(BUDI, first, code).code == "404J615"


def test_a_challenge_is_bound_to_the_exact_reference(upstream: Sandbox) -> None:
    challenge = upstream.send_code(BUDI).json["challengeRef"]
    other = upstream.verify(BUDI).json["memberRef"]
    code = code_for(upstream, challenge)
    assert upstream.check_code(BUDI, challenge, code, memberRef=other).code == "404J615"
    assert upstream.check_code(WAYAN, challenge, code).code == "404J615"
    assert upstream.check_code(BUDI, "unknown", code).code == "404J615"


def test_five_codes_a_card_and_day(upstream: Sandbox) -> None:
    assert {upstream.send_code(BUDI).code for _ in range(5)} == {"200J500"}
    refused = upstream.send_code(BUDI)
    assert refused.code == "403J504"
    assert 0 < int(refused.headers["Retry-After"]) <= 86400
    assert upstream.send_code(WAYAN).code == "200J500"


def test_the_eleventh_wrong_code_of_a_day_and_every_right_one_after_it_is_refused(upstream: Sandbox) -> None:
    answers = []
    for _ in range(4):
        challenge = upstream.send_code(BUDI).json["challengeRef"]
        code = code_for(upstream, challenge)
        answers += [upstream.check_code(BUDI, challenge, wrong(code)).code for _ in range(3)]
    assert answers == ["200J600"] * 10 + ["403J604"] * 2
    right = upstream.check_code(BUDI, challenge, code)
    assert right.code == "403J604"
    assert "Retry-After" in right.headers


def test_the_same_reference_again_sends_no_second_code(upstream: Sandbox) -> None:
    first, second = (upstream.send_code(BUDI, reference="ref-1").json for _ in range(2))
    assert first == second
    assert len(upstream.get("/sandbox/outbox")) == 1
    assert upstream.send_code(BUDI, reference="ref-1", channel="EMAIL").code == "409J501"


def test_the_same_reference_again_burns_no_attempt(upstream: Sandbox) -> None:
    challenge = upstream.send_code(BUDI).json["challengeRef"]
    bad = wrong(code_for(upstream, challenge))
    asked = [upstream.check_code(BUDI, challenge, bad, partnerReferenceNo="try-1").json for _ in range(5)]
    assert {answer["attemptsLeft"] for answer in asked} == {"2"}
    assert upstream.check_code(BUDI, challenge, "000000", partnerReferenceNo="try-1").code == "409J601"


def test_a_refused_call_is_not_remembered_for_its_reference(upstream: Sandbox) -> None:
    assert upstream.send_code(BUDI, reference="ref-2", memberRef="unknown").code == "404J516"
    assert upstream.send_code(BUDI, reference="ref-2").code == "200J500"


def test_impatient_repeats_at_the_same_moment_send_one_code(upstream: Sandbox) -> None:
    upstream.ref(BUDI)
    answers: list[Any] = []
    threads = [
        threading.Thread(target=lambda: answers.append(upstream.send_code(BUDI, reference="ref-3").json))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({answer["challengeRef"] for answer in answers}) == 1
    assert len(upstream.get("/sandbox/outbox")) == 1


@pytest.mark.parametrize(
    ("change", "code"),
    [({"partnerReferenceNo": None}, "400J502"), ({"channel": "FAX"}, "400J501"), ({"accountNo": WAYAN}, "404J518")],
)
def test_a_code_is_not_sent_for_a_bad_request(upstream: Sandbox, change: dict[str, str], code: str) -> None:
    assert upstream.send_code(BUDI, **change).code == code


@pytest.mark.parametrize(
    ("change", "code"),
    [({"partnerReferenceNo": None}, "400J602"), ({"code": "12345"}, "400J601"), ({"code": None}, "400J602")],
)
def test_a_malformed_code_burns_no_attempt(upstream: Sandbox, change: dict[str, str], code: str) -> None:
    challenge = upstream.send_code(BUDI).json["challengeRef"]
    assert upstream.check_code(BUDI, challenge, "123456", **change).code == code
    assert upstream.check_code(BUDI, challenge, code_for(upstream, challenge)).json["verified"] is True


def test_merged_cards_can_be_proved_too(upstream: Sandbox) -> None:
    assert upstream.send_code("12055566603").code == "200J500"
