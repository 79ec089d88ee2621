"""What a DAFTAR sets going. It answers the same to everybody: the way on leads through what the sender's word cannot
forge, the owner's account, an email that arrives, or the number the upstream has on record.
"""

from __future__ import annotations

import contextlib
import json
import secrets
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils import timezone, translation

from accounts import audit
from accounts.audit import Source
from accounts.models import AuditRow, Card, LinkRequest, User, kpj_index, nik_index
from accounts.sealing import blind_index
from accounts.services import cards, deletion, linking, mail, notices, privacy
from accounts.services.limits import NotNow
from sms import replies
from sms.models import Number, Registration, number_index
from sms.notice_wording import NUMBER_WAITS
from sms.parse import Register
from sms.services import numbers, sending

GOES_ON_FOR: Final = timedelta(days=1)
_A_RUN: Final = 1_000
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
    if holder and holder.member.email:
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
    """The account's owner confirms, in the portal or from the mail."""
    try:
        row = numbers.ask(member=member, number=number, source=_SOURCE)
    except numbers.TooMany:
        return
    if row.state == Number.State.PENDING:
        notices.tell(member=member, kind=NUMBER_WAITS, subject=str(row.public_id))


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
    """No account and no email: where the upstream has this very number on record, the phone is the account."""
    member = _member_of(number) or User.objects.create_user(None, language=_language_of(told))
    try:
        numbers.ask(member=member, number=number, source=_SOURCE)
        linking.request_link(
            member=member,
            kpj=told.kpj,
            nik=told.nik,
            name=told.name,
            birth_date=told.birth_date,
            source=_SOURCE,
            phone=number,
        )
    except (numbers.TooMany, linking.AlreadyLinked, linking.AlreadyAsked, NotNow):
        return


def link_ended(row: LinkRequest) -> None:
    """What became of a card asked for by SMS: its number opens, or an account without anything goes again.

    Only the number that the upstream has on record, whoever else waits beside it.
    """
    if row.member.email is not None:
        return
    if row.state == LinkRequest.State.LINKED:
        asked = Number.objects.filter(member=row.member, state=Number.State.PENDING)
        number = asked.filter(number_index=number_index(row.phone)).first() if row.phone_sealed else None
        if number:
            _open(number, row)
        return
    if row.refusal == "held_elsewhere" and row.phone_sealed:
        _back(row)
    if not _has_anything(row):
        _forget(row)


def _back(row: LinkRequest) -> None:
    """The card is held by the same person's own account by SMS, whose number was switched off or lapsed: the upstream
    has just said again that all data and this number are theirs."""
    held = Card.objects.select_related("member").filter(kpj_index=row.kpj_index, state=Card.State.ACTIVE)
    card = held.filter(member__email=None, member__is_active=True, member__nik_index=row.nik_index).first()
    if card is None:
        return
    with suppress(numbers.TooMany):
        _open(numbers.ask(member=card.member, number=row.phone, source=_SOURCE), row)


def _open(number: Number, row: LinkRequest) -> None:
    """In the transaction in which the upstream's word arrives."""
    member = number.member
    with suppress(numbers.TakenElsewhere, numbers.AccountLocked, NotNow):
        numbers.activate(member=member, public_id=number.public_id, proof=Number.Proof.UPSTREAM, source=_SOURCE)
        with translation.override(member.language):
            if member.consent_standing.allows:
                sending.queue(to=number.number, text=replies.registered(row.kpj_last4), reply="registered")
            else:
                sending.queue(to=number.number, text=replies.agree_first(row.kpj_last4), reply="agree_first")


def leave(*, number: Number, source: Source) -> bool:
    """The last BERHENTI of a member by SMS alone: they have no other door to take their word back, so it does, and the
    account ends with it; a day later, for it may be forged, and so long staff give the card to nobody else. False where
    the number only goes silent. The caller holds the member."""
    member = number.member
    others = Number.objects.filter(member=member, state=Number.State.ACTIVE)
    if member.email or number.state != Number.State.ACTIVE or others.exists():
        return False
    try:
        privacy.withdraw(member=member, source=source)
    except cards.Locked:
        return False
    deletion.ask(member=member, source=source, wait=cards.FREE_AFTER)
    return True


def forget_unagreed() -> None:
    """Nobody answered SETUJU: the account ends with all that the match told."""
    before = timezone.now() - numbers.ASKED_FOR
    silent = User.objects.filter(email=None, is_staff=False, consent_version="", date_joined__lt=before, deletion=None)
    linked = Card.objects.filter(member=OuterRef("pk"), linked_at__lt=before)
    for pk in silent.filter(Exists(linked)).values_list("pk", flat=True)[:_A_RUN]:
        _forget_if_silent(pk)


@cards.unless_gone
@transaction.atomic
def _forget_if_silent(pk: int) -> None:
    member = cards.lock_member(pk)
    if not member.consent_version:
        deletion.ask(member=member, source=audit.SYSTEM, wait=timedelta(0))


def agree(*, member: User, source: Source) -> None:
    """SETUJU. Where the seven days were over and the account was about to go, the word keeps it: we thank for it. It
    stops no deletion that was asked for in the portal. The caller holds the member."""
    privacy.agree(member=member, source=source)
    pending = None if member.email else deletion.pending(member)
    if pending:
        deletion.cancel(cancel_key=pending.cancel_key, source=source)


def _has_anything(row: LinkRequest) -> bool:
    member = row.member
    others = LinkRequest.objects.open().filter(member=member).exclude(pk=row.pk)
    return others.exists() or Card.objects.filter(member=member).exists()


def _forget(row: LinkRequest) -> None:
    """The number waits for nobody any more. The empty account itself goes later (`empty_accounts`)."""
    Number.objects.filter(member=row.member, state=Number.State.PENDING).delete()


def empty_accounts(before: datetime) -> QuerySet[User]:
    """Accounts made for a text that came to nothing: no email, no card, no number, no open request."""
    empty = User.objects.filter(email=None, is_staff=False, date_joined__lt=before, sms_numbers=None, cards=None)
    still_open = LinkRequest.objects.filter(member=OuterRef("pk"), ended_at=None)
    return empty.exclude(Exists(still_open))


def _member_of(number: str) -> User | None:
    """Who asks from this phone already without an account page: a second card goes to the same person."""
    known = Number.objects.select_related("member").filter(
        number_index=number_index(number), member__email=None, state__in=(Number.State.ACTIVE, Number.State.PENDING)
    )
    row = known.first()
    return row.member if row else None


def _language_of(told: Register) -> str:
    return User.Language.ENGLISH if told.english else User.Language.INDONESIAN
