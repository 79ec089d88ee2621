"""The one button of a notice, "Bukan saya": it only ever stops or closes, pressed once or often, without a login.

What it closed, staff or a new proof open again.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.utils import timezone

from accounts import audit, selectors
from accounts.audit import Action, Source
from accounts.models import AuditRow, Card, CardDecision, LinkDecision, LinkRequest, User
from accounts.services import contact_change, locks, recovery, telling
from accounts.services.cards import Because, freeze, lock_member, with_dependants
from accounts.services.linking_outcomes import wait_for_staff
from accounts.services.not_me_tokens import Purpose, Word, read


def purpose_of(token: str) -> str | None:
    """What the button would do; None where it does nothing any more."""
    word = read(token)
    return word.purpose if word and word.purpose in _ACTS and not _is_decided(word) else None


@transaction.atomic
def press(*, token: str, source: Source) -> bool:
    """False where the token is not ours, too old, not for this button, or staff have decided since."""
    word = read(token)
    act = _ACTS.get(word.purpose) if word else None
    if word is None or act is None or _is_decided(word):
        return False
    act(word, source)
    return True


def _is_decided(word: Word) -> bool:
    """Staff looked into the card after this was told: who lost brings a new proof, and does not press again.

    A word tells the second of its making, so one told with the decision itself counts as younger.
    """
    about: dict[Purpose, dict[str, Any]] = {
        Purpose.CARD: {"public_id": word.public_id},
        Purpose.REQUEST: {"link_requests__public_id": word.public_id},
    }
    if word.purpose not in about:
        return False
    cards = Card.objects.filter(reported_at=None, **about[word.purpose])  # one that is reported waits for staff
    since = word.made_at + timedelta(seconds=1)
    opened = CardDecision.objects.filter(card__in=cards, decided_at__gte=since)
    dispute: dict[str, Any] = {"about": LinkRequest.State.DISPUTED, "approves": True, "decided_at__gte": since}
    return opened.exists() or LinkDecision.objects.filter(link_request__card__in=cards, **dispute).exists()


def _close_card(word: Word, source: Source) -> None:
    """With what rests on its proof. A card in a dispute is closed already, and staff are at it."""
    _report(_locked_card(word.public_id), source)


def _report(card: Card | None, source: Source) -> None:
    if card is None or card.reported_at:
        return
    card.reported_at = timezone.now()
    for one in with_dependants(card):
        one.reported_at = card.reported_at if one.pk == card.pk else one.reported_at
        if one.state == Card.State.ACTIVE or one.frozen_because == Because.OWNER:
            freeze(one, Because.REPORTED)
        one.save(update_fields=["reported_at"])
    audit.record(Action.NOT_ME_PRESSED, source, member=card.member, card=card.public_id)
    telling.reported(card.member)


def _locked_card(public_id: UUID) -> Card | None:
    found = Card.objects.filter(public_id=public_id, state__in=selectors.VISIBLE)
    member_id = found.values_list("member_id", flat=True).first()
    if member_id is None:
        return None
    lock_member(member_id)
    return found.select_for_update(of=("self",)).select_related("member").first()


def _stop_request(word: Word, source: Source) -> None:
    public_id = word.public_id
    member_id = LinkRequest.objects.filter(public_id=public_id).values_list("member_id", flat=True).first()
    if member_id is None:
        return
    lock_member(member_id)
    row = LinkRequest.objects.select_for_update(of=("self",)).select_related("member").get(public_id=public_id)
    if row.state == LinkRequest.State.LINKED and row.card:
        _report(_locked_card(row.card.public_id), source)
        return
    if row.ended_at or row.reported_at:
        return
    row.reported_at = timezone.now()
    if row.state in LinkRequest.STAFF_STATES:
        row.save(update_fields=["reported_at"])
    else:
        wait_for_staff(row, source)
    audit.record(Action.NOT_ME_PRESSED, source, member=row.member, card=row.public_id)


def _close_account(word: Word, source: Source) -> None:
    _shut(User.objects.filter(public_id=word.public_id).first(), word, source)


def _take_address_back(word: Word, source: Source) -> None:
    contact_change.revert(public_id=word.public_id, source=source)
    _shut(User.objects.filter(contact_changes__public_id=word.public_id).first(), word, source)


def _stop_recovery(word: Word, source: Source) -> None:
    """All of them, and locked as well: somebody holds the contact that the upstream knows, or talked staff over."""
    row = recovery.stop(public_id=word.public_id, source=source)
    if row and row.member:
        recovery.stop_all(row.member)
    _shut(row.member if row else None, word, source)


def _shut(member: User | None, word: Word, source: Source) -> None:
    """Lock, and end all sessions once a notice: pressed again, it must not undo the owner's new password.

    A passkey added since the notice goes: it would open the account without the password or the mailbox.
    """
    if member is None:
        return
    member = locks.lock_account(member=member, source=source)
    pressed = AuditRow.objects.filter(member=member.public_id, card=None, action=Action.NOT_ME_PRESSED)
    if not pressed.filter(at__gte=word.made_at).exists():
        contact_change.end_sessions(member)
        passkeys = Authenticator.objects.filter(user=member, type=Authenticator.Type.WEBAUTHN)
        passkeys.filter(created_at__gte=word.made_at).delete()
        audit.record(Action.NOT_ME_PRESSED, source, member=member)


_ACTS: Final[dict[Purpose, Callable[[Word, Source], None]]] = {
    Purpose.CARD: _close_card,
    Purpose.REQUEST: _stop_request,
    Purpose.ACCOUNT: _close_account,
    Purpose.CONTACT: _take_address_back,
    Purpose.RECOVERY: _stop_recovery,
}
