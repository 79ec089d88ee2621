"""Runs pytest in a network of its own: nothing in it can be reached from this machine, and no port can clash.

`python -m tests.kannel.inside FILE ...` is what runs there: it makes the loopback interface work and becomes pytest.
"""

import fcntl
import os
import shutil
import socket
import struct
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

from demo import environment
from demo.embedded.process import Program, tail
from demo.run_folder import ROOT

_SIOCSIFFLAGS, _IFF_UP, _IFF_RUNNING = 0x8914, 0x1, 0x40


@dataclass(kw_only=True)
class Outcome:
    """One scenario: what went wrong (nothing: it passed), its seconds, and what it measured."""

    wrong: str = ""
    seconds: float = 0.0
    measured: dict[str, str] = field(default_factory=dict)


def private_network() -> list[str] | None:
    """What starts a program in a network of its own; None where this machine does not let us."""
    unshare = shutil.which("unshare")
    for way in (["-n"], ["-rn"]) if os.geteuid() == 0 else (["-rn"],):
        if unshare and subprocess.run([unshare, *way, "true"], check=False, capture_output=True).returncode == 0:
            return [unshare, *way]
    return None


def run(file: str, *, directory: Path, timeout: float, only: str = "") -> dict[str, Outcome]:
    """All scenarios of a file by name. Raises AssertionError where they did not even begin."""
    prefix = private_network()
    assert prefix
    report, log = directory / "report.xml", directory / "pytest.log"
    argv = [
        *prefix,
        sys.executable,
        "-m",
        "tests.kannel.inside",
        f"tests/kannel/{file}",
        "-q",
        "-rA",
        *(["-k", only] if only else []),
    ]
    argv += [
        "-p",
        "no:cacheprovider",
        f"--junitxml={report}",
        "-o",
        "junit_family=xunit1",
        f"--basetemp={directory / 'inside'}",
    ]
    env = {name: value for name, value in environment.inherited().items() if not name.startswith("PYTEST_")}
    env["VARIANTS_FILE"] = str(directory / "variants.json")
    program = Program(argv, log=log, cwd=ROOT, env=env, kill_after=20)
    try:
        assert program.wait(timeout), f"not ended within {timeout} s:\n{tail(log, 60)}"
    finally:
        program.stop()
    assert report.exists(), f"nothing ran:\n{tail(log, 60)}"
    return _read(report)


def must_have_passed(name: str, outcomes: dict[str, Outcome]) -> None:
    """In each of its variants."""
    mine = [one for found, one in outcomes.items() if found.split("[")[0] == name]
    assert mine, f"{name} did not run: {list(outcomes)}"
    wrong = "\n".join(one.wrong for one in mine if one.wrong)
    assert not wrong, wrong


def _read(report: Path) -> dict[str, Outcome]:
    outcomes = dict[str, Outcome]()
    for case in ElementTree.parse(report).iter("testcase"):
        one = outcomes.setdefault(case.get("name", ""), Outcome())
        one.seconds += float(case.get("time", "0"))
        one.wrong += "".join(f"{bad.text}\n" for name in ("failure", "error", "skipped") for bad in case.iter(name))
        one.measured |= {str(told.get("name")): str(told.get("value")) for told in case.iter("property")}
    return outcomes


def _loopback_up() -> None:
    with socket.socket() as any_socket:
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", _IFF_UP | _IFF_RUNNING))


if __name__ == "__main__":
    _loopback_up()
    os.execv(sys.executable, [sys.executable, "-m", "pytest", *sys.argv[1:]])
