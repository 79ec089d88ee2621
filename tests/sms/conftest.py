"""What SMS tests share: a gateway that writes down what it was given, and a phone that sends and reads."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any
from uuid import UUID

import pytest

from accounts.models import User
from sms.gateways import factory
from sms.gateways.port import Outgoing, Received
from sms.models import Inbound, Number, Outbound, number_index
from sms.services import answering, numbers, receiving, sending

PHONE = "+6281234567890"


@dataclass
class Air:
    """The gateway in use. `fail` is raised once for each of its members instead of taking the text."""

    sent: list[Outgoing] = field(default_factory=list)
    fail: list[Exception] = field(default_factory=list)

    def send(self, message: Outgoing) -> None:
        if self.fail:
            raise self.fail.pop(0)
        self.sent.append(message)


@dataclass
class Phone:
    """Sends a text and reads what came back, driving the worker's part by hand."""

    air: Air
    number: str = PHONE
    ids: Any = field(default_factory=lambda: count(1))

    def send(self, text: str, *, gateway_id: str = "") -> list[str]:
        """The texts that came back."""
        seen = len(self.air.sent)
        receiving.store(
            gateway="kannel",
            messages=[
                Received(gateway_id=gateway_id or f"{self.number}-{next(self.ids)}", sender=self.number, text=text)
            ],
        )
        work()
        return [one.text for one in self.air.sent[seen:]]


def work() -> None:
    """What workers do with every bell that was rung."""
    for row in list(Inbound.objects.filter(fetch_started_at__isnull=False)):
        assert row.fetch_started_at
        answering.answer(public_id=row.public_id, token=row.fetch_started_at)
    for row in list(Outbound.objects.filter(fetch_started_at__isnull=False)):
        assert row.fetch_started_at
        sending.send(public_id=row.public_id, token=row.fetch_started_at)


@pytest.fixture(autouse=True)
def _no_broker(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, UUID]]:
    rung: list[tuple[str, UUID]] = []

    def ring(task_name: str, public_id: UUID, token: datetime | None = None, *, delay: float = 0.0) -> None:
        rung.append((task_name, public_id))

    modules = (
        "sms.services.receiving",
        "sms.services.sending",
        "balances.services",
        "accounts.services.mail",
        "accounts.services.linking_outcomes",
    )
    for module in modules:
        monkeypatch.setattr(f"{module}.ring", ring)
    return rung


@pytest.fixture
def air(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[Air]:
    settings.SMS_GATEWAY = "kannel"
    one = Air()
    monkeypatch.setattr(sending, "get_gateway", lambda name: one)
    yield one
    factory.get_gateway.cache_clear()


@pytest.fixture
def phone(air: Air, db: None) -> Phone:
    return Phone(air)


def register(member: User, number: str = PHONE) -> Number:
    """A number its owner confirmed."""
    from accounts.audit import COMMAND

    row = numbers.ask(member=member, number=number, source=COMMAND)
    return numbers.activate(member=member, public_id=row.public_id, proof=Number.Proof.OWNER, source=COMMAND)


@pytest.fixture
def registered(member: User) -> Callable[..., Number]:
    return lambda number=PHONE: register(member, number)


__all__ = ["PHONE", "Air", "Phone", "number_index", "register", "work"]
