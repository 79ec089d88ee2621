"""All settings, read top to bottom. Every variable is described in .env.example; secrets may come as NAME_FILE.

Defaults are the safe ones. What is missing or contradictory stops the start (here or in jht_portal.apps).
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _
from environ import FileAwareEnv

BASE_DIR = Path(__file__).resolve().parent.parent
env = FileAwareEnv()


def secret(name: str, default: str | None = None) -> str:
    """A secret from NAME or from the file NAME_FILE names; the line end an editor leaves there is not part of it."""
    value: str = env.str(name) if default is None else env.str(name, default=default)
    return value.strip()


# Who and where

SITE_NAME = env.str("SITE_NAME", default="Portal JHT")
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

# Django

INSTALLED_APPS = [
    "jht_portal",
    "accounts",
    "balances",
    "sms",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "jht_portal.admin_app.PortalAdminConfig",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "csp",
]
MIDDLEWARE = [
    "jht_portal.middleware.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",  # before the files, which get its header too
    "jht_portal.middleware.PrivacyHeadersMiddleware",
    "jht_portal.middleware.MethodsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",  # pads at random; signed-in pages echo nothing a stranger chose (BREACH)
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "jht_portal.open_sessions.OpenSessionsMiddleware",
    "jht_portal.middleware.LanguageMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "jht_portal.consent_gate.ConsentMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "jht_portal.middleware.SessionLimitsMiddleware",
    "jht_portal.middleware.StaffSecondFactorMiddleware",
    "jht_portal.middleware.RefusalsMiddleware",  # hears of an exception before allauth does
]
ROOT_URLCONF = "jht_portal.urls"
WSGI_APPLICATION = "jht_portal.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "jht_portal.context.site",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
INSTALLED_APPS.append("django.forms")
DATA_UPLOAD_MAX_MEMORY_SIZE = 65_536  # bytes
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200
# A paper to be checked is hashed from memory; a larger one is dropped while it is read and never touches a disk.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_097_152  # bytes
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# Data

DATABASES = {"default": env.db_url_config(secret("DATABASE_URL"))}
DATABASES["default"].update(
    {
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            **DATABASES["default"].get("OPTIONS", {}),
            "pool": {"min_size": 1, "max_size": env.int("DATABASE_POOL_SIZE", default=12), "timeout": 2},
        },
    }
)
# Only where `migrate` runs: tables then belong to a role that the portal's processes never are.
DATABASE_OWNER_URL = secret("DATABASE_OWNER_URL", default="")
DATABASE_OWNER = env.db_url_config(DATABASE_OWNER_URL) if DATABASE_OWNER_URL else {}
# Sign-in limits live in PostgreSQL so that they hold while Redis is away (ADR 12). Nothing else uses this cache.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "rate_limits",
        "OPTIONS": {"MAX_ENTRIES": 200_000},
    }
}
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_SERIALIZER = "accounts.sealing.SessionSerializer"
SESSION_IDLE_SECONDS = env.int("SESSION_IDLE_SECONDS", default=30 * 60)
SESSION_ABSOLUTE_SECONDS = env.int("SESSION_ABSOLUTE_SECONDS", default=12 * 3600)
STAFF_SESSION_IDLE_SECONDS = env.int("STAFF_SESSION_IDLE_SECONDS", default=15 * 60)
STAFF_SESSION_ABSOLUTE_SECONDS = env.int("STAFF_SESSION_ABSOLUTE_SECONDS", default=8 * 3600)
SESSION_COOKIE_AGE = max(SESSION_ABSOLUTE_SECONDS, STAFF_SESSION_ABSOLUTE_SECONDS)
SESSION_EXPIRE_AT_BROWSER_CLOSE = True

# Words

LANGUAGE_CODE = "id"
LANGUAGES = [("id", "Bahasa Indonesia"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Asia/Jakarta"
USE_TZ = True
USE_THOUSAND_SEPARATOR = False

# Files of the pages: all our own, hashed and compressed at collectstatic

STATIC_URL = "/static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(BASE_DIR / "staticfiles")))
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_ALLOW_ALL_ORIGINS = False  # no other site needs our files
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},  # nothing is uploaded
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# Transport and cookies follow the scheme of PUBLIC_URL

_host_prefix = "__Host-" if HTTPS else ""
SESSION_COOKIE_NAME = f"{_host_prefix}session"
CSRF_COOKIE_NAME = f"{_host_prefix}csrf"
LANGUAGE_COOKIE_NAME = f"{_host_prefix}language"
DEVICE_COOKIE_NAME = f"{_host_prefix}device"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Strict"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600  # seconds
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL] + ([f"https://{ADMIN_HOST}"] if ADMIN_HOST else [])
CSRF_FAILURE_VIEW = "jht_portal.views.csrf_failure"
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = 63_072_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "strict-origin"  # "no-referrer" would break Django's https CSRF check
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "object-src": [NONE],
        "frame-ancestors": [NONE],
    }
}

# Accounts (docs: security profile in docs/adr/0013-sign-in.md)

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "accounts.hashers.BoundedArgon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "accounts.passwords.GuessableValidator"},
    {"NAME": "accounts.passwords.BreachedValidator"},
]
BREACHED_PASSWORDS_FILE = env.str("BREACHED_PASSWORDS_FILE", default="")
PASSWORD_HASHES_AT_ONCE = env.int("PASSWORD_HASHES_AT_ONCE", default=4)  # per process, 46 MiB each
PASSWORD_RESET_TIMEOUT = 600  # seconds
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_SIGNUP_REDIRECT_URL = "card_add"  # the one thing that somebody new can do
TRUSTED_IP_HEADER = env.str("TRUSTED_IP_HEADER", default="")
if TRUSTED_IP_HEADER:
    ALLAUTH_TRUSTED_CLIENT_IP_HEADER = TRUSTED_IP_HEADER
ALLAUTH_RATE_LIMIT_IPV6_PREFIX = 64
ALLAUTH_USER_CODE_FORMAT = {"numeric": True, "dashed": False, "length": 8}
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_MAX_ATTEMPTS = 3
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT = 600
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = 2
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_CHANGE = False  # a documented enumeration leak when on
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT = 600
ACCOUNT_PASSWORD_RESET_BY_CODE_MAX_ATTEMPTS = 3
ACCOUNT_LOGIN_ON_PASSWORD_RESET = False
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = False
ACCOUNT_CONFIRM_EMAIL_ON_GET = False
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_LOGIN_TIMEOUT = 600
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if HTTPS else "http"
# Loose per address (whole provinces share one), tight per account; one window a scope.
ACCOUNT_RATE_LIMITS = {
    "login": "",  # LOGIN_LIMITS, which know devices
    "login_failed": "100/m/ip,5/300s/key",
    "signup": "100/m/ip",
    "reset_password": "100/m/ip,3/600s/key",
    "reset_password_from_key": "100/m/ip",
    "reauthenticate": "5/m/user",
    "change_password": "3/m/user",
    "manage_email": "5/m/user",
    "confirm_email": "1/30s/key",
    "export_statement": "30/m/user",
    "check_document": "100/m/ip",
    "recovery": "100/m/ip",
    "recovery_address": "5/d/key",
}
# A device the member has signed in from has a count of its own, whatever its neighbours and strangers do (ADR 25).
LOGIN_LIMITS = {"login": "300/m/ip", "login_failed": ACCOUNT_RATE_LIMITS["login_failed"]}
LOGIN_LIMITS_KNOWN = {"login": "20/m/key", "login_failed": "5/300s/key"}
ACCOUNT_FORMS = {
    "login": "accounts.forms.sign_in.LoginForm",
    "signup": "accounts.forms.sign_in.SignupForm",
    "add_email": "accounts.forms.sign_in.AddEmailForm",
    "change_password": "accounts.forms.sign_in.ChangePasswordForm",
    "set_password": "accounts.forms.sign_in.SetPasswordForm",
    "reset_password": "accounts.forms.sign_in.ResetPasswordForm",
    "reset_password_from_key": "accounts.forms.sign_in.ResetPasswordKeyForm",
    "confirm_email_verification_code": "accounts.forms.sign_in.ConfirmEmailCodeForm",
    "confirm_password_reset_code": "accounts.forms.sign_in.ConfirmResetCodeForm",
    "reauthenticate": "accounts.forms.sign_in.ReauthenticateForm",
}
MFA_FORMS = {
    "authenticate": "accounts.forms.sign_in.AuthenticateForm",
    "reauthenticate": "accounts.forms.sign_in.ReauthenticateMFAForm",
    "activate_totp": "accounts.forms.sign_in.ActivateTOTPForm",
}
MFA_ADAPTER = "accounts.adapter.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_PASSKEY_SIGNUP_ENABLED = False
MFA_TOTP_TOLERANCE = 1
MFA_TOTP_ISSUER = SITE_NAME
MFA_RECOVERY_CODE_DIGITS = 10
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_RATE_LIMITS = {"webauthn_login": "300/m/ip"}  # a passkey cannot be guessed; whole towns share an address
MFA_TRUST_ENABLED = False
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS
PRIVACY_CONTACT = env.str("PRIVACY_CONTACT", default="")
CONSENT_TICK_BOX = env.bool("CONSENT_TICK_BOX", default=False)
CONSENT_GRACE_DAYS = env.int("CONSENT_GRACE_DAYS", default=30)
DELETION_WAIT_DAYS = env.int("DELETION_WAIT_DAYS", default=7)
KEEP_AUDIT_DAYS = env.int("KEEP_AUDIT_DAYS", default=5 * 365)
KEEP_ADDRESS_DAYS = env.int("KEEP_ADDRESS_DAYS", default=180)
KEEP_ENDED_REQUEST_DAYS = env.int("KEEP_ENDED_REQUEST_DAYS", default=365)
KEEP_UNLINKED_CARD_DAYS = env.int("KEEP_UNLINKED_CARD_DAYS", default=365)
APPROVALS_REQUIRED = env.int("APPROVALS_REQUIRED", default=2)
CARDS_PER_MEMBER = 20

# Mail: written to an outbox row, sent by a worker

EMAIL_URL = secret("EMAIL_URL", default="smtp://localhost:25")
vars().update(env.email_url_config(EMAIL_URL))
EMAIL_TIMEOUT = 10  # seconds
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("MAIL_FROM", default=f"{SITE_NAME} <no-reply@{PUBLIC_HOST}>")

NOTICE_MAILS_PER_DAY = env.int("NOTICE_MAILS_PER_DAY", default=3)  # to one member, security aside

# The upstream provider

PROVIDER_BASE_URL = env.str("PROVIDER_BASE_URL", default="http://localhost:8001")
PROVIDER_CLIENT_ID = env.str("PROVIDER_CLIENT_ID", default="")
PROVIDER_CLIENT_SECRET = secret("PROVIDER_CLIENT_SECRET", default="")
PROVIDER_PRIVATE_KEY = secret("PROVIDER_PRIVATE_KEY", default="").replace("\\n", "\n")  # PEM
PROVIDER_PARTNER_ID = env.str("PROVIDER_PARTNER_ID", default="")
PROVIDER_CHANNEL_ID = env.str("PROVIDER_CHANNEL_ID", default="")
PROVIDER_CA_FILE = env.str("PROVIDER_CA_FILE", default="")
PROVIDER_MAX_PER_SECOND = env.float("PROVIDER_MAX_PER_SECOND", default=20.0)
PROVIDER_DEADLINE_SECONDS = env.float("PROVIDER_DEADLINE_SECONDS", default=8.0)

# Balances

BALANCE_FRESH_FOR_SECONDS = env.int("BALANCE_FRESH_FOR_SECONDS", default=12 * 3600)
REFRESH_MIN_INTERVAL_SECONDS = env.int("REFRESH_MIN_INTERVAL_SECONDS", default=300)
CLAIM_LEASE_SECONDS = env.int("CLAIM_LEASE_SECONDS", default=30)
BACKOFF_FIRST_SECONDS = 30
BACKOFF_CAP_SECONDS = 3600
LOUD_NOTICE_AFTER_DAYS = 45
SWEEP_VIEWED_WITHIN_DAYS = 30
POSTING_LAG_DAYS = env.int("POSTING_LAG_DAYS", default=35)  # after the due date; before that no month counts as missing

# SMS

SMS_GATEWAY = env.str("SMS_GATEWAY", default="none")  # none, kannel, webhook; console in the demo
KANNEL_SENDER = env.str("KANNEL_SENDER", default="2757")  # the number members write to, whatever the gateway
SMS_PRIVACY_ADDRESS = env.str("SMS_PRIVACY_ADDRESS", default=f"{PUBLIC_URL.partition('://')[2]}/p")
if SMS_GATEWAY != "none" and len(SMS_PRIVACY_ADDRESS) > 36:  # noqa: PLR2004 - what the texts have room for
    raise ImproperlyConfigured("SMS_PRIVACY_ADDRESS may have 36 characters: a short address of /p that texts name.")
KANNEL_SENDSMS_URL = env.str("KANNEL_SENDSMS_URL", default="http://localhost:13013/cgi-bin/sendsms")
KANNEL_USERNAME = env.str("KANNEL_USERNAME", default="")
KANNEL_PASSWORD = secret("KANNEL_PASSWORD", default="")
KANNEL_INBOUND_USERNAME = env.str("KANNEL_INBOUND_USERNAME", default="kannel")
KANNEL_INBOUND_PASSWORD = secret("KANNEL_INBOUND_PASSWORD", default="")
SMS_MAX_PER_MINUTE = env.int("SMS_MAX_PER_MINUTE", default=600)  # beyond it unknown numbers meet silence: texts cost
SMS_CALLBACK_URL = env.str("SMS_CALLBACK_URL", default=PUBLIC_URL).rstrip("/")  # where the gateway reaches the portal
SMS_WEBHOOK_URL = env.str("SMS_WEBHOOK_URL", default="")
SMS_WEBHOOK_SECRET = secret("SMS_WEBHOOK_SECRET", default="")
SMS_CONSOLE_URL = env.str("SMS_CONSOLE_URL", default="http://localhost:8001/sandbox/sms/out")

# Celery: the bell

REDIS_URL = secret("REDIS_URL")


def next_database(url: str) -> str:
    """The same Redis server, the next database number: broker and shared counters never share one."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=f"/{int(parts.path.strip('/') or 0) + 1}"))


PROVIDER_REDIS_URL = REDIS_URL
CELERY_BROKER_URL = next_database(REDIS_URL)
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_WORKER_ENABLE_REMOTE_CONTROL = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_TIMEOUT = 2  # seconds
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ROUTES = {
    name: {"queue": "upstream"}
    for name in (
        "balances.refresh_balance",
        "balances.refresh_statement",
        "accounts.advance_link",
        "accounts.advance_recovery",
    )
}
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 300,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
    "socket_keepalive": True,
    "health_check_interval": 25,
    "global_keyprefix": "jht:",
}
CELERY_BEAT_SCHEDULE = {
    "ring again for balances": {"task": "balances.sweep", "schedule": 10.0},
    "ring again for statements": {"task": "balances.sweep_statements", "schedule": 10.0},
    "ring again for link requests": {"task": "accounts.sweep_links", "schedule": 10.0},
    "ring again for SMS": {"task": "sms.sweep", "schedule": 10.0},
    "wipe old SMS": {"task": "sms.clean_up", "schedule": crontab(minute=20)},
    "ring again for mail": {"task": "accounts.sweep_mail", "schedule": 10.0},
    "gather notices into mail": {"task": "accounts.mail_notices", "schedule": 60.0},
    "ring again for recoveries": {"task": "accounts.sweep_recovery", "schedule": 10.0},
    "look for stolen data being tried": {"task": "accounts.watch_links", "schedule": 300.0},
    "seal the audit trail": {"task": "accounts.seal_audit", "schedule": 60.0},
    "anchor the audit trail": {"task": "accounts.anchor_audit", "schedule": crontab(hour=0, minute=10)},
    "end accounts whose last day has come": {"task": "accounts.end_accounts", "schedule": crontab(minute=20)},
    "refresh what members look at": {"task": "balances.nightly_sweep", "schedule": crontab(hour=1, minute=15)},
    "refresh their statements": {"task": "balances.nightly_statements", "schedule": crontab(hour=2, minute=45)},
    "end expired sessions and requests": {"task": "accounts.housekeeping", "schedule": crontab(hour=3, minute=40)},
}

# Log lines carry event names and public ids, never personal data (tests/house/test_no_personal_data.py)

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request_id": {"()": "jht_portal.logs.RequestIdFilter"}, "mask": {"()": "jht_portal.logs.MaskFilter"}},
    "formatters": {"line": {"()": "jht_portal.logs.LineFormatter"}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["request_id", "mask"]},
    },
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {"django.server": {"handlers": ["stderr"], "propagate": False}},
}
SILENCED_SYSTEM_CHECKS: list[str] = []
EMAIL_SUBJECT_PREFIX = ""
DEFAULT_EXCEPTION_REPORTER_FILTER = "django.views.debug.SafeExceptionReporterFilter"
ADMINS: list[tuple[str, str]] = []
SITE_DESCRIPTION = _("Lihat saldo Jaminan Hari Tua Anda, per kartu, dengan tanggalnya.")
