"""Whose data were seen or changed, when, and which fields: article 46 of UU 27/2022, within 3 x 24 hours."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Count, Max, Min

from accounts.audit import Action
from accounts.models import AuditRow

# Which fields an act lays open. What is not named here shows none of a member's.
FIELDS: Final[Mapping[str, str]] = {
    Action.BALANCE_SEEN_BY_MEMBER: "balance, statement, employers, last four of the KPJ",
    Action.BALANCE_SEEN_BY_SMS: "balance, last four of the KPJ, on the phone of a registered number",
    Action.SMS_SEEN_BY_STAFF: "text and number of an SMS where `unmasked`, else its state and time",
    Action.STATEMENT_EXPORTED: "statement as a file: name, employers, wages, contributions, balance",
    Action.BALANCE_SEEN_BY_STAFF: "state of the balance, last four of the KPJ",
    Action.EMAIL_SEEN_BY_STAFF: "email",
    Action.MEMBER_SEEN_BY_STAFF: "name, masked email, last four of each KPJ",
    Action.CARD_SEEN_BY_STAFF: "last four of the KPJ, employer, membership",
    Action.LINK_SEEN_BY_STAFF: "last four of the KPJ, why the request failed",
    Action.CORRECTION_SEEN_BY_STAFF: "what the member wrote to us",
    Action.DATA_SEEN: "everything: name, email, birth date, KPJ, balance, history, open requests with NIK",
    Action.DATA_EXPORTED: "everything: name, email, birth date, KPJ, balance, history, open requests with NIK",
    Action.SIGNED_IN: "a session: whatever the next rows of the same session say",
    Action.EMAIL_CHANGED: "email replaced",
    Action.PASSWORD_CHANGED: "password replaced",
    Action.MFA_CHANGED: "second factor replaced",
}


@dataclass(frozen=True, kw_only=True)
class Affected:
    member: UUID
    action: str
    fields: str
    times: int
    first: datetime
    last: datetime


def affected(
    *, since: datetime, until: datetime, actor: UUID | None = None, session: str = "", address: str = ""
) -> Iterator[Affected]:
    """One line a member and kind of act, of one actor, session or address, or of everybody."""
    rows = AuditRow.objects.filter(at__gte=since, at__lt=until, member__isnull=False)
    if actor:
        rows = rows.filter(actor=actor)
    if session:
        rows = rows.filter(session=session)
    if address:
        rows = rows.filter(address=address)
    told = rows.order_by().values("member", "action").annotate(times=Count("pk"), first=Min("at"), last=Max("at"))
    for row in told.order_by("member", "first"):
        if row["member"] is not None:  # the filter says so; this is for the type
            yield Affected(
                member=row["member"], action=row["action"], fields=FIELDS.get(row["action"], ""), times=row["times"],
                first=row["first"], last=row["last"],
            )  # fmt: skip
