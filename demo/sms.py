"""`./portal sms NUMBER TEXT`: sends an SMS to the running demo as a phone would, and prints what comes back."""

import argparse
import http.client
import json
import time
from typing import Any
from urllib.parse import quote, urlsplit

from demo.embedded import ServiceError
from demo.run_folder import RunFolder


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="./portal sms", description=__doc__)
    parser.add_argument("number", help="whose phone, such as +6282000110567")
    parser.add_argument("text", nargs="+", help="what is typed, such as SALDO")
    parser.add_argument("--wait", type=float, default=15, metavar="SECONDS", help="for the answer (default 15)")
    given = parser.parse_args(arguments)
    answers = ask(_sandbox_url(), given.number, " ".join(given.text), wait=given.wait)
    for text in answers:
        print(text)
    if not answers:
        print(f"No answer within {given.wait:g} seconds. More than ten texts in an hour are met with silence.")
    return 0 if answers else 1


def ask(url: str, number: str, text: str, *, wait: float) -> list[str]:
    """What the portal sent to this phone since, oldest first; [] when it kept silent. Raises ServiceError."""
    told = _call(url, "POST", "/sandbox/sms", {"from": number, "text": text})
    sent = next(one for one in told if one["by"] == "phone")
    until = time.monotonic() + wait
    while time.monotonic() < until:
        told = _call(url, "GET", f"/sandbox/sms?number={quote(sent['number'])}")
        since = told[: told.index(sent)] if sent in told else []
        if answers := [one["text"] for one in reversed(since) if one["by"] == "portal"]:
            return answers
        time.sleep(0.1)
    return []


def _sandbox_url() -> str:
    running = RunFolder().running_environment()
    if running is None:
        raise ServiceError("The demo does not run in this folder; start it with ./portal demo.")
    if "SANDBOX_URL" not in running:
        raise ServiceError("The demo runs without its own sandbox (PROVIDER_BASE_URL), so it has no phone.")
    return running["SANDBOX_URL"]


def _call(url: str, method: str, path: str, body: Any = None) -> Any:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection("127.0.0.1", parts.port or 80, timeout=15)
    headers = {"Host": parts.netloc, "Content-Type": "application/json"}
    try:
        connection.request(method, path, json.dumps(body) if body else None, headers)
        answer = connection.getresponse()
        told = json.loads(answer.read())
    except (OSError, http.client.HTTPException, ValueError):
        raise ServiceError("The sandbox does not answer.") from None
    finally:
        connection.close()
    if answer.status != http.HTTPStatus.OK:
        raise ServiceError(f"Not sent: {told['error']}.")
    return told
