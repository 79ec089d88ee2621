"""Start-up rules: settings that are unsafe or contradict each other stop every process, workers included."""

from django.apps import AppConfig
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


class PortalConfig(AppConfig):
    name = "jht_portal"
    verbose_name = "JHT Portal"

    def ready(self) -> None:
        refuse_a_broken_time_chain()
        refuse_debug_in_public()


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
