"""Ordinary mail: only what was asked for, gathered, in waking hours, once; and each mail can be stopped from itself."""

import json
import logging
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail as django_mail
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts import audit, notices
from accounts.models import AuditRow, Card, Notice, NoticeChoices, OutgoingMail, User
from accounts.notices import NoticeKind
from accounts.services import mail, notice_choices, notice_mail
from accounts.services.notice_choices import Wish
from accounts.services.notices import tell
from tests.factories import make_card, make_member
from tests.words import tells

WORKERS = 16
ANY_HOUR = {"quiet_from": time(0), "quiet_until": time(0)}
STOP = re.compile(r"http://localhost:8000(/pemberitahuan/berhenti/\S+/)")


@pytest.fixture(autouse=True)
def kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notices, "_kinds", {})
    for code, label in (("uji", "Kabar uji"), ("lain", "Kabar lain")):
        notices.register(
            NoticeKind(
                code=code,
                choice_label=label,
                title=lambda about: f"Judul {about.kind}",
                body=lambda about: f"Isi {about.kind} {about.subject} KPJ {about.last_four}",
                amounts=lambda about: "Saldo: Rp1,00 per 31 Oktober 2026.",
                link=lambda about: f"/kartu/?tentang={about.subject}",
            )
        )


def choose(member: User, *kinds: str, **fields: Any) -> NoticeChoices:
    return NoticeChoices.objects.create(member=member, mail_kinds=list(kinds), **ANY_HOUR | fields)


def say(member: User, kind: str = "uji", subject: str = "1", **fields: Any) -> Notice:
    notice = tell(member=member, kind=kind, subject=subject, **fields)
    assert notice
    return notice


def mails() -> list[dict[str, Any]]:
    return [json.loads(row.message) for row in OutgoingMail.objects.order_by("id")]


def gather() -> int:
    return notice_mail.mail_what_is_due()


def make_all_due() -> None:
    Notice.objects.exclude(mail_due_at=None).update(mail_due_at=timezone.now())


def test_only_what_was_asked_for_is_mailed(member: User, stranger: User) -> None:
    choose(member, "uji")
    for person in (member, stranger):
        say(person, "uji")
        say(person, "lain")
    assert (gather(), gather()) == (1, 0)
    [one] = mails()
    assert (one["to"], one["subject"]) == (member.email, "Judul uji")
    assert "Isi uji 1" in one["text"]
    assert "Isi lain" not in one["text"]
    assert list(Notice.objects.filter(mailed_at__isnull=False).values_list("kind", flat=True)) == ["uji"]


def test_what_is_due_together_is_one_mail(member: User) -> None:
    choose(member, "uji", "lain")
    for number in range(12):
        say(member, "uji", str(number))
    say(member, "lain")
    assert (gather(), gather()) == (1, 0)
    [one] = mails()
    assert one["subject"] == "Ada beberapa pemberitahuan untuk Anda"
    assert one["text"].count("Isi ") == notice_mail.SHOWN_IN_A_MAIL
    assert "Dan 3 pemberitahuan lain" in one["text"]
    assert Notice.objects.filter(mailed_at__isnull=False, mail_due_at=None).count() == 13


def test_a_mail_is_in_the_members_language_with_no_datum_in_subject_and_headers(
    member: User, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    member.language = "en"
    member.save()
    card = make_card(member)
    choose(member, "uji")
    say(member, card=card)
    gather()
    [one] = mails()
    row = OutgoingMail.objects.get()
    assert row.fetch_started_at
    mail.send(public_id=row.public_id, token=row.fetch_started_at)
    sent = django_mail.outbox[0].message()
    assert "You get this email because you asked for it" in one["text"]
    heads = " ".join(f"{name}: {value}" for name, value in sent.items() if name not in ("To", "Date", "Message-ID"))
    assert not tells(heads, card.kpj_last4)
    assert not tells(caplog.text, card.kpj_last4)
    for datum in (member.email, member.name, "BUDI", card.kpj, str(member.public_id)):
        assert (datum or "-") not in heads, datum
        assert (datum or "-") not in caplog.text
    assert sent["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert STOP.search(sent["List-Unsubscribe"])


@pytest.mark.parametrize("amounts", [False, True])
def test_amounts_only_where_asked_for(member: User, amounts: bool) -> None:
    choose(member, "uji", amounts=amounts)
    say(member)
    gather()
    assert ("Saldo: Rp1,00 per 31 Oktober 2026." in mails()[0]["text"]) is amounts
    assert ("Rp" in mails()[0]["text"]) is amounts


def test_in_quiet_hours_nothing_goes_out_even_if_it_is_overdue(member: User) -> None:
    now = timezone.localtime()
    end = now + timedelta(hours=1)
    choose(member, "uji", quiet_from=(now - timedelta(hours=1)).time(), quiet_until=end.time())
    notice = say(member)
    assert notice.mail_due_at == end.replace(second=0, microsecond=0)
    assert gather() == 0
    make_all_due()  # as after a night in which beat stood still
    assert gather() == 0
    notice.refresh_from_db()
    assert notice.mail_due_at == end.replace(second=0, microsecond=0)


def test_over_the_days_limit_the_rest_waits_for_one_mail_next_day(member: User, settings: Any) -> None:
    settings.NOTICE_MAILS_PER_DAY = 2
    choices = choose(member, "uji")
    for number in range(5):
        say(member, subject=str(number))
        gather()
    assert len(mails()) == 2
    waiting = set(Notice.objects.exclude(mail_due_at=None).values_list("mail_due_at", flat=True))
    [due] = waiting
    assert timezone.localtime(due).hour == 8
    assert timezone.localdate(due) == timezone.localdate() + timedelta(days=1)
    NoticeChoices.objects.filter(pk=choices.pk).update(mails_on=timezone.localdate() - timedelta(days=1))
    make_all_due()
    assert gather() == 1
    assert mails()[2]["text"].count("Isi ") == 3


@pytest.mark.parametrize("pace", ["daily", "weekly"])
def test_a_digest_waits_for_its_hour(member: User, pace: str) -> None:
    choose(member, "uji", pace=pace)
    notice = say(member)
    assert notice.mail_due_at
    assert timezone.localtime(notice.mail_due_at).hour == 8
    assert gather() == 0
    make_all_due()
    assert gather() == 1


def test_an_address_that_was_never_proved_gets_nothing(member: User) -> None:
    choose(member, "uji")
    say(member)
    EmailAddress.objects.update(verified=False)
    assert gather() == 0
    assert not Notice.objects.exclude(mail_due_at=None).exists()


@pytest.mark.parametrize("state", ["frozen", "unlinked"])
def test_nothing_is_mailed_about_a_card_that_was_closed_meanwhile(member: User, state: str) -> None:
    choose(member, "uji")
    say(member, card=make_card(member))
    Card.objects.update(state=state)
    assert gather() == 0
    assert not OutgoingMail.objects.exists()


def test_one_members_trouble_keeps_nobody_else_from_their_mail(
    member: User, stranger: User, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    for person in (member, stranger):
        choose(person, "uji")
        say(person)
    real = mail.write

    def broken(**words: Any) -> OutgoingMail:
        if words["to"] == member.email:
            raise ValueError(words["to"])
        return real(**words)

    monkeypatch.setattr(mail, "write", broken)
    assert gather() == 1
    assert "notices_not_mailed" in caplog.text
    assert (member.email or "-") not in caplog.text
    waiting = Notice.objects.get(member=member)
    assert waiting.mailed_at is None
    assert waiting.mail_due_at
    assert waiting.mail_due_at > timezone.now() + timedelta(minutes=50)


def test_a_crash_before_the_end_writes_nothing_and_the_next_minute_does(
    member: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    choose(member, "uji")
    say(member)
    real = mail.write

    def dies(**words: Any) -> OutgoingMail:
        real(**words)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(mail, "write", dies)
        with pytest.raises(KeyboardInterrupt):
            gather()
    assert not OutgoingMail.objects.exists()
    assert gather() == 1


def test_what_is_stored_while_the_mail_is_gathered_goes_with_the_next(
    member: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Told before, stored after we looked: not in this mail, so it must not count as mailed."""
    choose(member, "uji")
    say(member, subject="1")
    real = notice_mail._later

    def stored_late(choices: NoticeChoices, now: datetime) -> datetime | None:
        late = say(member, subject="2")
        Notice.objects.filter(pk=late.pk).update(mail_due_at=now - timedelta(seconds=1))
        return real(choices, now)

    with monkeypatch.context() as patch:
        patch.setattr(notice_mail, "_later", stored_late)
        assert gather() == 1
    assert gather() == 1
    assert ["Isi uji 2" in one["text"] for one in mails()] == [False, True]


@pytest.mark.django_db(transaction=True)
def test_sixteen_at_once_mail_each_member_once(room_for_every_thread: None) -> None:
    people = [make_member() for _ in range(20)]
    for person in people:
        choose(person, "uji")
        for number in range(3):
            say(person, subject=str(number))

    def work(_: int) -> int:
        try:
            return gather()
        finally:
            connection.close()

    with ThreadPoolExecutor(WORKERS) as pool:
        written = sum(pool.map(work, range(WORKERS)))
    assert written == len(people)
    assert sorted(one["to"] for one in mails()) == sorted(person.email or "" for person in people)
    assert {one["text"].count("Isi ") for one in mails()} == {3}


# Choosing and stopping


def wish(*kinds: str, **fields: Any) -> Wish:
    said: dict[str, Any] = {"pace": "at_once", "amounts": False, **ANY_HOUR}
    return Wish(kinds=list(kinds), **said | fields)


def test_what_waits_follows_a_new_choice(member: User) -> None:
    choose(member, "uji", "lain", pace="weekly")
    say(member, "uji")
    say(member, "lain")
    notice_choices.choose(member=member, wish=wish("uji"), source=audit.SYSTEM)
    assert gather() == 1
    assert "Isi lain" not in mails()[0]["text"]
    assert not Notice.objects.exclude(mail_due_at=None).exists()


def test_what_was_told_before_the_consent_is_not_mailed(member: User) -> None:
    say(member)
    notice_choices.choose(member=member, wish=wish("uji"), source=audit.SYSTEM)
    assert gather() == 0


def link_in(text: str) -> str:
    found = STOP.search(text)
    assert found
    return found[1]


def mailed(member: User, *told: str) -> dict[str, Any]:
    for kind in told:
        say(member, kind)
    gather()
    return mails()[-1]


def test_opening_the_link_stops_nothing_and_its_button_stops_that_kind(member: User) -> None:
    choices, visitor = choose(member, "uji", "lain"), Client(enforce_csrf_checks=True)
    address = link_in(mailed(member, "uji")["text"])
    page = visitor.get(address)
    assert page.status_code == 200
    assert "Tombol ini menghentikan satu macam email: Kabar uji." in page.content.decode()
    choices.refresh_from_db()
    assert choices.mail_kinds == ["uji", "lain"]
    for _ in range(2):
        page = visitor.post(address)
        assert page.status_code == 200
        assert "Sudah berhenti" in page.content.decode()
        assert "keamanan akun" in page.content.decode(), "what still comes is said"
    choices.refresh_from_db()
    assert choices.mail_kinds == ["lain"]
    assert AuditRow.objects.filter(action="notice_choices_changed", member=member.public_id).count() == 1


def test_a_mail_program_stops_all_by_one_post_without_cookies(member: User) -> None:
    choices = choose(member, "uji", "lain")
    headers = mailed(member, "uji")["headers"]
    say(member, "lain")
    program = Client(enforce_csrf_checks=True)
    answer = program.post(
        link_in(headers["List-Unsubscribe"]),
        data="List-Unsubscribe=One-Click",
        content_type="application/x-www-form-urlencoded",
    )
    assert answer.status_code == 200
    assert "session" not in answer.cookies
    choices.refresh_from_db()
    assert choices.mail_kinds == []
    assert gather() == 0
    say(member, "uji", "2")
    assert gather() == 0


def test_a_mail_about_several_kinds_stops_all_of_them(member: User) -> None:
    choices = choose(member, "uji", "lain")
    Client().post(link_in(mailed(member, "uji", "lain")["text"]))
    choices.refresh_from_db()
    assert choices.mail_kinds == []


def test_a_link_cannot_be_altered_or_guessed(member: User, stranger: User) -> None:
    mine, theirs = choose(member, "uji"), choose(stranger, "uji")
    address = notice_choices.stop_path(mine, "uji")
    token = address.rstrip("/").rpartition("/")[2]
    body, signature = token.split(".")
    other_body, other_signature = notice_choices.stop_path(theirs).rstrip("/").rpartition("/")[2].split(".")
    unsigned = notice_choices.signing.Signer(salt="another", sep=".").sign_object([theirs.stop_id.hex, ""])
    tried = [f"{other_body}.{signature}", f"{body}.{other_signature}", body, f"{body}.", "x", f"{token}x", unsigned]
    tried += [str(theirs.stop_id), theirs.stop_id.hex, str(stranger.public_id)]
    for guess in tried:
        assert Client().post(f"/pemberitahuan/berhenti/{guess}/").status_code == 404, guess
    for row in (mine, theirs):
        row.refresh_from_db()
        assert row.mail_kinds == ["uji"]


def test_a_link_holds_nothing_of_the_member(member: User) -> None:
    choices = choose(member, "uji")
    token = notice_choices.stop_path(choices, "uji")
    assert notice_choices.signing.Signer(salt="accounts.notices.stop", sep=".").unsign_object(
        token.rstrip("/").rpartition("/")[2]
    ) == [choices.stop_id.hex, "uji"]
    assert str(member.public_id) not in token
    assert choices.stop_id != member.public_id


def test_a_link_outlives_a_change_of_the_secret_key(member: User, settings: Any) -> None:
    address = notice_choices.stop_path(choose(member, "uji"))
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "n" * 60
    assert Client().get(address).status_code == 200


@pytest.mark.parametrize(("language", "cookie", "title"), [
    ("id", "", "Berhenti menerima email"), ("en", "", "Stop getting email"), ("id", "en", "Stop getting email"),
])  # fmt: skip
def test_the_page_speaks_the_mails_language(
    member: User, settings: Any, language: str, cookie: str, title: str
) -> None:
    member.language = language
    member.save()
    visitor = Client()
    if cookie:
        visitor.cookies[settings.LANGUAGE_COOKIE_NAME] = cookie
    page = visitor.get(notice_choices.stop_path(choose(member, "uji")))
    assert f"<h1>{title}</h1>" in page.content.decode()
    assert page["Content-Language"] == (cookie or language)
