"""Telling a member something: once, in the transaction of its cause, by mail only as they asked."""

import json
import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core import mail as django_mail
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import audit, notices
from accounts.models import Notice, NoticeChoices, OutgoingMail, User
from accounts.notices import NoticeKind
from accounts.services import cards, mail, telling
from accounts.services import notices as service
from accounts.services.housekeeping import clean_up
from tests.accounts.conftest import KPJ, ask, work
from tests.factories import make_card, make_member

WORKERS = 16
NOON = datetime(2026, 11, 23, 12, tzinfo=ZoneInfo("Asia/Jakarta"))


def kind(code: str, **fields: Any) -> NoticeKind:
    words: dict[str, Any] = {
        "title": lambda about: "Ada kabar uji",
        "body": lambda about: f"Tentang {about.subject or 'akun'} <&>",
        "link": lambda about: "/kartu/",
    }
    return NoticeKind(code=code, **words | fields)


@pytest.fixture(autouse=True)
def kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notices, "_kinds", dict(notices._kinds))
    notices.register(kind("uji", choice_label="Kabar uji"))
    notices.register(kind("uji_lain", choice_label="Kabar lain"))
    notices.register(kind("uji_aman", security=True))


def mails() -> list[dict[str, Any]]:
    return [json.loads(row.message) for row in OutgoingMail.objects.order_by("id") if row.message_sealed]


def test_the_same_thing_is_told_once(member: User, stranger: User) -> None:
    card = make_card(member)
    assert service.tell(member=member, kind="uji", card=card, subject="2026-08")
    assert service.tell(member=member, kind="uji", card=card, subject="2026-08") is None
    assert service.tell(member=member, kind="uji", subject="2026-08"), "without the card it is another thing"
    assert service.tell(member=member, kind="uji", subject="2026-08") is None
    assert service.tell(member=stranger, kind="uji", subject="2026-08")
    assert Notice.objects.count() == 3


def test_a_kind_that_nobody_registered_is_a_bug(member: User) -> None:
    with pytest.raises(KeyError):
        service.tell(member=member, kind="salah_ketik")


@pytest.mark.asvs("V2.3.3")
def test_a_cause_that_fails_tells_nothing(member: User) -> None:
    @transaction.atomic
    def act() -> None:
        service.tell(member=member, kind="uji_aman")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        act()
    assert not Notice.objects.exists()
    assert not OutgoingMail.objects.exists()


def test_nothing_ordinary_is_mailed_to_who_never_chose(member: User) -> None:
    notice = service.tell(member=member, kind="uji")
    assert notice
    assert (notice.mail_due_at, notice.mailed_at) == (None, None)
    assert not OutgoingMail.objects.exists()


def test_security_is_mailed_at_once_whatever_was_chosen(member: User) -> None:
    NoticeChoices.objects.create(member=member, mail_kinds=[], pace="weekly")
    notice = service.tell(member=member, kind="uji_aman", subject="1")
    assert notice
    assert notice.mailed_at
    service.tell(member=member, kind="uji_aman", subject="1")
    [written] = mails()
    assert (written["to"], written["subject"], written["headers"]) == (member.email, "Ada kabar uji", {})
    assert "Tentang 1 <&>" in written["text"]
    assert "http://localhost:8000/kartu/" in written["text"]


def test_who_has_no_address_is_told_in_the_list_only(member: User) -> None:
    User.objects.update(email=None)
    member.refresh_from_db()
    assert service.tell(member=member, kind="uji_aman")
    assert not OutgoingMail.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_sixteen_at_once_tell_it_once(member: User, room_for_every_thread: None) -> None:
    card = make_card(member)

    def work(number: int) -> bool:
        try:
            return service.tell(member=member, kind="uji_aman", card=card, subject=f"{number // WORKERS}") is not None
        finally:
            connection.close()

    with ThreadPoolExecutor(WORKERS) as pool:
        told = list(pool.map(work, range(WORKERS * 20)))
    assert sum(told) == Notice.objects.count() == OutgoingMail.objects.count() == 20


def test_what_was_told_about_a_card_goes_with_it(member: User, stranger: User) -> None:
    card = make_card(member)
    for code in ("uji", "uji_aman"):
        service.tell(member=member, kind=code, card=card)
    service.tell(member=member, kind="uji")
    service.tell(member=stranger, kind="uji", card=make_card(stranger))
    cards.unlink(card=card, source=audit.SYSTEM)
    told = Notice.objects.exclude(kind="card_unlinked")
    assert sorted(told.values_list("member__name", "kind")) == [
        ("BUDI UJI", "uji"), ("BUDI UJI", "uji_aman"), ("SARI UJI", "uji"),
    ]  # fmt: skip


def test_old_notices_are_pruned(member: User) -> None:
    for days in (0, 399, 401):
        Notice.objects.create(member=member, kind="uji", subject=str(days), told_at=timezone.now() - timedelta(days))
    clean_up()
    assert sorted(Notice.objects.values_list("subject", flat=True)) == ["0", "399"]


def test_headers_of_the_writer_go_out_and_never_displace_ours(db: None) -> None:
    row = mail.queue(to="a@contoh.example", subject="s", text="t", headers={"List-Id": "x", "Message-ID": "y"})
    row.refresh_from_db()
    assert row.fetch_started_at
    mail.send(public_id=row.public_id, token=row.fetch_started_at)
    sent = django_mail.outbox[0].message()
    assert (sent["List-Id"], sent["Message-ID"]) == ("x", f"<{row.public_id}@localhost>")


class TestAFloodByStrangers:
    """Who knows somebody's numbers makes us mail them: a few times a day, and the last mail says that there is more."""

    @pytest.fixture(autouse=True)
    def clock(self) -> Iterator[time_machine.Traveller]:
        with time_machine.travel(NOON, tick=True) as clock:
            yield clock

    def asks(self, times: int) -> None:
        for _ in range(times):
            work(ask(make_member()))

    def told(self, member: User) -> list[str]:
        return [one["subject"] for one in mails() if one["to"] == member.email and "akun lain" in one["subject"]]

    def test_the_fourth_request_of_a_day_for_a_held_card_is_told_as_many_with_the_lock(
        self, member: User, upstream: Any, client: Client
    ) -> None:
        card = make_card(member, KPJ)
        self.asks(notices.MAILS_OF_STRANGERS_A_DAY)
        assert [("terus" in one) for one in self.told(member)] == [False, False, False]
        self.asks(4)
        assert [("terus" in one) for one in self.told(member)] == [False, False, False, True]
        assert Notice.objects.filter(member=member, card=card).count() == 4
        text = next(one["text"] for one in mails() if "terus" in one["subject"])
        client.force_login(member)
        assert reverse("card_lock", args=[card.public_id]) in text
        assert "Kartu Anda terus diminta di akun lain" in client.get(reverse("notices")).content.decode()

    def test_the_next_day_is_told_anew(self, member: User, upstream: Any, clock: time_machine.Traveller) -> None:
        make_card(member, KPJ)
        self.asks(5)
        clock.move_to(NOON + timedelta(days=1))
        self.asks(1)
        assert [("terus" in one) for one in self.told(member)] == [False, False, False, True, False]

    def test_another_card_and_another_member_have_their_own_count(
        self, member: User, stranger: User, upstream: Any
    ) -> None:
        cards = [make_card(member, KPJ), make_card(member), make_card(stranger)]
        row = ask(make_member())
        for card in cards:
            for _ in range(4):
                telling.own_card_asked_for(row, card)
        assert [len(self.told(one)) for one in (member, stranger)] == [8, 4]

    @pytest.mark.parametrize("code", ["recovery_slowed", "sms_number_waits"])
    def test_other_kinds_are_bounded_as_well(self, member: User, code: str) -> None:
        for number in range(6):
            if code == "recovery_slowed":
                telling.recovery_slowed(member)
            else:
                service.tell(member=member, kind=code, subject=str(number))
        assert len(mails()) == notices.MAILS_OF_STRANGERS_A_DAY

    def test_what_takes_a_password_a_code_or_staff_is_always_mailed(self, member: User) -> None:
        """A new kind is looked at here: what a stranger can cause is bounded, and nothing else ever is."""
        by_strangers = {code for code, one in notices._kinds.items() if one.by_strangers}
        assert by_strangers == {"own_card_asked_for", "recovery_slowed", "sms_number_waits"}
        for _ in range(6):
            telling.unlocked(member)
        assert len(mails()) == 6


def test_nothing_is_logged_of_it(member: User, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, logger="jht")
    service.tell(member=member, kind="uji_aman", card=make_card(member))
    assert not [one for one in caplog.records if one.name.startswith("jht")]
