"""SNAP signatures (contract 1.2, 1.4): pure functions, checked against published vectors.

An empty body is hashed as the empty string. Some libraries differ there; we always send a body, so it cannot arise.
"""

import base64
import hashlib
import hmac
from typing import Final

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

MINIMUM_KEY_BITS: Final = 2048
_WHITE: Final = frozenset(b" \t\r\n")
_QUOTE, _BACKSLASH = ord('"'), ord("\\")


def minify(body: bytes) -> bytes:
    """Drop space, tab, CR and LF outside strings, byte by byte: parsing could change what was signed."""
    kept = bytearray()
    in_string = escaped = False
    for byte in body:
        if in_string:
            in_string = escaped or byte != _QUOTE
            escaped = byte == _BACKSLASH and not escaped
        elif byte in _WHITE:
            continue
        else:
            in_string = byte == _QUOTE
        kept.append(byte)
    return bytes(kept)


def request_text(*, method: str, target: str, token: str, body: bytes, timestamp: str) -> str:
    """The string to sign. `target` is the request target exactly as on the wire, query included."""
    digest = hashlib.sha256(minify(body)).hexdigest()
    return f"{method.upper()}:{target}:{token}:{digest}:{timestamp}"


def sign_request(*, secret: str, method: str, target: str, token: str, body: bytes, timestamp: str) -> str:
    """X-SIGNATURE of a transaction: base64 of HMAC-SHA512."""
    text = request_text(method=method, target=target, token=token, body=body, timestamp=timestamp)
    return base64.b64encode(hmac.digest(secret.encode(), text.encode(), "sha512")).decode()


def token_text(*, client_id: str, timestamp: str) -> str:
    return f"{client_id}|{timestamp}"


def sign_token_request(*, key: RSAPrivateKey, client_id: str, timestamp: str) -> str:
    """X-SIGNATURE of the token call: base64 of RSASSA-PKCS1-v1_5 with SHA-256."""
    text = token_text(client_id=client_id, timestamp=timestamp)
    return base64.b64encode(key.sign(text.encode(), PKCS1v15(), SHA256())).decode()


def load_private_key(pem: str) -> RSAPrivateKey:
    """Raises ValueError, without the key in it, unless `pem` is an RSA key of at least 2048 bits."""
    try:
        key = load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError):
        raise ValueError("The provider's private key is not a readable, unencrypted PEM key") from None
    if not isinstance(key, RSAPrivateKey) or key.key_size < MINIMUM_KEY_BITS:
        raise ValueError(f"The provider's private key must be RSA with at least {MINIMUM_KEY_BITS} bits")
    return key
