"""`./portal manage ...`: any Django command against the demo's data, with the running demo or without it."""

import subprocess
import sys

from demo import environment
from demo.run_folder import ROOT, RunFolder
from demo.servers import start_servers
from demo.supervisor import Supervisor


def main(arguments: list[str]) -> int:
    folder = RunFolder()
    if running := folder.running_environment():
        return _manage(arguments, running)
    supervisor = Supervisor()
    with folder.held_by("./portal manage", wait=True):
        try:
            addresses = start_servers(folder, supervisor)
            added = environment.for_product(
                folder.secrets,
                database_url=addresses.database_url,
                redis_url=addresses.redis_url,
                public_url="http://localhost:8000",
                provider_url=environment.given("PROVIDER_BASE_URL") or "http://localhost:8001",
                email_url=environment.given("EMAIL_URL") or "consolemail://",
            )
            return _manage(arguments, added | {"STATIC_ROOT": str(folder.path / "static"), "PORTAL_DEMO": "1"})
        finally:
            supervisor.stop()


def _manage(arguments: list[str], added: dict[str, str]) -> int:
    """In our own process group, so that Ctrl-C reaches a shell or a running command as usual."""
    command = [sys.executable, "manage.py", *arguments]
    process = subprocess.Popen(command, cwd=ROOT, env=environment.inherited() | added)
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue
