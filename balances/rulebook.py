"""Numbers of laws and channels as dated data: what applied on which day, where it stands, and when that was checked.

`data/rules.toml` holds them; nothing here knows what they mean. No Django.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

FILE = Path(__file__).resolve().parent / "data" / "rules.toml"


@dataclass(frozen=True, kw_only=True)
class Rule:
    code: str
    value: Decimal  # the unit is said in the file
    since: date
    source: str
    url: str
    checked: date  # when somebody last read the source
    firm: bool  # law; otherwise press, the agency's word, or sources that differ


@dataclass(frozen=True)
class RuleBook:
    rules: tuple[Rule, ...]

    def on(self, code: str, day: date) -> Rule:
        """The newest one in force on that day. LookupError: none is known."""
        fitting = [rule for rule in self.rules if rule.code == code and rule.since <= day]
        if not fitting:
            raise LookupError(code)
        return max(fitting, key=lambda rule: rule.since)


def parse(text: str) -> RuleBook:
    """TypeError or ValueError where an entry lacks something or says too much: better no start than a wrong rule."""
    entries = tomllib.loads(text, parse_float=Decimal).get("rule", [])
    rules = tuple(Rule(**{**entry, "value": Decimal(entry["value"])}) for entry in entries)
    for rule in rules:
        if rule.value < 0 or not rule.url.startswith("https://") or not isinstance(rule.since, date):
            raise ValueError(rule.code)
    if len({(rule.code, rule.since) for rule in rules}) != len(rules):
        raise ValueError("two rules with one code and one date")
    return RuleBook(rules)


@cache
def rulebook() -> RuleBook:
    return parse(FILE.read_text(encoding="utf-8"))
