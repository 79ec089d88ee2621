"""The help pages, open to visitors: who cannot log in needs them most."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from jht_portal.help.catalog import GROUPS, PAGES, TOPICS
from jht_portal.help.terms import TERMS


@login_not_required
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    return render(request, "help/index.html", {"groups": GROUPS})


@login_not_required
@require_safe
def topic(request: HttpRequest, slug: str) -> HttpResponse:
    found = TOPICS.get(slug)
    if found is None:
        raise Http404
    return render(request, "help/topic.html", {"topic": found, "page_label": PAGES.get(found.page, "")})


@login_not_required
@require_safe
def terms(request: HttpRequest) -> HttpResponse:
    return render(request, "help/terms.html", {"terms": TERMS})
