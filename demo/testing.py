"""`./portal test`: finds or installs a browser and Kannel, then pytest; the whole suite over two processes."""

import os
import shutil
import subprocess
import sys

from demo.chromium import find_chromium
from demo.kannel import can_install, find_kannel, install_kannel
from demo.run_folder import ROOT


def main(arguments: list[str]) -> int:
    _require_chromium()
    _require_kannel()
    os.execv(sys.executable, [sys.executable, "-m", "pytest", *_spread(arguments), *arguments])  # noqa: S606


def _require_chromium() -> None:
    """Only root on a machine with apt gets one installed; anybody else sees which tests are skipped."""
    if find_chromium() or os.environ.get("CHROMIUM"):
        return
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        print("No Chromium found: browser tests are skipped. Install chromium, or set CHROMIUM.", file=sys.stderr)
        return
    print("Installing chromium (once; about half a minute) ...", file=sys.stderr, flush=True)
    for command in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", "chromium"]):
        subprocess.run(["apt-get", *command], check=False, stdout=subprocess.DEVNULL)


def _require_kannel() -> None:
    if find_kannel() is None and can_install():
        install_kannel()
    if find_kannel() is None:
        print("No Kannel found: tests with it are skipped. Install kannel and kannel-extras.", file=sys.stderr)


def _spread(arguments: list[str]) -> list[str]:
    """Several processes for the whole suite; named files, or a choice with -k or -n, run as they are asked."""
    named = any((ROOT / one.split("::")[0]).exists() for one in arguments if not one.startswith("-"))
    chosen = any(one.startswith(("-k", "-n", "--pdb", "--lf", "--ff", "--collect-only", "--co")) for one in arguments)
    return [] if named or chosen else ["-n", str(min(4, os.cpu_count() or 1)), "--dist", "loadfile"]
