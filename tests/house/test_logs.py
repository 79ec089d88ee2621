"""What a log line is: one form, UTC, one line an event whatever is in it, only to stderr; refusals are in it too."""

import logging
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from accounts.models import User
from jht_portal.logs import LineFormatter, MaskFilter, RequestIdFilter
from tests.house.addresses import make_world
from tests.house.website import Person, Website

LINE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z [A-Z]+ [\w.]+ \[(-|[0-9a-f]{8})\] [^\x00-\x1f]*")
HOSTILE = "a\nb\r\n2026-11-22T00:00:00.000Z ERROR jht.mail [00000000] palsu\x1b[31m\u2028\x00"


def written(**fields: Any) -> str:
    record = logging.makeLogRecord({"name": "jht.test", "levelname": "INFO", "created": 1795330457.039, **fields})
    for one in (RequestIdFilter(), MaskFilter()):
        one.filter(record)
    return LineFormatter().format(record)


@pytest.mark.asvs("V16.2.2", "V16.2.1")
def test_a_line_says_when_in_utc_what_where_and_in_which_request() -> None:
    assert written(msg="mail_sent row=%s", args=(7,)) == "2026-11-22T06:54:17.039Z INFO jht.test [-] mail_sent row=7"


@pytest.mark.asvs("V16.4.1")
def test_nothing_that_comes_from_outside_begins_a_line_of_its_own() -> None:
    assert LINE.fullmatch(written(msg="said %s", args=(HOSTILE,)))
    try:
        raise ValueError(HOSTILE)
    except ValueError as error:
        told = written(msg="broken", exc_info=(ValueError, error, error.__traceback__))
    first, *rest = told.split("\n")
    assert LINE.fullmatch(first)
    assert rest
    assert all(re.fullmatch(r"\| [^\x00-\x1f\u2028]*", line) for line in rest)


@pytest.mark.asvs("V16.2.3")
def test_lines_go_to_stderr_and_nowhere_else() -> None:
    assert [one["class"] for one in settings.LOGGING["handlers"].values()] == ["logging.StreamHandler"]
    assert "stream" not in settings.LOGGING["handlers"]["stderr"]
    assert settings.LOGGING["handlers"]["stderr"]["filters"] == ["request_id", "mask"]
    assert settings.ADMINS == []  # nobody is mailed a traceback


@pytest.mark.asvs("V16.2.4", "V16.3.3", "V16.3.2")
def test_every_line_of_a_real_process_has_that_form_and_refusals_are_among_them(
    website: Callable[..., Website], member: User
) -> None:
    site = website()
    person = Person(site)
    person.log_in(member.email or "")
    person.get("/saldo/11111111-1111-1111-1111-111111111111/")  # nobody's, or somebody else's
    person.http.post("/bahasa/", data={"language": "en"})  # without its token
    person.http.get("/", headers={"Host": f"jahat.example{HOSTILE[:1]}"})
    lines = [line for line in site.log.read_text().splitlines() if line.startswith("20")]
    assert len(lines) >= 3
    for line in lines:
        assert LINE.fullmatch(line), line
    told = "\n".join(lines)
    assert "Not Found: /saldo/" in told
    assert re.search(r"WARNING django.security.csrf \[[0-9a-f]{8}\] Forbidden", told)
    assert "django.security.DisallowedHost" in told


@pytest.mark.asvs("V16.3.2")
@pytest.mark.django_db
def test_a_stranger_who_tries_somebody_elses_card_leaves_a_line(
    member: User, as_stranger: Client, caplog: pytest.LogCaptureFixture
) -> None:
    world = make_world(member)
    as_stranger.get(reverse("balance", args=[world.card.public_id]))
    assert f"/saldo/{world.card.public_id}/" in caplog.text


SECRETS = {"not_me": "token", "notice_stop": "token", "recovery_address": "token", "sms_go_on": "secret",
           "document_check_code": "code"}  # fmt: skip


@pytest.mark.parametrize("name", SECRETS)
def test_the_secret_of_a_link_is_masked_where_a_path_is_logged(name: str) -> None:
    """A CSRF refusal and an error of ours name the path (Django's own lines)."""
    path = reverse(name, args=["ImJ1a3Vu.1vMq:Xy_9-abcdefgh" if SECRETS[name] == "token" else "K7QF2M9XTR4Dabcd"])
    told = written(msg="Forbidden (%s): %s", args=("CSRF cookie not set.", path))
    assert "[masked]" in told
    assert path not in told
