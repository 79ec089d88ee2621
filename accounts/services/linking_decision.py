"""Staff decide what no code can: a person without a contact upstream, and a card that two people claim."""

import logging

from django.conf import settings
from django.db import transaction

from accounts import audit
from accounts.audit import Action, Source
from accounts.models import Card, LinkDecision, LinkRequest, User
from accounts.services.cards import lock_member
from accounts.services.linking_outcomes import State, award, end, settle

log = logging.getLogger("jht.linking")


class CannotDecide(Exception):
    """`code`: not_waiting, own_case, said_already, not_staff, no_reason."""

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
    _check(row, staff, reason)
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


def _check(row: LinkRequest, staff: User, reason: str) -> None:
    holder = row.contested_card.member_id if row.contested_card else None
    refused = {
        "not_staff": not (staff.is_active and staff.is_staff),
        "no_reason": not reason.strip(),
        "not_waiting": row.state not in LinkRequest.STAFF_STATES,
        "own_case": staff.pk in (row.member_id, holder),
        "said_already": row.decisions.filter(staff=staff, about=row.state).exists(),
    }
    for code, applies in refused.items():
        if applies:
            raise CannotDecide(code)


def _approvals(row: LinkRequest, about: str) -> int:
    return row.decisions.filter(about=about, approves=True).count()
