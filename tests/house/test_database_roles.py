"""With DATABASE_OWNER_URL the portal's own role works as before and cannot touch what is written in the audit trail."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest

ROOT = Path(__file__).resolve().parents[2]
DATABASE, OWNER, PORTAL, PASSWORD = "portal_roles", "portal_roles_owner", "portal_roles_own", "sandi-uji-peran"
SUPERUSER = os.environ.get("DATABASE_URL", "")


def url_of(role: str = "", database: str = DATABASE) -> str:
    parts = urlsplit(SUPERUSER)
    host = parts.netloc.rpartition("@")[2]
    netloc = f"{role}:{PASSWORD}@{host}" if role else parts.netloc
    return urlunsplit(parts._replace(netloc=netloc, path=f"/{database}"))


def run(statement: str, *, role: str = "", database: str = DATABASE) -> psycopg.Cursor[tuple[object, ...]]:
    with psycopg.connect(url_of(role, database), autocommit=True) as connection:
        return connection.execute(statement)


def manage(*arguments: str, **changed: str) -> None:
    env = {**os.environ, "DATABASE_URL": url_of(PORTAL), **changed}
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments], cwd=ROOT, env=env, capture_output=True, text=True, timeout=180,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def two_roles() -> Iterator[None]:
    """A database whose tables belong to one role, migrated by the real command, and the role the portal runs as."""
    default = urlsplit(SUPERUSER).path.strip("/")
    with psycopg.connect(SUPERUSER, autocommit=True) as connection:
        if not connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()[0]:  # type: ignore[index]
            pytest.skip("making roles needs a superuser of the test's PostgreSQL")
        drop(connection)
        for role in (OWNER, PORTAL):
            connection.execute(f"CREATE ROLE {role} LOGIN PASSWORD '{PASSWORD}'")
        connection.execute(f"CREATE DATABASE {DATABASE} OWNER {OWNER}")
    run("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    manage("migrate", "--verbosity=0", DATABASE_OWNER_URL=url_of(OWNER))
    yield
    with psycopg.connect(url_of(database=default), autocommit=True) as connection:
        drop(connection)


def drop(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    connection.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
    for role in (OWNER, PORTAL):
        connection.execute(f"DROP ROLE IF EXISTS {role}")


INSERT = (
    "INSERT INTO accounts_auditrow (at, day, action, door, reason, details, session, address, agent) "
    "VALUES (now(), current_date, 'signed_in', 'web', '', '{}', '', '192.0.2.1', 'x')"
)


def test_the_portals_own_role_writes_seals_and_forgets(two_roles: None) -> None:
    run(INSERT, role=PORTAL)
    manage("shell", "-c", "from accounts.services import audit_chain; assert audit_chain.seal() == 1")
    manage("audit_verify")
    assert run("UPDATE accounts_auditrow SET address = NULL, agent = ''", role=PORTAL).rowcount == 1
    manage("audit_verify")
    manage("createcachetable")
    manage(
        "shell", "-c", "from accounts.models import User; u = User.objects.create(email='a@contoh.example'); u.delete()"
    )


@pytest.mark.asvs("V13.2.2", "V16.4.2")
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE accounts_auditrow SET reason = 'x'",
        "UPDATE accounts_auditrow SET at = now()",
        "DELETE FROM accounts_auditrow",
        "TRUNCATE accounts_auditrow",
        "UPDATE accounts_auditseal SET sealed_at = now()",
        "DELETE FROM accounts_auditseal",
        "TRUNCATE accounts_auditseal",
        "ALTER TABLE accounts_auditrow DISABLE TRIGGER USER",
        "DROP TRIGGER keep ON accounts_auditrow",
        "DROP TABLE accounts_auditrow",
        "SET session_replication_role = replica",
        f"SET ROLE {OWNER}",
        "CREATE TABLE another (id int)",
    ],
)
def test_the_portals_own_role_cannot_touch_what_is_written_nor_take_the_guard_away(
    two_roles: None, statement: str
) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        run(statement, role=PORTAL)
