"""docker-compose.yml: its file is sound; each command and health check works, run natively for want of an engine."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml

from demo import environment
from demo.embedded import Postgres, Valkey
from demo.embedded.binaries import postgres_bin
from demo.embedded.postgres import PRIVACY, free_port
from demo.embedded.process import Program, tail, wait_until

pytestmark = pytest.mark.waits

ROOT = Path(__file__).resolve().parents[2]
OURS = ("web", "worker", "beat", "migrate", "sandbox")

Service = dict[str, Any]


@pytest.fixture(scope="module")
def compose(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """As podman-compose reads it: merged and with its variables filled in. It wants to see a podman, so it sees one."""
    here = tmp_path_factory.mktemp("compose")
    (here / "podman").write_text("#!/bin/sh\necho podman version 5.2.0\n")
    (here / "podman").chmod(0o755)
    (here / "docker-compose.yml").write_text((ROOT / "docker-compose.yml").read_text())
    (here / ".env").write_text("PROVIDER_CLIENT_ID=portal\nPROVIDER_PARTNER_ID=partner\nPROVIDER_CHANNEL_ID=95221\n")
    done = subprocess.run(
        [sys.executable, "-m", "podman_compose", "--profile", "sandbox", "config"],
        cwd=here,
        env={**os.environ, "PATH": f"{here}:{os.environ['PATH']}"},
        check=True,
        capture_output=True,
        text=True,
    )
    read: dict[str, Any] = yaml.safe_load(done.stdout)
    return read


def test_file_names_every_service_and_only_existing_parts(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert set(services) == {*OURS, "postgres", "valkey"}
    for name, service in services.items():
        assert set(service.get("secrets", [])) <= set(compose["secrets"]), name
        assert set(service.get("networks", [])) <= set(compose["networks"]), name
        assert set(service.get("depends_on", [])) <= set(services), name
        for volume in service.get("volumes", []):
            assert volume.split(":")[0] in compose["volumes"], name


def test_file_gives_every_lasting_service_a_health_check_and_a_restart(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        if name != "migrate":
            assert service["healthcheck"]["test"], name
            assert service["restart"] == "unless-stopped", name
    assert compose["services"]["migrate"]["restart"] == "no"


def test_file_gives_our_services_no_more_than_they_need(compose: dict[str, Any]) -> None:
    for name in OURS:
        service = compose["services"][name]
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert "no-new-privileges:true" in service["security_opt"], name


def test_file_publishes_nothing_beyond_this_machine(compose: dict[str, Any]) -> None:
    published = {name: service["ports"] for name, service in compose["services"].items() if "ports" in service}
    assert published == {"web": ["127.0.0.1:8000:8000"], "worker": ["127.0.0.1:8001:8001"]}


@pytest.mark.asvs("V13.2.3")
def test_file_holds_no_secret(compose: dict[str, Any]) -> None:
    for service in compose["services"].values():
        for variable, value in service.get("environment", {}).items():
            if any(word in variable for word in ("SECRET", "KEY", "PASSWORD", "_URL")):
                assert variable.endswith("_FILE"), variable
                assert value.startswith("/run/secrets/")


def test_file_lets_the_database_log_no_value(compose: dict[str, Any]) -> None:
    command = compose["services"]["postgres"]["command"]
    assert {f"{name}={value}" for name, value in PRIVACY.items()} <= set(command)


def test_file_and_image_start_the_web_server_alike(compose: dict[str, Any]) -> None:
    instruction = (ROOT / "Dockerfile").read_text().rpartition("CMD ")[2].replace("\\\n", "")
    assert yaml.safe_load(instruction) == compose["services"]["web"]["command"]


class Machine:
    """Stands in for the engine: runs what the file says, with paths, ports and names of this machine."""

    def __init__(self, services: dict[str, Service], directory: Path) -> None:
        self.services, self.directory = services, directory
        self.secrets, self.tmp = directory / "secrets", directory / "tmp"
        self.tmp.mkdir()
        self.ports = {number: str(free_port()) for number in ("8000", "8001", "8025", "5432", "6379")}
        self._started: list[Program] = []

    def start(self, name: str) -> Program:
        program = Program(self.argv(self.services[name]["command"]), env=self.env(name), cwd=ROOT, log=self.log(name))
        self._started.append(program)
        return program

    def healthy(self, name: str) -> bool:
        return self.health_check(name).returncode == 0

    def health_check(self, name: str) -> subprocess.CompletedProcess[str]:
        kind, *test = self.services[name]["healthcheck"]["test"]
        argv = ["sh", "-c", test[0].replace("$$", "$")] if kind == "CMD-SHELL" else test
        return subprocess.run(
            self.argv(argv), env=self.env(name), cwd=ROOT, capture_output=True, text=True, check=False, timeout=40
        )

    def log(self, name: str) -> Path:
        return self.directory / f"{name}.log"

    def argv(self, command: list[str]) -> list[str]:
        return [self.here(word) for word in command]

    def env(self, name: str) -> dict[str, str]:
        given = {key: self.here(str(value)) for key, value in self.services[name].get("environment", {}).items()}
        path = f"{self.directory / 'bin'}:{Path(sys.executable).parent}:{os.environ['PATH']}"
        env = environment.inherited() | {
            "STATIC_ROOT": os.environ["STATIC_ROOT"],
            "PATH": path,
            "PGPORT": self.ports["5432"],
        }
        return env | {"PUBLIC_URL": "http://localhost:8000", "DJANGO_SETTINGS_MODULE": "jht_portal.settings"} | given

    def here(self, text: str) -> str:
        for number, port in self.ports.items():
            text = text.replace(number, port)
        text = text.replace("0.0.0.0", "127.0.0.1").replace("find /tmp ", f"find {self.tmp} ")
        return text.replace("=/tmp/", f"={self.tmp}/").replace("/run/secrets/", f"{self.secrets}/")

    def stop(self) -> None:
        for program in reversed(self._started):
            program.ask_to_stop()
        for program in reversed(self._started):
            program.stop()


@pytest.fixture(scope="module")
def machine(compose: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """With the servers of the wheels in the place of the two images, configured as the file configures those."""
    directory = tmp_path_factory.mktemp("machine")
    machine = Machine(compose["services"], directory)
    settings = [word for word in compose["services"]["postgres"]["command"] if "=" in word]
    postgres = Postgres(
        directory / "postgres",
        password="throw-away",
        log=directory / "postgres.log",
        settings=dict(word.split("=", 1) for word in settings) | {"fsync": "off"},
        port=int(machine.ports["5432"]),
    )
    valkey = Valkey(
        directory / "valkey", password="throw-away", log=directory / "valkey.log", port=int(machine.ports["6379"])
    )
    postgres.start()
    valkey.start()
    _write_secrets(machine, postgres.url, valkey.url)
    _write_clients(machine)
    try:
        done = machine.start("migrate")
        assert done.wait(120), "migrate hangs"
        assert done.exit_code == 0, tail(machine.log("migrate"), 30)
        yield machine
    finally:
        machine.stop()
        valkey.stop()
        postgres.stop()
        postgres.remove()


def _write_secrets(machine: Machine, database_url: str, redis_url: str) -> None:
    kept = environment.Secrets(machine.secrets)
    environment.for_product(
        kept, database_url=database_url, redis_url=redis_url, public_url="", provider_url="", email_url=""
    )
    kept.write("email_url", f"smtp://127.0.0.1:{machine.ports['8025']}")
    kept.write("database_password", "throw-away")
    kept.write("valkey.conf", "requirepass throw-away\n")


def _write_clients(machine: Machine) -> None:
    """`pg_isready` comes with the wheel; for `valkey-cli` a real client of a few lines stands in."""
    programs = machine.directory / "bin"
    programs.mkdir()
    (programs / "pg_isready").symlink_to(postgres_bin() / "pg_isready")
    (programs / "valkey-cli").write_text(
        f"#!{sys.executable}\nimport os, redis, sys\n"
        f"client = redis.Redis(port={machine.ports['6379']}, password=os.environ['REDISCLI_AUTH'])\n"
        "print('PONG' if client.execute_command(*sys.argv[1:]) else 'no')\n"
    )
    (programs / "valkey-cli").chmod(0o755)


def becomes_healthy(machine: Machine, name: str, program: Program) -> bool:
    return wait_until(lambda: not program.running or machine.healthy(name), timeout=60, pause=0.2) and program.running


def test_the_tables_are_there_after_migrate(machine: Machine) -> None:
    with psycopg.connect((machine.secrets / "database_url").read_text()) as connection:
        rows = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
    assert {"django_session", "rate_limits"} <= {name for (name,) in rows}


@pytest.mark.parametrize("name", ["web", "worker", "beat", "sandbox"])
def test_a_service_becomes_healthy_and_its_check_fails_when_it_is_gone(machine: Machine, name: str) -> None:
    program = machine.start(name)
    assert becomes_healthy(machine, name, program), (machine.health_check(name), tail(machine.log(name), 30))
    program.stop()
    assert program.exit_code in (0, -signal.SIGTERM), tail(machine.log(name), 30)
    if name != "beat":  # its file stays; its age is what the check looks at
        assert not machine.healthy(name)


def test_the_check_of_beat_notices_a_schedule_that_is_no_longer_written(machine: Machine) -> None:
    program = machine.start("beat")
    assert becomes_healthy(machine, "beat", program)
    program.kill()
    for path in machine.tmp.glob("beat-schedule*"):
        os.utime(path, (0, 0))
    assert not machine.healthy("beat")


def test_the_checks_of_the_two_servers_connect_to_them(machine: Machine) -> None:
    for name in ("postgres", "valkey"):
        assert machine.healthy(name), machine.health_check(name)
    machine.ports |= {"5432": str(free_port())}
    kept = environment.Secrets(machine.secrets)
    kept.write("valkey.conf", "requirepass wrong\n")
    for name in ("postgres", "valkey"):
        assert not machine.healthy(name)
