"""When JHT may be claimed: by tables, at the edges of dates, from rules that are dated data."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from balances.claim_rules import Answer, Dates, Way, fits_the_app, tax_on, ways
from balances.rulebook import RuleBook, parse, rulebook

TODAY = date(2026, 11, 22)
BOOK = rulebook()


def way(code: str, today: date = TODAY, book: RuleBook = BOOK, **dates: object) -> Way:
    return next(one for one in ways(Dates(**dates), book, today) if one.code == code)


@pytest.mark.parametrize(
    ("code", "dates", "answer", "on"),
    [
        ("age", {"born": date(1970, 11, 22)}, Answer.REACHED, TODAY),
        ("age", {"born": date(1970, 11, 23)}, Answer.LATER, date(2026, 11, 23)),
        ("age", {"born": date(1986, 7, 12)}, Answer.LATER, date(2042, 7, 12)),
        ("age", {}, Answer.UNKNOWN, None),
        ("left", {"active": False, "inactive_since": date(2026, 10, 22)}, Answer.REACHED, TODAY),
        ("left", {"active": False, "inactive_since": date(2026, 10, 31)}, Answer.LATER, date(2026, 11, 30)),
        ("left", {"active": True}, Answer.NOT_NOW, None),
        ("left", {"active": True, "inactive_since": date(2020, 1, 1)}, Answer.NOT_NOW, None),  # of an earlier job
        ("left", {"active": False}, Answer.UNKNOWN, None),
        ("left", {}, Answer.UNKNOWN, None),
        ("partial", {"joined_on": date(2016, 11, 22)}, Answer.REACHED, TODAY),
        ("partial", {"joined_on": date(2016, 11, 23)}, Answer.LATER, date(2026, 11, 23)),
        ("partial", {}, Answer.UNKNOWN, None),
        ("always", {}, Answer.ALWAYS, None),
    ],
)
def test_each_way_by_its_own_date(code: str, dates: dict[str, object], answer: Answer, on: date | None) -> None:
    found = way(code, **dates)
    assert (found.answer, found.on) == (answer, on)


@given(st.dates(date(1930, 1, 1), TODAY))
def test_what_was_once_reached_stays_reached(day: date) -> None:
    always = RuleBook(tuple(replace(rule, since=date.min) for rule in BOOK.rules))
    for code, name in (("age", "born"), ("partial", "joined_on"), ("left", "inactive_since")):
        on = way(code, TODAY, always, **{name: day}).on
        assert on is not None
        assert way(code, on - timedelta(days=1), always, **{name: day}).answer is Answer.LATER
        assert way(code, on, always, **{name: day}).answer is Answer.REACHED


@pytest.mark.parametrize(
    ("amount", "tax"),
    [("0", "0"), ("50000000", "0"), ("50000001", "0.05"), ("80000000", "1500000"), ("1050000000", "50000000")],
)
def test_tax_is_nothing_up_to_a_limit_and_one_rate_above(amount: str, tax: str) -> None:
    assert tax_on(Decimal(amount), BOOK, TODAY) == Decimal(tax)


def test_an_unknown_balance_is_not_compared_with_the_apps_limit() -> None:
    assert fits_the_app(None, BOOK, TODAY) is None
    assert fits_the_app(Decimal("15000000"), BOOK, TODAY) is True
    assert fits_the_app(Decimal("15000000.01"), BOOK, TODAY) is False
    assert fits_the_app(Decimal(0), BOOK, TODAY) is True


# The data

ENTRY = """
[[rule]]
code = "full_age"
value = {value}
since = {since}
source = "Peraturan contoh"
url = "https://contoh.example/"
checked = 2026-11-22
firm = true
"""


def test_a_new_rule_holds_from_its_own_day_and_the_old_one_before() -> None:
    book = parse(ENTRY.format(value=56, since="2015-07-01") + ENTRY.format(value=57, since="2027-01-01"))
    born = date(1970, 12, 1)
    assert way("age", TODAY, replace(BOOK, rules=book.rules + others()), born=born).on == date(2026, 12, 1)
    assert way("age", date(2027, 1, 1), replace(BOOK, rules=book.rules + others()), born=born).on == date(2027, 12, 1)


def others() -> tuple[object, ...]:
    return tuple(rule for rule in BOOK.rules if rule.code != "full_age")


def test_before_the_first_rule_there_is_none() -> None:
    with pytest.raises(LookupError):
        BOOK.on("full_age", date(2015, 6, 30))


@pytest.mark.parametrize(
    "text",
    [
        ENTRY.format(value=-1, since="2015-07-01"),
        ENTRY.format(value='"56 tahun"', since="2015-07-01"),
        ENTRY.format(value=56, since='"2015"'),
        ENTRY.format(value=56, since="2015-07-01") * 2,
        ENTRY.format(value=56, since="2015-07-01").replace("https", "http"),
        ENTRY.format(value=56, since="2015-07-01").replace("checked = 2026-11-22\n", ""),
    ],
)
def test_a_broken_entry_is_refused(text: str) -> None:
    with pytest.raises((TypeError, ValueError, ArithmeticError)):
        parse(text)


def test_every_rule_says_where_it_stands_and_when_that_was_checked() -> None:
    for rule in BOOK.rules:
        assert rule.source, rule.code
        assert rule.since <= rule.checked <= TODAY, rule.code
        assert type(rule.value) is Decimal, rule.code
