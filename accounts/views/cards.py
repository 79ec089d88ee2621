"""My cards: the list, the form that asks for one, the progress of asking, and letting one go."""

from contextlib import suppress
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import audit, selectors, wording
from accounts.forms.sign_in import CodeForm, LinkForm
from accounts.models import Card, LinkRequest, OfferedCard, User
from accounts.recent import recent_proof
from accounts.services import cards, contact_change, linking, offers
from accounts.services.limits import NotNow

TYPED_BEFORE = "typed_before"  # in the sealed session: what another door was told already


@require_safe
def card_list(request: HttpRequest) -> HttpResponse:
    rows = [
        {"request": row, "told": wording.PROGRESS[selectors.link_progress(row).code]}
        for row in selectors.open_requests_of(request.user)
    ]
    mine = list(selectors.cards_visible_to(request.user))
    targets = selectors.merge_targets(mine)
    held = [
        {
            "card": card,
            "merged_into": targets.get(card.public_id),
            "state": card.frozen_because or card.state,
            "told": wording.CARD_STATES[card.frozen_because or card.state],
            "help": wording.HELP.get(card.frozen_because or card.state, ""),
            "membership": wording.MEMBERSHIPS.get(card.membership, ""),
            "name_differs": wording.NAME_DIFFERS if card.name_differs else "",
        }
        for card in mine
    ]
    context = {"cards": held, "requests": rows, "offers": selectors.offers_to(request.user)}
    return render(request, "cards/list.html", context)


@recent_proof
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def card_add(request: HttpRequest) -> HttpResponse:
    form = LinkForm(request.POST or None, initial=request.session.get(TYPED_BEFORE))
    help_slug = "menghubungkan-kartu"
    if request.method == "POST" and form.is_valid():
        source = audit.from_request(request)
        try:
            row = linking.request_link(member=me(request), source=source, **form.cleaned_data)
        except (linking.AlreadyLinked, linking.AlreadyAsked) as known:
            messages.info(request, str(wording.REFUSALS[str(known)]))
            return redirect("card_list")
        except NotNow as limit:
            form.add_error(None, sentence(limit))
            help_slug = wording.HELP[limit.code]
        else:
            request.session.pop(TYPED_BEFORE, None)
            for warning in form.warnings():
                messages.warning(request, warning)
            return redirect("link_progress", row.public_id)
    context = {"form": form, "help": help_slug, "cool_from": contact_change.cool_from(me(request))}
    return render(request, "cards/add.html", context, status=422 if form.errors else 200)


@require_safe
def link_progress(request: HttpRequest, public_id: UUID) -> HttpResponse:
    return render(request, "cards/progress.html", _progress_context(request, public_id))


@require_safe
def link_fragment(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The part of the progress page that polling replaces."""
    return render(request, "cards/_progress.html", _progress_context(request, public_id))


@sensitive_post_parameters()
@require_POST
def link_code(request: HttpRequest, public_id: UUID) -> HttpResponse:
    context = _progress_context(request, public_id)
    form = CodeForm(request.POST)
    if form.is_valid():
        return _act(request, public_id, linking.submit_code, code=form.cleaned_data["code"])
    return render(request, "cards/progress.html", {**context, "form": form}, status=422)


@require_POST
def link_resend(request: HttpRequest, public_id: UUID) -> HttpResponse:
    return _act(request, public_id, linking.resend_code, channel=request.POST.get("channel", ""))


@require_POST
def link_cancel(request: HttpRequest, public_id: UUID) -> HttpResponse:
    return _act(request, public_id, linking.cancel_link)


@require_POST
def link_staff(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The contact on record is no longer the member's. Until the first code is out, nothing tells that data matched."""
    if _progress_context(request, public_id)["progress"].step == 1:
        messages.error(request, str(wording.REFUSALS["not_waiting_for_code"]))
        return redirect("link_progress", public_id)
    return _act(request, public_id, linking.ask_staff)


@require_POST
def offer_link(request: HttpRequest, public_id: UUID) -> HttpResponse:
    try:
        _link_offers(request, [public_id])
    except OfferedCard.DoesNotExist as nobody:
        raise Http404 from nobody
    return redirect("card_list")


@require_POST
def offers_link_all(request: HttpRequest) -> HttpResponse:
    with suppress(OfferedCard.DoesNotExist):  # the card that proved them was let go a moment before
        _link_offers(request, list(selectors.offers_to(request.user).values_list("public_id", flat=True)))
    return redirect("card_list")


@recent_proof
@require_http_methods(["GET", "HEAD", "POST"])
def card_unlink(request: HttpRequest, public_id: UUID) -> HttpResponse:
    card = get_object_or_404(selectors.cards_visible_to(request.user), public_id=public_id)
    if request.method != "POST":
        return render(request, "cards/unlink.html", {"card": card, "falling": selectors.resting_on(card)})
    try:
        cards.unlink(card=card, source=audit.from_request(request))
        messages.success(request, _("Kartu sudah dilepas dan saldonya dihapus dari portal."))
    except (cards.InDispute, cards.Locked) as refusal:
        code = "in_dispute" if isinstance(refusal, cards.InDispute) else "card_locked"
        messages.error(request, str(wording.REFUSALS[code]))
    return redirect("card_list")


def me(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # LoginRequiredMiddleware
    return request.user


def _act(request: HttpRequest, public_id: UUID, verb: Any, **details: str) -> HttpResponseRedirect:
    """One verb on the member's own request, then its page."""
    try:
        verb(member=me(request), public_id=public_id, source=audit.from_request(request), **details)
    except LinkRequest.DoesNotExist as nobody:
        raise Http404 from nobody
    except NotNow as limit:
        messages.error(request, sentence(limit))
    return redirect("link_progress", public_id)


def _link_offers(request: HttpRequest, offer_ids: list[UUID]) -> None:
    source = audit.from_request(request)
    for offer_id in offer_ids:
        try:
            linked = offers.link_offer(member=me(request), offer_id=offer_id, source=source)
        except NotNow as limit:
            messages.error(request, sentence(limit))
            continue
        if isinstance(linked, Card):
            messages.success(request, _("KPJ •••• %(last4)s sudah terhubung.") % {"last4": linked.kpj_last4})
        else:
            messages.warning(request, str(wording.PROGRESS["disputed"].title))


def _progress_context(request: HttpRequest, public_id: UUID) -> dict[str, Any]:
    row = selectors.link_request_of(request.user, public_id)
    if row is None:
        raise Http404
    progress = selectors.link_progress(row)
    return {
        "link": row,
        "progress": progress,
        "told": wording.PROGRESS[progress.code],
        "help": wording.HELP.get(progress.code_note) or wording.HELP[progress.code],
        "delay": wording.DELAYS.get(progress.delay, ""),
        "code_note": wording.CODE_NOTES.get(progress.code_note, ""),
        "name_differs": wording.NAME_DIFFERS if progress.name_differs else "",
        "contact_outdated": wording.CONTACT_OUTDATED if progress.takes_code else "",
        "checklist": wording.CHECKLIST if progress.code == "refused" else (),
        "resend_waits": bool(progress.resend_after and progress.resend_after > timezone.now()),
        "form": CodeForm() if progress.takes_code else None,
        "offers": selectors.offers_to(request.user) if progress.code == "linked" else (),
    }


def sentence(limit: NotNow) -> str:
    """What is not possible now, and from when it is again."""
    told = str(wording.REFUSALS[limit.code])
    if limit.until is None:
        return told
    moment = date_format(timezone.localtime(limit.until), "j F Y H:i")
    return f"{told} {wording.TRY_AFTER % {'moment': moment}}"
