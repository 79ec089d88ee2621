"""Daily limits on linking, counted from rows in PostgreSQL, so that they hold without Redis. A day is Jakarta's."""

from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.utils import timezone

from accounts.models import Card, CodeEvent, LinkRequest, User

REFUSALS_A_DAY: Final = 5  # per account and NIK
REQUESTS_A_DAY: Final = 20  # per account
CODES_A_DAY: Final = 5  # per KPJ, like the upstream (contract 3.7)
WRONG_CODES_A_DAY: Final = 10  # per KPJ, like the upstream
CODE_PAUSE: Final = timedelta(seconds=60)


class NotNow(Exception):
    """A limit is reached. `code` is a key of accounts.wording.REFUSALS; `until` is when it ends, if time ends it."""

    def __init__(self, code: str, until: datetime | None = None) -> None:
        super().__init__(code)
        self.code, self.until = code, until


def check_new_request(*, member: User, nik_index: bytes) -> None:
    """Raises NotNow."""
    asked = LinkRequest.objects.filter(member=member)
    if asked.filter(created_at__gte=_today()).count() >= REQUESTS_A_DAY:
        raise NotNow("requests_today", tomorrow())
    refused = asked.filter(state=LinkRequest.State.REFUSED, nik_index=nik_index, ended_at__gte=_today())
    if refused.count() >= REFUSALS_A_DAY:
        raise NotNow("refused_today", tomorrow())
    check_room(member=member, pending=asked.open().count())


def check_room(*, member: User, pending: int = 0) -> None:
    """Raises NotNow when one more card would be too many."""
    held = Card.objects.filter(member=member, state__in=(Card.State.ACTIVE, Card.State.FROZEN)).count()
    if held + pending >= settings.CARDS_PER_MEMBER:
        raise NotNow("cards_full")


def check_new_code(*, member: User, kpj_index: bytes) -> None:
    """Raises NotNow. A member's first code of the day is never refused: somebody else may have used up the others."""
    sent = CodeEvent.objects.filter(kind=CodeEvent.Kind.SENT, kpj_index=kpj_index, at__gte=_today())
    if sent.filter(member=member).exists() and sent.count() >= CODES_A_DAY:
        raise NotNow("codes_today", tomorrow())


def check_code_guess(*, kpj_index: bytes) -> None:
    """Raises NotNow."""
    wrong = CodeEvent.objects.filter(kind=CodeEvent.Kind.WRONG, kpj_index=kpj_index, at__gte=_today())
    if wrong.count() >= WRONG_CODES_A_DAY:
        raise NotNow("wrong_codes_today", tomorrow())


def count_code(*, kind: str, member: User, kpj_index: bytes) -> None:
    CodeEvent.objects.create(kind=kind, member=member, kpj_index=kpj_index)


def prune() -> None:
    CodeEvent.objects.filter(at__lt=timezone.now() - timedelta(days=2)).delete()


def tomorrow() -> datetime:
    return _today() + timedelta(days=1)


def _today() -> datetime:
    return timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
