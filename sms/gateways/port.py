"""What a gateway does for us: tells who really calls, reads its messages, takes ours, and reports on them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class Received:
    """One message from a phone. `gateway_id` is the same each time the gateway delivers it again."""

    gateway_id: str
    sender: str  # as the gateway wrote it; may be forged, may be a word
    text: str


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class Outgoing:
    reference: str  # ours; comes back in delivery reports
    to: str  # E.164
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """What the gateway says became of a message. Told to staff, relied upon by nobody."""

    reference: str
    status: str  # a value of sms.models.Outbound.Delivery


class NotAuthentic(Exception):
    """The call does not come from the gateway, or is a replay. Answered 403 without detail."""


class Unreadable(Exception):
    """It does come from the gateway and cannot be read. Answered 400: trying again would not help."""


class NotSent(Exception):
    """The gateway did surely not take the message. `code` names why, without its text."""

    def __init__(self, code: str, *, mend: bool = False) -> None:
        super().__init__(code)
        self.code, self.mend = code, mend  # mend: a person must change something, trying soon is no use


class Doubtful(Exception):
    """Nobody knows whether the gateway took it: the answer did not come back."""


def is_private(url: str) -> bool:
    """Whether texts and passwords may travel there: https, or http that stays on this machine."""
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in settings.LOCAL_HOSTS)


class Gateway(Protocol):
    def refuses_to_start(self) -> str:
        """What is wrong with its settings, as a sentence that names the variable; empty when it may start."""

    def receive(self, request: HttpRequest) -> list[Received]:
        """Raises NotAuthentic, Unreadable."""

    def acknowledge(self) -> HttpResponse:
        """What the gateway must read so that it does not deliver again."""

    def read_reports(self, request: HttpRequest) -> list[Report]:
        """Raises NotAuthentic, Unreadable."""

    def send(self, message: Outgoing) -> None:
        """One attempt. Raises NotSent, Doubtful."""
