"""Bells for accounts. Ids in, one service call, nothing out."""

from datetime import datetime
from uuid import UUID

from celery import shared_task

from accounts.services import (
    audit_chain,
    housekeeping,
    limits,
    linking,
    linking_steps,
    mail,
    notice_mail,
    recovery,
    recovery_steps,
)


@shared_task(name="accounts.advance_link")
def advance_link(public_id: str, token: str) -> None:
    linking_steps.advance_link(public_id=UUID(public_id), token=datetime.fromisoformat(token))


@shared_task(name="accounts.sweep_links")
def sweep_links() -> None:
    linking.sweep()


@shared_task(name="accounts.send_mail")
def send_mail(public_id: str, token: str) -> None:
    mail.send(public_id=UUID(public_id), token=datetime.fromisoformat(token))


@shared_task(name="accounts.sweep_mail")
def sweep_mail() -> None:
    mail.ring_due_mail()


@shared_task(name="accounts.mail_notices")
def mail_notices() -> None:
    notice_mail.mail_what_is_due()


@shared_task(name="accounts.watch_links")
def watch_links() -> None:
    limits.watch()


@shared_task(name="accounts.advance_recovery")
def advance_recovery(public_id: str, token: str) -> None:
    recovery_steps.advance(public_id=UUID(public_id), token=datetime.fromisoformat(token))


@shared_task(name="accounts.sweep_recovery")
def sweep_recovery() -> None:
    recovery.sweep()


@shared_task(name="accounts.housekeeping")
def clean_up() -> None:
    housekeeping.clean_up()


@shared_task(name="accounts.seal_audit")
def seal_audit() -> None:
    audit_chain.seal()


@shared_task(name="accounts.anchor_audit")
def anchor_audit() -> None:
    audit_chain.anchor()


@shared_task(name="accounts.end_accounts")
def end_accounts() -> None:
    housekeeping.end_accounts()
