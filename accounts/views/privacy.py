"""My rights: see and take along what is held about me, put it right, take my consent back, end my account."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import audit, consent
from accounts.consent import Purpose
from accounts.forms.privacy import CorrectionForm, NameForm, SureForm
from accounts.models import User
from accounts.recent import recent_proof
from accounts.services import cards, deletion, export, holdings, housekeeping, privacy, retention
from accounts.wording import PRIVACY_REFUSALS

page = require_http_methods(["GET", "HEAD", "POST"])
ROWS_ON_THE_PAGE = 20
assert holdings  # they register what this app holds, and for how long it is kept
assert housekeeping


@require_safe
def rights(request: HttpRequest) -> HttpResponse:
    member = _me(request)
    return render(
        request,
        "privacy/rights.html",
        {
            "standing": member.consent_standing,
            "given": consent.notice(member.consent_version),
            "pending": deletion.pending(member),
            "corrections": privacy.corrections_of(member),
            "rules": retention.RULES,
            **consent.told(),
        },
    )


@login_not_required
@require_safe
def notice(request: HttpRequest, version: str = "") -> HttpResponse:
    shown = consent.notice(version) if version else consent.CURRENT
    if shown is None:
        raise Http404
    context = {"notice": _worded(shown), "earlier": consent.NOTICES[:-1], "rules": retention.RULES, **consent.told()}
    return render(request, "privacy/notice.html", context)


@recent_proof
@require_safe
def data(request: HttpRequest) -> HttpResponse:
    parts = export.show(member=_me(request), source=audit.from_request(request), rows_at_most=ROWS_ON_THE_PAGE)
    return render(request, "privacy/data.html", {"parts": parts, "left_out": export.EXCLUDED.values()})


@recent_proof
@require_safe
def download(request: HttpRequest) -> HttpResponse:
    text = export.write(member=_me(request), source=audit.from_request(request))
    name = f"data-saya-{timezone.localdate():%Y-%m-%d}.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store, private"}
    return HttpResponse(text, content_type="application/json; charset=utf-8", headers=headers)


@sensitive_post_parameters()
@page
def correct(request: HttpRequest) -> HttpResponse:
    form = CorrectionForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            privacy.ask_correction(member=_me(request), source=audit.from_request(request), **form.cleaned_data)
        except privacy.CannotCorrect as refusal:
            form.add_error(None, str(PRIVACY_REFUSALS[refusal.code]))
        else:
            messages.success(request, _("Permintaan Anda tercatat. Petugas menjawab dalam 3 x 24 jam."))
            return redirect("privacy")
    return _correct_page(request, form, NameForm(initial={"name": _me(request).name}))


@sensitive_post_parameters()
@require_POST
def correct_name(request: HttpRequest) -> HttpResponse:
    form = NameForm(request.POST)
    if form.is_valid():
        try:
            privacy.correct_name(member=_me(request), source=audit.from_request(request), **form.cleaned_data)
        except privacy.CannotCorrect as refusal:
            messages.error(request, str(PRIVACY_REFUSALS[refusal.code]))
        else:
            messages.success(request, _("Nama Anda sudah diperbaiki."))
        return redirect("privacy_correct")
    return _correct_page(request, CorrectionForm(), form)


@page
def consent_page(request: HttpRequest) -> HttpResponse:
    member, back = _me(request), _back(request)
    if request.method == "POST":
        also = {Purpose.NEWS} if request.POST.get("news") else set()
        privacy.agree(member=member, source=audit.from_request(request), also=also)
        messages.success(request, _("Terima kasih. Persetujuan Anda tercatat."))
        return HttpResponseRedirect(back or "/privasi/")
    context = {
        "notice": _worded(consent.CURRENT),
        "standing": member.consent_standing,
        "until": consent.answer_until(asked_on=member.consent_asked_on) if member.consent_asked_on else None,
        "withdrawn": member.consent_version == consent.WITHDRAWN,
        "news": privacy.has_agreed(member=member, purpose=Purpose.NEWS),
        "purposes": consent.PURPOSES,
        "next": back,
    }
    return render(request, "privacy/consent.html", context)


@require_POST
def choose_news(request: HttpRequest) -> HttpResponse:
    agreed = bool(request.POST.get("news"))
    privacy.choose(member=_me(request), purpose=Purpose.NEWS, agreed=agreed, source=audit.from_request(request))
    messages.success(request, _("Pilihan Anda tercatat."))
    return redirect("privacy_consent")


@recent_proof
@page
def withdraw(request: HttpRequest) -> HttpResponse:
    member = _me(request)
    if request.method == "POST":
        try:
            privacy.withdraw(member=member, source=audit.from_request(request))
        except cards.Locked:
            messages.error(request, str(PRIVACY_REFUSALS["locked"]))
        else:
            messages.success(request, _("Persetujuan ditarik. Kartu dilepas dan saldo yang tersimpan dihapus."))
        return redirect("privacy")
    return render(request, "privacy/withdraw.html", {"in_dispute": privacy.in_dispute(member)})


@recent_proof
@require_safe
def delete(request: HttpRequest) -> HttpResponse:
    member = _me(request)
    context = {
        "stays": deletion.STAYS,
        "wait_days": settings.DELETION_WAIT_DAYS,
        "audit_kept": retention.in_words(settings.KEEP_AUDIT_DAYS),
        "works_here": deletion.works_here(member),
        "in_dispute": privacy.in_dispute(member),
        "pending": deletion.pending(member),
    }
    return render(request, "privacy/delete.html", context)


@recent_proof
@page
def delete_sure(request: HttpRequest) -> HttpResponse:
    form = SureForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            deletion.ask(member=_me(request), source=audit.from_request(request))
        except deletion.CannotDelete as refusal:
            messages.error(request, str(PRIVACY_REFUSALS[refusal.code]))
        return redirect("privacy")
    context = {"form": form, "wait_days": settings.DELETION_WAIT_DAYS}
    return render(request, "privacy/delete_sure.html", context, status=422 if form.errors else 200)


@require_POST
def keep(request: HttpRequest) -> HttpResponse:
    pending = deletion.pending(_me(request))
    if pending and deletion.cancel(cancel_key=pending.cancel_key, source=audit.from_request(request)):
        messages.success(request, _("Penghapusan dibatalkan. Akun Anda tetap ada."))
    return redirect("privacy")


@login_not_required
@page
def deletion_cancel(request: HttpRequest, cancel_key: UUID) -> HttpResponse:
    """From the mail, without login: whoever reads it can keep the account and nothing else."""
    done = request.method == "POST"
    if done and not deletion.cancel(cancel_key=cancel_key, source=audit.from_request(request)):
        return render(request, "privacy/deletion_cancel.html", {"gone": True}, status=404)
    return render(request, "privacy/deletion_cancel.html", {"done": done})


def _me(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # LoginRequiredMiddleware
    return request.user


def _worded(shown: consent.Notice) -> dict[str, Any]:
    told = consent.told()
    sections = [(one.title, [str(point) % told for point in one.points]) for one in shown.sections]
    return {"version": shown.version, "since": shown.since, "news": shown.news, "sections": sections}


def _back(request: HttpRequest) -> str:
    back = request.POST.get("next") or request.GET.get("next", "")
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}, require_https=settings.HTTPS)
    return back if safe else ""


def _correct_page(request: HttpRequest, form: CorrectionForm, name_form: NameForm) -> HttpResponse:
    member = _me(request)
    context = {
        "form": form,
        "name_form": name_form,
        "name_is_own": privacy.name_is_own(member),
        "corrections": privacy.corrections_of(member),
    }
    wrong = form.errors or name_form.errors
    return render(request, "privacy/correct.html", context, status=422 if wrong else 200)
