"""No amount without its date, in anything that is rendered.

The rule. A figure is "Rp" with digits in the words or the spoken attributes of an element, or a `data-amount`,
`data-total` or `data-estimate`. Its place is the nearest element around it that is a `tr`, `table`, `figure`,
`section`, `article`, `aside`, `template` or `main`, the outermost at last. That place must say a whole day in words, in
the page's language, introduced by what kind of day it is ("Per 31 Oktober 2026", "as of 31 October 2026"):

* in its own visible words; those of a place further in do not count, nor do words only for screen readers, nor what is
  folded up in `details` that the figure does not stand in;
* a `tr` may leave it to its table's `caption`; nothing else may leave it to anything further out;
* where the figure or an element between it and its place has `data-as-of`, the day said must be that very day;
* no such day lies in the future;
* rules of law ("Kapan bisa diambil") say the day on which their source was read instead, which may stand folded up.

Documents: a JSON, CSV, XLSX or PDF file with an amount says the day in its own text.
"""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.test.html import Element, parse_html
from django.utils import timezone, translation
from django.utils.formats import date_format

from accounts.models import Card, User
from balances.models import Balance, Statement
from balances.reading import State
from tests.balances.rendered import Shown, attributes, everything, figures_of, is_law, projected, shown, text_of, walk
from tests.balances.test_pages import in_state
from tests.factories import make_balance, make_card, make_statement

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
PLACES = {"tr", "table", "figure", "section", "article", "aside", "template", "main"}
MONTHS = {language: [date(2026, number, 1) for number in range(1, 13)] for language in ("id", "en")}
LEADS = {
    "id": r"(?:[Pp]er|[Dd]ihitung dari|tanggal berbeda:|dan)",
    "en": r"(?:[Aa]s of|[Cc]alculated from|different dates:|and)",
}
READ_ON = {"id": "diperiksa", "en": "checked"}


def days_in(words: str, language: str, lead: str) -> set[date]:
    """The whole days that the words tell, each after such a lead."""
    with translation.override(language):
        numbers = {date_format(first, "F").lower(): first.month for first in MONTHS[language]}
    found = re.findall(rf"{lead} (\d{{1,2}}) ({'|'.join(numbers)}) (\d{{4}})", " ".join(words.split()), re.IGNORECASE)
    return {date(int(year), numbers[month.lower()], int(day)) for day, month, year in found}


def undated(text: str, language: str, today: date) -> list[str]:
    """Every figure of the page that breaks the rule, with its place."""
    found = []
    for element, around in walk(parse_html(text)):
        figures = figures_of(element)
        if figures and (why := _wrong((*around, element), language, today)):
            found.append(f"{figures[0].text} in <{place_of((*around, element))[0].name}>: {why}")
    return list(dict.fromkeys(found))


def place_of(chain: tuple[Element, ...]) -> tuple[Element, tuple[Element, ...]]:
    """The place of the last of the chain, and what is between."""
    for number in range(len(chain) - 1, 0, -1):
        if chain[number].name in PLACES:
            return chain[number], chain[number:]
    return chain[0], chain


def _wrong(chain: tuple[Element, ...], language: str, today: date) -> str:
    place, between = place_of(chain)
    law = any(is_law(one) for one in chain)
    lead = READ_ON[language] if law else LEADS[language]
    folded = None if law else [one for one in between if one.name == "details"]
    said = days_in(own_words(place, folded), language, lead)
    if not said and place.name == "tr":
        table = next(one for one in reversed(chain) if one.name == "table")
        said = days_in(" ".join(own_words(one) for one in table.children if is_caption(one)), language, lead)
    named = {attributes(one)["data-as-of"] for one in between if "data-as-of" in attributes(one)}
    if not said:
        return "no day in words"
    if any(day > today for day in said):
        return "a day in the future"
    return "" if all(date.fromisoformat(one) in said for one in named) else f"{named} is not what the words say"


def is_caption(one: Any) -> bool:
    return isinstance(one, Element) and one.name == "caption"


def own_words(place: Any, unfolded: list[Element] | None = None) -> str:
    """What can be read there, without what stands in a place further in. None: everything is unfolded."""
    seen = (one for one in place.children if _is_seen(one, unfolded))
    return " ".join(one if isinstance(one, str) else own_words(one, unfolded) for one in seen)


def _is_seen(one: Any, unfolded: list[Element] | None) -> bool:
    if isinstance(one, str):
        return True
    given = attributes(one)
    if one.name == "details":
        return unfolded is None or any(one is open_ for open_ in unfolded)
    return not (one.name in {*PLACES, "script", "style"} or "vh" in given.get("class", "").split() or "hidden" in given)


# The rule itself


CARD = '<section><p data-amount="5.00" data-as-of="2026-10-31">Rp5,00</p><p>{}</p></section>'
WRONG = {
    "no date at all": CARD.format(""),
    "another day": CARD.format("Per 30 Oktober 2026"),
    "a month only": CARD.format("Per Oktober 2026"),
    "the other language": CARD.format("As of 31 October 2026"),
    "only for screen readers": CARD.format('<span class="vh">Per 31 Oktober 2026</span>'),
    "hidden": CARD.format("<span hidden>Per 31 Oktober 2026</span>"),
    "a day of something else": CARD.format("Dihubungkan 31 Oktober 2026"),
    "in the future": '<section><p>Rp5,00</p><p>Per 31 Desember 2026</p></section>',
    "further out": "<main><p>Per 31 Oktober 2026</p><section><p>Rp5,00</p></section></main>",
    "further in": "<main><p>Rp5,00</p><section><p>Per 31 Oktober 2026</p></section></main>",
    "folded up": CARD.format("<details><summary>?</summary>Per 31 Oktober 2026</details>"),
    "beside the table": "<section><table><tr><td>Rp5,00</td></tr></table><p>Per 31 Oktober 2026</p></section>",
    "another row": "<table><tr><td>Rp5,00</td></tr><tr><td>Per 31 Oktober 2026</td></tr></table>",
    "read out loud": '<main><img alt="Rp5,00"></main>',
    "law without its day": '<section data-way="tax"><p>Rp50.000.000</p><p>Per 31 Oktober 2026</p></section>',
}  # fmt: skip
RIGHT = {
    "card": CARD.format("Per 31 Oktober 2026 · Diperbarui baru saja"),
    "row": '<table><tr><td data-amount="5.00" data-as-of="2026-10-31">Rp5,00 Per 31 Oktober 2026</td></tr></table>',
    "caption": "<table><caption>Menurut penyedia data per 31 Oktober 2026</caption><tr><td>Rp5,00</td></tr></table>",
    "law": '<section data-way="tax"><p>Rp50.000.000</p><p>sumber, diperiksa 22 November 2026</p></section>',
    "in the fold": "<section><details>Rp5,00, per 31 Oktober 2026</details></section>",
    "beside the fold": "<section>Per 31 Oktober 2026<details>Rp5,00</details></section>",
    "law, folded": '<section data-way="tax">Rp1.000<details>sumber, diperiksa 22 November 2026</details></section>',
    "token": '<main><form><input type="hidden" name="csrfmiddlewaretoken" value="aRp5x"></form></main>',
}


@pytest.mark.parametrize("case", WRONG)
def test_the_rule_sees(case: str) -> None:
    assert undated(WRONG[case], "id", date(2026, 11, 22))


@pytest.mark.parametrize("case", RIGHT)
def test_the_rule_lets_pass(case: str) -> None:
    assert not undated(RIGHT[case], "id", date(2026, 11, 22))


# Everything a member can be shown


@pytest.fixture(autouse=True)
def _november() -> Any:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture(params=["id", "en"])
def language(request: pytest.FixtureRequest, member: User) -> str:
    member.language = request.param
    member.save()
    return str(request.param)


def assert_dated(one: Shown, language: str) -> int:
    """How many figures were looked at."""
    today = timezone.localdate()
    if one.kind == "text/html":
        wrong = undated(one.body.decode(), language, today)
        assert not wrong, f"{one.address}\n" + "\n".join(wrong)
    elif one.figures:
        said = text_of(one.kind, one.body)
        days = set(map(date.fromisoformat, re.findall(r"\d{4}-\d\d-\d\d", said)))
        assert days | days_in(said, "id", LEADS["id"]) | days_in(said, "en", LEADS["en"]), one.address
    return len(one.figures) + len(one.law)


def assert_all_dated(client: Client, card: Card, language: str) -> int:
    looked = [assert_dated(one, language) for one in everything(client, card, languages=(language,)).values()]
    assert len(looked) >= 8
    return sum(looked)


@pytest.mark.parametrize("state", State)
def test_in_every_state_of_a_balance(as_member: Client, member: User, language: str, state: State) -> None:
    card = in_state(member, state)
    make_balance(make_card(member), "7654321.00", as_of=NOON - timedelta(days=80))
    make_balance(make_card(member), "1000000.00", as_of=NOON - timedelta(days=20))
    make_statement(card)
    assert assert_all_dated(as_member, card, language) > 4


STATEMENTS: dict[str, Callable[[Card], Any]] = {
    "none": lambda card: make_statement(card, fetched=False),
    "failed": lambda card: make_statement(card, failures=1, last_error="bad_answer"),
    "no amount beside its years": lambda card: (
        make_statement(card, unavailable_reason="DIHITUNG"),
        Statement.objects.filter(card=card).update(amount=None, as_of=None, contributions_until=""),
    ),
    "does not add up": lambda card: (
        make_statement(card),
        Statement.objects.filter(card=card).update(amount="1.00"),
    ),
}


@pytest.mark.parametrize("state", STATEMENTS)
def test_in_every_state_of_a_statement(as_member: Client, member: User, language: str, state: str) -> None:
    card = make_card(member)
    make_balance(card, as_of=NOON - timedelta(days=22))
    STATEMENTS[state](card)
    assert assert_all_dated(as_member, card, language) > 4


@pytest.mark.parametrize("known", [True, False])
def test_in_an_estimate(as_member: Client, member: User, language: str, known: bool) -> None:
    card = make_card(member)
    if known:
        make_balance(card)
    assert assert_dated(projected(as_member, card), language) > 20


def test_documents_are_among_what_is_looked_at(as_member: Client, member: User) -> None:
    card = make_card(member)
    make_balance(card)
    make_statement(card)
    figures = {one.address.rsplit("/", 1)[1]: len(one.figures) for one in everything(as_member, card).values()}
    for kind in ("pdf", "csv", "xlsx", "json"):
        assert figures[f"rincian.{kind}"] > 40, kind


def test_the_walk_fails_on_a_page_that_forgets(as_member: Client, member: User, monkeypatch: Any) -> None:
    from balances import wording

    make_balance(make_card(member))
    make_balance(make_card(member))
    monkeypatch.setattr(wording, "total_sentences", lambda total: ["Jumlah semua."])
    [wrong] = undated(as_member.get("/saldo/").content.decode(), "id", timezone.localdate())[:1]
    assert "no day in words" in wrong
    assert Balance.objects.count() == 2


def test_a_sample_for_visitors_has_a_date_too(visitor: Client) -> None:
    for language in ("id", "en"):
        visitor.cookies["language"] = language
        assert assert_dated(shown("/", visitor.get("/")), language) == 1
