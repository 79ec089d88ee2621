"""The balance pages through the client: what stands there, for whom, and what a look costs."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.utils import timezone

from accounts.models import AuditRow, Card, User
from balances.models import Balance
from balances.reading import State
from tests.factories import make_balance, make_card

pytestmark = pytest.mark.django_db
AMOUNT = re.compile(r"(?<!\w)Rp[\d.]+,\d\d")  # shorter or inside a word it is part of a form's token
OCTOBER = datetime(2026, 10, 31, 16, 59, 59, tzinfo=UTC)  # 23.59.59 in Jakarta
NOON = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _bells(bells: list[Any]) -> None:
    """No page test needs a broker."""


def page(client: Client, address: str = "/saldo/") -> str:
    response = client.get(address)
    assert response.status_code == 200, response.status_code
    return response.content.decode()


def address_of(card: Card, tail: str = "") -> str:
    return f"/saldo/{card.public_id}/{tail}"


def in_state(member: User, state: State) -> Card:
    """A card whose page is in that state, made of facts."""
    makers: dict[State, Callable[[], Any]] = {
        State.LOCKED: lambda: make_balance(make_card(member, state="frozen", frozen_because="disputed")),
        State.MERGED: lambda: make_balance(make_card(member, merged_into_last4="2201"), merged=True),
        State.CLAIMED: lambda: make_balance(make_card(member), "0.00", account_status="0002"),
        State.PENDING: lambda: make_balance(make_card(member), None, fetched_at=None, next_fetch_at=timezone.now()),
        State.UNAVAILABLE: lambda: make_balance(make_card(member), None, unavailable_reason="DIHITUNG"),
        State.ERROR: lambda: make_balance(
            make_card(member), None, fetched_at=None, failures=1, last_error="unavailable"
        ),
        State.STALE: lambda: make_balance(make_card(member), failures=1, last_error="maintenance"),
        State.FRESH: lambda: make_balance(make_card(member)),
    }
    card: Card = makers[state]().card
    return card


# What stands there


@time_machine.travel(NOON, tick=False)
def test_a_balance_stands_with_both_dates_and_a_button(as_member: Client, member: User) -> None:
    card = make_card(member)
    make_balance(card, "1234567.00", OCTOBER, fetched_at=NOON - timedelta(minutes=12), contributions_until="2026-10")
    text = page(as_member, address_of(card))
    assert "<h1>Saldo JHT</h1>" in text
    assert f"KPJ •••• {card.kpj_last4}" in text
    assert 'data-amount="1234567.00" data-as-of="2026-10-31"' in text
    assert f'data-card="{card.public_id}" data-state="fresh" data-settled' in text
    for words in ("Rp1.234.567,00", "Per 31 Oktober 2026", "Diperbarui 12 menit lalu", "Perbarui", "Penerima Upah"):
        assert words in text
    assert "Iuran sampai Oktober 2026" in text
    assert card.kpj not in text


@time_machine.travel(NOON, tick=False)
def test_the_amount_is_written_alike_in_english(as_member: Client, member: User) -> None:
    User.objects.filter(pk=member.pk).update(language="en")
    card = make_card(member)
    make_balance(card, "1234567.00", OCTOBER)
    text = page(as_member, address_of(card))
    assert 'lang="en"' in text
    assert "Rp1.234.567,00" in text
    assert "31 October 2026" in text
    assert 'data-amount="1234567.00"' in text


@pytest.mark.parametrize("state", State)
def test_every_state_has_a_page_that_says_what_is_the_case(as_member: Client, member: User, state: State) -> None:
    card = in_state(member, state)
    for address in (address_of(card), address_of(card, "potongan/")):
        text = page(as_member, address)
        assert f'data-state="{state}"' in text
        shown = state in {State.CLAIMED, State.STALE, State.FRESH}
        assert ("data-amount" in text) is shown
        assert bool(AMOUNT.search(text)) is shown
        assert ('class="note' in text) is (state is not State.FRESH)
        assert ("/perbarui/" in text) is (state not in {State.LOCKED, State.MERGED})


def test_a_claimed_cards_true_zero_is_shown_and_an_unknown_amount_never_is(as_member: Client, member: User) -> None:
    assert "Rp0,00" in page(as_member, address_of(in_state(member, State.CLAIMED)))
    for state in (State.PENDING, State.UNAVAILABLE, State.ERROR, State.MERGED, State.LOCKED):
        assert not AMOUNT.search(page(as_member, address_of(in_state(member, state))))


def test_an_unavailable_card_shows_its_last_known_amount_with_its_date(as_member: Client, member: User) -> None:
    card = make_card(member)
    make_balance(card, "5.00", OCTOBER, unavailable_reason="TRANSAKSI")
    text = page(as_member, address_of(card))
    assert 'data-state="unavailable"' in text
    assert "Rp5,00" in text
    assert "Per 31 Oktober 2026" in text


@time_machine.travel(NOON, tick=False)
def test_several_cards_have_a_total_that_tells_its_dates_and_gaps(as_member: Client, member: User) -> None:
    make_balance(make_card(member), "36904120.00", OCTOBER)
    make_balance(make_card(member), "11312230.00", OCTOBER - timedelta(days=61))
    make_card(member, membership="DIGABUNG", merged_into_last4="2201")
    text = page(as_member)
    assert 'data-total="48216350.00"' in text
    assert "Rp48.216.350,00" in text
    assert "Jumlah dari 2 kartu dengan tanggal berbeda: 31 Agustus 2026 dan 31 Oktober 2026." in text
    assert "Tidak termasuk 1 kartu yang sudah digabung" in text
    assert text.count('<section class="card"') == 3


def test_fewer_than_two_amounts_have_no_total(as_member: Client, member: User) -> None:
    make_balance(make_card(member))
    make_card(member)
    assert "data-total" not in page(as_member)


def test_one_card_is_shown_straight_away(as_member: Client, member: User) -> None:
    card = make_card(member)
    assert as_member.get("/saldo/").headers["Location"] == address_of(card)


def test_without_a_card_the_page_invites_to_link_one(as_member: Client) -> None:
    text = page(as_member)
    assert "Belum ada kartu" in text
    assert 'href="/kartu/tambah/"' in text


# For whom


@pytest.mark.parametrize("tail", ["", "potongan/"])
def test_a_strangers_card_is_not_found(as_stranger: Client, as_member: Client, member: User, tail: str) -> None:
    card = make_card(member)
    make_balance(card)
    assert as_member.get(address_of(card, tail)).status_code == 200
    assert as_stranger.get(address_of(card, tail)).status_code == 404
    assert not AuditRow.objects.exclude(actor=member.public_id).filter(action="balance_seen_by_member").exists()


def test_a_stranger_cannot_refresh_a_card(as_stranger: Client, member: User, bells: list[Any]) -> None:
    card = make_card(member)
    assert as_stranger.post(address_of(card, "perbarui/")).status_code == 404
    assert not bells
    assert not Balance.objects.exists()


def test_a_strangers_list_shows_only_their_own(as_stranger: Client, member: User, stranger: User) -> None:
    for person in (member, stranger):
        for _ in range(2):
            make_balance(make_card(person))
    text = page(as_stranger)
    for card in Card.objects.all():
        assert (str(card.public_id) in text) is (card.member == stranger)


@pytest.mark.parametrize("tail", ["", "potongan/", "perbarui/"])
def test_a_visitor_is_sent_to_the_login(visitor: Client, member: User, tail: str) -> None:
    card = make_card(member)
    response = visitor.get(address_of(card, tail))
    assert response.status_code == 302
    assert response.headers["Location"].startswith("/akun/login/")


def test_an_unlinked_card_is_gone(as_member: Client, member: User) -> None:
    assert as_member.get(address_of(make_card(member, state="unlinked"))).status_code == 404


# What a look does


def test_looking_asks_for_what_is_due_and_says_so(as_member: Client, member: User, bells: list[Any]) -> None:
    card = make_card(member)
    text = page(as_member, address_of(card))
    assert len(bells) == 1
    assert 'data-state="pending"' in text
    assert f'data-poll-url="{address_of(card, "potongan/")}"' in text
    assert "data-settled" not in text
    assert "Muat ulang" in text, "without JavaScript a link does what the script does"
    page(as_member, address_of(card))
    page(as_member, address_of(card, "potongan/"))
    assert len(bells) == 1


def test_a_settled_fragment_ends_the_polling_and_brings_the_new_total(as_member: Client, member: User) -> None:
    cards = [make_card(member), make_card(member)]
    make_balance(cards[0], "5.00")
    text = page(as_member)
    assert "data-total" not in text
    assert text.count("data-poll-url") == 1
    Balance.objects.filter(card=cards[1]).delete()
    make_balance(cards[1], "7.00")
    fragment = page(as_member, address_of(cards[1], "potongan/?semua"))
    assert "data-settled" in fragment
    assert '<template data-replaces="jumlah">' in fragment
    assert 'data-total="12.00"' in fragment
    assert "<html" not in fragment
    assert "<template" not in page(as_member, address_of(cards[1], "potongan/"))


def looks(member: User) -> list[tuple[Any, Any]]:
    rows = AuditRow.objects.filter(action="balance_seen_by_member", actor=member.public_id)
    return sorted(rows.values_list("card", "day"))


def test_a_members_look_is_one_row_a_session_card_and_day(as_member: Client, member: User) -> None:
    cards = [make_card(member) for _ in range(2)]
    for card in cards:
        make_balance(card, next_fetch_at=timezone.now() + timedelta(days=9))
    with time_machine.travel(NOON, tick=False):
        for _ in range(3):
            page(as_member)
            page(as_member, address_of(cards[0]))
        assert looks(member) == sorted((card.public_id, timezone.localdate()) for card in cards)
        assert set(Balance.objects.values_list("viewed_on", flat=True)) == {timezone.localdate()}
        other = Client()
        other.force_login(member)
        page(other, address_of(cards[0]))
        assert len(looks(member)) == 3
    with time_machine.travel(NOON + timedelta(hours=13), tick=False):  # past midnight in Jakarta
        as_member.force_login(member)
        page(as_member)
        assert len({day for _, day in looks(member)}) == 2
        assert len(looks(member)) == 5
    row = AuditRow.objects.filter(action="balance_seen_by_member").latest("id")
    assert (row.member, row.door) == (member.public_id, "web")
    assert row.session


def test_the_warm_page_costs_three_queries_and_no_bell(
    as_member: Client, member: User, bells: list[Any], django_assert_num_queries: Any
) -> None:
    for _ in range(3):
        make_balance(make_card(member))
    page(as_member)
    with django_assert_num_queries(3):  # session, user, cards with their balances
        assert page(as_member).count("data-amount") == 3
    assert not bells


def test_the_warm_page_never_rings(
    as_member: Client, member: User, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    """Neither broker nor provider's Redis is spoken to: opening any connection to it would fail the test."""
    import redis.connection

    def refuse(*args: Any, **kwargs: Any) -> None:
        raise AssertionError("a page spoke to Redis")

    for _ in range(3):
        make_balance(make_card(member))
    monkeypatch.setattr(redis.connection.AbstractConnection, "connect", refuse)
    page(as_member)
    page(as_member)


# Perbarui


def test_refresh_comes_back_with_a_message(as_member: Client, member: User, bells: list[Any]) -> None:
    card = make_card(member)
    make_balance(card)
    response = as_member.post(address_of(card, "perbarui/"))
    assert (response.status_code, response.headers["Location"]) == (302, f"{address_of(card)}#kartu-{card.public_id}")
    assert len(bells) == 1
    text = page(as_member, address_of(card))
    assert "Saldo terbaru sedang kami minta." in text
    assert "data-poll-url" in text
    as_member.post(address_of(card, "perbarui/"))
    assert len(bells) == 1


def test_refresh_from_the_list_comes_back_to_the_list(as_member: Client, member: User) -> None:
    card = make_card(member)
    response = as_member.post(address_of(card, "perbarui/"), {"semua": "1"})
    assert response.headers["Location"] == f"/saldo/#kartu-{card.public_id}"


def test_refresh_too_soon_says_when(as_member: Client, member: User, bells: list[Any]) -> None:
    card = make_card(member)
    with time_machine.travel(NOON, tick=False):
        make_balance(card, asked_at=NOON - timedelta(minutes=3))
        as_member.force_login(member)
        as_member.post(address_of(card, "perbarui/"))
        assert "sekitar pukul 12.02 WIB" in page(as_member, address_of(card))
    assert not bells


def test_refresh_is_a_post_with_a_token(member: User) -> None:
    card = make_card(member)
    client = Client(enforce_csrf_checks=True)
    client.force_login(member)
    assert client.get(address_of(card, "perbarui/")).status_code == 405
    assert client.post(address_of(card, "perbarui/")).status_code == 403


def test_a_card_id_that_is_none_is_not_found(as_member: Client) -> None:
    assert as_member.get("/saldo/24011122201/").status_code == 404


# Privacy


def test_no_title_or_address_tells_anything_personal(as_member: Client, member: User) -> None:
    cards = [make_card(member), make_card(member)]
    for card in cards:
        make_balance(card, "987654.00")
    for address in ("/saldo/", address_of(cards[0])):
        text = page(as_member, address)
        title = re.search(r"<title>(.*?)</title>", text, re.S)
        assert title
        assert title[1].strip() == f"Saldo JHT · {settings.SITE_NAME}"
        assert not any(card.kpj in text for card in cards)


def test_the_page_keeps_a_large_amount_exact(as_member: Client, member: User) -> None:
    card = make_card(member)
    make_balance(card, "99999999999999.99")
    assert Balance.objects.get().amount == Decimal("99999999999999.99")
    text = page(as_member, address_of(card))
    assert 'data-amount="99999999999999.99"' in text
    assert "Rp99.999.999.999.999,99" in text
