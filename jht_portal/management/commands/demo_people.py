"""The demo people of the README and their stories, made as real people are: matched by the upstream, approved by staff,
balances fetched. No figure is ever inserted. Runs at every start of the demo and makes only what is missing."""

import time
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts import audit, selectors
from accounts.consent import CURRENT
from accounts.models import Card, LinkRequest, User, kpj_index
from accounts.services import cards, linking, linking_decision, linking_steps
from accounts.services.staff import STAFF_GROUP
from balances.models import Balance, Statement
from balances.selectors import statement_cards_of
from balances.services import claim_fetch, refresh_balance
from balances.statement import claim_statement, refresh_statement
from jht_portal.demo_upstream import DemoUpstream
from providers.errors import HeldBack, ProviderError
from providers.factory import get_provider

PASSWORD = "saldo-demo-2026"  # noqa: S105 - published in the README, localhost only
REASON = "Orang contoh dalam demo"
OLD_TODAY = "2026-09-20"  # Sari's balance was fetched then; since that day the upstream fails for her card
FAILING_KIND = "http500"
EARLIER_TODAY = "2026-02-20"  # Budi's cards were looked at then, too, so that there is news for him
PATIENCE_SECONDS = 20.0
SEED = 2757


@dataclass(frozen=True)
class DemoPerson:
    """Somebody of the README's table. All are fictitious."""

    email: str
    name: str = ""
    nik: str = ""
    born: date | None = None
    kpjs: tuple[str, ...] = ()
    language: str = "id"
    authenticator: bool = False
    fails: bool = False
    has_news: bool = False


MEMBERS = (
    DemoPerson(
        "budi@contoh.example",
        "BUDI SANTOSA",
        "3173051207860012",
        date(1986, 7, 12),
        ("24011122201", "17033344402", "12055566603"),
        has_news=True,
    ),
    DemoPerson(
        "sari@contoh.example", "SARI WULANDARI", "3578105402920004", date(1992, 2, 14), ("19022233393",), fails=True
    ),
    DemoPerson(
        "maria@contoh.example",
        "MARIA TANDIONO",
        "7371106309880007",
        date(1988, 9, 23),
        ("23044455505",),
        language="en",
        authenticator=True,
    ),
    DemoPerson("wayan@contoh.example"),
)
PETUGAS = DemoPerson("petugas@contoh.example", "PETUGAS CONTOH", authenticator=True)
ADMIN = DemoPerson("admin@contoh.example", "ADMIN CONTOH", authenticator=True)


class Command(BaseCommand):
    help = "Make the demo people. In the demo only."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--members", type=int, default=0, metavar="N", help="that many more fictitious members")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("This works in the demo only: its people have a published password.")
        self.upstream = DemoUpstream.find()
        self.password = make_password(PASSWORD)
        self.staff = [self._staff(PETUGAS), self._staff(ADMIN, is_superuser=True)]
        for person in MEMBERS:
            self._story(person)
        self._more_members(options["members"])

    def _person(self, person: DemoPerson, **fields: Any) -> User:
        user, created = User.objects.get_or_create(
            email=person.email,
            defaults={
                "password": self.password, "language": person.language, "consent_version": CURRENT.version, **fields
            },
        )  # fmt: skip
        if created:
            EmailAddress.objects.create(user=user, email=person.email, verified=True, primary=True)
        if person.authenticator and not Authenticator.objects.filter(user=user).exists():
            TOTP.activate(user, generate_totp_secret())
        return user

    def _staff(self, person: DemoPerson, *, is_superuser: bool = False) -> User:
        user = self._person(person, name=person.name, is_staff=True, is_superuser=is_superuser)
        user.groups.add(Group.objects.get(name=STAFF_GROUP))
        return user

    def _story(self, person: DemoPerson) -> None:
        """A failing upstream must not keep the demo from starting: the person then simply has no card yet."""
        member = self._person(person)
        try:
            if person.fails and self.upstream:
                self._old_balance(member, person)
            elif person.has_news and self.upstream:
                self._news(member, person)
            else:
                self._link_and_fetch(member, person)
        except ProviderError as error:
            self.stderr.write(f"The upstream does not help with a demo person ({error.code}); going on.")

    def _old_balance(self, member: User, person: DemoPerson) -> None:
        """Fetched under an earlier date; from then on every fetch fails."""
        assert self.upstream is not None
        today = self.upstream.today()
        if selectors.cards_visible_to(member).count() < len(person.kpjs):
            self.upstream.set_today(OLD_TODAY)
            try:
                self._link_and_fetch(member, person)
            finally:
                self.upstream.set_today(today)
        for kpj in person.kpjs:
            self.upstream.fail_for(kpj, FAILING_KIND)
        for card in selectors.cards_visible_to(member):
            if not Balance.objects.filter(card=card, failures__gt=0).exists():
                Balance.objects.filter(card=card).update(next_fetch_at=timezone.now())
                fetch(card)

    def _news(self, member: User, person: DemoPerson) -> None:
        """Fetched under an earlier date and now again: what changed in between is told as to everybody."""
        assert self.upstream is not None
        if selectors.cards_visible_to(member).count() == len(person.kpjs):
            return
        today = self.upstream.today()
        self.upstream.set_today(EARLIER_TODAY)
        try:
            self._link_and_fetch(member, person)
            fetch_statements(member)
        finally:
            self.upstream.set_today(today)
        Balance.objects.filter(card__member=member).update(next_fetch_at=timezone.now())
        Statement.objects.filter(card__member=member).update(next_fetch_at=timezone.now())
        for card in selectors.cards_visible_to(member).select_related("balance"):
            fetch(card)
        fetch_statements(member)

    def _link_and_fetch(self, member: User, person: DemoPerson) -> None:
        for kpj in person.kpjs:
            held = Card.objects.filter(kpj_index=kpj_index(kpj), state__in=selectors.VISIBLE)
            if not held.exists():
                self._link(member, person, kpj)
        for card in selectors.cards_visible_to(member).filter(balance__isnull=True):
            fetch(card)

    def _link(self, member: User, person: DemoPerson, kpj: str) -> None:
        assert person.born is not None
        own = replace(audit.COMMAND, actor=member)
        request = linking.request_link(
            member=member, kpj=kpj, nik=person.nik, name=person.name, birth_date=person.born, source=own
        )
        step(request)
        linking.ask_staff(member=member, public_id=request.public_id, source=own)
        for staff in self.staff[: settings.APPROVALS_REQUIRED]:
            linking_decision.decide_link(
                link_request=request, staff=staff, approves=True, reason=REASON, source=replace(own, actor=staff)
            )
        step(request)  # the card list

    def _more_members(self, wanted: int) -> None:
        """Fictitious people of the sandbox, matched one by one (J1), so that their balances really can be fetched."""
        there = User.objects.filter(email__endswith="@banyak.example").count()
        if wanted <= there or not self.upstream:
            return
        self.stdout.write(f"Making {wanted - there} more members ...")
        for number, person in enumerate(self.upstream.people(wanted, SEED)):
            if number >= there:
                self._one_more(number, person)

    def _one_more(self, number: int, person: dict[str, Any]) -> None:
        born, kpj = date.fromisoformat(person["birth_date"]), person["kpj"][0]
        user = self._person(DemoPerson(f"anggota{number}@banyak.example"), name=person["name"])
        if Card.objects.filter(kpj_index=kpj_index(kpj), state__in=selectors.VISIBLE).exists():
            return
        match = patiently(
            lambda: get_provider().verify_member(nik=person["nik"], name=person["name"], birth_date=born, kpj=kpj)
        )
        cards.make_card(
            member=user, kpj=kpj, member_ref=match.member_ref or "", proof=Card.Proof.STAFF, source=audit.COMMAND
        )


def step(request: LinkRequest) -> None:
    """The worker's next step, done here: no worker runs yet when the demo makes its people."""
    request.refresh_from_db()
    if request.fetch_started_at:
        linking_steps.advance_link(public_id=request.public_id, token=request.fetch_started_at)
        request.refresh_from_db()


def fetch(card: Card) -> None:
    if claim_fetch(card) and card.balance.fetch_started_at:
        refresh_balance(card_id=card.public_id, token=card.balance.fetch_started_at)


def fetch_statements(member: User) -> None:
    """Our own rate limit may say "not now"; then again in a second."""
    give_up = time.monotonic() + PATIENCE_SECONDS
    for card in statement_cards_of(member):
        while time.monotonic() < give_up and claim_statement(card) and card.statement.fetch_started_at:
            if refresh_statement(card_id=card.public_id, token=card.statement.fetch_started_at) != HeldBack.code:
                break
            time.sleep(1)
            Statement.objects.filter(pk=card.pk).update(next_fetch_at=timezone.now())
            card.statement.refresh_from_db()


def patiently(ask: Any) -> Any:
    """Our own rate limit may say "not now"; wait as long as it says. Raises HeldBack after 20 seconds of it."""
    give_up = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return ask()
        except HeldBack as held:
            if time.monotonic() > give_up:
                raise
            time.sleep(held.wait.total_seconds())
