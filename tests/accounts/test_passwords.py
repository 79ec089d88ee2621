"""Which passwords are refused and which are welcome: no rule about signs, only what is easy to guess or has leaked."""

import gzip
import hashlib
import re
import string
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.contrib.auth import password_validation
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts import passwords
from accounts.models import User
from jht_portal.apps import refuse_a_broken_password_list
from tests.accounts.conftest import mailed_code, mails
from tests.factories import PASSWORD

BUDI = User(email="budi.santosa86@contoh.example", name="BUDI SANTOSA")


def refusals(password: str, user: User = BUDI) -> set[str]:
    try:
        validate_password(password, user)
    except ValidationError as error:
        return {str(one.code) for one in error.error_list}
    return set()


@pytest.mark.asvs("V6.1.2", "V6.2.11")
@pytest.mark.parametrize("word", ["bpjs", "jamsostek", "jht", "kpj", "saldo", "santosa", "budi"])
def test_what_the_page_is_about_and_who_chooses_add_nothing(word):
    """Before six signs that nothing describes; any other letters in the same place would do."""
    assert "guessable" in refusals(f"{word}xq9vwm")
    assert "guessable" not in refusals("wgzkfyhcm"[: len(word)] + "xq9vwm")


@pytest.mark.parametrize(
    "password",
    [
        "Password2026!!!!",  # a word, a year, one sign four times: every composition rule is content
        "P@ssw0rd123!!",  # the same in leet
        "drowssap2026!!",  # backwards
        "qwertyuiop123456",  # two runs on the keyboard
        "1qaz2wsx3edc4rfv",  # columns of it
        "!@#$%^&*()_+",  # its upper row
        "aaaaaaaaaaaaaaaa",
        "abcabcabcabcabc",
        "kucingkucingkucing",
        "sayangsayang12",
        "Bismillah123!",
        "indonesia1945!",
        "bismillahirrahmanirrahim",
        "jamsostek2026!!",  # what the page is about
        "BPJSketenagakerjaan1",
        "saldo-demo-2026",
        "budisantosa1986",  # what the person is called
        "Santosa.Budi.86!",
        "081234567890",
        "120719861207",
    ],
)
def test_easy_to_guess(password):
    assert "guessable" in refusals(password)


@pytest.mark.asvs("V6.2.5")
@pytest.mark.parametrize(
    "password",
    [
        "kalimat sandi yang baru",
        "kopi lemari hujan sepatu",
        "rumah hijau di tepi kali",
        "correct horse battery staple",
        "xK9vQ2mPz7Lw",
        "ibu suka kopi pahit",
        "sebelas ribu ikan",
        "пароль из слов гор",
        "我喜欢喝热咖啡在早上八点",
        "🐟🌧️🚲🏠🍵🎈🪑🧦🔑🎲📎🧵",
        "a" * 5 + "kopi lemari hujan " * 8,
    ],
)
def test_hard_to_guess_whatever_its_signs(password):
    assert refusals(password) == set()


@pytest.mark.asvs("V6.2.1")
def test_eleven_characters_are_too_few_and_twelve_enough():
    assert refusals("xK9vQ2mPz7L") == {"password_too_short"}
    assert refusals("xK9vQ2mPz7Lw") == set()


@pytest.mark.asvs("V6.2.4")
def test_every_common_password_of_twelve_or_more_characters_is_refused():
    path = Path(password_validation.__file__).parent / "common-passwords.txt.gz"
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        long = [line.strip() for line in lines if len(line.strip()) >= 12]
    assert len(long) > 150
    assert [word for word in long if "guessable" not in refusals(word)] == []


@pytest.mark.asvs("V6.1.2", "V6.2.11")
def test_the_words_of_the_operator_count_as_near(settings):
    assert refusals("koperasimelatijaya") == set()
    settings.OPERATOR_NAME = "Koperasi Melati Jaya"
    assert "guessable" in refusals("koperasimelatijaya")


@given(st.text(max_size=300))
def test_any_text_at_all_is_weighed(text):
    assert 0 <= passwords.effort(text, ["budi"]) <= 64


@given(st.text(string.printable, max_size=40), st.text(string.printable, max_size=20))
def test_each_further_sign_counts_for_one_at_most(text, more):
    """Less than one is right: the third of a run, or the end of a word, makes one piece of what were several."""
    assert passwords.effort(text + more) <= passwords.effort(text) + len(more)


# What has leaked


@pytest.fixture
def leaked(tmp_path: Path) -> Path:
    """A file as "Have I Been Pwned" gives it out: sorted SHA-1, a colon, how often."""
    path = tmp_path / "leaked.txt"
    texts = [f"bocor nomor {number} ini" for number in range(1000)]
    hashes = sorted(hashlib.sha1(text.encode()).hexdigest().upper() for text in texts)
    path.write_text("".join(f"{one}:{number}\r\n" for number, one in enumerate(hashes)))
    return path


@pytest.mark.asvs("V6.2.12")
def test_every_line_of_the_file_is_found_and_nothing_else(leaked):
    assert all(passwords.is_listed(leaked, f"bocor nomor {number} ini") for number in range(1000))
    assert not any(passwords.is_listed(leaked, f"bocor nomor {number} itu") for number in range(1000))


def test_the_search_is_short_however_long_the_file(leaked, monkeypatch):
    read = []
    real = passwords._line_from
    monkeypatch.setattr(passwords, "_line_from", lambda lines, at: read.append(at) or real(lines, at))
    passwords.is_listed(leaked, "bocor nomor 7 ini")
    assert len(read) <= leaked.stat().st_size.bit_length()


def test_a_file_without_counts_and_with_one_line(tmp_path):
    path = tmp_path / "one.txt"
    path.write_text(hashlib.sha1(b"bocor").hexdigest())
    assert passwords.is_listed(path, "bocor")
    assert not passwords.is_listed(path, "tidak")
    path.write_text("")
    assert not passwords.is_listed(path, "bocor")


@pytest.mark.asvs("V6.2.12")
def test_a_leaked_password_is_refused_in_words(leaked, settings):
    settings.BREACHED_PASSWORDS_FILE = str(leaked)
    with pytest.raises(ValidationError, match="pernah bocor"):
        validate_password("bocor nomor 7 ini", BUDI)
    assert refusals("kalimat sandi yang baru") == set()


@pytest.mark.parametrize("content", ["", "bukan daftar\n", "F" * 40 + "\n" + "0" * 40 + "\n", "abc\n"])
def test_a_list_that_cannot_be_searched_stops_the_start(content, tmp_path, settings):
    path = tmp_path / "list.txt"
    path.write_text(content)
    settings.BREACHED_PASSWORDS_FILE = str(path)
    with pytest.raises(ImproperlyConfigured, match="BREACHED_PASSWORDS_FILE"):
        refuse_a_broken_password_list()


def test_a_list_that_is_not_there_stops_the_start_and_a_good_one_does_not(leaked, settings):
    settings.BREACHED_PASSWORDS_FILE = "/tidak/ada"
    with pytest.raises(ImproperlyConfigured):
        refuse_a_broken_password_list()
    settings.BREACHED_PASSWORDS_FILE = str(leaked)
    refuse_a_broken_password_list()


# On the pages


def new_password(client: Client, password: str) -> str:
    data = {"oldpassword": PASSWORD, "password1": password}
    return client.post(reverse("account_change_password"), data).content.decode()


def test_the_page_says_what_would_help(as_member):
    page = new_password(as_member, "Password2026!!!!")
    assert "mudah ditebak" in page
    assert "empat kata" in page


@pytest.mark.asvs("V6.2.7")
def test_nothing_is_asked_about_kinds_of_signs_and_pasting_works(visitor):
    page = visitor.get(reverse("account_signup")).content.decode()
    field = re.search(r"<input[^>]*name=\"password1\"[^>]*>", page)
    assert field
    assert 'autocomplete="new-password"' in field[0]
    assert "maxlength" not in field[0]
    assert "onpaste" not in page
    assert not re.search(r"huruf besar|simbol|karakter khusus", page)
    assert 'class="reveal"' in page


@pytest.mark.asvs("V6.2.7")
def test_the_login_field_lets_a_password_manager_fill_it(visitor):
    page = visitor.get(reverse("account_login")).content.decode()
    assert re.search(r"<input[^>]*name=\"password\"[^>]*autocomplete=\"current-password\"", page)


@pytest.mark.asvs("V6.2.10")
def test_a_password_never_becomes_old(member, visitor):
    """No periodic change is asked for (ADR 26), however long ago it was chosen and used."""
    with time_machine.travel(timezone.now() + timedelta(days=3 * 365)):
        answer = visitor.post(reverse("account_login"), {"login": member.email, "password": PASSWORD})
        assert answer.url == "/"
        page = visitor.get(reverse("card_list"))
        assert page.status_code == 200
        assert reverse("account_change_password") not in page.content.decode()


@pytest.mark.asvs("V6.2.12")
@pytest.mark.parametrize("way", ["sign-up", "change", "reset"])
def test_wherever_a_password_is_chosen_a_leaked_one_is_refused(way, leaked, settings, member, visitor):
    settings.BREACHED_PASSWORDS_FILE = str(leaked)
    client, name = visitor, WAYS[way]
    if way == "change":
        client.force_login(member)
    if way == "reset":
        page = client.post(reverse("account_reset_password"), {"email": member.email}).url
        client.post(page, {"code": mailed_code(mails()[-1])})
    typed = {"email": "baru@contoh.example", "oldpassword": PASSWORD}
    refused = client.post(reverse(name), {**typed, "password1": "bocor nomor 7 ini"})
    assert (refused.status_code, "pernah bocor" in refused.content.decode()) == (200, True)
    assert client.post(reverse(name), {**typed, "password1": "kalimat sandi yang baru"}).status_code == 302


WAYS = {
    "sign-up": "account_signup",
    "change": "account_change_password",
    "reset": "account_complete_password_reset",
}
