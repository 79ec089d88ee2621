"""Django's migrate; where DATABASE_OWNER_URL is set, as that role, which then gives the portal's own what it needs."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.commands import migrate
from django.db import connections

from jht_portal import database_roles

OWNER = "owner"


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        if OWNER not in settings.DATABASES:
            super().handle(*args, **options)
            return
        super().handle(*args, **{**options, "database": OWNER})
        if not (options["plan"] or options["check_unapplied"]):
            call_command("createcachetable", database=OWNER, verbosity=options["verbosity"])
            database_roles.grant(connections[OWNER], settings.DATABASES["default"]["USER"])
