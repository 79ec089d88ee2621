"""docs/security/rules.md says what the code does: fields, limits, ways in, tables, connections."""

import ast
import importlib
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django import forms
from django.apps import apps
from django.conf import settings

from accounts import notices
from accounts.services import limits, privacy, recovery, recovery_limits
from balances import issuing
from balances.documents import pdf_writer, press
from sms import limits as sms
from sms.services import numbers
from tests.house.addresses import PUBLIC, named_addresses
from tests.house.test_docs import variables

ROOT = Path(__file__).resolve().parents[2]
RULES = (ROOT / "docs" / "security" / "rules.md").read_text()
ROOMS = ("accounts", "balances", "providers", "sms", "jht_portal")
NOT_WAYS_IN = {
    "home",
    "set_language",
    "healthz",
    "readyz",
    "help",
    "help_terms",
    "help_topic",
    "privacy_notice",
    "privacy_short",
    "privacy_notice_version",
    "deletion_cancel",
    "manifest",
    "service_worker",
    "offline",
    "not_me",
    "notice_stop",
    "document_check",
    "document_check_code",
    "status",
}


def section(title: str) -> str:
    return RULES.split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0]


def first_column(title: str) -> list[str]:
    return re.findall(r"^\| (.*?) \|", section(title), re.MULTILINE)


def ticked(cells: list[str]) -> set[str]:
    return {name for cell in cells for name in re.findall(r"`(\w+)`", cell)}


def form_fields() -> set[str]:
    """Of every form class that a room declares, wherever it stands."""
    found: set[str] = set()
    for path in sources():
        if "Form(" in path.read_text():
            module = importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
            classes = [one for one in vars(module).values() if inspect.isclass(one) and issubclass(one, forms.BaseForm)]
            found |= {field for one in classes for field in getattr(one, "base_fields", {})}
    return found


def sources() -> list[Path]:
    return [path for room in ROOMS for path in (ROOT / room).rglob("*.py") if "migrations" not in path.parts]


@pytest.mark.asvs("V2.1.1", "V6.4.2")
def test_every_field_has_its_rule_and_none_is_a_secret_question() -> None:
    rules = first_column("Fields")
    assert form_fields() - ticked(rules) == set()
    assert len(rules) == len(set(rules)), "a rule stands twice"
    assert {"kpj", "reason", "closing", "monthly"} <= form_fields()
    assert not [name for name in form_fields() if re.search(r"mother|ibu|question|pertanyaan|hint|pet", name)]


@pytest.mark.asvs("V2.1.3", "V2.3.2")
def test_every_limit_is_the_one_in_the_code() -> None:
    for number, name in re.findall(r"\| (\d+) \| `(\w+)` \|", section("Limits")):
        places = (notices, limits, recovery, recovery_limits, privacy, sms, numbers, issuing, settings)
        found = [getattr(where, name) for where in places if hasattr(where, name)]
        assert found, name
        assert float(found[0]) == float(number), name
    assert len(re.findall(r"\| (\d+) \| `(\w+)` \|", section("Limits"))) >= 12


@pytest.mark.asvs("V15.1.3", "V15.2.2")
def test_every_bound_of_heavy_work_is_the_one_in_the_code() -> None:
    told = re.findall(r"(\d+) (GiB|s)?[^`|;,]*\(`(\w+)`\)", section("Heavy work"))
    found = {name: int(number) * (1024**3 if unit == "GiB" else 1) for number, unit, name in told}
    assert found == {
        "MOST_MEMORY": press.MOST_MEMORY,
        "MOST_SECONDS": press.MOST_SECONDS,
        "PATIENCE_SECONDS": pdf_writer.PATIENCE_SECONDS,
        "AT_ONCE": pdf_writer.AT_ONCE,
        "TURN_SECONDS": pdf_writer.TURN_SECONDS,
    }
    assert settings.ACCOUNT_RATE_LIMITS["export_statement"] == "30/m/user"


@pytest.mark.asvs("V6.1.3", "V6.3.4")
def test_every_public_address_that_leads_to_an_account_is_listed() -> None:
    listed = ticked(re.findall(r"^\| .*? \| (.*?) \|$", section("Ways in"), re.MULTILINE))
    public = {name for name, _ in named_addresses()} & PUBLIC
    assert public - NOT_WAYS_IN - listed == set()
    assert listed - {name for name, _ in named_addresses()} <= {"first_administrator"}


@pytest.mark.asvs("V14.1.1", "V14.1.2", "V14.2.4")
def test_every_table_has_a_class() -> None:
    ours = {
        model.__name__ for app in apps.get_app_configs() if (ROOT / app.label).is_dir() for model in app.get_models()
    }
    assert ours - ticked(first_column("Data classes")) == set()


@pytest.mark.asvs("V11.1.2", "V11.1.3", "V11.2.3")
def test_the_inventory_of_cryptography_names_every_file_that_uses_any() -> None:
    uses = {
        str(path.relative_to(ROOT))
        for path in sources()
        for name in imported(ast.parse(path.read_text()))
        if re.match(r"(cryptography|hashlib|hmac|secrets|ssl|django\.core\.signing)\b", name)
    }
    assert len(uses) > 10
    listed = set(re.findall(r"`([\w/]+\.py)`", section("Cryptography")))
    assert uses - listed == set()
    assert not [name for name in listed if not (ROOT / name).exists()]


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names)
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from (f"{node.module}.{one.name}" for one in node.names)


@pytest.mark.asvs("V13.1.1", "V13.2.4")
def test_every_address_that_the_settings_take_is_a_listed_connection() -> None:
    addresses = {name for name in variables() if name.endswith(("_URL", "_FILE")) and name not in ELSEWHERE}
    assert addresses - ticked([section("Connections")]) == set()


ELSEWHERE = {"PUBLIC_URL", "BREACHED_PASSWORDS_FILE"}  # our own address; a file


@pytest.mark.asvs("V7.1.1", "V6.5.5")
def test_lifetimes_are_the_written_ones() -> None:
    assert (settings.SESSION_IDLE_SECONDS, settings.SESSION_ABSOLUTE_SECONDS) == (30 * 60, 12 * 3600)
    assert (settings.STAFF_SESSION_IDLE_SECONDS, settings.STAFF_SESSION_ABSOLUTE_SECONDS) == (15 * 60, 8 * 3600)
    for name in ("ACCOUNT_EMAIL_VERIFICATION_BY_CODE", "ACCOUNT_PASSWORD_RESET_BY_CODE"):
        assert getattr(settings, f"{name}_TIMEOUT") <= 600
        assert getattr(settings, f"{name}_MAX_ATTEMPTS") == 3
    assert settings.PASSWORD_RESET_TIMEOUT <= 600
    assert settings.ACCOUNT_LOGIN_TIMEOUT <= 600


@pytest.mark.asvs("V6.5.4")
def test_codes_have_more_than_twenty_bits() -> None:
    assert settings.ALLAUTH_USER_CODE_FORMAT == {"numeric": True, "dashed": False, "length": 8}
    assert settings.MFA_RECOVERY_CODE_DIGITS == 10


@pytest.mark.asvs("V1.5.2")
def test_queues_and_sessions_carry_json_only() -> None:
    assert settings.CELERY_TASK_SERIALIZER == "json"
    assert settings.CELERY_ACCEPT_CONTENT == ["json"]
    assert settings.SESSION_SERIALIZER == "accounts.sealing.SessionSerializer"  # JSON, sealed


@pytest.mark.asvs("V15.1.2", "V15.2.1")
def test_the_locks_hold_the_series_that_are_supported() -> None:
    held = dict(re.findall(r"^([\w-]+)==([\w.]+)", (ROOT / "locks" / "runtime.txt").read_text(), re.MULTILINE))
    assert held["django"].startswith("5.2.")
    assert len(held) < 60, "a small bill of materials"
    for name in (
        "django",
        "django-allauth",
        "cryptography",
        "argon2-cffi",
        "psycopg",
        "granian",
        "whitenoise",
        "celery",
    ):
        assert name in held
