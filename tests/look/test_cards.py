"""The balance and card pages with the longest values and in every state, as people see them."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Card, LinkRequest, User, kpj_index, nik_index
from balances import services
from balances.models import Balance
from tests.browsing import press
from tests.factories import make_balance, make_card, make_kpj

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LONG_NAME = "RADEN AJENG SITI NURHALIZA KUSUMANINGRAT WIRYOATMOJO SASTRODIWIRYO"
LONG_EMPLOYER = "PT Pertambangan Bukitbarisan Sejahterabersama Internasional Nusantara (Persero) Tbk"


@pytest.fixture(autouse=True)
def _no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "ring", lambda *_args, **_kwargs: None)


def make_every_state(member: User) -> None:
    """Twelve cards: each state, the largest amount, the longest employer, a loud date, a refresh on its way."""
    now = timezone.now()
    long_ago = now - timedelta(days=80)
    make_balance(make_card(member, employer_name=LONG_EMPLOYER), "1234567890.00", provisional=True)
    make_balance(make_card(member), "36904120.00", contributions_until="2026-10")
    make_balance(make_card(member), "11312230.00", long_ago, failures=3, last_error="unavailable")
    make_balance(
        make_card(member), "560000.00", failures=1, last_error="maintenance", retry_at=now + timedelta(hours=2)
    )
    make_balance(make_card(member, state="frozen", frozen_because="disputed"))
    make_balance(make_card(member, state="frozen", frozen_because="owner"))
    make_balance(make_card(member, merged_into_last4="2201"), merged=True)
    make_balance(make_card(member), "0.00", account_status="0002")
    make_balance(make_card(member), None, fetched_at=None, next_fetch_at=now)
    make_balance(make_card(member), None, unavailable_reason="DIHITUNG")
    make_balance(make_card(member), None, fetched_at=None, failures=1, last_error="unavailable")
    make_balance(make_card(member), "7100000.00", fetched_at=now - timedelta(days=2), next_fetch_at=now)


def make_request(member: User, state: str, **fields: Any) -> LinkRequest:
    kpj = make_kpj()
    row = LinkRequest(
        member=member,
        state=state,
        kpj_index=kpj_index(kpj),
        kpj_last4=kpj[-4:],
        nik_index=nik_index("3173051207860012"),
        **fields,
    )
    row.save()
    return row


def test_every_state_of_a_balance(member: User, open_as: Any, check: Any) -> None:
    User.objects.filter(pk=member.pk).update(name=LONG_NAME)
    make_every_state(member)
    page = open_as(member)
    page.goto(reverse("balances"))
    assert page.locator("[data-card]").count() == Card.objects.count()
    check(page, "saldo-every-state")
    page.goto(reverse("home"))
    check(page, "menu-long-name")
    page.goto(reverse("card_list"))
    check(page, "kartu-every-state")


def test_one_card_and_none(member: User, open_as: Any, check: Any) -> None:
    page = open_as(member)
    page.goto(reverse("balances"))
    check(page, "saldo-empty")
    page.goto(reverse("card_list"))
    check(page, "kartu-empty")
    card = make_card(member)
    Balance.objects.filter(pk=make_balance(card, "1234567.00").pk).update(viewed_on=timezone.localdate())
    page.goto(reverse("balance", args=[card.public_id]))
    check(page, "saldo-one")
    page.goto(reverse("card_unlink", args=[card.public_id]))
    check(page, "kartu-unlink")


def test_linking_a_card(member: User, open_as: Any, check: Any) -> None:
    page = open_as(member)
    page.goto(reverse("card_add"))
    check(page, "kartu-add")
    press(page.locator("main .btn--main"))
    check(page, "kartu-add-refused")


def test_every_state_of_a_link_request(member: User, open_as: Any, check: Any) -> None:
    now = timezone.now()
    page = open_as(member)
    for state, fields in {
        "matching": {"fetch_started_at": now, "next_fetch_at": now + timedelta(seconds=30)},
        "code_sent": {
            "code_channel": "SMS", "code_channels": "SMS,EMAIL", "code_destination": "08••••••1234", "attempts_left": 3,
            "code_expires_at": now + timedelta(minutes=5),
        },
        "waiting_staff": {},
        "disputed": {},
        "refused": {"ended_at": now, "refusal": "NO_MATCH"},
        "expired": {"ended_at": now},
    }.items():  # fmt: skip
        row = make_request(member, state, **fields)
        page.goto(reverse("link_progress", args=[row.public_id]))
        check(page, f"link-{state}")
