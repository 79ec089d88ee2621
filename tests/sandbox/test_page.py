"""The page without JavaScript, the mail catcher, and how the process starts and stops."""

import os
import smtplib
import socket
import subprocess
import sys
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from playwright.sync_api import Page

from tests.browsing import assert_clean
from tests.sandbox.caller import ROOT, Json, Sandbox, running

BUDI = "24011122201"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def with_mail(client_key: RSAPrivateKey) -> Iterator[tuple[Sandbox, int]]:
    port = free_port()
    with running(client_key, flags=("--smtp-port", str(port))) as process:
        yield process, port


def send(port: int, subject: str, text: str, html: str | None = None) -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "portal@contoh.example", "budi@contoh.example", subject
    message.set_content(text)
    if html:
        message.add_alternative(html, subtype="html")
    with smtplib.SMTP("127.0.0.1", port) as line:
        line.send_message(message)


def form(upstream: Sandbox, path: str, fields: str, **headers: str) -> Json:
    kind = {"Content-Type": "application/x-www-form-urlencoded"} | headers
    answer = upstream.http("POST", path, fields.encode(), kind)
    return {"status": answer.status, "to": answer.headers.get("Location")}


def test_mail_is_caught_newest_first_and_shown_as_text(with_mail: tuple[Sandbox, int]) -> None:
    process, port = with_mail
    send(port, "Kode masuk – satu", "Kode Anda 111111")
    send(port, "Kode masuk – dua", "Kode Anda 222222 <b>", html="<p>222222</p>")
    mail = process.get("/sandbox/mail")
    assert [letter["subject"] for letter in mail] == ["Kode masuk – dua", "Kode masuk – satu"]
    assert (mail[0]["from"], mail[0]["to"]) == ("portal@contoh.example", ["budi@contoh.example"])
    assert mail[0]["text"].strip() == "Kode Anda 222222 <b>"
    assert "Kode Anda 222222 &lt;b&gt;" in process.http("GET", "/").raw.decode()


def test_only_the_newest_200_letters_are_kept(with_mail: tuple[Sandbox, int]) -> None:
    process, port = with_mail
    with smtplib.SMTP("127.0.0.1", port) as line:
        for number in range(203):
            line.sendmail("a@contoh.example", ["b@contoh.example"], f"Subject: {number}\r\n\r\nx\r\n")
    mail = process.get("/sandbox/mail")
    assert (len(mail), mail[0]["subject"]) == (200, "202")


def test_the_page_shows_codes_faults_and_counts(upstream: Sandbox) -> None:
    upstream.send_code(BUDI)
    upstream.fault("cut", kpj=BUDI)
    html = upstream.http("GET", "/").raw.decode()
    assert f'<b class="code">{upstream.get("/sandbox/outbox")[0]["code"]}</b>' in html
    assert 'lang="id"' in html
    assert "<script" not in html
    assert "KPJ 24011122201" in html
    assert upstream.http("GET", "/").headers["Content-Security-Policy"].startswith("default-src 'none'")


def test_faults_are_switched_by_plain_forms(upstream: Sandbox) -> None:
    set_fault = form(upstream, "/sandbox/faults", "kind=http500&kpj=&operation=11&times=2&milliseconds=")
    assert set_fault == {"status": 303, "to": "/#gangguan"}
    fault = upstream.get("/sandbox/faults")[0]
    assert (fault["kind"], fault["kpj"], fault["operation"], fault["times"]) == ("http500", None, "11", 2)
    form(upstream, "/sandbox/faults/clear", f"id={fault['id']}")
    assert upstream.get("/sandbox/faults") == []


def test_another_sites_page_cannot_click(upstream: Sandbox) -> None:
    answer = form(upstream, "/sandbox/faults", "kind=http500", Origin="https://evil.example")
    assert answer["status"] == 403
    assert upstream.get("/sandbox/faults") == []


def test_what_a_person_types_is_shown_as_text(upstream: Sandbox) -> None:
    upstream.fault("cut", kpj="<script>x</script>")
    upstream.http("POST", "/v1.0/balance-inquiry", b'{"accountNo":"<img>"}')
    html = upstream.http("GET", "/").raw.decode()
    assert "<script" not in html
    assert "<img" not in html


def test_health_says_nothing_else(upstream: Sandbox) -> None:
    assert upstream.http("GET", "/health").raw == b'{"status":"ok"}'
    assert upstream.http("HEAD", "/health").raw == b""


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/sandbox/ledger", 400),
        ("/sandbox/ledger?kpj=12", 400),
        ("/sandbox/people?count=x", 400),
        ("/sandbox/people?count=999999", 400),
        ("/sandbox/people?story=90", 400),
        ("/sandbox/people?story=12", 400),
        ("/sandbox/else", 404),
    ],
)
def test_a_malformed_question_is_answered_so(upstream: Sandbox, path: str, status: int) -> None:
    assert upstream.http("GET", path).status == status


@pytest.mark.parametrize("today", ["31-12-2026", 5, "2026-02-30"])
def test_a_malformed_day_is_refused(upstream: Sandbox, today: object) -> None:
    assert upstream.post("/sandbox/today", {"today": today}).status == 400


@pytest.mark.browser
@pytest.mark.parametrize("width", [320, 390, 1280])
def test_the_page_has_no_axe_violation_and_fits(upstream: Sandbox, page: Page, width: int) -> None:
    upstream.send_code(BUDI)
    upstream.fault("cut")
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"http://127.0.0.1:{upstream.port}/")
    assert_clean(page)


# The process ----------------------------------------------------------------------------------------------------------


def start(*flags: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], **variables}
    command = [sys.executable, "-m", "demo.sandbox", *flags]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=20, check=False)


def test_a_missing_setting_is_named_in_one_line() -> None:
    ended = start("--port", "0")
    assert ended.returncode == 2
    assert ended.stderr == "sandbox: set SANDBOX_CLIENT_ID (or SANDBOX_CLIENT_ID_FILE)\n"


def test_a_busy_port_is_named_in_one_line(upstream: Sandbox, client_key: RSAPrivateKey, tmp_path: Path) -> None:
    key = tmp_path / "key.pem"
    key.write_bytes(client_key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    variables = {"SANDBOX_CLIENT_ID": "a", "SANDBOX_CLIENT_SECRET": "b", "SANDBOX_PARTNER_ID": "c"}
    ended = start("--port", str(upstream.port), SANDBOX_CLIENT_PUBLIC_KEY_FILE=str(key), **variables)
    assert ended.returncode == 2
    assert ended.stderr == f"sandbox: port {upstream.port} is busy; choose another with --port\n"


def test_a_malformed_setting_is_told_in_one_line() -> None:
    variables = {"SANDBOX_CLIENT_ID": "a", "SANDBOX_CLIENT_SECRET": "b", "SANDBOX_CLIENT_PUBLIC_KEY": "no key"}
    ended = start("--port", "0", SANDBOX_PARTNER_ID="c", **variables)
    assert ended.returncode == 2
    assert ended.stderr.startswith("sandbox: a setting is malformed: ")
    assert len(ended.stderr.splitlines()) == 1


def test_a_secret_file_that_is_not_there_is_told_in_one_line(tmp_path: Path) -> None:
    ended = start("--port", "0", SANDBOX_CLIENT_ID_FILE=str(tmp_path / "none"))
    assert ended.returncode == 2
    assert len(ended.stderr.splitlines()) == 1
