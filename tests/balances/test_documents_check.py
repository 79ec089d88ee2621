"""Is this paper genuine? Matches, does not match, or replaced; no amount, no name, and five tries a code."""

import hashlib
import re
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.audit import SYSTEM
from accounts.models import Card, User
from accounts.services.cards import unlink
from balances import issuing
from balances.documents.code import ALPHABET, code_from, grouped, read_code
from balances.forms.check import read_amount
from balances.models import Contribution, DocumentTries, IssuedDocument, Statement, StatementYear
from balances.sweeps import nightly_sweep
from balances.wording import rupiah
from tests.balances import files
from tests.factories import make_card, make_statement
from tests.words import tells

CODE = re.compile(r"[2-9A-HJ-NP-Z]{4}(?:-[2-9A-HJ-NP-Z]{4}){2}")


class Paper:
    """A PDF as somebody holds it in hand."""

    def __init__(self, client: Client, card: Card, year: int | None = None) -> None:
        self.card = card
        answer = client.get(f"/saldo/{card.public_id}/rincian.pdf" + (f"?tahun={year}" if year else ""))
        assert answer.status_code == 200
        self.content = answer.content
        self.code = CODE.findall(files.text_of_pdf(self.content))[0]
        self.closing = files.MONEY.findall(files.text_of_pdf(self.content))[0]
        self.amount = files.money(self.closing) or Decimal(0)


@pytest.fixture
def paper(as_member: Client, member: User) -> Paper:
    card = make_card(member)
    make_statement(card)
    return Paper(as_member, card)


def check(client: Client, **typed: Any) -> Any:
    return client.post("/periksa/", typed)


def verdict(answer: Any) -> str:
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    [found] = re.findall(r'data-verdict="(\w+)"', answer.content.decode())
    return str(found)


def assert_tells_nothing(answer: Any, paper: Paper) -> None:
    text = answer.content.decode()
    amounts = set(files.MONEY.findall(text)) - {"Rp1.234.567,00"}  # the example of the form
    assert not amounts
    assert f"{paper.amount:.0f}" not in text
    assert not tells(text, paper.card.kpj_last4)
    for secret in (paper.card.kpj, paper.card.employer_name, "BUDI UJI", "member@"):
        assert secret not in text


# What is answered

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("written", ["{:.0f}", "{:.2f}", "Rp{:.0f}", "{:,.2f}", "  {:.0f} "])
def test_the_printed_closing_balance_matches(visitor: Client, paper: Paper, written: str) -> None:
    answer = check(visitor, code=paper.code, closing=written.format(paper.amount))
    assert verdict(answer) == "matches"
    assert "hanya bisa dipastikan dengan berkas PDF aslinya" in answer.content.decode()
    assert_tells_nothing(answer, paper)


def test_it_matches_as_printed_and_with_the_code_in_any_dress(visitor: Client, paper: Paper) -> None:
    for code in (paper.code, paper.code.lower(), paper.code.replace("-", ""), paper.code.replace("-", " ")):
        assert verdict(check(visitor, code=code, closing=paper.closing)) == "matches"


def test_the_qr_leads_to_the_form_with_the_code(visitor: Client, paper: Paper) -> None:
    answer = visitor.get(f"/periksa/{paper.code.replace('-', '')}/")
    assert f'value="{paper.code}"' in answer.content.decode()
    assert "data-verdict" not in answer.content.decode()
    assert_tells_nothing(answer, paper)
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize("code", ["K7QF2M9XTR4", "K7QF2M9XTR4DK7QF2M9XTR4D", "<script>", "0000-1111-OOOO"])
def test_an_address_that_holds_no_code_is_an_empty_form(visitor: Client, code: str) -> None:
    answer = visitor.get(f"/periksa/{code}/")
    assert answer.status_code == 200
    assert code not in answer.content.decode().partition("<main")[2]


def test_a_wrong_amount_and_an_unknown_code_read_the_same(visitor: Client, paper: Paper) -> None:
    wrong = check(visitor, code=paper.code, closing="Rp1,00")
    unknown = check(visitor, code="K7QF2M9XTR4D", closing="Rp1,00")
    assert verdict(wrong) == verdict(unknown) == "no_match"
    assert body(wrong, paper.code) == body(unknown, "K7QF-2M9X-TR4D")
    assert_tells_nothing(wrong, paper)


def body(answer: Any, code: str) -> str:
    text = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", answer.content.decode().replace(code, ""))
    return text.partition("<main")[2]


def test_the_file_alone_matches_and_one_changed_byte_does_not(visitor: Client, paper: Paper) -> None:
    whole = check(visitor, file=SimpleUploadedFile("a.pdf", paper.content))
    assert verdict(whole) == "matches"
    assert "tidak diubah sedikit pun" in whole.content.decode()
    assert verdict(check(visitor, code=paper.code, file=SimpleUploadedFile("a.pdf", paper.content))) == "matches"
    changed = paper.content.replace(b"%PDF-1.7", b"%PDF-1.6")
    assert changed != paper.content
    assert verdict(check(visitor, file=SimpleUploadedFile("a.pdf", changed))) == "no_match"
    other = check(visitor, code="K7QF2M9XTR4D", file=SimpleUploadedFile("a.pdf", paper.content))
    assert verdict(other) == "no_match"


def test_a_file_that_is_too_large_is_dropped_and_said(visitor: Client, settings: Any) -> None:
    big = SimpleUploadedFile("a.pdf", b"%PDF" + b"0" * settings.FILE_UPLOAD_MAX_MEMORY_SIZE)
    answer = check(visitor, file=big)
    assert "data-verdict" not in answer.content.decode()
    assert "paling besar 2 MB" in answer.content.decode()


def test_an_empty_form_says_what_is_missing_and_counts_no_try(visitor: Client, paper: Paper) -> None:
    for typed in (
        {},
        {"code": paper.code},
        {"closing": "1"},
        {"code": "x", "closing": "1"},
        {"code": paper.code, "closing": "1e5"},
    ):
        answer = check(visitor, **typed)
        assert 'aria-invalid="true"' in answer.content.decode()
        assert "data-verdict" not in answer.content.decode()
    assert not DocumentTries.objects.exists()


def change_a_contribution(card: Card) -> None:
    Contribution.objects.filter(card=card).update(status="KOREKSI")


def change_the_present_year(card: Card) -> None:
    last = StatementYear.objects.filter(card=card).latest("year")
    StatementYear.objects.filter(pk=last.pk).update(closing=last.closing + 1 if last.closing else 1)


@pytest.mark.parametrize("change", [change_a_contribution, change_the_present_year])
def test_after_the_figures_moved_on_the_paper_is_replaced(
    as_member: Client, visitor: Client, paper: Paper, change: Callable[[Card], None]
) -> None:
    change(paper.card)
    answer = check(visitor, code=paper.code, closing=paper.closing)
    assert verdict(answer) == "replaced"
    assert_tells_nothing(answer, paper)
    assert verdict(check(visitor, file=SimpleUploadedFile("a.pdf", paper.content))) == "replaced"
    newer = Paper(as_member, paper.card)
    assert newer.code != paper.code
    assert verdict(check(visitor, code=newer.code, closing=newer.closing)) == "matches"
    assert verdict(check(visitor, code=paper.code, closing="1")) == "no_match"


def test_a_closed_year_still_matches_when_only_the_present_one_moves(
    as_member: Client, visitor: Client, member: User
) -> None:
    card = make_card(member)
    last = make_statement(card).as_of.year
    old = Paper(as_member, card, last - 1)
    change_the_present_year(card)
    assert verdict(check(visitor, code=old.code, closing=old.closing)) == "matches"


def test_the_same_figures_in_another_language_or_on_another_day_still_match(
    as_member: Client, visitor: Client, member: User, paper: Paper
) -> None:
    with time_machine.travel(timezone.now() + timedelta(days=1)):
        as_member.force_login(member)
        User.objects.filter(pk=member.pk).update(language="en")
        later = Paper(as_member, paper.card)
    assert later.code != paper.code
    for one in (paper, later):
        assert verdict(check(visitor, code=one.code, closing=one.closing)) == "matches"


def test_the_same_figures_told_again_for_a_later_day_still_match(visitor: Client, paper: Paper) -> None:
    """Otherwise a paper would be called outdated, its figures changed, whenever the upstream looks again."""
    Statement.objects.filter(card=paper.card).update(as_of=timezone.now())
    assert verdict(check(visitor, code=paper.code, closing=paper.closing)) == "matches"


def test_our_own_fetching_replaces_no_paper_without_a_present_balance(
    as_member: Client, visitor: Client, member: User
) -> None:
    card, without = make_card(member), {"as_of": None, "amount": None, "unavailable_reason": "DIHITUNG"}
    make_statement(card)
    Statement.objects.filter(card=card).update(fetched_at=timezone.now() - timedelta(days=3), **without)
    paper = Paper(as_member, card)
    Statement.objects.filter(card=card).update(fetched_at=timezone.now())
    assert verdict(check(visitor, code=paper.code, closing=paper.closing)) == "matches"


def test_no_amount_is_sent_back_with_a_wrong_code_either(visitor: Client) -> None:
    answer = check(visitor, code="kurang", closing="Rp7.654.321,00")
    assert 'aria-invalid="true"' in answer.content.decode()
    assert "7.654.321" not in answer.content.decode()


def test_a_card_that_was_let_go_is_vouched_for_no_longer(visitor: Client, paper: Paper) -> None:
    unlink(card=paper.card, source=SYSTEM)
    assert not IssuedDocument.objects.exists()
    assert verdict(check(visitor, code=paper.code, closing=paper.closing)) == "no_match"
    assert verdict(check(visitor, file=SimpleUploadedFile("a.pdf", paper.content))) == "no_match"


def test_nor_is_a_frozen_one_until_it_is_thawed(visitor: Client, paper: Paper) -> None:
    Card.objects.filter(pk=paper.card.pk).update(state=Card.State.FROZEN, frozen_because="disputed")
    assert verdict(check(visitor, code=paper.code, closing=paper.closing)) == "no_match"
    Card.objects.filter(pk=paper.card.pk).update(state=Card.State.ACTIVE, frozen_because="")
    assert verdict(check(visitor, code=paper.code, closing=paper.closing)) == "matches"


def test_a_deleted_account_takes_its_papers_along(visitor: Client, member: User, paper: Paper) -> None:
    member.delete()
    assert not IssuedDocument.objects.exists()
    assert verdict(check(visitor, code=paper.code, closing=paper.closing)) == "no_match"


def test_a_strangers_paper_is_checked_by_its_own_code_only(
    as_member: Client, as_stranger: Client, visitor: Client, member: User, stranger: User
) -> None:
    cards = [make_card(member), make_card(stranger)]
    for card in cards:
        make_statement(card)
    mine, theirs = Paper(as_member, cards[0]), Paper(as_stranger, cards[1])
    assert mine.closing == theirs.closing  # twins but for the card
    assert mine.code != theirs.code
    StatementYear.objects.filter(card=cards[1]).update(closing=7)
    assert verdict(check(visitor, code=mine.code, closing=mine.closing)) == "matches"
    assert verdict(check(visitor, code=theirs.code, closing=theirs.closing)) == "replaced"


def test_english(visitor: Client, paper: Paper) -> None:
    visitor.post("/bahasa/", {"language": "en"})
    answer = check(visitor, code=paper.code, closing=paper.closing)
    assert "It matches" in answer.content.decode()
    assert "Cocok" not in answer.content.decode()


# Tries


@pytest.mark.parametrize("known", [True, False])
def test_after_five_wrong_answers_one_waits_and_is_told_until_when(visitor: Client, paper: Paper, known: bool) -> None:
    code = paper.code if known else "K7QF2M9XTR4D"
    seen = [check(visitor, code=code, closing="1") for _ in range(7)]
    assert [verdict(one) for one in seen] == ["no_match"] * 5 + ["wait"] * 2
    assert "tersisa 4 percobaan" in seen[0].content.decode()
    assert re.search(r"Coba lagi .*\d\d\.\d\d", seen[4].content.decode())
    right = check(visitor, code=code, closing=paper.closing)
    assert verdict(right) == "wait"
    assert_tells_nothing(right, paper)
    if known:
        assert verdict(check(visitor, code=code, file=SimpleUploadedFile("a.pdf", paper.content))) == "matches"
    with time_machine.travel(timezone.now() + issuing.TRIES_LAST_FOR + timedelta(seconds=1)):
        assert verdict(check(visitor, code=code, closing=paper.closing)) == ("matches" if known else "no_match")


def test_a_wrong_file_counts_for_its_code(visitor: Client, paper: Paper) -> None:
    wrong = [check(visitor, code=paper.code, file=SimpleUploadedFile("a.pdf", b"%PDF")) for _ in range(6)]
    assert [verdict(one) for one in wrong] == ["no_match"] * 5 + ["wait"]


@pytest.mark.django_db(transaction=True)
def test_sixteen_at_once_have_five_tries_together(as_member: Client, member: User) -> None:
    card = make_card(member)
    make_statement(card)
    paper = Paper(as_member, card)
    code = read_code(paper.code) or ""

    def guess(number: int) -> str:
        try:
            return issuing.check_closing(code=code, amount=Decimal(number)).verdict
        finally:
            connection.close()

    with ThreadPoolExecutor(16) as pool:
        said = Counter(pool.map(guess, range(1, 65)))
    assert said == {"no_match": 5, "wait": 59}
    assert DocumentTries.objects.get().wrong == 5


def test_one_address_cannot_try_many_codes(visitor: Client) -> None:
    answers = [check(visitor, code="K7QF2M9XTR4D", closing="1").status_code for _ in range(101)]
    assert answers == [200] * 100 + [429]


def test_tries_are_forgotten_after_a_day(visitor: Client) -> None:
    check(visitor, code="K7QF2M9XTR4D", closing="1")
    nightly_sweep()
    assert DocumentTries.objects.count() == 1
    with time_machine.travel(timezone.now() + issuing.TRIES_LAST_FOR + timedelta(seconds=1)):
        nightly_sweep()
    assert not DocumentTries.objects.exists()


# What is kept


def test_the_row_holds_neither_code_nor_amount(paper: Paper) -> None:
    [row] = IssuedDocument.objects.values()
    stored = " ".join(
        bytes(value).hex() if isinstance(value, bytes | memoryview) else str(value) for value in row.values()
    )
    code = paper.code.replace("-", "")
    for secret in (code, f"{paper.amount:.0f}", paper.card.kpj):
        for form in (secret, secret.encode().hex(), hashlib.sha256(secret.encode()).hexdigest()):
            assert form not in stored


def test_a_code_is_sixty_bits_in_letters_that_cannot_be_confused() -> None:
    assert len(ALPHABET) == len(set(ALPHABET)) == 32
    assert not set("01IO") & set(ALPHABET)
    assert code_from(b"\xff" * 32) == "Z" * 12
    assert code_from(b"\x00" * 32) == "2" * 12
    seen = {code_from(hashlib.sha256(str(number).encode()).digest()) for number in range(2000)}
    assert len(seen) == 2000


@given(st.binary(min_size=8, max_size=32))
def test_a_code_is_read_as_it_was_printed(digest: bytes) -> None:
    code = code_from(digest)
    assert read_code(grouped(code)) == read_code(grouped(code).lower()) == code


@given(st.decimals(min_value=0, max_value=10**13, places=2))
def test_an_amount_is_read_as_it_was_printed(amount: Decimal) -> None:
    assert read_amount(rupiah(amount)) == amount
    assert read_amount(f"{amount:,.2f}") == amount
    assert read_amount(f"{amount:.2f}") == amount


@pytest.mark.parametrize(
    ("typed", "amount"),
    [("1.234.567", "1234567"), ("1,234,567", "1234567"), ("1.234", "1234"), ("rp 1.234.567,5", "1234567.5"),
     ("IDR 5", "5"), ("0", "0"), ("", None), ("-1", None), ("1.23.4", None), ("1e5", None), ("١٢", None),
     ("9" * 15, None), ("1.234,567", None), ("Rp", None)],
)  # fmt: skip
def test_amounts_as_people_write_them(typed: str, amount: str | None) -> None:
    assert read_amount(typed) == (None if amount is None else Decimal(amount))
