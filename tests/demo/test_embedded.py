"""The private servers: closed to others, lasting, silent about data, and never left behind."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from demo.embedded import Postgres, ServiceError, Valkey, postgres
from demo.embedded.binaries import postgres_bin, redis_server
from demo.embedded.process import Identity, wait_until

pytestmark = pytest.mark.waits

ROOT = Path(__file__).resolve().parents[2]
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become somebody else")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Postgres]:
    server = Postgres(tmp_path / "postgres", password="right", log=tmp_path / "postgres.log")
    server.start()
    yield server
    server.stop()
    server.remove()


def query(server: Postgres, sql: str) -> object:
    with psycopg.connect(server.url, autocommit=True) as connection:
        cursor = connection.execute(sql)
        row = cursor.fetchone() if cursor.description else None
        return row[0] if row else None


@pytest.mark.asvs("V13.2.1")
def test_postgres_refuses_a_wrong_password(server: Postgres) -> None:
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(server.url.replace("right", "wrong"))


def test_postgres_keeps_its_data_over_a_stop_and_a_crash(server: Postgres) -> None:
    query(server, "CREATE TABLE kept AS SELECT 7 AS number")
    server.stop()
    server.start()
    assert query(server, "SELECT number FROM kept") == 7
    server.program.kill()
    server.start()
    assert query(server, "SELECT number FROM kept") == 7


def test_postgres_starts_over_a_pid_file_that_now_means_somebody_else(server: Postgres, tmp_path: Path) -> None:
    pid_file = next(tmp_path.rglob("postmaster.pid"), None) or Path("/nonexistent")
    lines = pid_file.read_text().splitlines()
    server.program.kill()
    pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]))
    server.start()
    assert query(server, "SELECT 1") == 1


def test_a_second_server_takes_over_from_one_that_a_killed_run_left(server: Postgres, tmp_path: Path) -> None:
    query(server, "CREATE TABLE kept AS SELECT 7 AS number")
    heir = Postgres(tmp_path / "postgres", password="right", log=tmp_path / "heir.log")
    heir.start()
    try:
        assert not server.running
        assert query(heir, "SELECT number FROM kept") == 7
    finally:
        heir.stop()


def test_postgres_writes_no_value_into_its_log(server: Postgres, tmp_path: Path) -> None:
    query(server, "CREATE TABLE cards (kpj text UNIQUE)")
    for bad in ("INSERT INTO cards VALUES ('24011122201'), ('24011122201')", "SELECT '24011122201'::uuid"):
        with pytest.raises(psycopg.Error):
            query(server, bad)
    text = (tmp_path / "postgres.log").read_text()
    assert "ready to accept connections" in text
    assert "24011122201" not in text


@pytest.mark.asvs("V13.2.1")
def test_valkey_needs_its_password_and_keeps_its_data(tmp_path: Path) -> None:
    server = Valkey(tmp_path / "valkey", password="right", log=tmp_path / "valkey.log")
    server.start()
    try:
        with pytest.raises(redis.AuthenticationError):
            redis.Redis(host="127.0.0.1", port=server.port).ping()
        redis.Redis.from_url(server.url).set("kept", "7")
        server.stop()
        server.start()
        assert redis.Redis.from_url(server.url).get("kept") == b"7"
    finally:
        server.stop()


@pytest.mark.asvs("V13.3.2")
def test_no_secret_is_visible_in_the_list_of_processes(tmp_path: Path) -> None:
    server = Valkey(tmp_path / "valkey", password="hard-to-guess", log=tmp_path / "valkey.log")
    server.start()
    try:
        for name in ("cmdline", "environ"):
            assert b"hard-to-guess" not in Path(f"/proc/{server.program.pid}/{name}").read_bytes()
    finally:
        server.stop()


_HOLDER = """
import sys, time
from pathlib import Path
from demo.embedded import Postgres, Valkey
here = Path(sys.argv[1])
one = Postgres(here / "postgres", password="right", log=here / "postgres.log")
two = Valkey(here / "valkey", password="right", log=here / "valkey.log")
one.start(); two.start()
print(one.program.pid, two.program.pid, flush=True)
time.sleep(60)
"""


def test_a_killed_parent_takes_its_servers_along(tmp_path: Path) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", _HOLDER, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout
    pids = [int(pid) for pid in parent.stdout.readline().split()]
    assert len(pids) == 2
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    assert wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids), timeout=60)


@as_root
def test_root_without_user_namespaces_uses_another_account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = postgres._may_run

    def may_run(programs: Path, identity: Identity, directory: Path) -> bool:
        return not identity.namespace and real(programs, identity, directory)

    monkeypatch.setattr(postgres, "_may_run", may_run)
    tmp_path.chmod(0o700)
    server = Postgres(tmp_path / "postgres", password="right", log=tmp_path / "postgres.log")
    server.start()
    try:
        assert query(server, "SELECT 1") == 1
        assert Path(f"/proc/{server.program.pid}").stat().st_uid != 0
        assert not (tmp_path / "postgres" / "data").exists()
    finally:
        server.stop()
        server.remove()
    assert not postgres._elsewhere((tmp_path / "postgres").resolve()).exists()


@as_root
def test_root_changes_no_right_of_a_closed_folder(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    server = Postgres(tmp_path / "postgres", password="right", log=tmp_path / "postgres.log")
    server.start()
    server.stop()
    assert tmp_path.stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "postgres" / "data").stat().st_uid == 0


def test_programs_that_are_not_there_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTAL_PG_BIN", "/nonexistent")
    monkeypatch.setenv("PORTAL_REDIS_SERVER", "/nonexistent")
    with pytest.raises(ServiceError, match="PORTAL_PG_BIN=/nonexistent"):
        postgres_bin()
    with pytest.raises(ServiceError, match="PORTAL_REDIS_SERVER=/nonexistent"):
        redis_server()
