"""Many members at once, Kannel's programs restarted in between, and how long it takes: figures of docs/measurements.md.

Nothing stands between Kannel and the portal here. Run by test_kannel_traffic.py in a private network.
"""

import base64
import http.client
import os
import statistics
import threading
import time
from collections.abc import Callable
from uuid import uuid4

import pytest

from accounts.models import User
from demo.embedded.process import wait_until
from sms.models import Inbound, Outbound, number_index
from tests.kannel.conftest import STATIC_REPLY, House
from tests.kannel.phones import Phone

MEMBERS = 200
Record = Callable[[str, object], None]


@pytest.fixture(scope="session")
def spoilers() -> bool:
    return False


@pytest.fixture(scope="session")
def members(house: House) -> list[User]:
    return [house.member("12345678.00") for _ in range(MEMBERS)]


def phones_of(house: House, members: list[User]) -> list[Phone]:
    """New numbers each time, so that no limit an hour is met."""
    return [house.confirmed(member) for member in members]


def milliseconds(seconds: list[float]) -> str:
    return f"median {statistics.median(seconds) * 1000:.0f} ms, worst {max(seconds) * 1000:.0f} ms of {len(seconds)}"


def load() -> str:
    return f"{os.getloadavg()[0]:.1f}"


def test_turnaround_beside_kannels_own_static_reply(house: House, members: list[User], record_property: Record) -> None:
    """In turn, one of each after the other, so that both see the same machine."""
    portal, static = list[float](), list[float]()
    for phone in phones_of(house, members[:40]):
        for text, seconds in (("tetap", static), ("SALDO", portal)):
            before = len(phone.inbox())
            sent = house.network.send(phone.number, text)
            phone.wait_for(before + 1)
            seconds.append(house.network.texts_to(phone.number)[-1].at - sent)
        assert phone.inbox()[0] == STATIC_REPLY
    record_property("in turn, the portal's answer", milliseconds(portal))
    record_property("in turn, Kannel's static reply", milliseconds(static))
    record_property("load while in turn", load())
    assert statistics.median(portal) < 5


def test_two_hundred_at_once_are_each_answered_once(house: House, members: list[User], record_property: Record) -> None:
    phones = phones_of(house, members)
    for text, name in (("tetap", "Kannel's static reply"), ("SALDO", "the portal's answer")):
        before = len(phones[0].inbox())
        begun = {phone.number: house.network.send(phone.number, text) for phone in phones}
        assert wait_until(lambda: all(len(one.inbox()) > before for one in phones), timeout=90)  # noqa: B023
        took = [house.network.texts_to(one.number)[-1].at - begun[one.number] for one in phones]
        record_property(f"200 at once, {name}", milliseconds(took))
    record_property("load while 200 at once", load())
    time.sleep(2)
    assert {len(one.inbox()) for one in phones} == {2}
    assert {text for one in phones for text in one.inbox()[:1]} == {STATIC_REPLY}


def test_throughput_of_the_inbound_address(house: House, record_property: Record) -> None:
    """Eight callers who keep their connections, as smsbox does. Words for senders, so that no worker has work."""
    took = list[float]()
    password = (house.logs / "secrets" / "kannel_inbound_password").read_text()
    basic = base64.b64encode(f"kannel:{password}".encode()).decode()

    def call() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", house.website.port, timeout=30)
        for _ in range(100):
            begun = time.monotonic()
            headers = {"Authorization": f"Basic {basic}", "X-Kannel-From": "UJI", "Content-Type": "text/plain"}
            connection.request("POST", f"/sms/masuk/kannel/?id={uuid4()}", b"SALDO", headers)
            answer = connection.getresponse()
            answer.read()
            assert answer.status == 200
            took.append(time.monotonic() - begun)

    begun = time.monotonic()
    callers = [threading.Thread(target=call) for _ in range(8)]
    for one in callers:
        one.start()
    for one in callers:
        one.join()
    seconds = time.monotonic() - begun
    assert len(took) == 800
    record_property("inbound address", f"{len(took) / seconds:.0f} a second, {milliseconds(took)}")
    record_property("load while calling", load())


def _restart_smsbox(house: House) -> None:
    house.kannel.smsbox.stop()
    house.kannel.smsbox.start()


def _kill_smsbox(house: House) -> None:
    house.kannel.smsbox.kill()
    house.kannel.smsbox.start()


def _restart_bearerbox(house: House) -> None:
    house.kannel.bearerbox.stop()
    _after_bearerbox(house)


def _kill_bearerbox(house: House) -> None:
    house.kannel.bearerbox.kill()
    _after_bearerbox(house)


def _after_bearerbox(house: House) -> None:
    """What a supervisor does: smsbox ends with bearerbox and comes after it; the network dials in again."""
    house.kannel.smsbox.stop()
    house.kannel.bearerbox.start()
    house.kannel.smsbox.start()
    house.network.connect()


@pytest.mark.parametrize("happens", [_restart_smsbox, _restart_bearerbox, _kill_smsbox, _kill_bearerbox])
def test_a_restart_in_the_middle_loses_nothing_that_was_taken(
    house: House, members: list[User], record_property: Record, happens: Callable[[House], None]
) -> None:
    phones = phones_of(house, members)
    handed = 0
    for number, phone in enumerate(phones):
        if number == MEMBERS // 2:
            happens(house)
        try:
            house.network.send(phone.number, "SALDO")
            handed += 1
        except OSError:  # the phone had no network
            house.network.connect()
        time.sleep(0.01)
    indexes = [number_index(one.number) for one in phones]
    settled(indexes)
    taken = {bytes(row.sender_index) for row in Inbound.objects.filter(sender_index__in=indexes)}
    replies = Outbound.objects.filter(number_index__in=indexes)
    got = {one.number: len(one.inbox()) for one in phones}
    lost = [one.number for one in phones if number_index(one.number) in taken and not got[one.number]]
    doubles, doubtful = sum(max(0, n - 1) for n in got.values()), sum(row.doubtful for row in replies)
    tried_again = sum(row.tries > 1 for row in replies)
    record_property(
        happens.__name__.strip("_").replace("_", " "),
        f"sent {handed}, taken by the portal {len(taken)}, answered {sum(1 for n in got.values() if n)}, "
        f"tried again {tried_again}, doubtful {doubtful}, came twice {doubles}, load {load()}",
    )
    assert lost == []
    assert doubles <= doubtful, "a text comes twice only where Kannel's own answer was lost"


def settled(indexes: list[bytes]) -> None:
    """Everything taken is answered and every answer is sent or given up; then a moment for the last to arrive."""

    def waits() -> bool:
        unread = Inbound.objects.filter(sender_index__in=indexes, next_fetch_at__isnull=False)
        unsent = Outbound.objects.filter(number_index__in=indexes, next_fetch_at__isnull=False)
        return unread.exists() or unsent.exists()

    quiet, seen = 0, -1
    deadline = time.monotonic() + 150
    while quiet < 4 and time.monotonic() < deadline:
        time.sleep(1)
        now = Inbound.objects.filter(sender_index__in=indexes).count()
        quiet = quiet + 1 if not waits() and now == seen else 0
        seen = now
    assert quiet >= 4, "not settled"
