"""Runs several Django commands in one process: starting Django costs more than the commands.

Argument: a JSON list of lists. `["wait-for", ADDRESS]` in between waits until something answers there.
"""

import json
import sys

import django
from django.core.management import call_command

from demo.embedded.process import wait_until
from demo.web import answers

if __name__ == "__main__":
    django.setup()
    for name, *arguments in json.loads(sys.argv[1]):
        if name == "wait-for":
            wait_until(lambda: answers(*arguments), timeout=60)  # noqa: B023 - called at once
        else:
            call_command(name, *arguments)
