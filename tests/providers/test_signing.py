"""Signatures against vectors nobody of us wrote (contract 1.10)."""

import base64
import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_der_public_key

from providers import signing

# 1: symmetric, Midtrans. Pretty-printed, so that it tests minify too.
PRETTY = b"""{
    "partnerReferenceNo": "2020102900000000000001",
    "amount": {
        "value": "12345678.00",
        "currency": "IDR"
    },
    "feeAmount": {
        "value": "12345678.00",
        "currency": "IDR"
    },
    "merchantId": "00007100010926",
    "terminalId": "213141251124",
    "validityPeriod": "2009-07-03T12:08:56-07:00"
}"""
BODY_HASH = "01463f60dbb6ca538581579dd95b31c8ba9fc6600eca750e4d8460ca4e402111"
SYMMETRIC = "wmzT7yjg1SxxCsxNsFgCR9SYXiZGGbceF6fV8xe97sAMHxZ+7OEBMIBmvb6Sj6GcksGp3iv77DiomgSbcST3XQ=="

MIDTRANS_KEY = (
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAlWbtlh3eM+bW3n5AFj42wddC4L7tQqbLiCFbTv8K67yng9iwK5mEn+UMXiRhvB2JVWFafCPPxFamsiVG3Mjn"
    "eGjC0BYgmpmw4qXnAnyO3nCdCuPtmZ3ljhKvSTPdWZxrcLi1Xa9V/+Pzb8hrjb5iwMn6SZFNeMmZYgFKiSeueo6TPln2PoTqXCzs1HtsM8eUVe8GAsjJe/3dYl992nyX"
    "OpG21GgNu8o5T3WOptPg6GdDTWkTWUu483yRbVVy04Pz4L8DDZTDv+WcsAViDn1rA/jB1Auj/UGKx2ovGcBH/a/hor5TbABbODU6cPTHT54K3sSZtvZNV4eFDB1f/4wdfwIDAQAB"
)
SNAP_BI_GO_KEY = (
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA1MiHtiJ+1++1FP2ikE5nPEBmvb5GXW7iwVbcw3ZQHeRya/uRUhrUfz7SO1Q800amRTbVDAZ5ZqufN4llkaHCrCI2"
    "cKIKhQ/FBPQoCax50XE6KBOVNJQpm3HIkbDgCyxLrJp6NNT+zJpG7XlWOKlb0x5vhIhLvmnWdyFX3LwZmpixJ67a4cPamTgi6t+rWxF+/qtmHUNsEwhfRRngean7ZkKWaLIu"
    "JDTWC6ZjwK/oKUmjmUluS17nI5W1qGErS4QeyJGSnl0Bal8cpOgVeN3C/HFc7B2EG1y8GSZ1f+WldxJYs4INZUaAK1nnRl5lqnpQAhTIO5vN0rR+EBPjrwF/eQIDAQAB"
)
NOTIFY_HASH = "79ebbe6a6b695262dd686d0dedafc57c94e3b3dededf8d63971f8a95699ace85"
ASYMMETRIC = {
    "2: token, Midtrans": (
        MIDTRANS_KEY,
        signing.token_text(client_id="G1234325-SNAP", timestamp="2024-03-01T08:27:49.024Z"),
        (
            "WzW49tYIgKIBmBi/gVBHGLAkhEaZlXM11zcZxAiyHji6TLPjPbwLu3Z45it25AIeG0XDItcdTSkds47zFEMh6IP0PXPIP1+Ey4RmX/o2fuYRF/xBHvfvKnMmANMTS1ax"
            "sXBSW3EHqYpbVrkCcqNnB3u+wu63us9WIhRZaWgxgQ2PJLaiVHIwgu9u7jxkWX7Bg4rerZH3RKdQfIJAAJsSN13efR7VdSAyzU7QaKjgislxrLqmesYNJkbD03XLjHdo"
            "6YWuzAVV7xdZRpLiGkIAkW7luXTBZYBO+4oENZAPQYzrLeN1qRY1Sr7BgLONCA2QA26BB6SYW4R7qofS9+RyOQ=="
        ),
    ),
    "3: notification, Midtrans": (
        MIDTRANS_KEY,
        f"POST:/v1.0/debit/notify:{NOTIFY_HASH}:2024-05-02T14:43:08+07:00",
        (
            "RoJnP2tH/YiOhHM/lMVBMSAuzRmS8VrWdIy04Qqyb56daV7oWFMFoMMzqnjQ+q0MIUalYgU094GWQnCx2c29xb1kkqHhv2+iJ9xl6NjGmFGYqyvcKvUDAV83Y1Mw9Jns"
            "EcjcupdGw9/MRv/mm2GMrQ+BCZGfc4a46JDyPZbcY294vDGqs5rFBN6iYer5ro4cAQGo9hET2G82Y+j50vCyO/79GFE4vB1rvtu6PK2Bxi+vTYV8k7P7PS8tOPWM2O+k"
            "jiVWjwvLR99Botou+a8sxlQqZaihfWMKcByzV+Lgkr9cptpjys+1NIRWT1ad/sJBSLHyldzC3q2oRn5z5oZmyg=="
        ),
    ),
    "4a: token, snap-bi-go": (
        SNAP_BI_GO_KEY,
        signing.token_text(client_id="962489e9-de5d-4eb7-92a4-b07d44d64bf4", timestamp="2020-01-01T00:00:00+07:00"),
        (
            "h8nyk8eQvd/XxNIokb+jKCvwbwK+bx2BrV0d08qpf6k5K0HJvZQ9g3aGUQDiMWk6ROGSd2P9qAzJIiQiWmxu5cQkE/EeGNsyyNevdUJByFCaWsAKVUQDy1RgaApJ2HlL"
            "/2Ou9F0dAsWvUPIyd1mVUDBmxTFg3FqSxbNFzHdpOF+YB+/M+KGgatI9YKUOUFtBF9a5vQRb2TBYQTdC+0sI5t26nsF93OeNZghc/N/f6uHWNxLB8PMuQxibb9uj/CUF"
            "TK93oceFJ3WN4yA7bNrVPv4IWCNF5+Ls7n+qOJTZ5DyqK+CVbiasNjda0Hnc/RavqdyeW55/4xHO9vduvK2W+Q=="
        ),
    ),
}


def test_the_symmetric_vector_holds_over_a_pretty_printed_body() -> None:
    assert hashlib.sha256(signing.minify(PRETTY)).hexdigest() == BODY_HASH
    signature = signing.sign_request(
        secret="myclientsecret",
        method="post",
        target="/v1.0/qr/qr-mpm-generate",
        token="myaccesstoken",
        body=PRETTY,
        timestamp="2024-03-05T10:37:16.196Z",
    )
    assert signature == SYMMETRIC


@pytest.mark.parametrize("name", ASYMMETRIC)
def test_the_published_rsa_signatures_verify_over_our_text(name: str) -> None:
    public, text, signature = ASYMMETRIC[name]
    key = load_der_public_key(base64.b64decode(public))
    assert isinstance(key, rsa.RSAPublicKey)
    key.verify(base64.b64decode(signature), text.encode(), PKCS1v15(), SHA256())


def test_our_token_signature_verifies_with_our_public_key(rsa_key: rsa.RSAPrivateKey) -> None:
    signature = signing.sign_token_request(key=rsa_key, client_id="c", timestamp="2026-11-22T10:00:00+07:00")
    text = b"c|2026-11-22T10:00:00+07:00"
    rsa_key.public_key().verify(base64.b64decode(signature), text, PKCS1v15(), SHA256())


def test_an_empty_body_is_hashed_and_not_left_out() -> None:
    """Vector 4b (snap-bi-go without a body) leaves the component out: a deviation we do not imitate."""
    text = signing.request_text(method="GET", target="/x", token="t", body=b"", timestamp="s")
    assert text == "GET:/x:t:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855:s"


def test_the_printed_aspi_sample_cannot_be_an_hmac_sha512() -> None:
    """Vector 5: ASPI's printed samples follow from no reading; one has 64 hex digits where HMAC-SHA512 has 128."""
    signature = signing.sign_request(secret="s", method="POST", target="/x", token="t", body=b"{}", timestamp="s")
    assert len(base64.b64decode(signature).hex()) == 128


@pytest.mark.parametrize(
    ("body", "minified"),
    [
        (b'{ "a" :\t1 ,\r\n"b": [ ] }', b'{"a":1,"b":[]}'),
        (b'{"a b": "c  d\t"}', b'{"a b":"c  d\t"}'),
        (b'{"a": "say \\" x \\" y"}', b'{"a":"say \\" x \\" y"}'),
        (b'{"a": "ends \\\\" , "b": 1}', b'{"a":"ends \\\\","b":1}'),
        ('{"a": "é \u00a0"}'.encode(), '{"a":"é \u00a0"}'.encode()),
        (b'{"b": null, "a": 1.50}', b'{"b":null,"a":1.50}'),
    ],
)
def test_minify_drops_white_space_outside_strings_only(body: bytes, minified: bytes) -> None:
    assert signing.minify(body) == minified


@pytest.mark.parametrize("kind", ["short", "other", "rubbish"])
def test_a_key_that_cannot_serve_is_refused_without_showing_it(kind: str) -> None:
    if kind == "rubbish":
        pem = "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----"
    else:
        short = rsa.generate_private_key(public_exponent=65537, key_size=1024)
        key = short if kind == "short" else ec.generate_private_key(ec.SECP256R1())
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    with pytest.raises(ValueError, match="private key") as caught:
        signing.load_private_key(pem)
    assert pem.splitlines()[1] not in str(caught.value)
