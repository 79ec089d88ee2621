"""The sandbox's own page."""

from __future__ import annotations

from html import escape

from demo.sandbox.answers import Json
from demo.sandbox.challenges import Sent
from demo.sandbox.faults import Fault
from demo.sandbox.figures import When

POLICY = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
CSS = ""


def render(*, when: When, outbox: list[Sent], mail: list[Json], faults: list[Fault], calls: list[Json]) -> str:
    return f"<!doctype html><html lang=id><title>Sandbox</title><p>{escape(when.as_of)}"
