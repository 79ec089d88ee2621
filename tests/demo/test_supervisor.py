"""The supervisor: restarts what dies, stops in the opposite order, kills what will not stop."""

import os
import signal
import sys
import time
from pathlib import Path

import pytest

from demo.embedded import ServiceError
from demo.embedded.process import Program, wait_until
from demo.supervisor import Process, Supervisor

# Writes its name into a common diary when it stops, a little late, as a real service would.
_SERVICE = """
import signal, sys, time
def stop(*_):
    time.sleep(float(sys.argv[3]))
    open(sys.argv[2], "a").write(sys.argv[1] + "\\n")
    sys.exit()
signal.signal(signal.SIGTERM, stop)
print("up", flush=True)
time.sleep(60)
"""


pytestmark = pytest.mark.waits


class Ended(Exception):
    """Leaves the supervisor's loop."""


def service(tmp_path: Path, name: str, seconds: float = 0.0) -> Process:
    log = tmp_path / f"{name}.log"
    argv = [sys.executable, "-c", _SERVICE, name, str(tmp_path / "diary"), str(seconds)]
    return Process(argv, env={}, cwd=tmp_path, log=log, ready=lambda: "up" in log.read_text())


def run_until(supervisor: Supervisor, condition: object, seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds

    def each_round() -> None:
        assert time.monotonic() < end
        if condition():  # type: ignore[operator]
            raise Ended

    with pytest.raises(Ended):
        supervisor.run(each_round)


def test_services_stop_in_the_opposite_order(tmp_path: Path) -> None:
    supervisor = Supervisor()
    first, second = service(tmp_path, "first"), service(tmp_path, "second", seconds=0.4)
    supervisor.start(first=first)
    supervisor.start(second=second)
    first.wait_ready()
    second.wait_ready()
    supervisor.stop()
    assert (tmp_path / "diary").read_text().split() == ["second", "first"]


def test_what_dies_is_started_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    supervisor, one = Supervisor(), service(tmp_path, "one")
    supervisor.start(one=one)
    before = one.program.pid
    one.program.send(signal.SIGKILL)
    run_until(supervisor, lambda: one.running and one.program.pid != before)
    supervisor.stop()
    assert "one ended" in capsys.readouterr().out


def test_what_dies_at_once_is_not_started_in_a_tight_loop(tmp_path: Path) -> None:
    starts = tmp_path / "starts"
    argv = [sys.executable, "-c", f"open({str(starts)!r}, 'a').write('x')"]
    supervisor = Supervisor()
    supervisor.start(one=Process(argv, env={}, cwd=tmp_path, log=tmp_path / "log"))
    begun = time.monotonic()
    run_until(supervisor, lambda: starts.exists() and len(starts.read_text()) >= 3)
    assert time.monotonic() - begun > 1.0, "half a second before the second start, a whole one before the third"
    supervisor.stop()


def test_a_service_that_dies_before_it_is_ready_shows_the_end_of_its_log(tmp_path: Path) -> None:
    argv = [sys.executable, "-c", "raise SystemExit('no such key')"]
    one = Process(argv, env={}, cwd=tmp_path, log=tmp_path / "web.log", ready=lambda: False)
    one.start()
    with pytest.raises(ServiceError, match="no such key"):
        one.wait_ready()
    one.stop()


def test_what_will_not_stop_is_killed_with_all_it_started(tmp_path: Path) -> None:
    deaf = (
        "import os, signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
        "child = os.fork(); child and print(child, flush=True); time.sleep(60)"
    )
    program = Program([sys.executable, "-c", deaf], log=tmp_path / "log", kill_after=0.3)
    assert wait_until(lambda: (tmp_path / "log").read_text().strip().isdigit(), timeout=60)
    child = int((tmp_path / "log").read_text())
    program.stop()
    assert not program.running
    assert wait_until(lambda: _gone(child), timeout=60)


def test_a_frozen_service_can_be_stopped(tmp_path: Path) -> None:
    one = service(tmp_path, "one")
    one.start()
    one.wait_ready()
    one.program.send(signal.SIGSTOP)
    one.stop()
    assert (tmp_path / "diary").read_text() == "one\n"


def _gone(pid: int) -> bool:
    """Ended, be it that nobody has collected it yet."""
    try:
        return "Z" in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return not os.path.exists(f"/proc/{pid}")
