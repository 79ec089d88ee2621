"""Nothing about a member is forgotten in the export: every table, every column, or a reason why not."""

import json
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import BinaryField, Model, UUIDField
from django.test.utils import CaptureQueriesContext

from accounts import audit
from accounts.models import User
from accounts.sealing import sealed_columns
from accounts.services import export
from accounts.services import holdings as _registered
from tests.accounts.everything import NIK, give_everything
from tests.factories import make_balance, make_card

# Which table of all may stay unnamed: none of its columns leads to a person.
NAMES_A_PERSON = {"member", "actor", "user"}
ABOUT_STAFF_OR_NOBODY = {
    "accounts.user_groups": "which rights staff have",
    "accounts.user_user_permissions": "which rights staff have",
    "account.emailconfirmation": "never written: addresses are proved by codes",
    "admin.logentry": "never written: accounts.admin.base.StaffAdmin",
}


def models_about_people() -> set[type[Model]]:
    """Those with a key to a user, to a table that has one, or with an id of a person."""
    every = set(apps.get_models(include_auto_created=True))
    found = {User}
    while more := {model for model in every - found if _leads_to(model, found)}:
        found |= more
    return found


def _leads_to(model: type[Model], found: set[type[Model]]) -> bool:
    columns = model._meta.concrete_fields
    by_key = any(column.related_model in found for column in columns if column.is_relation)
    return by_key or any(isinstance(one, UUIDField) and one.name in NAMES_A_PERSON for one in columns)


def test_every_table_about_a_member_is_exported_or_excluded_with_a_reason() -> None:
    assert _registered
    exported = {held.model for held in export.HELD}
    unnamed = {
        model._meta.label_lower
        for model in models_about_people() - exported
        if model._meta.label_lower not in {*export.EXCLUDED, *ABOUT_STAFF_OR_NOBODY}
    }
    assert not unnamed, f"register them in accounts.services.holdings or the app's privacy.py: {sorted(unnamed)}"


def test_the_walk_finds_what_it_should() -> None:
    found = {model._meta.label_lower for model in models_about_people()}
    assert {"accounts.card", "accounts.auditrow", "balances.contribution", "mfa.authenticator"} <= found
    assert "accounts.auditseal" not in found


@pytest.mark.asvs("V14.1.2")
@pytest.mark.parametrize("held", export.HELD, ids=lambda held: held.key)
def test_every_column_is_exported_or_left_out_with_a_reason(held: export.Held, member: User, staff: User) -> None:
    give_everything(member, staff)
    sections = json.loads(export.write(member=member, source=audit.SYSTEM))["data"]
    rows = sections[held.key]["rows"]
    assert rows, "tests/accounts/everything.py makes no such row"
    sealed = sealed_columns(held.model)
    for column in held.model._meta.concrete_fields:
        left_out = {column.name, column.attname} & set(held.left_out)
        in_file = sealed.get(column.attname, column.attname) in rows[0]
        assert left_out or in_file, column.name
        assert left_out or not isinstance(column, BinaryField), column.name
    names = {name for column in held.model._meta.concrete_fields for name in (column.name, column.attname)}
    assert set(held.left_out) <= names, "a reason for a column that is not there"
    assert all(str(reason) for reason in held.left_out.values())


def test_sealed_values_are_opened_and_secrets_stay_out(member: User, staff: User) -> None:
    card = give_everything(member, staff)
    text = export.write(member=member, source=audit.SYSTEM)
    for value in (card.kpj, NIK, "1945-08-17", "Tulis BUDI PENANDA", "7654321.00", "203.0.113.77", str(member.email)):
        assert value in text, value
    for value in (member.sms_numbers.get().number, "SALDO PENANDA", "JAWABAN PENANDA"):
        assert value in text, value
    for value in (member.password, "v1.", card.member_ref, str(member.deletion.cancel_key)):
        assert value not in text, value


def test_rows_of_other_people_stay_out(member: User, stranger: User, staff: User) -> None:
    other = give_everything(stranger, staff)
    give_everything(member, staff)
    audit.record(audit.Action.MEMBER_SEEN_BY_STAFF, audit.Source(door="admin", actor=staff), member=member)
    audit.record(audit.Action.MEMBER_SEEN_BY_STAFF, audit.Source(door="web", actor=member), member=stranger)
    text = export.write(member=member, source=audit.SYSTEM)
    for value in (
        other.kpj,
        stranger.sms_numbers.get().number,
        str(stranger.email),
        str(stranger.public_id),
        str(staff.public_id),
        str(staff.email),
    ):
        assert value not in text
    rows = json.loads(text)["data"]["accounts.auditrow"]["rows"]
    assert "Petugas" in {row["who"] for row in rows}
    assert all(row["what"] for row in rows)


def test_a_page_is_bounded_and_says_how_many_there_are(member: User) -> None:
    for _ in range(30):
        audit.record(audit.Action.SIGNED_OUT, audit.SYSTEM, member=member)
    parts: dict[Any, Any] = {
        str(part.title): part for part in export.show(member=member, source=audit.SYSTEM, rows_at_most=20)
    }
    trail = parts["Siapa melihat atau mengubah apa"]
    assert (trail.total, len(trail.rows)) == (31, 20)


@pytest.mark.django_db
def test_rows_come_in_an_order_and_not_as_the_database_likes(member: User) -> None:
    """It gives rows of no order differently after each write."""
    make_balance(make_card(member), "1111.00")
    with CaptureQueriesContext(connection) as asked:
        export.write(member=member, source=audit.SYSTEM)
    tables = {held.model._meta.db_table for held in export.HELD}
    lists = [one["sql"] for one in asked if any(one["sql"].startswith(f'SELECT "{table}".') for table in tables)]
    assert len(lists) >= len(tables)
    assert [sql for sql in lists if "ORDER BY" not in sql and " LIMIT 1" not in sql and '."id" = ' not in sql] == []
