"""Django's migrate; where DATABASE_OWNER_URL is set, as that role, which then gives the portal's own what it needs."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.commands import migrate
from django.db import DEFAULT_DB_ALIAS, connection, connections

from jht_portal import database_roles


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DATABASE_OWNER:
            super().handle(*args, **options)
            return
        role = str(settings.DATABASES[DEFAULT_DB_ALIAS]["USER"])  # before it changes
        _become_the_owner()
        super().handle(*args, **options)
        if not (options["plan"] or options["check_unapplied"]):
            call_command("createcachetable", verbosity=options["verbosity"])
            database_roles.grant(connection, role)


def _become_the_owner() -> None:
    """For all of this process: migrations and what runs after them take the default connection for granted."""
    present: Any = connections[DEFAULT_DB_ALIAS]
    present.close()
    present.close_pool()
    pool = {"OPTIONS": connections.settings[DEFAULT_DB_ALIAS]["OPTIONS"]}
    connections.settings[DEFAULT_DB_ALIAS].update({**settings.DATABASE_OWNER, **pool})
    del connections[DEFAULT_DB_ALIAS]
