"""Each empty or odd state of statement, month strip, projection and claims leads to the page that explains it."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Card, User
from balances import selectors, statement
from balances.months import MonthState
from balances.statement_wording import MONTH_HELP
from balances.templatetags.balance_words import with_figures
from jht_portal.help.catalog import TOPICS
from tests.factories import make_balance, make_card, make_statement

pytestmark = pytest.mark.django_db
Make = Callable[[Card], Any]


@pytest.fixture(autouse=True)
def nobody_is_rung(monkeypatch: pytest.MonkeyPatch, bells: Any) -> None:
    monkeypatch.setattr(statement, "ring", lambda *_: None)


def years(card: Card) -> Any:
    make_statement(card)
    return card.statement_years


def rows(card: Card) -> Any:
    make_statement(card)
    return card.contributions


def last_month(card: Card) -> Any:
    """The newest contribution that there is."""
    make_statement(card)
    return card.contributions.order_by("-month")


def newest(card: Card, **fields: Any) -> None:
    card.contributions.filter(pk=last_month(card)[0].pk).update(**fields)


def without(card: Card, months_ago: int, **fields: Any) -> None:
    make_statement(card)
    day = timezone.localdate().replace(day=1)
    for _ in range(months_ago):
        day = (day - timedelta(days=1)).replace(day=1)
    found = card.contributions.filter(month=f"{day:%Y-%m}")
    if fields:
        found.update(**fields)
    else:
        found.delete()


def provider_rate(card: Card, status: str) -> None:
    years(card).update(rate_percent=None, rate_status=status)


STATEMENTS: dict[str, tuple[Make, str]] = {
    "locked": (lambda card: Card.objects.filter(pk=card.pk).update(state="frozen", frozen_because="staff"),
               "kartu-dikunci"),
    "pending": (lambda card: make_statement(card, fetched=False), "saldo-sedang-diminta"),
    "unavailable": (lambda card: make_statement(card, unavailable_reason="PESERTA"), "menunggu-anda"),
    "failed": (lambda card: make_statement(card, fetched=False, failures=1, last_error="blocked"), "kartu-diblokir"),
    "nothing there": (lambda card: years(card).all().delete(), "rincian-belum-ada"),
    "stale": (lambda card: make_statement(card, next_fetch_at=timezone.now() - timedelta(hours=1),
                                          fetched_at=timezone.now() - timedelta(days=2)), "data-lama"),
    "stale and failing": (lambda card: make_statement(card, failures=1, last_error="bad_answer"),
                          "jawaban-tidak-dipakai"),
    "does not add up": (lambda card: make_statement(card).card.statement_years.update(opening=Decimal(5)),
                        "rincian-belum-cocok"),
    "provisional": (make_statement, "hasil-sementara"),
    "a year being counted": (lambda card: years(card).filter(final=False).update(
        opening=None, worker=None, employer=None, returns=None, correction=None, claims=None, closing=None,
        unavailable_reason="DIHITUNG"), "sedang-dihitung"),
    "no line in the year": (lambda card: rows(card).all().delete(), "bulan-iuran-kosong"),
    "rate not set": (lambda card: provider_rate(card, "BELUM_DITETAPKAN"), "tingkat-pengembangan"),
    "rate not given": (lambda card: provider_rate(card, ""), "tingkat-pengembangan"),
    "no wage": (lambda card: rows(card).update(wage=None), "upah-dilaporkan"),
    "wage fell": (lambda card: newest(card, wage=Decimal(1_000_000)), "upah-dilaporkan"),
    "received": (lambda card: newest(card, status="DITERIMA", posted_on=None), "iuran-belum-dibukukan"),
    "merged": (lambda card: (make_statement(card), Card.objects.filter(pk=card.pk).update(
        membership="DIGABUNG", merged_into_last4="7777")), "sudah-digabung"),
    "month missing": (lambda card: without(card, 8), "bulan-iuran-kosong"),
    "month in part": (lambda card: without(card, 8, status="SEBAGIAN"), "bulan-iuran-kosong"),
    "month late": (lambda card: without(card, 8, paid_on=timezone.localdate()), "iuran-terlambat"),
    "status unknown": (lambda card: without(card, 8, status="UNKNOWN"), "status-tidak-dikenal"),
    "nothing was due": (lambda card: (without(card, 8), card.employments.update(segment="BPU")),
                        "bulan-tanpa-kewajiban"),
}  # fmt: skip


@pytest.mark.parametrize("state", STATEMENTS)
def test_each_state_of_a_statement_leads_to_help(state: str, as_member: Client, member: User) -> None:
    make, slug = STATEMENTS[state]
    card = make_card(member)
    make_balance(card)
    make(card)
    text = as_member.get(f"/saldo/{card.public_id}/rincian/").content.decode()
    assert f'href="/bantuan/{slug}/"' in text.split("<footer")[0]


def test_every_state_of_a_month_but_paid_has_its_page() -> None:
    assert set(MONTH_HELP) == set(MonthState) - {MonthState.PAID}
    assert set(MONTH_HELP.values()) <= set(TOPICS)


def test_the_newest_year_with_a_month_opens_and_others_are_one_press_away(as_member: Client, member: User) -> None:
    """Of a card that ended years ago the last year has nothing to say about the employer."""
    card = make_card(member, membership="NON_AKTIF")
    make_balance(card)
    make_statement(card)
    [first, last] = card.statement_years.values_list("year", flat=True)
    card.contributions.filter(month__startswith=str(last)).delete()
    card.employments.update(ended_on=date(first, 12, 31))
    card.contributions.filter(month=f"{first}-04").delete()
    page = f"/saldo/{card.public_id}/rincian/"
    text = as_member.get(page).content.decode()
    assert f"Apakah iuran dibayar? {first}" in text
    assert re.search(rf'aria-current="true">{first}<span aria-hidden="true"> !', text)
    top = text.split("data-answer", 1)[1].split("data-settles", 1)[0]  # the answer stands above whether it adds up
    assert f"Iuran April {first} tidak tercatat." in top
    assert f'href="?tahun={first}#tahun"' in top
    other = as_member.get(f"{page}?tahun={last}").content.decode()
    assert f'href="?tahun={first}#tahun">Lihat {first}</a>' in other


PROJECTIONS: dict[str, tuple[Make, str]] = {
    "locked": (STATEMENTS["locked"][0], "kartu-dikunci"),
    "merged": (lambda card: make_balance(card, None, merged=True), "sudah-digabung"),
    "pending": (lambda card: make_balance(card, None, fetched_at=None), "saldo-sedang-diminta"),
    "no amount": (lambda card: make_balance(card, None, unavailable_reason="DIHITUNG"), "sedang-dihitung"),
    "failed": (lambda card: make_balance(card, None, fetched_at=None, failures=1, last_error="unavailable"),
               "sistem-tidak-menjawab"),
}  # fmt: skip


@pytest.mark.parametrize("state", PROJECTIONS)
def test_each_odd_state_of_projection_and_claims_leads_to_help(state: str, as_member: Client, member: User) -> None:
    make, slug = PROJECTIONS[state]
    card = make_card(member)
    make(card)
    for page in ("proyeksi", "kapan-bisa-diambil"):
        text = as_member.get(f"/saldo/{card.public_id}/{page}/").content.decode()
        assert f'href="/bantuan/{slug}/"' in text.split("<footer")[0], page


def test_an_outcome_leads_to_what_it_is_not(as_member: Client, member: User) -> None:
    card = make_card(member)
    make_balance(card)
    typed = {"monthly": "5000000", "birth_date": "12-07-1986", "age": "56", "low": "3", "middle": "5", "high": "7"}
    typed |= {"growth": "0", "inflation": "2,5"}
    text = as_member.post(f"/saldo/{card.public_id}/proyeksi/", typed).content.decode()
    assert 'href="/bantuan/perkiraan-bukan-janji/"' in text


def test_a_date_that_is_not_known_leads_to_help(as_member: Client, member: User) -> None:
    card = make_card(member)
    make_balance(card)
    text = as_member.get(f"/saldo/{card.public_id}/kapan-bisa-diambil/").content.decode()
    assert text.count('href="/bantuan/tanggal-belum-diketahui/"') == text.count('data-answer="unknown"') > 0


@pytest.mark.parametrize(
    ("page", "term"), [("rincian", "Rapel"), ("proyeksi", "Uang hari ini"), ("", "Hasil pengembangan")]
)
def test_terms_are_explained_in_place(page: str, term: str, as_member: Client, member: User) -> None:
    card = make_card(member)
    make_balance(card)
    make_statement(card)
    path = f"/saldo/{card.public_id}/{page}/".replace("//", "/")
    assert f"<dt>{term}</dt>" in as_member.get(path).content.decode()


def test_amounts_in_sentences_can_be_hidden_too() -> None:
    told = with_figures("Saldo <akhir> berbeda Rp1.234,00 dari Rp5.")
    assert (
        told
        == 'Saldo &lt;akhir&gt; berbeda <span class="figure">Rp1.234,00</span> dari <span class="figure">Rp5.</span>'
    )


# The projection's first guess


def test_the_newest_wage_is_filled_in_and_says_from_when(as_member: Client, member: User) -> None:
    card = make_card(member)
    make_balance(card)
    make_statement(card)
    row = card.contributions.order_by("-month")[0]
    text = as_member.get(f"/saldo/{card.public_id}/proyeksi/").content.decode()
    assert 'value="5.000.000"' in text
    assert "Kami isi dari iuran" in text
    card.contributions.filter(pk=row.pk).update(status="BELUM_BAYAR", wage=Decimal(1))
    assert 'value="5.000.000"' in as_member.get(f"/saldo/{card.public_id}/proyeksi/").content.decode()


@pytest.mark.parametrize(
    ("segment", "membership", "value"),
    [("BPU", "AKTIF", "150.000"), ("PU", "NON_AKTIF", None), ("PU", "AKTIF", "5.000.000")],
)
def test_what_is_filled_in_fits_the_card(
    segment: str, membership: str, value: str | None, as_member: Client, member: User
) -> None:
    card = make_card(member, segment=segment, membership=membership)
    make_balance(card)
    make_statement(card)
    text = as_member.get(f"/saldo/{card.public_id}/proyeksi/").content.decode()
    assert ("Kami isi dari" in text) is bool(value)
    assert value is None or f'value="{value}"' in text


def test_a_locked_card_fills_in_nothing(member: User) -> None:
    card = make_card(member, state=Card.State.FROZEN, frozen_because="staff")
    make_statement(card)
    assert selectors.newest_contribution(card) is None
