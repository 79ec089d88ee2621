"""Proves the audit chain: `manage.py audit_verify [--head POSITION:HASH ...] [--after SEAL]`; 1 where it is broken."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import AuditSeal
from accounts.services import audit_chain
from accounts.services.audit_chain import Head


class Command(BaseCommand):
    help = "Computes the audit chain again and names the first row that is not as it was sealed, by id."
    requires_migrations_checks = True

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--head",
            action="append",
            default=[],
            type=Head.read,
            metavar="POSITION:HASH",
            help="a head kept elsewhere, from an audit_anchor line of the log; may be given several times",
        )
        parser.add_argument("--after", type=int, metavar="SEAL", help="begin behind this seal: older rows are gone")

    def handle(self, *args: Any, **options: Any) -> None:
        number = options["after"]
        after = AuditSeal.objects.filter(number=number).first() if number else None
        if number and after is None:
            raise CommandError(f"There is no seal {number}.")
        proof = audit_chain.verify(heads=options["head"], after=after)
        self.stdout.write(f"seals {proof.seals}, rows {proof.rows}, not sealed yet {proof.waiting}")
        if proof.flaw:
            raise CommandError(f"The audit chain is broken: {proof.flaw}")
        self.stdout.write(f"The chain holds. Keep this elsewhere: --head {proof.head}")
