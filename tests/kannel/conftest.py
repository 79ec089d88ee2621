"""The whole house around a real Kannel, made once for all scenarios: they tell their people and numbers apart."""

import os
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from accounts.audit import COMMAND
from accounts.models import Card, User
from demo.embedded.process import Program
from demo.environment import Secrets
from demo.kannel import Kannel
from sms.models import Number, number_index
from sms.services import numbers
from tests.factories import make_balance, make_card, make_member
from tests.house.conftest import pages_folder  # noqa: F401
from tests.house.website import ROOT, Website
from tests.kannel.between import Between, between
from tests.kannel.phones import Network, Phone, network, new_number
from tests.plugins.processes import Sandbox, Worker

STATIC_REPLY = "Jawaban tetap Kannel."
_STATIC = f"""
group = sms-service
name = static
keyword = tetap
catch-all = true
text = "{STATIC_REPLY}"
max-messages = 1
"""
AS_OF = datetime(2026, 10, 31, tzinfo=UTC)


@dataclass(kw_only=True)
class House:
    """What runs. `inward` stands between Kannel and the portal, `outward` between the portal and Kannel."""

    kannel: Kannel
    network: Network
    sandbox: Sandbox
    inward: Between
    outward: Between
    logs: Path
    website: Website
    worker: Worker
    _kpj: Any = field(default_factory=lambda: iter(range(10**6)))

    def phone(self, member: User | None = None) -> Phone:
        """A new number; with a member, one that its owner confirmed."""
        one = Phone(self.network, new_number())
        if member:
            row = numbers.ask(member=member, number=one.number, source=COMMAND)
            numbers.activate(member=member, public_id=row.public_id, proof=Number.Proof.OWNER, source=COMMAND)
        return one

    def confirmed(self, member: User) -> Phone:
        """A number more than a member may have: what is asked is the same, and ten an hour would not do."""
        one = Phone(self.network, new_number())
        row = Number(member=member, number_index=number_index(one.number), last3=one.number[-3:])
        row.number, row.state, row.proof, row.confirmed_at = one.number, "active", "owner", timezone.now()
        row.save()
        return one

    def member(self, *amounts: str, **fields: Any) -> User:
        """With a card for each amount."""
        member = make_member(**fields)
        for amount in amounts:
            self.card(member, amount)
        return member

    def card(self, member: User, amount: str = "12345678.00", kpj: str | None = None) -> Card:
        card = make_card(member, kpj or f"2401{next(self._kpj):06d}1")
        make_balance(card, amount, as_of=AS_OF)
        return card


@pytest.fixture(scope="session")
def tables(django_db_blocker: Any) -> Iterator[Future[None]]:
    """The run's own server lives as long as the run: its first database will do. Made beside other work."""
    with django_db_blocker.unblock(), ThreadPoolExecutor(1) as beside:
        yield beside.submit(_make_tables)


def _make_tables() -> None:
    call_command("migrate", verbosity=0)
    call_command("createcachetable")
    connection.close()


@pytest.fixture(scope="session")
def spoilers() -> bool:
    """Whether `inward` and `outward` stand in the way; where time is measured they do not."""
    return True


@pytest.fixture(scope="session")
def house(
    tables: "Future[None]",
    pages_folder: Path,  # noqa: F811
    sandbox_process: Sandbox,
    tmp_path_factory: pytest.TempPathFactory,
    spoilers: bool,
) -> Iterator[House]:
    logs = tmp_path_factory.mktemp("kannel")
    env = {**os.environ, "STATIC_ROOT": str(pages_folder)}
    website = Website(env=env, log=logs / "web.log")
    with between() as inward, between() as outward:
        inward.target = website.port
        kannel = Kannel(
            directory=logs,
            kept=Secrets(logs / "secrets"),
            portal_url=f"http://127.0.0.1:{inward.port if spoilers else website.port}",
            log=lambda name: logs / f"{name}.log",
            services=_STATIC,
            retry_seconds=1,
        )
        outward.target = kannel.ports.sendsms
        env |= kannel.environment()
        if spoilers:
            env["KANNEL_SENDSMS_URL"] = f"http://127.0.0.1:{outward.port}/cgi-bin/sendsms"
        os.environ.update(env)
        beat_argv = [sys.executable, "-m", "celery", "-A", "jht_portal", "beat", "--pidfile="]
        beat_argv += [f"--schedule={logs / 'beat-schedule'}"]
        beat = Program(beat_argv, log=logs / "beat.log", cwd=ROOT, env=env)
        kannel.write()
        kannel.bearerbox.start()
        kannel.smsbox.start()
        website.start()
        worker = Worker(env=env, log=logs / "worker.log", concurrency=4, queues="upstream,default")
        tables.result(timeout=120)
        try:
            with network(kannel.programs.fakesmsc, kannel.ports.phones) as phones:
                yield House(
                    kannel=kannel, network=phones, sandbox=sandbox_process, inward=inward, outward=outward,
                    logs=logs, website=website, worker=worker,
                )  # fmt: skip
        finally:
            for program in (beat, worker.program):
                program.ask_to_stop()
            for one in (kannel.smsbox, kannel.bearerbox, website, worker, beat):
                one.stop()


BORN = date(1986, 7, 12)
