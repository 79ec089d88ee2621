"""Whose data were seen or changed, when and which fields, as CSV: for the notice after a breach."""

import csv
from dataclasses import astuple, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from accounts.services.breach import Affected, affected


class Command(BaseCommand):
    help = "Members concerned by what one person, session or address did; docs/privacy/breach-runbook.md says how."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--since", required=True, type=_moment, help="2026-11-22T08:00, Jakarta's time")
        parser.add_argument("--until", type=_moment, default=None, help="now, unless given")
        parser.add_argument("--actor", type=UUID, help="public id of the account that looked")
        parser.add_argument("--session", default="", help="mark of the session, as the audit rows show it")
        parser.add_argument("--address", default="", help="internet address")

    def handle(self, *args: Any, **options: Any) -> None:
        found = affected(
            since=options["since"], until=options["until"] or timezone.now(), actor=options["actor"],
            session=options["session"], address=options["address"],
        )  # fmt: skip
        table = csv.writer(self.stdout)
        table.writerow(field.name for field in fields(Affected))
        for row in found:
            table.writerow(_shown(value) for value in astuple(row))


def _moment(text: str) -> datetime:
    moment = parse_datetime(text)
    if moment is None:
        raise CommandError("A time reads 2026-11-22T08:00.")
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)


def _shown(value: Any) -> str:
    return timezone.localtime(value).isoformat(timespec="seconds") if isinstance(value, datetime) else str(value)
