"""What a DAFTAR sets going. It answers the same to everybody: the way on leads through what the sender's word cannot
forge, the owner's account, an email that arrives, or the number the upstream has on record.
"""

from __future__ import annotations

import contextlib
import json
import secrets
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.audit import Source
from accounts.models import AuditRow, Card, User, kpj_index, nik_index
from accounts.sealing import blind_index
from accounts.services import mail
from sms.models import Number, Registration, number_index
from sms.parse import Register
from sms.services import numbers

GOES_ON_FOR: Final = timedelta(days=1)
_SOURCE: Final = Source(door=AuditRow.Door.SMS)
_VISIBLE: Final = (Card.State.ACTIVE, Card.State.FROZEN)


@dataclass(frozen=True, kw_only=True, repr=False)
class Told:
    """What the person typed on the phone, for the portal to go on with."""

    number: str
    nik: str
    kpj: str
    birth_date: date
    name: str
    email: str


def register(*, number: str, told: Register) -> None:
    """Inside the answer's transaction; nothing here shows in the reply."""
    holder = Card.objects.select_related("member").filter(kpj_index=kpj_index(told.kpj), state__in=_VISIBLE).first()
    if holder:
        if _is_owner(holder.member, told):
            _ask_owner(holder.member, number)
    elif told.email:
        _mail_the_way_on(number, told)
    elif told.name:
        _as_sms_member(number, told)


def _is_owner(member: User, told: Register) -> bool:
    """Whether what was typed is the account owner's own, as their proof told it."""
    known = member.nik_index is not None and bytes(member.nik_index) == nik_index(told.nik)
    return known and member.birth_date in (None, told.birth_date) and member.is_active


def _ask_owner(member: User, number: str) -> None:
    """The account's owner confirms, in the portal or from the mail. Without an account page there is nobody to ask."""
    try:
        row = numbers.ask(member=member, number=number, source=_SOURCE)
    except numbers.TooMany:
        return
    if member.email and row.state == Number.State.PENDING:
        address = settings.PUBLIC_URL + reverse("sms_numbers")
        context = {"last3": row.last3, "address": address}
        mail.write(template_prefix="sms/email/number", to=member.email, language=member.language, context=context)


def _mail_the_way_on(number: str, told: Register) -> None:
    """One mail a day to an address, whoever asks."""
    address_index = blind_index("email", told.email)
    today = Registration.objects.filter(created_at__gt=timezone.now() - GOES_ON_FOR, address_index=address_index)
    if today.exists():
        return
    secret = secrets.token_urlsafe(24)
    row = Registration(
        secret_index=_secret_index(secret), address_index=address_index, number_index=number_index(number)
    )
    typed = {
        "number": number,
        "nik": told.nik,
        "kpj": told.kpj,
        "birth_date": told.birth_date.isoformat(),
        "name": told.name,
        "email": told.email,
    }
    row.told = json.dumps(typed)
    row.save()
    address = settings.PUBLIC_URL + reverse("sms_go_on", args=[secret])
    language = User.Language.ENGLISH if told.english else ""
    mail.write(template_prefix="sms/email/go_on", to=told.email, language=language, context={"address": address})


def told_by(*, secret: str) -> Told | None:
    """What was typed for this emailed secret; None once it is used up or a day old."""
    row = _registration(secret)
    if row is None:
        return None
    typed = json.loads(row.told)
    return Told(**{**typed, "birth_date": date.fromisoformat(typed["birth_date"])})


@transaction.atomic
def take_over(*, secret: str, member: User, source: Source) -> Told | None:
    """A signed-in member goes on: their number waits for one press, and the secret is spent."""
    told = told_by(secret=secret)
    if told is None:
        return None
    Registration.objects.filter(secret_index=_secret_index(secret)).delete()
    with contextlib.suppress(numbers.TooMany):
        numbers.ask(member=member, number=told.number, source=source)
    return told


def _registration(secret: str) -> Registration | None:
    fresh = Registration.objects.filter(created_at__gt=timezone.now() - GOES_ON_FOR)
    return fresh.filter(secret_index=_secret_index(secret)).first()


def _secret_index(secret: str) -> bytes:
    return blind_index("sms-registration", secret)


def _as_sms_member(number: str, told: Register) -> None:
    raise NotImplementedError
