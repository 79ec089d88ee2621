"""The admin site: Django's own, entered through allauth and only with a second factor."""

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig
from django.http import HttpRequest


class PortalAdminConfig(AdminConfig):
    default_site = "jht_portal.admin_site.PortalAdminSite"


class PortalAdminSite(AdminSite):
    def has_permission(self, request: HttpRequest) -> Any:
        return super().has_permission(request)
