"""A new email address counts from 12 hours on, and the old one may take the account back meanwhile and long after.

Until then it links no card, opens no lock and recovers nothing: who took the session, not the mailbox, gains little.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.audit import Action, Source
from accounts.models import ContactChange, KnownDevice, User
from accounts.services import telling
from accounts.services.cards import lock_cards, lock_member
from accounts.services.limits import NotNow
from accounts.services.not_me_tokens import LASTS

COUNTS_AFTER: Final = timedelta(hours=12)
# Called with the member in the transaction that ends their sessions; other apps close the doors that they keep.
on_sessions_ended: list[Callable[[User], None]] = []


def cool_from(member: User) -> datetime | None:
    """When the account's address begins to count; None: it does already."""
    newest = ContactChange.objects.filter(member=member, counts_from__gt=timezone.now(), reverted_at__isnull=True)
    return newest.order_by("-counts_from").values_list("counts_from", flat=True).first()


def check_cool(member: User) -> None:
    """Raises NotNow while the address is too new."""
    until = cool_from(member)
    if until:
        raise NotNow("contact_new", until)


@transaction.atomic
def begin(*, member: User, old: str, new: str) -> ContactChange:
    """The address was replaced; the old one is told, with the way back."""
    change = _keep(member, old, new, counts_from=timezone.now() + COUNTS_AFTER)
    telling.email_changed(change)
    return change


@transaction.atomic
def replace(*, member: User, new: str) -> ContactChange | None:
    """By a recovery that has waited: the account signs in with another address, and counts at once.

    Raises IntegrityError where the address has come to belong to somebody else.
    """
    old = member.email or ""
    change = _keep(member, old, new, counts_from=timezone.now()) if old else None
    _sign_in_with(member, new)
    return change


@transaction.atomic
def revert(*, public_id: UUID, source: Source) -> bool:
    """The old address takes the account back. What was set up since the change goes; nobody stays signed in.

    False where there is nothing to take back, or the address has come to belong to another account.
    """
    change = ContactChange.objects.select_related("member").filter(public_id=public_id).first()
    if change is None:
        return False
    member = lock_member(change.member_id)
    lock_cards(member)  # before the address changes: see there
    change = ContactChange.objects.select_for_update(of=("self",)).select_related("member").get(pk=change.pk)
    if change.reverted_at or not change.old or _taken(change.old, member):
        return False
    lost, change.member = member.email or "", member
    change.reverted_at = timezone.now()
    change.save(update_fields=["reverted_at"])
    later = ContactChange.objects.filter(member=member, changed_at__gte=change.changed_at, reverted_at=None)
    later.update(reverted_at=change.reverted_at)  # the addresses they replaced were the thief's own
    Authenticator.objects.filter(user=member, created_at__gte=change.changed_at).delete()
    _sign_in_with(member, change.old)
    end_sessions(member)
    audit.record(Action.EMAIL_CHANGE_REVERTED, source, member=member)
    telling.email_reverted(change, lost=lost)
    return True


def end_sessions(member: User) -> None:
    """Django ties sessions to the password: with it they all end, and whoever comes back proves the address. No
    device is known any more, so that each who comes back is told about."""
    member.set_unusable_password()
    member.save(update_fields=["password"])
    KnownDevice.objects.filter(member=member).delete()
    for close in on_sessions_ended:
        close(member)


def prune() -> None:
    """The addresses go with the link that could use them."""
    old = ContactChange.objects.filter(changed_at__lt=timezone.now() - LASTS).exclude(old_sealed="", new_sealed="")
    old.update(old_sealed="", new_sealed="")


def _keep(member: User, old: str, new: str, *, counts_from: datetime) -> ContactChange:
    change = ContactChange(member=member, counts_from=counts_from)
    change.old, change.new = old, new
    change.save()
    return change


def _sign_in_with(member: User, email: str) -> None:
    EmailAddress.objects.filter(user=member).delete()
    EmailAddress.objects.create(user=member, email=email, verified=True, primary=True)
    member.email = email
    member.save(update_fields=["email"])


def _taken(email: str, member: User) -> bool:
    others = User.objects.filter(email=email).exclude(pk=member.pk)
    return others.exists() or EmailAddress.objects.filter(email=email).exclude(user=member).exists()
