"""A member's rights over their data: agree and take it back, put right, have put right (UU 27/2022, articles 5 to 13).

Taking the word back ends the processing at once: cards are let go, with all that was fetched for them. A pause would
keep financial data that nobody may use any more.
"""

from collections.abc import Callable, Collection
from contextlib import suppress
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone, translation

from accounts import audit, notices
from accounts.audit import Action, Source
from accounts.consent import CURRENT, NEVER, WITHDRAWN, Purpose, Standing, answer_until
from accounts.models import Card, Consent, Correction, LinkRequest, NoticeChoices, User
from accounts.selectors import VISIBLE
from accounts.services import cards, mail, telling
from accounts.services.linking_outcomes import end
from accounts.services.notices import choices_of

ANSWER_WITHIN: Final = timedelta(days=3)  # articles 30 and 32: 3 x 24 hours
OPEN_CORRECTIONS_AT_MOST: Final = 3
_ASKED_A_NIGHT: Final = 20_000
on_let_go: Final[list[Callable[[User, Source], None]]] = []  # rooms above let their own go with the member's
_DISPUTED: Final = LinkRequest.State.DISPUTED
# Letting go what staff look into would decide the case without them.
WITH_STAFF: Final = (Card.FrozenBecause.DISPUTED, Card.FrozenBecause.REPORTED)


class CannotCorrect(Exception):
    """`code`: proved (the name came with a proved card), too_many, not_open."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


# Consent


def ask_again(*, member: User) -> bool:
    """At login: from now on the days count until an answer to the present notice is needed. False where they count
    already, or the answer came this moment."""
    if member.consent_standing != Standing.ASK or member.consent_asked_on is not None:
        return False
    today, still = timezone.localdate(), User.objects.filter(pk=member.pk, consent_version=member.consent_version)
    if not still.filter(consent_asked_on=None).update(consent_asked_on=today):
        return False
    member.consent_asked_on = today
    return True


def ask_everybody() -> int:
    """Nightly: whoever agreed to an earlier text is told of the new one. From then on their days count too, though they
    may never sign in: what sweeps, mail and SMS do for them rests on their word as well. Returns how many."""
    settled = (*NEVER, CURRENT.version)
    others = User.objects.filter(is_active=True, consent_asked_on=None).exclude(consent_version__in=settled)
    return sum(_ask(member) for member in others.order_by("pk")[:_ASKED_A_NIGHT])


@transaction.atomic
def _ask(member: User) -> bool:
    asked = ask_again(member=member)
    if asked:
        telling.privacy_notice(member, until=answer_until(asked_on=timezone.localdate()))
    return asked


@transaction.atomic
def agree(*, member: User, source: Source, also: Collection[Purpose] | None = None) -> None:
    """To the present notice; each further purpose is answered by itself, yes or no. None: nothing further was asked."""
    member.consent_version, member.consent_asked_on = CURRENT.version, None
    User.objects.filter(pk=member.pk).update(consent_version=CURRENT.version, consent_asked_on=None)
    _answer(member, Purpose.SERVICE, True, source)
    for purpose in Purpose:
        if also is not None and purpose != Purpose.SERVICE:
            _answer(member, purpose, purpose in also, source)


def choose(*, member: User, purpose: Purpose, agreed: bool, source: Source) -> None:
    """An extra purpose; the service itself ends with `withdraw`."""
    with transaction.atomic():
        if has_agreed(member=member, purpose=purpose) != agreed:
            _answer(member, purpose, agreed, source)


@transaction.atomic
def withdraw(*, member: User, source: Source) -> None:
    """Nothing is fetched, kept or shown any more; the account stays, so that the member can read this and come back.

    A card that two people claim, or that was reported, stays frozen, unseen and unfetched, until staff have decided;
    then it goes too. Raises cards.Locked: else a lock would end at once instead of twelve hours after a notice.
    """
    if cards.lock_member(member.pk).locked_at or _held(member).filter(locked_at__isnull=False).exists():
        raise cards.Locked
    for purpose in Purpose:
        if purpose == Purpose.SERVICE or has_agreed(member=member, purpose=purpose):
            _answer(member, purpose, False, source)
    member.consent_version, member.consent_asked_on = WITHDRAWN, None
    User.objects.filter(pk=member.pk).update(consent_version=WITHDRAWN, consent_asked_on=None)
    let_everything_go(member=member, source=source)


def has_agreed(*, member: User, purpose: Purpose) -> bool:
    """To mail it is what the member's choices of notices say, wherever they were made."""
    if purpose == Purpose.NEWS:
        return bool(choices_of(member).mail_kinds)
    newest = Consent.objects.filter(member=member, purpose=purpose).order_by("-at", "-id").first()
    return newest is not None and newest.agreed


def let_everything_go(*, member: User, source: Source) -> None:
    """Requests, offers, cards and what rooms above hold, but for what staff decide. The caller holds the lock."""
    for row in LinkRequest.objects.select_for_update(of=("self",)).open().filter(member=member):
        if row.state != _DISPUTED:
            end(row, LinkRequest.State.CANCELLED, source)
    member.offered_cards.all().delete()
    held = _held(member).select_for_update(of=("self",)).select_related("member")
    for card in held.exclude(frozen_because__in=WITH_STAFF):
        cards.let_go(card=card, source=source)
    for act in on_let_go:
        act(member, source)


def let_go_after_disputes() -> int:
    """Cards that staff's decision held when their holder took the word back."""
    settled = Card.objects.filter(member__consent_version=WITHDRAWN, state__in=VISIBLE)
    settled = settled.exclude(frozen_because__in=WITH_STAFF).select_related("member")
    members = {card.member.pk: card.member for card in settled[:100]}
    for member in members.values():
        with suppress(cards.MemberGone), transaction.atomic():
            cards.lock_member(member.pk)
            let_everything_go(member=member, source=audit.SYSTEM)
    return len(members)


def in_dispute(member: User) -> bool:
    held = _held(member).filter(frozen_because__in=WITH_STAFF)
    return held.exists() or LinkRequest.objects.open().filter(member=member, state=_DISPUTED).exists()


def _held(member: User) -> QuerySet[Card]:
    return Card.objects.filter(member=member, state__in=VISIBLE)


def _answer(member: User, purpose: Purpose, agreed: bool, source: Source) -> None:
    language = (translation.get_language() or member.language)[:2]
    agreed_before = has_agreed(member=member, purpose=purpose)
    Consent.objects.create(
        member=member, purpose=purpose, version=CURRENT.version, language=language, agreed=agreed, door=source.door
    )
    if purpose == Purpose.NEWS and agreed != agreed_before:  # the same answer again leaves a finer choice alone
        kinds = [kind.code for kind in notices.ordinary()] if agreed else []
        NoticeChoices.objects.update_or_create(member=member, defaults={"mail_kinds": kinds})
    if purpose != Purpose.SERVICE and not (agreed or agreed_before):
        return  # left empty: nothing was taken back
    action = Action.CONSENT_GIVEN if agreed else Action.CONSENT_WITHDRAWN
    audit.record(action, source, member=member, purpose=purpose, version=CURRENT.version, language=language)


# Correction


def name_is_own(member: User) -> bool:
    """Until a card is proved, the name is only what the member wrote; afterwards it is the one that was matched."""
    return member.nik_index is None


@transaction.atomic
def correct_name(*, member: User, name: str, source: Source) -> None:
    """Raises CannotCorrect."""
    if not name_is_own(cards.lock_member(member.pk)):
        raise CannotCorrect("proved")
    if User.objects.filter(pk=member.pk).exclude(name=name).update(name=name):
        audit.record(Action.NAME_CORRECTED, source, member=member)


@transaction.atomic
def ask_correction(*, member: User, topic: str, text: str, source: Source) -> Correction:
    """Raises CannotCorrect."""
    cards.lock_member(member.pk)
    if Correction.objects.filter(member=member, ended_at=None).count() >= OPEN_CORRECTIONS_AT_MOST:
        raise CannotCorrect("too_many")
    row = Correction(member=member, topic=topic)
    row.text = text
    row.save()
    audit.record(Action.CORRECTION_ASKED, source, member=member, card=row.public_id, topic=topic)
    return row


def corrections_of(member: User) -> QuerySet[Correction]:
    return Correction.objects.filter(member=member)


@transaction.atomic
def end_correction(*, public_id: UUID, done: bool, answer: str, source: Source) -> Correction:
    """Staff's answer, which the member reads and is mailed about. Raises CannotCorrect."""
    row = Correction.objects.select_for_update(of=("self",)).select_related("member").get(public_id=public_id)
    if row.ended_at is not None:
        raise CannotCorrect("not_open")
    row.state, row.ended_at = Correction.State.DONE if done else Correction.State.DECLINED, timezone.now()
    row.answer = answer
    row.save(update_fields=["state", "ended_at", "answer_sealed"])
    audit.record(Action.CORRECTION_ENDED, source, member=row.member, card=row.public_id, done=done)
    if row.member.email:
        mail.write(template_prefix="privacy/mail/correction", to=row.member.email, language=row.member.language)
    return row
