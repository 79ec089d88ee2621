"""Puts our admin site in Django's place. Apart from the site, which needs the models: apps are loaded before them."""

from typing import Any

from django.contrib.admin.apps import AdminConfig
from django.db.models.signals import post_migrate


class PortalAdminConfig(AdminConfig):
    default_site = "jht_portal.admin_site.PortalAdminSite"

    def ready(self) -> None:
        super().ready()
        # This app stands after auth, accounts and balances, so their permissions exist when its turn comes.
        post_migrate.connect(_ensure_staff_group, sender=self)


def _ensure_staff_group(**_kwargs: Any) -> None:
    from accounts.services.staff import ensure_staff_group

    ensure_staff_group()
