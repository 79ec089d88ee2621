"""Ordinary notices go out gathered: what is due for a member becomes one mail, written in the transaction that marks
them as mailed, under the lock of the member's choices. So nothing is mailed twice, whoever dies or works beside us."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction
from django.db.models import Min
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.claim import INTERNAL_ERROR, unworded
from accounts.models import Card, Notice, NoticeChoices, User
from accounts.notice_times import after_quiet, next_day
from accounts.notices import known
from accounts.services import mail
from accounts.services.notice_choices import EVERYTHING, stop_path
from accounts.services.notices import about

log = logging.getLogger("jht.notices")
SHOWN_IN_A_MAIL: Final = 10
AFTER_A_BUG: Final = timedelta(hours=1)
_BATCH: Final = 500  # members a minute


def mail_what_is_due() -> int:
    """Every minute. Returns how many mails were written."""
    due = Notice.objects.filter(mail_due_at__lte=timezone.now()).values("member_id").order_by()
    waiting = due.annotate(first=Min("mail_due_at")).order_by("first").values_list("member_id", flat=True)[:_BATCH]
    return sum(_mail_or_put_off(member_id) for member_id in list(waiting))


def _mail_or_put_off(member_id: int) -> bool:
    """One member's trouble must not keep the others from their mail."""
    try:
        return mail_member(member_id)
    except Exception as error:
        log.error("notices_not_mailed error=%s", INTERNAL_ERROR, exc_info=unworded(error))
        _due(member_id, timezone.now()).update(mail_due_at=timezone.now() + AFTER_A_BUG)
        return False


@transaction.atomic
def mail_member(member_id: int) -> bool:
    locked = NoticeChoices.objects.select_for_update(of=("self",), skip_locked=True).select_related("member")
    choices, now = locked.filter(pk=member_id).first(), timezone.localtime()
    if choices is None:  # another worker is at it, or the member at their choices
        return False
    found = list(_due(member_id, now).select_related("card"))
    due = Notice.objects.filter(pk__in=[one.pk for one in found])  # and none that was told a moment after
    wanted = [one for one in found if _may_go(one, choices)]
    later = _later(choices, now)
    if later and wanted:
        due.update(mail_due_at=later)
        return False
    due.update(mail_due_at=None)
    if wanted:
        _send(choices, wanted, now)
    return bool(wanted)


def _due(member_id: int, now: datetime) -> Any:
    return Notice.objects.filter(member_id=member_id, mail_due_at__lte=now)


def _may_go(notice: Notice, choices: NoticeChoices) -> bool:
    """Asked for still and agreed to, about a card that is not closed to its member, and to an address proved theirs."""
    shown = notice.card is None or notice.card.state == Card.State.ACTIVE
    wanted = choices.wants_mail(notice.kind) and choices.member.consent_standing.allows
    return shown and wanted and known(notice.kind) is not None and _has_mail(choices.member)


def _has_mail(member: User) -> bool:
    verified = EmailAddress.objects.filter(user=member, email=member.email or "", verified=True)
    return member.is_active and bool(member.email) and verified.exists()


def _later(choices: NoticeChoices, now: datetime) -> datetime | None:
    """In quiet hours their end; over the day's limit the next day, then all in one."""
    if choices.mails_on == now.date() and choices.mails_sent >= settings.NOTICE_MAILS_PER_DAY:
        return next_day(now, **choices.quiet)
    loud = after_quiet(now, **choices.quiet)
    return loud if loud > now else None


def _send(choices: NoticeChoices, notices: Sequence[Notice], now: datetime) -> None:
    member = choices.member
    with translation.override(member.language):
        told = [_told(notice, choices) for notice in notices[:SHOWN_IN_A_MAIL]]
        subject = told[0]["title"] if len(notices) == 1 else _("Ada beberapa pemberitahuan untuk Anda")
    only = {notice.kind for notice in notices}
    context = {
        "subject": subject,
        "told": told,
        "more": max(0, len(notices) - SHOWN_IN_A_MAIL),
        "list_url": settings.PUBLIC_URL + reverse("notices"),
        "choices_url": settings.PUBLIC_URL + reverse("notice_choices"),
        "stop_url": settings.PUBLIC_URL + stop_path(choices, only.pop() if len(only) == 1 else EVERYTHING),
    }
    mail.write(
        template_prefix="notices/email/digest",
        to=member.email or "",
        language=member.language,
        context=context,
        headers=_headers(choices),
    )
    Notice.objects.filter(pk__in=[notice.pk for notice in notices]).update(mailed_at=now)
    choices.mails_sent = choices.mails_sent + 1 if choices.mails_on == now.date() else 1
    choices.mails_on = now.date()
    choices.save(update_fields=["mails_on", "mails_sent"])


def _told(notice: Notice, choices: NoticeChoices) -> dict[str, Any]:
    kind, one = known(notice.kind), about(notice)
    assert kind is not None  # _may_go
    return {
        "title": kind.title(one),
        "body": kind.body(one),
        "amounts": kind.amounts(one) if choices.amounts else "",
        "link": settings.PUBLIC_URL + kind.link(one),
    }


def _headers(choices: NoticeChoices) -> dict[str, str]:
    """RFC 8058: a mail program's own button stops all ordinary mail with one POST, without signing in."""
    return {
        "List-Unsubscribe": f"<{settings.PUBLIC_URL}{stop_path(choices)}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
