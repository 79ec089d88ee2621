"""Each rule of retention takes what is over, leaves what is not, a bounded number a run; page and docs say the same."""

import re
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.utils import timezone, translation

from accounts.models import (
    AuditRow,
    Card,
    CodeEvent,
    ContactChange,
    Correction,
    KnownDevice,
    Notice,
    OfferedCard,
    OutgoingMail,
    RecoveryRequest,
    User,
    kpj_index,
)
from accounts.services import housekeeping, retention
from accounts.services.retention import Rule
from accounts.tasks import clean_up, end_accounts
from balances.models import FetchAttempt
from sms.models import Inbound, Number, Outbound, Registration
from tests.factories import make_card, make_kpj, make_member
from tests.house.addresses import make_number, make_offer, make_request

PAGE = Path(__file__).resolve().parents[2] / "docs" / "privacy" / "retention.md"
assert housekeeping
RULES = {rule.code: rule for rule in retention.RULES}


def _unconfirmed(at: datetime) -> User:
    user = User.objects.create(email=f"{at:%Y%m%d%H}@contoh.example", date_joined=at)
    EmailAddress.objects.create(user=user, email=user.email, verified=False, primary=True)
    return user


def _offer(at: datetime) -> OfferedCard:
    member = make_member()
    offer = make_offer(member, make_card(member))
    OfferedCard.objects.filter(pk=offer.pk).update(offered_at=at)
    return offer


def _trail(at: datetime) -> AuditRow:
    return AuditRow.objects.create(
        at=at, action="signed_in", door="web", day=at.date(), address="203.0.113.9", agent="Peramban"
    )


def _message(at: datetime) -> Inbound:
    row = Inbound(gateway="kannel", gateway_id=secrets.token_hex(8), sender_index=b"x", state="answered")
    row.received_at, row.next_fetch_at, row.body = at, None, "SALDO"
    row.save()
    return row


# A row whose time began at the given moment, for each rule that purges a table.
MAKERS: dict[str, Callable[[datetime], Model]] = {
    "unconfirmed": _unconfirmed,
    "link_request": lambda at: make_request(make_member(), "refused", ended_at=at),
    "unlinked_card": lambda at: make_card(make_member(), state=Card.State.UNLINKED, unlinked_at=at),
    "offer": _offer,
    "code_event": lambda at: CodeEvent.objects.create(
        kind="sent", kpj_index=kpj_index(make_kpj()), member=make_member(), at=at
    ),
    "recovery": lambda at: RecoveryRequest.objects.create(member=make_member(), ended_at=at),
    "recovery_of_nobody": lambda at: RecoveryRequest.objects.create(created_at=at),
    "contact_change": lambda at: ContactChange.objects.create(member=make_member(), changed_at=at, counts_from=at),
    "known_device": lambda at: KnownDevice.objects.create(member=make_member(), mark=b"x", last_used_at=at),
    "correction": lambda at: Correction.objects.create(member=make_member(), topic="other", state="done", ended_at=at),
    "mail": lambda at: OutgoingMail.objects.create(created_at=at, next_fetch_at=None),
    "notice": lambda at: Notice.objects.create(member=make_member(), kind="x", told_at=at),
    "address": _trail,
    "fetch_attempt": lambda at: FetchAttempt.objects.create(
        card=make_card(make_member()), started_at=at, milliseconds=1, outcome="ok"
    ),
    "sms_number_wish": lambda at: make_number(make_member(), Number.State.PENDING, asked_at=at),
    "sms_number_off": lambda at: make_number(make_member(), Number.State.OFF, ended_at=at),
    "sms_body": _message,
    "sms_message": _message,
    "sms_sent": lambda at: Outbound.objects.create(number_index=b"x", reply="help", next_fetch_at=None, created_at=at),
    "sms_registration": lambda at: Registration.objects.create(
        secret_index=secrets.token_bytes(32), number_index=b"x", address_index=b"x", created_at=at
    ),
    "sms_account": lambda at: User.objects.create(email=None, date_joined=at),
}


def test_every_rule_that_purges_a_table_is_tried_below() -> None:
    assert {code for code, rule in RULES.items() if rule.rows} == set(MAKERS)


@pytest.mark.asvs("V14.2.7")
@pytest.mark.parametrize("code", sorted(MAKERS))
def test_a_rule_takes_what_is_over_and_leaves_the_rest(code: str, db: None) -> None:
    rule, now = RULES[code], timezone.now()
    assert rule.kept_days
    over = MAKERS[code](now - timedelta(days=rule.kept_days, hours=1))
    kept = MAKERS[code](now - timedelta(days=rule.kept_days, hours=-1))
    clean_up()
    rows = type(over)._default_manager
    if rule.empties is None:
        assert not rows.filter(pk=over.pk).exists()
    else:
        assert rows.filter(pk=over.pk, **rule.empties).exists()
        assert not rows.filter(pk=kept.pk, **rule.empties).exists()
    assert rows.filter(pk=kept.pk).exists()


@pytest.mark.parametrize(
    ("code", "setting"), [(code, rule.days) for code, rule in RULES.items() if isinstance(rule.days, str)]
)
def test_an_operators_number_is_obeyed_and_shown(code: str, setting: str, settings: Any, db: None) -> None:
    setattr(settings, setting, 11)
    assert RULES[code].kept_for == "11 hari"
    if code not in MAKERS:
        return
    MAKERS[code](timezone.now() - timedelta(days=12))
    assert retention.purge(RULES[code]) == 1


def test_a_run_is_bounded_and_the_next_takes_the_rest(monkeypatch: pytest.MonkeyPatch, db: None) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    monkeypatch.setattr(retention, "BATCHES_A_RUN", 2)
    for _ in range(5):
        MAKERS["code_event"](timezone.now() - timedelta(days=3))
    assert [retention.purge(RULES["code_event"]) for _ in range(3)] == [4, 1, 0]


def test_nobody_who_uses_the_portal_counts_as_unconfirmed(db: None) -> None:
    long_ago = timezone.now() - timedelta(days=400)
    confirmed, only_sms = make_member(), User.objects.create(email=None)
    changing = make_member()
    EmailAddress.objects.create(user=changing, email="baru@contoh.example", verified=False, primary=False)
    invited_with_card = _unconfirmed(long_ago)
    make_card(invited_with_card)
    make_number(only_sms)
    User.objects.update(date_joined=long_ago)
    clean_up()
    assert set(User.objects.all()) == {confirmed, only_sms, changing, invited_with_card}


def test_open_requests_and_linked_cards_are_not_old(db: None) -> None:
    long_ago = timezone.now() - timedelta(days=4_000)
    member = make_member()
    make_card(member, linked_at=long_ago)
    row = make_request(member, created_at=long_ago, changed_at=long_ago)
    Correction.objects.create(member=member, topic="other", created_at=long_ago)
    clean_up()
    assert member.cards.exists()
    assert Correction.objects.exists()
    row.refresh_from_db()


def test_ended_sessions_and_limits_go_too(member: User) -> None:
    client = Client()
    client.force_login(member)
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    UserSession.objects.create(user=member, session_key="gone", ip="203.0.113.9", user_agent="x")
    cache.set("hitungan", 1, 60)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE rate_limits SET expires = %s", [timezone.now() - timedelta(minutes=1)])
    clean_up()
    assert not Session.objects.exists()
    assert not UserSession.objects.exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM rate_limits")
        assert cursor.fetchone() == (0,)


def test_the_trail_itself_is_never_purged_by_the_portal(db: None) -> None:
    row = _trail(timezone.now() - timedelta(days=10_000))
    clean_up()
    end_accounts()
    assert AuditRow.objects.filter(pk=row.pk, address=None, agent="").exists()


# Docs


def told_in_docs() -> dict[str, tuple[str, ...]]:
    rows = re.findall(r"^\| `(\w+)` \| (.+) \|$", PAGE.read_text(), re.MULTILINE)
    return {code: tuple(cell.strip() for cell in cells.split(" | ")) for code, cells in rows}


def as_documented(rule: Rule) -> tuple[str, ...]:
    with translation.override("en"):
        kept = f"{rule.kept_for} (`{rule.days}`)" if isinstance(rule.days, str) else rule.kept_for
        return str(rule.what), kept, str(rule.why), str(rule.how)


def test_the_docs_say_what_the_rules_say() -> None:
    expected = {code: as_documented(rule) for code, rule in RULES.items()}
    written = told_in_docs()
    lines = [f"| `{code}` | {' | '.join(cells)} |" for code, cells in expected.items()]
    assert written == expected, "docs/privacy/retention.md must hold:\n" + "\n".join(lines)
