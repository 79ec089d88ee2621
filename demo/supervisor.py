"""Keeps a group of services alive: starts them in order, restarts what dies, stops them in the opposite order."""

import time
from collections.abc import Callable
from pathlib import Path

from demo.embedded.process import Program, Service, ServiceError, tail, wait_until

_FIRST_BACK_OFF, _LONGEST_BACK_OFF, _STEADY_AFTER = 0.5, 10.0, 30.0  # seconds


class Process(Service):
    """A service made of one command. `ready` is asked until it is true; without it, started is enough."""

    def __init__(
        self, argv: list[str], *, env: dict[str, str], cwd: Path, log: Path, ready: Callable[[], bool] | None = None
    ) -> None:
        self._argv, self._env, self._cwd, self._log, self._ready = argv, env, cwd, log, ready

    def start(self) -> None:
        """Returns at once; `wait_ready` waits."""
        # Longer than one call to the upstream may take, so that a worker can end what it is doing.
        self._program = Program(self._argv, env=self._env, cwd=self._cwd, log=self._log, kill_after=12.0)

    def wait_ready(self, timeout: float = 90.0) -> None:
        """Raises ServiceError with the end of the log when it dies or does not get ready."""
        ready = self._ready or (lambda: True)
        if not wait_until(lambda: not self.running or ready(), timeout=timeout, pause=0.05) or not self.running:
            raise ServiceError(f"{self._log.stem} does not start; the end of {self._log}:\n{tail(self._log, 20)}")


class Supervisor:
    """Services in groups: a group stops together, and only when every later group has stopped."""

    def __init__(self) -> None:
        self._groups: list[dict[str, Service]] = []
        self._restarts: dict[str, tuple[float, float]] = {}  # name -> (last start, back-off), seconds

    def start(self, **services: Service) -> None:
        """One group. It is remembered first: what is half started is stopped too."""
        self._groups.append(services)
        for service in services.values():
            service.start()

    def run(self, each_round: Callable[[], None] = lambda: None) -> None:
        """Until a KeyboardInterrupt, which the caller answers with `stop`."""
        while True:
            for group in self._groups:
                for name, service in group.items():
                    self._keep(name, service)
            each_round()
            time.sleep(0.25)

    def stop(self) -> None:
        for group in reversed(self._groups):
            for service in group.values():
                if service.running:
                    service.program.ask_to_stop()
            for service in group.values():
                service.stop()
        self._groups.clear()

    def restart(self, name: str) -> None:
        for group in self._groups:
            if name in group:
                group[name].stop()
                group[name].start()

    def _keep(self, name: str, service: Service) -> None:
        if service.running:
            return
        now = time.monotonic()
        last, back_off = self._restarts.get(name, (0.0, _FIRST_BACK_OFF))
        if now - last > _STEADY_AFTER:
            back_off = _FIRST_BACK_OFF
        elif now - last < back_off:
            return
        print(f"{name} ended (exit code {service.program.exit_code}) and is started again.", flush=True)
        self._restarts[name] = (now, min(2 * back_off, _LONGEST_BACK_OFF))
        service.stop()  # what it left in its process group
        try:
            service.start()
        except ServiceError as error:
            print(error, flush=True)
