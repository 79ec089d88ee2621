"""What a member may know of their numbers and of what was asked by them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from sms.models import Inbound, Number

SHOWN_FOR: Final = timedelta(days=30)
_MOST_SHOWN: Final = 50


def numbers_of(member: User) -> list[Number]:
    return list(Number.objects.filter(member=member).exclude(state=Number.State.OFF))


def asked_by(numbers: Sequence[Number]) -> list[Inbound]:
    """The messages that came from these numbers while they were this member's."""
    mine = Q(pk__in=[])
    for number in numbers:
        if number.confirmed_at:
            mine |= Q(sender_index=number.number_index, received_at__gte=number.confirmed_at)
    rows = Inbound.objects.filter(mine, received_at__gte=timezone.now() - SHOWN_FOR)
    return list(rows.exclude(state=Inbound.State.WAITING)[:_MOST_SHOWN])


def page_of(member: User) -> dict[str, Any]:
    numbers = numbers_of(member)
    return {"numbers": numbers, "asked": asked_by(numbers), "sender": settings.KANNEL_SENDER}
