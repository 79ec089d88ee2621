"""Who is told what, by which channels: one function an event. Called in the transaction of the event itself.

Mail goes at once and cannot be switched off. The upstream offers no call to tell its contact something (contract, 3.5):
there the code itself is the notice.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format

from accounts.models import Card, ContactChange, KnownDevice, LinkRequest, RecoveryRequest, User
from accounts.services import mail, not_me_tokens, notices
from accounts.services.not_me_tokens import Purpose
from accounts.telling_wording import NOTICES

Stop = tuple[Purpose, UUID]


def card_asked_for(row: LinkRequest) -> None:
    """The data matched, and the claimant's page shows it."""
    _tell(row.member, "card_asked_for", stop=(Purpose.REQUEST, row.public_id))


def own_card_asked_for(row: LinkRequest, holder: Card) -> None:
    """The data matched: who holds the card hears it, whatever becomes of the request."""
    lock = settings.PUBLIC_URL + reverse("card_lock", args=[holder.public_id])
    _tell(holder.member, "own_card_asked_for", stop=(Purpose.REQUEST, row.public_id), card=holder, lock_url=lock)


def card_linked(card: Card) -> None:
    _tell(card.member, "card_linked", stop=(Purpose.CARD, card.public_id), card=card)


def card_outranked(lost: Card, won: Card) -> None:
    _tell(lost.member, "card_outranked", stop=(Purpose.CARD, won.public_id), card=lost)


def card_disputed(*members: User) -> None:
    for member in members:
        _tell(member, "card_disputed", stop=(Purpose.ACCOUNT, member.public_id))


def dispute_decided(member: User, *, won: bool) -> None:
    _tell(member, "dispute_won" if won else "dispute_lost")


def card_unlinked(card: Card) -> None:
    _tell(card.member, "card_unlinked", stop=(Purpose.ACCOUNT, card.member.public_id))


def reported(member: User) -> None:
    _tell(member, "reported")


def report_over(card: Card) -> None:
    _tell(card.member, "report_over", card=card)


def locked(member: User, card: Card | None = None) -> None:
    _tell(member, "card_locked" if card else "account_locked", card=card)


def unlock_asked(member: User, until: datetime, card: Card | None = None) -> None:
    _tell(member, "unlock_asked", stop=(Purpose.ACCOUNT, member.public_id), card=card, moment=until)


def unlocked(member: User, card: Card | None = None) -> None:
    _tell(member, "unlocked", stop=(Purpose.ACCOUNT, member.public_id), card=card)


def email_changed(change: ContactChange) -> None:
    _tell(change.member, "email_changed", to=change.old, stop=(Purpose.CONTACT, change.public_id))


def email_reverted(change: ContactChange, *, lost: str) -> None:
    _tell(change.member, "email_reverted")
    _write(change.member, "email_taken_back", lost)


def recovery_proved(row: RecoveryRequest) -> None:
    if row.member:
        _tell(row.member, "recovery_proved", stop=(Purpose.RECOVERY, row.public_id))


def recovery_address(row: RecoveryRequest, *, taken: bool) -> None:
    """To the new address only: it may be anybody's, so nothing of the account stands there."""
    assert row.member
    if taken:
        _write(row.member, "recovery_address_taken", row.new_email)
        return
    token = not_me_tokens.make(Purpose.ADDRESS, row.public_id, about=row.address_mark)
    link = _absolute("recovery_address", token)
    _write(row.member, "recovery_address", row.new_email, link=link)


def recovery_waits(row: RecoveryRequest) -> None:
    assert row.member
    _tell(row.member, "recovery_waits", stop=(Purpose.RECOVERY, row.public_id), moment=row.counts_from)


def recovery_done(row: RecoveryRequest, change: ContactChange | None) -> None:
    """To the address that counts now; the one it replaced may still take the account back."""
    assert row.member
    _tell(row.member, "recovery_done")
    if change and change.old:
        _tell(row.member, "recovery_moved", to=change.old, stop=(Purpose.CONTACT, change.public_id))


def recovery_stopped(row: RecoveryRequest, *, by_staff: bool) -> None:
    if row.member:
        _tell(row.member, "recovery_refused" if by_staff else "recovery_stopped")


def recovery_slowed(member: User) -> None:
    _tell(member, "recovery_slowed")


def recovery_code_used(member: User, *, left: int) -> None:
    _tell(member, "recovery_code_used", stop=(Purpose.ACCOUNT, member.public_id), left=left)


def new_device(member: User, *, device: KnownDevice) -> None:
    _tell(member, "new_device", stop=(Purpose.ACCOUNT, member.public_id), device=device, moment=device.last_used_at)


def privacy_notice(member: User, *, until: date) -> None:
    url = settings.PUBLIC_URL + reverse("privacy_consent")
    _tell(member, "privacy_notice", until=until, consent_url=url)


def _tell(
    member: User, code: str, *, to: str = "", stop: Stop | None = None, card: Card | None = None, **facts: Any
) -> None:
    """Every channel of the member: mail with its link, and the list in the portal."""
    if not member.is_active:
        return
    once = str(uuid4())  # what happens twice is told twice
    if notices.is_mailed_enough(member=member, kind=code, card=card):
        code, stop, once = NOTICES[code].at_last, None, timezone.localdate().isoformat()
    if code and notices.tell(member=member, kind=code, card=card, subject=once, mailed=True):
        _write(member, code, to or member.email or "", stop=stop, **facts)


def _write(member: User, code: str, to: str, *, stop: Stop | None = None, **facts: Any) -> None:
    if not to:
        return
    told = NOTICES[code]
    with translation.override(member.language):
        values = {"password_reset_url": settings.PUBLIC_URL + reverse("account_reset_password"), **_shown(facts)}
        context = {
            "subject": str(told.subject),
            "lines": [str(line) % values for line in told.lines],
            "not_me": str(told.not_me),
            "not_me_url": _absolute("not_me", not_me_tokens.make(*stop)) if stop else "",
        }
    mail.write(template_prefix="mail/told", to=to, language=member.language, context=context)


def _shown(facts: dict[str, Any]) -> dict[str, str]:
    return {name: _worded(value) for name, value in facts.items()}


def _worded(value: Any) -> str:
    if isinstance(value, datetime):
        return date_format(timezone.localtime(value), "j F Y H.i")
    return date_format(value, "j F Y") if isinstance(value, date) else str(value)


def _absolute(name: str, token: str) -> str:
    return f"{settings.PUBLIC_URL}{reverse(name, args=[token])}"
