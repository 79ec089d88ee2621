"""The projection and "Kapan bisa diambil". What is typed is read, answered and forgotten; a door holds no rule."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import Card, User
from balances import claim_rules, claim_wording, projection, selectors
from balances.forms.projection import ProjectionForm, Start
from balances.looking import choose, look, mine
from balances.projection_picture import picture_of
from balances.reading import Reading
from balances.rulebook import rulebook

_ASSUMPTIONS = ("return_low", "return_middle", "return_high", "inflation", "share_worker", "wage_growth")


@require_safe
def choose_projection(request: HttpRequest) -> HttpResponse:
    return choose(request, page="projection", heading=_("Proyeksi"))


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def project(request: HttpRequest, card_id: UUID) -> HttpResponse:
    """Posted and answered at once, so that neither wage nor birth date ever stands in an address."""
    member = cast(User, request.user)
    cards = selectors.cards_of(member)
    card = mine(cards, card_id)
    [reading] = look(request, [card], among=cards)
    start = _start(card, reading, member)
    form = ProjectionForm(request.POST if request.method == "POST" else None, start=start)
    context: dict[str, Any] = {"reading": reading, "form": form, "start": start, "sources": _sources(), **_shares()}
    if form.is_bound and form.is_valid():
        context |= _outcome(form)
    return render(request, "balances/projection.html", context, status=422 if form.errors else 200)


def _start(card: Card, reading: Reading, member: User) -> Start:
    """The month's wage, or what a self-paid member pays, comes from the newest contribution; it can be typed over."""
    today, newest = timezone.localdate(), selectors.newest_contribution(card)
    start = Start(
        day=reading.as_of or today,
        opening=reading.amount,
        born=member.birth_date,
        segment=reading.segment,
        today=today,
    )
    if newest is None:
        return start
    return replace(start, monthly=newest.wage if start.by_wage else newest.paid, monthly_from=newest.month)


def _outcome(form: ProjectionForm) -> dict[str, Any]:
    plan = form.plan()
    outlooks = projection.outlooks(plan, form.rates(), form.cleaned_data["inflation"])
    low, middle, high = outlooks
    return {
        "plan": plan,
        "goal": projection.months_later(form.start.day, plan.months),
        "outlooks": outlooks,
        "middle": middle,
        "ministry": projection.ministry(plan, middle.rate),
        "picture": picture_of(outlooks),
        "rows": list(zip(middle.points, low.points, high.points, strict=True)),
    }


def _shares() -> dict[str, Any]:
    """In percent of the reported wage."""
    book, today = rulebook(), timezone.localdate()
    worker, employer = (book.on(code, today).value for code in ("share_worker", "share_employer"))
    return {"worker": worker, "employer": employer, "both": worker + employer}


def _sources() -> list[Any]:
    book, today = rulebook(), timezone.localdate()
    return [book.on(code, today) for code in _ASSUMPTIONS]


@require_safe
def when(request: HttpRequest, card_id: UUID) -> HttpResponse:
    member = cast(User, request.user)
    cards = selectors.cards_of(member)
    card = mine(cards, card_id)
    [reading] = look(request, [card], among=cards)
    book, today = rulebook(), timezone.localdate()
    dates = selectors.dates_of(card, member)
    told = [claim_wording.told(way, book, today) for way in claim_rules.ways(dates, book, today)]
    fits = claim_rules.fits_the_app(reading.amount, book, today)
    told += [claim_wording.tax(book, today), claim_wording.channel(book, today, fits, reading.as_of)]
    return render(request, "balances/when.html", {"reading": reading, "dates": dates, "told": told})
