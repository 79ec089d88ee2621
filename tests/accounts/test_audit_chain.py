"""The chain over the audit rows: nothing is lost on the way in, and nothing is changed afterwards without being seen.

An intruder here is somebody with all rights in the database: `unguarded` is what a superuser can do.
"""

import json
import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from statistics import median
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone

from accounts import audit
from accounts.audit import Action
from accounts.models import AuditRow, AuditSeal, User
from accounts.services import audit_chain, housekeeping, retention
from accounts.services.audit_chain import Head
from accounts.tasks import anchor_audit, seal_audit

pytestmark = pytest.mark.django_db


@contextmanager
def unguarded() -> Iterator[Any]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        yield cursor
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")


def tamper(statement: str, *values: Any) -> None:
    with unguarded() as cursor:
        cursor.execute(statement, values)
        assert cursor.rowcount >= 1


def write(count: int = 1) -> list[int]:
    before = AuditRow.objects.count()
    for number in range(count):
        audit.record(Action.SIGNED_IN, audit.SYSTEM, number=number, word="é \u2028 'kutip'")
    return list(AuditRow.objects.order_by("id").values_list("id", flat=True)[before:])


@pytest.fixture
def sealed() -> list[int]:
    """Three batches of four rows each, by id."""
    ids = []
    for _ in range(3):
        ids += write(4)
        seal_audit()
    return ids


def flaw() -> str:
    found = audit_chain.verify().flaw
    return str(found) if found else ""


# In


def test_rows_are_sealed_in_batches_and_the_chain_holds(sealed: list[int]) -> None:
    assert list(AuditSeal.objects.order_by("number").values_list("first", "last")) == [(1, 4), (5, 8), (9, 12)]
    proof = audit_chain.verify()
    assert (proof.flaw, proof.rows, proof.seals, proof.waiting, proof.head.position) == (None, 12, 3, 0, 12)


def test_nothing_new_makes_no_seal(sealed: list[int]) -> None:
    assert audit_chain.seal() == 0
    assert AuditSeal.objects.count() == 3


def test_many_rows_take_several_batches_of_one_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_chain, "BATCH", 5)
    write(13)
    assert audit_chain.seal() == 13
    assert AuditSeal.objects.count() == 3
    assert not flaw()


@pytest.mark.django_db(transaction=True)
def test_a_row_that_commits_after_a_later_one_is_sealed_too() -> None:
    """The lower number is taken first and committed last, after its neighbour is sealed already."""
    taken, go_on = threading.Event(), threading.Event()

    def slow() -> None:
        try:
            with transaction.atomic():
                audit.record(Action.SIGNED_OUT, audit.SYSTEM)
                taken.set()
                assert go_on.wait(60)
        finally:
            connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    assert taken.wait(60)
    audit.record(Action.SIGNED_IN, audit.SYSTEM)
    assert audit_chain.seal() == 1
    go_on.set()
    thread.join(60)
    late, early = AuditRow.objects.get(action="signed_out"), AuditRow.objects.get(action="signed_in")
    assert late.pk < early.pk
    assert late.position is None
    assert audit_chain.seal() == 1
    late.refresh_from_db()
    assert (early.position, late.position) == (1, 2)
    assert not flaw()


@pytest.mark.django_db(transaction=True)
def test_two_sealers_at_once_seal_each_row_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_chain, "BATCH", 10)
    write(60)

    def run() -> None:
        try:
            audit_chain.seal()
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    audit_chain.seal()
    proof = audit_chain.verify()
    assert (proof.flaw, proof.rows, proof.waiting) == (None, 60, 0)


def test_the_columns_that_are_sealed_are_all_but_the_erasable_ones() -> None:
    """A column added later must be chained or be named here as free."""
    row = AuditRow(pk=1, at=timezone.now(), day=timezone.localdate())
    chained = set(json.loads(audit_chain._canonical(row, 1)))
    assert {field.column for field in AuditRow._meta.concrete_fields} == (chained - {"position"}) | {
        "address",
        "agent",
        "position",
        "link",
    }


# Kept


@pytest.mark.asvs("V16.4.2")
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE accounts_auditrow SET reason = 'x'",
        "UPDATE accounts_auditrow SET at = at - interval '1 hour'",
        "UPDATE accounts_auditrow SET details = '{}'",
        "UPDATE accounts_auditrow SET actor = NULL, member = gen_random_uuid()",
        "UPDATE accounts_auditrow SET id = id + 1000",
        "UPDATE accounts_auditrow SET address = '192.0.2.9'",
        "UPDATE accounts_auditrow SET agent = 'x'",
        "UPDATE accounts_auditrow SET link = '\\x00'",
        "UPDATE accounts_auditrow SET position = NULL, link = NULL",
        "DELETE FROM accounts_auditrow",
        "TRUNCATE accounts_auditrow",
        "UPDATE accounts_auditseal SET sealed_at = now()",
        "DELETE FROM accounts_auditseal",
        "TRUNCATE accounts_auditseal",
    ],
)
def test_the_database_refuses_to_change_what_is_kept(sealed: list[int], statement: str) -> None:
    with pytest.raises(Exception, match="audit"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert not flaw()


def test_address_and_browser_go_with_time_and_the_chain_still_holds() -> None:
    (rule,) = [rule for rule in retention.RULES if rule.code == "address"]
    rows = []
    for age in (timedelta(days=(rule.kept_days or 0) + 1), timedelta(0)):
        values = {"address": "192.0.2.7", "agent": "Mozilla/5.0", "at": timezone.now() - age}
        rows.append(AuditRow.objects.create(action="signed_in", door="web", day=timezone.localdate(), **values))
        audit_chain.seal()
    housekeeping.clean_up()
    for row in rows:
        row.refresh_from_db()
    assert [(row.address, row.agent) for row in rows] == [(None, ""), ("192.0.2.7", "Mozilla/5.0")]
    proof = audit_chain.verify()
    assert (proof.flaw, proof.rows) == (None, 2)


def test_deleting_an_account_leaves_its_rows(member: User) -> None:
    audit.record(Action.SIGNED_IN, audit.SYSTEM, member=member)
    audit_chain.seal()
    public_id = member.public_id
    member.delete()
    assert AuditRow.objects.filter(member=public_id).count() == 1
    assert not flaw()


# Found


@pytest.mark.asvs("V11.4.3")
def test_an_edit_is_found(sealed: list[int]) -> None:
    tamper("UPDATE accounts_auditrow SET reason = 'lain' WHERE id = %s", sealed[5])
    assert flaw() == f"row_changed row={sealed[5]} position=6 seal=2"


@pytest.mark.parametrize(
    "change",
    [
        "at = at + interval '1 microsecond'",
        "day = day + 1",
        "action = 'signed_out'",
        "door = 'web'",
        "actor = gen_random_uuid()",
        "member = gen_random_uuid()",
        "card = gen_random_uuid()",
        'details = details || \'{"word": "e"}\'',
        "session = 'x'",
        "id = id + 100000",
    ],
)
def test_an_edit_of_any_column_is_found(sealed: list[int], change: str) -> None:
    tamper(f"UPDATE accounts_auditrow SET {change} WHERE id = %s", sealed[2])
    assert flaw().startswith("row_changed")


def test_a_deletion_is_found(sealed: list[int]) -> None:
    tamper("DELETE FROM accounts_auditrow WHERE id = %s", sealed[6])
    assert flaw() == "row_missing position=7 seal=2"


def test_the_deletion_of_a_batchs_last_row_is_found(sealed: list[int]) -> None:
    tamper("DELETE FROM accounts_auditrow WHERE id = %s", sealed[11])
    assert flaw() == "row_missing position=12 seal=3"


def test_two_rows_changing_places_are_found(sealed: list[int]) -> None:
    with unguarded() as cursor:
        for position, row in ((-1, sealed[1]), (2, sealed[2]), (3, sealed[1])):
            cursor.execute("UPDATE accounts_auditrow SET position = %s WHERE id = %s", [position, row])
    assert flaw() == f"row_changed row={sealed[2]} position=2 seal=1"


def test_a_row_slipped_in_behind_the_last_seal_is_found(sealed: list[int]) -> None:
    (new,) = write()
    tamper("UPDATE accounts_auditrow SET position = 13, link = '\\x00' WHERE id = %s", new)
    assert flaw() == f"row_never_sealed row={new} position=13"


def test_a_row_slipped_in_with_an_earlier_time_is_found(sealed: list[int]) -> None:
    """It is sealed like any other, but among rows of another time."""
    with unguarded() as cursor:
        cursor.execute(
            "INSERT INTO accounts_auditrow (at, day, action, door, reason, details, session, agent) "
            "SELECT at - interval '2 hours', day, action, door, reason, details, session, agent "
            "FROM accounts_auditrow WHERE id = %s RETURNING id",
            [sealed[0]],
        )
        new = cursor.fetchone()[0]
    audit_chain.seal()
    assert flaw() == f"row_out_of_time row={new} position=13 seal=4"


def test_a_chain_written_anew_without_the_key_is_found(sealed: list[int]) -> None:
    """Every link is right again; the seal is not, because its key is not in the database."""
    tamper("UPDATE accounts_auditrow SET reason = 'lain' WHERE id = %s", sealed[5])
    rows = list(AuditRow.objects.order_by("position"))
    links = list(audit_chain._links(rows, 1, audit_chain.START))
    for row, link in zip(rows, links, strict=True):
        tamper("UPDATE accounts_auditrow SET link = %s WHERE id = %s", link, row.pk)
    assert flaw() == "rows_rewritten position=5 seal=2"
    for one in AuditSeal.objects.all():
        tamper("UPDATE accounts_auditseal SET head = %s WHERE number = %s", links[one.last - 1], one.number)
    assert flaw() == "seal_changed seal=2"


@pytest.mark.parametrize("change", ["sealed_at = now()", "last = last + 1", "first = first + 1", "mac = '\\x00'"])
def test_a_changed_seal_is_found(sealed: list[int], change: str) -> None:
    tamper(f"UPDATE accounts_auditseal SET {change} WHERE number = 2")
    assert flaw() == "seal_changed seal=2"


def test_a_missing_seal_is_found(sealed: list[int]) -> None:
    tamper("DELETE FROM accounts_auditseal WHERE number = 2")
    assert flaw() == "seal_missing seal=2"


def test_a_tail_cut_off_whole_is_found_by_a_head_kept_elsewhere(sealed: list[int]) -> None:
    kept = audit_chain.verify().head
    tamper("DELETE FROM accounts_auditseal WHERE number = 3")
    tamper("DELETE FROM accounts_auditrow WHERE position > 8")
    assert not flaw()  # by itself such a chain is whole
    assert str(audit_chain.verify(heads=[kept]).flaw) == "tail_missing position=9"
    write(4)
    audit_chain.seal()  # grown over: the position is there again, its link is another
    assert "row_changed" in str(audit_chain.verify(heads=[kept]).flaw)


# Told


def test_the_command_ends_well_and_prints_the_head(sealed: list[int], capsys: pytest.CaptureFixture[str]) -> None:
    call_command("audit_verify")
    told = capsys.readouterr().out
    head = Head(12, bytes(AuditSeal.objects.get(number=3).head))
    assert "seals 3, rows 12, not sealed yet 0" in told
    assert f"--head {head}" in told
    call_command("audit_verify", head=[head])
    call_command("audit_verify", after=2)
    assert "seals 1, rows 4" in capsys.readouterr().out


def test_the_command_ends_with_an_error_that_names_the_row_by_id_only(sealed: list[int]) -> None:
    tamper("UPDATE accounts_auditrow SET reason = 'rahasia' WHERE id = %s", sealed[5])
    with pytest.raises(CommandError) as told:
        call_command("audit_verify")
    assert str(told.value) == f"The audit chain is broken: row_changed row={sealed[5]} position=6 seal=2"
    assert told.value.returncode == 1


def test_the_daily_anchor_writes_the_head_to_the_log(sealed: list[int], caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        anchor_audit()
    head = Head(12, bytes(AuditSeal.objects.get(number=3).head))
    assert f"audit_anchor head={head}" in caplog.messages


def test_the_daily_anchor_raises_an_alarm(sealed: list[int], caplog: pytest.LogCaptureFixture) -> None:
    tamper("UPDATE accounts_auditrow SET reason = 'lain' WHERE id = %s", sealed[5])
    anchor_audit()
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert "audit_chain_broken" in caplog.text


def test_rows_that_nobody_seals_raise_an_alarm(sealed: list[int], caplog: pytest.LogCaptureFixture) -> None:
    AuditRow.objects.create(
        action="signed_in", door="web", day=timezone.localdate(), at=timezone.now() - timedelta(hours=1)
    )
    anchor_audit()
    assert "audit_seals_late waiting=1" in caplog.text


def test_writing_a_row_waits_for_nobody() -> None:
    """No trigger, no lock on the way in: only what PostgreSQL keeps up anyway."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgname, tgtype FROM pg_trigger WHERE tgrelid = 'accounts_auditrow'::regclass")
        insert = 4
        assert not [name for name, kind in cursor.fetchall() if kind & insert]


@pytest.mark.heavy
def test_a_hundred_thousand_rows_are_sealed_and_proved_in_a_minute() -> None:
    rows = [audit.row(Action.SIGNED_IN, audit.SYSTEM, member=None) for _ in range(100_000)]
    AuditRow.objects.bulk_create(rows, batch_size=5_000)
    start = time.perf_counter()
    assert audit_chain.seal() == len(rows)
    between = time.perf_counter()
    assert audit_chain.verify().rows == len(rows)
    end = time.perf_counter()
    print(f"sealed in {between - start:.1f} s, proved in {end - between:.1f} s")
    assert end - start < 60


@pytest.mark.heavy
@pytest.mark.django_db(transaction=True)
def test_a_row_costs_hardly_more_than_without_its_chain() -> None:
    """Single rows with and without the chain's indexes, in short turns: the load of the machine comes in waves."""
    drop = "DROP INDEX audit_not_sealed, audit_origin_kept, audit_one_row_a_position"
    source = audit.Source(door=audit.Door.WEB, session="a" * 16, address="192.0.2.7", agent="Mozilla/5.0")

    def milliseconds() -> float:
        start = time.perf_counter()
        for _ in range(100):
            audit.record(Action.SIGNED_IN, source)
        return (time.perf_counter() - start) * 10

    taken: dict[bool, list[float]] = {True: [], False: []}
    for chained in (True, False, False, True) * 15:
        with transaction.atomic(), connection.cursor() as cursor:
            if not chained:
                cursor.execute(drop)
            milliseconds()
            taken[chained].append(milliseconds())
            transaction.set_rollback(True)
    with_chain, without = median(taken[True]), median(taken[False])
    print(f"{with_chain:.3f} ms and {without:.3f} ms a row: {with_chain / without:.2f}")
    assert with_chain / without < 2
