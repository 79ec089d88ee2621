"""Is this paper genuine? Open to everybody who was shown one; never tells an amount, a name or a card."""

from __future__ import annotations

from allauth.core.ratelimit import consume_or_429
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from balances import issuing
from balances.document_wording import verdict_sentences
from balances.documents.code import grouped, read_code
from balances.forms.check import CheckForm
from balances.issuing import Answer


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest, code: str = "") -> HttpResponse:
    known = read_code(code)
    if request.method != "POST":
        return _page(request, CheckForm(initial={"code": grouped(known) if known else ""}))
    refused: HttpResponse | None = consume_or_429(request, action="check_document")
    if refused:
        return refused
    form = CheckForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, form)
    code = form.cleaned_data["code"]
    blank = CheckForm(initial={"code": grouped(code) if code else ""})  # no amount is ever sent back
    return _page(request, blank, _answer(form))


def _answer(form: CheckForm) -> Answer:
    told = form.cleaned_data
    if form.digest:
        return issuing.check_file(digest=form.digest, code=told["code"])
    return issuing.check_closing(code=told["code"], amount=told["closing"])


def _page(request: HttpRequest, form: CheckForm, answer: Answer | None = None) -> HttpResponse:
    words = verdict_sentences(answer, timezone.now()) if answer else []
    return render(request, "balances/check.html", {"form": form, "answer": answer, "words": words})
