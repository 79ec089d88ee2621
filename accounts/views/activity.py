"""Who saw my data, and where I am signed in."""

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts import activity as rule
from accounts.models import User
from accounts.recent import recent_proof
from accounts.services import (
    housekeeping,  # noqa: F401 - registers the rules
    open_sessions,
    retention,
)


@require_safe
def activity(request: HttpRequest) -> HttpResponse:
    chosen, page = request.GET.get("jenis", ""), request.GET.get("halaman", "1")
    filters = rule.filters()
    if (chosen and chosen not in filters) or not (page.isascii() and page.isdigit() and 1 <= int(page) <= rule.PAGES):
        raise Http404
    member, number = _me(request), int(page)
    first = number == 1 and not chosen
    context = {
        "activity": rule.activity_of(member, chosen=chosen, page=number),
        "system": rule.told_by_the_system(member) if first else [],
        "sessions": open_sessions.open_sessions_of(request, member) if first else [],
        "filters": filters,
        "chosen": chosen,
        "number": number,
        "kept": _kept() if first else [],
    }
    return render(request, "activity/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@recent_proof
def session_end(request: HttpRequest, mark: str) -> HttpResponse:
    """Signing another device out asks for a fresh proof, so that a thief cannot throw the owner out."""
    member = _me(request)
    found = next((one for one in open_sessions.open_sessions_of(request, member) if one.mark == mark), None)
    if found is None or found.is_this:
        raise Http404
    if request.method != "POST":
        return render(request, "activity/end.html", {"one": found})
    try:
        open_sessions.end_one(request=request, user=member, mark=mark)
    except UserSession.DoesNotExist as gone:
        raise Http404 from gone
    messages.success(request, _("Perangkat itu sudah dikeluarkan."))
    return redirect("activity")


@require_http_methods(["GET", "HEAD", "POST"])
@recent_proof
def sessions_end(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return render(request, "activity/end.html", {"one": None})
    open_sessions.end_others(request=request, user=_me(request))
    messages.success(request, _("Semua perangkat lain sudah dikeluarkan."))
    return redirect("activity")


def _kept() -> list[retention.Rule]:
    """What the retention rules say about what stands on this page."""
    return [one for one in retention.RULES if one.code in {"audit", "address", "open_session"}]


def _me(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # LoginRequiredMiddleware
    return request.user
