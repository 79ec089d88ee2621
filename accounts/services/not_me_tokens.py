"""The signed word in a mail's link: what it may do, to which row, for thirty days. It opens nothing (ADR 24)."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from django.core import signing
from django.utils import timezone

LASTS: Final = timedelta(days=30)
_SALT: Final = "accounts.not_me"


class Purpose(StrEnum):
    """All but the last only stop or freeze; ADDRESS says that a new address was reached, and has a page of its own."""

    CARD = "card"
    REQUEST = "request"
    ACCOUNT = "account"
    CONTACT = "contact"
    RECOVERY = "recovery"
    ADDRESS = "address"


@dataclass(frozen=True)
class Word:
    purpose: Purpose
    public_id: UUID
    made_at: datetime
    about: str = ""  # what else it is bound to


def make(purpose: Purpose, public_id: UUID, *, about: str = "") -> str:
    return signing.dumps(f"{purpose}:{public_id.hex}:{int(timezone.now().timestamp())}:{about}", salt=_SALT)


def read(token: str) -> Word | None:
    """None for anything that we did not sign, or signed too long ago."""
    try:
        purpose, public_id, made_at, about = str(signing.loads(token, salt=_SALT, max_age=LASTS)).split(":")
        return Word(Purpose(purpose), UUID(hex=public_id), datetime.fromtimestamp(int(made_at), UTC), about)
    except (signing.BadSignature, ValueError):
        return None
