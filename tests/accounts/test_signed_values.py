"""What we sign and hand out: one algorithm, one purpose, an end. Links of mails, device cookies."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.conf import settings
from django.core import signing
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils import timezone

from accounts import devices
from accounts.models import NoticeChoices, User
from accounts.services import not_me_tokens
from accounts.services.not_me_tokens import Purpose
from accounts.services.notice_choices import stop_path, stopped_by


def device_cookie(secret: str) -> str:
    response = HttpResponse()
    devices.give(response, secret)
    return str(response.cookies[settings.DEVICE_COOKIE_NAME].value)


def read_cookie(value: str) -> str:
    request = RequestFactory().get("/")
    request.COOKIES[settings.DEVICE_COOKIE_NAME] = value
    return devices.read(request)


@pytest.fixture
def stop_token(member: User) -> str:
    return stop_path(NoticeChoices.objects.create(member=member)).rstrip("/").rpartition("/")[2]


@pytest.mark.asvs("V9.1.1", "V9.2.2")
@pytest.mark.django_db
def test_each_opens_its_own_door_only(stop_token: str) -> None:
    link, cookie = not_me_tokens.make(Purpose.CARD, uuid4()), device_cookie("a" * 32)
    opened = {
        name: (not_me_tokens.read(value) is not None, stopped_by(value) is not None, bool(read_cookie(value)))
        for name, value in {"link": link, "stop": stop_token, "cookie": cookie}.items()
    }
    assert opened == {"link": (True, False, False), "stop": (False, True, False), "cookie": (False, False, True)}


@pytest.mark.asvs("V9.1.1", "V9.2.2")
@pytest.mark.django_db
def test_under_another_separator_or_salt_it_is_none_of_ours(stop_token: str) -> None:
    """The purpose lies in the key, not only in how a value is written."""
    words = signing.loads(not_me_tokens.make(Purpose.CARD, uuid4()), salt="accounts.not_me")
    assert not_me_tokens.read(signing.dumps(words, salt="accounts.not_me")) is not None
    assert not_me_tokens.read(signing.dumps(words, salt="accounts.notices.stop")) is None
    inner = signing.Signer(salt="accounts.notices.stop", sep=".").unsign_object(stop_token)
    assert stopped_by(signing.Signer(salt="accounts.not_me", sep=".").sign_object(inner)) is None
    assert read_cookie(signing.TimestampSigner(salt="accounts.not_me").sign("a" * 32)) == ""


@pytest.mark.asvs("V9.1.2", "V9.1.3")
@pytest.mark.django_db
@pytest.mark.parametrize("how", [{"algorithm": "sha1"}, {"algorithm": "sha512"}, {"key": "k" * 50}])
def test_neither_another_algorithm_nor_another_key_is_taken(how: dict[str, str], stop_token: str) -> None:
    """What is signed says nothing about how; we know."""
    inner = signing.Signer(salt="accounts.notices.stop", sep=".").unsign_object(stop_token)
    assert stopped_by(signing.Signer(salt="accounts.notices.stop", sep=".", **how).sign_object(inner)) is None
    assert read_cookie(signing.TimestampSigner(salt="accounts.device", **how).sign("a" * 32)) == ""
    words = f"{Purpose.CARD}:{uuid4().hex}:{int(timezone.now().timestamp())}:"
    signed = signing.TimestampSigner(salt="accounts.not_me", **how).sign_object(words)
    assert not_me_tokens.read(signed) is None
    assert not_me_tokens.read(signing.TimestampSigner(salt="accounts.not_me").sign_object(words)) is not None


@pytest.mark.asvs("V9.2.1")
@pytest.mark.django_db
def test_a_device_cookie_ends_by_itself_whatever_the_browser_keeps() -> None:
    cookie = device_cookie("a" * 32)
    for days, kept in ((179, "a" * 32), (181, "")):
        with time_machine.travel(timezone.now() + timedelta(days=days), tick=False):
            assert read_cookie(cookie) == kept
