"""How often "Lupa akun" may be asked in a Jakarta day, so that nobody uses up the owner's way back (ADR 32).

Wrong pairs and right ones count apart. Strangers share their counts; a device that the account knows has its own.
Only a worker counts: the page answers alike, whatever it comes to.
"""

from typing import Final

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import Card, CodeEvent, RecoveryRequest, User
from accounts.selectors import VISIBLE
from accounts.services import devices, limits, telling
from accounts.services.limits import NotNow

WRONG_PAIRS_A_DAY: Final = 5  # per KPJ, and per NIK; and for each device that an account knows
STRANGERS_CODES_A_DAY: Final = 3  # per card
KNOWN_CODES_A_DAY: Final = 2  # per card, for all devices that its account knows
TOLD_AT: Final = 3  # asks a day with a KPJ
GUESSES_KEPT: Final = 3  # of a KPJ's wrong codes a day, for a device that the account knows


def check_right_pair(row: RecoveryRequest, card: Card) -> None:
    """Counts a code for it. Raises NotNow. Whoever asks about the same KPJ waits until this transaction ends."""
    index, known = bytes(row.kpj_index), _is_known(row, card.member)
    limits.queue_up(index)
    sent = [one for one in _today(row).filter(card=card) if _is_known(one, card.member) == known]
    if _guessed(row, known=known) or len(sent) >= (KNOWN_CODES_A_DAY if known else STRANGERS_CODES_A_DAY):
        raise NotNow("codes_today", limits.tomorrow())
    if known:
        limits.count_code(kind=CodeEvent.Kind.SENT, member=card.member, kpj_index=index)
        return
    limits.reserve_code(member=card.member, kpj_index=index)


def tell_owner(row: RecoveryRequest) -> None:
    """With the third ask of a day with their KPJ, whatever it comes to. A mail that depended on the pair, or one about
    a NIK, would tell a thief with the mailbox that the NIK was right."""
    if _today(row).filter(pk__lt=row.pk, kpj_index=row.kpj_index)[:TOLD_AT].count() + 1 == TOLD_AT:
        owners = Card.objects.filter(state__in=VISIBLE, kpj_index=row.kpj_index).values("member")
        for member in User.objects.filter(pk__in=owners):
            telling.recovery_slowed(member)


@transaction.atomic
def may_guess(row: RecoveryRequest, card: Card) -> bool:
    """Whether this code may still be checked today. Some wrong ones are kept for a device that the account knows."""
    kept = 0 if _is_known(row, card.member) else GUESSES_KEPT
    try:
        limits.check_code_guess(kpj_index=bytes(row.kpj_index), kept=kept, besides=row)
    except NotNow:
        return False
    return True


def _is_known(row: RecoveryRequest, member: User) -> bool:
    return devices.knows(member=member, mark=bytes(row.device))


def _today(row: RecoveryRequest) -> QuerySet[RecoveryRequest]:
    """Of the day it was asked on: who asks at midnight has not two days' tries by the time a worker comes."""
    midnight = timezone.localtime(row.created_at).replace(hour=0, minute=0, second=0, microsecond=0)
    return RecoveryRequest.objects.filter(created_at__gte=midnight, kind=row.kind)


def _wrong(row: RecoveryRequest, **number: object) -> QuerySet[RecoveryRequest]:
    """In the order of asking, so it does not matter which worker comes first; one not looked at yet counts. No more are
    read than matter, however many there are."""
    return _today(row).filter(pk__lt=row.pk, card=None, **number)[:WRONG_PAIRS_A_DAY]


def _guessed(row: RecoveryRequest, *, known: bool) -> bool:
    counts = [{"device": row.device}] if known else [{"kpj_index": row.kpj_index}, {"nik_index": row.nik_index}]
    return any(_wrong(row, **one).count() >= WRONG_PAIRS_A_DAY for one in counts)
