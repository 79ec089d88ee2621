"""What goes over the wires: commands to a Redis, and a page with everything it needs to a browser."""

from typing import Any
from urllib.parse import urlsplit

import redis
from playwright.sync_api import BrowserContext

OUR_OWN = {"info", "auth", "hello", "client|setname", "client|setinfo", "select"}  # of the counting connection


def commands(url: str) -> dict[str, int]:
    """How often each command was called, what the counting itself calls left out."""
    with redis.Redis.from_url(url) as client:
        stats = client.info("commandstats")
    calls = {name.removeprefix("cmdstat_"): one["calls"] for name, one in stats.items()}
    return {name: count for name, count in calls.items() if name not in OUR_OWN}


class Wire:
    """What a page costs, as Chromium's network log counts it: headers and compressed bodies."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        page = context.new_page()
        self.page, self.bytes, self.hosts, self.encodings = page, dict[str, int](), set[str](), dict[str, str]()
        self._urls = dict[str, str]()
        log = context.new_cdp_session(page)
        log.on("Network.requestWillBeSent", self._sent)
        log.on("Network.responseReceived", self._received)
        log.on("Network.loadingFinished", self._finished)
        log.send("Network.enable")
        log.send("Network.setCacheDisabled", {"cacheDisabled": True})
        page.goto(url, wait_until="networkidle")

    def _sent(self, event: dict[str, Any]) -> None:
        self._urls[event["requestId"]] = event["request"]["url"]
        self.hosts.add(urlsplit(event["request"]["url"]).netloc)

    def _received(self, event: dict[str, Any]) -> None:
        headers = {name.lower(): value for name, value in event["response"]["headers"].items()}
        self.encodings[urlsplit(event["response"]["url"]).path] = headers.get("content-encoding", "")

    def _finished(self, event: dict[str, Any]) -> None:
        path = urlsplit(self._urls[event["requestId"]]).path
        self.bytes[path] = self.bytes.get(path, 0) + round(event["encodedDataLength"])
