"""How long what is kept, why, and how it goes: one table. The privacy page and the docs show it, the purge obeys it.

Other apps register rules of their own. A purge takes a bounded number of rows a run; the next run takes the rest.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import ngettext

from accounts.consent import Text

BATCH: Final = 1_000
BATCHES_A_RUN: Final = 20


@dataclass(frozen=True, kw_only=True)
class Rule:
    """`days` is a number or the name of the setting that holds it; without it `length` says when it ends.

    `rows(before)` are those whose time is over: deleted, or their columns set to `empties`. `purge` is for what is no
    model. Neither: the act named in `how` does it at once.
    """

    code: str
    what: Text
    why: Text
    how: Text
    days: int | str | None = None
    length: Text = ""
    rows: Callable[[datetime], "QuerySet[Any]"] | None = None
    empties: Mapping[str, Any] | None = None
    purge: Callable[[], None] | None = None

    @property
    def kept_days(self) -> int | None:
        return int(getattr(settings, self.days)) if isinstance(self.days, str) else self.days

    @property
    def kept_for(self) -> str:
        days = self.kept_days
        return str(self.length) if days is None else in_words(days)


RULES: Final[list[Rule]] = []


def in_words(days: int) -> str:
    """Whole years as years: nobody counts in 1825 days."""
    years, rest = divmod(days, 365)
    if years and not rest:
        return ngettext("%(years)d tahun", "%(years)d tahun", years) % {"years": years}
    return ngettext("%(days)d hari", "%(days)d hari", days) % {"days": days}


def register(*rules: Rule) -> None:
    known = {rule.code for rule in RULES}
    RULES.extend(rule for rule in rules if rule.code not in known)


def purge_all() -> dict[str, int]:
    """How many rows each rule took."""
    return {rule.code: purge(rule) for rule in RULES}


def purge(rule: Rule) -> int:
    if rule.purge:
        rule.purge()
    if rule.rows is None or rule.kept_days is None:
        return 0
    before, taken = timezone.now() - timedelta(days=rule.kept_days), 0
    for _ in range(BATCHES_A_RUN):
        rows = rule.rows(before).order_by("pk")
        keys = list(rows.values_list("pk", flat=True)[:BATCH])
        taken += len(keys)
        batch = rows.model._default_manager.filter(pk__in=keys)
        if rule.empties is None:
            batch.delete()
        else:
            batch.update(**rule.empties)
        if len(keys) < BATCH:
            break
    return taken
