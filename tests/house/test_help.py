"""Every state, reason and refusal has its help page, the index leads to each, and all say the four things."""

import re
from html import unescape
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts import wording as card_words
from accounts.models import LinkRequest, User
from balances import statement_wording as statement_words
from balances import wording as balance_words
from balances.reading import State
from jht_portal.help.catalog import GROUPS, PAGES, TOPICS
from jht_portal.help.terms import ON_THE_BALANCE_PAGE, TERMS
from tests.factories import make_balance, make_card
from tests.house.addresses import make_request
from tests.house.website import ROOT

TEMPLATES = "\n".join(path.read_text() for path in (ROOT / "templates").rglob("*.html"))
LANGUAGES = [code for code, _ in settings.LANGUAGES]
NOT_FROM_A_STATE = {
    "beberapa-kpj",
    "ponsel-bersama",
    "pasang-di-ponsel",
}  # what people ask though nothing is odd; found from the index


def linked_from_states() -> set[str]:
    named = set(re.findall(r"""help_link "([\w-]+)\"""", TEMPLATES))
    named |= set(re.findall(r"""'help_topic' '([\w-]+)'""", TEMPLATES))
    named |= {*statement_words.MONTH_HELP.values(), statement_words.WAGE_HELP, "rincian-belum-ada"}
    named |= {"rincian-belum-cocok", "iuran-belum-dibukukan"}  # tests/balances/test_help_links.py walks them
    return named | {*balance_words.HELP.values(), *card_words.HELP.values()}


def test_every_code_about_a_balance_has_its_page() -> None:
    codes = {*balance_words.NO_AMOUNT, *balance_words.FAILURES, *(code for code in balance_words.LOCKED if code)}
    by_code = {State.LOCKED, State.MERGED, State.CLAIMED, State.PENDING, State.STALE}  # the others by their code
    assert set(balance_words.HELP) == codes | by_code


def test_every_code_about_a_card_has_its_page() -> None:
    codes = {*card_words.PROGRESS, *card_words.CODE_NOTES, *card_words.REFUSALS, *card_words.CARD_STATES} - {"active"}
    assert set(card_words.HELP) == codes


def test_every_page_that_is_linked_exists_and_no_other() -> None:
    assert linked_from_states() | NOT_FROM_A_STATE == set(TOPICS)
    assert sum(len(group.topics) for group in GROUPS) == len(TOPICS), "two pages with one slug"
    assert {topic.page for topic in TOPICS.values()} - {""} == set(PAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_is_found_from_the_index_without_a_login(visitor: Client, language: str) -> None:
    visitor.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    index = visitor.get("/bantuan/").content.decode()
    assert reverse("help_terms") in index
    terms = unescape(visitor.get(reverse("help_terms")).content.decode())
    with translation.override(language):
        assert all(str(text) in terms for pair in TERMS for text in pair)
    for topic in TOPICS.values():
        assert reverse("help_topic", args=[topic.slug]) in index
        page = unescape(visitor.get(reverse("help_topic", args=[topic.slug])).content.decode())
        with translation.override(language):
            for text in (topic.title, topic.meaning, topic.how_long, *topic.to_do):
                assert str(text) in page, topic.slug


def test_an_unknown_page_is_not_found(visitor: Client) -> None:
    assert visitor.get("/bantuan/tidak-ada/").status_code == 404


def test_a_page_names_whom_to_ask(visitor: Client, settings: Any) -> None:
    settings.SUPPORT_CONTACT = "bantuan@portal.example"
    for slug in TOPICS:
        assert "bantuan@portal.example" in visitor.get(f"/bantuan/{slug}/").content.decode().split("<footer")[0], slug
    settings.SUPPORT_CONTACT = ""
    assert "Pengelola portal ini." in visitor.get("/bantuan/terlalu-sering/").content.decode()
    assert "Kantor cabang" in visitor.get("/bantuan/sudah-digabung/").content.decode()


def test_the_card_leads_to_the_page_of_its_state(member: User, as_member: Client) -> None:
    card = make_card(member)
    make_balance(card, None, unavailable_reason="DIHITUNG")
    page = as_member.get(f"/saldo/{card.public_id}/").content.decode()
    assert 'href="/bantuan/sedang-dihitung/"' in page
    assert all(str(term) in unescape(page) for term, _ in ON_THE_BALANCE_PAGE), "terms are explained in place"


def test_a_card_that_is_well_asks_for_no_help(member: User, as_member: Client) -> None:
    card = make_card(member)
    make_balance(card)
    assert "Bantuan: " not in as_member.get(f"/saldo/{card.public_id}/").content.decode()


@pytest.mark.parametrize("state", LinkRequest.State.values)
def test_a_request_leads_to_the_page_of_its_step(state: str, member: User, as_member: Client) -> None:
    row = make_request(member, state)
    assert "Bantuan: " in as_member.get(f"/kartu/permintaan/{row.public_id}/").content.decode()
    assert 'href="/bantuan/menghubungkan-kartu/"' in as_member.get("/kartu/tambah/").content.decode()


@pytest.mark.parametrize(
    ("address", "slug"),
    [("/akun/login/", "tidak-bisa-login"), ("/akun/kata-sandi/lupa/", "email-lama-hilang"), ("/", "")],
)
def test_who_cannot_get_in_finds_help(visitor: Client, address: str, slug: str) -> None:
    page = visitor.get(address).content.decode()
    assert 'href="/bantuan/"' in page
    assert not slug or f'href="/bantuan/{slug}/"' in page
