"""Chains the audit rows, seals them in batches, and proves afterwards that none was changed, taken out or slipped in.

Rows are inserted without a lock. Every minute `seal` gives those not sealed yet a position and a link, SHA-256 over the
row and the link before; a batch is closed with a keyed hash. A row that commits late is simply sealed a batch later, so
none is lost, whatever the order of commits (ADR 22). Address and browser are not part of it and end with time.
"""

import hashlib
import json
import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from accounts.models import AuditRow, AuditSeal
from accounts.sealing import blind_index

log = logging.getLogger("jht.audit")

BATCH: Final = 5_000
BATCHES_A_RUN: Final = 40
# A row is written and sealed within minutes; more apart, and its time is not the one it was written at.
LATE: Final = timedelta(minutes=15)
ANCHORED: Final = timedelta(days=2)  # what the daily anchor proves again
START: Final = hashlib.sha256(b"jht audit chain v1").digest()
# What the portal's own database role may change in tables it otherwise only reads and adds to.
INSERT_ONLY: Final[Mapping[str, tuple[str, ...]]] = {
    "accounts_auditrow": ("address", "agent", "position", "link"),
    "accounts_auditseal": (),
}


# Sealing


def seal() -> int:
    """Seals what is not sealed yet and returns how many rows; two at once do no harm, the second has nothing to do."""
    total = 0
    for _ in range(BATCHES_A_RUN):
        count = _seal_batch()
        total += count
        if count < BATCH:
            break
    return total


@transaction.atomic
def _seal_batch() -> int:
    if not _alone():
        return 0
    rows = list(AuditRow.objects.filter(position=None).order_by("id")[:BATCH])
    if not rows:
        return 0
    before = AuditSeal.objects.order_by("-number").first()
    first = before.last + 1 if before else 1
    links = list(_links(rows, first, bytes(before.head) if before else START))
    _write([row.pk for row in rows], first, links)
    closed = AuditSeal(
        number=before.number + 1 if before else 1,
        sealed_at=timezone.now(),
        first=first,
        last=first + len(rows) - 1,
        head=links[-1],
    )
    closed.mac = _mac(closed, bytes(before.mac) if before else b"")
    closed.save(force_insert=True)
    return len(rows)


def _alone() -> bool:
    """Held to the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext('accounts.audit_chain'))")
        return bool(cursor.fetchone()[0])


def _links(rows: Iterable[AuditRow], first: int, link: bytes) -> Iterator[bytes]:
    for position, row in enumerate(rows, first):
        link = hashlib.sha256(link + _canonical(row, position)).digest()
        yield link


def _canonical(row: AuditRow, position: int) -> bytes:
    """Every column but the erasable two; a new column needs a new version of this, and old rows keep theirs."""
    told = {
        "position": position,
        "id": row.pk,
        "at": _instant(row.at),
        "day": row.day.isoformat(),
        "action": row.action,
        "door": row.door,
        "actor": _text(row.actor),
        "member": _text(row.member),
        "card": _text(row.card),
        "reason": row.reason,
        "details": row.details,
        "session": row.session,
    }
    return _encoded(told)


def _mac(one: AuditSeal, before: bytes) -> bytes:
    told = {
        "number": one.number,
        "sealed_at": _instant(one.sealed_at),
        "first": one.first,
        "last": one.last,
        "head": bytes(one.head).hex(),
        "before": before.hex(),
    }
    return blind_index("audit_seal", _encoded(told).decode())


def _encoded(told: Mapping[str, object]) -> bytes:
    return json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _instant(moment: datetime) -> str:
    """To the microsecond, which is all that PostgreSQL keeps."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _text(one: object) -> str:
    return "" if one is None else str(one)


def _write(ids: list[int], first: int, links: list[bytes]) -> None:
    positions = list(range(first, first + len(ids)))
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE accounts_auditrow SET position = sealed.position, link = sealed.link FROM "
            "unnest(%s::bigint[], %s::bigint[], %s::bytea[]) AS sealed (id, position, link) "
            "WHERE accounts_auditrow.id = sealed.id",
            [ids, positions, links],
        )


# Proving


@dataclass(frozen=True)
class Head:
    """The chain up to a position in 32 bytes: whoever keeps one elsewhere can tell that nothing before it changed."""

    position: int
    link: bytes

    def __str__(self) -> str:
        return f"{self.position}:{self.link.hex()}"

    @classmethod
    def read(cls, text: str) -> "Head":
        """Raises ValueError."""
        position, _colon, link = text.partition(":")
        return cls(int(position), bytes.fromhex(link))


@dataclass(frozen=True)
class Flaw:
    """The first thing that is wrong, by ids only; `code` is one of docs/operations.md."""

    code: str
    row: int | None = None
    position: int | None = None
    seal: int | None = None

    def __str__(self) -> str:
        named = {"row": self.row, "position": self.position, "seal": self.seal}
        return " ".join([self.code, *(f"{name}={value}" for name, value in named.items() if value is not None)])


class Broken(Exception):
    def __init__(self, flaw: Flaw) -> None:
        super().__init__(str(flaw))
        self.flaw = flaw


@dataclass
class Proof:
    """What was proved, and the first flaw where there is one."""

    head: Head = field(default_factory=lambda: Head(0, START))
    rows: int = 0
    seals: int = 0
    waiting: int = 0
    flaw: Flaw | None = None


def verify(*, heads: Iterable[Head] = (), after: AuditSeal | None = None) -> Proof:
    """Computes the chain again, from its start or behind the seal `after`, and stops at the first flaw.

    `heads` were kept elsewhere: without one, cutting off the newest batches as a whole cannot be seen.
    """
    proof = Proof(waiting=AuditRow.objects.filter(position=None).count())
    try:
        _prove(proof, {one.position: one for one in heads}, after)
    except Broken as broken:
        proof.flaw = broken.flaw
    return proof


def _prove(proof: Proof, heads: Mapping[int, Head], before: AuditSeal | None) -> None:
    if before:
        proof.head = Head(before.last, bytes(before.head))
    for one in AuditSeal.objects.filter(number__gt=before.number if before else 0).order_by("number").iterator():
        _prove_seal(one, before, proof.head)
        proof.head = _prove_rows(one, before, proof.head, heads)
        proof.rows, proof.seals, before = proof.rows + one.last - one.first + 1, proof.seals + 1, one
    _prove_end(before, proof.head, heads)


def _prove_seal(one: AuditSeal, before: AuditSeal | None, head: Head) -> None:
    number = before.number + 1 if before else 1
    if one.number != number:
        raise Broken(Flaw("seal_missing", seal=number))
    if _mac(one, bytes(before.mac) if before else b"") != bytes(one.mac) or one.first != head.position + 1:
        raise Broken(Flaw("seal_changed", seal=one.number))


def _prove_rows(one: AuditSeal, before: AuditSeal | None, head: Head, heads: Mapping[int, Head]) -> Head:
    earliest = before.sealed_at - LATE if before else None
    rows = AuditRow.objects.filter(position__range=(one.first, one.last)).order_by("position").iterator(BATCH)
    for row in rows:
        expected = head.position + 1
        if row.position != expected:
            raise Broken(Flaw("row_missing", position=expected, seal=one.number))
        (link,) = _links([row], expected, head.link)
        if link != bytes(row.link or b"") or (expected in heads and heads[expected].link != link):
            raise Broken(Flaw("row_changed", row=row.pk, position=expected, seal=one.number))
        if (earliest and row.at < earliest) or row.at > one.sealed_at + LATE:
            raise Broken(Flaw("row_out_of_time", row=row.pk, position=expected, seal=one.number))
        head = Head(expected, link)
    if head.position != one.last:
        raise Broken(Flaw("row_missing", position=head.position + 1, seal=one.number))
    if head.link != bytes(one.head):
        raise Broken(Flaw("rows_rewritten", position=one.first, seal=one.number))
    return head


def _prove_end(before: AuditSeal | None, head: Head, heads: Mapping[int, Head]) -> None:
    """Nothing stands behind the last seal, unless a newer seal was made meanwhile; and nothing known is gone."""
    newest = AuditSeal.objects.aggregate(newest=Max("number"))["newest"] or 0
    if newest == (before.number if before else 0):
        beyond = AuditRow.objects.filter(position__gt=head.position).order_by("position").first()
        if beyond:
            raise Broken(Flaw("row_never_sealed", row=beyond.pk, position=beyond.position))
    gone = [position for position in heads if position > head.position]
    if gone:
        raise Broken(Flaw("tail_missing", position=head.position + 1))


def anchor() -> None:
    """Once a day: proves the newest days again and writes the head to the log, for the operator to keep elsewhere."""
    before = AuditSeal.objects.filter(sealed_at__lt=timezone.now() - ANCHORED).order_by("-number").first()
    proof = verify(after=before)
    if proof.flaw:
        log.error("audit_chain_broken flaw=%s", proof.flaw)
        return
    if AuditRow.objects.filter(position=None, at__lt=timezone.now() - LATE).exists():
        log.error("audit_seals_late waiting=%s", proof.waiting)
    log.info("audit_anchor head=%s", proof.head)
