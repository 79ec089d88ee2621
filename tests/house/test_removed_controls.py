"""Ten controls are taken away, one at a time, in a copy of the tree; the test that is named must then fail.

Prints the table of docs/security/README.md. The tree itself is never touched.
"""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.house.test_docs import named, tracked

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Removal:
    """One control: in which file, what stands there, what takes its place, and which tests have to notice."""

    control: str
    file: str
    before: str
    after: str
    tests: tuple[str, ...]


REMOVALS = (
    Removal(
        "login required by default",
        "jht_portal/settings/web.py",
        '    "django.contrib.auth.middleware.LoginRequiredMiddleware",\n',
        "",
        ("tests/house/test_url_access.py::test_a_visitor_is_sent_to_the_login",),
    ),
    Removal(
        "one guard of ownership",
        "accounts/selectors.py",
        "Card.objects.filter(member_id=user.pk, state__in=VISIBLE)",
        "Card.objects.filter(state__in=VISIBLE)",
        ("tests/house/test_url_access.py::test_another_members_thing_is_not_found",),
    ),
    Removal(
        "limit on wrong passwords",
        "accounts/adapter.py",
        "            if not usage:\n",
        "            if usage == 0:\n",
        ("tests/accounts/test_login_limits.py::test_the_sixth_guess_is_not_even_hashed",),
    ),
    Removal(
        "token of every form",
        "jht_portal/settings/web.py",
        '    "django.middleware.csrf.CsrfViewMiddleware",\n',
        "",
        ("tests/attack/test_requests.py::test_no_form_is_taken_without_its_token",),
    ),
    Removal(
        "Content Security Policy",
        "jht_portal/settings/web.py",
        '    "csp.middleware.CSPMiddleware",',
        "   ",
        ("tests/house/test_headers.py::test_the_policy_lets_nothing_in_from_elsewhere_or_inline",),
    ),
    Removal(
        "no-store on pages",
        "jht_portal/middleware.py",
        'response.headers.setdefault("Cache-Control", "no-store, private")',
        "pass",
        ("tests/house/test_headers.py::test_only_files_of_the_pages_may_be_kept",),
    ),
    Removal(
        "a code of an authenticator counts once",
        "accounts/services/authenticators.py",
        "    newer = Q(data__last_counter__isnull=True) | Q(data__last_counter__lt=counter)\n",
        "    newer = Q()\n",
        ("tests/accounts/test_sign_in.py", "-k", "a_code_counts_once_even_after_the_cache_forgot_it"),
    ),
    Removal(
        "sealed texts are bound to their row",
        "accounts/sealing.py",
        'f"{kid}|{place}".encode()',
        "kid.encode()",
        ("tests/accounts/test_sealing.py", "-k", "moved_to_another"),
    ),
    Removal(
        "the database refuses to change audit rows",
        "accounts/migrations/0003_audit_chain.py",
        "        migrations.RunSQL(GUARD, UNGUARD),\n",
        "",
        ("tests/accounts/test_audit_chain.py", "-k", "the_database_refuses_to_change_what_is_kept"),
    ),
    Removal(
        "a new session key after a proof",
        "accounts/receivers.py",
        "        request.session.cycle_key()\n",
        "        pass\n",
        ("tests/accounts/test_sign_in.py", "-k", "it_changes_the_session_key"),
    ),
)


@pytest.mark.heavy
@pytest.mark.parametrize("removal", REMOVALS, ids=[one.control for one in REMOVALS])
def test_without_it_a_test_turns_red(removal: Removal, tmp_path: Path) -> None:
    copy = copy_of_the_tree(tmp_path)
    whole = run(copy, removal)
    assert whole.returncode == 0, f"red before anything was removed:\n{whole.stdout[-3000:]}"
    remove(removal, copy / removal.file)
    broken = run(copy, removal)
    failed = re.findall(r"^(?:FAILED|ERROR|SUBFAILED\S*) (?:\[.*?\] )?(tests/\S+)", broken.stdout, re.MULTILINE)
    print(f"| {removal.control} | `{removal.file}` | {', '.join(sorted({f'`{one}`' for one in failed}))} |")
    assert broken.returncode == 1, broken.stdout[-3000:]
    assert failed, "the tests did not run, which proves nothing"


def test_every_control_stands_where_it_is_said_to_stand() -> None:
    """Quick, so that a control that moves is not noticed only by the long run."""
    for removal in REMOVALS:
        assert removal.before, removal.control
        assert removal.before in (ROOT / removal.file).read_text(), removal.control
        assert (ROOT / removal.tests[0].partition("::")[0]).is_file(), removal.control


def copy_of_the_tree(folder: Path) -> Path:
    copy = folder / "tree"
    for path in tracked():
        target = copy / named(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, target)
    return copy


def remove(removal: Removal, path: Path) -> None:
    path.write_text(path.read_text().replace(removal.before, removal.after))


def run(copy: Path, removal: Removal) -> subprocess.CompletedProcess[str]:
    """With servers of its own: nothing of this run's environment goes along but where programs are."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name in ("PATH", "HOME", "LANG") or name.startswith("PORTAL_PG")
    }
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *removal.tests]
    return subprocess.run(command, cwd=copy, env=kept, capture_output=True, text=True, timeout=300, check=False)
