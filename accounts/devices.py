"""The device cookie: a signed random secret that says "somebody has signed in here before", and nothing about whom.

Which accounts it counts for stands in the database (OWASP, device cookies), so one phone may serve a whole family.
"""

import hashlib
import re
import secrets
from typing import Final

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

KEPT_FOR: Final = 180 * 24 * 3600  # seconds
_SECRET: Final = re.compile(r"[0-9a-f]{32}")
_BROWSERS: Final = (
    ("SamsungBrowser", "Samsung Internet"),
    ("OPR/", "Opera"),
    ("Edg", "Edge"),
    ("FxiOS", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS: Final = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def read(request: HttpRequest) -> str:
    """The secret of a cookie that we signed within its time; "" for none, a forged or an old one."""
    try:
        secret = _signer().unsign(request.COOKIES.get(settings.DEVICE_COOKIE_NAME, ""), max_age=KEPT_FOR)
    except signing.BadSignature:
        return ""
    return secret if _SECRET.fullmatch(secret) else ""


def give(response: HttpResponse, secret: str) -> None:
    response.set_cookie(
        settings.DEVICE_COOKIE_NAME,
        _signer().sign(secret),
        max_age=KEPT_FOR,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def new_secret() -> str:
    return secrets.token_hex(16)


def mark(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def mark_of(request: HttpRequest) -> bytes:
    """Empty where the browser brings no cookie of ours."""
    secret = read(request)
    return mark(secret) if secret else b""


def browser_and_system(agent: str) -> tuple[str, str]:
    """Two names from a short list; "" for what is not on it."""
    return _first(_BROWSERS, agent), _first(_SYSTEMS, agent)


def _first(names: tuple[tuple[str, str], ...], agent: str) -> str:
    return next((name for sign, name in names if sign in agent), "")


def _signer() -> signing.TimestampSigner:
    return signing.TimestampSigner(salt="accounts.device")
