"""No personal data in any log, broker message, session, cache, audit row, address or title; and the search can find.

Web, worker and beat run with the mask of jht_portal.logs off, so what is proved is that nobody logs such a value in the
first place. The mask, the last net, is proved apart: by what an exception of the database carries.
"""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import redis
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from celery import Celery
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.db import connection
from django.utils import timezone

from accounts.models import AuditRow, Card, User
from accounts.services.staff import STAFF_GROUP
from balances.models import Balance, FetchAttempt
from demo.embedded.process import wait_until
from demo.sandbox.faults import KINDS
from tests.balances.upstream import link_sandbox_card
from tests.factories import PASSWORD, make_member
from tests.house.planted import Broker, LogFile, Planted, found_in, tables
from tests.house.website import Person, Website, path_of
from tests.plugins.processes import RedisServer, Sandbox, Worker

EMAIL_AT_REST = frozenset({"accounts_user.email", "account_emailaddress.email"})
NAME_AT_REST = frozenset({"accounts_user.name"})
AMOUNT_AT_REST = frozenset({"balances_balance.amount", "balances_balancehistory.amount"})
UNMASKED = {"DJANGO_SETTINGS_MODULE": "tests.house.unmasked"}
FAULTS_ON_BALANCE = [kind for kind, operations in KINDS.items() if "11" in operations]


@dataclass
class Stage:
    """The processes of one run, everything they wrote, and what was planted on the way."""

    website: Website
    sandbox: Sandbox
    redis: RedisServer
    broker: Broker
    logs: dict[str, LogFile]
    people: list[Person] = field(default_factory=list)
    planted: list[Planted] = field(default_factory=list)
    seen_at_rest: list[tuple[str, str]] = field(default_factory=list)

    def person(self) -> Person:
        self.people.append(Person(self.website))
        return self.people[-1]

    def plant(self, kind: str, value: str, at_rest: frozenset[str] = frozenset()) -> str:
        self.planted.append(Planted(kind, value, at_rest))
        return value

    def mailed_code(self, email: str) -> str:
        """The eight digits of a mail to this address that was not read before."""

        def unread() -> list[str]:
            texts = [str(one["text"]) for one in self.sandbox.mail() if email in str(one["to"])]
            codes = ["".join(found) for text in texts for found in re.findall(r"^ {4}(\d{4}) (\d{4})$", text, re.M)]
            return [code for code in codes if code not in {one.value for one in self.planted}]

        assert wait_until(lambda: bool(unread()), timeout=60, pause=0.1), "no mail came"
        return self.plant("mailed code", unread()[0])

    def look_at_rest(self) -> None:
        """What the tables hold at this moment, sessions in the middle of signing up or enrolling among them."""
        self.seen_at_rest += tables()

    def outputs(self) -> Iterator[tuple[str, str]]:
        yield from ((name, log.text()) for name, log in self.logs.items())
        yield "a Redis command", self.broker.text()
        yield from self.seen_at_rest
        yield "an address", "\n".join(address for one in self.people for address in one.addresses)
        yield "a title", "\n".join(title for one in self.people for title in one.titles)

    def found(self) -> list[str]:
        return found_in(self.outputs(), self.planted)


@pytest.fixture
def stage(
    website: Callable[..., Website],
    worker: Callable[..., Worker],
    redis_server: RedisServer,
    sandbox: Sandbox,
    request: pytest.FixtureRequest,
) -> Iterator[Stage]:
    environ = {"REDIS_URL": redis_server.url, "PROVIDER_DEADLINE_SECONDS": "1.5", "CLAIM_LEASE_SECONDS": "4"}
    environ |= getattr(request, "param", UNMASKED)
    broker = Broker(redis_server.url)
    database_log = Path(os.environ["PORTAL_TEST_DIRECTORY"]) / "postgres.log"
    logs = {"PostgreSQL's log": LogFile(database_log, from_now_on=True)}
    web, hands = website(**environ), worker(**environ)
    logs |= {"the web log": LogFile(web.log), "the worker's log": LogFile(hands.log)}
    yield Stage(website=web, sandbox=sandbox, redis=redis_server, broker=broker, logs=logs)
    broker.stop()


def plant_person(stage: Stage, seed: str) -> dict[str, Any]:
    """Somebody with one ordinary card, a long balance, and every value of theirs planted."""
    found = next(
        one
        for one in stage.sandbox.people(60, seed)
        if len(one["kpj"]) == 1
        and one["phone"]
        and one["email"]
        and stage.sandbox.ledger(one["kpj"][0])["status"] == "AKTIF"
        and len(stage.sandbox.ledger(one["kpj"][0])["balance"]) >= len("1234567.00")
    )
    born = date.fromisoformat(found["birth_date"])
    stage.plant("KPJ", found["kpj"][0])
    stage.plant("NIK", found["nik"])
    stage.plant("name", found["name"], NAME_AT_REST)
    stage.plant("phone", found["phone"].lstrip("+"))
    stage.plant("phone", "0" + found["phone"].removeprefix("+62"))
    stage.plant("contact email", found["email"])
    stage.plant("amount", stage.sandbox.ledger(found["kpj"][0])["balance"].partition(".")[0], AMOUNT_AT_REST)
    for form in ("%Y-%m-%d", "%d-%m-%Y"):
        stage.plant("birth date", born.strftime(form))
    return {"kpj": found["kpj"][0], "nik": found["nik"], "name": found["name"], "birth_date": born.strftime("%d-%m-%Y")}


@pytest.mark.asvs("V14.2.4", "V16.2.5")
def test_the_main_paths_leave_no_personal_data_anywhere(stage: Stage) -> None:
    someone = plant_person(stage, seed="penanda")
    member = sign_up_and_log_in(stage, "sekali.rahasia@contoh.example")
    card = link_card(stage, member, someone)
    meet_every_fault(stage, member, card)
    switch_authenticator_on(stage, member)
    staff_look_up(stage, someone, "sekali.rahasia@contoh.example")
    break_pages(stage, member)
    member.post(f"/kartu/{card.public_id}/lepas/")
    assert not Balance.objects.exists()
    reset_password(stage, "sekali.rahasia@contoh.example")
    stage.look_at_rest()
    found = stage.found()
    assert not found, "\n".join(found)
    prove_that_the_search_finds(stage, someone["kpj"])


def sign_up_and_log_in(stage: Stage, email: str) -> Person:
    person, password = stage.person(), stage.plant("password", "kalimat-sandi-penanda-2026")
    stage.plant("email", email, EMAIL_AT_REST)
    person.post("/akun/daftar/", email=email, password1=password)
    person.post("/akun/email/verifikasi/", code=stage.plant("wrong mailed code", "90210733"))
    code = stage.mailed_code(email)
    stage.look_at_rest()
    person.post("/akun/email/verifikasi/", code=code)
    assert person.is_signed_in
    again = stage.person()
    again.log_in(email, stage.plant("wrong password", "bukan-sandi-yang-benar-2026"))
    assert not again.is_signed_in
    again.log_in(email, password)
    assert again.is_signed_in
    return again


def link_card(stage: Stage, person: Person, someone: dict[str, Any]) -> Card:
    """With data of nobody, then with a mistake, then rightly; and a wrong code before the right one."""
    other = stage.plant("wrong KPJ", "21987650090"), stage.plant("wrong name", "ORANG KELIRU SEKALI")
    for data in ({"kpj": other[0]}, {"name": other[1]}, {"birth_date": "31-02-1990"}):
        answer = person.post("/kartu/tambah/", **someone | data)
        if "/permintaan/" in path_of(answer):
            person.wait_for(path_of(answer), 'data-state="refused"')
    way = path_of(person.post("/kartu/tambah/", **someone))
    person.wait_for(way, 'data-state="code"')
    stage.look_at_rest()
    sent = [str(one["code"]) for one in stage.sandbox.outbox() if one["kpj"] == someone["kpj"]]
    assert len(sent) == 1
    stage.plant("code", sent[0])
    wrong = stage.plant("wrong code", "908172" if sent[0] != "908172" else "908173")
    person.post(f"{way}kode/", code=wrong)
    person.wait_for(way, "Kode itu tidak benar")
    person.post(f"{way}kode/", code=sent[0])
    person.wait_for(way, 'data-state="linked"')
    person.wait_for("/saldo/", "data-amount=")
    return Card.objects.get()


def meet_every_fault(stage: Stage, person: Person, card: Card) -> None:
    """One fetch under each; the brake is let go in between."""
    for number, kind in enumerate(["none", *FAULTS_ON_BALANCE]):
        if kind != "none":
            stage.sandbox.set_fault(kind, kpj=card.kpj, operation="11")
        with redis.Redis.from_url(stage.redis.url) as client:
            client.flushdb()
        before = FetchAttempt.objects.count()
        Balance.objects.update(
            next_fetch_at=timezone.now(), fetch_started_at=None, asked_at=None, retry_at=None, failures=0
        )
        if number % 2:
            person.get(f"/saldo/{card.public_id}/")
        else:
            person.post(f"/saldo/{card.public_id}/perbarui/")
        assert wait_until(lambda before=before: FetchAttempt.objects.count() > before, timeout=60, pause=0.05), kind
        person.get(f"/saldo/{card.public_id}/")
        person.get(f"/saldo/{card.public_id}/potongan/")
        stage.sandbox.clear_faults()
    assert len(set(FetchAttempt.objects.values_list("outcome", flat=True))) > 4
    stage.look_at_rest()


def switch_authenticator_on(stage: Stage, person: Person) -> None:
    way = "/akun/keamanan/autentikator/nyalakan/"
    person.post("/akun/pastikan/", password="kalimat-sandi-penanda-2026", next=way)
    page = person.get(way).text
    secret = re.search(r"<code>([A-Z2-7]{16,})</code>", page)
    assert secret, page
    stage.plant("authenticator secret", secret[1])
    stage.look_at_rest()
    person.post(way, code=present_code(secret[1]))
    assert Authenticator.objects.filter(type=Authenticator.Type.TOTP).exists()
    codes = re.findall(r"\b\d{10}\b|\b[\w]{5}-?[\w]{5}\b", person.get("/akun/keamanan/kode-pemulihan/").text)
    for code in codes[:3]:
        stage.plant("recovery code", code)


def present_code(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, list(yield_hotp_counters_from_time())[-1]))


def staff_look_up(stage: Stage, someone: dict[str, Any], email: str) -> None:
    """By each kind of identifier, then the pages of whoever was found, and an act with its reason."""
    staff = make_member("petugas.penanda@contoh.example", name="PETUGAS PENANDA", is_staff=True)
    staff.groups.add(Group.objects.get(name=STAFF_GROUP))
    stage.plant("staff email", staff.email or "", EMAIL_AT_REST)
    stage.plant("staff password", PASSWORD)
    secret = stage.plant("staff's authenticator secret", "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    TOTP.activate(staff, secret)
    person = stage.person()
    person.log_in(staff.email or "")
    person.post("/akun/keamanan/kode/", code=present_code(secret))
    held = User.objects.get(email=email)
    for text in (someone["kpj"], someone["nik"], email, someone["name"]):
        page = person.post("/admin/accounts/user/cari/", text=text).text
        assert f"/admin/accounts/user/{held.pk}/change/" in page
    person.get(f"/admin/accounts/user/{held.pk}/change/")
    why = {"why": "asked", "reason": "anggota menelepon layanan"}
    assert email in person.post(f"/admin/accounts/user/{held.pk}/email/", **why).text
    person.post(f"/admin/accounts/user/{held.pk}/aksi/kirim-reset/", reason="lupa kata sandinya")
    person.post(
        "/admin/accounts/user/add/",
        email=stage.plant("invited", "undangan.penanda@contoh.example", EMAIL_AT_REST),
        name="UNDANGAN",
        language="id",
    )
    for page in ("accounts/user", "accounts/card", "accounts/linkrequest", "balances/balance", "accounts/auditrow"):
        assert person.get(f"/admin/{page}/").status_code == 200
    assert AuditRow.objects.filter(action="member_looked_up").count() == 4


def break_pages(stage: Stage, person: Person) -> None:
    """Not found, forbidden, and a table that is gone: our own fault, with a traceback in the log."""
    assert person.get("/saldo/tidak-ada/").status_code == 404
    assert person.http.post("/kartu/tambah/", data={"kpj": "24011122201"}).status_code == 403
    with table_gone("balances_balance"):
        assert person.get("/saldo/").status_code == 500
    assert "UndefinedTable" in stage.logs["the web log"].text()


@contextmanager
def table_gone(name: str) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {name} RENAME TO gone")
        try:
            yield
        finally:
            cursor.execute(f"ALTER TABLE gone RENAME TO {name}")


def reset_password(stage: Stage, email: str) -> None:
    person = stage.person()
    person.post("/akun/kata-sandi/lupa/", email=email)
    person.post("/akun/kata-sandi/lupa/kode/", code=stage.mailed_code(email))
    person.post("/akun/kata-sandi/lupa/baru/", password1=stage.plant("new password", "sandi-baru-penanda-2027"))
    assert User.objects.get(email=email).check_password("sandi-baru-penanda-2027")


def prove_that_the_search_finds(stage: Stage, kpj: str) -> None:
    """The same search over the same outputs, after the KPJ was really written to each."""
    person = stage.person()
    person.get(f"/saldo/{kpj}/")
    Celery(broker=stage.redis.url).send_task("none", args=[kpj])
    with connection.cursor() as cursor:
        cursor.execute(f"DO $$ BEGIN RAISE LOG 'card {kpj}'; END $$")
    cache.set(f"card-{kpj}", "1")
    AuditRow.objects.create(action="x", door="web", day=timezone.localdate(), details={"card": f"{kpj[:4]} {kpj[4:]}"})
    stage.look_at_rest()
    assert wait_until(lambda: "KPJ base64 in a Redis command" in stage.found(), timeout=60)
    expected = {
        "KPJ plain in the web log",
        "KPJ base64 in a Redis command",
        "KPJ plain in rate_limits.cache_key",
        "KPJ parted in accounts_auditrow.details",
        "KPJ plain in an address",
    }
    if stage.logs["PostgreSQL's log"].exists:  # a server of somebody else's keeps its log to itself
        expected.add("KPJ plain in PostgreSQL's log")
    assert expected - set(stage.found()) == set()


LAST_NET = {"DJANGO_SETTINGS_MODULE": "jht_portal.settings"}


@pytest.mark.parametrize("stage", [LAST_NET], indirect=True)
def test_an_error_of_the_database_that_tells_a_whole_row_is_masked(stage: Stage) -> None:
    """A violated CHECK repeats the row in the exception's text, an unknown table the statement with its values."""
    email, name = "baris.utuh@contoh.example", "NAMA DALAM BARIS"
    member = make_member(stage.plant("email", email), name=stage.plant("name", name))
    card = link_sandbox_card(member, "24011122201", stage.sandbox)
    stage.plant("amount", stage.sandbox.ledger(card.kpj)["balance"].partition(".")[0])
    stage.plant("KPJ", card.kpj)
    person = stage.person()
    person.log_in(email)
    with checked("accounts_user", "language <> 'en'"):
        assert person.post("/bahasa/", language="en", next="/").status_code == 500
    with checked("balances_balance", "amount IS NULL"):
        person.get("/saldo/")
        assert wait_until(lambda: "CheckViolation" in stage.logs["the worker's log"].text(), timeout=60)
    with table_gone("accounts_user"):
        assert stage.person().log_in(email).status_code == 500
    person.get(f"/saldo/{card.kpj}/")
    assert stage.logs["the web log"].text().count("Traceback") >= 2
    found = found_in(((name, log.text()) for name, log in stage.logs.items()), stage.planted)
    assert not found, "\n".join(found)


@contextmanager
def checked(table: str, condition: str) -> Iterator[None]:
    """New rows and changes must fulfil one more condition."""
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT one_more CHECK ({condition}) NOT VALID")
        try:
            yield
        finally:
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT one_more")
