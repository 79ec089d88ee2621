"""Attacks on the way in: stuffed passwords, guessing who has an account, replayed codes, forged headers."""

import re
import statistics
import time
from collections.abc import Callable
from typing import Any
from unittest.mock import patch

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.hashers import BoundedArgon2PasswordHasher
from accounts.models import User
from accounts.urls.sign_in import STEP_SECONDS, even
from tests.accounts.conftest import mailed_code, mails
from tests.factories import PASSWORD, make_member

NEW = "kalimat sandi yang baru"
WRONG = "salah salah salah"
UNKNOWN = "belum.ada@contoh.example"


@pytest.fixture
def _thirds_of_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("accounts.urls.sign_in.STEP_SECONDS", STEP_SECONDS)


def login(client: Client, email: str | None, password: str = PASSWORD, **extra: Any) -> Any:
    return client.post(reverse("account_login"), {"login": email, "password": password}, **extra)


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


# Stuffing


@pytest.mark.asvs("V6.3.1")
@pytest.mark.heavy
@pytest.mark.django_db
def test_two_thousand_stuffed_pairs_from_a_hundred_addresses(settings):
    """Fifty accounts, forty pairs each, for 24 of them the right one somewhere among the forty; all within the five
    minutes of one limit. A quick hasher stands in for Argon2: what counts is how often it is asked."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    people = [make_member() for _ in range(50)]
    User.objects.update(password=make_password(PASSWORD))
    owner, phone = people[0], Client()
    login(phone, owner.email)
    phone.post(reverse("account_logout"))
    right = {number: (number * 7) % 40 for number in range(2, 50, 2)}

    taken, tried, check = 0, 0, User.check_password
    with (
        patch.object(User, "check_password", autospec=True, side_effect=check) as hashed,
        time_machine.travel(time.time(), tick=False) as clock,
    ):
        for turn in range(40):
            for number, member in enumerate(people):
                attacker = Client(REMOTE_ADDR=f"10.9.{tried % 100}.1")
                login(attacker, member.email, PASSWORD if right.get(number) == turn else f"{WRONG} {turn}")
                taken, tried = taken + is_in(attacker), tried + 1
                clock.shift(0.1)
        asked, bystander = hashed.call_count, Client(REMOTE_ADDR="10.8.0.1")
        login(bystander, owner.email)
        login(phone, owner.email)
    print(f"tried {tried}, hashed {asked}, right {len(right)}, taken over {taken}, owner in: {is_in(phone)}")
    assert tried == 2000
    assert asked == 5 * 50 + taken  # five failures an account; a right password gives its try back
    assert taken == len([turn for turn in right.values() if turn < 5])
    assert not is_in(bystander)
    assert is_in(phone)


# Who has an account


def work(act: Callable[[], Any]) -> tuple[int, int]:
    """(hashes, SQL statements): what the time is made of."""
    encode, verify = BoundedArgon2PasswordHasher.encode, BoundedArgon2PasswordHasher.verify
    with (
        patch.object(BoundedArgon2PasswordHasher, "encode", autospec=True, side_effect=encode) as encoded,
        patch.object(BoundedArgon2PasswordHasher, "verify", autospec=True, side_effect=verify) as verified,
        CaptureQueriesContext(connection) as queries,
    ):
        act()
    return encoded.call_count + verified.call_count, len(queries)


def plain(answer: Any, email: str) -> str:
    text = answer.content.decode().replace(email, "EMAIL")
    return re.sub(r'(name="csrfmiddlewaretoken" value=")[^"]*|\b[0-9a-f]{8}\b', r"\1", text)


def try_login(client: Client, email: str) -> list[Any]:
    return [login(client, email, WRONG)]


def try_signup(client: Client, email: str) -> list[Any]:
    first = client.post(reverse("account_signup"), {"email": email, "password1": NEW, "consent": "on"})
    return [first, client.get(first.url)]


def try_reset(client: Client, email: str) -> list[Any]:
    first = client.post(reverse("account_reset_password"), {"email": email})
    return [first, client.get(first.url), *(client.post(first.url, {"code": "00000000"}) for _ in range(3))]


def known(kind: str) -> str:
    if kind == "inactive":
        return str(make_member(is_active=False).email)
    member = make_member()
    if kind == "without a password":
        member.set_unusable_password()
        member.save()
    return str(member.email)


@pytest.mark.asvs("V6.3.8")
@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["ordinary", "inactive", "without a password"])
@pytest.mark.parametrize("attempt", [try_login, try_signup, try_reset])
def test_nothing_tells_whether_an_address_has_an_account(attempt, kind):
    answers, costs = [], []
    for email in (known(kind), UNKNOWN):
        given: list[Any] = []
        costs.append(work(lambda email=email, given=given: given.extend(attempt(Client(), email))))
        answers.append([(one.status_code, one.headers.get("Location"), plain(one, email)) for one in given])
    assert answers[0] == answers[1]
    assert costs[0][0] == costs[1][0]  # hashes: 40 milliseconds each
    if attempt is not try_signup:  # an account costs rows; its answer waits for a full third of a second
        assert abs(costs[0][1] - costs[1][1]) <= 12, costs  # statements: under one millisecond each
    assert len(mails()) in (0, 2)


@pytest.mark.usefixtures("_thirds_of_a_second")
@pytest.mark.parametrize("took", [0.0, 0.05, 0.12, 0.33])
def test_an_answer_leaves_at_a_full_third_of_a_second_however_long_its_work_took(took, monkeypatch, rf):
    """Every page of the way in that treats known and unknown addresses differently inside goes through this."""
    now = [100.0]
    monkeypatch.setattr("accounts.urls.sign_in.time.monotonic", lambda: now[0])
    monkeypatch.setattr("accounts.urls.sign_in.time.sleep", lambda seconds: now.__setitem__(0, now[0] + seconds))
    view = even(lambda request: now.__setitem__(0, now[0] + took))
    view(rf.post("/"))
    assert now[0] - 100 == pytest.approx(STEP_SECONDS)
    view(rf.get("/"))
    assert now[0] - 100 == pytest.approx(STEP_SECONDS + took)


@pytest.mark.django_db
def test_asking_for_another_code_costs_one_mail_either_way():
    counts = []
    for email in (make_member().email, UNKNOWN):
        client = Client()
        page = client.post(reverse("account_signup"), {"email": email, "password1": NEW, "consent": "on"}).url
        with patch("allauth.account.internal.flows.email_verification.handle_verification_email_rate_limit",
                   return_value=True):  # fmt: skip
            before = len(mails())
            answer = client.post(page, {"action": "resend"})
        counts.append((answer.status_code, answer.url, len(mails()) - before))
    assert counts[0] == counts[1] == (302, page, 1)


@pytest.mark.django_db
def test_an_address_that_somebody_else_only_claims_costs_no_second_hash():
    """An unverified second owner of an address must not show by the time a login takes."""
    member, other = make_member(), make_member()
    EmailAddress.objects.create(user=other, email=member.email, verified=False, primary=False)
    claimed = make_member()
    EmailAddress.objects.create(user=claimed, email=UNKNOWN, verified=False, primary=False)
    assert work(lambda: login(Client(), member.email, WRONG))[0] == 1
    assert work(lambda: login(Client(), UNKNOWN, WRONG))[0] == 1


@pytest.mark.heavy
@pytest.mark.usefixtures("_thirds_of_a_second")
@pytest.mark.django_db
def test_times_of_known_and_unknown_addresses_overlap(settings):
    """Printed for docs/measurements.md; what is asserted is that they overlap, never a number of milliseconds."""
    actions = ("login", "login_failed", "signup", "reset_password", "confirm_email")
    settings.LOGIN_LIMITS = settings.ACCOUNT_RATE_LIMITS = dict.fromkeys(actions, "100000/m/ip")
    members = [make_member() for _ in range(30)]
    for attempt in (try_login, try_signup, try_reset):
        times: dict[bool, list[float]] = {True: [], False: []}
        for number, member in enumerate(members):
            for has_account, email in ((True, str(member.email)), (False, f"tidak{number}@contoh.example")):
                client = Client()
                start = time.perf_counter()
                attempt(client, email)
                times[has_account].append(time.perf_counter() - start)
        told = {who: statistics.quantiles(found, n=10) for who, found in times.items()}
        for who, found in told.items():
            print(f"{attempt.__name__} known={who} " + " ".join(f"{found[at] * 1000:.1f}" for at in (0, 4, 8)))
        assert told[True][0] < told[False][8]
        assert told[False][0] < told[True][8]
        assert abs(told[True][4] - told[False][4]) < 0.3 * max(told[True][4], told[False][4])


# Replay


@pytest.mark.asvs("V6.5.1", "V6.6.2")
@pytest.mark.django_db
def test_a_reset_code_opens_one_reset_in_one_browser():
    member = make_member()
    client, thief = Client(), Client()
    page = client.post(reverse("account_reset_password"), {"email": member.email}).url
    code = mailed_code(mails()[-1])
    thief.post(reverse("account_reset_password"), {"email": member.email})
    assert "complete" not in thief.post(page, {"code": code}).headers.get("Location", "")
    assert thief.get(reverse("account_complete_password_reset")).status_code == 302  # another browser: worth nothing
    client.post(page, {"code": code})
    client.post(reverse("account_complete_password_reset"), {"password1": NEW})
    assert User.objects.get(pk=member.pk).check_password(NEW)
    client.post(page, {"code": code})
    client.post(reverse("account_complete_password_reset"), {"password1": "kata lain yang panjang sekali"})
    assert User.objects.get(pk=member.pk).check_password(NEW)


@pytest.mark.django_db
def test_a_verification_code_is_spent_with_its_first_use():
    client = Client()
    page = client.post(reverse("account_signup"), {"email": UNKNOWN, "password1": NEW, "consent": "on"}).url
    code = mailed_code(mails()[-1])
    thief = Client()
    thief.post(page, {"code": code})
    assert not EmailAddress.objects.get(email=UNKNOWN).verified
    client.post(page, {"code": code})
    assert EmailAddress.objects.get(email=UNKNOWN).verified
    client.post(reverse("account_logout"))
    assert client.post(page, {"code": code}).url == reverse("account_login")


# Forged headers


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["account_login", "account_signup", "account_reset_password", "home"])
def test_a_forged_host_gets_nothing(name, settings):
    settings.ALLOWED_HOSTS = ["localhost"]
    assert Client(HTTP_HOST="jahat.example").get(reverse(name)).status_code == 400
    assert Client(HTTP_HOST="localhost.jahat.example").post(reverse(name)).status_code == 400
    answer = Client(HTTP_HOST="localhost", HTTP_X_FORWARDED_HOST="jahat.example").get(reverse(name))
    assert b"jahat" not in answer.content


@pytest.mark.django_db
def test_a_forged_host_never_gets_into_a_mail(settings):
    settings.ALLOWED_HOSTS, settings.PUBLIC_URL = ["*"], "https://portal.contoh.example"
    member = make_member()
    forged = Client(HTTP_HOST="jahat.example", HTTP_X_FORWARDED_HOST="jahat.example")
    for name, data in (("account_reset_password", {"email": member.email}), ("account_signup", {"email": member.email,
                       "password1": NEW, "consent": "on"})):  # fmt: skip
        forged.post(reverse(name), data)
    forged.post(reverse("account_reset_password"), {"email": UNKNOWN})
    login(forged, member.email)
    written = " ".join(mail["text"] + mail["subject"] for mail in mails())
    assert len(mails()) >= 3
    assert "jahat" not in written


@pytest.mark.asvs("V4.1.3")
@pytest.mark.django_db
@pytest.mark.parametrize("header", ["HTTP_X_FORWARDED_FOR", "HTTP_X_REAL_IP", "HTTP_FORWARDED", "HTTP_CLIENT_IP"])
def test_a_forged_address_is_no_fresh_start(header):
    member = make_member()
    for number in range(100):
        login(Client(**{header: f"10.3.0.{number}"}), f"orang{number}@contoh.example", WRONG)
    client = Client(**{header: "10.3.1.1"})
    login(client, member.email)
    assert not is_in(client)


@pytest.mark.asvs("V15.3.4")
@pytest.mark.django_db
def test_the_header_of_ones_own_proxy_counts_where_it_is_named(settings):
    settings.ALLAUTH_TRUSTED_CLIENT_IP_HEADER = "X-Real-IP"
    member = make_member()
    for number in range(100):
        login(Client(HTTP_X_REAL_IP="10.3.0.1"), f"orang{number}@contoh.example", WRONG)
    blocked, free = Client(HTTP_X_REAL_IP="10.3.0.1"), Client(HTTP_X_REAL_IP="10.3.0.2")
    login(blocked, member.email)
    login(free, member.email)
    assert (is_in(blocked), is_in(free)) == (False, True)
