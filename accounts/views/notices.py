"""What the member was told, what they want by mail, and the public page that stops mail."""

from typing import Any, Final, cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from accounts import audit, selectors
from accounts.forms.notices import NoticeChoicesForm
from accounts.models import NoticeChoices, User
from accounts.notices import kind_of
from accounts.services import notice_choices
from accounts.services import notices as service
from accounts.services.notice_choices import EVERYTHING

PER_PAGE: Final = 20


@require_safe
def notice_list(request: HttpRequest) -> HttpResponse:
    """What is shown counts as read from then on; it is still marked as new on the page that shows it first."""
    page = Paginator(selectors.notices_of(request.user), PER_PAGE).get_page(request.GET.get("halaman"))
    told = [service.shown(notice) for notice in page]
    if request.method == "GET":
        service.mark_read(page)
    return render(request, "notices/list.html", {"page": page, "told": told})


@require_http_methods(["GET", "HEAD", "POST"])
def choices(request: HttpRequest) -> HttpResponse:
    member = cast(User, request.user)
    form = NoticeChoicesForm(request.POST or None, choices=service.choices_of(member))
    if request.method == "POST" and form.is_valid():
        notice_choices.choose(member=member, wish=form.wish(), source=audit.from_request(request))
        messages.success(request, _("Pilihan Anda disimpan."))
        return redirect("notice_choices")
    return render(request, "notices/choices.html", {"form": form}, status=422 if form.errors else 200)


@csrf_exempt  # a mail program's one POST brings no cookie; the signed link is what gives the right
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """Opening the page stops nothing: programs that look into mail open every link."""
    found = notice_choices.stopped_by(token)
    if found is None:
        raise Http404
    mail, kind = found
    if request.method == "POST":
        notice_choices.stop(choices=mail, kind=kind, source=audit.from_request(request))
    with translation.override(_language(request, mail)):
        response = render(request, "notices/stop.html", _stop_context(request, mail, kind))
        response.headers["Content-Language"] = translation.get_language()
        return response


def _stop_context(request: HttpRequest, mail: NoticeChoices, kind: str) -> dict[str, Any]:
    return {
        "label": "" if kind == EVERYTHING else kind_of(kind).label,
        "stopped": request.method == "POST",
        "all_url": "" if kind == EVERYTHING else notice_choices.stop_path(mail),
    }


def _language(request: HttpRequest, mail: NoticeChoices) -> str:
    """The mail was in the member's language; a choice made on the page itself goes before it."""
    chosen = request.user.is_authenticated or settings.LANGUAGE_COOKIE_NAME in request.COOKIES
    return str(request.LANGUAGE_CODE if chosen else mail.member.language)
