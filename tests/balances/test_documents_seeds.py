"""The numbers in the PDF's bytes, in CSV, XLSX and JSON are the page's and the ledger's, over 200 people."""

from typing import Any

import pytest
from django.test import Client

from accounts.audit import SYSTEM
from accounts.models import User
from accounts.services.cards import unlink
from balances import statement
from balances.models import Statement
from providers import factory
from tests.balances import files
from tests.balances.upstream import link_sandbox_card

pytestmark = pytest.mark.django_db
READERS = {"csv": files.of_csv, "json": files.of_json, "xlsx": files.of_xlsx}


def fetched(member: User, kpj: str, sandbox: Any) -> Any:
    card = link_sandbox_card(member, kpj, sandbox)
    Statement.objects.create(card=card)
    token = Statement.objects.claim(card.pk)
    assert token
    assert statement.refresh_statement(card_id=card.public_id, token=token) == "ok"
    return card


@pytest.mark.parametrize("seeds", [30, pytest.param(200, marks=pytest.mark.heavy)])
def test_every_file_says_what_the_page_says(
    member: User, as_member: Client, sandbox: Any, settings: Any, seeds: int
) -> None:
    settings.PROVIDER_MAX_PER_SECOND = 1000.0
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "export_statement": "100000/m/user"}
    factory._forget()
    sandbox.set_today("2026-11-22")
    compared, whole = 0, 0
    for index, person in enumerate(sandbox.people(seeds, 5)):
        card = fetched(member, person["kpj"][0], sandbox)
        base = f"/saldo/{card.public_id}/rincian"
        known = sorted(card.statement_years.filter(closing__isnull=False).values_list("year", flat=True))
        year = known[index % len(known)]
        page = files.of_page(as_member.get(f"{base}/?tahun={year}").content.decode(), year=year)
        assert list(page.years) == [year]
        for form, read in READERS.items():
            assert read(as_member.get(f"{base}.{form}?tahun={year}").content) == page, (index, form)
        paper = files.amounts_of_pdf(as_member.get(f"{base}.pdf?tahun={year}").content)
        assert paper == [page.years[year][-1], *page.amounts()], index
        compared += len(paper)
        if index % 10 == 0:
            whole += check_all_years(as_member, base, card)
        unlink(card=card, source=SYSTEM)
    factory._forget()
    assert compared > seeds * 20
    assert whole > seeds * 2


def check_all_years(as_member: Client, base: str, card: Any) -> int:
    """Every year of the page, and every contribution there is."""
    first = files.of_page(as_member.get(f"{base}/").content.decode())
    rows = {form: read(as_member.get(f"{base}.{form}").content) for form, read in READERS.items()}
    assert all(told.years == first.years for told in rows.values())
    assert rows["csv"] == rows["json"] == rows["xlsx"]
    assert len(rows["csv"].months) == card.contributions.count()
    paper = files.amounts_of_pdf(as_member.get(f"{base}.pdf").content)
    assert paper[1:] == rows["csv"].amounts()
    return len(paper)
