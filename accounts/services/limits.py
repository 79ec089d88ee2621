"""Daily limits on linking, counted from rows in PostgreSQL, so that they hold without Redis. A day is Jakarta's."""

import logging
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import connection
from django.utils import timezone

from accounts.models import Card, CodeEvent, LinkRequest, RecoveryRequest, User

log = logging.getLogger("jht.linking")

REFUSALS_A_DAY: Final = 5  # per account and NIK
REQUESTS_A_DAY: Final = 20  # per account
CODES_A_DAY: Final = 5  # per KPJ, like the upstream (contract 3.7)
WRONG_CODES_A_DAY: Final = 10  # per KPJ, like the upstream
CODE_PAUSE: Final = timedelta(seconds=60)
ALARM_FROM: Final = 30  # refusals an hour


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
    refused = asked.filter(nik_index=nik_index).exclude(refusal="").exclude(ended_at__lt=_today())  # told yet or not
    if refused.count() >= REFUSALS_A_DAY:
        raise NotNow("refused_today", tomorrow())
    check_room(member=member, pending=asked.open().count())


def check_room(*, member: User, pending: int = 0) -> None:
    """Raises NotNow when one more card would be too many."""
    held = Card.objects.filter(member=member, state__in=(Card.State.ACTIVE, Card.State.FROZEN)).count()
    if held + pending >= settings.CARDS_PER_MEMBER:
        raise NotNow("cards_full")


def reserve_code(*, member: User, kpj_index: bytes) -> None:
    """Raises NotNow. A member's first code of the day is never refused: somebody else may have used up the others.

    Counted before it is sent and one account after the other, so that many at once are counted too.
    """
    queue_up(kpj_index)
    sent = CodeEvent.objects.filter(kind=CodeEvent.Kind.SENT, kpj_index=kpj_index, at__gte=_today())
    if sent.filter(member=member).exists() and sent.count() >= CODES_A_DAY:
        raise NotNow("codes_today", tomorrow())
    count_code(kind=CodeEvent.Kind.SENT, member=member, kpj_index=kpj_index)


def give_code_back(*, member: User, kpj_index: bytes) -> None:
    """The one reserved last was not sent. Counted, it would make a refused card read otherwise on the sixth time."""
    last = (
        CodeEvent.objects.filter(kind=CodeEvent.Kind.SENT, member=member, kpj_index=kpj_index).order_by("-pk").first()
    )
    if last:
        last.delete()


def check_code_guess(*, kpj_index: bytes, besides: RecoveryRequest | None = None, kept: int = 0) -> None:
    """Raises NotNow. A guess being checked counts as a wrong one until the answer is here; not the one `besides`."""
    queue_up(kpj_index)
    wrong = CodeEvent.objects.filter(kind=CodeEvent.Kind.WRONG, kpj_index=kpj_index, at__gte=_today())
    linking = LinkRequest.objects.filter(kpj_index=kpj_index, state=LinkRequest.State.CHECKING_CODE)
    recovering = RecoveryRequest.objects.filter(kpj_index=kpj_index, state=RecoveryRequest.State.CHECKING)
    recovering = recovering.exclude(card=None).exclude(pk=besides.pk if besides else 0)
    if wrong.count() + linking.count() + recovering.count() >= WRONG_CODES_A_DAY - kept:
        raise NotNow("wrong_codes_today", tomorrow())


def count_code(*, kind: str, member: User, kpj_index: bytes) -> None:
    CodeEvent.objects.create(kind=kind, member=member, kpj_index=kpj_index)


def watch() -> bool:
    """Whether somebody is trying stolen data: most of the last hour's questions did not match. Said once a round."""
    asked = LinkRequest.objects.filter(created_at__gte=timezone.now() - timedelta(hours=1))
    total, refused = asked.count(), asked.filter(refusal__in=("no_match", "mismatch", "not_found")).count()
    alarm = refused >= ALARM_FROM and refused > total / 2
    if alarm:
        people, numbers = asked.values("member").distinct().count(), asked.values("kpj_index").distinct().count()
        log.error("link_refusals_high asked=%s refused=%s accounts=%s cards=%s", total, refused, people, numbers)
    return alarm


def queue_up(kpj_index: bytes) -> None:
    """Whoever asks about the same KPJ waits until this transaction ends. Taken last, so it closes no circle."""
    key = int.from_bytes(kpj_index[:8], "big", signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [key])


def prune() -> None:
    CodeEvent.objects.filter(at__lt=timezone.now() - timedelta(days=2)).delete()


def tomorrow() -> datetime:
    return _today() + timedelta(days=1)


def _today() -> datetime:
    return timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
