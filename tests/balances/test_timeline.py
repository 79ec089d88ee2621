"""Where a member worked, over all cards: the pure rules by table, the page, and merged cards wherever they appear."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Card, User
from accounts.selectors import merge_targets
from balances import duedates, employments, statement, sweeps
from balances.models import Employment, Statement
from balances.timeline import MOST_YEARS, Tenure, Timeline, picture, timeline
from tests.balances.upstream import link_sandbox_card
from tests.factories import make_balance, make_card, make_statement

TODAY = date(2026, 11, 22)
PAGE = "/kartu/riwayat/"
CARDS = {"2201": uuid4(), "4402": uuid4(), "6603": uuid4()}


def tenure(card: str, employer: str, start: str | None, end: str | None = None, **fields: Any) -> Tenure:
    """Without an end it goes on, unless told otherwise."""
    known: dict[str, Any] = {"npp": "", "segment": "PU", "running": end is None}
    return Tenure(
        card_id=CARDS[card],
        last_four=card,
        employer_name=employer,
        started_on=date.fromisoformat(start) if start else None,
        ended_on=date.fromisoformat(end) if end else None,
        **known | fields,
    )


def told(*tenures: Tenure) -> Timeline:
    return timeline(tenures, TODAY)


A = tenure("2201", "PT Satu", "2019-01-01", "2020-03-31")
B = tenure("4402", "PT Dua", "2020-06-01")


@pytest.mark.parametrize(
    ("tenures", "gaps"),
    [
        ([A, B], [("2020-04", "2020-05", False)]),
        ([A], [("2020-04", "2026-11", True)]),
        ([A, tenure("4402", "PT Dua", "2020-04-15")], []),  # no whole month between
        ([A, B, tenure("6603", "", "2020-04-01", "2020-05-20", segment="BPU")], []),
        ([tenure("2201", "PT Satu", "2019-01-01", running=False)], []),  # its end is not known
        ([B, tenure("4402", "PT Satu", None, "2020-03-31")], []),
        ([B, tenure("4402", "PT Tiga", None, running=False)], []),
        ([], []),
    ],
)
def test_months_without_an_employment(tenures: list[Tenure], gaps: list[tuple[str, str, bool]]) -> None:
    assert [(one.first, one.last, one.lasting) for one in told(*tenures).gaps] == gaps


@pytest.mark.parametrize(
    ("other", "span"),
    [
        (tenure("4402", "PT Dua", "2020-01-01"), (date(2020, 1, 1), date(2020, 3, 31))),
        (tenure("2201", "PT Dua", "2020-01-01", "2020-02-29"), (date(2020, 1, 1), date(2020, 2, 29))),
        (tenure("4402", "PT Dua", "2020-03-10"), None),  # changed employers within a month
        (tenure("4402", "PT Dua", None, "2020-02-29"), None),
        (tenure("4402", "pt. satu", "2020-01-01"), None),  # the same employer is no second job
    ],
)
def test_two_employers_at_one_time(other: Tenure, span: tuple[date, date] | None) -> None:
    assert [(one.first, one.last) for one in told(A, other).overlaps] == ([span] if span else [])


@pytest.mark.parametrize(
    ("tenures", "same_time", "settled"),
    [
        ([A, tenure("4402", "PT. SATU", "2019-02-01", "2020-01-31")], True, False),
        ([A, tenure("4402", "PT Satu", "2021-01-01")], False, False),
        ([A, tenure("6603", "PT Satu", "2019-01-01", "2020-03-31", merged_into_last_four="2201")], True, True),
        ([A, tenure("6603", "PT Satu", "2019-01-01", "2019-06-30", merged_into_last_four="9999")], True, False),
        ([tenure("2201", "PT A", "2019-01-01", npp="7"), tenure("4402", "PT B", "2019-01-01", npp="7")], True, False),
    ],
)
def test_one_employer_on_two_cards(tenures: list[Tenure], same_time: bool, settled: bool) -> None:
    [repeat] = told(*tenures).repeats
    assert (repeat.same_time, repeat.settled) == (same_time, settled)
    assert repeat.last_fours == tuple(one.last_four for one in tenures)


@pytest.mark.parametrize(
    "tenures",
    [
        [A, tenure("2201", "PT Satu", "2021-01-01")],  # twice on one card
        [A, B],
        [tenure("2201", "PT A", "2019-01-01", npp="7"), tenure("4402", "PT A", "2019-01-01", npp="8")],
        [tenure("2201", "", "2019-01-01"), tenure("4402", "", "2019-01-01")],  # nobody knows whose
    ],
)
def test_what_is_no_repetition(tenures: list[Tenure]) -> None:
    assert told(*tenures).repeats == ()


def test_the_picture_stays_in_its_box_and_leaves_out_what_has_no_date() -> None:
    many = [tenure("2201", f"PT {year}", f"{year}-03-01", f"{year + 1}-01-31") for year in range(1996, 2026)]
    drawn = picture(told(*many, tenure("4402", "PT Tanpa Tanggal", None), B), TODAY)
    assert drawn
    assert len(drawn.bars) == len(many) + 1
    assert len(drawn.years) <= MOST_YEARS
    for bar in drawn.bars:
        assert 0 <= float(bar.x[:-1]) <= float(bar.x[:-1]) + float(bar.width[:-1]) <= 100
    assert [bar.tenure.employer_name for bar in drawn.bars if bar.open_end] == ["PT Dua"]
    assert picture(told(tenure("4402", "PT Tanpa Tanggal", None)), TODAY) is None


# The page


@pytest.fixture
def rung(monkeypatch: pytest.MonkeyPatch) -> list[UUID]:
    """Cards whose statement was asked for."""
    bells: list[UUID] = []
    monkeypatch.setattr(statement, "ring", lambda name, card, token=None: bells.append(card))
    return bells


pytestmark = pytest.mark.django_db


def told_of(card: Card, *jobs: tuple[str, date | None, date | None], npp: str = "") -> None:
    make_balance(card)
    make_statement(card)
    card.employments.all().delete()
    card.contributions.all().delete()
    for name, start, end in jobs:
        Employment.objects.create(card=card, npp=npp, employer_name=name, segment="PU", started_on=start, ended_on=end)


def open_page(client: Client) -> str:
    return client.get(PAGE).content.decode()


def test_all_cards_stand_on_one_page(as_member: Client, member: User, rung: list[UUID], bells: Any) -> None:
    first, second = make_card(member), make_card(member, inactive_since=date(2020, 3, 31), membership="NON_AKTIF")
    told_of(first, ("PT Dua", date(2020, 6, 1), None))
    told_of(second, ("PT Satu", date(2019, 1, 1), None))
    text = open_page(as_member)
    assert text.index('<th scope="row">PT Satu') < text.index('<th scope="row">PT Dua')
    for words in ("Maret 2020", "sekarang", "April 2020 sampai Mei 2020", "Penerima Upah", 'role="img"', "<desc"):
        assert words in text
    assert "data-poll-url" not in text
    assert rung == []


def test_a_stranger_sees_nothing_of_it(as_stranger: Client, member: User, rung: list[UUID], bells: Any) -> None:
    told_of(make_card(member, employer_name="PT Rahasia"), ("PT Rahasia", date(2019, 1, 1), None))
    for page in (PAGE, f"{PAGE}potongan/"):
        answer = as_stranger.get(page)
        assert answer.status_code == 200
        assert "Rahasia" not in answer.content.decode()


def test_cards_without_a_statement_say_so_and_are_asked_for_a_few_at_a_time(
    as_member: Client, member: User, rung: list[UUID], bells: Any
) -> None:
    cards = [make_card(member, joined_on=date(2018, 1, 1)) for _ in range(employments.CLAIMS_AT_ONCE + 2)]
    text = open_page(as_member)
    assert text.count("sedang kami minta") == len(cards)
    assert "menurut data kartu" in text
    assert "data-poll-url" in text
    assert len(rung) == employments.CLAIMS_AT_ONCE
    as_member.get(f"{PAGE}potongan/")
    as_member.get(f"{PAGE}potongan/")
    assert sorted(rung) == sorted(card.public_id for card in cards)  # each once


BECAUSE: dict[str, tuple[Callable[[Card], Any], str]] = {
    "locked": (
        lambda card: Card.objects.filter(pk=card.pk).update(state=Card.State.FROZEN, frozen_because="disputed"),
        "kartu-di-akun-lain",
    ),
    "asking": (lambda card: make_statement(card, fetched=False), "saldo-sedang-diminta"),
    "failed": (
        lambda card: make_statement(card, fetched=False, failures=2, last_error="maintenance"),
        "sistem-tidak-menjawab",
    ),
    "empty": (lambda card: (make_statement(card), card.employments.all().delete()), "riwayat-kerja"),
}


@pytest.mark.parametrize("state", BECAUSE)
def test_a_card_that_tells_nothing_says_why(
    state: str, as_member: Client, member: User, rung: list[UUID], bells: Any
) -> None:
    make, slug = BECAUSE[state]
    card = make_card(member, employer_name="PT Terkunci" if state == "locked" else "")
    make_balance(card)
    make(card)
    text = open_page(as_member)
    assert f'data-history="{state}"' in text
    assert f'href="/bantuan/{slug}/"' in text
    if state == "locked":
        assert "Terkunci" not in text


def test_who_has_no_card_is_told_what_to_do(as_member: Client, member: User) -> None:
    text = open_page(as_member)
    assert "/kartu/tambah/" in text
    assert 'href="/bantuan/belum-ada-kartu/"' in text


def test_an_employment_on_two_cards_is_explained(as_member: Client, member: User, rung: list[UUID], bells: Any) -> None:
    for _ in range(2):
        told_of(make_card(member), ("PT Ganda", date(2019, 1, 1), None))
    text = open_page(as_member)
    assert 'data-repeat="same-time"' in text
    assert "kantor cabang" in text
    assert 'href="/bantuan/kerja-di-dua-kartu/"' in text
    Card.objects.filter(pk=member.cards.all()[1].pk).update(merged_into_last4=member.cards.all()[0].kpj_last4)
    text = open_page(as_member)
    assert 'data-repeat="settled"' in text
    assert "kerja-di-dua-kartu" not in text


def test_three_queries_more_for_twenty_cards_than_for_one(
    as_member: Client, member: User, rung: list[UUID], bells: Any, django_assert_max_num_queries: Any
) -> None:
    for number in range(12):
        told_of(make_card(member), (f"PT {number}", date(2010 + number, 1, 1), date(2010 + number, 12, 31)))
    open_page(as_member)
    with django_assert_max_num_queries(5):  # session, user, cards, employments, newest contributions
        open_page(as_member)


def test_the_sandboxs_employments_arrive(
    as_member: Client, member: User, sandbox: Any, rung: list[UUID], bells: Any
) -> None:
    card = link_sandbox_card(member, "17033344402", sandbox)
    open_page(as_member)
    row = Statement.objects.get(card=card)
    assert row.fetch_started_at
    assert statement.refresh_statement(card_id=card.public_id, token=row.fetch_started_at) == "ok"
    text = open_page(as_member)
    assert "PT Bahari Mandiri" in text
    assert 'data-state="told "' in text
    assert "menurut data kartu" not in text


# Merged cards


def merged_pair(member: User) -> tuple[Card, Card]:
    target = make_card(member)
    merged = make_card(member, membership="DIGABUNG", merged_into_last4=target.kpj_last4)
    make_balance(target)
    make_balance(merged, None, merged=True)
    make_statement(merged)
    return target, merged


def test_a_merged_card_leads_to_where_it_went(as_member: Client, member: User, rung: list[UUID], bells: Any) -> None:
    target, merged = merged_pair(member)
    balance, last_four = f"/saldo/{target.public_id}/", target.kpj_last4
    here = f"/saldo/{merged.public_id}/"
    for page in ("/saldo/", here, f"{here}potongan/", f"{here}rincian/", PAGE, "/kartu/"):
        text = as_member.get(page).content.decode()
        assert f"Buka KPJ •••• {last_four}</a>" in text, page
        assert balance in text, page
    assert f'{balance}proyeksi/">Proyeksi KPJ' in as_member.get(f"{here}proyeksi/").content.decode()
    assert f"{balance}kapan-bisa-diambil/" in as_member.get(f"{here}kapan-bisa-diambil/").content.decode()
    assert f"Sudah digabung ke KPJ •••• {last_four}" in as_member.get("/proyeksi/").content.decode()
    assert "Tidak termasuk 1 kartu yang sudah digabung" not in as_member.get("/saldo/").content.decode()  # one amount
    make_balance(make_card(member))
    assert "Tidak termasuk 1 kartu yang sudah digabung" in as_member.get("/saldo/").content.decode()


def test_a_card_merged_into_one_that_is_not_linked_says_which_to_link(
    as_member: Client, member: User, rung: list[UUID], bells: Any
) -> None:
    target, merged = merged_pair(member)
    Card.objects.filter(pk=target.pk).update(state=Card.State.UNLINKED)
    text = as_member.get(f"/saldo/{merged.public_id}/").content.decode()
    assert str(target.public_id) not in text
    assert f"Hubungkan KPJ •••• {target.kpj_last4}" in text


def test_nobody_elses_card_is_taken_for_the_target(member: User, stranger: User) -> None:
    target, merged = merged_pair(member)
    assert merge_targets([merged, target]) == {merged.public_id: target.public_id}
    twin = make_card(member, f"240000{target.kpj_last4}7"[:7] + target.kpj_last4)
    assert twin.kpj_last4 == target.kpj_last4
    assert merge_targets([merged, target, twin]) == {}  # two end alike: nothing is said
    other = Card(member=stranger, kpj_last4="9999", merged_into_last4="9999")
    assert merge_targets([other]) == {}


# The operator is told of missing holidays


@pytest.mark.parametrize(
    ("today", "missing"),
    [
        (date(2024, 6, 1), []),
        (date(2026, 10, 31), []),
        (date(2026, 11, 1), [2027]),
        (date(2027, 1, 1), [2027]),
        (date(2027, 12, 1), [2027, 2028]),
        (date(2023, 11, 5), [2023]),
    ],
)
def test_years_without_holidays_are_named(today: date, missing: list[int]) -> None:
    known = replace(duedates.calendar(), covered=frozenset({2024, 2025, 2026}))
    assert duedates.years_without_holidays(known, today) == missing


@pytest.mark.parametrize(
    ("month", "day"),
    [
        ("2024-03", date(2024, 4, 16)),  # Monday the 15th is joint leave after Idul Fitri
        ("2024-05", date(2024, 6, 19)),  # a Saturday, then Idul Adha and its joint leave
        ("2024-11", date(2024, 12, 16)),  # a Sunday
        ("2025-02", date(2025, 3, 17)),  # a Saturday
        ("2025-03", date(2025, 4, 15)),
        ("2025-05", date(2025, 6, 16)),  # a Sunday
    ],
)
def test_due_days_of_years_with_their_holidays(month: str, day: date) -> None:
    due = duedates.calendar().due("PU", month)
    assert due == duedates.Due(day=day, late_after=day)


def test_a_year_without_holidays_is_judged_with_grace() -> None:
    due = duedates.calendar().due("PU", "2022-12")
    assert due == duedates.Due(day=date(2023, 1, 16), late_after=date(2023, 1, 30))


def test_days_off_are_working_days_otherwise() -> None:
    assert all(day.weekday() < 5 for day in duedates.calendar().closed)


@pytest.mark.django_db
def test_each_night_the_log_names_a_year_without_holidays(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    empty = duedates.Calendar(rules=(), closed=frozenset(), covered=frozenset(), grace=timedelta())
    monkeypatch.setattr(sweeps, "calendar", lambda: empty)
    sweeps.nightly_statements()
    assert f"holidays_missing year={timezone.localdate().year}" in caplog.text
