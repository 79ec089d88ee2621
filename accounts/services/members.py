"""Making, changing and switching off a member's account."""

from accounts.models import User


def choose_language(*, member: User, language: str) -> None:
    User.objects.filter(pk=member.pk).update(language=language)
