"""The account was deleted while a request of its was under way: whoever asked is a visitor from now on."""

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ObjectDoesNotExist
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts.models import User

MAY_MEAN_IT = (ObjectDoesNotExist, DatabaseError)  # a row that is looked for, or pointed at, is gone


def signed_out(request: HttpRequest) -> HttpResponse | None:
    """None where the account is still there, so that the error is another. No audit row: those of the account have
    just lost their addresses."""
    if not isinstance(request.user, User) or User.objects.filter(pk=request.user.pk).exists():
        return None
    request.session.flush()
    request.user = AnonymousUser()
    return redirect("account_login")
