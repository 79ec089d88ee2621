"""Every address of the site, read from the URL resolver, with what a test needs to open it.

A new address without an entry here fails tests/house/test_url_access.py: who may open it must be said, not hoped.
"""

from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

# Open to visitors: nothing of a member's stands there.
PUBLIC = {
    "home",
    "set_language",
    "healthz",
    "readyz",
    "account_login",
    "account_signup",
    "account_logout",
    "account_email_verification_sent",
    "account_reset_password",
    "account_reset_password_done",
    "account_confirm_password_reset_code",
    "account_complete_password_reset",
    "account_reset_password_from_key_done",
    "account_reset_password_from_key",
    "account_inactive",
    "account_reauthenticate",
    "mfa_login_webauthn",
    "mfa_authenticate",
}


def named_addresses(prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    """(name with namespace, pattern) of every address but the admin's, which tests/admin walks."""
    yield from _walk(get_resolver().url_patterns, "")


def _walk(patterns: list[Any], namespace: str) -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            if pattern.app_name == "admin":
                continue
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _walk(pattern.url_patterns, inner)
        else:
            yield f"{namespace}{pattern.name}", pattern
