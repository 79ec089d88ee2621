"""Tasks: ids in, one service call, nothing out. Acknowledged early, never retried by Celery (ADR 3)."""

from datetime import datetime
from uuid import UUID

from celery import shared_task

from balances import services, statement, sweeps


@shared_task(name="balances.refresh_balance")
def refresh_balance(public_id: str, token: str) -> None:
    services.refresh_balance(card_id=UUID(public_id), token=datetime.fromisoformat(token))


@shared_task(name="balances.refresh_statement")
def refresh_statement(public_id: str, token: str) -> None:
    statement.refresh_statement(card_id=UUID(public_id), token=datetime.fromisoformat(token))


@shared_task(name="balances.sweep")
def sweep() -> None:
    sweeps.sweep()


@shared_task(name="balances.sweep_statements")
def sweep_statements() -> None:
    sweeps.sweep_statements()


@shared_task(name="balances.nightly_sweep")
def nightly_sweep() -> None:
    sweeps.nightly_sweep()


@shared_task(name="balances.nightly_statements")
def nightly_statements() -> None:
    sweeps.nightly_statements()
