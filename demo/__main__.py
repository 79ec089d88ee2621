"""`python -m demo COMMAND ...`: what ./portal hands over to once the packages are there."""

import signal
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any

from demo.embedded import ServiceError

# Each module is imported only when its command is given: a quick command stays quick.
COMMANDS = {
    "demo": "demo.stack",
    "manage": "demo.manage",
    "totp": "demo.totp",
    "sms": "demo.sms",
    "keys": "demo.keys",
    "test": "demo.testing",
    "check": "demo.checking",
}


def main() -> int:
    name, *arguments = sys.argv[1:] or ["help"]
    if name not in COMMANDS:
        print(f"Unknown command {name}; there are: {', '.join(COMMANDS)}", file=sys.stderr)
        return 2
    command: Callable[[list[str]], int] = import_module(COMMANDS[name]).main
    for number in (signal.SIGINT, signal.SIGTERM):  # SIGINT too: a script's `&` would have us ignore it
        signal.signal(number, _interrupt)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # a closed terminal ends things, unless under nohup
        signal.signal(signal.SIGHUP, _interrupt)
    try:
        return command(arguments)
    except ServiceError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _interrupt(number: int, frame: Any) -> None:
    raise KeyboardInterrupt


sys.exit(main())
