"""Texts go out through sealed rows, like mail (ADR 17). The row tries again; a gateway is never asked twice at once.

Where nobody knows whether a text went out (the gateway's answer or our worker was lost), it is sent once more: an SMS
that comes twice puzzles, one that never comes leaves a member without an answer. Such tries are counted in `doubtful`:
each is, before it begins, and taken back once its outcome is known.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.claim import INTERNAL_ERROR, backoff, unworded
from accounts.ring import ring
from accounts.sealing import CannotOpen
from sms.gateways.factory import get_gateway
from sms.gateways.port import Doubtful, NotSent, Outgoing
from sms.gsm7 import fits, plain
from sms.models import Inbound, Outbound, number_index

log = logging.getLogger("jht.sms")
SEND_TASK: Final = "sms.send"
GIVEN_UP_AFTER: Final = timedelta(minutes=30)  # an answer later than that answers nothing
MOST_DOUBTFUL: Final = 2
_BATCH: Final = 200


def queue(*, to: str, text: str, reply: str, answers: Inbound | None = None) -> Outbound:
    """Inside the transaction of the cause. Raises ValueError for a text that one segment does not hold.

    The answer to a message goes out by the worker that wrote it, after the commit: a bell of its own would stand behind
    every message that still waits to be read. Should that worker die, the row's lease ends and the sweep rings.
    """
    text = plain(text)
    if not text or not fits(text):
        raise ValueError("an SMS must have text and fit one segment")
    row = Outbound(answers=answers, number_index=number_index(to), reply=reply)
    row.number, row.text = to, text
    row.save()
    if answers:
        _send_after_commit(row)
    else:
        _ring(row)
    return row


def _send_after_commit(row: Outbound) -> None:
    token = Outbound.objects.claim(row.pk)
    if token:
        transaction.on_commit(lambda: send(public_id=row.public_id, token=token), robust=True)


def send(*, public_id: UUID, token: datetime) -> None:
    """Hand one text to the gateway. Does nothing where another worker has it or it is gone."""
    row = Outbound.objects.filter(public_id=public_id).first()
    if row is None:
        return
    spent = row.doubtful >= MOST_DOUBTFUL  # the last try's worker never said how it ended
    begun = {} if spent else {"tries": F("tries") + 1, "doubtful": F("doubtful") + 1}
    mine = Outbound.objects.take_over(row.pk, token, **begun)
    if mine and spent:
        _end(row, mine, given_up_at=timezone.now(), last_error="doubtful")
    elif mine:
        _try(row, mine)


def _try(row: Outbound, mine: datetime) -> None:
    public_id = row.public_id
    try:
        get_gateway(settings.SMS_GATEWAY).send(Outgoing(reference=str(row.public_id), to=row.number, text=row.text))
    except Doubtful:
        _doubtful(row, mine)
    except NotSent as error:
        log.log(logging.ERROR if error.mend else logging.WARNING, "sms_not_sent sms=%s error=%s", public_id, error.code)
        _later(row, mine, error.code)
    except CannotOpen:
        _later(row, mine, "cannot_open")
    except Exception as error:
        log.error("sms_not_sent sms=%s error=%s", public_id, INTERNAL_ERROR, exc_info=unworded(error))
        _later(row, mine, INTERNAL_ERROR)
    else:
        _end(row, mine, sent_at=timezone.now(), last_error="")


def sweep() -> int:
    rows = list(Outbound.objects.due().order_by("next_fetch_at")[:_BATCH])
    for row in rows:
        with transaction.atomic():
            _ring(row)
    return len(rows)


def _ring(row: Outbound) -> None:
    token = Outbound.objects.claim(row.pk)
    if token:
        ring(SEND_TASK, row.public_id, token)


def _doubtful(row: Outbound, mine: datetime) -> None:
    log.warning("sms_doubtful sms=%s", row.public_id)
    row.doubtful += 1
    if row.doubtful >= MOST_DOUBTFUL:
        _end(row, mine, given_up_at=timezone.now(), last_error="doubtful")
        return
    _later(row, mine, "doubtful")


def _later(row: Outbound, mine: datetime, error: str) -> None:
    failures, now = row.failures + 1, timezone.now()
    again = now + backoff(failures)
    if again < row.created_at + GIVEN_UP_AFTER:
        Outbound.objects.finish(
            row.pk,
            mine,
            failures=failures,
            doubtful=row.doubtful,
            last_error=error,
            next_fetch_at=again,
        )
        return
    log.error("sms_given_up sms=%s error=%s", row.public_id, error)
    _end(row, mine, failures=failures, given_up_at=now, last_error=error)


def _end(row: Outbound, mine: datetime, **fields: object) -> None:
    """The text is wiped at once; the number rests sealed until the row goes."""
    known = {"doubtful": row.doubtful, "next_fetch_at": None, "text_sealed": ""}
    Outbound.objects.finish(row.pk, mine, **known, **fields)
