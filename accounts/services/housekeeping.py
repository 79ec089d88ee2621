"""What ends by time alone: sessions, rate-limit rows, sent mail, old notices, counted codes."""

from datetime import timedelta

from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.utils import timezone

from accounts.models import OutgoingMail
from accounts.services import limits, notices

MAIL_KEPT_FOR = timedelta(days=30)


def clean_up() -> None:
    SessionStore.clear_expired()
    limits.prune()
    notices.prune()
    OutgoingMail.objects.filter(next_fetch_at__isnull=True, created_at__lt=timezone.now() - MAIL_KEPT_FOR).delete()
    with connection.cursor() as cursor:  # the cache's own table has no model
        cursor.execute("DELETE FROM rate_limits WHERE expires < %s", [timezone.now()])
