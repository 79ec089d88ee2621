"""What staff do to a member's account, and who may do it to whom. Each act writes its audit row in its own transaction.

Ending all sessions means voiding the password: Django ties sessions to it, and whoever comes back proves the address.
So a talked-over help desk never opens an account to somebody who only knows the old password.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group, Permission
from django.contrib.postgres.search import SearchQuery, SearchVector
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts import kpj, nik
from accounts.audit import COMMAND, Action, Source, record
from accounts.models import Card, LinkRequest, User, kpj_index, nik_index
from accounts.selectors import VISIBLE
from accounts.services import mail
from accounts.services.members import create_member

STAFF_GROUP = "Petugas anggota"
STAFF_PERMISSIONS = {
    "accounts": (
        "view_user add_user change_user view_card change_card view_linkrequest change_linkrequest view_auditrow "
        "view_recoveryrequest change_recoveryrequest "
        "view_correction change_correction"
    ),
    "balances": "view_balance change_balance view_balancehistory view_fetchattempt",
    "sms": "view_number view_inbound view_outbound",
}
FOUND_AT_MOST = 20


class CannotAct(Exception):
    """The act makes no sense for this person; the text is for staff."""


class Kind(StrEnum):
    """By what a person is looked for."""

    EMAIL = "email"
    NIK = "nik"
    KPJ = "kpj"
    NAME = "name"


@dataclass(frozen=True)
class Found:
    kind: Kind
    members: list[User]


def may_act_on(*, staff: User, member: User) -> bool:
    """Nobody acts on themselves; staff and superusers are for superusers only."""
    return staff.pk != member.pk and (staff.is_superuser or not (member.is_staff or member.is_superuser))


def look_up(*, by: Source, text: str) -> Found:
    """Whoever holds or once asked for this exact KPJ or NIK, has this email, or a name with words that begin so."""
    kind, members = _matches(text.strip())
    found = Found(kind, list(members.order_by("-date_joined", "-id")[:FOUND_AT_MOST]))
    record(Action.MEMBER_LOOKED_UP, by, kind=kind, count=len(found.members))
    return found


@transaction.atomic
def invite(*, by: Source, email: str, name: str, language: str) -> User:
    """An account without a password; its owner sets one with a code sent to the address. Raises CannotAct."""
    email = email.strip().lower()
    if EmailAddress.objects.filter(email=email).exists() or User.objects.filter(email=email).exists():
        raise CannotAct(_("Email ini sudah terdaftar. Cari orangnya lewat Cari anggota."))
    try:
        with transaction.atomic():
            member = create_member(email=email, password=None, name=name, language=language, verified=False)
    except IntegrityError as error:  # somebody signed up this very moment
        raise CannotAct(_("Email ini sudah terdaftar. Cari orangnya lewat Cari anggota.")) from error
    record(Action.MEMBER_INVITED, by, member=member)
    _write_to(member, "invited")
    return member


@transaction.atomic
def edit(*, by: Source, member: User, name: str, language: str) -> None:
    """Name and language; nothing else of a person can be changed by staff."""
    member = _locked(by, member)
    changed = [field for field, new in (("name", name), ("language", language)) if getattr(member, field) != new]
    member.name, member.language = name, language
    member.save(update_fields=["name", "language"])
    record(Action.MEMBER_EDITED, by, member=member, fields=changed)


@transaction.atomic
def deactivate(*, by: Source, member: User, reason: str) -> None:
    member = _locked(by, member)
    member.is_active = False
    _end_sessions(member, also="is_active")
    record(Action.MEMBER_DEACTIVATED, by, member=member, reason=reason)


@transaction.atomic
def activate(*, by: Source, member: User, reason: str) -> None:
    member = _locked(by, member)
    member.is_active = True
    member.save(update_fields=["is_active"])
    record(Action.MEMBER_ACTIVATED, by, member=member, reason=reason)
    _write_to(member, "activated")


@transaction.atomic
def send_reset(*, by: Source, member: User, reason: str) -> None:
    """A mail that names the reset page. No link in it opens anything: the code is asked for there. Raises CannotAct."""
    member = _locked(by, member)
    if not member.email or not member.is_active:
        raise CannotAct(_("Anggota ini tidak punya email atau sedang nonaktif, jadi surat tidak dapat dikirim."))
    record(Action.RESET_SENT_BY_STAFF, by, member=member, reason=reason)
    _write_to(member, "reset")


@transaction.atomic
def make_staff(*, by: Source, member: User, reason: str) -> None:
    member = _locked_for_superuser(by, member)
    if not EmailAddress.objects.filter(user=member, verified=True).exists():
        raise CannotAct(_("Email orang ini belum diverifikasi, jadi belum dapat menjadi petugas."))
    member.is_staff = True
    member.save(update_fields=["is_staff"])
    member.groups.add(Group.objects.get(name=STAFF_GROUP))
    record(Action.STAFF_MADE, by, member=member, reason=reason)


@transaction.atomic
def remove_staff(*, by: Source, member: User, reason: str) -> None:
    member = _locked_for_superuser(by, member)
    member.is_staff = False
    member.save(update_fields=["is_staff"])
    member.groups.clear()
    record(Action.STAFF_REMOVED, by, member=member, reason=reason)


@transaction.atomic
def make_administrator(*, email: str, name: str) -> bool:
    """A superuser with a verified email; returns whether the account is new.

    Somebody may have signed up with the address without owning it, so an unverified account loses its way in.
    """
    email = email.strip().lower()
    member, created = User.objects.get_or_create(email=email, defaults={"name": name, "password": "!"})
    address, _made = EmailAddress.objects.get_or_create(user=member, email=email, defaults={"primary": True})
    if not address.verified:
        forget_authenticators(member)
        _end_sessions(member)
    address.verified = True
    address.save(update_fields=["verified"])
    member.is_active = member.is_staff = member.is_superuser = True
    member.name = name or member.name
    member.save(update_fields=["is_active", "is_staff", "is_superuser", "name"])
    record(Action.ADMINISTRATOR_MADE, COMMAND, member=member, created=created)
    return created


@transaction.atomic
def reset_administrator(*, email: str) -> None:
    """For an administrator whose phone is lost. Raises CannotAct."""
    member = User.objects.filter(email=email.strip().lower(), is_staff=True, is_active=True).first()
    if member is None:
        raise CannotAct("No active staff member has this email.")
    count = forget_authenticators(member)
    _end_sessions(member)
    record(Action.MFA_RESET_BY_STAFF, COMMAND, member=member, count=count)
    _write_to(member, "authenticator")


def ensure_staff_group() -> None:
    """Run after every migrate, so that the group knows what new rooms allow."""
    group, _created = Group.objects.get_or_create(name=STAFF_GROUP)
    for app_label, codenames in STAFF_PERMISSIONS.items():
        group.permissions.add(
            *Permission.objects.filter(content_type__app_label=app_label, codename__in=codenames.split())
        )


def _matches(text: str) -> tuple[Kind, QuerySet[User]]:
    if "@" in text:
        return Kind.EMAIL, User.objects.filter(email=text.lower())
    if digits := _read(nik.normalise, text):
        asked = LinkRequest.objects.filter(nik_index=nik_index(digits)).values("member")
        proven = User.objects.filter(nik_index=nik_index(digits)).values("pk")
        return Kind.NIK, User.objects.filter(pk__in=asked.union(proven, all=True))
    if any(character.isdigit() for character in text) and (number := _read(kpj.normalise, text)):
        index = kpj_index(number)
        asked = LinkRequest.objects.filter(kpj_index=index).values("member")
        held = Card.objects.filter(kpj_index=index, state__in=VISIBLE).values("member")
        return Kind.KPJ, User.objects.filter(pk__in=asked.union(held, all=True))
    return Kind.NAME, _named(re.findall(r"\w+", text))


def _read(normalise: Callable[[str], str], text: str) -> str:
    try:
        return normalise(text)
    except ValueError:
        return ""


def _named(words: Iterable[str]) -> QuerySet[User]:
    query = " & ".join(f"{word}:*" for word in words)
    if not query:
        return User.objects.none()
    vector = SearchVector("name", config="simple")
    return User.objects.annotate(words=vector).filter(words=SearchQuery(query, config="simple", search_type="raw"))


def _locked(by: Source, member: User) -> User:
    fresh = User.objects.select_for_update().get(pk=member.pk)
    if by.actor is None or not may_act_on(staff=by.actor, member=fresh):
        raise PermissionDenied
    return fresh


def _locked_for_superuser(by: Source, member: User) -> User:
    if by.actor is None or not by.actor.is_superuser:
        raise PermissionDenied
    return _locked(by, member)


def _end_sessions(member: User, also: str = "password") -> None:
    member.set_unusable_password()
    member.save(update_fields=["password", also])


def forget_authenticators(member: User) -> int:
    count: int = Authenticator.objects.filter(user=member).delete()[0]
    return count


def _write_to(member: User, letter: str) -> None:
    if member.email:
        mail.write(template_prefix=f"admin/mail/{letter}", to=member.email, language=member.language)
