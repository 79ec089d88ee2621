"""What happens beside the pages: mail, the upstream, balances, SMS, the bell, log lines."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from celery.schedules import crontab
from django.core.exceptions import ImproperlyConfigured

from jht_portal.settings.site import PUBLIC_HOST, PUBLIC_URL, SITE_NAME, env, secret

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
LINK_REFUSED_AFTER_SECONDS = 8  # from asking, whatever the reason: how many calls it took must not tell which
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


def proving(url: str) -> str:
    """With rediss the server must prove itself, whatever the address says; Celery by itself takes any certificate."""
    parts = urlsplit(url)
    if parts.scheme != "rediss":
        return url
    query = dict(parse_qsl(parts.query)) | {"ssl_cert_reqs": "required"}
    return urlunsplit(parts._replace(query=urlencode(query)))


def next_database(url: str) -> str:
    """The same Redis server, the next database number: broker and shared counters never share one."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=f"/{int(parts.path.strip('/') or 0) + 1}"))


REDIS_URL = proving(secret("REDIS_URL"))
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
