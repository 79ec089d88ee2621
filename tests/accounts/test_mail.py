"""The outbox: sealed while it waits, wiped when sent, retried by its row, given up after a day."""

import json
from datetime import timedelta
from smtplib import SMTPServerDisconnected

import pytest
from django.core import mail as django_mail
from django.db import transaction
from django.template.loader import get_template
from django.utils import timezone

from accounts.models import OutgoingMail
from accounts.services import mail


@pytest.fixture
def row(db) -> OutgoingMail:
    return mail.queue(to="budi@contoh.example", subject="Halo", text="Isi surat")


def deliver(row: OutgoingMail) -> OutgoingMail:
    row.refresh_from_db()
    assert row.fetch_started_at
    mail.send(public_id=row.public_id, token=row.fetch_started_at)
    row.refresh_from_db()
    return row


def test_it_rests_sealed(row):
    assert "budi@" not in row.message_sealed
    assert "Isi surat" not in row.message_sealed


def test_it_is_wiped_once_sent(row):
    deliver(row)
    sent = django_mail.outbox[0]
    assert (sent.to, sent.subject, sent.body) == (["budi@contoh.example"], "Halo", "Isi surat")
    assert sent.message()["Message-ID"] == f"<{row.public_id}@localhost>"
    assert (row.message_sealed, row.next_fetch_at, row.fetch_started_at) == ("", None, None)
    assert row.sent_at


def test_a_bell_rung_twice_sends_once(row):
    token = row_token(row)
    mail.send(public_id=row.public_id, token=token)
    mail.send(public_id=row.public_id, token=token)
    assert len(django_mail.outbox) == 1


def row_token(row):
    row.refresh_from_db()
    return row.fetch_started_at


def fail(*_: object) -> None:
    raise SMTPServerDisconnected


def test_a_server_that_is_away_is_asked_again_by_the_row(row, monkeypatch):
    monkeypatch.setattr("accounts.services.mail.EmailMessage.send", fail)
    deliver(row)
    assert (row.failures, row.last_error) == (1, "SMTPServerDisconnected")
    assert row.next_fetch_at > timezone.now()
    assert row.message_sealed
    assert mail.ring_due_mail() == 0
    OutgoingMail.objects.update(next_fetch_at=timezone.now())
    assert mail.ring_due_mail() == 1
    monkeypatch.undo()
    assert deliver(row).sent_at


def test_a_mail_that_cannot_be_made_backs_off_and_is_given_up_after_a_day(row, monkeypatch, caplog):
    def poison(*_: object) -> None:
        raise ValueError("no header for budi@contoh.example")

    monkeypatch.setattr("accounts.services.mail.EmailMessage.send", poison)
    deliver(row)
    assert (row.failures, row.last_error, row.fetch_started_at) == (1, "internal_error", None)
    assert row.next_fetch_at > timezone.now() + timedelta(seconds=5)
    assert "mail_failed" in caplog.text
    assert "budi" not in caplog.text
    OutgoingMail.objects.update(created_at=timezone.now() - timedelta(hours=24), next_fetch_at=timezone.now())
    mail.ring_due_mail()
    deliver(row)
    assert (row.last_error, row.message_sealed, row.next_fetch_at) == ("given_up", "", None)


def test_after_a_day_it_is_given_up_and_wiped(row, monkeypatch):
    monkeypatch.setattr("accounts.services.mail.EmailMessage.send", fail)
    OutgoingMail.objects.update(created_at=timezone.now() - timedelta(hours=24))
    deliver(row)
    assert (row.last_error, row.message_sealed, row.next_fetch_at, row.sent_at) == ("given_up", "", None, None)


def test_a_late_worker_does_not_undo_what_another_did(row, monkeypatch):
    def overtaken(*_: object) -> None:
        OutgoingMail.objects.update(
            message_sealed="", sent_at=timezone.now(), next_fetch_at=None, fetch_started_at=None
        )
        raise SMTPServerDisconnected

    monkeypatch.setattr("accounts.services.mail.EmailMessage.send", overtaken)
    deliver(row)
    assert (row.failures, row.next_fetch_at) == (0, None)


@pytest.mark.asvs("V2.3.3")
def test_the_act_that_fails_sends_nothing(db):
    @transaction.atomic
    def act() -> None:
        mail.queue(to="budi@contoh.example", subject="Halo", text="Isi")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        act()
    assert not OutgoingMail.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "prefix",
    [
        *(
            f"account/email/{name}"
            for name in (
                "account_already_exists",
                "email_changed",
                "email_confirm",
                "email_confirmation",
                "email_confirmation_signup",
                "email_deleted",
                "login_code",
                "password_changed",
                "password_reset",
                "password_reset_code",
                "password_reset_key",
                "password_set",
                "unknown_account",
            )
        ),
        *(
            f"mfa/email/{name}"
            for name in (
                "recovery_codes_generated",
                "totp_activated",
                "totp_deactivated",
                "webauthn_added",
                "webauthn_removed",
            )
        ),
    ],
)
def test_every_mail_to_a_member_is_ours_short_and_unescaped(prefix, settings):
    context = {
        "code": "12345678",
        "timestamp": timezone.now(),
        "ip": "192.0.2.1",
        "user_agent": "<Peramban> & 'lain'",
        "from_email": "a'b@contoh.example",
        "to_email": "c@contoh.example",
        "deleted_email": "d@contoh.example",
    }
    for part in ("subject", "message"):
        origin = str(get_template(f"{prefix}_{part}.txt").origin)  # type: ignore[attr-defined]
        assert origin.startswith(str(settings.BASE_DIR / "templates"))
    mail.write(template_prefix=prefix, to="budi@contoh.example", context=context)
    written = json.loads(OutgoingMail.objects.get().message)
    assert 5 < len(written["subject"]) < 60
    assert settings.SITE_NAME in written["text"]
    assert "&" not in written["text"].replace("<Peramban> & 'lain'", "")
    assert len(written["text"]) < 900
    assert not any(word in written["text"] for word in ("{{", "{%", "Rp", "None"))


def test_mail_whose_key_was_dropped_waits_like_any_other(row, settings):
    settings.FIELD_KEYS = "k9:" + "A" * 43 + "="
    deliver(row)
    assert (row.failures, row.last_error, row.sent_at) == (1, "CannotOpen", None)
    assert row.next_fetch_at > timezone.now()
