"""Bells for SMS. Ids in, one service call, nothing out."""

from datetime import datetime
from uuid import UUID

from celery import shared_task

from sms.services import answering, housekeeping, sending


@shared_task(name="sms.answer")
def answer(public_id: str, token: str) -> None:
    answering.answer(public_id=UUID(public_id), token=datetime.fromisoformat(token))


@shared_task(name="sms.send")
def send(public_id: str, token: str) -> None:
    sending.send(public_id=UUID(public_id), token=datetime.fromisoformat(token))


@shared_task(name="sms.sweep")
def sweep() -> None:
    housekeeping.sweep()


@shared_task(name="sms.clean_up")
def clean_up() -> None:
    housekeeping.clean_up()
