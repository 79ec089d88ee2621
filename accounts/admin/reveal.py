"""Behind a mask only with a reason: the audit row first, then five minutes for this one value in this one session."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from django.contrib import admin
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.functional import Promise

from accounts.admin.forms import RevealForm

SECONDS: Final = 300
_KEPT: Final = "revealed"


@dataclass(frozen=True, kw_only=True)
class Reveal:
    """`what` names the one value; `write(reason, why)` writes the audit row."""

    what: str
    title: str | Promise
    explanation: str | Promise
    button: str | Promise
    write: Callable[[str, str], None]
    danger: bool = False


def ask(request: HttpRequest, *, site: admin.AdminSite, reveal: Reveal, about: str, back: str) -> HttpResponse:
    form = RevealForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        _open(request, reveal, form.cleaned_data["reason"], form.cleaned_data["why"])
        return HttpResponseRedirect(back)
    context = {**site.each_context(request), "title": reveal.title, "act": reveal, "form": form}
    return render(request, "admin/confirm.html", {**context, "about": about, "back": back})


@transaction.atomic
def _open(request: HttpRequest, reveal: Reveal, reason: str, why: str) -> None:
    """Row and permission stand or fall together: the session is in the same database."""
    reveal.write(reason, why)
    request.session[_KEPT] = {**_open_now(request), reveal.what: int(time.time()) + SECONDS}
    request.session.save()


def is_open(request: HttpRequest, what: str) -> bool:
    return what in _open_now(request)


def _open_now(request: HttpRequest) -> dict[str, Any]:
    return {what: until for what, until in request.session.get(_KEPT, {}).items() if until > time.time()}
