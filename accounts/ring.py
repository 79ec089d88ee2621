"""Ringing a worker. The bell may be lost: the row stays due and a sweeper rings again, so ringing fails no request.

A broker that hangs must not hold the page: sockets give up within a second, and after a failure this process keeps
silent for a few seconds. Arguments are public ids and fencing tokens only.
"""

import logging
import time
from datetime import datetime
from functools import cache
from uuid import UUID

from celery import current_app
from django.db import transaction
from kombu import Connection
from kombu.exceptions import OperationalError

log = logging.getLogger("jht.ring")
SILENCE_SECONDS = 5.0
_quiet_until = 0.0


def ring(task_name: str, public_id: UUID, token: datetime | None = None, *, delay: float = 0.0) -> None:
    """Send the task by name once the present transaction is committed; a worker begins `delay` seconds later."""
    args = [str(public_id)] + ([token.isoformat()] if token else [])
    transaction.on_commit(lambda: _send(task_name, args, delay), robust=True)


def forget() -> None:
    """For tests: the next bell opens a connection of its own, and no silence is kept."""
    global _quiet_until  # noqa: PLW0603
    _quiet_until = 0.0
    _connection.cache_clear()


def _send(task_name: str, args: list[str], delay: float) -> None:
    global _quiet_until  # noqa: PLW0603 - one brake a process is the point
    if time.monotonic() < _quiet_until:
        return
    try:
        current_app.send_task(task_name, args=args, connection=_connection(), retry=False, countdown=delay or None)
    except (OperationalError, OSError) as error:
        _quiet_until = time.monotonic() + SILENCE_SECONDS
        _connection.cache_clear()
        log.warning("bell_lost task=%s error=%s", task_name, type(error).__name__)


@cache
def _connection() -> Connection:
    options = {**current_app.conf.broker_transport_options, "socket_timeout": 0.7, "socket_connect_timeout": 0.7}
    return Connection(current_app.conf.broker_url, transport_options={**options, "max_retries": 0}, connect_timeout=1)
