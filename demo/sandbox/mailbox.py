"""Catches the demo's mail over real SMTP and keeps the newest 200 messages in memory."""

from __future__ import annotations

from collections import deque
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller

from demo.sandbox.answers import Json
from demo.sandbox.month import JAKARTA

KEPT = 200


class Mailbox:
    """An aiosmtpd handler that only remembers."""

    def __init__(self) -> None:
        self._messages: deque[Json] = deque(maxlen=KEPT)

    @property
    def messages(self) -> list[Json]:
        """Newest first."""
        return list(reversed(self._messages))

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        message = message_from_bytes(envelope.content, _class=EmailMessage, policy=policy.default)
        self._messages.append(
            {
                "at": datetime.now(JAKARTA).isoformat(timespec="seconds"),
                "from": envelope.mail_from,
                "to": list(envelope.rcpt_tos),
                "subject": str(message["subject"] or ""),
                "text": _text(message),
            }
        )
        return "250 OK"

    def forget(self) -> None:
        self._messages.clear()


def _text(message: EmailMessage) -> str:
    part = message.get_body(("plain", "html"))
    try:
        return str(part.get_content()).replace("\r\n", "\n") if part else ""
    except (LookupError, ValueError):
        return ""


def listen(mailbox: Mailbox, *, host: str, port: int) -> Controller:
    """Start catching; raises OSError for a busy port. `stop()` ends it."""
    controller = Controller(mailbox, hostname=host, port=port, server_hostname="sandbox")
    controller.start()
    return controller
