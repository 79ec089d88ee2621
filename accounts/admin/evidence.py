"""What each side of a case brings, as far as staff may see it: kinds of proof and dates, no number, no address."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from accounts.admin import masks
from accounts.models import Card, ContactChange, LinkRequest, User
from accounts.selectors import cards_visible_to


@dataclass(frozen=True, kw_only=True)
class Side:
    member: User
    person: str
    role: str
    proof: str | Promise
    since: datetime
    name: str
    joined: datetime
    others: int
    notes: list[str]


def of_request(row: LinkRequest) -> list[Side]:
    claimant = Side(
        **_person(row.member, own_card=None),
        role=_("peminta"),
        proof=Card.Proof.POSSESSION.label if row.card_ref else _("data cocok, belum ada kode"),
        since=row.created_at,
        name={"DEFN": _("sama"), "POSS": _("mirip")}.get(row.match_type, "–"),
        notes=_notes(row.member, reported=row.reported_at is not None),
    )
    return [claimant, *([_holder(row.contested_card)] if row.contested_card else [])]


def of_card(card: Card) -> list[Side]:
    """Who else held or asked for this KPJ; the holder first."""
    asked = LinkRequest.objects.filter(kpj_index=card.kpj_index).exclude(member=card.member).select_related("member")
    return [_holder(card), *(of_request(row)[0] for row in asked.order_by("-created_at")[:5])]


def _holder(card: Card) -> Side:
    notes = _notes(card.member, reported=card.reported_at is not None)
    notes += [_("kartu dikunci pemilik")] if card.locked_at else []
    notes += [_("terhubung lewat kartu lain")] if card.proved_by_id else []
    return Side(
        **_person(card.member, own_card=card),
        role=_("pemegang"),
        proof=card.get_proof_display(),
        since=card.linked_at,
        name=_("mirip") if card.name_differs else _("sama"),
        notes=notes,
    )


def _person(member: User, own_card: Card | None) -> dict[str, Any]:
    others = cards_visible_to(member).count() - (own_card is not None)
    return {"member": member, "person": masks.person(member), "joined": member.date_joined, "others": others}


def _notes(member: User, *, reported: bool) -> list[str]:
    changed = ContactChange.objects.filter(member=member).order_by("-changed_at").first()
    said = [_("“Bukan saya” ditekan")] if reported else []
    said += [_("akun dikunci")] if member.locked_at else []
    said += [_("email diganti %(day)s") % {"day": changed.changed_at.date().isoformat()}] if changed else []
    return said
