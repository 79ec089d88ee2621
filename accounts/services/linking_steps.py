"""The worker's part of linking: one call to the upstream by the request's state, then one short transaction.

Bell and crash are the same case: the token is traded for an own one, the upstream is asked with no transaction open,
and the outcome is written only while the token is still ours. J5 and J6 keep their reference, so a lost answer costs
nothing.
"""

import logging
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.audit import Action
from accounts.claim import INTERNAL_ERROR, backoff, patiently, unworded
from accounts.models import Card, CodeEvent, LinkRequest
from accounts.sealing import CannotOpen
from accounts.selectors import cards_in_use
from accounts.services import limits, offers, telling
from accounts.services.cards import MemberGone, holder_of, let_go_lately, lock_member
from accounts.services.limits import NotNow
from accounts.services.linking_outcomes import (
    State,
    end,
    is_other_person,
    ring_for,
    settle,
    start_step,
    wait,
    wait_for_code,
    wait_for_staff,
)
from providers import errors
from providers.errors import ProviderError, Retry
from providers.factory import get_provider
from providers.port import CardRecord, Challenge, ChallengeResult, ContactChannel, MatchType, MemberMatch, Provider

log = logging.getLogger("jht.linking")
Answer = Any  # what the step's own operation returns, or the ProviderError it raised
_LIST_TRIES: Final = 5
_DAILY: Final = timedelta(minutes=15)  # a longer wait than this from the upstream is its daily count


def advance_link(*, public_id: UUID, token: datetime) -> None:
    """One step of one request. Does nothing where another worker has it, or the member ended it meanwhile."""
    taken = LinkRequest.objects.select_related("member", "card").taken_over(public_id, token)
    if taken is None:
        return
    row, mine = taken
    answer = _ask(row)
    try:
        _write(row, mine, answer)
    except MemberGone:
        return
    except Exception as error:  # must not be rung for again at the end of every lease
        _write(row, mine, _our_fault(row, error))


@transaction.atomic
def _write(row: LinkRequest, mine: datetime, answer: Answer) -> None:
    lock_member(row.member_id)
    still = LinkRequest.objects.select_for_update(of=("self",)).select_related("member", "card")
    now = still.filter(pk=row.pk, fetch_started_at=mine).first()
    if now:
        _apply(now, answer)


class _OurFault:
    """A bug of ours. Told like an upstream that cannot answer."""


def _our_fault(row: LinkRequest, error: Exception) -> _OurFault:
    told = (row.public_id, row.state, INTERNAL_ERROR)
    log.error("link_step_failed request=%s state=%s error=%s", *told, exc_info=unworded(error))
    return _OurFault()


class _Decided:
    """It is refused already, and its member is not told yet. Nobody is asked again."""


def _ask(row: LinkRequest) -> Answer:
    if row.refusal:
        return _Decided()
    ask, _ = _STEPS[row.state]
    try:
        return patiently(lambda: ask(row, get_provider(priority="member")))
    except CannotOpen:
        log.error("link_step_failed request=%s state=%s error=cannot_open", row.public_id, row.state)
        return errors.InvalidRequest("a sealed value does not open")
    except ProviderError as error:
        log.log(
            logging.ERROR if error.alarm else logging.INFO,
            "link_step_failed request=%s state=%s error=%s reference=%s",
            row.public_id, row.state, error.code, error.reference_no,
        )  # fmt: skip
        return error
    except Exception as error:
        return _our_fault(row, error)


def _apply(row: LinkRequest, answer: Answer) -> None:
    _, done = _STEPS[row.state]
    if isinstance(answer, _Decided):
        _refuse_in_time(row, refusal=row.refusal)
    elif isinstance(answer, _OurFault):
        _again(row, INTERNAL_ERROR, backoff(row.failures + 1))
    elif not isinstance(answer, ProviderError):
        done(row, answer)
    elif not _means_something(row, answer):
        _later(row, answer)


def _later(row: LinkRequest, error: ProviderError) -> None:
    """Again by the row's own schedule; what only a repair can mend is asked seldom."""
    if isinstance(error, errors.HeldBack):
        _again(row, error.code, error.wait, failed=False)
    elif error.retry is Retry.NEVER:
        _again(row, error.code, timedelta(seconds=settings.BACKOFF_CAP_SECONDS))
    else:
        told, own = error.retry_after or timedelta(0), backoff(row.failures + 1)
        soon = told < timedelta(seconds=settings.BACKOFF_FIRST_SECONDS)  # "0 seconds" must not become hammering
        _again(row, error.code, max(told, own) if soon else told)


def _again(row: LinkRequest, code: str, pause: timedelta, *, failed: bool = True) -> None:
    row.failures += failed
    row.last_error, row.fetch_started_at = code, None
    row.next_fetch_at = timezone.now() + pause
    if row.state == State.LINKED and row.failures >= _LIST_TRIES:
        row.next_fetch_at = None
    row.save()


# J1: do the four data belong together?


class _OtherPerson:
    """The account is proved to be somebody else's. Not asked upstream, told like any other refusal."""


def _ask_match(row: LinkRequest, provider: Provider) -> MemberMatch | _OtherPerson:
    if is_other_person(row):
        return _OtherPerson()
    return provider.verify_member(
        nik=row.nik,
        name=row.name,
        birth_date=date.fromisoformat(row.birth_date_iso),
        kpj=row.kpj,
        phone=row.phone or None,
    )


def _matched(row: LinkRequest, answer: MemberMatch | _OtherPerson) -> None:
    if isinstance(answer, _OtherPerson):
        _refuse_in_time(row, refusal="other_person")
    elif answer.match_type not in (MatchType.DEFN, MatchType.POSS) or not answer.member_ref:
        _refuse_in_time(row, refusal="no_match")
    elif row.phone_sealed:
        _matched_by_phone(row, answer)
    else:
        row.match_type, row.member_ref = answer.match_type.value, answer.member_ref
        holder = holder_of(bytes(row.kpj_index))
        if holder and holder.member_id != row.member_id:
            telling.own_card_asked_for(row, holder)
        _send_first_code(row)


def _matched_by_phone(row: LinkRequest, answer: MemberMatch) -> None:
    """The number on record and a sure match link a card that nobody holds; anything less needs the portal."""
    sure = answer.match_type is MatchType.DEFN and answer.phone_matches is True
    if not sure or answer.member_ref is None:
        end(row, State.REFUSED, audit.SYSTEM, refusal="phone_not_on_record")
    elif holder_of(bytes(row.kpj_index)) or let_go_lately(row):
        end(row, State.REFUSED, audit.SYSTEM, refusal="held_elsewhere")
    else:
        row.match_type, row.member_ref = answer.match_type.value, answer.member_ref
        settle(row, audit.SYSTEM, proof=Card.Proof.PHONE)


def _send_first_code(row: LinkRequest) -> None:
    try:
        limits.reserve_code(member=row.member, kpj_index=bytes(row.kpj_index))
    except NotNow as limit:
        _tell_match(row)
        row.code_after = limit.until
        wait_for_code(row, note=limit.code)
        return
    start_step(row, State.SENDING_CODE)


def _tell_match(row: LinkRequest) -> None:
    """With the page that shows it, not before: a card that no code is sent for reads like data that do not match."""
    if not row.code_channel:
        telling.card_asked_for(row)


# J5: a code to the contact the upstream holds


def _ask_code(row: LinkRequest, provider: Provider) -> Challenge:
    channel = ContactChannel(row.code_channel or ContactChannel.SMS)
    return provider.send_challenge(member_ref=row.member_ref, kpj=row.kpj, channel=channel, reference=row.reference)


def _code_sent(row: LinkRequest, answer: Challenge) -> None:
    _tell_match(row)
    now = timezone.now()
    row.challenge_ref, row.code_destination = answer.challenge_ref, answer.masked_destination[:60]
    if answer.channel is not ContactChannel.UNKNOWN:
        row.code_channel = answer.channel.value
    row.code_channel = row.code_channel or ContactChannel.SMS.value  # what to ask for next time
    row.code_channels = ",".join(one.value for one in answer.channels if one is not ContactChannel.UNKNOWN)[:20]
    row.code_expires_at, row.code_after, row.attempts_left = now + answer.expires_in, now + limits.CODE_PAUSE, None
    wait_for_code(row, note="", keep_challenge=True)
    audit.record(Action.LINK_CODE_SENT, audit.SYSTEM, member=row.member, card=row.public_id)


# J6: is it the code?


def _ask_check(row: LinkRequest, provider: Provider) -> ChallengeResult:
    return provider.verify_challenge(
        member_ref=row.member_ref, challenge_ref=row.challenge_ref, code=row.code, reference=row.reference
    )


def _checked(row: LinkRequest, answer: ChallengeResult) -> None:
    if answer.verified:
        settle(row, audit.SYSTEM, proof=Card.Proof.POSSESSION, card_ref=answer.card_ref or "")
        return
    row.attempts_left = answer.attempts_left
    used_up = answer.attempts_left == 0
    wait_for_code(row, note="attempts_used" if used_up else "wrong_code", keep_challenge=not used_up)
    limits.count_code(kind=CodeEvent.Kind.WRONG, member=row.member, kpj_index=bytes(row.kpj_index))
    audit.record(Action.LINK_CODE_WRONG, audit.SYSTEM, member=row.member, card=row.public_id)


# J2: which other cards has this person?


def _ask_list(row: LinkRequest, provider: Provider) -> tuple[CardRecord, ...]:
    if row.card is None or not _may_list(row):
        return ()
    return provider.list_cards(member_ref=row.card.member_ref)


def _listed(row: LinkRequest, answer: tuple[CardRecord, ...]) -> None:
    if row.card and answer and _may_list(row):
        # What staff approved proves one card, not a person.
        offers.remember_list(card=row.card, records=answer, offer=row.card.proof == Card.Proof.POSSESSION)
    wait(row, State.LINKED)


def _may_list(row: LinkRequest) -> bool:
    return row.card is not None and cards_in_use().filter(pk=row.card.pk).exists()


# Errors that are an answer


def _means_something(row: LinkRequest, error: ProviderError) -> bool:
    act = _MEANINGS.get((row.state, type(error)))
    if act:
        act(row, error)
    return act is not None


def _refuse(row: LinkRequest, error: ProviderError) -> None:
    if row.state == State.SENDING_CODE:  # none was sent
        limits.give_code_back(member=row.member, kpj_index=bytes(row.kpj_index))
    _refuse_in_time(row, refusal=error.code)


def _refuse_in_time(row: LinkRequest, *, refusal: str) -> None:
    """Until the first code is out, told a fixed time after asking: a blocked card costs one call more than wrong data,
    and whoever tries stolen data must not see by the time that they were right. A text by SMS has no page to watch."""
    told_at = row.created_at + timedelta(seconds=settings.LINK_REFUSED_AFTER_SECONDS)
    rest, is_watched = told_at - timezone.now(), not (row.code_channel or row.phone_sealed)
    if rest <= timedelta(0) or not is_watched:
        end(row, State.REFUSED, audit.SYSTEM, refusal=refusal)
        return
    row.refusal, row.failures, row.last_error = refusal, 0, ""
    row.fetch_started_at, row.next_fetch_at = None, timezone.now()
    row.save()
    ring_for(row, delay=rest.total_seconds())


def _ask_staff(row: LinkRequest, error: ProviderError) -> None:
    _tell_match(row)
    wait_for_staff(row, audit.SYSTEM)


def _code_over(row: LinkRequest, error: ProviderError) -> None:
    wait_for_code(row, note=error.code)


def _daily_count(row: LinkRequest, error: ProviderError) -> None:
    """The upstream's own daily count: no use in trying by ourselves, the member is not waiting at night."""
    if not error.retry_after or error.retry_after < _DAILY:
        _later(row, error)
        return
    if row.state == State.SENDING_CODE:
        _tell_match(row)
    row.code_after = timezone.now() + error.retry_after
    wait_for_code(row, note="codes_today" if row.state == State.SENDING_CODE else "wrong_codes_today")


def _match_again(row: LinkRequest, error: ProviderError) -> None:
    """The upstream forgot its handle of the person; what they typed is still here. Right after J1 it is a fault."""
    if not row.code_channel:
        _later(row, error)
        return
    row.code_channel = row.challenge_ref = row.code_sealed = ""
    start_step(row, State.MATCHING)


def _stop_listing(row: LinkRequest, error: ProviderError) -> None:
    wait(row, State.LINKED)


_MEANINGS: Final[dict[tuple[str, type[ProviderError]], Callable[[LinkRequest, ProviderError], None]]] = {
    **{
        (state, error): _refuse
        for state in (State.MATCHING, State.SENDING_CODE, State.CHECKING_CODE)
        for error in (errors.NotFound, errors.Mismatch, errors.Blocked, errors.Merged)
    },
    (State.SENDING_CODE, errors.NoContact): _ask_staff,
    (State.SENDING_CODE, errors.RateLimited): _daily_count,
    (State.SENDING_CODE, errors.LinkExpired): _match_again,
    (State.CHECKING_CODE, errors.CodeExpired): _code_over,
    (State.CHECKING_CODE, errors.CodeBlocked): _code_over,
    (State.CHECKING_CODE, errors.RateLimited): _daily_count,
    (State.CHECKING_CODE, errors.LinkExpired): _match_again,
    (State.LINKED, errors.LinkExpired): _stop_listing,
    (State.LINKED, errors.NotFound): _stop_listing,
}

_STEPS: Final[dict[str, tuple[Callable[[LinkRequest, Provider], Answer], Callable[[LinkRequest, Answer], None]]]] = {
    State.MATCHING: (_ask_match, _matched),
    State.SENDING_CODE: (_ask_code, _code_sent),
    State.CHECKING_CODE: (_ask_check, _checked),
    State.LINKED: (_ask_list, _listed),
}
