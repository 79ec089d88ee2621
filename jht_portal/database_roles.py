"""What the portal's own database role may do where the tables belong to another (DATABASE_OWNER_URL)."""

from typing import Any

from psycopg import sql

from accounts.services.audit_chain import INSERT_ONLY


def grant(connection: Any, role: str) -> None:
    """Run as the owner. Everywhere reading and writing; in the audit trail only adding and the narrow updates."""
    with connection.cursor() as cursor:
        for statement in _statements(role):
            cursor.execute(statement)


def _statements(role: str) -> list[sql.Composed]:
    who = sql.Identifier(role)
    rows = "SELECT, INSERT, UPDATE, DELETE"
    given = [
        sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(who),
        sql.SQL(f"GRANT {rows} ON ALL TABLES IN SCHEMA public TO {{}}").format(who),
        sql.SQL("GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {}").format(who),
    ]
    for table, columns in INSERT_ONLY.items():
        name = sql.Identifier(table)
        given.append(sql.SQL("REVOKE ALL ON {} FROM {}").format(name, who))
        given.append(sql.SQL("GRANT SELECT, INSERT ON {} TO {}").format(name, who))
        if columns:
            some = sql.SQL(", ").join(map(sql.Identifier, columns))
            given.append(sql.SQL("GRANT UPDATE ({}) ON {} TO {}").format(some, name, who))
    return given
