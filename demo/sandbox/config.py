"""The sandbox's settings, from flags and SANDBOX_* variables (each also as NAME_FILE). No default for a secret."""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from demo.sandbox.signatures import load_public_key


@dataclass(frozen=True)
class Config:
    """Who may call, on which addresses, and on which day. `today` None follows Jakarta's calendar."""

    host: str
    port: int
    smtp_host: str
    smtp_port: int | None
    today: date | None
    client_id: str
    client_secret: str
    public_key: RSAPublicKey
    partner_id: str
    channel_id: str | None
    portal_url: str | None = None  # where the phone page sends its texts


class BadConfig(Exception):
    """One line for the person who starts the sandbox."""


def load(arguments: Sequence[str], environment: Mapping[str, str] = os.environ) -> Config:
    """Raises BadConfig with a sentence that says what to set."""
    smtp = _variable(environment, "SMTP_PORT")
    parser = argparse.ArgumentParser(prog="python -m demo.sandbox", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=8001, help="default: %(default)s; 0 takes a free one")
    parser.add_argument("--smtp-port", default=smtp, help="catch mail on this port")
    parser.add_argument("--smtp-host", default="127.0.0.1", help="default: %(default)s")
    parser.add_argument("--today", default=_variable(environment, "TODAY"), help="the sandbox's date, YYYY-MM-DD")
    portal = _variable(environment, "PORTAL_URL")
    parser.add_argument("--portal-url", default=portal, help="the portal whose phones these are: http://localhost:8000")
    given = parser.parse_args(arguments)
    try:
        return Config(
            host=given.host,
            port=given.port,
            smtp_host=given.smtp_host,
            smtp_port=int(given.smtp_port) if given.smtp_port else None,
            today=date.fromisoformat(given.today) if given.today else None,
            client_id=_needed(environment, "CLIENT_ID"),
            client_secret=_needed(environment, "CLIENT_SECRET"),
            public_key=load_public_key(_needed(environment, "CLIENT_PUBLIC_KEY")),
            partner_id=_needed(environment, "PARTNER_ID"),
            channel_id=_variable(environment, "CHANNEL_ID"),
            portal_url=given.portal_url or None,
        )
    except ValueError as error:
        raise BadConfig(f"sandbox: a setting is malformed: {error}") from None


def _variable(environment: Mapping[str, str], name: str) -> str | None:
    """`SANDBOX_<name>`, or the content of the file that `SANDBOX_<name>_FILE` names."""
    file = environment.get(f"SANDBOX_{name}_FILE")
    if file:
        try:
            return Path(file).read_text(encoding="utf-8").strip()
        except OSError:
            raise BadConfig(f"sandbox: SANDBOX_{name}_FILE names a file that cannot be read") from None
    return environment.get(f"SANDBOX_{name}", "").replace("\\n", "\n").strip() or None


def _needed(environment: Mapping[str, str], name: str) -> str:
    value = _variable(environment, name)
    if value is None:
        raise BadConfig(f"sandbox: set SANDBOX_{name} (or SANDBOX_{name}_FILE)")
    return value
