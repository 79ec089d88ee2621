"""What a hostile client sends by hand: forms without tokens, markup, addresses elsewhere, files, kept cookies."""

import re
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.apps import apps
from django.conf import settings as configured
from django.contrib.auth.hashers import identify_hasher
from django.core.files.uploadhandler import MemoryFileUploadHandler, load_handler
from django.db import models
from django.test import Client, RequestFactory
from django.urls import reverse
from hypothesis import given, strategies

from accounts.forms.sign_in import LinkForm
from accounts.models import Card, LinkRequest, User
from balances.models import Balance
from tests.accounts.conftest import mailed_code, mails
from tests.admin.conftest import boss, card, pages, rows, second_factor_done, waiting
from tests.factories import PASSWORD, make_balance, make_card, make_member, make_statement
from tests.house.addresses import FILES, address_of, make_world, named_addresses

__all__ = ["boss", "card", "rows", "waiting"]
NEW = "kalimat sandi yang baru"
NAMES = sorted({name for name, _ in named_addresses()})


def sign_in(email: str | None, password: str = PASSWORD) -> Client:
    client = Client()
    client.post(reverse("account_login"), {"login": email, "password": password})
    return client


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


# Forms of another site


@pytest.mark.asvs("V3.5.1")
@pytest.mark.django_db
def test_no_form_is_taken_without_its_token(member: User, boss: User, rows: dict[type, int]) -> None:
    """Every address, as visitor, owner and administrator; those that take no POST at all say so."""
    world, owner, admin = make_world(member), Client(enforce_csrf_checks=True), Client(enforce_csrf_checks=True)
    owner.force_login(member)
    admin.cookies.load({one.key: one.value for one in second_factor_done(boss).cookies.values()})
    # A mail program's one POST (RFC 8058): its signed link gives the right. A gateway proves itself by its credentials.
    names = set(NAMES) - {"notice_stop", "sms_inbound", "sms_reports"}
    asked = [(who, address_of(name, world)) for name in names for who in (Client(enforce_csrf_checks=True), owner)]
    asked += [(admin, path) for path in pages(rows)]
    for client, path in asked:
        assert client.post(path, {"sure": "on"}).status_code == 403, path


@pytest.mark.asvs("V3.5.1", "V3.5.2")
@pytest.mark.django_db
@pytest.mark.parametrize("header", ["HTTP_ORIGIN", "HTTP_REFERER"])
def test_a_form_with_its_token_but_from_another_site_is_refused(header: str, settings: Any) -> None:
    client = Client(enforce_csrf_checks=True, SERVER_NAME="localhost")
    page = client.get(reverse("account_login"), secure=True).content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    assert token
    data = {"csrfmiddlewaretoken": token[1], "login": "a@contoh.example", "password": "x"}
    theirs = client.post(reverse("account_login"), data, secure=True, **{header: "https://jahat.example/x"})
    ours = client.post(reverse("account_login"), data, secure=True, **{header: "https://localhost"})
    assert (theirs.status_code, ours.status_code) == (403, 200)


@pytest.mark.asvs("V3.5.2")
@pytest.mark.django_db
def test_json_with_another_type_changes_nothing(member: User, as_member: Client) -> None:
    """There is no JSON door that writes; the passkey's one reads a form field and its own session."""
    for kind in ("text/plain", "application/json"):
        as_member.post(reverse("set_language"), '{"language": "en"}', content_type=kind)
    member.refresh_from_db()
    assert member.language == "id"


# Looking changes nothing

# Looks are written down and may ask for a newer figure (ADR 10); sessions and limits are book-keeping.
# A paper that is handed out is entered in the book of papers.
LOOKING_MAY_CHANGE = {"AuditRow", "Session", "UserSession", "Balance", "Statement", "IssuedDocument", "DocumentTries"}
LOOKING_MAY_CHANGE |= {"Notice", "NoticeChoices"}  # what was shown is no longer new; a row with the defaults


def everything() -> dict[str, list[Any]]:
    kept = [one for one in apps.get_models() if one.__name__ not in LOOKING_MAY_CHANGE and one._meta.managed]
    return {one.__name__: list(one._default_manager.order_by("pk").values()) for one in kept}


@pytest.mark.asvs("V3.5.3")
@pytest.mark.django_db
def test_looking_at_every_page_changes_nothing(member: User, boss: User, rows: dict[type, int]) -> None:
    world, owner, admin = make_world(member), Client(), second_factor_done(boss)
    owner.force_login(member)
    amounts = list(Balance.objects.order_by("pk").values_list("amount", "as_of", "fetched_at"))
    before = everything()
    for _ in range(2):
        for name in NAMES:
            for client in (Client(), owner):
                client.get(address_of(name, world))
                client.head(address_of(name, world))
        for path in pages(rows):
            admin.get(path)
    after = everything()
    for name in before:
        assert before[name] == after[name], name
    assert amounts == list(Balance.objects.order_by("pk").values_list("amount", "as_of", "fetched_at"))
    assert is_in(owner)


# Markup

MARKUP = """"><script>alert(1)</script><img src=x onerror=alert(1)>' onmouseover='x</title></script>{{7*7}}"""


class Elements(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.strange: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        if any(name.startswith("on") for name in told) or told.get("src") == "x":
            self.strange.append(self.get_starttag_text() or tag)
        if tag == "script" and not told.get("src") and told.get("type") != "application/json":
            self.strange.append("script")


@pytest.mark.asvs("V1.2.1", "V1.2.3", "V1.1.2", "V1.3.3")
@pytest.mark.django_db
def test_markup_in_every_text_column_stays_text_on_every_page(member: User, boss: User, rows: dict[type, int]) -> None:
    world = make_world(member)
    fill_with_markup()
    owner, admin = Client(), second_factor_done(boss)
    owner.force_login(User.objects.get(pk=member.pk))
    seen = 0
    asked = [(owner, address_of(name, world)) for name in NAMES if name not in {"account_logout", *FILES}]
    for client, path in asked + [(admin, path) for path in pages(rows)]:
        answer = client.get(path)
        page = answer.content.decode(errors="replace")
        if answer.get("Content-Type", "").startswith("application/json"):  # what a browser saves and never reads
            assert answer["X-Content-Type-Options"] == "nosniff", path
            continue
        assert not Elements(page).strange, path
        assert "<script>alert(1)" not in page, path
        assert not re.search(
            r"(?<!\d)49(?!\d)\}?", "".join(re.findall(r"x&lt;/title&gt;&lt;/script&gt;(.{0,6})", page))
        ), path
        seen += "&lt;script&gt;" in page
    assert seen > 10


def fill_with_markup() -> None:
    """Names, employers, agents and the like of everybody; not what has a form of its own."""
    for model, name in (
        (User, "name"),
        (Card, "employer_name"),
        (apps.get_model("usersessions", "UserSession"), "user_agent"),
        (apps.get_model("balances", "Employment"), "employer_name"),
        (apps.get_model("balances", "Contribution"), "employer_name"),
        (apps.get_model("accounts", "OfferedCard"), "employer_name"),
    ):
        fields = {
            one.name: one for one in model._meta.get_fields() if isinstance(one, models.CharField | models.TextField)
        }
        if name in fields:
            model._default_manager.update(**{name: MARKUP[: fields[name].max_length or 500]})
    for row in LinkRequest.objects.exclude(state__in=LinkRequest.ENDED_STATES):
        row.name = MARKUP
        row.save()


# Leading elsewhere


@pytest.mark.asvs("V3.7.2", "V1.2.2")
@pytest.mark.django_db
@pytest.mark.parametrize(
    "to",
    [
        "//jahat.example",
        "https://jahat.example/",
        "\\\\jahat.example",
        "/\\jahat.example",
        "javascript:alert(1)",
        "data:text/html,x",
        "%2f%2fjahat.example",
        "http:jahat.example",
        "///jahat.example",
        "\tjavascript:alert(1)",
    ],
)
def test_no_address_leads_off_the_site(to: str, member: User) -> None:
    data = {"login": member.email, "password": PASSWORD, "next": to}
    assert led_here(Client().post(reverse("account_login") + "?next=" + to, data)["Location"])
    assert led_here(Client().post(reverse("set_language"), {"language": "en", "next": to})["Location"])
    client = sign_in(member.email)
    again = client.post(reverse("account_reauthenticate"), {"password": PASSWORD, "next": to})
    assert led_here(again.headers.get("Location", "/"))
    session = client.post(reverse("session"), {"next": to})
    assert led_here(session.headers.get("Location", "/"))
    page = client.get(reverse("account_reauthenticate"), {"next": to}).content.decode()
    assert not re.search(r'(href|action)="(javascript|data|http:|https://jahat|//)', page)


def led_here(location: str) -> bool:
    parts = urlsplit(location.replace("\\", "/").strip())
    return not parts.netloc and parts.scheme == "" and not location.startswith("//")


# Decoded once, mail heads


@pytest.mark.asvs("V1.1.1")
@pytest.mark.django_db
@pytest.mark.parametrize("typed", ["%32%34011122201", "%2532%2534011122201", "&#50;4011122201", "\\u0032401112220"])
def test_what_is_decoded_once_is_not_decoded_again(typed: str, as_member: Client) -> None:
    data = {"kpj": typed, "nik": "3171011708450001", "name": "BUDI UJI", "birth_date": "17-08-1945"}
    form = LinkForm(data)
    assert "kpj" in form.errors
    assert as_member.post(reverse("card_add"), data).status_code in (200, 422)
    assert not LinkRequest.objects.exists()


@pytest.mark.asvs("V15.3.7")
@pytest.mark.django_db
@pytest.mark.parametrize(("sent", "taken"), [(("x", "24011122201"), True), (("24011122201", "x"), False)])
def test_of_a_field_that_is_sent_twice_the_last_is_checked_and_stored(
    sent: tuple[str, str], taken: bool, as_member: Client
) -> None:
    data = {"kpj": sent, "nik": "3171011708450001", "name": "BUDI UJI", "birth_date": "17-08-1945"}
    as_member.get(reverse("card_add"))
    as_member.post(reverse("card_add"), data)
    assert [row.kpj for row in LinkRequest.objects.all()] == (["24011122201"] if taken else [])


@pytest.mark.asvs("V1.3.11")
@pytest.mark.django_db
@pytest.mark.parametrize(
    "address", ["a@contoh.example\r\nBcc: b@contoh.example", "a@contoh.example\nX: y", "a@contoh.example,b@x.example"]
)
def test_no_mail_gets_a_second_recipient_or_a_head_of_somebody_elses(address: str) -> None:
    for name, data in (
        ("account_signup", {"email": address, "password1": NEW, "consent": "on"}),
        ("account_reset_password", {"email": address}),
    ):
        assert Client().post(reverse(name), data).status_code in (200, 422)
    assert mails() == []
    member = make_member(name="BUDI\r\nBcc: b@contoh.example")
    Client().post(reverse("account_reset_password"), {"email": member.email})
    (mail,) = mails()
    assert mail["to"] == member.email
    assert "\n" not in mail["subject"] + mail["to"]


# Files and size


@pytest.mark.asvs("V5.2.1", "V5.2.2", "V5.2.3", "V5.3.1", "V5.3.2")
@pytest.mark.django_db
def test_what_is_uploaded_reaches_no_disk_and_no_reader(as_member: Client, tmp_path: Any) -> None:
    """Two megabytes at most, in memory, gone with the request; no model keeps a file; no archive is opened."""
    assert [type(load_handler(one, None)) for one in configured.FILE_UPLOAD_HANDLERS] == [MemoryFileUploadHandler]
    assert configured.FILE_UPLOAD_MAX_MEMORY_SIZE <= 2_097_152
    assert not [
        one for model in apps.get_models() for one in model._meta.get_fields() if isinstance(one, models.FileField)
    ]
    assert configured.STORAGES["default"]["BACKEND"].endswith("InMemoryStorage")
    assert not RequestFactory().post("/", {"file": file_of(3_000_000)}).FILES
    kept = RequestFactory().post("/", {"file": file_of(1_000)}).FILES["file"]
    assert kept.name == "passwd"
    assert type(kept).__name__ == "InMemoryUploadedFile"


def file_of(size: int) -> Any:
    from io import BytesIO

    made = BytesIO(b"PK\x03\x04" + b"0" * size)
    made.name = "../../etc/passwd"
    return made


@pytest.mark.asvs("V5.2.1", "V15.2.2")
@pytest.mark.django_db
def test_a_body_larger_than_a_form_is_refused_before_it_is_read(as_member: Client) -> None:
    body = b"name=" + b"a" * 10_000_000
    answer = as_member.post(reverse("card_add"), body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code in (400, 413)
    many = "&".join(f"f{number}=1" for number in range(500))
    answer = as_member.post(reverse("card_add"), many, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 400


# Sessions and passwords


@pytest.mark.asvs("V7.2.1", "V7.2.2", "V7.2.3", "V7.2.4")
@pytest.mark.django_db
def test_a_session_planted_before_a_login_is_worth_nothing_after_it(member: User) -> None:
    """Fixation: the thief's cookie, known before, opens nothing; what the login gives has 165 random bits."""
    victim, thief = Client(), Client()
    victim.get(reverse("account_login"))
    session = victim.session
    session["planted"] = "1"
    session.save()
    victim.cookies[configured.SESSION_COOKIE_NAME] = planted = session.session_key or ""
    thief.cookies[configured.SESSION_COOKIE_NAME] = planted
    victim.post(reverse("account_login"), {"login": member.email, "password": PASSWORD})
    assert is_in(victim)
    assert re.fullmatch(r"[a-z0-9]{32}", victim.session.session_key or "")
    assert victim.session.session_key != planted
    assert thief.get(reverse("balances")).status_code == 302
    made_up = Client()
    made_up.cookies[configured.SESSION_COOKIE_NAME] = "a" * 32
    assert made_up.get(reverse("balances")).status_code == 302


@pytest.mark.asvs("V7.4.1")
@pytest.mark.django_db
def test_a_cookie_kept_from_before_the_logout_opens_nothing(member: User) -> None:
    client, kept = sign_in(member.email), Client()
    kept.cookies[configured.SESSION_COOKIE_NAME] = client.cookies[configured.SESSION_COOKIE_NAME].value
    assert kept.get(reverse("balances")).status_code == 200
    client.post(reverse("account_logout"))
    assert kept.get(reverse("balances")).status_code == 302


@pytest.mark.asvs("V6.2.8", "V6.2.9")
@pytest.mark.django_db
@pytest.mark.parametrize(
    "password",
    [
        " ekor kucing di atas genteng ",
        "Ekor KUCING di atas Genteng",
        "x" + "kucing genteng " * 20,
        "ekor kucing 👩‍👩‍👧 é di atas",
    ],
)
def test_a_password_is_taken_to_the_letter(password: str, member: User) -> None:
    Client().post(reverse("account_reset_password"), {"email": member.email})
    client = Client()
    page = client.post(reverse("account_reset_password"), {"email": member.email}).url
    client.post(page, {"code": mailed_code(mails()[-1])})
    client.post(reverse("account_complete_password_reset"), {"password1": password})
    assert is_in(sign_in(member.email, password))
    for near in (password.strip(), password.lower(), password[:72], password + " "):
        assert near == password or not is_in(sign_in(member.email, near))


@pytest.mark.asvs("V6.2.2", "V6.2.3")
@pytest.mark.django_db
def test_a_new_password_wants_the_old_one(member: User) -> None:
    client = sign_in(member.email)
    client.post(reverse("account_change_password"), {"oldpassword": "bukan yang lama", "password1": NEW})
    assert is_in(sign_in(member.email))
    client.post(reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": NEW})
    assert is_in(sign_in(member.email, NEW))


@pytest.mark.asvs("V6.4.3", "V6.3.4")
@pytest.mark.django_db
def test_a_new_password_by_mail_does_not_pass_the_second_step(member: User) -> None:
    TOTP.activate(member, generate_totp_secret())
    client = Client()
    page = client.post(reverse("account_reset_password"), {"email": member.email}).url
    client.post(page, {"code": mailed_code(mails()[-1])})
    client.post(reverse("account_complete_password_reset"), {"password1": NEW})
    assert not is_in(client)
    after = Client()
    answer = after.post(reverse("account_login"), {"login": member.email, "password": NEW})
    assert answer.url.startswith(reverse("mfa_authenticate"))
    assert not is_in(after)


@pytest.mark.asvs("V6.3.2")
@pytest.mark.django_db
def test_a_new_portal_has_nobody_in_it() -> None:
    assert not User.objects.exists()


@pytest.mark.asvs("V11.4.2")
@pytest.mark.django_db
def test_passwords_rest_as_argon2id(member: User) -> None:
    member.set_password(NEW)
    assert member.password.startswith("argon2$argon2id$v=19$m=47104,t=1,p=1$")
    assert identify_hasher(member.password).algorithm == "argon2"


@pytest.mark.asvs("V15.3.3")
@pytest.mark.django_db
def test_fields_that_no_form_has_change_nothing(member: User, stranger: User) -> None:
    client = sign_in(member.email)
    more = {
        "is_staff": "on",
        "is_superuser": "on",
        "email": "lain@contoh.example",
        "member": stranger.pk,
        "user": stranger.pk,
        "consent_version": "x",
        "is_active": "",
    }
    for name in ("set_language", "privacy_correct_name", "account_change_password", "session"):
        client.post(reverse(name), {"language": "en", "name": "NAMA BARU", **more})
    kept = User.objects.get(pk=member.pk)
    assert (kept.is_staff, kept.is_superuser, kept.is_active, kept.email) == (False, False, True, member.email)


@pytest.mark.asvs("V1.4.2")
@pytest.mark.django_db
@given(amount=strategies.sampled_from(["-0.01", "-1", "1e30", "NaN", "Infinity", "9" * 20]))
def test_no_impossible_amount_is_stored(amount: str) -> None:
    from django.db import transaction

    with (
        pytest.raises(Exception, match=r"(?i)check|numeric|out of range|overflow|invalid|quantize|desimal|NaN"),
        transaction.atomic(),
    ):
        make_balance(make_card(make_member()), amount)


@pytest.mark.asvs("V8.2.3", "V15.3.1")
@pytest.mark.django_db
def test_what_pages_ask_for_by_script_holds_only_what_they_show(member: User, as_member: Client) -> None:
    """The one JSON answer for members, and the parts of pages."""
    card = make_card(member)
    make_balance(card)
    make_statement(card)
    told = as_member.get(reverse("session")).json()
    assert set(told) == {"seconds", "can_extend"}
    for name in ("balance_fragment", "statement_fragment"):
        part = as_member.get(reverse(name, args=[card.public_id])).content.decode()
        for hidden in (card.kpj, card.member_ref, member.email or "", str(member.public_id)):
            assert hidden not in part
