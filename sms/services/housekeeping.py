"""What beat does for SMS: rings again, wipes bodies after seven days, forgets what nobody confirmed."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.utils import timezone

from sms.models import Inbound, Outbound, Registration
from sms.services import numbers, receiving, registering, sending

BODY_KEPT_FOR: Final = timedelta(days=7)
ROW_KEPT_FOR: Final = timedelta(days=90)
REGISTRATION_KEPT_FOR: Final = timedelta(days=1)


def sweep() -> None:
    receiving.sweep()
    sending.sweep()


def clean_up() -> None:
    now = timezone.now()
    old = Inbound.objects.filter(received_at__lt=now - BODY_KEPT_FOR)
    old.exclude(body_sealed="").update(body_sealed="")
    Inbound.objects.filter(state__in=Inbound.DONE, received_at__lt=now - ROW_KEPT_FOR).delete()
    Outbound.objects.filter(next_fetch_at__isnull=True, created_at__lt=now - ROW_KEPT_FOR).delete()
    Registration.objects.filter(created_at__lt=now - REGISTRATION_KEPT_FOR).delete()
    numbers.forget_unconfirmed()
    registering.forget_empty_accounts()
