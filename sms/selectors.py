"""What a member may know of their numbers and of what was asked by them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from django.conf import settings
from django.utils import timezone

from accounts.models import User
from sms.models import Inbound, Number, held_messages

SHOWN_FOR: Final = timedelta(days=30)
_MOST_SHOWN: Final = 50


def numbers_of(member: User) -> list[Number]:
    """Switched off ones too; the page tells what they asked."""
    return list(Number.objects.filter(member=member))


def asked_by(numbers: Sequence[Number]) -> list[Inbound]:
    """The messages that came from these numbers while they were this member's."""
    came, _went = held_messages(numbers)
    rows = came.filter(received_at__gte=timezone.now() - SHOWN_FOR).select_related("card")
    return list(rows.exclude(state=Inbound.State.WAITING)[:_MOST_SHOWN])


def page_of(member: User) -> dict[str, Any]:
    numbers = numbers_of(member)
    return {
        "numbers": [one for one in numbers if one.state != Number.State.OFF],
        "asked": asked_by(numbers),
        "sender": settings.KANNEL_SENDER,
    }
