"""The verifying side of SNAP's signatures (contract 1.2, 1.4): RSA for the token, HMAC-SHA512 for everything else."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key

_LEAST_BITS = 2048
_STRING_OR_SPACE = re.compile(rb'"(?:[^"\\]|\\.)*"|[ \t\r\n]+', re.DOTALL)


def minify(body: bytes) -> bytes:
    """Drop space, tab, CR and LF outside strings, byte by byte, without parsing."""
    return _STRING_OR_SPACE.sub(lambda found: found[0] if found[0][:1] == b'"' else b"", body)


def string_to_sign(*, method: str, target: str, token: str, body: bytes, timestamp: str) -> str:
    digest = hashlib.sha256(minify(body)).hexdigest()
    return f"{method}:{target}:{token}:{digest}:{timestamp}"


def decoded(signature: str) -> bytes | None:
    try:
        return base64.b64decode(signature, validate=True)
    except (binascii.Error, ValueError):
        return None


def transaction_is_genuine(
    *, secret: str, signature: str, method: str, target: str, token: str, body: bytes, timestamp: str
) -> bool:
    text = string_to_sign(method=method, target=target, token=token, body=body, timestamp=timestamp)
    expected = hmac.new(secret.encode(), text.encode(), hashlib.sha512).digest()
    return hmac.compare_digest(expected, decoded(signature) or b"")


def is_signed_by(public_key: RSAPublicKey, *, signature: str, text: str) -> bool:
    """SHA-256 with RSA, PKCS #1 v1.5, over the text."""
    try:
        public_key.verify(decoded(signature) or b"", text.encode(), PKCS1v15(), SHA256())
    except InvalidSignature:
        return False
    return True


def load_public_key(pem: str) -> RSAPublicKey:
    """Raises ValueError for anything but an RSA key of at least 2048 bits."""
    key = load_pem_public_key(pem.encode())
    if not isinstance(key, RSAPublicKey) or key.key_size < _LEAST_BITS:
        raise ValueError("the client's public key must be RSA with at least 2048 bits")
    return key
