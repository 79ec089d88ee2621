"""Lets the flush after a transactional test empty the tables whose triggers refuse that to everybody else."""

from typing import Any

import pytest

INSERT_ONLY = ("accounts_auditrow", "accounts_auditseal")


@pytest.fixture(scope="session", autouse=True)
def _flush_past_the_triggers() -> None:
    from django.db.backends.postgresql.operations import DatabaseOperations

    sql_flush = DatabaseOperations.sql_flush

    def with_triggers_off(self: Any, style: Any, tables: list[str], **options: Any) -> list[str]:
        guarded = [table for table in INSERT_ONLY if table in tables]
        off, on = ([f"ALTER TABLE {table} {word} TRIGGER USER" for table in guarded] for word in ("DISABLE", "ENABLE"))
        return [*off, *sql_flush(self, style, tables, **options), *on]

    DatabaseOperations.sql_flush = with_triggers_off  # type: ignore[method-assign]
