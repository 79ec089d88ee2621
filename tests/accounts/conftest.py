"""A fake upstream with a few fictitious people, and hands that do a worker's work in the test's own thread."""

import json
import re
import time
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import time_machine

from accounts import audit
from accounts.models import LinkRequest, OutgoingMail, User
from accounts.services import linking, linking_steps
from providers import factory
from providers.fake import FakeCard, FakePerson, FakeProvider
from providers.port import CardRecord, CardStatus, ContactChannel, Segment

NIK, NAME, BORN, KPJ = "3171011708450001", "BUDI UJI", date(1945, 8, 17), "25000000101"
SECOND_KPJ, BLOCKED_KPJ, NO_CONTACT_KPJ, OTHER_KPJ = "18000000202", "25000000391", "25000000498", "19000000505"


def record(kpj: str, status: CardStatus = CardStatus.AKTIF, **fields: Any) -> CardRecord:
    defaults: dict[str, Any] = {
        "segment": Segment.PU,
        "npp": None,
        "employer_name": "PT Contoh Makmur",
        "branch": None,
        "joined_on": date(2020, 2, 1),
        "inactive_since": None,
        "merged_into_kpj": None,
        "employments": (),
    }
    return CardRecord(kpj=kpj, status=status, **(defaults | fields))


def person(nik: str, name: str, born: date, *records: CardRecord, **fields: Any) -> FakePerson:
    cards = tuple(FakeCard(record=one) for one in records)
    return FakePerson(nik=nik, name=name, birth_date=born, cards=cards, **fields)


@pytest.fixture
def clock() -> Iterator[Any]:
    """Time that stands still until the test shifts it."""
    with time_machine.travel(time.time(), tick=False) as moved:
        yield moved


@pytest.fixture
def upstream() -> Iterator[FakeProvider]:
    fake = FakeProvider(
        people=(
            person(
                NIK,
                NAME,
                BORN,
                record(KPJ),
                record(SECOND_KPJ, CardStatus.NON_AKTIF, inactive_since=date(2019, 5, 31)),
                contacts=(ContactChannel.SMS, ContactChannel.EMAIL),
            ),
            person("3578105402920004", "SARI UJI", date(1992, 2, 14), record(OTHER_KPJ)),
            person("3171011708450002", "BLOKIR UJI", BORN, record(BLOCKED_KPJ, CardStatus.DIBLOKIR)),
            person("3171011708450003", "TANPA KONTAK", BORN, record(NO_CONTACT_KPJ), contacts=()),
        )
    )
    with factory.override(fake):
        yield fake


def ask(member: User, **changes: Any) -> LinkRequest:
    """The member's own data, unless told otherwise; no worker has run yet."""
    data: dict[str, Any] = {"kpj": KPJ, "nik": NIK, "name": NAME, "birth_date": BORN} | changes
    return linking.request_link(member=member, source=audit.SYSTEM, **data)


def work(row: LinkRequest, steps: int = 9) -> LinkRequest:
    """Answer the request's bells until nobody rings, like a worker would; a step that failed waits for the sweeper."""
    for _ in range(steps):
        row.refresh_from_db()
        if row.fetch_started_at is None:
            break
        linking_steps.advance_link(public_id=row.public_id, token=row.fetch_started_at)
    row.refresh_from_db()
    return row


def type_code(row: LinkRequest, code: str) -> LinkRequest:
    return linking.submit_code(member=row.member, public_id=row.public_id, code=code, source=audit.SYSTEM)


def link(member: User, upstream: FakeProvider, **changes: Any) -> LinkRequest:
    """The whole way to a linked card."""
    row = work(ask(member, **changes))
    type_code(row, upstream.outbox[-1][1])
    return work(row)


def mails() -> list[dict[str, str]]:
    """What waits in the outbox, oldest first."""
    return [json.loads(row.message) for row in OutgoingMail.objects.order_by("id") if row.message_sealed]


def mailed_code(mail: dict[str, str]) -> str:
    found = re.search(r"^ {4}(\d{4}) (\d{4})$", mail["text"], re.MULTILINE)
    assert found, mail["subject"]
    return "".join(found.groups())
