"""The verifying side against vectors that nobody of us wrote (contract 1.10)."""

import base64
import textwrap

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from demo.sandbox.signatures import (
    is_signed_by,
    load_public_key,
    minify,
    string_to_sign,
    transaction_is_genuine,
)

PRETTY = b"""{
  "partnerReferenceNo": "2020102900000000000001",
  "amount": {"value": "12345678.00", "currency": "IDR"},
  "feeAmount": {"value": "12345678.00", "currency": "IDR"},
  "merchantId": "00007100010926",
  "terminalId": "213141251124",
  "validityPeriod": "2009-07-03T12:08:56-07:00"
}"""
MIDTRANS_SIGNATURE = "wmzT7yjg1SxxCsxNsFgCR9SYXiZGGbceF6fV8xe97sAMHxZ+7OEBMIBmvb6Sj6GcksGp3iv77DiomgSbcST3XQ=="
MIDTRANS_KEY = (
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAlWbtlh3eM+bW3n5AFj42wddC4L7tQqbLiCFbTv8K67yng9iwK5mEn+UMXiRhvB2JVWFafCPPxFamsiVG3Mjn"
    "eGjC0BYgmpmw4qXnAnyO3nCdCuPtmZ3ljhKvSTPdWZxrcLi1Xa9V/+Pzb8hrjb5iwMn6SZFNeMmZYgFKiSeueo6TPln2PoTqXCzs1HtsM8eUVe8GAsjJe/3dYl992nyX"
    "OpG21GgNu8o5T3WOptPg6GdDTWkTWUu483yRbVVy04Pz4L8DDZTDv+WcsAViDn1rA/jB1Auj/UGKx2ovGcBH/a/hor5TbABbODU6cPTHT54K3sSZtvZNV4eFDB1f/4wdfwID"
    "AQAB"
)
GILANG_KEY = (
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA1MiHtiJ+1++1FP2ikE5nPEBmvb5GXW7iwVbcw3ZQHeRya/uRUhrUfz7SO1Q800amRTbVDAZ5ZqufN4llkaHCrCI2"
    "cKIKhQ/FBPQoCax50XE6KBOVNJQpm3HIkbDgCyxLrJp6NNT+zJpG7XlWOKlb0x5vhIhLvmnWdyFX3LwZmpixJ67a4cPamTgi6t+rWxF+/qtmHUNsEwhfRRngean7ZkKW"
    "aLIuJDTWC6ZjwK/oKUmjmUluS17nI5W1qGErS4QeyJGSnl0Bal8cpOgVeN3C/HFc7B2EG1y8GSZ1f+WldxJYs4INZUaAK1nnRl5lqnpQAhTIO5vN0rR+EBPjrwF/eQID"
    "AQAB"
)
ASYMMETRIC = {
    "Midtrans token": (
        MIDTRANS_KEY,
        "G1234325-SNAP|2024-03-01T08:27:49.024Z",
        (
            "WzW49tYIgKIBmBi/gVBHGLAkhEaZlXM11zcZxAiyHji6TLPjPbwLu3Z45it25AIeG0XDItcdTSkds47zFEMh6IP0PXPIP1+Ey4RmX/o2fuYRF/xBHvfvKnMmANMTS1axsXBS"
            "W3EHqYpbVrkCcqNnB3u+wu63us9WIhRZaWgxgQ2PJLaiVHIwgu9u7jxkWX7Bg4rerZH3RKdQfIJAAJsSN13efR7VdSAyzU7QaKjgislxrLqmesYNJkbD03XLjHdo6YWuzAVV"
            "7xdZRpLiGkIAkW7luXTBZYBO+4oENZAPQYzrLeN1qRY1Sr7BgLONCA2QA26BB6SYW4R7qofS9+RyOQ=="
        ),
    ),
    "Midtrans notification": (
        MIDTRANS_KEY,
        "POST:/v1.0/debit/notify:79ebbe6a6b695262dd686d0dedafc57c94e3b3dededf8d63971f8a95699ace85:2024-05-02T14:43:08+07:00",
        (
            "RoJnP2tH/YiOhHM/lMVBMSAuzRmS8VrWdIy04Qqyb56daV7oWFMFoMMzqnjQ+q0MIUalYgU094GWQnCx2c29xb1kkqHhv2+iJ9xl6NjGmFGYqyvcKvUDAV83Y1Mw9JnsEcjc"
            "updGw9/MRv/mm2GMrQ+BCZGfc4a46JDyPZbcY294vDGqs5rFBN6iYer5ro4cAQGo9hET2G82Y+j50vCyO/79GFE4vB1rvtu6PK2Bxi+vTYV8k7P7PS8tOPWM2O+kjiVWjwvL"
            "R99Botou+a8sxlQqZaihfWMKcByzV+Lgkr9cptpjys+1NIRWT1ad/sJBSLHyldzC3q2oRn5z5oZmyg=="
        ),
    ),
    "gilang-as token": (
        GILANG_KEY,
        "962489e9-de5d-4eb7-92a4-b07d44d64bf4|2020-01-01T00:00:00+07:00",
        (
            "h8nyk8eQvd/XxNIokb+jKCvwbwK+bx2BrV0d08qpf6k5K0HJvZQ9g3aGUQDiMWk6ROGSd2P9qAzJIiQiWmxu5cQkE/EeGNsyyNevdUJByFCaWsAKVUQDy1RgaApJ2HlL/2Ou"
            "9F0dAsWvUPIyd1mVUDBmxTFg3FqSxbNFzHdpOF+YB+/M+KGgatI9YKUOUFtBF9a5vQRb2TBYQTdC+0sI5t26nsF93OeNZghc/N/f6uHWNxLB8PMuQxibb9uj/CUFTK93oceF"
            "J3WN4yA7bNrVPv4IWCNF5+Ls7n+qOJTZ5DyqK+CVbiasNjda0Hnc/RavqdyeW55/4xHO9vduvK2W+Q=="
        ),
    ),
}


def public_key(der: str) -> RSAPublicKey:
    lines = "\n".join(textwrap.wrap(der, 64))
    return load_public_key(f"-----BEGIN PUBLIC KEY-----\n{lines}\n-----END PUBLIC KEY-----\n")


def midtrans(**changes: str) -> bool:
    parts = {
        "secret": "myclientsecret",
        "signature": MIDTRANS_SIGNATURE,
        "method": "POST",
        "target": "/v1.0/qr/qr-mpm-generate",
        "token": "myaccesstoken",
        "timestamp": "2024-03-05T10:37:16.196Z",
    }
    return transaction_is_genuine(**(parts | changes), body=PRETTY)


def test_the_published_symmetric_vector_verifies() -> None:
    assert midtrans()


def test_its_body_hash_is_the_published_one() -> None:
    text = string_to_sign(method="POST", target="/", token="t", body=PRETTY, timestamp="now")
    assert text.split(":")[3] == "01463f60dbb6ca538581579dd95b31c8ba9fc6600eca750e4d8460ca4e402111"


@pytest.mark.parametrize("part", ["secret", "method", "target", "token", "timestamp"])
def test_any_other_part_breaks_the_symmetric_signature(part: str) -> None:
    assert not midtrans(**{part: "else"})


@pytest.mark.parametrize("signature", ["", "=", "not base64!", base64.b64encode(b"x" * 64).decode(), "a" * 128])
def test_an_undecodable_or_foreign_signature_is_not_genuine(signature: str) -> None:
    assert not midtrans(signature=signature)


@pytest.mark.parametrize("name", ASYMMETRIC)
def test_the_published_asymmetric_vectors_verify(name: str) -> None:
    key, text, signature = ASYMMETRIC[name]
    assert is_signed_by(public_key(key), signature=signature, text=text)
    assert not is_signed_by(public_key(key), signature=signature, text=text + " ")
    assert not is_signed_by(public_key(key), signature="no base64", text=text)


def test_minify_leaves_strings_alone_byte_by_byte() -> None:
    body = b' { "a b" :\t"x \\" y\\\\" ,\r\n "c": [1, 2 ] , "\xff \xe9" : " " } '
    assert minify(body) == b'{"a b":"x \\" y\\\\","c":[1,2],"\xff \xe9":" "}'
