"""`python -m demo.sandbox`: starts the upstream and its mail catcher, says where, and stops on SIGINT or SIGTERM."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Sequence

from aiosmtpd.controller import Controller

from demo.sandbox import mailbox
from demo.sandbox.config import BadConfig, Config, load
from demo.sandbox.upstream import Upstream
from demo.sandbox.wire import Server


def main(arguments: Sequence[str]) -> int:
    try:
        config = load(arguments)
        return run(config)
    except BadConfig as error:
        print(error, file=sys.stderr)
        return 2


def run(config: Config) -> int:
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    upstream = Upstream(config)
    server = _listen(config, upstream)
    mail = _catch_mail(config, upstream)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()
    print(f"Sandbox: http://{config.host}:{server.server_address[1]}/", flush=True)
    stop.wait()
    server.shutdown()
    server.server_close()
    if mail:
        mail.stop()
    return 0


def _listen(config: Config, upstream: Upstream) -> Server:
    try:
        return Server((config.host, config.port), upstream)
    except OSError:
        raise BadConfig(f"sandbox: port {config.port} is busy; choose another with --port") from None


def _catch_mail(config: Config, upstream: Upstream) -> Controller | None:
    if config.smtp_port is None:
        return None
    try:
        return mailbox.listen(upstream.mailbox, host=config.smtp_host, port=config.smtp_port)
    except OSError:
        raise BadConfig(f"sandbox: port {config.smtp_port} is busy; choose another with --smtp-port") from None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
