"""The end of SMS for a member who takes their word back or goes: numbers, messages, what was typed and not used."""

from __future__ import annotations

from typing import Any

from django.db.models import Model, Q, QuerySet

from accounts import audit
from accounts.audit import Action, Source
from accounts.models import User
from accounts.sealing import blind_index
from sms.models import Number, Registration, held_messages


def forget(member: User, source: Source) -> None:
    """In the transaction of the act. The audit trail keeps that there were numbers, not which."""
    numbers = list(Number.objects.filter(member=member))
    came, went = held_messages(numbers, before_proof=True)
    _delete(came.filter(fetch_started_at=None))  # the text that takes the word back is being answered just now
    _delete(went)
    typed = Q(number_index__in=[one.number_index for one in numbers])
    if member.email:
        typed |= Q(address_index=blind_index("email", member.email))
    Registration.objects.filter(typed).delete()
    for one in numbers:
        if one.state != Number.State.OFF:
            audit.record(Action.SMS_NUMBER_OFF, source, member=member)
    Number.objects.filter(member=member).delete()


def _delete(rows: QuerySet[Any, Model]) -> None:
    """Not the one that a worker answers at this moment: it holds its row and may wait for the member, as we hold the
    member. It finds no number any more, and goes by the rules of retention."""
    free = rows.select_for_update(skip_locked=True).values_list("pk", flat=True)
    rows.model._default_manager.filter(pk__in=list(free)).delete()
