"""Start-up rules: settings that are unsafe or contradict each other stop every process, workers included."""

from pathlib import Path

from django.apps import AppConfig
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from psycopg_pool.base import AttemptWithBackoff

SECRET_KEY_LENGTH = 50


class PortalConfig(AppConfig):
    name = "jht_portal"
    verbose_name = "JHT Portal"

    def ready(self) -> None:
        refuse_a_broken_time_chain()
        refuse_debug_in_public()
        refuse_weak_secrets()
        refuse_any_host_in_public()
        refuse_a_broken_password_list()
        refuse_mail_in_clear()
        refuse_an_unfit_sms_gateway()
        look_past_dead_connections_at_once()


def refuse_a_broken_time_chain() -> None:
    """One upstream call must end before its lease, and the lease before the broker redelivers.

    A check framework error would not do: a Celery worker starts in spite of one.
    """
    deadline, lease = settings.PROVIDER_DEADLINE_SECONDS, settings.CLAIM_LEASE_SECONDS
    visibility = settings.CELERY_BROKER_TRANSPORT_OPTIONS["visibility_timeout"]
    if not 0 < deadline < lease < visibility:
        raise ImproperlyConfigured(
            "The time chain is broken: PROVIDER_DEADLINE_SECONDS "
            f"({deadline}) < CLAIM_LEASE_SECONDS ({lease}) < broker visibility timeout ({visibility}) must hold."
        )


def refuse_debug_in_public() -> None:
    if settings.DEBUG and settings.PUBLIC_HOST not in settings.LOCAL_HOSTS:
        raise ImproperlyConfigured("DEBUG is on and PUBLIC_URL is not localhost: an error page would show secrets.")


def refuse_weak_secrets() -> None:
    """A short SECRET_KEY or keys of the wrong length would only show up when the first card is linked."""
    if len(settings.SECRET_KEY) < SECRET_KEY_LENGTH:
        raise ImproperlyConfigured(f"SECRET_KEY needs at least {SECRET_KEY_LENGTH} characters; see ./portal keys.")
    if settings.APPROVALS_REQUIRED < 1:
        raise ImproperlyConfigured("APPROVALS_REQUIRED must be 1 or more: time alone never links a card.")
    from accounts.sealing import blind_index, seal  # late: importable only once settings stand

    seal("start", place="start")
    blind_index("start", "start")


def refuse_any_host_in_public() -> None:
    if settings.PUBLIC_HOST not in settings.LOCAL_HOSTS and "*" in settings.ALLOWED_HOSTS:
        raise ImproperlyConfigured("ALLOWED_HOSTS must name the public hosts: '*' lets a forged Host header through.")


def refuse_a_broken_password_list() -> None:
    """A list that cannot be searched would let every leaked password through."""
    from accounts.passwords import refuse_a_broken_list

    path = settings.BREACHED_PASSWORDS_FILE
    try:
        if path:
            refuse_a_broken_list(Path(path))
    except (OSError, ValueError) as error:
        raise ImproperlyConfigured(f"BREACHED_PASSWORDS_FILE cannot be used: {error}.") from error


def refuse_mail_in_clear() -> None:
    """Codes and addresses of members travel to the mail server, and its password."""
    private = settings.EMAIL_USE_TLS or settings.EMAIL_USE_SSL or settings.EMAIL_HOST in ("", *settings.LOCAL_HOSTS)
    if settings.PUBLIC_HOST not in settings.LOCAL_HOSTS and not private:
        raise ImproperlyConfigured("EMAIL_URL must be smtp+tls or smtp+ssl unless the mail server is on this machine.")


def refuse_an_unfit_sms_gateway() -> None:
    """Each gateway knows what it needs."""
    from sms.gateways.factory import refuses_to_start  # late: importable only once settings stand

    if wrong := refuses_to_start(settings.SMS_GATEWAY):
        raise ImproperlyConfigured(wrong)


def look_past_dead_connections_at_once() -> None:
    """After a restart of PostgreSQL the pool holds dead connections. Between two of them psycopg_pool pauses for 0, 1,
    then 2 s, longer than we wait for a connection at all; ten milliseconds are enough (docs/measurements.md)."""
    AttemptWithBackoff.INITIAL_DELAY = 0.01
