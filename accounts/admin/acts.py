"""One confirm page for every act on a row: GET says what will happen, POST does it and says what happened."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from accounts.admin.forms import NoReasonForm, ReasonForm
from accounts.services.staff import CannotAct


@dataclass(frozen=True, kw_only=True)
class Act:
    """`do(row, reason)` does it and returns what to tell the staff member."""

    title: str | Promise
    explanation: str | Promise
    button: str | Promise
    do: Callable[[Any, str], str | Promise]
    asks_reason: bool = True
    danger: bool = False


def confirm(request: HttpRequest, *, site: admin.AdminSite, act: Act, row: Any, about: str, back: str) -> HttpResponse:
    form = (ReasonForm if act.asks_reason else NoReasonForm)(request.POST if request.method == "POST" else None)
    if form.is_valid():
        _perform(request, act, row, form.cleaned_data.get("reason", ""))
        return HttpResponseRedirect(back)
    context = {**site.each_context(request), "title": act.title, "act": act, "form": form, "about": about, "back": back}
    return render(request, "admin/confirm.html", context)


def _perform(request: HttpRequest, act: Act, row: Any, reason: str) -> None:
    try:
        messages.success(request, str(act.do(row, reason)))
    except CannotAct as refusal:
        messages.error(request, _("Tidak dilakukan: %(why)s") % {"why": refusal})
