"""What every template may know about the site itself."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from accounts import session_limits
from jht_portal.logs import request_id


def site(request: HttpRequest) -> dict[str, Any]:
    return {
        "site_name": settings.SITE_NAME,
        "site_description": settings.SITE_DESCRIPTION,
        "operator_name": settings.OPERATOR_NAME,
        "official_notice": settings.OFFICIAL_NOTICE,
        "support_contact": settings.SUPPORT_CONTACT,
        "is_demo": settings.DEMO,
        "sms_in_use": settings.SMS_GATEWAY != "none",
        "languages": settings.LANGUAGES,
        "request_id": request_id.get(),
        **session_end(request),
    }


def session_end(request: HttpRequest) -> dict[str, Any]:
    """For the warning before a session ends. Rounded to what holds for a page just opened, so that pages stay alike."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES or not request.user.is_authenticated:
        return {}
    most, left = session_limits.limits(request.user), session_limits.left(request.session, request.user)
    return {
        "session_ends_in": min(most.idle, left.absolute),
        "session_idle_minutes": most.idle // 60,
        "session_absolute_hours": most.absolute // 3600,
        "session_warn_before": session_limits.WARN_BEFORE,
    }
