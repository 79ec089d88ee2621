"""A worker reads one message and answers it: what is asked, by which number, and the one reply.

The rules of who may see what live in accounts and balances; here a Reading becomes a line.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation

from accounts.audit import Source
from accounts.claim import unworded
from accounts.consent import Standing
from accounts.models import AuditRow, Card, User, kpj_index
from accounts.sealing import CannotOpen
from balances import selectors
from balances import services as balances
from balances.reading import Reading, State
from sms import limits, parse, replies
from sms.models import Inbound, Number
from sms.services import numbers, registering, sending

log = logging.getLogger("jht.sms")
FIGURE_AWAITED_FOR: Final = timedelta(minutes=10)
_LOOK_AGAIN: Final = timedelta(seconds=5)
_LONG_NUMBER: Final = re.compile(r"\d[\d\s.-]{10,}\d")
_AWAITED: Final = (State.PENDING,)


@dataclass(frozen=True, kw_only=True)
class _Answer:
    """A reply's name and text; no text: silence. With `awaited` the card's figure is told when it comes."""

    reply: str
    text: str = ""
    card: Card | None = None
    awaited: bool = False


def answer(*, public_id: UUID, token: datetime) -> str:
    """Answers one message if the token is still the claim's. Returns the reply's name."""
    row = Inbound.objects.filter(public_id=public_id).first()
    mine = Inbound.objects.take_over(row.pk, token) if row else None
    if row is None or mine is None:
        return "superseded"
    try:
        return _told(row, mine) if row.state == Inbound.State.FIGURE_AWAITED else _read(row, mine)
    except Exception as error:  # must not be rung for again at the end of every lease
        log.error("sms_not_answered sms=%s", public_id, exc_info=unworded(error))
        _finish(row, mine, Inbound.State.SILENT, outcome="internal_error")
        return "internal_error"


@transaction.atomic
def _read(row: Inbound, mine: datetime) -> str:
    """The reply, the message's new state and everything the command did are one transaction."""
    held = Inbound.objects.select_for_update().filter(pk=row.pk, fetch_started_at=mine).first()
    if held is None:
        return "superseded"
    command = _command(held)
    held.command = type(command).__name__.lower()[:12]
    if isinstance(command, parse.Unreadable):
        held.command = "register"
    if isinstance(command, parse.Agree | parse.Stop):
        numbers.lock_owners(bytes(held.sender_index))
    number = numbers.use(index=bytes(held.sender_index))
    with translation.override(_language(number, command)):
        told = _answer(held, command, number)
    if told.text:
        sending.queue(to=held.sender, text=told.text, reply=told.reply, answers=held)
    _close(held, mine, told)
    return told.reply


def _command(row: Inbound) -> parse.Command:
    try:
        return parse.parse(row.body)
    except CannotOpen:
        return parse.Unknown()


def _language(number: Number | None, command: parse.Command) -> str:
    if number:
        return number.member.language
    return User.Language.ENGLISH if command.english else settings.LANGUAGE_CODE


def _answer(row: Inbound, command: parse.Command, number: Number | None) -> _Answer:
    if limits.is_flooding(row):
        return _Answer(reply="too_many")
    if number is None and limits.is_busy():
        return _Answer(reply="busy")
    return _ACTS[type(command)](row, command, number)


def _help(row: Inbound, command: parse.Command, number: Number | None) -> _Answer:
    return _Answer(reply="help", text=replies.help_text())


def _info(row: Inbound, command: parse.Command, number: Number | None) -> _Answer:
    return _Answer(reply="info", text=replies.info())


def _unknown(row: Inbound, command: parse.Command, number: Number | None) -> _Answer:
    return _Answer(reply="unknown", text=replies.unknown())


def _bad_number(row: Inbound, command: parse.Command, number: Number | None) -> _Answer:
    return _Answer(reply="bad_number", text=replies.bad_number())


def _stop(row: Inbound, command: parse.Command, number: Number | None) -> _Answer:
    numbers.stop(index=bytes(row.sender_index), source=source_of(number))
    if number and registering.leave(number=number, source=source_of(number)):
        return _Answer(reply="left", text=replies.left())
    return _Answer(reply="stopped", text=replies.stopped())


def _agree(row: Inbound, command: parse.Command, number: Number | None) -> _Answer:
    if number is None or number.state == Number.State.LAPSED:
        return _closed(number)
    if number.member.consent_standing is not Standing.GIVEN:
        registering.agree(member=number.member, source=source_of(number))
    return _Answer(reply="agreed", text=replies.agreed())


def _unreadable(row: Inbound, command: parse.Command, number: Number | None) -> _Answer:
    if limits.registers_too_often(row) or not isinstance(command, parse.Unreadable):
        return _Answer(reply="too_many")
    return _Answer(reply=f"wrong_{command.wrong}", text=replies.unreadable(command.wrong))


def _register(row: Inbound, command: parse.Command, number: Number | None) -> _Answer:
    if limits.registers_too_often(row) or not isinstance(command, parse.Register):
        return _Answer(reply="too_many")
    registering.register(number=row.sender, told=command)
    return _Answer(reply="received", text=replies.received())


def _closed(number: Number | None) -> _Answer:
    if number is None:
        return _Answer(reply="unregistered", text=replies.unregistered())
    return _Answer(reply="confirm_again", text=replies.confirm_again())


def _balance(row: Inbound, command: parse.Command, number: Number | None) -> _Answer:
    if number is None or number.state == Number.State.LAPSED or not isinstance(command, parse.Balance):
        return _closed(number)
    if not number.member.consent_standing.allows:
        return _Answer(reply="consent_first", text=replies.consent_first())
    cards = selectors.cards_of(number.member)
    if not cards:
        return _Answer(reply="no_card", text=replies.no_card())
    meant = _meant(cards, command)
    if len(meant) == 1:
        return _one_card(meant[0], number)
    named = [card.kpj_last4 for card in cards]
    if command.kpj or (command.last_four and not meant):
        return _Answer(reply="not_among", text=replies.not_among(named))
    return _Answer(reply="which", text=replies.which(named))


def _meant(cards: list[Card], command: parse.Balance) -> list[Card]:
    if command.kpj:
        index = kpj_index(command.kpj)
        return [card for card in cards if bytes(card.kpj_index) == index]
    if command.last_four:
        return [card for card in cards if card.kpj_last4 == command.last_four]
    return cards


def _one_card(card: Card, number: Number) -> _Answer:
    [reading] = balances.look(member=number.member, cards=[card], source=source_of(number), seen=())
    awaited = reading.state in _AWAITED and reading.refreshing
    return _Answer(reply=f"balance_{reading.state}", text=replies.balance(reading), card=card, awaited=awaited)


def source_of(number: Number | None) -> Source:
    return Source(door=AuditRow.Door.SMS, actor=number.member if number else None)


_ACTS: Final[dict[type[parse.Command], Callable[[Inbound, parse.Command, Number | None], _Answer]]] = {
    parse.Help: _help,
    parse.Info: _info,
    parse.Stop: _stop,
    parse.Agree: _agree,
    parse.Unknown: _unknown,
    parse.BadNumber: _bad_number,
    parse.Unreadable: _unreadable,
    parse.Register: _register,
    parse.Balance: _balance,
}


# A figure that was not there yet


@transaction.atomic
def _told(row: Inbound, mine: datetime) -> str:
    """One text more when the figure arrives within ten minutes, or none."""
    held = Inbound.objects.select_for_update().filter(pk=row.pk, fetch_started_at=mine).first()
    if held is None:
        return "superseded"
    number = numbers.use(index=bytes(held.sender_index))
    reading = _awaited_reading(held, number.member) if number else None
    late = timezone.now() > held.received_at + FIGURE_AWAITED_FOR
    if reading is None or number is None or number.state != Number.State.ACTIVE or (late and reading.amount is None):
        _finish(held, mine, Inbound.State.ANSWERED)
        return "no_figure"
    if reading.amount is None and reading.state in _AWAITED:
        Inbound.objects.finish(held.pk, mine, next_fetch_at=timezone.now() + _LOOK_AGAIN)
        return "awaited"
    with translation.override(number.member.language):
        sending.queue(to=held.sender, text=replies.balance(reading), reply=f"balance_{reading.state}", answers=held)
    _finish(held, mine, Inbound.State.ANSWERED)
    return "told"


def _awaited_reading(row: Inbound, member: User) -> Reading | None:
    if row.card is None or row.card.state != Card.State.ACTIVE or row.card.member != member:
        return None
    if not member.consent_standing.allows:
        return None
    return selectors.reading_of(row.card)


def _close(row: Inbound, mine: datetime, told: _Answer) -> None:
    """What was typed loses every long number at once: a NIK never stays."""
    row.body = _LONG_NUMBER.sub(lambda found: "#" * len(found.group()), row.body) if row.body_sealed else ""
    state = Inbound.State.ANSWERED if told.text else Inbound.State.SILENT
    fields = {"body_sealed": row.body_sealed, "command": row.command, "outcome": told.reply, "card": told.card}
    if told.awaited:
        again = timezone.now() + _LOOK_AGAIN
        Inbound.objects.finish(row.pk, mine, state=Inbound.State.FIGURE_AWAITED, next_fetch_at=again, **fields)
        return
    _finish(row, mine, state, **fields)


def _finish(row: Inbound, mine: datetime, state: str, **fields: object) -> None:
    Inbound.objects.finish(row.pk, mine, state=state, done_at=timezone.now(), next_fetch_at=None, **fields)
