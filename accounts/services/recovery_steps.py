"""The worker's part of "Lupa akun": whose account it is, a code (J5), its check (J6).

Whatever goes wrong ends where a wrong guess ends: the row waits for a code that never fits.
"""

import logging
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.audit import Action
from accounts.claim import backoff, patiently, unworded
from accounts.models import Card, CodeEvent, RecoveryRequest, User
from accounts.sealing import CannotOpen
from accounts.selectors import VISIBLE
from accounts.services import limits, recovery_limits, telling
from accounts.services.cards import MemberGone, lock_member
from accounts.services.limits import NotNow
from accounts.services.recovery import State, may_recover
from providers.errors import HeldBack, ProviderError, Unavailable
from providers.factory import get_provider
from providers.port import Challenge, ChallengeResult, ContactChannel

log = logging.getLogger("jht.recovery")
_TRIES: Final = 3
Answer = Challenge | ChallengeResult | ProviderError | None


def advance(*, public_id: UUID, token: datetime) -> None:
    """One step. Does nothing where another worker has it."""
    taken = RecoveryRequest.objects.select_related("card", "member").taken_over(public_id, token)
    if taken is None:
        return
    row, mine = taken
    if row.state == State.ASKED and row.card is None:
        row.card = _reserve(row)
    with suppress(MemberGone):
        _write(row, mine, _ask(row))


def _ask(row: RecoveryRequest) -> Answer:
    """None: there is nobody to ask about, or not today."""
    if row.card is None or (row.state == State.CHECKING and not _may_check(row, row.card)):
        return None
    try:
        return patiently(lambda: _call(row, row.card))
    except ProviderError as error:
        log.log(logging.ERROR if error.alarm else logging.INFO, "recovery_step_failed request=%s state=%s error=%s",
                row.public_id, row.state, error.code)  # fmt: skip
        return error
    except (CannotOpen, Exception) as error:
        log.error("recovery_step_failed request=%s state=%s error=%s", row.public_id, row.state, "internal_error",
                  exc_info=unworded(error))  # fmt: skip
        return None


def _call(row: RecoveryRequest, card: Card | None) -> Challenge | ChallengeResult:
    assert card
    provider = get_provider(priority="member")
    if row.state == State.ASKED:
        return provider.send_challenge(
            member_ref=card.member_ref, kpj=card.kpj, channel=ContactChannel.SMS, reference=row.reference
        )
    return provider.verify_challenge(
        member_ref=card.member_ref, challenge_ref=row.challenge_ref, code=row.code, reference=row.reference
    )


@transaction.atomic
def _write(asked: RecoveryRequest, mine: datetime, answer: Answer) -> None:
    if asked.card:
        lock_member(asked.card.member_id)
    still = RecoveryRequest.objects.select_for_update(of=("self",)).select_related("member", "card")
    row = still.filter(pk=asked.pk, fetch_started_at=mine).first()
    if row is None:
        return
    if isinstance(answer, (HeldBack, Unavailable)) and row.failures < _TRIES:
        _again(row, answer)
        return
    if isinstance(answer, Challenge):
        row.card = asked.card
        row.challenge_ref = answer.challenge_ref
    if isinstance(answer, ChallengeResult) and answer.verified and row.card and may_recover(row.card):
        _proved(row, row.card.member)
        return
    row.state, row.code, row.next_fetch_at, row.fetch_started_at = State.CODE, "", None, None
    row.save()
    if isinstance(answer, ChallengeResult) and row.card:
        limits.count_code(kind=CodeEvent.Kind.WRONG, member=row.card.member, kpj_index=bytes(row.kpj_index))


def _again(row: RecoveryRequest, error: ProviderError) -> None:
    wait = error.wait if isinstance(error, HeldBack) else min(backoff(row.failures + 1), timedelta(seconds=60))
    row.failures, row.fetch_started_at, row.next_fetch_at = row.failures + 1, None, timezone.now() + wait
    row.save()


def _proved(row: RecoveryRequest, member: User) -> None:
    row.member, row.state, row.code, row.challenge_ref = member, State.PROVED, "", ""
    row.next_fetch_at = row.fetch_started_at = None
    row.save()
    audit.record(Action.RECOVERY_PROVED, audit.SYSTEM, member=member)
    telling.recovery_proved(row)


@transaction.atomic
def _reserve(row: RecoveryRequest) -> Card | None:
    """The account's card, if the data belong to one and today's count allows it."""
    recovery_limits.tell_owner(row)
    found = Card.objects.filter(kpj_index=row.kpj_index, member__nik_index=row.nik_index, state__in=VISIBLE)
    card = found.select_related("member").first()
    if card is None or not may_recover(card):
        return None
    try:
        recovery_limits.check_right_pair(row, card)
    except NotNow:
        return None
    audit.record(Action.RECOVERY_ASKED, audit.SYSTEM, member=card.member, card=card.public_id)
    RecoveryRequest.objects.filter(pk=row.pk).update(card=card)
    return card


def _may_check(row: RecoveryRequest, card: Card) -> bool:
    return bool(row.challenge_ref) and recovery_limits.may_guess(row, card)
