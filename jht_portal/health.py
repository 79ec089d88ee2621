"""Liveness and readiness. They answer plain words without any data, so they are public."""

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

PLAIN = "text/plain; charset=utf-8"


@login_not_required
@require_safe
def alive(request: HttpRequest) -> HttpResponse:
    return HttpResponse("alive", content_type=PLAIN)


@login_not_required
@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """Ready when PostgreSQL answers. Redis may be away: members still log in and see their balances."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return HttpResponse("database away", status=503, content_type=PLAIN)
    return HttpResponse("ready", content_type=PLAIN)
