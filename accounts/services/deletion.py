"""The end of an account: asked for twice, waited for, stopped by one press, then everything of the member is gone.

What stays is named in STAYS, and told before, in the mail and in docs/privacy/retention.md.
"""

import json
import logging
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.audit import Action, Source
from accounts.consent import Text
from accounts.models import (
    AuditRow,
    CardDecision,
    Deletion,
    LinkDecision,
    OutgoingMail,
    RecoveryDecision,
    RecoveryRequest,
    User,
)
from accounts.sealing import CannotOpen
from accounts.services import cards, mail
from accounts.services.privacy import WITH_STAFF, in_dispute, let_everything_go

log = logging.getLogger("jht.privacy")
_A_RUN: Final = 50  # accounts; the next run takes the rest
DECISIONS: Final = (LinkDecision, CardDecision, RecoveryDecision)  # the database keeps whoever took one

STAYS: Final[tuple[Text, ...]] = (
    _(
        "Catatan akses: kapan sesuatu dilihat atau diubah, dengan nomor acak sebagai ganti nama Anda, tanpa email, "
        "nomor kartu, saldo, alamat internet atau perangkat. Undang-undang meminta pemrosesan dapat dijelaskan."
    ),
    _("Email terakhir yang mengabarkan penghapusan ini: terkunci sampai terkirim, paling lama 24 jam."),
    _("Salinan cadangan pengelola, sampai waktunya ditimpa. Akun yang sudah dihapus dihapus lagi bila dipulihkan."),
)


class CannotDelete(Exception):
    """`code`: staff. Whoever works here leaves through an administrator, because others rely on their decisions."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@transaction.atomic
def ask(*, member: User, source: Source, wait: timedelta | None = None) -> Deletion:
    """Raises CannotDelete. Asked for again, the first date stands. `wait`: in place of DELETION_WAIT_DAYS."""
    cards.lock_member(member.pk)
    if works_here(member):
        raise CannotDelete("staff")
    due_at = timezone.now() + (timedelta(days=settings.DELETION_WAIT_DAYS) if wait is None else wait)
    row, made = Deletion.objects.get_or_create(member=member, defaults={"due_at": due_at})
    if made:
        audit.record(Action.DELETION_ASKED, source, member=member)
        link = settings.PUBLIC_URL + reverse("deletion_cancel", args=[row.cancel_key])
        _write(member, "deletion_asked", due_at=row.due_at, cancel_url=link)
    return row


def works_here(member: User) -> bool:
    decided = any(one._default_manager.filter(staff=member).exists() for one in DECISIONS)
    return member.is_staff or member.is_superuser or decided


def pending(member: User) -> Deletion | None:
    return Deletion.objects.filter(member=member).first()


@transaction.atomic
def cancel(*, cancel_key: UUID, source: Source) -> bool:
    """By the member or by whoever holds the mail: all it can do is keep the account. False where there is none."""
    row = Deletion.objects.select_for_update(of=("self",)).select_related("member").filter(cancel_key=cancel_key)
    found = row.first()
    if found is None:
        return False
    member = found.member
    found.delete()
    audit.record(Action.DELETION_CANCELLED, source, member=member)
    _write(member, "deletion_cancelled")
    return True


def carry_out_due() -> int:
    """The accounts whose wait is over; one in dispute waits until staff have decided. Returns how many went."""
    due = Deletion.objects.filter(due_at__lte=timezone.now()).exclude(member__cards__frozen_because__in=WITH_STAFF)
    gone = [pk for pk in due.order_by("due_at").values_list("pk", flat=True)[:_A_RUN] if _carry_out(pk)]
    end_sessions_of(gone)
    return len(gone)


@transaction.atomic
def _carry_out(pk: int) -> bool:
    member = _locked(pk)
    asked = Deletion.objects.select_for_update().filter(pk=pk, due_at__lte=timezone.now()).first()
    if member is None or asked is None:  # kept in the very last moment
        return False
    if in_dispute(member) or works_here(member):
        log.warning("deletion_waits member=%s", member.public_id)
        return False
    _forget_mail_to(member)
    _write(member, "deletion_done")
    RecoveryRequest.objects.filter(_typed_by_whoever(member)).delete()
    let_everything_go(member=member, source=audit.SYSTEM)
    audit.record(Action.ACCOUNT_DELETED, audit.SYSTEM, member=member)
    own = Q(member=member.public_id) | Q(actor=member.public_id)
    AuditRow.objects.filter(own).exclude(address=None, agent="").update(address=None, agent="")
    member.delete()
    return True


def _locked(pk: int) -> User | None:
    """At last against new rows about the member, too."""
    member = User.objects.select_for_update(no_key=True).filter(pk=pk).first()
    if member is None:
        return None
    cards.lock_cards(member)
    return User.objects.select_for_update().get(pk=pk)


def _typed_by_whoever(member: User) -> Q:
    """Recoveries are kept for whatever was typed; these carry the hash of a number of theirs, and no member."""
    theirs = Q(kpj_index__in=list(member.cards.values_list("kpj_index", flat=True)))
    return theirs | Q(nik_index=member.nik_index) if member.nik_index else theirs


def _forget_mail_to(member: User) -> None:
    """What waits to be sent to them; only the sealed text knows to whom it goes."""
    for row in OutgoingMail.objects.exclude(message_sealed="").iterator():
        try:
            to = json.loads(row.message)["to"]
        except CannotOpen:
            continue
        if member.email and to.lower() == member.email.lower():
            row.delete()


def end_sessions_of(pks: list[int]) -> None:
    """Django's sessions do not say whose they are without being opened; one walk for all accounts of a run."""
    if not pks:
        return
    whose = {str(pk) for pk in pks}
    for session in Session.objects.iterator():
        if session.get_decoded().get(SESSION_KEY) in whose:
            session.delete()


def _write(member: User, about: str, **context: object) -> None:
    if member.email:
        mail.write(template_prefix=f"privacy/mail/{about}", to=member.email, language=member.language, context=context)
