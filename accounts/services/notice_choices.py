"""What a member wants by mail, and the link that stops it without signing in (ADR 19)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from typing import Any, Final
from uuid import UUID

from django.core import signing
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts import audit
from accounts.audit import Action, Source
from accounts.models import Notice, NoticeChoices, User
from accounts.notices import known
from accounts.services.notices import mail_due

EVERYTHING: Final = ""  # as the kind in a link: all ordinary mail


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What the form asks for; `kinds` are codes of ordinary kinds."""

    kinds: list[str]
    pace: str
    quiet_from: time
    quiet_until: time
    amounts: bool


@transaction.atomic
def choose(*, member: User, wish: Wish, source: Source) -> None:
    """The consent, with its time in the row and in the audit. What waits for its mail follows the new choice."""
    row = _locked(member)
    row.mail_kinds, row.pace, row.amounts = wish.kinds, wish.pace, wish.amounts
    row.quiet_from, row.quiet_until, row.chosen_at = wish.quiet_from, wish.quiet_until, timezone.now()
    row.save()
    for notice in Notice.objects.filter(member=member, mail_due_at__isnull=False):
        notice.mail_due_at = mail_due(row, notice.kind, timezone.now())
        notice.save(update_fields=["mail_due_at"])
    _write(row, source, by="member")


@transaction.atomic
def stop(*, choices: NoticeChoices, kind: str, source: Source) -> None:
    """Ends mail of one kind, or of all ordinary ones. Again and again is as once."""
    row = _locked(choices.member)
    kept = [code for code in row.mail_kinds if kind not in (EVERYTHING, code)]
    waiting = Notice.objects.filter(member=row.member, mail_due_at__isnull=False)
    (waiting if kind == EVERYTHING else waiting.filter(kind=kind)).update(mail_due_at=None)
    if kept != row.mail_kinds:
        row.mail_kinds, row.chosen_at = kept, timezone.now()
        row.save(update_fields=["mail_kinds", "chosen_at"])
        _write(row, source, by="link")


def stop_path(choices: NoticeChoices, kind: str = EVERYTHING) -> str:
    """It holds a random id that is used nowhere else; who has it can stop mail and nothing more."""
    token = _signer().sign_object([choices.stop_id.hex, kind])
    return reverse("notice_stop", args=[token])


def stopped_by(token: str) -> tuple[NoticeChoices, str] | None:
    """Whose mail of which kind the link stops; None for one that we did not make."""
    try:
        stop_id, kind = _signer().unsign_object(token)
    except signing.BadSignature:
        return None
    if kind != EVERYTHING and known(kind) is None:  # a kind that is no more: the link then stops all
        kind = EVERYTHING
    row = NoticeChoices.objects.select_related("member").filter(stop_id=UUID(stop_id)).first()
    return (row, kind) if row else None


def _signer() -> signing.Signer:
    return signing.Signer(salt="accounts.notices.stop", sep=".")


def _locked(member: User) -> NoticeChoices:
    NoticeChoices.objects.get_or_create(member=member)
    return NoticeChoices.objects.select_for_update(of=("self",)).select_related("member").get(pk=member.pk)


def _write(row: NoticeChoices, source: Source, **details: Any) -> None:
    said = {"kinds": row.mail_kinds, "pace": row.pace, "amounts": row.amounts}
    audit.record(Action.NOTICE_CHOICES_CHANGED, source, member=row.member, **said, **details)
