"""What every template may know about the site itself."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from jht_portal.logs import request_id


def site(request: HttpRequest) -> dict[str, Any]:
    return {
        "site_name": settings.SITE_NAME,
        "site_description": settings.SITE_DESCRIPTION,
        "operator_name": settings.OPERATOR_NAME,
        "official_notice": settings.OFFICIAL_NOTICE,
        "support_contact": settings.SUPPORT_CONTACT,
        "is_demo": settings.DEMO,
        "languages": settings.LANGUAGES,
        "request_id": request_id.get(),
    }
