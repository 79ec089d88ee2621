"""Telling a member something, once, in the transaction of its cause (ADR 19). Ordinary mail is gathered by
accounts.services.notice_mail; what concerns security is mailed at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation

from accounts.models import Card, Notice, NoticeChoices, User
from accounts.notice_times import due_at
from accounts.notices import MAILS_OF_STRANGERS_A_DAY, About, NoticeKind, kind_of, known
from accounts.services import mail

KEPT_FOR: Final = timedelta(days=400)


@transaction.atomic
def tell(
    *,
    member: User,
    kind: str,
    card: Card | None = None,
    subject: str = "",
    facts: dict[str, Any] | None = None,
    mailed: bool = False,
) -> Notice | None:
    """None where the same (member, kind, card, subject) was told before, and for news to a member who does not agree to
    the present notice. Raises KeyError for an unregistered kind.

    `mailed` says that its mail, with a link of its own, is written already.
    `subject` is a short key like "2026-08"; `facts` hold codes, dates and counts. Neither holds personal data.
    """
    told, now = kind_of(kind), timezone.now()
    if not (told.security or member.consent_standing.allows):
        return None
    mailed = mailed or is_mailed_enough(member=member, kind=kind, card=card)
    due = None if told.security else mail_due(choices_of(member), kind, now)
    row = Notice(member=member, kind=kind, card=card, subject=subject, facts=facts or {}, told_at=now, mail_due_at=due)
    Notice.objects.bulk_create([row], ignore_conflicts=True)
    kept = Notice.objects.filter(public_id=row.public_id).first()  # nothing: it was told before
    if kept is not None and told.security and not mailed:
        _mail_at_once(kept, told)
    return kept


def is_mailed_enough(*, member: User, kind: str, card: Card | None) -> bool:
    """Of what strangers can cause, as much was told today (Jakarta's) as is mailed."""
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    today = Notice.objects.filter(member=member, kind=kind, card=card, told_at__gte=midnight)
    return kind_of(kind).by_strangers and today.count() >= MAILS_OF_STRANGERS_A_DAY


def facts_told(*, card: Card, kind: str) -> list[dict[str, Any]]:
    return list(Notice.objects.filter(card=card, kind=kind).values_list("facts", flat=True))


def about(notice: Notice) -> About:
    return About(
        kind=notice.kind,
        subject=notice.subject,
        facts=notice.facts,
        card_id=notice.card.public_id if notice.card else None,
        last_four=notice.card.kpj_last4 if notice.card else "",
        told_at=notice.told_at,
    )


def choices_of(member: User) -> NoticeChoices:
    """The member's row, or an unsaved one with the defaults."""
    return NoticeChoices.objects.filter(pk=member.pk).first() or NoticeChoices(member=member)


def mail_due(choices: NoticeChoices, kind: str, now: datetime) -> datetime | None:
    """When a notice of this kind may be mailed; None where the member did not ask for it."""
    if not choices.wants_mail(kind):
        return None
    return due_at(timezone.localtime(now), choices.pace, **choices.quiet)


def mark_read(notices: Iterable[Notice]) -> None:
    new = [notice.pk for notice in notices if notice.read_at is None]
    if new:
        Notice.objects.filter(pk__in=new).update(read_at=timezone.now())


def forget_card(card: Card) -> None:
    """What was told about a card goes with its unlinking, but for what concerns security."""
    security = [row.pk for row in Notice.objects.filter(card=card) if _is_security(row.kind)]
    Notice.objects.filter(card=card).exclude(pk__in=security).delete()


def prune() -> None:
    Notice.objects.filter(told_at__lt=timezone.now() - KEPT_FOR).delete()


def _is_security(code: str) -> bool:
    kind = known(code)
    return kind is not None and kind.security


def _mail_at_once(notice: Notice, kind: NoticeKind) -> None:
    """Whatever the hour and the choices; to the member's own address, if there is one."""
    member = notice.member
    if not member.email or not member.is_active:
        return
    with translation.override(member.language):
        told = {"title": kind.title(about(notice)), "body": kind.body(about(notice))}
    told["link"] = settings.PUBLIC_URL + kind.link(about(notice))
    mail.write(template_prefix="notices/email/security", to=member.email, language=member.language, context=told)
    Notice.objects.filter(pk=notice.pk).update(mailed_at=notice.told_at)
    notice.mailed_at = notice.told_at


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One notice as the list shows it."""

    title: str
    body: str
    link: str
    last_four: str
    told_at: datetime
    new: bool
    security: bool


def shown(notice: Notice) -> Shown | None:
    """None for a kind that is no more."""
    kind, one = known(notice.kind), about(notice)
    if kind is None:
        return None
    return Shown(
        title=kind.title(one),
        body=kind.body(one),
        link=kind.link(one),
        last_four=one.last_four,
        told_at=notice.told_at,
        new=notice.read_at is None,
        security=kind.security,
    )
