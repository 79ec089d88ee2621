"""A gateway's messages are stored once and a worker rung, in one transaction: what was answered 200 is never lost."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from django.db import transaction

from accounts.claim import ClaimQuerySet
from accounts.ring import ring
from sms import phone
from sms.gateways.port import Received, Report
from sms.models import Inbound, Outbound, number_index

ANSWER_TASK: Final = "sms.answer"
_LONGEST_BODY: Final = 1000  # characters kept; no command is a third of it
_BATCH: Final = 200
_ON_THE_WAY: Final = frozenset({Outbound.Delivery.ACCEPTED.value, Outbound.Delivery.BUFFERED.value})


@transaction.atomic
def store(*, gateway: str, messages: Iterable[Received]) -> int:
    """How many are new. A message that was stored before changes nothing."""
    rows = [_row(gateway, one) for one in messages]
    Inbound.objects.bulk_create(rows, ignore_conflicts=True)
    new = list(Inbound.objects.filter(public_id__in=[row.public_id for row in rows]))
    _ring(new)
    return len(new)


def _row(gateway: str, message: Received) -> Inbound:
    """A sender that is a word cannot be answered; the row says so and keeps no text."""
    try:
        number = phone.normalise(message.sender)
    except ValueError:
        return _unanswerable(gateway, message)
    row = Inbound(gateway=gateway, gateway_id=message.gateway_id, sender_index=number_index(number))
    row.sender, row.body = number, message.text.replace("\x00", "")[:_LONGEST_BODY]
    return row


def _unanswerable(gateway: str, message: Received) -> Inbound:
    return Inbound(
        gateway=gateway,
        gateway_id=message.gateway_id,
        sender_index=b"",
        state=Inbound.State.SILENT,
        outcome="no_number",
        next_fetch_at=None,
    )


def note_reports(*, reports: Sequence[Report]) -> None:
    """Only what the gateway says of messages of ours; anything else is passed over. Kannel tells two reports of a text
    side by side and one may overtake the other, so "on its way" changes nothing once the end is known."""
    for one in reports:
        if one.status in Outbound.Delivery.values and _is_uuid(one.reference):
            rows = Outbound.objects.filter(public_id=one.reference)
            if one.status in _ON_THE_WAY:
                rows = rows.exclude(delivery__in=set(Outbound.Delivery.values) - _ON_THE_WAY)
            rows.update(delivery=one.status)


def _is_uuid(text: str) -> bool:
    from uuid import UUID

    try:
        UUID(text)
    except ValueError:
        return False
    return True


def sweep() -> int:
    """Rings again for messages whose bell or worker was lost."""
    due: ClaimQuerySet[Inbound] = Inbound.objects.due()
    rows = list(due.order_by("next_fetch_at")[:_BATCH])
    with transaction.atomic():
        _ring(rows)
    return len(rows)


def _ring(rows: Iterable[Inbound]) -> None:
    for row in rows:
        token = Inbound.objects.claim(row.pk)
        if token:
            ring(ANSWER_TASK, row.public_id, token)
