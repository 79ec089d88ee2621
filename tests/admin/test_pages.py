"""Every page of the admin: opens for those who may, for nobody else, masked, quick, and written down."""

import re

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import AuditRow, Card, LinkRequest, User
from balances.models import Balance, BalanceHistory, FetchAttempt
from tests.admin.conftest import SECRETS, pages
from tests.factories import make_balance, make_card, make_member

QUERIES_A_PAGE = 24


@pytest.mark.asvs("V8.2.3")
def test_every_page_opens_for_staff_masked_without_inline_style_and_within_its_queries(
    as_keeper: Client, rows: dict[type, int]
) -> None:
    for address in pages(rows):
        with CaptureQueriesContext(connection) as queries:
            response = as_keeper.get(address)
        html = response.content.decode()
        assert response.status_code == 200, address
        assert not [secret for secret in SECRETS if secret in html], address
        assert "7654321" not in html, address
        assert "7.654.321" not in html, address
        assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\bsrc=)", html), address
        assert len(queries) <= QUERIES_A_PAGE, (address, len(queries))


def test_every_page_reads_in_english_too(as_boss: Client, boss: User, rows: dict[type, int]) -> None:
    User.objects.filter(pk=boss.pk).update(language="en")
    for address in pages(rows):
        response = as_boss.get(address)
        assert response.status_code == 200, address
        assert response.headers["Content-Language"] == "en"


@pytest.mark.asvs("V8.2.1")
def test_no_page_opens_for_a_member_a_visitor_or_staff_without_permission(
    as_member: Client, visitor: Client, as_idle_staff: Client, rows: dict[type, int]
) -> None:
    for address in pages(rows):
        assert visitor.get(address).status_code == 302, address
        assert as_member.get(address, follow=True).status_code == 404, address
        if address != reverse("admin:index"):
            assert as_idle_staff.get(address).status_code == 403, address


def test_who_may_only_look_changes_nothing(as_viewer: Client, rows: dict[type, int]) -> None:
    member, card, request = rows[User], rows[Card], rows[LinkRequest]
    attempts = [
        reverse("admin:accounts_user_change", args=[member]),
        reverse("admin:accounts_user_add"),
        *(reverse("admin:accounts_user_act", args=[member, act]) for act in ("kirim-reset", "nonaktifkan")),
        reverse("admin:accounts_card_unlink", args=[card]),
        reverse("admin:accounts_linkrequest_approve", args=[request]),
        reverse("admin:balances_balance_fetch", args=[card]),
    ]
    data = {"reason": "hanya melihat", "name": "LAIN", "language": "en", "email": "baru@contoh.example"}
    for address in attempts:
        assert as_viewer.post(address, data).status_code == 403, address
    page = as_viewer.get(reverse("admin:accounts_user_change", args=[member])).content.decode()
    assert not [address for address in attempts if f'action="{address}"' in page or f'href="{address}"' in page]


def test_every_list_and_row_names_its_card_by_the_last_four_only(as_keeper: Client, rows: dict[type, int]) -> None:
    endings = {LinkRequest: "•••• 3393", **dict.fromkeys((Card, Balance, BalanceHistory, FetchAttempt), "•••• 2201")}
    for model, ending in endings.items():
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        for address in (reverse(f"{name}_changelist"), reverse(f"{name}_change", args=[rows[model]])):
            assert ending in as_keeper.get(address).content.decode(), address


def test_lists_cost_the_same_queries_for_many_rows(as_keeper: Client, rows: dict[type, int]) -> None:
    lists = [reverse(f"admin:{m._meta.app_label}_{m._meta.model_name}_changelist") for m in rows]
    as_keeper.get(reverse("admin:index"))  # a new session is noted once
    few = [_queries(as_keeper, address) for address in lists]
    for _number in range(30):
        make_balance(make_card(make_member()))
    assert [_queries(as_keeper, address) for address in lists] == few


def test_the_member_list_counts_no_further_than_it_leads(as_keeper: Client, member: User) -> None:
    with CaptureQueriesContext(connection) as queries:
        as_keeper.get(reverse("admin:accounts_user_changelist"))
    counted = [query["sql"] for query in queries if 'FROM "accounts_user"' in query["sql"]]
    assert counted
    assert all("LIMIT" in sql or "WHERE" in sql for sql in counted)
    assert not any(sql.startswith("SELECT COUNT") for sql in counted)


@pytest.mark.asvs("V16.3.2")
def test_every_look_is_written_down(as_keeper: Client, keeper: User, rows: dict[type, int]) -> None:
    for model, pk in rows.items():
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        for address in (reverse(f"{name}_changelist"), reverse(f"{name}_change", args=[pk])):
            before = AuditRow.objects.filter(actor=keeper.public_id, door="admin").count()
            as_keeper.get(address)
            assert AuditRow.objects.filter(actor=keeper.public_id, door="admin").count() == before + 1, address


def test_nothing_can_be_deleted_or_added_by_hand(as_boss: Client, rows: dict[type, int]) -> None:
    for model, pk in rows.items():
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        assert as_boss.post(reverse(f"{name}_delete", args=[pk]), {"post": "yes"}).status_code == 403
        bulk = {"action": "delete_selected", "_selected_action": [pk], "post": "yes"}
        as_boss.post(reverse(f"{name}_changelist"), bulk)
        assert model.objects.filter(pk=pk).exists()
        if model is not User:
            assert as_boss.get(reverse(f"{name}_add")).status_code == 403
            assert as_boss.post(reverse(f"{name}_change", args=[pk]), {"state": "active"}).status_code in {403, 200}


@pytest.mark.parametrize(
    "question", ["email__startswith=m", "nik_index__isnull=0", "password__startswith=a", "name=BUDI+UJI"]
)
def test_an_address_cannot_ask_for_a_person(as_boss: Client, member: User, question: str) -> None:
    response = as_boss.get(f"{reverse('admin:accounts_user_changelist')}?{question}")
    assert response.status_code == 400


def test_a_name_never_stands_in_a_title(as_keeper: Client, rows: dict[type, int]) -> None:
    for address in pages(rows):
        title = re.search(r"<title>(.*?)</title>", as_keeper.get(address).content.decode(), re.S)
        assert title
        assert "BUDI" not in title[1], address


def test_djangos_own_log_that_copies_names_stays_empty(as_keeper: Client, member: User) -> None:
    as_keeper.post(reverse("admin:accounts_user_change", args=[member.pk]), {"name": "BUDI BARU", "language": "id"})
    assert not admin.models.LogEntry.objects.exists()
    assert as_keeper.get(reverse("admin:accounts_user_history", args=[member.pk])).status_code == 404


def test_a_locked_cards_amount_stays_hidden_from_staff_too(as_keeper: Client, card: Card) -> None:
    Card.objects.filter(pk=card.pk).update(state="frozen", frozen_because="owner")
    given = {"why": "asked", "reason": "anggota menelepon layanan"}
    page = as_keeper.post(reverse("admin:balances_balance_amount", args=[card.pk]), given, follow=True).content.decode()
    assert "tidak ada jumlah" in page
    assert "7.654.321" not in page
    assert "7654321" not in page


def test_the_member_page_tells_each_cards_balance_state(as_keeper: Client, member: User, card: Card) -> None:
    page = as_keeper.get(reverse("admin:accounts_user_change", args=[member.pk])).content.decode()
    assert reverse("admin:balances_balance_change", args=[card.pk]) in page
    assert "terbaru, per" in page


def _queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)
