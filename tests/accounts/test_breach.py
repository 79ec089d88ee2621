"""Whose data, when, which fields: from the audit rows alone, by account, session, address or time."""

import csv
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts import audit
from accounts.audit import Action, Door, Source
from accounts.models import User
from accounts.services.breach import FIELDS
from tests.factories import make_member


def told(**options: object) -> list[dict[str, str]]:
    out = StringIO()
    call_command("affected", since=timezone.now() - timedelta(hours=1), stdout=out, **options)
    return list(csv.DictReader(StringIO(out.getvalue())))


@pytest.fixture
def thief(db: None) -> User:
    return make_member("pencuri@contoh.example", name="PENCURI UJI", is_staff=True)


def test_the_members_one_account_looked_at(member: User, stranger: User, staff: User, thief: User) -> None:
    source = Source(door=Door.ADMIN, actor=thief, session="5e5510", address="203.0.113.7")
    for _ in range(3):
        audit.record(Action.EMAIL_SEEN_BY_STAFF, source, member=member)
    audit.record(Action.SIGNED_OUT, source, member=member)
    audit.record(Action.EMAIL_SEEN_BY_STAFF, Source(door=Door.ADMIN, actor=staff), member=stranger)
    rows = told(actor=thief.public_id)
    assert [(row["member"], row["action"], row["fields"], row["times"]) for row in rows] == [
        (str(member.public_id), "email_seen_by_staff", "email", "3"),
        (str(member.public_id), "signed_out", "", "1"),
    ]
    assert rows == told(session="5e5510") == told(address="203.0.113.7")
    assert {row["member"] for row in told()} == {str(member.public_id), str(stranger.public_id)}
    assert "@" not in str(told())


def test_a_time_outside_holds_nobody(member: User) -> None:
    audit.record(Action.EMAIL_SEEN_BY_STAFF, audit.SYSTEM, member=member)
    assert told(until=timezone.now() - timedelta(minutes=30)) == []
    with pytest.raises(CommandError):
        call_command("affected", "--since", "kemarin")


def test_every_look_at_a_members_data_says_what_it_laid_open() -> None:
    looks = {action for action in Action if "seen" in action or "exported" in action}
    assert looks - set(FIELDS) <= {Action.MEMBERS_LISTED_BY_STAFF, Action.AUDIT_SEEN_BY_STAFF}
