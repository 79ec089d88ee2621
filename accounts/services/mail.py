"""Mail goes out through sealed rows, written in the transaction of the act that causes them (ADR 17)."""

import json
import logging
from datetime import datetime, timedelta
from smtplib import SMTPException
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation

from accounts.claim import INTERNAL_ERROR, backoff, unworded
from accounts.models import OutgoingMail, User
from accounts.ring import ring
from accounts.sealing import CannotOpen

log = logging.getLogger("jht.mail")
GIVEN_UP_AFTER: Final = timedelta(hours=24)
_BATCH: Final = 200


def write(
    *,
    template_prefix: str,
    to: str,
    language: str = "",
    context: dict[str, Any] | None = None,
    headers: dict[str, str] | None = None,
) -> OutgoingMail:
    """Render `<prefix>_subject.txt` and `<prefix>_message.txt` in the recipient's language and queue the mail.

    Every text may use site_name, site_url, login_url, signup_url, password_reset_url, support_contact and email;
    addresses come from PUBLIC_URL, never from a request.
    """
    told = {**(context or {}), **_site(), "email": to}
    with translation.override(language or _language_of(to)):
        subject = " ".join(render_to_string(f"{template_prefix}_subject.txt", told).split())
        text = render_to_string(f"{template_prefix}_message.txt", told).strip() + "\n"
    return queue(to=to, subject=subject, text=text, headers=headers)


@transaction.atomic
def queue(*, to: str, subject: str, text: str, headers: dict[str, str] | None = None) -> OutgoingMail:
    row = OutgoingMail()
    row.message = json.dumps({"to": to, "subject": subject, "text": text, "headers": headers or {}})
    row.save()
    _ring(row)
    return row


def send(*, public_id: UUID, token: datetime) -> None:
    """Hand one mail to the SMTP server and wipe it. Does nothing where another worker has it or it is gone."""
    row = OutgoingMail.objects.filter(public_id=public_id).first()
    mine = OutgoingMail.objects.take_over(row.pk, token) if row else None
    if row is None or mine is None:
        return
    try:
        _message(row).send()
    except (SMTPException, OSError, CannotOpen) as error:
        _later(row, mine, type(error).__name__)
        return
    except Exception as error:  # an address or text that no mail can be made of
        log.error("mail_failed mail=%s error=%s", row.public_id, INTERNAL_ERROR, exc_info=unworded(error))
        _later(row, mine, INTERNAL_ERROR)
        return
    OutgoingMail.objects.finish(
        row.pk, mine, message_sealed="", next_fetch_at=None, sent_at=timezone.now(), last_error=""
    )


def ring_due_mail() -> int:
    due = list(OutgoingMail.objects.due().order_by("next_fetch_at")[:_BATCH])
    for row in due:
        with transaction.atomic():
            _ring(row)
    return len(due)


def _ring(row: OutgoingMail) -> None:
    token = OutgoingMail.objects.claim(row.pk)
    if token:
        ring("accounts.send_mail", row.public_id, token)


def _later(row: OutgoingMail, mine: datetime, error: str) -> None:
    failures, now = row.failures + 1, timezone.now()
    again = now + backoff(failures)
    if again < row.created_at + GIVEN_UP_AFTER:
        OutgoingMail.objects.finish(row.pk, mine, failures=failures, last_error=error, next_fetch_at=again)
        return
    log.error("mail_given_up mail=%s error=%s", row.public_id, error)
    OutgoingMail.objects.finish(
        row.pk, mine, failures=failures, last_error="given_up", next_fetch_at=None, message_sealed=""
    )


def _message(row: OutgoingMail) -> EmailMessage:
    """The id is the row's, so that a mail sent twice can be told to be one."""
    parts = json.loads(row.message)
    own = {"Message-ID": f"<{row.public_id}@{settings.PUBLIC_HOST}>", "Auto-Submitted": "auto-generated"}
    headers = {**parts.get("headers", {}), **own}
    return EmailMessage(parts["subject"], parts["text"], settings.DEFAULT_FROM_EMAIL, [parts["to"]], headers=headers)


def _language_of(address: str) -> str:
    """The account's language, else that of the page the visitor is on."""
    known = User.objects.filter(email=address.lower()).values_list("language", flat=True).first()
    return known or translation.get_language() or settings.LANGUAGE_CODE


def _site() -> dict[str, Any]:
    return {
        "site_name": settings.SITE_NAME,
        "site_url": settings.PUBLIC_URL,
        "support_contact": settings.SUPPORT_CONTACT,
        "login_url": settings.PUBLIC_URL + reverse("account_login"),
        "signup_url": settings.PUBLIC_URL + reverse("account_signup"),
        "password_reset_url": settings.PUBLIC_URL + reverse("account_reset_password"),
    }
