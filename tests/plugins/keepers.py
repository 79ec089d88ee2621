"""Empties the tables after a transactional test, those too whose triggers refuse that to everybody else.

By DELETE: PostgreSQL's TRUNCATE makes a new file for each of fifty tables, of which a test has filled a few.
"""

from typing import Any

import pytest

INSERT_ONLY = ("accounts_auditrow", "accounts_auditseal")


@pytest.fixture(scope="session", autouse=True)
def _flush_past_the_triggers() -> None:
    from django.db.backends.postgresql.operations import DatabaseOperations

    def sql_flush(self: Any, style: Any, tables: list[str], **options: Any) -> list[str]:
        guarded = [table for table in INSERT_ONLY if table in tables]
        off, on = ([f"ALTER TABLE {table} {word} TRIGGER USER" for table in guarded] for word in ("DISABLE", "ENABLE"))
        emptied = [f"DELETE FROM {self.quote_name(table)}" for table in tables]
        return [*off, *emptied, "SET CONSTRAINTS ALL IMMEDIATE", *on]

    DatabaseOperations.sql_flush = sql_flush  # type: ignore[method-assign]
