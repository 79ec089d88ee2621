"""The bells have the names that services ring and beat schedules, and what time ends is ended."""

from datetime import timedelta

from celery import current_app
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import connection
from django.utils import timezone

from accounts import tasks
from accounts.models import CodeEvent, LinkRequest, OutgoingMail
from accounts.services import mail
from tests.accounts.conftest import ask


def test_every_bell_that_is_rung_has_a_task(settings):
    scheduled = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    ours = {name for name in scheduled if name.startswith("accounts.")} | {
        "accounts.advance_link",
        "accounts.advance_recovery",
        "accounts.send_mail",
    }
    assert ours == {name for name in current_app.tasks if name.startswith("accounts.")}


def test_a_task_takes_ids_and_does_its_step(member, upstream):
    row = ask(member)
    row.refresh_from_db()
    assert row.fetch_started_at
    tasks.advance_link(str(row.public_id), row.fetch_started_at.isoformat())
    row.refresh_from_db()
    assert row.state == LinkRequest.State.SENDING_CODE


def test_sweeps_ring_again_for_what_is_due(member, upstream, db):
    row, letter = ask(member), mail.queue(to="budi@contoh.example", subject="Halo", text="Isi")
    past = timezone.now() - timedelta(seconds=1)
    LinkRequest.objects.update(next_fetch_at=past)
    OutgoingMail.objects.update(next_fetch_at=past)
    row.refresh_from_db()
    tokens = (row.fetch_started_at, OutgoingMail.objects.get(pk=letter.pk).fetch_started_at)
    tasks.sweep_links()
    tasks.sweep_mail()
    row.refresh_from_db()
    assert row.fetch_started_at != tokens[0]
    assert OutgoingMail.objects.get(pk=letter.pk).fetch_started_at != tokens[1]


def test_housekeeping(as_member, member):
    long_ago = timezone.now() - timedelta(days=40)
    Session.objects.update(expire_date=long_ago)
    CodeEvent.objects.create(kind="sent", kpj_index=b"x" * 32, member=member, at=long_ago)
    OutgoingMail.objects.create(next_fetch_at=None, sent_at=long_ago, created_at=long_ago)
    waiting = OutgoingMail.objects.create(created_at=long_ago)
    cache.clear()
    cache.set("old", 1, timeout=60)
    cache.set("young", 1, timeout=600)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE rate_limits SET expires = %s WHERE cache_key LIKE '%%old'", [long_ago])
        tasks.clean_up()
        cursor.execute("SELECT count(*) FROM rate_limits")
        assert cursor.fetchone()[0] == 1
    assert not Session.objects.exists()
    assert not CodeEvent.objects.exists()
    assert list(OutgoingMail.objects.all()) == [waiting]
