"""Making, changing and switching off a member's account."""

from allauth.account.models import EmailAddress
from django.db import transaction

from accounts import audit
from accounts.audit import Action, Source
from accounts.models import User


@transaction.atomic
def create_member(*, email: str, password: str | None, name: str = "", language: str = "id", verified: bool) -> User:
    """For those who do not sign up themselves. Raises IntegrityError where the address is taken."""
    user = User.objects.create_user(email, password, name=name, language=language)
    EmailAddress.objects.create(user=user, email=user.email or "", verified=verified, primary=True)
    return user


@transaction.atomic
def choose_language(*, member: User, language: str, source: Source) -> None:
    changed = User.objects.filter(pk=member.pk).exclude(language=language).update(language=language)
    if changed:
        audit.record(Action.LANGUAGE_CHANGED, source, member=member)
