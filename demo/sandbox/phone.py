"""Phones as pages: what is typed goes to the portal's console gateway, what the portal sends is kept to be read.

The newest 500 texts are in memory. No text leaves this machine.
"""

from __future__ import annotations

import http.client
import json
import re
import uuid
from collections import deque
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from demo.sandbox.answers import Json
from demo.sandbox.month import JAKARTA

KEPT: Final = 500
INBOUND_PATH: Final = "/sms/masuk/console/"
_NUMBER: Final = re.compile(r"\+[0-9]{7,15}")
_LONGEST: Final = 480


class NotTaken(Exception):
    """The text did not reach the portal; the message is for the person who typed it."""


class Phones:
    """`portal_url` None: nobody to write to."""

    def __init__(self, portal_url: str | None) -> None:
        self._portal = portal_url
        self._texts: deque[Json] = deque(maxlen=KEPT)

    def type(self, number: str, text: str) -> None:
        """As a phone sends it. Raises NotTaken; such a text is not kept."""
        text = text.strip()[:_LONGEST]
        if not text:
            raise NotTaken("an SMS needs a text")
        typed = self._keep(number, "phone", text)  # first: the answer may come before the call is over
        try:
            self._hand_over({"id": uuid.uuid4().hex, "from": number, "text": text})
        except NotTaken:
            self._texts.remove(typed)
            raise

    def receive(self, number: str, text: str) -> None:
        """From the portal, to that phone."""
        self._keep(number, "portal", text)

    def texts(self, number: str = "") -> list[Json]:
        """Newest first; of one phone or of all."""
        return [one for one in reversed(list(self._texts)) if number in ("", one["number"])]

    def forget(self) -> None:
        self._texts.clear()

    def _keep(self, number: str, by: str, text: str) -> Json:
        at = datetime.now(JAKARTA).isoformat(timespec="milliseconds")
        row = {"at": at, "number": number, "by": by, "text": text}
        self._texts.append(row)
        return row

    def _hand_over(self, message: Json) -> None:
        if not self._portal:
            raise NotTaken("the sandbox was started without --portal-url, so there is nobody to write to")
        parts = urlsplit(self._portal)
        connection = http.client.HTTPConnection("127.0.0.1", parts.port or 80, timeout=10)
        headers = {"Host": parts.netloc, "Content-Type": "application/json"}
        try:
            connection.request("POST", INBOUND_PATH, json.dumps({"messages": [message]}), headers)
            status = connection.getresponse().status
        except (OSError, http.client.HTTPException):
            raise NotTaken("the portal does not answer") from None
        finally:
            connection.close()
        if status != http.HTTPStatus.OK:
            raise NotTaken(f"the portal does not take it ({status}); does it run with SMS_GATEWAY=console?")


def e164(typed: str) -> str:
    """The number as a network tells it: 0812..., 62812... and +62 812-... are one phone. Raises NotTaken."""
    digits = re.sub(r"[\s().-]", "", typed)
    number = f"+62{digits[1:]}" if digits.startswith("0") else digits if digits.startswith("+") else f"+{digits}"
    if not _NUMBER.fullmatch(number):
        raise NotTaken("a phone number, please, such as 0820-0011-0567")
    return number
