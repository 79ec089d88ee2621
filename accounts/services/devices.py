"""Which browsers a member has signed in from; a new one is told to the member."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts import devices
from accounts.audit import Source
from accounts.models import KnownDevice, User
from accounts.services import telling

KEPT_FOR: Final = timedelta(seconds=devices.KEPT_FOR)
MOST_A_MEMBER: Final = 30


def is_known(*, email: str, secret: str) -> bool:
    """One query whoever is asked about, an account that does not exist included."""
    fresh = KnownDevice.objects.filter(last_used_at__gt=timezone.now() - KEPT_FOR)
    return bool(secret) and fresh.filter(member__email=email.lower(), mark=devices.mark(secret)).exists()


def knows(*, member: User, mark: bytes) -> bool:
    """Whether this member has signed in from the device lately."""
    fresh = KnownDevice.objects.filter(last_used_at__gt=timezone.now() - KEPT_FOR)
    return bool(mark) and fresh.filter(member=member, mark=mark).exists()


@transaction.atomic
def remember(*, member: User, secret: str, source: Source, tell: bool = True) -> KnownDevice:
    """The device this member has just signed in from. Where it is new the member is told, unless `tell` is off."""
    browser, system = devices.browser_and_system(source.agent)
    now = timezone.now()
    values = {"browser": browser, "system": system, "last_used_at": now}
    known = KnownDevice.objects.filter(member=member, mark=devices.mark(secret)).first()
    stale = known is None or known.last_used_at <= now - KEPT_FOR
    device = KnownDevice.objects.update_or_create(member=member, mark=devices.mark(secret), defaults=values)[0]
    if stale:
        _keep_the_newest(member)
        if tell:
            tell_new_device(member=member, device=device)
    return device


def tell_new_device(*, member: User, device: KnownDevice) -> None:
    """Device and moment; no place, which an address only lets one guess."""
    telling.new_device(member, device=device)


def forget(*, member: User, public_id: UUID) -> bool:
    """The device is a stranger from now on. False where it is not this member's."""
    return bool(KnownDevice.objects.filter(member=member, public_id=public_id).delete()[0])


def forget_others(*, member: User, secret: str) -> None:
    """After a new password: whoever had the old one is a stranger again."""
    KnownDevice.objects.filter(member=member).exclude(mark=devices.mark(secret)).delete()


def _keep_the_newest(member: User) -> None:
    old = KnownDevice.objects.filter(member=member).order_by("-last_used_at").values_list("pk", flat=True)
    KnownDevice.objects.filter(pk__in=list(old[MOST_A_MEMBER:])).delete()
