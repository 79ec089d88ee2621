"""`./portal check`: what a machine can say about the code without the long tests. The commit hook runs the same."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from time import monotonic

from demo import environment
from demo.run_folder import ROOT

_DJANGO = ["-W", "ignore::RuntimeWarning", "manage.py"]  # makemigrations warns that no database answers
_PRODUCT = [room for room in ("jht_portal", "accounts", "balances", "providers", "sms") if (ROOT / room).is_dir()]
CHECKS = {
    "types": ["-m", "mypy"],
    "settings": [*_DJANGO, "check", "--deploy", "--fail-level", "INFO"],
    "migrations": [*_DJANGO, "makemigrations", "--check", "--dry-run"],
    "contracts": ["-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"],
    "format": ["-m", "ruff", "format", "--check", ".", "portal"],
    "lint": ["-m", "ruff", "check", ".", "portal"],
    "weaknesses": ["-m", "bandit", "-q", "-c", "pyproject.toml", "-r", *_PRODUCT, "demo", "manage.py", "portal"],
    "bans": ["-m", "pytest", "-q", "--all", "tests/house/test_bans.py"],
    "secrets": ["-m", "pytest", "-q", "tests/house/test_scans.py"],
    "security table": ["-m", "pytest", "-q", "tests/house/test_asvs.py", "tests/house/test_security_rules.py"],
    "templates": ["-m", "djlint", "templates", "--lint", "--quiet"],
    "translations": ["-m", "pytest", "-q", "tests/test_translations.py"],
    "compose file": ["-m", "pytest", "-q", "tests/demo/test_compose.py", "-k", "file"],
}


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """One check: its name, what it said, and how long it took in seconds."""

    name: str
    passed: bool
    output: str
    seconds: float


def main(arguments: list[str]) -> int:
    chosen = arguments or list(CHECKS)
    if unknown := [name for name in chosen if name not in CHECKS]:
        print(f"Unknown check {unknown[0]}; there are: {', '.join(CHECKS)}", file=sys.stderr)
        return 2
    env = environment.for_checks()
    failed = []
    with ThreadPoolExecutor(max_workers=2) as pool:
        for outcome in pool.map(lambda name: _run(name, env), chosen):
            print(f"{'ok    ' if outcome.passed else 'FAILED'} {outcome.name} ({outcome.seconds:.1f} s)", flush=True)
            if not outcome.passed:
                failed.append(outcome.name)
                print(outcome.output, flush=True)
    print(f"Failed: {', '.join(failed)}" if failed else f"All {len(chosen)} checks passed.")
    return 1 if failed else 0


def _run(name: str, env: dict[str, str]) -> Outcome:
    begun = monotonic()
    argv = CHECKS[name]
    done = subprocess.run(
        [sys.executable, *argv],
        check=False,
        cwd=ROOT,
        env=None if "pytest" in argv else env,  # tests bring their own, with servers that answer
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    passed = done.returncode == 0 and "\nSKIPPED [" not in done.stdout  # a check that was not made passes nothing
    return Outcome(name=name, passed=passed, output=done.stdout, seconds=monotonic() - begun)
