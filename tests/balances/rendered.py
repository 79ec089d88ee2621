"""Everything a member can be shown about a card, and every figure of money in it: pages, parts of pages, documents."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from io import BytesIO
from types import SimpleNamespace
from typing import Any

import pdfplumber
from django.http import HttpResponse
from django.test import Client
from django.test.html import Element, parse_html
from django.urls import reverse
from openpyxl import load_workbook

from accounts.models import Card, User
from tests.house.addresses import POST_ONLY, PUBLIC, SAMPLES, named_addresses

RUPIAH = re.compile(r"(?<![\w-])[−-]?Rp\s?[−-]?\d[\d.,]*(?: (?:rb|jt|M|thousand|million|billion)\b)?")
BARE_MONEY = re.compile(r"(?<![\d.])(?:\d{1,3}(?:\.\d{3})+|\d{4,}|0)[.,]\d\d(?!\d)")  # not 5.70, 14.30
WORDS_OF_TAGS = {"alt", "aria-label", "aria-description", "content", "placeholder", "title", "value", "data-label"}
NO_CARDS = ("account_", "mfa_", "admin:")  # signing in and staff's own pages; tests/admin looks at those
TYPED = {"monthly": "5.000.000", "age": "56", "low": "3", "middle": "5", "high": "7", "growth": "0", "inflation": "2,5"}
TYPED |= {"birth_date": "12-07-1986"}


@dataclass(frozen=True)
class Figure:
    """An amount in words ("Rp1.234.567,00"), or as an attribute for programs with the date beside it."""

    text: str
    as_of: str = ""


@dataclass(frozen=True)
class Shown:
    """One answer. `law` are figures of rules ("Rp50.000.000"), which are nobody's money."""

    address: str
    kind: str
    body: bytes
    figures: tuple[Figure, ...]
    law: tuple[Figure, ...] = ()


def addresses_of(card: Card) -> Iterator[str]:
    """What a member with this card can open: read from the URL resolver, so a new page is among them."""
    for name, pattern in named_addresses():
        if name in POST_ONLY or name.startswith(NO_CARDS) or (name in PUBLIC and name != "home"):
            continue
        try:
            sample = SAMPLES[name](SimpleNamespace(card=card, member=card.member)) if name in SAMPLES else None  # type: ignore[arg-type]
        except AttributeError:  # of a link request or an offer
            continue
        if sample is not None or not pattern.pattern.converters:
            yield reverse(name, kwargs=sample)


def everything(
    client: Client, card: Card, *, languages: tuple[str, ...] = ("id", "en"), but: tuple[str, ...] = ()
) -> dict[str, Shown]:
    """All of them as they are now, `but` those that end so."""
    found = {}
    for language in languages:
        User.objects.filter(pk=card.member_id).update(language=language)
        for address in addresses_of(card):
            if address.endswith(but or "?"):
                continue
            answer = client.get(address)
            assert answer.status_code < 500, (address, answer.status_code)
            if answer.status_code not in {301, 302}:
                found[f"{language} {address}"] = shown(address, answer)
    return found


def projected(client: Client, card: Card) -> Shown:
    address = reverse("projection", kwargs={"card_id": card.public_id})
    return shown(address, client.post(address, TYPED))


def shown(address: str, answer: HttpResponse) -> Shown:
    kind = answer["Content-Type"].split(";")[0]
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
    if kind != "text/html":
        return Shown(address, kind, body, tuple(Figure(one) for one in BARE_MONEY.findall(text_of(kind, body))))
    tree = parse_html(body.decode())
    mine, law = [], []
    for element, inside in walk(tree):
        into = law if any(is_law(one) for one in (*inside, element)) else mine
        into += figures_of(element)
    return Shown(address, kind, body, tuple(mine), tuple(law))


def is_law(element: Element) -> bool:
    """A section of "Kapan bisa diambil": what the rules say, with their sources and the day these were read."""
    return element.name == "section" and "data-way" in attributes(element)


def text_of(kind: str, body: bytes) -> str:
    """What a document says, read back from its bytes."""
    if kind == "application/pdf":
        with pdfplumber.open(BytesIO(body)) as pdf:
            return "\n".join(page.extract_text() for page in pdf.pages)
    if kind.endswith("spreadsheetml.sheet"):
        sheets = load_workbook(BytesIO(body), data_only=True).worksheets
        return "\n".join(" ".join(map(_cell, row)) for sheet in sheets for row in sheet.iter_rows(values_only=True))
    return body.decode("utf-8-sig")


def _cell(value: Any) -> str:
    return f"{value:.2f}" if isinstance(value, int | float | Decimal) else str(value if value is not None else "")


def walk(element: Any, inside: tuple[Element, ...] = ()) -> Iterator[tuple[Element, tuple[Element, ...]]]:
    """Every element with those around it, the outermost first; scripts and styles say nothing."""
    if isinstance(element, str) or element.name in {"script", "style"}:
        return
    yield element, inside
    for child in element.children:
        yield from walk(child, (*inside, element))


def figures_of(element: Element) -> list[Figure]:
    """Of the element's own words and attributes, not of what is in it."""
    given = attributes(element)
    if given.get("name") == "csrfmiddlewaretoken":
        return []  # a token may well hold "Rp5"
    found = [Figure(one) for name in sorted(WORDS_OF_TAGS & set(given)) for one in RUPIAH.findall(given[name])]
    for name in ("data-amount", "data-total", "data-estimate"):
        if name in given:
            found.append(Figure(given[name], given.get("data-as-of", "")))
    return found + [Figure(one) for text in element.children if isinstance(text, str) for one in RUPIAH.findall(text)]


def attributes(element: Element) -> dict[str, str]:
    return {name: value or "" for name, value in element.attributes}
