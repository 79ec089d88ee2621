"""Who runs the portal and where it stands; its secrets."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _
from environ import FileAwareEnv

BASE_DIR = Path(__file__).resolve().parent.parent.parent
env = FileAwareEnv()


def secret(name: str, default: str | None = None) -> str:
    """A secret from NAME or from the file NAME_FILE names; the line end an editor leaves there is not part of it."""
    value: str = env.str(name) if default is None else env.str(name, default=default)
    return value.strip()


# Who and where

SITE_NAME = env.str("SITE_NAME", default="Portal JHT")
SITE_DESCRIPTION = _("Lihat saldo Jaminan Hari Tua Anda, per kartu, dengan tanggalnya.")
OPERATOR_NAME = env.str("OPERATOR_NAME", default="")
OFFICIAL_NOTICE = env.bool("OFFICIAL_NOTICE", default=True)
SUPPORT_CONTACT = env.str("SUPPORT_CONTACT", default="")
PUBLIC_URL = env.str("PUBLIC_URL", default="http://localhost:8000").rstrip("/")
PUBLIC_HOST = urlsplit(PUBLIC_URL).hostname or ""
LOCAL_HOSTS = ("localhost", "127.0.0.1", "::1")
HTTPS = urlsplit(PUBLIC_URL).scheme == "https"
if not HTTPS and PUBLIC_HOST not in LOCAL_HOSTS:
    raise ImproperlyConfigured("PUBLIC_URL must be https unless it names localhost.")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[PUBLIC_HOST])
ADMIN_HOST = env.str("ADMIN_HOST", default="")
DEBUG = env.bool("DEBUG", default=False)
DEMO = env.bool("PORTAL_DEMO", default=False)  # unlocks the demo people; refused in public below
if DEMO and PUBLIC_HOST not in LOCAL_HOSTS:
    raise ImproperlyConfigured("PORTAL_DEMO creates people with a published password: localhost only.")

# Secrets

SECRET_KEY = secret("SECRET_KEY")
SECRET_KEY_FALLBACKS = [key.strip() for key in env.list("SECRET_KEY_FALLBACKS", default=[])]
FIELD_KEYS = secret("FIELD_KEYS")  # "kid:base64,kid:base64", the first one writes (accounts.sealing)
INDEX_KEY = secret("INDEX_KEY")
