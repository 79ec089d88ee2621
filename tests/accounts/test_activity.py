"""What a member reads at /aktivitas/: who saw the data, in words, and sessions to end. Nobody else's stands there."""

import json
import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts import activity, audit
from accounts.audit import Action, Door, Source
from accounts.models import AuditRow, Card, User
from accounts.services import open_sessions
from balances.models import FetchAttempt
from tests.conftest import remember_proof
from tests.factories import PASSWORD, make_balance, make_card
from tests.words import tells

CHROME = "Mozilla/5.0 (Linux; Android 13; SM-A145F) AppleWebKit/537.36 Chrome/130.0.0.0 Mobile Safari/537.36"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:132.0) Gecko/20100101 Firefox/132.0"
ADDRESS = "192.0.2.77"


def text_of(client: Client, **asked: Any) -> str:
    answer = client.get(reverse("activity"), asked)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def html_of(client: Client, **asked: Any) -> str:
    return client.get(reverse("activity"), asked).content.decode()


def sign_in(user: User, agent: str = CHROME) -> Client:
    """The real way, through the login form."""
    client = Client(headers={"user-agent": agent})
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    return client


@pytest.fixture
def card(member: User) -> Card:
    card = make_card(member)
    make_balance(card)
    return card


def by(user: User, door: str = Door.WEB) -> Source:
    return Source(door=door, actor=user, address=ADDRESS, agent=CHROME)


# Who saw my data


def test_a_staffs_look_is_told_with_its_kind_of_reason_and_never_their_own_words(
    as_member: Client, member: User, card: Card, staff: User
) -> None:
    audit.record(
        Action.BALANCE_SEEN_BY_STAFF, by(staff, Door.ADMIN), member=member, card=card.public_id,
        reason="telepon dari suaminya", amount=True, why="asked",
    )  # fmt: skip
    told = text_of(as_member)
    assert f"Jumlah saldo dilihat · KPJ •••• {card.kpj_last4}" in told
    assert "Petugas · alasan: Anggota meminta bantuan" in told
    for secret in ("telepon", "PETUGAS UJI", staff.email, str(staff.public_id), ADDRESS, CHROME, "balance_seen"):
        assert str(secret) not in told


def test_own_looks_of_a_day_are_one_line(as_member: Client, member: User, card: Card) -> None:
    other = make_card(member)
    for one in (card, other):
        audit.record(Action.BALANCE_SEEN_BY_MEMBER, by(member), member=member, card=one.public_id)
    told = html_of(as_member)
    assert told.count('data-act="balance_seen_by_member"') == 1
    assert tells(told, card.kpj_last4)
    assert tells(told, other.kpj_last4)


@pytest.mark.asvs("V16.3.1")
def test_failed_and_good_logins_are_told_with_the_device_in_words(member: User) -> None:
    Client(headers={"user-agent": FIREFOX}).post(
        reverse("account_login"), {"login": member.email, "password": "salah salah salah"}
    )
    told = text_of(sign_in(member))
    assert "Percobaan login gagal: kata sandi salah" in told
    assert "Orang lain, atau perangkat yang belum login · Firefox di Windows" in told
    assert "Login berhasil" in told
    assert "Anda · Chrome di Android" in told
    assert "Mozilla" not in told


def test_the_device_goes_with_the_retention_rule(as_member: Client, member: User) -> None:
    audit.record(Action.SIGNED_IN, by(member), member=member)
    assert "Chrome di Android" in html_of(as_member, jenis="login")
    AuditRow.objects.update(address=None, agent="")
    told = html_of(as_member, jenis="login")
    assert "Login berhasil" in told
    assert "Chrome di Android" not in told


def test_another_member_who_caused_something_is_not_called_staff(
    as_member: Client, member: User, stranger: User, card: Card
) -> None:
    audit.record(Action.CARD_FROZEN, by(stranger), member=member, card=card.public_id)
    told = html_of(as_member)
    assert 'data-act="card_frozen" data-who="other"' in told
    assert "SARI" not in told
    assert str(stranger.public_id) not in told


def test_nothing_of_another_members_is_told(as_stranger: Client, member: User, stranger: User, card: Card) -> None:
    audit.record(Action.CARD_LINKED, by(member), member=member, card=card.public_id)
    # a row of the stranger's that names the member's card, as a dispute makes one
    audit.record(Action.CARD_DISPUTED, by(member), member=stranger, card=card.public_id)
    told = html_of(as_stranger)
    assert "Kartu terhubung" not in told
    assert not tells(told, card.kpj_last4)
    assert 'data-act="card_disputed"' in told


def test_newest_first_paged_and_by_kind(as_member: Client, member: User, staff: User, card: Card) -> None:
    now = timezone.now()
    for number in range(activity.A_PAGE + 5):
        row = audit.row(Action.BALANCE_REFRESH_ASKED, by(member), member=member, card=card.public_id)
        row.at = now - timedelta(days=number)
        row.day = timezone.localdate(row.at)
        row.save()
    audit.record(Action.MEMBER_SEEN_BY_STAFF, by(staff, Door.ADMIN), member=member)
    first, second = html_of(as_member), html_of(as_member, halaman=2)
    assert first.index("member_seen_by_staff") < first.index("balance_refresh_asked")
    assert (first.count("data-act="), second.count("data-act=")) == (activity.A_PAGE, 7)
    assert "halaman=2" in first
    assert "halaman=3" not in second
    for chosen, found in (("petugas", 1), ("dilihat", 1), ("kartu", activity.A_PAGE), ("akun", 0)):
        assert html_of(as_member, jenis=chosen).count("data-act=") == found, chosen


@pytest.mark.parametrize(
    "asked", [{"jenis": "lain"}, {"halaman": "0"}, {"halaman": "x"}, {"halaman": "²"}, {"halaman": "9" * 30}]
)
def test_what_makes_no_sense_is_not_found(as_member: Client, asked: dict[str, str]) -> None:
    assert as_member.get(reverse("activity"), asked).status_code == 404


def test_what_the_system_fetched_is_one_sentence_a_card(as_member: Client, member: User, card: Card) -> None:
    make = {"card": card, "milliseconds": 90, "outcome": "ok"}
    for days in (0, 1, 40):
        FetchAttempt.objects.create(started_at=timezone.now() - timedelta(days=days), **make)
    told = text_of(as_member)
    assert f"Saldo KPJ •••• {card.kpj_last4} ditanyakan 2 kali ke BPJS Ketenagakerjaan" in told
    assert "Oleh sistem" not in text_of(as_member, jenis="akun")


def test_the_page_says_how_long_what_is_kept(as_member: Client) -> None:
    told = text_of(as_member)
    assert f"{settings.KEEP_ADDRESS_DAYS} hari Alamat internet dan perangkat di catatan akses" in told


def test_the_page_costs_the_same_for_many_rows(as_member: Client, member: User, card: Card) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            html_of(as_member)
        return len(asked)

    queries()
    few = queries()
    for _ in range(120):
        audit.record(Action.BALANCE_REFRESH_ASKED, by(member), member=member, card=card.public_id)
    assert queries() <= few + 2  # the endings of the cards named


# Where I am signed in


def test_sessions_are_listed_in_words_this_one_first(member: User) -> None:
    here = sign_in(member)
    sign_in(member, FIREFOX)
    here.get(reverse("home"))
    told = text_of(here)
    assert re.search(r"Chrome di Android perangkat ini .* Firefox di Windows", told)
    assert "127.0.0.1" not in told
    for session in Session.objects.all():
        assert session.session_key not in html_of(here)


def test_a_signed_out_session_is_no_longer_listed(member: User) -> None:
    here, there = sign_in(member), sign_in(member, FIREFOX)
    there.post(reverse("account_logout"))
    assert html_of(here).count("data-session=") == 1


def test_tracking_writes_once_in_ten_minutes(member: User) -> None:
    client = sign_in(member)
    client.get(reverse("home"))
    (before,) = UserSession.objects.values_list("last_seen_at", flat=True)
    with time_machine.travel(timezone.now() + timedelta(minutes=9), tick=False):
        client.get(reverse("home"))
    assert UserSession.objects.get().last_seen_at == before
    with time_machine.travel(timezone.now() + timedelta(minutes=11), tick=False):
        client.get(reverse("home"))
        assert UserSession.objects.get().last_seen_at == timezone.now()


def test_a_page_within_ten_minutes_costs_no_query_more(as_member: Client, django_assert_num_queries: Any) -> None:
    as_member.get(reverse("help"))
    with django_assert_num_queries(2):  # session and user
        as_member.get(reverse("help"))


def test_a_new_key_is_the_same_session(member: User) -> None:
    client = sign_in(member)
    (first,) = UserSession.objects.values_list("pk", "created_at", "session_key")
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    (after,) = UserSession.objects.values_list("pk", "created_at", "session_key")
    assert (after[:2], after[2]) == (first[:2], client.session.session_key)
    assert after[2] != first[2]


@pytest.mark.asvs("V7.5.2")
def test_one_session_is_ended_from_another(member: User) -> None:
    here, there = sign_in(member), sign_in(member, FIREFOX)
    (mark,) = re.findall(r"perangkat/([0-9a-f]{16})/keluarkan", html_of(here))
    address = reverse("session_end", args=[mark])
    assert "Keluarkan Firefox di Windows?" in here.get(address).content.decode()
    assert there.get(reverse("card_list")).status_code == 200
    assert here.post(address).url == reverse("activity")
    assert there.get(reverse("card_list")).status_code == 302
    assert here.get(reverse("card_list")).status_code == 200
    assert AuditRow.objects.get(action="session_ended").member == member.public_id
    assert "Satu perangkat dikeluarkan" in html_of(here)


def test_all_others_are_ended_even_those_nobody_kept_track_of(member: User) -> None:
    here, there, untracked = sign_in(member), sign_in(member, FIREFOX), sign_in(member, FIREFOX)
    UserSession.objects.filter(session_key=untracked.session.session_key).delete()
    key = here.session.session_key
    assert here.get(reverse("sessions_end")).status_code == 200
    here.post(reverse("sessions_end"))
    assert [client.get(reverse("card_list")).status_code for client in (here, there, untracked)] == [200, 302, 302]
    assert here.session.session_key != key
    assert AuditRow.objects.get(action="other_sessions_ended").details == {"count": 1}
    assert html_of(here).count("data-session=") == 1


@pytest.mark.asvs("V7.5.2")
@pytest.mark.parametrize("name", ["session_end", "sessions_end"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_ending_asks_for_a_fresh_proof_and_keeps_nothing_of_the_form(member: User, name: str, method: str) -> None:
    here, _there = sign_in(member), sign_in(member, FIREFOX)
    (mark,) = re.findall(r"perangkat/([0-9a-f]{16})/keluarkan", html_of(here))
    address = reverse(name, args=[mark] if name == "session_end" else [])
    remember_proof(here, member, seconds_ago=301)
    answer = getattr(here, method)(address, {"rahasia": "diketik"})
    assert (answer.status_code, answer.url.split("?")[0]) == (302, reverse("account_reauthenticate"))
    assert "diketik" not in json.dumps(dict(here.session.items()))
    assert UserSession.objects.count() == 2


@pytest.mark.parametrize("method", ["get", "post"])
def test_nobody_ends_a_strangers_session_nor_learns_of_it(member: User, stranger: User, method: str) -> None:
    mine, theirs = sign_in(member), sign_in(stranger)
    mark = open_sessions.mark_of(mine.session.session_key)
    assert mark not in html_of(theirs)
    assert getattr(theirs, method)(reverse("session_end", args=[mark])).status_code == 404
    assert mine.get(reverse("card_list")).status_code == 200
    assert getattr(mine, method)(reverse("session_end", args=[mark])).status_code == 404  # this very session: log out


def test_ending_all_others_leaves_a_strangers_alone(member: User, stranger: User) -> None:
    mine, theirs = sign_in(member), sign_in(stranger)
    theirs.post(reverse("sessions_end"))
    assert mine.get(reverse("card_list")).status_code == 200


def test_what_is_kept_of_an_ended_session_goes_at_night(member: User) -> None:
    here, there = sign_in(member), sign_in(member, FIREFOX)
    Session.objects.filter(session_key=there.session.session_key).update(expire_date=timezone.now())
    open_sessions.forget_ended()
    assert list(UserSession.objects.values_list("session_key", flat=True)) == [here.session.session_key]


def test_rows_without_a_person_have_an_address_that_is_never_shown(as_member: Client, member: User) -> None:
    audit.record(Action.SIGN_IN_FAILED, replace(by(member), actor=None), member=member, step="second_factor")
    told = html_of(as_member)
    assert "langkah kedua salah" in told
    assert ADDRESS not in told
