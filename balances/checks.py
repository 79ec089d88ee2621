"""Tells the operator, at `manage.py check` and each start of a command, when the table of holidays runs out."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Info
from django.utils import timezone

from balances.duedates import calendar, years_without_holidays


def holidays_are_known(**_: Any) -> list[CheckMessage]:
    """A hint and no warning: an unknown year is judged more patiently, nobody wrongly."""
    return [
        Info(
            f"The holidays of {year} are not in balances/data/duedates.toml.",
            hint="Add a [[closed]] entry from the joint decree; until then a grace of some days is given.",
            id="balances.I001",
        )
        for year in years_without_holidays(calendar(), timezone.localdate())
    ]
