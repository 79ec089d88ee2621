"""Ending the sessions of a person at once, wherever they are: each must agree with a counter on the account."""

from django.db.models import F

from accounts.models import User


def end_all(*, member: User) -> None:
    """Every session ends at its next request. To keep the present one, take the new counter into it afterwards with
    django.contrib.auth.update_session_auth_hash, which gives it a new key as well."""
    User.objects.filter(pk=member.pk).update(sessions_epoch=F("sessions_epoch") + 1)
    member.refresh_from_db(fields=["sessions_epoch"])
