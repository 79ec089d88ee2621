"""My SMS numbers: confirm one, switch one off, see what was asked by SMS; and go on with what was typed on a phone."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import audit, recent
from accounts.kpj import last_four
from accounts.models import User
from accounts.services.limits import NotNow
from accounts.views.cards import TYPED_BEFORE, sentence
from sms import selectors
from sms.models import Number
from sms.services import numbers as verbs
from sms.services import registering


@require_safe
def numbers(request: HttpRequest) -> HttpResponse:
    return render(request, "sms/numbers.html", selectors.page_of(_me(request)))


@require_POST
def confirm(request: HttpRequest, number_id: UUID) -> HttpResponse:
    """A number that is opened from an unlocked phone would outlast the moment it was unlocked."""
    if recent.must_prove(request):
        return recent.ask(request, back=reverse("sms_numbers"))
    source = audit.from_request(request)
    try:
        verbs.activate(member=_me(request), public_id=number_id, proof=Number.Proof.OWNER, source=source)
    except Number.DoesNotExist as nobody:
        raise Http404 from nobody
    except verbs.TakenElsewhere:
        messages.error(
            request, _("Nomor ini masih dipakai akun lain. Kirim BERHENTI dari HP itu dulu, lalu coba lagi.")
        )
    except verbs.AccountLocked:
        messages.error(request, _("Akun ini terkunci. Buka kuncinya dulu, lalu konfirmasi nomor ini."))
    except NotNow as limit:
        messages.error(request, sentence(limit))
    else:
        messages.success(request, _("Nomor ini sekarang bisa menanyakan saldo Anda lewat SMS."))
    return redirect("sms_numbers")


@require_POST
def switch_off(request: HttpRequest, number_id: UUID) -> HttpResponse:
    try:
        verbs.switch_off(member=_me(request), public_id=number_id, source=audit.from_request(request))
    except Number.DoesNotExist as nobody:
        raise Http404 from nobody
    messages.success(request, _("Nomor itu tidak bisa lagi menanyakan saldo Anda."))
    return redirect("sms_numbers")


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def go_on(request: HttpRequest, secret: str) -> HttpResponse:
    """From the mail: shows what goes on; the button begins it, with an account or without one yet."""
    told = registering.told_by(secret=secret)
    if told is None:
        return render(request, "sms/go_on_over.html", status=410)
    if request.method != "POST":
        return render(request, "sms/go_on.html", {"last_four": last_four(told.kpj), "secret": secret})
    if not request.user.is_authenticated:
        get_adapter(request).stash_verified_email(request, told.email)
        return redirect(f"{reverse('account_signup')}?next={request.path}")
    registering.take_over(secret=secret, member=_me(request), source=audit.from_request(request))
    request.session[TYPED_BEFORE] = {
        "kpj": told.kpj,
        "nik": told.nik,
        "name": told.name,
        "birth_date": f"{told.birth_date:%d-%m-%Y}",
    }
    return redirect("card_add")


def _me(request: HttpRequest) -> User:
    return cast(User, request.user)
