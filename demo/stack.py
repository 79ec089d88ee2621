"""`./portal demo`: the whole system on one machine, ready when its page really answers."""

import argparse
import json
import os
import signal
import sys
from dataclasses import dataclass

from demo import environment
from demo.embedded import ServiceError
from demo.embedded.postgres import free_port
from demo.embedded.process import Program, tail
from demo.kannel import Kannel, require_kannel
from demo.reload import Watch
from demo.run_folder import ROOT, RunFolder
from demo.servers import remove_data, start_servers
from demo.static_files import StaticFiles
from demo.supervisor import Process, Supervisor
from demo.web import answers, require_free

PEOPLE = """
Demo people, password of all: saldo-demo-2026
  budi@contoh.example     three cards: active, inactive, merged
  sari@contoh.example     one card with an old balance: the upstream fails for it
  maria@contoh.example    one card, English, with an authenticator
  wayan@contoh.example    no card yet; can link 20077788806
  petugas@contoh.example  staff, with an authenticator
  admin@contoh.example    superuser, with an authenticator
The present code of an authenticator: ./portal totp EMAIL"""


@dataclass(frozen=True, kw_only=True)
class Options:
    """What the command line says."""

    port: int
    sandbox_port: int
    fresh: bool
    members: int
    reload: bool
    sms: bool
    kannel: bool


def main(arguments: list[str]) -> int:
    options, folder, supervisor = _parse(arguments), RunFolder(), Supervisor()
    with folder.held_by("./portal demo"):
        try:
            demo = Demo(options, folder, supervisor)
            demo.start()
            supervisor.run(Watch(ROOT, demo.restart).look if options.reload else lambda: None)
        except KeyboardInterrupt:
            print("\nStopping ...", flush=True)
        finally:
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)  # an impatient second Ctrl-C must not cut the stopping short
            supervisor.stop()
    return 0


class Demo:
    """Which processes there are, in which order, and with which environment."""

    def __init__(self, options: Options, folder: RunFolder, supervisor: Supervisor) -> None:
        self._options, self._folder, self._supervisor = options, folder, supervisor
        self._url = f"http://localhost:{options.port}/"
        self._own_sandbox = not environment.given("PROVIDER_BASE_URL")
        self._smtp_port = free_port()
        self._env: dict[str, str] = {}
        self._kannel: Kannel | None = None

    def start(self) -> None:
        require_free(self._options.port, "--port")
        if self._options.sms and not self._own_sandbox:
            raise ServiceError("--sms needs the demo's own sandbox: take PROVIDER_BASE_URL away.")
        if self._own_sandbox:
            require_free(self._options.sandbox_port, "--sandbox-port")
        if self._options.fresh:
            remove_data(self._folder)
        if self._options.kannel:
            require_kannel()
            self._kannel = Kannel(
                directory=self._folder.path / "kannel",
                kept=self._folder.secrets,
                portal_url=f"http://127.0.0.1:{self._options.port}",
                log=self._folder.new_log,
            )
        self._env = self._environment()
        self._start_sandbox()
        self._prepare()
        self._supervisor.start(worker=self._celery("worker", *_WORKER), beat=self._celery("beat", *self._beat()))
        self._web.wait_ready()
        if self._kannel:
            self._kannel.start(self._supervisor)
        print(f"Ready: {self._url}\n{PEOPLE}", flush=True)
        if self._own_sandbox:
            print(f"The upstream's page (codes, caught mail, faults): {self._sandbox_url}", flush=True)
        self._tell_about_sms()
        print("Ctrl-C stops everything.", flush=True)

    def _tell_about_sms(self) -> None:
        if self._kannel:
            print(self._kannel.how_to_use(), flush=True)
        elif self._own_sandbox:
            print(f"A phone to type SMS on: {self._sandbox_url}sandbox/hp", flush=True)
            print(_ABOUT_SMS if self._options.sms else "", end="", flush=True)

    def restart(self) -> None:
        """After a change of the code: everything but the data servers."""
        print("The code has changed; starting again ...", flush=True)
        static_files = StaticFiles(self._folder, self._env)
        static_files.begin()
        static_files.finish()
        for name in ("worker", "beat", "web", "sandbox"):
            self._supervisor.restart(name)
        self._web.wait_ready()
        print("Ready again.", flush=True)

    @property
    def _sandbox_url(self) -> str:
        return f"http://localhost:{self._options.sandbox_port}/"

    def _environment(self) -> dict[str, str]:
        addresses = start_servers(self._folder, self._supervisor)
        added = environment.for_product(
            self._folder.secrets,
            database_url=addresses.database_url,
            redis_url=addresses.redis_url,
            public_url=self._url.rstrip("/"),
            provider_url=self._sandbox_url.rstrip("/"),
            email_url=f"smtp://127.0.0.1:{self._smtp_port}",
        )
        added |= {"STATIC_ROOT": str(self._folder.path / "static"), "PORTAL_DEMO": "1"}
        if self._own_sandbox:
            added |= {"SANDBOX_URL": self._sandbox_url, **environment.for_console_sms(self._sandbox_url)}
        else:
            added |= {name: value for name, value in os.environ.items() if name.startswith(("PROVIDER_", "EMAIL_URL"))}
        if self._kannel:
            added |= self._kannel.environment()
        self._folder.tell(added)
        return environment.inherited() | added

    def _start_sandbox(self) -> None:
        if not self._own_sandbox:
            return
        argv = [sys.executable, "-m", "demo.sandbox", "--port", str(self._options.sandbox_port)]
        argv += ["--smtp-port", str(self._smtp_port), "--portal-url", self._url.rstrip("/")]
        env = environment.for_sandbox(self._folder.secrets, today=environment.given("SANDBOX_TODAY"))
        self._sandbox = Process(
            argv, env=env, cwd=ROOT, log=self._folder.new_log("sandbox"), ready=lambda: answers(self._sandbox_url)
        )
        self._supervisor.start(sandbox=self._sandbox)

    def _prepare(self) -> None:
        """Tables, demo people and files of the pages, side by side; the web server starts as soon as it can."""
        log = self._folder.new_log("prepare")
        program = Program(self._django_commands(), env=self._env, cwd=ROOT, log=log)
        try:
            static_files = StaticFiles(self._folder, self._env)
            static_files.begin()
            static_files.finish()
            self._web = self._make_web()
            self._supervisor.start(web=self._web)
            if self._own_sandbox:
                self._sandbox.wait_ready()
            while not program.wait(10):
                print("Making the tables and the demo people ...", flush=True)
            if program.exit_code != 0:
                raise ServiceError(f"Making the data fails; the end of {log}:\n{tail(log, 20)}")
        finally:
            program.kill()

    def _django_commands(self) -> list[str]:
        people = ["demo_people", *(["--members", str(self._options.members)] if self._options.members else [])]
        wait = [["wait-for", self._sandbox_url]] if self._own_sandbox else []
        commands = [["migrate", "--verbosity=0"], ["createcachetable"], *wait, people]
        return [sys.executable, "-m", "demo.commands", json.dumps(commands)]

    def _make_web(self) -> Process:
        argv = [sys.executable, "-m", "granian", "--interface", "wsgi", "jht_portal.wsgi:application", "--no-ws"]
        argv += ["--host", "127.0.0.1", "--port", str(self._options.port), "--workers", "1", "--blocking-threads", "4"]
        return Process(argv, env=self._env, cwd=ROOT, log=self._folder.new_log("web"), ready=lambda: answers(self._url))

    def _celery(self, name: str, *arguments: str) -> Process:
        argv = [sys.executable, "-m", "celery", "-A", "jht_portal", name, "--loglevel=info", *arguments]
        return Process(argv, env=self._env, cwd=ROOT, log=self._folder.new_log(name))

    def _beat(self) -> list[str]:
        # No pid file: after a kill it would bar the next start, and .run/ is held by one command anyway.
        return [f"--schedule={self._folder.path / 'beat-schedule'}", "--pidfile="]


_ABOUT_SMS = """SMS, as wayan@contoh.example may register his phone (then: SALDO, SALDO 8806, BANTUAN, BERHENTI):
  ./portal sms +6282000440890 "DAFTAR SALDO#5171010203900006#I WAYAN SUDIANA#02-03-1990#20077788806"
  ./portal sms +6282000440890 SALDO
"""
_WORKER = ["--pool=threads", "--concurrency=4", "--queues=upstream,default", "--without-gossip", "--without-mingle"]


def _parse(arguments: list[str]) -> Options:
    parser = argparse.ArgumentParser(prog="./portal demo", description=__doc__)
    parser.add_argument("--port", type=int, default=8000, help="of the portal (default 8000)")
    parser.add_argument("--sandbox-port", type=int, default=8001, help="of the sandbox upstream (default 8001)")
    parser.add_argument("--fresh", action="store_true", help="forget all data of earlier runs")
    parser.add_argument("--members", type=int, default=0, metavar="N", help="that many more fictitious members")
    parser.add_argument("--reload", action="store_true", help="start again when the code changes")
    parser.add_argument("--sms", action="store_true", help="tell how to send an SMS here (the phone is always there)")
    parser.add_argument("--kannel", action="store_true", help="SMS through real Kannel; as root it is installed")
    return Options(**vars(parser.parse_args(arguments)))
