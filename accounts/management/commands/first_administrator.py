"""The first administrator, or one whose phone is lost. Prints no secret: a code sent by mail sets the password."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.urls import reverse

from accounts.services.staff import CannotAct, make_administrator, reset_administrator


class Command(BaseCommand):
    help = "Makes the person with this email an administrator, or lets one whose phone is lost in again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--name", default="", help="the administrator's name, shown in the staff pages")
        parser.add_argument(
            "--reset-authenticator", action="store_true", help="forget authenticator app, passkeys and password"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            validate_email(options["email"])
        except ValidationError as error:
            raise CommandError("This is not an email address.") from error
        if options["reset_authenticator"]:
            self._reset(options["email"])
        else:
            created = make_administrator(email=options["email"], name=options["name"])
            self.stdout.write("Administrator made." if created else "This person is an administrator now.")
        self._what_next()

    def _reset(self, email: str) -> None:
        try:
            reset_administrator(email=email)
        except CannotAct as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write("Authenticator, passkeys, recovery codes and password are forgotten; all sessions are over.")

    def _what_next(self) -> None:
        page, security = (settings.PUBLIC_URL + reverse(name) for name in ("account_reset_password", "mfa_index"))
        staff_host = f"https://{settings.ADMIN_HOST}" if settings.ADMIN_HOST else settings.PUBLIC_URL
        self.stdout.write(
            f"Next:\n  1. Open {page}, type the email; a code comes by mail; choose a password if there is none yet."
            f"\n  2. Log in and add an authenticator app or a passkey at {security}"
            f"\n  3. Open {staff_host}{reverse('admin:index')}"
        )
