"""A statement as a file: whose it is, what it may not say, how it is built, and that nothing in it is ever run."""

import csv
import io
import json
import re
import sys
import zipfile
from contextlib import ExitStack
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema
import openpyxl
import pdfplumber
import pytest
from django.test import Client
from django.utils import timezone, translation
from hypothesis import given, settings
from hypothesis import strategies as st
from pdfminer.pdftypes import resolve1

from accounts.models import AuditRow, Card, User
from balances import selectors
from balances.documents import csv_writer, json_writer, pdf_writer, xlsx_writer
from balances.documents.build import Frame, NothingToPrint, document_of
from balances.documents.code import code_from
from balances.documents.document import Cell, Column, Document, Kind, Table
from balances.issuing import CONTENT_TYPES, export
from balances.ledger import Job, Row, StatementReading, Year
from balances.models import Contribution, IssuedDocument, StatementYear
from balances.reading import State
from tests.balances import files
from tests.factories import make_card, make_statement
from tests.house.website import ROOT

SCHEMA = json.loads((ROOT / "docs/schemas/statement-1.json").read_text())
FORMS = sorted(CONTENT_TYPES)
ADDRESS = "https://portal.example/periksa/K7QF2M9XTR4D/"


def get(client: Client, card: Card, form: str, year: int | None = None) -> Any:
    """With a name for the file that nobody asked for."""
    wish = {"filename": '../gaji.exe"; x="', "tahun": year or ""}
    return client.get(f"/saldo/{card.public_id}/rincian.{form}", wish)


def valid(content: bytes) -> Any:
    said = json.loads(content)
    jsonschema.Draft202012Validator(SCHEMA, format_checker=jsonschema.FormatChecker()).validate(said)
    return said


# The doors


@pytest.mark.asvs("V3.2.1", "V5.4.1", "V5.4.2")
@pytest.mark.django_db
@pytest.mark.parametrize("form", FORMS)
def test_the_owner_gets_a_file_that_is_named_without_the_card(as_member: Client, member: User, form: str) -> None:
    card = make_card(member)
    last = make_statement(card).as_of.year
    for year, name in ((None, "rincian-jht"), (last, f"rincian-jht-{last}")):
        answer = get(as_member, card, form, year)
        assert answer.status_code == 200
        assert answer["Content-Disposition"] == f'attachment; filename="{name}.{form}"'
        assert answer["Content-Type"] == CONTENT_TYPES[form]
        assert "no-store" in answer["Cache-Control"]
        assert card.kpj.encode() not in answer.content


@pytest.mark.django_db
@pytest.mark.parametrize("form", FORMS)
def test_a_strangers_file_is_not_there(as_stranger: Client, visitor: Client, member: User, form: str) -> None:
    card = make_card(member)
    make_statement(card)
    assert get(as_stranger, card, form).status_code == 404
    assert get(visitor, card, form).status_code == 302
    assert not IssuedDocument.objects.exists()
    assert not AuditRow.objects.filter(action="statement_exported").exists()


@pytest.mark.django_db
@pytest.mark.parametrize("form", FORMS)
def test_each_file_is_written_down(as_member: Client, member: User, form: str) -> None:
    card = make_card(member)
    last = make_statement(card).as_of.year
    get(as_member, card, form, last)
    [row] = AuditRow.objects.filter(action="statement_exported")
    assert (row.member, row.card, row.details) == (
        member.public_id, card.public_id, {"form": form, "period": str(last)}
    )  # fmt: skip


@pytest.mark.asvs("V2.4.1")
@pytest.mark.django_db
def test_too_many_files_in_a_minute_are_refused(as_member: Client, member: User) -> None:
    card = make_card(member)
    make_statement(card)
    answers = [get(as_member, card, "csv").status_code for _ in range(31)]
    assert answers == [200] * 30 + [429]


@pytest.mark.django_db
@pytest.mark.parametrize("asked", ["1999", "x", "²", "-1", "9" * 5000, "２０２５", "2025\r\nX: y"])
def test_only_years_there_are_can_be_printed(as_member: Client, member: User, asked: str) -> None:
    card = make_card(member)
    make_statement(card)
    for page in ("rincian.pdf", "rincian/"):
        assert as_member.get(f"/saldo/{card.public_id}/{page}?tahun={asked}").status_code == 404


LOCKED = {"state": Card.State.FROZEN, "frozen_because": Card.FrozenBecause.DISPUTED}


@pytest.mark.django_db
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("fields", "word"),
    [
        (LOCKED, "dikunci"),
        ({"fetched": False}, "diminta|diambil"),
        ({"fetched": False, "failures": 2, "last_error": "unavailable"}, "tidak menjawab"),
    ],
)
def test_without_a_closing_balance_there_is_a_page_and_no_file(
    as_member: Client, member: User, form: str, fields: Any, word: str
) -> None:
    card = make_card(member, **(LOCKED if fields is LOCKED else {}))
    make_statement(card, **({} if fields is LOCKED else fields))
    answer = get(as_member, card, form)
    text = answer.content.decode()
    assert (answer.status_code, answer["Content-Type"]) == (409, "text/html; charset=utf-8")
    assert re.search(word, text)
    assert not files.MONEY.search(text)
    assert not IssuedDocument.objects.exists()


@pytest.mark.django_db
def test_a_year_that_is_being_calculated_is_not_printed_alone_and_is_null_among_others(
    as_member: Client, member: User
) -> None:
    card = make_card(member)
    last = make_statement(card).as_of.year
    names = dict.fromkeys(files.SUMS)
    StatementYear.objects.filter(card=card, year=last).update(**names, unavailable_reason="DIHITUNG")
    assert get(as_member, card, "json", last).status_code == 409
    said = valid(get(as_member, card, "json").content)
    assert said["years"][-1]["closing"] == {"amount": None, "reason": "being_calculated"}
    assert files.of_csv(get(as_member, card, "csv").content).years[last] == [None] * 7
    assert files.of_xlsx(get(as_member, card, "xlsx").content).years[last] == [None] * 7
    assert files.text_of_pdf(get(as_member, card, "pdf").content).count("masih dihitung") >= 7


@pytest.mark.django_db
def test_what_is_not_given_is_never_zero(as_member: Client, member: User) -> None:
    card = make_card(member)
    last = make_statement(card).as_of.year
    mine = Contribution.objects.filter(card=card, month=f"{last}-03")
    mine.update(wage=None, back_pay=None, worker=0, employer=0, status="BELUM_BAYAR", paid_on=None, posted_on=None)
    said = valid(get(as_member, card, "json", last).content)["months"][2]
    reasons = {name: said[name].get("reason") for name in files.SHARES}
    assert reasons == {
        "wage": "not_given", "back_pay": "not_given", "worker": "nothing_came", "employer": "nothing_came"
    }  # fmt: skip
    for form, read in {"csv": files.of_csv, "xlsx": files.of_xlsx}.items():
        assert read(get(as_member, card, form, last).content).months[2] == (f"{last}-03", [None] * 4)


@pytest.mark.django_db
def test_a_merged_card_says_where_its_balance_went(as_member: Client, member: User) -> None:
    card = make_card(member, membership="DIGABUNG", merged_into_last4="9876")
    make_statement(card)
    assert "sudah digabung ke KPJ •••• 9876" in files.text_of_pdf(get(as_member, card, "pdf").content).replace(
        "\r\n", " "
    )


@pytest.mark.django_db
def test_a_claimed_card_prints_its_true_zero(as_member: Client, member: User) -> None:
    card = make_card(member, membership="DIKLAIM")
    row = make_statement(card)
    last = StatementYear.objects.get(card=card, year=row.as_of.year)
    last.claims, last.closing = last.closing, Decimal(0)
    last.save()
    type(row).objects.filter(pk=row.pk).update(amount=0)
    assert valid(get(as_member, card, "json").content)["closing"]["amount"] == "0.00"


@pytest.mark.django_db
def test_the_language_is_the_members(member: User) -> None:
    card = make_card(member)
    make_statement(card)
    for language, title in (("id", "Rincian Saldo JHT"), ("en", "JHT statement")):
        User.objects.filter(pk=member.pk).update(language=language)
        client = Client()
        client.force_login(User.objects.get(pk=member.pk))
        paper = get(client, card, "pdf").content
        assert title in files.text_of_pdf(paper)
        with pdfplumber.open(io.BytesIO(paper)) as pdf:
            assert pdf.doc.catalog["Lang"] == language.encode()
        assert valid(get(client, card, "json").content)["language"] == language


@pytest.mark.django_db
def test_the_same_paper_on_the_same_day_is_one_row_and_the_same_bytes(as_member: Client, member: User) -> None:
    card = make_card(member)
    make_statement(card)
    first, again = get(as_member, card, "pdf").content, get(as_member, card, "pdf").content
    assert first == again
    assert IssuedDocument.objects.count() == 1
    other = make_card(member)
    make_statement(other)
    assert get(as_member, other, "pdf").content != first
    assert IssuedDocument.objects.count() == 2


@pytest.mark.django_db
def test_a_card_let_go_meanwhile_gives_no_file(member: User) -> None:
    from accounts.audit import SYSTEM
    from accounts.services.cards import unlink
    from balances.issuing import Gone

    card = make_card(member)
    make_statement(card)
    [card] = selectors.statement_cards_of(member)
    reading = selectors.statement_reading_of(card)
    document = document_of(reading, frame(reading), year=None)
    unlink(card=card, source=SYSTEM)
    with pytest.raises(Gone):
        export(card=card, reading=reading, document=document, form="pdf", source=SYSTEM)
    assert not IssuedDocument.objects.exists()


# How the paper is built


def year(number: int, **fields: Any) -> Year:
    known: dict[str, Any] = {
        "year": number, "as_of": date(number, 12, 31), "opening": Decimal("1000.00"), "worker": Decimal("1200000.00"),
        "employer": Decimal("2220000.00"), "returns": Decimal("57.00"), "correction": Decimal("-1234.00"),
        "claims": Decimal("0.00"), "closing": Decimal("3419823.00"), "rate_percent": Decimal("5.70"), "rate_status": "",
        "final": True,
    }  # fmt: skip
    return Year(**known | fields)


def row(month: str, **fields: Any) -> Row:
    known: dict[str, Any] = {
        "month": month, "npp": "1", "employer_name": "PT Contoh Makmur", "wage": Decimal("5000000.00"),
        "worker": Decimal("100000.00"), "employer": Decimal("185000.00"), "back_pay": Decimal("0.00"),
        "paid_on": date(2025, 2, 14), "posted_on": date(2025, 2, 20), "status": "LUNAS",
    }  # fmt: skip
    return Row(**known | fields)


def reading(first: int = 2025, last: int = 2025, **fields: Any) -> StatementReading:
    known: dict[str, Any] = {
        "card_id": "0", "last_four": "2201", "employer": "PT Contoh Makmur", "segment": "PU", "state": State.FRESH,
        "reason": "", "failure": "", "years": tuple(year(number) for number in range(first, last + 1)),
        "rows": tuple(row(f"{number}-{month:02d}") for number in range(first, last + 1) for month in range(1, 13)),
        "jobs": (Job(npp="1", employer_name="PT Contoh Makmur", segment="PU", started_on=date(first, 1, 1),
                     ended_on=None),),
        "amount": Decimal("3419823.00"), "as_of": date(last, 12, 31), "fetched_at": timezone.now(),
        "refreshing": False, "held_back": False, "next_try_at": None, "contributions_until": f"{last}-12",
        "differences": (),
    }  # fmt: skip
    return StatementReading(**known | fields)


def frame(told: StatementReading, **fields: Any) -> Frame:
    known: dict[str, Any] = {
        "site": "Portal JHT", "operator": "Koperasi Contoh", "official_notice": True, "support": "0800 1234",
        "holder": "BUDI SANTOSA", "today": date(2026, 11, 22), "fetched_on": date(2026, 11, 22),
        "seen": selectors.seen_of(told), "stretches": selectors.stretches_of(told),
    }  # fmt: skip
    return Frame(**known | fields)


def document(told: StatementReading | None = None, *, only: int | None = None, **fields: Any) -> Document:
    told = told or reading()
    return document_of(told, frame(told, **fields), year=only)


def paper(one: Document) -> bytes:
    return pdf_writer.write(pdf_writer.content(one), code=code_from(b"a code of a test"), address=ADDRESS)


def tags(nodes: Any) -> Any:
    for node in nodes:
        yield node
        yield from tags(node.get("children", []))


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_paper_is_tagged_and_says_its_language_and_title(language: str) -> None:
    with translation.override(language):
        one = document(only=2025)
    with pdfplumber.open(io.BytesIO(paper(one))) as pdf:
        catalog = pdf.doc.catalog
        assert catalog["Lang"] == language.encode()
        assert catalog["MarkInfo"]["Marked"] is True
        assert resolve1(catalog["ViewerPreferences"])["DisplayDocTitle"] is True
        assert b"pdfuaid" in catalog["Metadata"].resolve().get_data()
        assert pdf.metadata["Title"] == one.title
        kinds = [node["type"] for node in tags(pdf.structure_tree)]
        assert kinds.count("Table") == 2
        assert kinds.count("THead") == 2
        assert kinds.count("TH") == 10 + 8  # one employer is named once, under the table
        assert kinds.count("TD") == 10 + 12 * 8
        assert kinds.count("H1") == 5
        [picture] = [node for node in tags(pdf.structure_tree) if node["type"] == "Figure"]
        assert picture["alt_text"] == one.words["qr"]


@pytest.mark.parametrize("second", ["PT Contoh Makmur", "PT Contoh Sentosa"])
def test_every_cell_of_the_table_is_read_out_in_its_place(second: str) -> None:
    one = document(reading(rows=(row("2025-01"), row("2025-02", employer_name=second))), only=2025)
    with pdfplumber.open(io.BytesIO(paper(one))) as pdf:
        text: dict[tuple[int, int], str] = {}
        for page in pdf.pages:
            for char in page.chars:
                key = (page.page_number, char["mcid"])
                text[key] = text.get(key, "") + char["text"]
        said = [
            [" ".join(read(cell, text).split()) for cell in tags([line]) if cell["type"] == "TD"]
            for line in tags(pdf.structure_tree)
            if line["type"] == "TR"
        ]
    printed = [
        [cell.text for column, cell in zip(table.columns, cells, strict=True) if column.on_paper]
        for table in one.tables
        for cells in table.rows
    ]
    assert [line for line in said if line] == printed


def read(node: Any, text: dict[tuple[int, int], str]) -> str:
    return "".join(
        text.get((part["page_number"], mcid), "")
        for part in tags([node])
        for mcid in part.get("mcids", [])
        if part.get("page_number")
    )


def test_every_font_is_in_the_file_and_nothing_leads_elsewhere() -> None:
    with pdfplumber.open(io.BytesIO(paper(document(reading(2022, 2025))))) as pdf:
        objects = [pdf.doc.getobj(number) for xref in pdf.doc.xrefs for number in xref.get_objids()]
        dictionaries = [one for one in objects if isinstance(one, dict)]
        fonts = [one for one in dictionaries if "FontName" in one and "FontBBox" in one]
        assert fonts
        assert all({"FontFile", "FontFile2", "FontFile3"} & set(one) for one in fonts)
        assert not any({"JS", "JavaScript", "Launch", "EmbeddedFile"} & set(one) for one in dictionaries)
        links = {resolve1(one["A"])["URI"].decode() for one in dictionaries if "A" in one and "Rect" in one}
        assert links == {ADDRESS}
        sizes = {round(char["size"], 1) for page in pdf.pages for char in page.chars}
        assert min(sizes) >= 10


def test_one_year_is_one_page_and_many_years_repeat_their_heads() -> None:
    with pdfplumber.open(io.BytesIO(paper(document(only=2025)))) as pdf:
        assert len(pdf.pages) == 1
        assert (round(pdf.pages[0].width), round(pdf.pages[0].height)) == (842, 595)
    with pdfplumber.open(io.BytesIO(paper(document(reading(2017, 2025))))) as pdf:
        assert len(pdf.pages) > 3
        for page in pdf.pages[2:-1]:
            assert "Bulan iuran" in (page.extract_text() or "")
        assert all("Kode dokumen" in (page.extract_text() or "") for page in pdf.pages)


def test_one_long_named_employer_does_not_take_a_second_page() -> None:
    name = "PT Perusahaan Dengan Nama Yang Sangat Panjang Sekali Tbk"
    rows = tuple(row(f"2025-{month:02d}", employer_name=name) for month in range(1, 13))
    content = paper(document(reading(rows=rows, employer=name), only=2025))
    with pdfplumber.open(io.BytesIO(content)) as pdf:
        assert len(pdf.pages) == 1
    assert f"Pemberi kerja: {name}." in " ".join(files.text_of_pdf(content).split())


def test_the_largest_amounts_stay_apart() -> None:
    sums = dict.fromkeys(("opening", "worker", "employer", "returns", "correction", "claims", "closing"))
    big = reading(years=(year(2025, **dict.fromkeys(sums, Decimal("98765432109.99"))),))
    assert files.amounts_of_pdf(paper(document(big, only=2025)))[1:8] == [Decimal("98765432109.99")] * 7


def test_nothing_known_is_nothing_printed() -> None:
    empty = year(2025, **dict.fromkeys(files.SUMS))
    for told in (reading(years=()), reading(years=(empty,))):
        with pytest.raises(NothingToPrint):
            document(told)


def test_an_amount_without_its_date_cannot_be_put_in_a_table() -> None:
    column = Column(key="closing", label="", kind=Kind.MONEY)
    for cell in (Cell(text="Rp1,00", value=Decimal(1)), Cell(text="–")):
        with pytest.raises(ValueError, match="closing"):
            Table(key="t", title="", columns=(column,), rows=((cell,),))


# Nothing in it is ever run

NASTY = [
    "=cmd|' /C calc'!A0", "@SUM(1+1)", "+1", "-1", "\t=1", " =1", "＝1", '#read("/etc/passwd")', "*tebal* _miring_ $x$",
    '"); #panic("', "PT \"Kutip\", Tbk", "baris\nbaru", "baris\r\nbaru", "حساب 😀 漢字", "\u202eterbalik", "<b>&amp;",
    "\x0c=1+1", "\r=1",
    "]]>", "\\u{41} \\", "//komentar", "'", "\u00ad", "e\u0301",
]  # fmt: skip
anything = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=60
) | st.sampled_from(NASTY)


@pytest.mark.asvs("V1.1.2", "V1.2.10", "V1.3.3", "V1.3.7")
@settings(max_examples=25, deadline=None)
@given(name=anything, holder=anything)
def test_what_a_member_or_an_employer_is_called_stays_text(name: str, holder: str) -> None:
    told = reading(employer=name)
    told = replace(told, rows=tuple(replace(one, employer_name=name) for one in told.rows[:2]))
    one = document(told, only=2025, holder=holder)
    [head, *lines] = csv.reader(io.StringIO(csv_writer.write(one).decode("utf-8-sig"), newline=""), strict=True)
    cell = lines[-1][head.index("Pemberi kerja")]
    assert cell.replace("'", "") == name.replace("'", "")
    assert not cell.lstrip().startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))
    assert json.loads(json_writer.write(one))["months"][0]["employer_name"] == name
    book = xlsx_writer.write(one)
    assert b"<f>" not in b"".join(zipfile.ZipFile(io.BytesIO(book)).read(part) for part in sheets(book))
    assert openpyxl.load_workbook(io.BytesIO(book))["Per bulan"]["B2"].data_type in ("s", "n", "inlineStr")
    printed = paper(one)
    assert "root:" not in files.text_of_pdf(printed)
    amounts = files.amounts_of_pdf(printed)
    planted = len(files.MONEY.findall(name)) + len(files.MONEY.findall(holder))
    assert planted or amounts[1:] == files.of_json(json_writer.write(one)).amounts()


def sheets(book: bytes) -> list[str]:
    return [name for name in zipfile.ZipFile(io.BytesIO(book)).namelist() if name.startswith("xl/worksheets/")]


@pytest.mark.parametrize("name", NASTY)
def test_nasty_names_are_printed_as_they_are_or_as_a_question_mark(name: str) -> None:
    told = reading(rows=(row("2025-01", employer_name=name),))
    text = files.text_of_pdf(paper(document(told, only=2025)))
    if name.isascii() and name.isprintable():
        assert re.sub(r"\s", "", name) in re.sub(r"\s", "", text)


def test_the_font_has_every_sign_that_is_let_through() -> None:
    signs = "".join(chr(code) for code in range(0x20, 0x2300) if not pdf_writer._NO_PICTURE.match(chr(code)))
    assert len(signs) > 300
    told = reading(rows=tuple(row("2025-01", employer_name=signs[at : at + 20]) for at in range(0, len(signs), 20)))
    assert paper(document(told, only=2025))  # PDF/UA refuses a sign without a picture


@pytest.mark.asvs("V1.2.10")
def test_csv_is_rfc_4180() -> None:
    told = reading(rows=(row("2025-01", employer_name='PT "A", baris\nbaru'),))
    content = csv_writer.write(document(told, only=2025))
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.endswith(b"\r\n")
    assert b'"PT ""A"", baris\nbaru"' in content
    assert b"-1234.00" in content  # a number stays one


def test_an_opening_is_dated_by_the_years_first_day_and_the_rest_by_its_last_known_one() -> None:
    for one in json.loads(json_writer.write(document(reading(2018, 2020))))["years"]:
        assert one["opening"]["as_of"] == f"{one['year']}-01-01"
        assert one["closing"]["as_of"] == one["worker"]["as_of"] == one["as_of"] != one["opening"]["as_of"]


def test_json_is_what_its_schema_says() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    late = year(2025, rate_percent=None, rate_status="BELUM_DITETAPKAN", final=False)
    for told in (reading(), reading(years=(late,)), reading(2010, 2025, as_of=None, amount=None)):
        valid(json_writer.write(document(told)))
    said = json.loads(json_writer.write(document()))
    said["years"][0]["closing"]["amount"] = 3419823.0
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(said, SCHEMA)


def test_the_compiler_never_enters_this_process() -> None:
    paper(document(only=2025))
    assert "typst" not in sys.modules


def test_a_press_that_fails_says_nothing_of_the_paper(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    broken = tmp_path / "broken.typ"
    broken.write_text("#panic(sys.inputs.data)")
    monkeypatch.setattr(pdf_writer, "TEMPLATE", broken)
    with pytest.raises(pdf_writer.PressFailed) as failed:
        pdf_writer.write({"holder": "BUDI SANTOSA"}, code=code_from(b"a code of a test"), address=ADDRESS)
    assert failed.value.args == (1,)


@pytest.mark.asvs("V15.2.2")
@pytest.mark.parametrize("endless", ["#while true { }", "#let more(n) = more(n + 1) + more(n + 2)\n#more(0)"])
def test_a_press_that_does_not_end_is_stopped(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, endless: str) -> None:
    broken = tmp_path / "broken.typ"
    broken.write_text(endless)
    monkeypatch.setattr(pdf_writer, "TEMPLATE", broken)
    monkeypatch.setattr(pdf_writer, "PATIENCE_SECONDS", 1)
    with pytest.raises(pdf_writer.PressFailed):
        pdf_writer.write({}, code=code_from(b"a code of a test"), address=ADDRESS)


@pytest.mark.asvs("V15.2.2")
def test_a_press_at_work_keeps_the_others_waiting_only_so_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf_writer, "TURN_SECONDS", 0.1)
    with ExitStack() as busy:
        for _ in range(pdf_writer.AT_ONCE):
            busy.enter_context(pdf_writer._turns)
        with pytest.raises(pdf_writer.PressFailed, match="busy"):
            paper(document(only=2025))
    assert paper(document(only=2025)).startswith(b"%PDF")


@pytest.mark.django_db
def test_a_paper_that_cannot_be_made_is_told_and_not_vouched_for(
    as_member: Client, member: User, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    card = make_card(member)
    make_statement(card)
    monkeypatch.setattr(pdf_writer, "PATIENCE_SECONDS", 0.001)
    answer = as_member.get(f"/saldo/{card.public_id}/rincian.pdf")
    assert answer.status_code == 503
    assert "PDF belum bisa dibuat" in answer.content.decode()
    assert "why=slow" in caplog.text
    assert not IssuedDocument.objects.exists()


@pytest.mark.asvs("V1.2.10")
def test_a_name_makes_no_formula_where_columns_part_at_semicolons() -> None:
    """As a spreadsheet set to Indonesian reads it: our commas and quotes are ordinary signs, semicolons part cells."""
    for name in ("PT A;=1+1", "PT A; @SUM(1)", "PT A\n=1+1", 'PT "A";+1', "PT A;;-1"):
        told = reading(rows=(row("2025-01", employer_name=name),))
        text = csv_writer.write(document(told, only=2025)).decode("utf-8-sig")
        cells = re.split(r"[;\r\n]+", text)
        assert not [cell for cell in cells if cell.strip().startswith(("=", "+", "-", "@"))], name
    assert csv_writer.harmless("\0=1") == "'\0=1"


def test_a_paper_takes_little_time() -> None:
    """Warm; a bound so wide that only a mistake reaches it. The measured figure stands in docs/measurements.md."""
    one = document(only=2025)
    paper(one)
    start = timezone.now()
    paper(one)
    assert timezone.now() - start < timedelta(seconds=2)
