"""The list and the choices, as a member meets them, each with its stranger twin."""

from datetime import time
from typing import Any

import pytest
from django.test import Client

from accounts import notices
from accounts.models import AuditRow, Notice, NoticeChoices, User
from accounts.notices import NoticeKind
from accounts.services.notices import tell

CHOICE = {"kinds": ["uji"], "pace": "daily", "quiet_from": "22:30", "quiet_until": "06.00", "amounts": "on"}


@pytest.fixture(autouse=True)
def kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notices, "_kinds", {})
    words: dict[str, Any] = {
        "title": lambda about: f"Judul {about.subject}",
        "body": lambda about: "Isi",
        "link": lambda about: "/kartu/",
    }
    notices.register(NoticeKind(code="uji", choice_label="Kabar uji", **words))
    notices.register(NoticeKind(code="aman", security=True, **words))


def test_the_newest_stands_first_and_is_marked_once(as_member: Client, as_stranger: Client, member: User) -> None:
    for number in range(3):
        tell(member=member, kind="uji", subject=f"n{number}")
    assert " · 3 baru</b>" in as_member.get("/").content.decode()
    page = as_member.get("/pemberitahuan/").content.decode()
    assert [page.index(f"Judul n{number}") for number in (2, 1, 0)] == sorted(
        page.index(f"Judul n{number}") for number in range(3)
    )
    assert page.count("Baru</span>") == 3
    assert 'href="/kartu/"' in page
    again = as_member.get("/pemberitahuan/").content.decode()
    assert (again.count("Judul"), again.count("Baru</span>")) == (3, 0)
    assert " baru</b>" not in as_member.get("/").content.decode()
    theirs = as_stranger.get("/pemberitahuan/").content.decode()
    assert "Judul" not in theirs
    assert "Belum ada pemberitahuan." in theirs


def test_only_what_was_shown_is_read(as_member: Client, member: User) -> None:
    for number in range(45):
        tell(member=member, kind="uji", subject=f"n{number}")
    page = as_member.get("/pemberitahuan/").content.decode()
    assert page.count("Judul") == 20
    assert 'href="?halaman=2"' in page
    assert Notice.objects.filter(read_at=None).count() == 25
    assert as_member.get("/pemberitahuan/?halaman=3").content.decode().count("Judul") == 5
    assert Notice.objects.filter(read_at=None).count() == 20
    for odd in ("0", "99", "x"):
        assert as_member.get(f"/pemberitahuan/?halaman={odd}").status_code == 200
    as_member.head("/pemberitahuan/?halaman=2")
    assert Notice.objects.filter(read_at=None).count() == 20, "a HEAD shows nothing"


def test_a_kind_that_is_no_more_is_left_out(as_member: Client, member: User) -> None:
    Notice.objects.create(member=member, kind="dulu_ada")
    assert as_member.get("/pemberitahuan/").status_code == 200


def test_nothing_is_chosen_for_a_member(as_member: Client, member: User) -> None:
    page = as_member.get("/pemberitahuan/pilihan/").content.decode()
    assert "Kabar uji" in page
    assert 'value="uji" checked' not in page.replace("\n", " ")
    assert page.count("checked") == 1, "the pace only"
    assert ('value="21:00"' in page, 'value="07:00"' in page) == (True, True)
    assert not NoticeChoices.objects.exists()


def test_a_choice_is_kept_with_its_time_and_written_down(
    as_member: Client, as_stranger: Client, member: User, stranger: User
) -> None:
    as_stranger.post("/pemberitahuan/pilihan/", {**CHOICE, "kinds": []})
    answer = as_member.post("/pemberitahuan/pilihan/", CHOICE, follow=True)
    assert "Pilihan Anda disimpan." in answer.content.decode()
    row = NoticeChoices.objects.get(member=member)
    assert (row.mail_kinds, row.pace, row.amounts) == (["uji"], "daily", True)
    assert (row.quiet_from, row.quiet_until) == (time(22, 30), time(6))
    assert row.chosen_at
    assert NoticeChoices.objects.get(member=stranger).mail_kinds == []
    written = AuditRow.objects.get(action="notice_choices_changed", member=member.public_id)
    assert written.details == {"kinds": ["uji"], "pace": "daily", "amounts": True, "by": "member"}
    page = as_member.get("/pemberitahuan/pilihan/").content.decode()
    assert page.count("checked") == 3


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"quiet_from": ""}, "Isi jamnya, misalnya 21.00."),
        ({"quiet_until": "25:00"}, "Tulis jam seperti 21.00."),
        ({"pace": ""}, "Pilih salah satu."),
        ({"pace": "setiap jam"}, "Pilihan ini tidak ada."),
        ({"kinds": ["aman"]}, "Pilihan ini tidak ada."),
    ],
)
def test_a_wrong_choice_is_told_and_changes_nothing(as_member: Client, change: dict[str, Any], told: str) -> None:
    answer = as_member.post("/pemberitahuan/pilihan/", CHOICE | change)
    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert not NoticeChoices.objects.exists()


def test_no_unread_count_costs_the_balance_page_a_query(
    as_member: Client, member: User, django_assert_num_queries: Any
) -> None:
    tell(member=member, kind="uji", subject="x")
    as_member.get("/saldo/")
    with django_assert_num_queries(3):
        as_member.get("/saldo/")
