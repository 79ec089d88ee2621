""" "Lupa akun": back with KPJ, NIK and a code to the contact on record. Every page answers the same for every input."""

from uuid import UUID

from allauth.core.ratelimit import consume_or_429
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts import devices, selectors, wording
from accounts.forms.recovery import ForgottenForm, NewEmailForm
from accounts.forms.sign_in import CodeForm
from accounts.models import RecoveryRequest, kpj_index, nik_index
from accounts.services import not_me_tokens, recovery
from accounts.services.not_me_tokens import Purpose

_KEPT = "recovery"


@login_not_required
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def forgotten(request: HttpRequest) -> HttpResponse:
    form = ForgottenForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return render(request, "recovery/forgotten.html", {"form": form}, status=422 if form.errors else 200)
    refused: HttpResponse | None = consume_or_429(request, action="recovery")
    if refused:
        return refused
    data = form.cleaned_data
    device = devices.mark_of(request)
    row = recovery.ask(kpj_index=kpj_index(data["kpj"]), nik_index=nik_index(data["nik"]), device=device)
    request.session[_KEPT] = str(row.public_id)
    return redirect("recovery_progress")


@login_not_required
@require_http_methods(["GET", "HEAD"])
def progress(request: HttpRequest) -> HttpResponse:
    row = _row(request)
    return _page(request, row) if row else redirect("recovery_forgotten")


@login_not_required
@sensitive_post_parameters()
@require_POST
def code(request: HttpRequest) -> HttpResponse:
    row, form = _row(request), CodeForm(request.POST)
    if row is None:
        return redirect("recovery_forgotten")
    if not form.is_valid():
        return _page(request, row, form, status=422)
    recovery.submit_code(public_id=row.public_id, code=form.cleaned_data["code"])
    return redirect("recovery_progress")


@login_not_required
@require_POST
def email(request: HttpRequest) -> HttpResponse:
    row, form = _row(request), NewEmailForm(request.POST)
    if row is None:
        return redirect("recovery_forgotten")
    if not form.is_valid():
        return _page(request, row, form, status=422)
    refused: HttpResponse | None = consume_or_429(request, action="recovery_address", key=str(row.public_id))
    if refused:
        return refused
    recovery.choose_email(public_id=row.public_id, email=form.cleaned_data["email"])
    return redirect("recovery_progress")


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def address(request: HttpRequest, token: str) -> HttpResponse:
    """Behind the mail to a new address: the button says that it was reached."""
    word = not_me_tokens.read(token)
    if word is None or word.purpose != Purpose.ADDRESS:
        return render(request, "recovery/not_me_over.html", status=404)
    done = request.method == "POST" and recovery.confirm_address(public_id=word.public_id, mark=word.about)
    tried = request.method == "POST"
    return render(request, "recovery/address.html", {"done": done, "over": tried and not done})


def _row(request: HttpRequest) -> RecoveryRequest | None:
    kept = request.session.get(_KEPT)
    return RecoveryRequest.objects.select_related("member").filter(public_id=UUID(kept)).first() if kept else None


def _page(
    request: HttpRequest, row: RecoveryRequest, form: CodeForm | NewEmailForm | None = None, status: int = 200
) -> HttpResponse:
    stage = recovery.progress(row)
    own = {"code": CodeForm, "refused": CodeForm, "proved": NewEmailForm, "address": NewEmailForm}.get(stage)
    context = {
        "stage": stage,
        "told": wording.RECOVERY[stage],
        "form": form if own and isinstance(form, own) else own() if own else None,
        "hint": selectors.email_hint(row.member) if row.member and stage == "proved" else "",
        "counts_from": row.counts_from if stage == RecoveryRequest.State.WAITING else None,
        "check_takes": int(recovery.CHECK_TAKES.total_seconds()),
    }
    return render(request, "recovery/progress.html", context, status=status)
