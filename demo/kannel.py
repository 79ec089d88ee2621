"""Real Kannel (Debian's packages kannel and kannel-extras): finds or installs it, writes its configuration, runs it.

Two programs: bearerbox speaks to the network, here a fake one for `fakesmsc`; smsbox speaks HTTP with the portal.
"""

import os
import secrets
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from demo.embedded.postgres import free_port
from demo.embedded.process import ServiceError
from demo.environment import Secrets
from demo.supervisor import Process, Supervisor

PACKAGES = ("kannel", "kannel-extras")
SHORT_CODE = "2757"
_FAKESMSC = Path("/usr/lib/kannel/test/fakesmsc")
_SBIN = f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/usr/local/sbin"  # a normal user's PATH often lacks them


@dataclass(frozen=True, kw_only=True)
class Programs:
    bearerbox: Path
    smsbox: Path
    fakesmsc: Path


def find_kannel() -> Programs | None:
    bearerbox, smsbox = (shutil.which(name, path=_SBIN) for name in ("bearerbox", "smsbox"))
    if not bearerbox or not smsbox or not os.access(_FAKESMSC, os.X_OK):
        return None
    return Programs(bearerbox=Path(bearerbox), smsbox=Path(smsbox), fakesmsc=_FAKESMSC)


def can_install() -> bool:
    return sys.platform.startswith("linux") and os.geteuid() == 0 and shutil.which("apt-get") is not None


def install_kannel() -> None:
    """As root with apt. Debian would start it with a configuration of its own, so that unit is masked first."""
    print("Installing kannel (once; about half a minute) ...", file=sys.stderr, flush=True)
    if Path("/run/systemd/system").is_dir():
        subprocess.run(["systemctl", "mask", "--quiet", "kannel.service"], check=False)
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *PACKAGES]):
        subprocess.run(["apt-get", *command], check=False, env=env, stdout=subprocess.DEVNULL)


def require_kannel() -> None:
    """Raises ServiceError where it is neither there nor can be installed."""
    if find_kannel() is None and can_install():
        install_kannel()
    if find_kannel() is None:
        raise ServiceError(f"Kannel is not installed. As root on Debian: apt-get install {' '.join(PACKAGES)}")


@dataclass(frozen=True, kw_only=True)
class Ports:
    """All on 127.0.0.1. `phones` is the fake network's, for fakesmsc."""

    admin: int = field(default_factory=free_port)
    boxes: int = field(default_factory=free_port)
    sendsms: int = field(default_factory=free_port)
    phones: int = field(default_factory=free_port)


class Kannel:
    """Both programs over one directory. `portal_url` is where smsbox hands messages over."""

    def __init__(
        self,
        *,
        directory: Path,
        kept: Secrets,
        portal_url: str,
        log: Callable[[str], Path],
        services: str = "",
        retry_seconds: int = 3,
    ) -> None:
        require_kannel()
        programs = find_kannel()
        assert programs
        self.programs, self.ports, self.portal_url = programs, Ports(), portal_url
        self.configuration = directory.resolve() / "kannel.conf"
        self._directory, self._kept = directory.resolve(), kept
        for name in ("kannel_password", "kannel_inbound_password", "kannel_admin_password", "kannel_status_password"):
            kept.file(name, short_secret)
        self._services, self._retry_seconds = services, retry_seconds
        self.bearerbox = Box(self._command(programs.bearerbox), log=log("bearerbox"), port=self.ports.boxes)
        self.smsbox = Box(self._command(programs.smsbox), log=log("smsbox"), port=self.ports.sendsms)

    def start(self, supervisor: Supervisor) -> None:
        """Two groups: smsbox ends by itself when bearerbox goes, so it comes after it and goes before it."""
        self.write()
        supervisor.start(bearerbox=self.bearerbox)
        supervisor.start(smsbox=self.smsbox)

    def write(self) -> None:
        """The configuration, 0600: it holds every password there is between Kannel and the portal."""
        for directory in (self._directory, self._directory / "spool"):
            directory.mkdir(mode=0o700, exist_ok=True)
        Secrets(self._directory).write(self.configuration.name, self._text())

    def environment(self) -> dict[str, str]:
        """What the portal must know. File names, not secrets."""
        return {
            "SMS_GATEWAY": "kannel",
            "KANNEL_SENDER": SHORT_CODE,
            "KANNEL_SENDSMS_URL": f"http://127.0.0.1:{self.ports.sendsms}/cgi-bin/sendsms",
            "KANNEL_USERNAME": "portal",
            "KANNEL_PASSWORD_FILE": str(self._kept.file("kannel_password")),
            "KANNEL_INBOUND_USERNAME": "kannel",
            "KANNEL_INBOUND_PASSWORD_FILE": str(self._kept.file("kannel_inbound_password")),
            "SMS_CALLBACK_URL": self.portal_url,
        }

    def how_to_use(self) -> str:
        """For the screen: what listens where, and what to type."""
        return f"""SMS goes through real Kannel ({self.configuration}).
Its network is a fake one without a password. It listens on 127.0.0.1 port {self.ports.phones}, on no other address;
whoever works on this machine can send through it as any number. An SMS from Wayan's phone, in another terminal
(the reply is the line "Got message", then Ctrl-C):
  {self._phone("DAFTAR SALDO#5171010203900006#I WAYAN SUDIANA#02-03-1990#20077788806")}
  {self._phone("SALDO")}"""

    def _phone(self, text: str, number: str = "6282000440890") -> str:
        fake = f"{self.programs.fakesmsc} -H 127.0.0.1 -r {self.ports.phones} -v 0 -m 1"
        return f'{fake} "{number} {SHORT_CODE} text {text}"'

    def _command(self, program: Path) -> list[str]:
        # Level 3: errors. At 1 both would write every text and number into their logs.
        return [str(program), "-v", "3", str(self.configuration)]

    def _text(self) -> str:
        scheme, _, host = self.portal_url.partition("://")
        return _CONFIGURATION.format(
            ports=self.ports,
            spool=self._directory / "spool",
            admin=self._kept.text("kannel_admin_password"),
            status=self._kept.text("kannel_status_password"),
            password=self._kept.text("kannel_password"),
            inbound=f"{scheme}://kannel:{self._kept.text('kannel_inbound_password')}@{host}/sms/masuk/kannel/?id=%I",
            retry_seconds=self._retry_seconds,
            services=self._services,
            code=SHORT_CODE,
        )


class Box(Process):
    """A program of Kannel's: started when its port answers; may need to be told twice to stop."""

    def __init__(self, argv: list[str], *, log: Path, port: int) -> None:
        super().__init__(argv, env={"PATH": _SBIN, "LC_ALL": "C", "TZ": "UTC"}, cwd=log.parent, log=log)
        self._port, self._ready = port, lambda: listens(port)

    def start(self) -> None:
        """Once more where it dies: smsbox does when it is given a text before it has found bearerbox (1.4.5)."""
        for left in (2, 1, 0):
            super().start()
            try:
                self.wait_ready(timeout=20)
            except ServiceError:
                self.stop()
                if not left:
                    raise
            else:
                return

    def stop(self) -> None:
        """Bearerbox waits for messages nobody takes until it is told again; they are in its store by then."""
        if not self._program:
            return
        for _ in range(2):
            self._program.ask_to_stop()
            if self._program.wait(3):
                break
        self._program.kill()

    def kill(self) -> None:
        self.program.kill()


def short_secret() -> str:
    """Kannel breaks its Basic header into two lines where user and password together have more than 57 characters."""
    return secrets.token_urlsafe(24)


def listens(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False


_CONFIGURATION = """\
# Written at each start. Explained in docs/sms.md.
group = core
admin-port = {ports.admin}
admin-interface = 127.0.0.1
admin-password = {admin}
status-password = {status}
admin-deny-ip = "*.*.*.*"
admin-allow-ip = "127.0.0.1"
smsbox-port = {ports.boxes}
smsbox-interface = 127.0.0.1
box-deny-ip = "*.*.*.*"
box-allow-ip = "127.0.0.1"
dlr-storage = internal
store-type = spool
store-location = "{spool}"

# A network of our own instead of an operator's. our-host keeps it on this machine.
group = smsc
smsc = fake
smsc-id = operator
port = {ports.phones}
our-host = 127.0.0.1
connect-allow-ip = 127.0.0.1

group = smsbox
bearerbox-host = 127.0.0.1
bearerbox-port = {ports.boxes}
smsbox-id = jht
sendsms-port = {ports.sendsms}
sendsms-interface = 127.0.0.1
sendsms-chars = "0123456789+"
global-sender = {code}
mo-recode = true
http-timeout = 10
http-request-retry = 200
http-queue-delay = {retry_seconds}

group = smsbox-route
smsbox-id = jht
shortcode = "{code}"
{services}
group = sms-service
name = jht
keyword = default
catch-all = true
post-url = "{inbound}"
send-sender = true
max-messages = 0
omit-empty = true

group = sendsms-user
username = portal
password = {password}
user-deny-ip = "*.*.*.*"
user-allow-ip = "127.0.0.1"
forced-smsc = operator
max-messages = 1
default-sender = {code}
"""
