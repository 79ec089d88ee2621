"""A member's own locks: on one card, on the whole account, and opening them again."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import audit, selectors, wording
from accounts.models import Card
from accounts.recent import recent_proof
from accounts.services import contact_change, locks
from accounts.services.limits import NotNow
from accounts.views.cards import me, sentence


@require_http_methods(["GET", "HEAD", "POST"])
def card_lock(request: HttpRequest, public_id: UUID) -> HttpResponse:
    card = get_object_or_404(selectors.cards_visible_to(request.user), public_id=public_id)
    if request.method != "POST":
        return render(request, "cards/lock.html", {"card": card})
    try:
        locks.lock_card(member=me(request), public_id=public_id, source=audit.from_request(request))
    except Card.DoesNotExist as gone:  # let go a moment before
        raise Http404 from gone
    messages.success(request, _("Kartu sudah dikunci."))
    return redirect("card_list")


@recent_proof
@require_http_methods(["GET", "HEAD", "POST"])
def card_open(request: HttpRequest, public_id: UUID) -> HttpResponse:
    card = get_object_or_404(selectors.cards_visible_to(request.user), public_id=public_id)
    if request.method != "POST":
        return render(request, "cards/open.html", {"card": card})
    return _told(request, "card_list", lambda: locks.open_card(
        member=me(request), public_id=public_id, source=audit.from_request(request)
    ))  # fmt: skip


@require_POST
def card_keep(request: HttpRequest, public_id: UUID) -> HttpResponse:
    try:
        locks.keep_card(member=me(request), public_id=public_id, source=audit.from_request(request))
    except Card.DoesNotExist as nobody:
        raise Http404 from nobody
    messages.success(request, _("Kunci tetap terpasang."))
    return redirect("card_list")


@require_http_methods(["GET", "HEAD", "POST"])
def account_lock(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        locks.lock_account(member=me(request), source=audit.from_request(request))
        messages.success(request, _("Akun sudah dikunci."))
        return redirect("account_lock")
    return render(request, "cards/account_lock.html", {"cool_from": contact_change.cool_from(me(request))})


@recent_proof
@require_http_methods(["GET", "HEAD", "POST"])
def account_open(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return render(request, "cards/account_open.html")
    return _told(request, "account_lock", lambda: locks.open_account(
        member=me(request), source=audit.from_request(request)
    ))  # fmt: skip


@require_POST
def account_keep(request: HttpRequest) -> HttpResponse:
    locks.keep_account(member=me(request), source=audit.from_request(request))
    messages.success(request, _("Kunci tetap terpasang."))
    return redirect("account_lock")


def _told(request: HttpRequest, page: str, act: Callable[[], Any]) -> HttpResponse:
    try:
        act()
        messages.success(request, str(wording.OPENS_IN_TWELVE_HOURS))
    except Card.DoesNotExist as gone:
        raise Http404 from gone
    except NotNow as limit:
        messages.error(request, sentence(limit))
    return redirect(page)
