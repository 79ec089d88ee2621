"""Staff decide what no code can: a person without a contact upstream, and a card that two people claim."""

import logging

from django.conf import settings
from django.db import transaction

from accounts import audit
from accounts.audit import Action, Source
from accounts.models import Card, CardDecision, LinkDecision, LinkRequest, User
from accounts.services import telling
from accounts.services.cards import Because, let_go_lately, lock_member, thaw, with_dependants
from accounts.services.linking_outcomes import State, award, end, settle

log = logging.getLogger("jht.linking")


class CannotDecide(Exception):
    """`code`: not_waiting, own_case, said_already, not_staff, no_reason, let_go_lately, not_reported."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@transaction.atomic
def decide_link(*, link_request: LinkRequest, staff: User, approves: bool, reason: str, source: Source) -> LinkRequest:
    """One word of one staff member. One refusal ends the request; APPROVALS_REQUIRED approvals link the card.

    Raises CannotDecide. Approving a card without a code that somebody else holds opens a dispute, decided anew.
    """
    _lock_both(link_request)
    row = LinkRequest.objects.select_for_update(of=("self",)).select_related("member").get(pk=link_request.pk)
    _check(row, staff, reason, approves=approves)
    about = row.state
    LinkDecision.objects.create(link_request=row, staff=staff, about=about, approves=approves, reason=reason)
    audit.record(
        Action.LINK_DECIDED, source, member=row.member, card=row.public_id, reason=reason,
        approves=approves, about=about, approvals_required=settings.APPROVALS_REQUIRED,
    )  # fmt: skip
    if not approves:
        end(row, State.REFUSED, source, refusal="staff")
    elif _approvals(row, about) >= settings.APPROVALS_REQUIRED:
        _carry_out(row, source)
    return row


@transaction.atomic
def open_reported(*, card: Card, staff: User, reason: str, source: Source) -> Card:
    """One word for opening a card that was reported; APPROVALS_REQUIRED of them do it. Letting it go needs no other.

    Raises CannotDecide.
    """
    lock_member(card.member_id)
    card = Card.objects.select_for_update(of=("self",)).select_related("member").get(pk=card.pk)
    _raise_first(
        {
            "not_staff": not (staff.is_active and staff.is_staff),
            "no_reason": not reason.strip(),
            "not_reported": card.reported_at is None,
            "own_case": staff.pk == card.member_id,
            "said_already": _said_on(card, staff),
        }
    )
    assert card.reported_at
    CardDecision.objects.create(card=card, staff=staff, about=card.reported_at, reason=reason)
    audit.record(
        Action.REPORT_DECIDED, source, member=card.member, card=card.public_id, reason=reason,
        approvals_required=settings.APPROVALS_REQUIRED,
    )  # fmt: skip
    if card.decisions.filter(about=card.reported_at).count() >= settings.APPROVALS_REQUIRED:
        _open(card, source)
    return card


def _said_on(card: Card, staff: User) -> bool:
    return card.reported_at is not None and card.decisions.filter(staff=staff, about=card.reported_at).exists()


def _open(card: Card, source: Source) -> None:
    together = with_dependants(card)
    card.reported_at = None
    card.save(update_fields=["reported_at"])
    for one in together:
        one.proved_by = card if one.proved_by_id == card.pk else one.proved_by
    thaw(together, source, after=Because.REPORTED)
    telling.report_over(card)


def _lock_both(link_request: LinkRequest) -> None:
    """Claimant and holder, whoever decides what: always in the same order."""
    holder = Card.objects.filter(disputes=link_request).values_list("member_id", flat=True)
    for pk in sorted({link_request.member_id, *holder}):
        lock_member(pk)


def _carry_out(row: LinkRequest, source: Source) -> None:
    if settings.APPROVALS_REQUIRED < 2:  # noqa: PLR2004 - two people is the rule
        log.warning("link_decided_by_one_person request=%s", row.public_id)
    if row.state == State.DISPUTED:
        award(row, source)
    else:
        settle(row, source, proof=Card.Proof.STAFF)


def _check(row: LinkRequest, staff: User, reason: str, *, approves: bool) -> None:
    holder = row.contested_card.member_id if row.contested_card else None
    refused = {
        "not_staff": not (staff.is_active and staff.is_staff),
        "no_reason": not reason.strip(),
        "not_waiting": row.state not in LinkRequest.STAFF_STATES,
        "own_case": staff.pk in (row.member_id, holder),
        "said_already": row.decisions.filter(staff=staff, about=row.state).exists(),
        "let_go_lately": approves and row.state == State.WAITING_STAFF and let_go_lately(row),
    }
    _raise_first(refused)


def _raise_first(refused: dict[str, bool]) -> None:
    for code, applies in refused.items():
        if applies:
            raise CannotDecide(code)


def _approvals(row: LinkRequest, about: str) -> int:
    return row.decisions.filter(about=about, approves=True).count()
