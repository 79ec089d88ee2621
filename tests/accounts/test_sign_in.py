"""Signing up, in and out, passwords and addresses, through the pages, with codes read from the sealed outbox."""

import re
import time
from unittest.mock import patch

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.audit import mark_of
from accounts.hashers import BoundedArgon2PasswordHasher
from accounts.models import AuditRow, OutgoingMail, User
from tests.accounts.conftest import mailed_code, mails
from tests.conftest import remember_proof
from tests.factories import PASSWORD, make_member

NEW = "kalimat sandi yang baru"


def post(client: Client, name: str, **data: str):
    return client.post(reverse(name), data)


def login(client: Client, email: str, password: str = PASSWORD):
    return post(client, "account_login", login=email, password=password)


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def actions() -> list[str]:
    return list(AuditRow.objects.order_by("id").values_list("action", flat=True))


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("account_login", "/akun/login/"),
        ("account_signup", "/akun/daftar/"),
        ("account_logout", "/akun/keluar/"),
        ("account_reset_password", "/akun/kata-sandi/lupa/"),
        ("mfa_index", "/akun/keamanan/"),
    ],
)
def test_addresses_are_indonesian(name, address):
    assert reverse(name) == address


def test_the_login_page_has_the_words_people_look_for(visitor):
    page = visitor.get("/akun/login/").content.decode()
    assert re.search(r"<label[^>]*>\s*Email\s*</label>", page)
    assert re.search(r"<label[^>]*>\s*Kata sandi\s*</label>", page)
    assert re.search(r"<button[^>]*>\s*Login\s*</button>", page)


def test_sign_up_with_the_mailed_code(visitor):
    answer = post(visitor, "account_signup", email="Baru@Contoh.example", password1=NEW)
    assert answer.url == reverse("account_email_verification_sent")
    mail = mails()[-1]
    assert mail["to"] == "baru@contoh.example"
    assert not is_in(visitor)
    answer = visitor.post(answer.url, {"code": mailed_code(mail)})
    assert answer.status_code == 302
    assert EmailAddress.objects.get(email="baru@contoh.example").verified
    assert login(visitor, "baru@contoh.example", NEW).status_code == 302
    assert is_in(visitor)
    assert {"signed_up", "email_verified", "signed_in"} <= set(actions())
    assert not {"email_changed", "consent_withdrawn"} & set(actions())  # nothing was taken back or replaced


def test_sign_up_takes_the_language_of_the_page(visitor, settings):
    visitor.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    post(visitor, "account_signup", email="new@contoh.example", password1=NEW)
    assert User.objects.get().language == "en"


def test_mail_speaks_the_recipients_language_not_the_pages(visitor, settings):
    make_member("maria@contoh.example", language="en")
    with patch("accounts.services.mail.translation.override") as chosen:
        post(visitor, "account_reset_password", email="maria@contoh.example")
    assert [call.args[0] for call in chosen.call_args_list] == ["id", "en"]  # the page, then the mail


def hashes_during(act) -> int:
    real = BoundedArgon2PasswordHasher.encode
    with patch.object(BoundedArgon2PasswordHasher, "encode", autospec=True, side_effect=real) as encode:
        act()
    return encode.call_count


def test_signing_up_costs_one_hash_and_one_mail_whether_or_not_the_address_is_known(member):
    known = hashes_during(lambda: post(Client(), "account_signup", email=member.email, password1=NEW))
    assert len(mails()) == 1
    unknown = hashes_during(lambda: post(Client(), "account_signup", email="belum@contoh.example", password1=NEW))
    assert len(mails()) == 2
    assert known == unknown == 1


@pytest.mark.parametrize("page", ["account_signup", "account_reset_password"])
def test_known_and_unknown_addresses_get_the_same_page(member, page):
    answers = []
    for email in (member.email, "belum@contoh.example"):
        client = Client()
        first = post(client, page, email=email, password1=NEW)
        second = client.get(first.url)
        text = second.content.decode().replace(email, "EMAIL")
        text = re.sub(r'(csrfmiddlewaretoken" value="|X-Request-ID)[^"]*', r"\1", text)
        answers.append((first.status_code, first.url, second.status_code, text))
    assert answers[0] == answers[1]
    assert len(mails()) == 2


def test_a_forgotten_password_is_replaced_with_the_mailed_code(visitor, member):
    answer = post(visitor, "account_reset_password", email=member.email)
    answer = visitor.post(answer.url, {"code": mailed_code(mails()[-1])})
    assert answer.url == reverse("account_complete_password_reset")
    answer = visitor.post(answer.url, {"password1": NEW})
    assert answer.url == reverse("account_login")
    assert "Kata sandi sudah diganti." in visitor.get(answer.url).content.decode()
    assert not is_in(visitor)
    assert not is_in(sign_in_as(Client(), member.email, PASSWORD))
    assert is_in(sign_in_as(Client(), member.email, NEW))
    assert mails()[-1]["subject"] == "Kata sandi baru sudah dibuat"
    assert "password_changed" in actions()


def sign_in_as(client: Client, email: str, password: str = PASSWORD) -> Client:
    login(client, email, password)
    return client


@pytest.mark.asvs("V6.6.3")
def test_three_wrong_reset_codes_end_the_attempt(visitor, member):
    answer = post(visitor, "account_reset_password", email=member.email)
    page = answer.url
    for _ in range(3):
        visitor.post(page, {"code": "00000000"})
    right = visitor.post(page, {"code": mailed_code(mails()[0])})
    assert right.url != reverse("account_complete_password_reset")


@pytest.mark.asvs("V7.4.3")
def test_changing_the_password_ends_every_session(member):
    here, elsewhere = sign_in_as(Client(), member.email), sign_in_as(Client(), member.email)
    post(here, "account_change_password", oldpassword=PASSWORD, password1=NEW)
    assert not is_in(here)
    assert elsewhere.get(reverse("card_list")).status_code == 302
    assert is_in(sign_in_as(Client(), member.email, NEW))
    assert "Kata sandi Anda diganti" in [mail["subject"] for mail in mails()]
    changed = AuditRow.objects.get(action="password_changed")
    assert (changed.member, changed.actor) == (member.public_id, member.public_id)


def test_a_new_address_counts_only_after_its_code(member):
    client = sign_in_as(Client(), member.email)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    post(client, "account_email", email="lain@contoh.example", action_add="")
    member.refresh_from_db()
    assert member.email == "member@contoh.example"
    code_mail = mails()[-1]
    assert code_mail["to"] == "lain@contoh.example"
    post(client, "account_email_verification_sent", code=mailed_code(code_mail))
    member.refresh_from_db()
    assert member.email == "lain@contoh.example"
    assert any(mail["to"] == "member@contoh.example" and "diganti" in mail["subject"] for mail in mails())
    assert "email_changed" in actions()


class TestGuessing:
    def test_the_sixth_wrong_guess_is_refused_even_if_right(self, member):
        for _ in range(5):
            assert "tidak cocok" in login(Client(), member.email, "salah salah salah").content.decode()
        client = Client()
        answer = login(client, member.email)
        assert not is_in(client)
        assert "Terlalu banyak" in answer.content.decode()

    def test_another_accounts_right_password_still_gets_in(self, member, stranger):
        for _ in range(6):
            login(Client(), member.email, "salah salah salah")
        assert is_in(sign_in_as(Client(), stranger.email))

    def test_another_host_name_is_no_fresh_start(self, member, settings):
        settings.ALLOWED_HOSTS = ["*"]
        for number in range(5):
            Client(HTTP_HOST=f"h{number}.example").post(
                reverse("account_login"), {"login": member.email, "password": "salah salah salah"}
            )
        assert not is_in(sign_in_as(Client(), member.email))

    def test_the_count_rests_in_postgresql(self, member):
        login(Client(), member.email, "salah salah salah")
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM rate_limits WHERE cache_key LIKE '%login_failed%'")
            assert cursor.fetchone()[0] > 0

    @pytest.mark.asvs("V16.3.1")
    def test_a_wrong_guess_is_written_down_without_what_was_typed(self, member):
        login(Client(), member.email, "salah salah salah")
        row = AuditRow.objects.get(action="sign_in_failed")
        assert (row.member, row.actor, row.details) == (member.public_id, None, {"step": "password"})


class TestReauthentication:
    @pytest.mark.asvs("V7.2.4")
    def test_it_changes_the_session_key(self, member):
        client = sign_in_as(Client(), member.email)
        before = client.session.session_key
        client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
        assert client.session.session_key != before
        assert is_in(client)
        assert not Session.objects.filter(session_key=before).exists()

    @pytest.mark.asvs("V16.3.1")
    def test_it_is_written_down_with_what_proved_it_and_a_wrong_one_too(self, member):
        client = sign_in_as(Client(), member.email)
        client.post(reverse("account_reauthenticate"), {"password": "bukan ini sandinya"})
        assert not AuditRow.objects.filter(action="proved_again").exists()
        assert AuditRow.objects.get(action="sign_in_failed").details == {"step": "password"}
        client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
        row = AuditRow.objects.get(action="proved_again")
        assert (row.member, row.actor, row.details) == (member.public_id, member.public_id, {"factors": ["password"]})
        assert row.session == mark_of(client.session.session_key)

    def test_a_refused_post_is_not_kept_in_the_session(self, member):
        client = sign_in_as(Client(), member.email)
        remember_proof(client, member, seconds_ago=301)
        answer = post(client, "account_email", email="rahasia@contoh.example", action_add="")
        assert answer.url == f"{reverse('account_reauthenticate')}?next=%2Fakun%2Femail%2F"
        assert "rahasia" not in str(dict(client.session))


class TestAuthenticator:
    @pytest.fixture
    def secret(self, member) -> str:
        secret = totp.generate_totp_secret()
        from allauth.mfa.utils import encrypt

        Authenticator.objects.create(user=member, type="totp", data={"secret": encrypt(secret)})
        return secret

    def code(self, secret: str, steps: int = 0) -> str:
        return totp.format_hotp_value(totp.hotp_value(secret, int(time.time()) // 30 + steps))

    def test_the_secret_rests_sealed(self, secret):
        stored = Authenticator.objects.get().data["secret"]
        assert stored.startswith("v1.")
        assert secret not in stored

    @pytest.mark.asvs("V6.5.1")
    def test_a_code_counts_once_even_after_the_cache_forgot_it(self, member, secret):
        from django.core.cache import cache

        code = self.code(secret)
        first = sign_in_as(Client(), member.email)
        assert not is_in(first)
        post(first, "mfa_authenticate", code=code)
        assert is_in(first)
        cache.clear()
        second = sign_in_as(Client(), member.email)
        post(second, "mfa_authenticate", code=code)
        assert not is_in(second)
        older = sign_in_as(Client(), member.email)
        post(older, "mfa_authenticate", code=self.code(secret, -1))
        assert not is_in(older)
        newer = sign_in_as(Client(), member.email)
        post(newer, "mfa_authenticate", code=self.code(secret, 1))
        assert is_in(newer)

    def test_switching_it_on_spends_the_code_and_is_written_down(self, member, django_capture_on_commit_callbacks):
        client = sign_in_as(Client(), member.email)
        client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
        client.get(reverse("mfa_activate_totp"))
        secret = client.session[totp.SECRET_SESSION_KEY]
        code = self.code(secret)
        with django_capture_on_commit_callbacks(execute=True):
            post(client, "mfa_activate_totp", code=code)
        kept = Authenticator.objects.get(type="totp").data
        assert kept["last_counter"] >= int(time.time()) // 30 - 1
        assert "mfa_changed" in actions()
        assert "Aplikasi autentikator dinyalakan" in [mail["subject"] for mail in mails()]
        again = sign_in_as(Client(), member.email)
        post(again, "mfa_authenticate", code=code)
        assert not is_in(again)

    @pytest.mark.asvs("V16.3.1", "V16.2.1")
    def test_what_a_sign_in_was_proved_with_is_written_down(self, member, secret):
        client = Client(REMOTE_ADDR="203.0.113.7", headers={"user-agent": "Peramban"})
        sign_in_as(client, member.email)
        assert not AuditRow.objects.filter(action="signed_in").exists()
        before = timezone.now()
        post(client, "mfa_authenticate", code=self.code(secret))
        row = AuditRow.objects.get(action="signed_in")
        assert row.details == {"factors": ["password", "totp"]}
        assert (row.door, row.actor, row.member) == ("web", member.public_id, member.public_id)
        assert (row.address, row.agent, row.session != "") == ("203.0.113.7", "Peramban", True)
        assert before <= row.at <= timezone.now()

    @pytest.mark.asvs("V16.3.1")
    def test_a_wrong_code_is_written_down(self, member, secret):
        client = sign_in_as(Client(), member.email)
        post(client, "mfa_authenticate", code="000000")
        assert AuditRow.objects.get(action="sign_in_failed").details == {"step": "second_factor"}


def test_passkeys_belong_to_the_public_host(settings):
    from accounts.adapter import MFAAdapter

    settings.PUBLIC_HOST = "portal.contoh.example"
    assert MFAAdapter().get_public_key_credential_rp_entity()["id"] == "portal.contoh.example"


def test_links_in_mail_come_from_the_public_url(member, settings):
    settings.PUBLIC_URL, settings.ALLOWED_HOSTS = "https://portal.contoh.example", ["*"]
    Client(HTTP_HOST="jahat.example").post(reverse("account_signup"), {"email": member.email, "password1": NEW})
    text = mails()[-1]["text"]
    assert "https://portal.contoh.example/akun/login/" in text
    assert "jahat" not in text


def test_signing_out_is_written_down(as_member):
    as_member.post(reverse("account_logout"))
    assert "signed_out" in actions()
    assert OutgoingMail.objects.count() == 0
