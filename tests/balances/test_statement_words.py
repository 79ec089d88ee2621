"""Every state, code and month of a statement has its words; nothing is called a zero, and nobody is accused."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.utils import translation

from balances import freshness, months, statement_wording
from balances.ledger import Difference, Kind, StatementReading
from balances.months import MonthState
from balances.reading import State
from providers import errors
from tests.balances.test_months import PU, row, seen, year

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
CODES = sorted(error.code for error in errors.ProviderError.__subclasses__())
CODES += [freshness.OLDER_AS_OF, freshness.BAD_ANSWER, freshness.INTERNAL_ERROR]
STATES = [State.LOCKED, State.PENDING, State.UNAVAILABLE, State.ERROR, State.STALE, State.FRESH]
LANGUAGES = ["id", "en"]


def reading(state: State = State.FRESH, **fields: Any) -> StatementReading:
    known: dict[str, Any] = dict.fromkeys(("last_four", "employer", "segment", "reason", "failure"), "")
    known |= dict.fromkeys(("years", "rows", "jobs", "differences"), ())
    known |= dict.fromkeys(("amount", "as_of", "fetched_at", "next_try_at"))
    known |= {"refreshing": False, "held_back": False, "contributions_until": "", "card_id": uuid4(), "state": state}
    return StatementReading(**known | fields)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("state", STATES)
def test_every_state_has_a_label_and_words_without_an_amount(language: str, state: State) -> None:
    with translation.override(language):
        assert str(statement_wording.LABELS[state])
        words = statement_wording.sentences(reading(state, failure="unavailable"), NOW)
        assert bool(words) is (state is not State.FRESH)
        assert "Rp" not in "".join(words)


@pytest.mark.parametrize("code", CODES)
def test_every_failure_is_told_and_the_last_statement_stays(code: str) -> None:
    words = statement_wording.sentences(reading(State.STALE, failure=code), NOW)
    assert len(words) == 2
    assert "yang terakhir kami terima" in words[-1]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", Kind)
def test_a_difference_stands_beside_its_date(language: str, kind: Kind) -> None:
    off = Difference(kind=kind, year=2025, amount=Decimal("-12.00"), as_of=date(2025, 12, 31))
    with translation.override(language):
        words = " ".join(statement_wording.reconciliation(reading(years=(year(2025, closing=1),), differences=(off,))))
    assert "Rp12,00" in words
    assert "31 De" in words


@pytest.mark.parametrize(
    ("percent", "status", "words"),
    [
        ("5.70", "", "5,70%"),
        ("0.00", "", "0,00%"),
        (None, "BELUM_DITETAPKAN", "belum ditetapkan"),
        (None, "TIDAK_DIBERIKAN", "tidak diberikan"),
        (None, "UNKNOWN", "tidak diberikan"),
        (None, "", "tidak diberikan"),
    ],
)
def test_only_the_upstream_says_that_a_rate_is_not_set_yet(percent: str | None, status: str, words: str) -> None:
    one = replace(year(2025, closing=1), rate_percent=Decimal(percent) if percent else None, rate_status=status)
    assert statement_wording.rate(one) == words


def test_every_month_state_has_words_and_a_shape_of_its_own() -> None:
    assert set(statement_wording.MONTHS) == set(statement_wording.SIGNS) == set(MonthState)
    shapes = [sign for state, sign in statement_wording.SIGNS.items() if state is not MonthState.UNCLEAR]
    assert len(set(shapes)) == len(shapes)


def told(job: Any, *rows: Any, support: str = "", **how: Any) -> str:
    [stretch] = months.stretches([job], rows, seen(**how))
    return " ".join(statement_wording.stretch_sentences(stretch, date(2026, 10, 31), support))


def all_paid() -> list[Any]:
    return [row(f"2026-{number:02d}") for number in range(1, 11)]


def test_all_is_well_is_said_too() -> None:
    assert told(PU, *all_paid()) == "Semua iuran yang sudah jatuh tempo tercatat, sampai Oktober 2026."


def test_a_missing_month_says_what_to_do_and_whom_to_call() -> None:
    rows = [one for one in all_paid() if one.month not in {"2026-03", "2026-04"}]
    words = told(PU, *rows, support="bantuan@contoh.example")
    assert "Maret 2026 dan April 2026 tidak tercatat sampai 31 Oktober 2026" in words
    assert "bagian kepegawaian" in words
    assert "bantuan@contoh.example" in words
    assert "kantor cabang" in told(PU, *rows)


@pytest.mark.parametrize("segment", ["BPU", "PMI", "UNKNOWN"])
def test_who_pays_alone_is_never_told_of_a_missing_month(segment: str) -> None:
    words = told(replace(PU, segment=segment))
    assert "Tidak ada iuran" in words
    assert "tidak tercatat" not in words
    assert "kepegawaian" not in words


def test_what_may_still_be_posting_is_not_called_unpaid() -> None:
    words = told(PU, *all_paid()[:-2], until=date(2026, 10, 31))
    assert "belum terlihat" in words
    assert "belum tentu" in words
    assert "tidak tercatat" not in words


def test_a_long_list_of_months_is_shortened_from_the_front() -> None:
    words = statement_wording.listed([f"2026-{number:02d}" for number in range(1, 11)])
    assert words.startswith("4 bulan sebelumnya, Mei 2026")
    assert words.endswith("dan Oktober 2026")


def test_an_unpaid_line_says_what_the_strip_says() -> None:
    unpaid, paid = row("2026-03", "BELUM_BAYAR"), row("2026-04")
    found = months.stretches([PU], [unpaid, paid], seen())
    assert statement_wording.row_status(unpaid, found) == "Tidak tercatat"
    assert statement_wording.row_status(paid, found) == "Lunas"
    assert statement_wording.row_status(unpaid, []) == "Belum terlihat"
    assert statement_wording.row_status(row("2026-05", "BARU"), []) == "Status tidak dikenal"
