"""Making, changing and switching off a member's account."""

from allauth.account.models import EmailAddress
from django.db import transaction

from accounts.models import User


@transaction.atomic
def create_member(*, email: str, password: str | None, name: str = "", language: str = "id", verified: bool) -> User:
    """For those who do not sign up themselves. Raises IntegrityError where the address is taken."""
    user = User.objects.create_user(email, password, name=name, language=language)
    EmailAddress.objects.create(user=user, email=user.email or "", verified=verified, primary=True)
    return user


def choose_language(*, member: User, language: str) -> None:
    User.objects.filter(pk=member.pk).update(language=language)
