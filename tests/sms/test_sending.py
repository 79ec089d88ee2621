"""A text goes out once; where nobody knows, once more and counted; and what cannot go out is not tried for ever."""

import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.utils import timezone

from sms.gateways.port import Doubtful, NotSent, Received, Report
from sms.models import Inbound, Outbound
from sms.services import answering, receiving, sending
from tests.sms.conftest import PHONE, Air, work

pytestmark = pytest.mark.django_db
NOW = timezone.now


def _try_again() -> None:
    Outbound.objects.exclude(next_fetch_at=None).update(next_fetch_at=NOW())
    sending.sweep()
    work()


def test_a_text_goes_out_and_is_wiped(air: Air) -> None:
    row = sending.queue(to=PHONE, text="halo", reply="help")
    assert "halo" not in row.text_sealed
    work()
    assert [(one.to, one.text, one.reference) for one in air.sent] == [(PHONE, "halo", str(row.public_id))]
    row.refresh_from_db()
    assert (row.text_sealed, row.next_fetch_at, row.tries, row.doubtful) == ("", None, 1, 0)
    assert row.sent_at


def test_a_bell_rung_twice_sends_once(air: Air) -> None:
    row = sending.queue(to=PHONE, text="halo", reply="help")
    row.refresh_from_db()
    assert row.fetch_started_at
    for _ in range(2):
        sending.send(public_id=row.public_id, token=row.fetch_started_at)
    assert len(air.sent) == 1


def test_a_gateway_that_refuses_is_asked_again_later(air: Air) -> None:
    air.fail = [NotSent("kannel_503")]
    row = sending.queue(to=PHONE, text="halo", reply="help")
    work()
    row.refresh_from_db()
    assert (len(air.sent), row.last_error, row.failures) == (0, "kannel_503", 1)
    assert row.next_fetch_at
    assert row.next_fetch_at > NOW()
    _try_again()
    assert len(air.sent) == 1


def test_what_nobody_knows_of_is_sent_once_more_and_counted(air: Air) -> None:
    air.fail = [Doubtful()]
    row = sending.queue(to=PHONE, text="halo", reply="help")
    work()
    _try_again()
    row.refresh_from_db()
    assert (len(air.sent), row.doubtful, row.tries) == (1, 1, 2)


def test_twice_in_doubt_is_enough(air: Air) -> None:
    air.fail = [Doubtful(), Doubtful()]
    row = sending.queue(to=PHONE, text="halo", reply="help")
    work()
    _try_again()
    _try_again()
    row.refresh_from_db()
    assert (len(air.sent), row.doubtful, row.text_sealed, row.next_fetch_at) == (0, 2, "", None)
    assert row.given_up_at


def test_an_answer_half_an_hour_late_is_not_sent(air: Air) -> None:
    air.fail = [NotSent("gateway_unreachable")]
    row = sending.queue(to=PHONE, text="halo", reply="help")
    Outbound.objects.update(created_at=NOW() - timedelta(minutes=31))
    work()
    row.refresh_from_db()
    assert (row.text_sealed, row.next_fetch_at) == ("", None)
    assert row.given_up_at


@pytest.mark.parametrize("text", ["", "a" * 161])
def test_a_text_that_does_not_fit_is_refused_at_once(air: Air, text: str) -> None:
    with pytest.raises(ValueError, match="fit one segment"):
        sending.queue(to=PHONE, text=text, reply="help")


def test_a_report_is_noted_and_relied_upon_by_nothing(air: Air) -> None:
    row = sending.queue(to=PHONE, text="halo", reply="help")
    told: list[Any] = [
        Report(reference=str(row.public_id), status="delivered"),
        Report(reference="not-ours", status="failed"),
        Report(reference=str(row.public_id), status="nonsense"),
    ]
    receiving.note_reports(reports=told)
    row.refresh_from_db()
    assert row.delivery == "delivered"
    assert row.next_fetch_at, "it still waits to be sent"


def test_a_report_that_was_overtaken_does_not_undo_the_end(air: Air) -> None:
    row = sending.queue(to=PHONE, text="halo", reply="help")
    for status in ("delivered", "accepted", "buffered"):
        receiving.note_reports(reports=[Report(reference=str(row.public_id), status=status)])
    row.refresh_from_db()
    assert row.delivery == "delivered"


def test_an_answer_goes_out_by_the_worker_that_wrote_it(
    air: Air, request: pytest.FixtureRequest, django_capture_on_commit_callbacks: Any
) -> None:
    """A bell of its own would stand in the queue behind every message that nobody has read yet."""
    receiving.store(gateway="kannel", messages=[Received(gateway_id="1", sender=PHONE, text="BANTUAN")])
    row = Inbound.objects.get()
    assert row.fetch_started_at
    with django_capture_on_commit_callbacks(execute=True):
        answering.answer(public_id=row.public_id, token=row.fetch_started_at)
        assert air.sent == [], "not before what was done is committed"
    assert len(air.sent) == 1
    assert [name for name, _ in request.getfixturevalue("_no_broker")] == ["sms.answer"]


# A worker that dies between the gateway's answer and our own note of it

_DIES = """
import os, signal, sys
from datetime import datetime
from uuid import UUID
import django
django.setup()
from sms.services import sending

class Gateway:
    def send(self, message):
        with open(sys.argv[3], "a") as air:
            air.write(message.text + "\\n")
        os.kill(os.getpid(), signal.SIGKILL)

sending.get_gateway = lambda name: Gateway()
sending.send(public_id=UUID(sys.argv[1]), token=datetime.fromisoformat(sys.argv[2]))
"""


def _killed_while_sending(row: Outbound, air: Path) -> None:
    from django.db import connection

    row.refresh_from_db()
    assert row.fetch_started_at
    database = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
    env = {**os.environ, "DATABASE_URL": urlunsplit(database), "DJANGO_SETTINGS_MODULE": "jht_portal.settings"}
    argv = [sys.executable, "-c", _DIES, str(row.public_id), row.fetch_started_at.isoformat(), str(air)]
    done = subprocess.run(argv, env=env, check=False, timeout=60, capture_output=True)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()


def test_a_worker_killed_after_the_gateway_took_the_text_is_counted(
    transactional_db: None, air: Air, tmp_path: Path
) -> None:
    row = sending.queue(to=PHONE, text="halo", reply="help")
    _killed_while_sending(row, tmp_path / "air")
    row.refresh_from_db()
    assert (row.doubtful, row.tries, row.sent_at) == (1, 1, None)
    _try_again()
    row.refresh_from_db()
    assert (row.doubtful, row.tries) == (1, 2)
    assert row.sent_at
    told = (tmp_path / "air").read_text().split() + [one.text for one in air.sent]
    assert told == ["halo", "halo"], "twice on the phone, and the count says so"


def test_a_text_whose_workers_died_twice_is_not_sent_a_third_time(
    transactional_db: None, air: Air, tmp_path: Path
) -> None:
    row = sending.queue(to=PHONE, text="halo", reply="help")
    for _ in range(2):
        _killed_while_sending(row, tmp_path / "air")
        Outbound.objects.update(next_fetch_at=NOW())
        sending.sweep()
    work()
    row.refresh_from_db()
    assert (row.doubtful, row.tries, row.text_sealed) == (2, 2, "")
    assert row.given_up_at
    assert not air.sent
