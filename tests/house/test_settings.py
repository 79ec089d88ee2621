"""Settings that are unsafe or contradict each other stop the start; what is safe passes Django's own deploy check."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def manage(*arguments: str, **changed: str) -> subprocess.CompletedProcess[str]:
    hidden = {"DJANGO_ALLOW_ASYNC_UNSAFE", *(f"{name}_FILE" for name in changed)}  # a file would win over its variable
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={**{name: value for name, value in os.environ.items() if name not in hidden}, **changed},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


PUBLIC = {"PUBLIC_URL": "https://saldo.contoh.example", "ALLOWED_HOSTS": "saldo.contoh.example", "PORTAL_DEMO": "0"}

KANNEL = {"SMS_GATEWAY": "kannel", "KANNEL_INBOUND_PASSWORD": "rahasia-masuk"}
WEBHOOK = {"SMS_GATEWAY": "webhook", "SMS_WEBHOOK_SECRET": "s" * 32, "SMS_WEBHOOK_URL": "https://sms.example/send"}


@pytest.mark.parametrize("right", [KANNEL, WEBHOOK, {"SMS_GATEWAY": "console", "PORTAL_DEMO": "1"}])
def test_a_gateway_with_what_it_needs_starts(right: dict[str, str]) -> None:
    assert manage("check", **right).returncode == 0


@pytest.mark.asvs("V13.4.2")
def test_a_public_site_passes_the_deploy_check() -> None:
    done = manage("check", "--deploy", "--fail-level", "INFO", **PUBLIC)
    assert done.returncode == 0, done.stderr


@pytest.mark.asvs("V6.3.2", "V12.3.1", "V13.2.3", "V13.4.2", "V15.2.3")
@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"PROVIDER_DEADLINE_SECONDS": "40"}, "time chain"),
        ({"CLAIM_LEASE_SECONDS": "300"}, "time chain"),
        ({"PUBLIC_URL": "http://saldo.contoh.example"}, "https"),
        ({**PUBLIC, "DEBUG": "1"}, "DEBUG"),
        ({**PUBLIC, "PORTAL_DEMO": "1"}, "localhost only"),
        ({**PUBLIC, "SECRET_KEY": "short"}, "SECRET_KEY"),
        ({**PUBLIC, "ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS"),
        ({**PUBLIC, "EMAIL_URL": "smtp://mail.example:25"}, "EMAIL_URL"),
        ({"FIELD_KEYS": "k1:short"}, "32 bytes"),
        ({"INDEX_KEY": "nonsense"}, "32 bytes"),
        ({"APPROVALS_REQUIRED": "0"}, "APPROVALS_REQUIRED"),
        ({"SMS_GATEWAY": "pigeon"}, "SMS_GATEWAY"),
        ({"SMS_GATEWAY": "console", "PORTAL_DEMO": "0"}, "demo and DEBUG only"),
        ({"SMS_GATEWAY": "console", "PORTAL_DEMO": "1", "SMS_CONSOLE_URL": "http://a.example/"}, "SMS_CONSOLE_URL"),
        ({"SMS_GATEWAY": "kannel"}, "KANNEL_INBOUND_PASSWORD"),
        ({"SMS_GATEWAY": "kannel", "KANNEL_INBOUND_PASSWORD": "x" * 51}, "at most 56 characters"),
        ({**KANNEL, "KANNEL_SENDSMS_URL": "http://kannel.example:13013/cgi-bin/sendsms"}, "KANNEL_SENDSMS_URL"),
        ({**KANNEL, "SMS_CALLBACK_URL": "http://portal.example"}, "SMS_CALLBACK_URL"),
        ({**PUBLIC, **KANNEL, "SMS_CALLBACK_URL": "http://127.0.0.1:8000"}, "ALLOWED_HOSTS must name"),
        ({**KANNEL, "KANNEL_SENDER": "2" * 15}, "KANNEL_SENDER"),
        ({"SMS_GATEWAY": "webhook"}, "SMS_WEBHOOK_SECRET"),
        ({**WEBHOOK, "SMS_WEBHOOK_SECRET": "short"}, "SMS_WEBHOOK_SECRET"),
        ({**WEBHOOK, "SMS_WEBHOOK_URL": ""}, "SMS_WEBHOOK_URL"),
        ({**WEBHOOK, "SMS_WEBHOOK_URL": "http://sms.example/"}, "SMS_WEBHOOK_URL"),
    ],
)
def test_a_wrong_setting_refuses_to_start(wrong: dict[str, str], says: str) -> None:
    done = manage("check", **wrong)
    assert done.returncode != 0
    assert says in done.stderr


def test_a_worker_does_not_start_with_a_broken_time_chain() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "celery", "-A", "jht_portal", "report"],
        cwd=ROOT,
        env={**os.environ, "PROVIDER_DEADLINE_SECONDS": "40"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode != 0
    assert "time chain" in done.stderr


@pytest.mark.asvs("V13.3.1")
def test_a_secret_may_come_from_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret_key"
    secret.write_text("f" * 64 + "\n")
    environment = {key: value for key, value in os.environ.items() if key != "SECRET_KEY"}
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "import django; django.setup(); from django.conf import settings; print(settings.SECRET_KEY)",
        ],
        cwd=ROOT,
        env={**environment, "SECRET_KEY_FILE": str(secret), "DJANGO_SETTINGS_MODULE": "jht_portal.settings"},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout.strip() == "f" * 64
