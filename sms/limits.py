"""How much one phone may ask: beyond it we keep silent, so that a forged sender cannot make us flood a stranger."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.conf import settings
from django.utils import timezone

from sms.models import Inbound, Outbound

MESSAGES_AN_HOUR: Final = 10
REGISTRATIONS_A_DAY: Final = 3  # that did not succeed


def is_flooding(row: Inbound) -> bool:
    """Whether this number was heard ten times in the hour before this message."""
    before = Inbound.objects.filter(
        sender_index=row.sender_index, received_at__gt=row.received_at - timedelta(hours=1), pk__lt=row.pk
    )
    return before.count() >= MESSAGES_AN_HOUR


def is_busy() -> bool:
    """Whether as many texts went out this minute as may: forged senders must not spend the operator's money. Only
    unknown numbers feel it. Four workers at once may pass it by a few; nobody is harmed by these."""
    recent = Outbound.objects.filter(created_at__gt=timezone.now() - timedelta(minutes=1))
    return recent.count() >= int(settings.SMS_MAX_PER_MINUTE)


def registers_too_often(row: Inbound) -> bool:
    today = timezone.localtime(row.received_at).replace(hour=0, minute=0, second=0, microsecond=0)
    tried = Inbound.objects.filter(
        sender_index=row.sender_index, command="register", received_at__gte=today, pk__lt=row.pk
    ).exclude(outcome="registered")
    return tried.count() >= REGISTRATIONS_A_DAY
