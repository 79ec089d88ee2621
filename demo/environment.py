"""The environment the product's processes get: secrets made once, kept 0600, and handed over as files.

A file name in the environment tells a neighbour who reads /proc nothing; a secret would.
"""

import base64
import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT_ID, PARTNER_ID, CHANNEL_ID = "jht-portal-demo", "JHTPORTAL", "95221"

# Variables of the person's own shell that begin so would change what the demo or a test run does.
_OURS = (
    *("SECRET_KEY", "FIELD_KEYS", "INDEX_KEY", "ALLOWED_HOSTS", "ADMIN_HOST", "PUBLIC_URL", "EMAIL_URL", "STATIC_ROOT"),
    *("DEBUG", "TRUSTED_IP_HEADER", "DATABASE_", "REDIS_URL", "PROVIDER_", "PORTAL_DEMO", "SANDBOX_"),
    *("SMS_", "KANNEL_"),
)


@dataclass(frozen=True, kw_only=True)
class KeyPair:
    private: str
    public: str


def secret_key() -> str:
    return secrets.token_urlsafe(64)


def field_keys() -> str:
    """One key; a later one is put in front of it: `k2:...,k1:...`."""
    return f"k1:{_key()}"


def index_key() -> str:
    return _key()


def key_pair(bits: int = 2048) -> KeyPair:
    """An RSA pair in PEM; the private half signs our token requests, the upstream is told the public one."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=bits)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return KeyPair(private=private.decode(), public=public.decode())


class Secrets:
    """A directory of secrets, one file each, 0600; each is made when it is first asked for."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)

    def file(self, name: str, make: Callable[[], str] = secret_key) -> Path:
        path = self.directory / name
        if not path.exists():
            self.write(name, make())
        return path

    def text(self, name: str, make: Callable[[], str] = secret_key) -> str:
        return self.file(name, make).read_text()

    def write(self, name: str, text: str) -> Path:
        """Whole or not at all, so that an interrupted start leaves no half key."""
        path, partial = self.directory / name, self.directory / f"{name}.new"
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(text)
        partial.rename(path)
        return path

    def provider_pair(self) -> tuple[Path, Path]:
        """The files of our private and public key."""
        names = ("provider_private_key.pem", "provider_public_key.pem")
        if not all((self.directory / name).exists() for name in names):
            pair = key_pair()
            self.write(names[0], pair.private)
            self.write(names[1], pair.public)
        return self.directory / names[0], self.directory / names[1]


def inherited() -> dict[str, str]:
    """The shell's environment without what belongs to a portal: a real secret never leaks into a demo."""
    return {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}


def for_product(
    kept: Secrets, *, database_url: str, redis_url: str, public_url: str, provider_url: str, email_url: str
) -> dict[str, str]:
    """What web, worker, beat and every `manage.py` of the demo and of the tests get. File names, not secrets."""
    return {
        "DJANGO_SETTINGS_MODULE": "jht_portal.settings",
        "SECRET_KEY_FILE": str(kept.file("secret_key")),
        "FIELD_KEYS_FILE": str(kept.file("field_keys", field_keys)),
        "INDEX_KEY_FILE": str(kept.file("index_key", index_key)),
        "PROVIDER_CLIENT_SECRET_FILE": str(kept.file("provider_client_secret")),
        "PROVIDER_PRIVATE_KEY_FILE": str(kept.provider_pair()[0]),
        "PROVIDER_CLIENT_ID": CLIENT_ID,
        "PROVIDER_PARTNER_ID": PARTNER_ID,
        "PROVIDER_CHANNEL_ID": CHANNEL_ID,
        "PROVIDER_BASE_URL": provider_url,
        "DATABASE_URL_FILE": str(kept.write("database_url", database_url)),
        "REDIS_URL_FILE": str(kept.write("redis_url", redis_url)),
        "PUBLIC_URL": public_url,
        "ALLOWED_HOSTS": "localhost,127.0.0.1",
        "EMAIL_URL": email_url,
        "OPERATOR_NAME": "Koperasi Contoh (fiktif)",
        "SUPPORT_CONTACT": "bantuan@contoh.example",
    }


def for_console_sms(sandbox_url: str) -> dict[str, str]:
    """The gateway that is a page of the sandbox."""
    return {"SMS_GATEWAY": "console", "SMS_CONSOLE_URL": f"{sandbox_url}sandbox/sms/out"}


def for_sandbox(kept: Secrets, *, today: str | None = None) -> dict[str, str]:
    """The other side of the same secrets."""
    sandbox = {
        "SANDBOX_CLIENT_ID": CLIENT_ID,
        "SANDBOX_CLIENT_SECRET_FILE": str(kept.file("provider_client_secret")),
        "SANDBOX_CLIENT_PUBLIC_KEY_FILE": str(kept.provider_pair()[1]),
        "SANDBOX_PARTNER_ID": PARTNER_ID,
        "SANDBOX_CHANNEL_ID": CHANNEL_ID,
    }
    return inherited() | sandbox | ({"SANDBOX_TODAY": today} if today else {})


def for_checks() -> dict[str, str]:
    """Like a production machine, for what only reads the settings: nothing answers at these addresses."""
    pair = key_pair()
    return inherited() | {
        "DJANGO_SETTINGS_MODULE": "jht_portal.settings",
        "SECRET_KEY": secret_key(),
        "FIELD_KEYS": field_keys(),
        "INDEX_KEY": index_key(),
        "PUBLIC_URL": "https://portal.example",
        "ALLOWED_HOSTS": "portal.example",
        "DATABASE_URL": "postgresql://portal:none@127.0.0.1:1/portal",
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "EMAIL_URL": "smtp://127.0.0.1:1",
        "PROVIDER_BASE_URL": "https://provider.example",
        "PROVIDER_CLIENT_ID": CLIENT_ID,
        "PROVIDER_CLIENT_SECRET": secret_key(),
        "PROVIDER_PRIVATE_KEY": pair.private,
        "PROVIDER_PARTNER_ID": PARTNER_ID,
        "PROVIDER_CHANNEL_ID": CHANNEL_ID,
    }


def given(name: str, environment: Mapping[str, str] = os.environ) -> str | None:
    """A variable of the person's shell, straight or from the file that `NAME_FILE` names."""
    if path := environment.get(f"{name}_FILE"):
        return Path(path).read_text().strip()
    return environment.get(name) or None


def _key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()
