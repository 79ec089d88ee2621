"""Seals anew what older keys of FIELD_KEYS sealed, and says which of them may go."""

from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.sealing import writing_key
from accounts.services import resealing


class Command(BaseCommand):
    help = "Seal everything with the first of FIELD_KEYS. Safe while the portal runs; go on by running it again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--count", action="store_true", help="only count, change nothing")
        parser.add_argument("--batch", type=int, default=500, metavar="N", help="rows read at a time")
        parser.add_argument("--pause", type=float, default=0.0, metavar="SECONDS", help="wait after each batch")

    def handle(self, *args: Any, **options: Any) -> None:
        total, unreadable = Counter[str](), 0
        for place in resealing.places():
            if options["count"]:
                done = resealing.count(place)
            else:
                done = resealing.reseal(place, batch=options["batch"], pause=options["pause"])
            total += done.by_key
            unreadable += done.unreadable
            self.stdout.write(f"{place.name}: {_by_key(done.by_key)}{_acts(done)}")
        self._verdict(total, unreadable)

    def _verdict(self, total: Counter[str], unreadable: int) -> None:
        self.stdout.write(f"In all: {_by_key(total)}. New values are sealed with {writing_key()}.")
        if unreadable:
            raise CommandError(f"{unreadable} texts open with none of FIELD_KEYS. Give the missing key back first.")
        old = sorted(set(total) - {writing_key()})
        if old:
            self.stdout.write(f"Still needed: {', '.join(old)}.")
        else:
            self.stdout.write(
                f"No row needs another key than {writing_key()}. Once web, worker and beat have all been restarted "
                "with it in front, run this once more; then the older keys may leave FIELD_KEYS. Keep them as long as "
                "a backup from before."
            )


def _by_key(counted: Counter[str]) -> str:
    return ", ".join(f"{key} {number}" for key, number in sorted(counted.items())) or "none"


def _acts(done: resealing.Count) -> str:
    told = f"; {done.resealed} sealed anew" if done.resealed else ""
    return told + (f"; {done.unreadable} cannot be opened" if done.unreadable else "")
