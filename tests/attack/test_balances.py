"""False figures and hammering that a sick upstream once got past us."""

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Card
from balances import selectors, services, sweeps
from balances.models import Balance
from balances.reading import State
from providers import errors
from providers.errors import Wire
from tests.balances.conftest import upstream
from tests.balances.upstream import answer
from tests.factories import make_balance, make_card

__all__ = ["upstream"]
YEAR_ONE = datetime.fromisoformat("0001-01-01T00:00:00+07:00")  # in UTC a year before Christ


def fetch(card: Card) -> str:
    assert services.claim_fetch(card)
    assert card.balance.fetch_started_at
    return services.refresh_balance(card_id=card.public_id, token=card.balance.fetch_started_at)


@pytest.mark.django_db
def test_an_amount_from_before_the_claim_is_not_told_as_what_is_left(member):
    make_balance(make_card(member, membership="DIKLAIM"), "50000000.00", account_status="0001")
    make_balance(make_card(member), "1.00")
    [claimed, other] = selectors.readings_for(member)
    assert (claimed.state, claimed.amount, claimed.as_of) == (State.CLAIMED, None, None)
    assert selectors.total_of([claimed, other]) is None


@pytest.mark.django_db
def test_what_is_left_after_a_claim_is_shown_a_true_zero_included(member):
    make_balance(make_card(member, membership="DIKLAIM"), "0.00", account_status="0002")
    [claimed] = selectors.readings_for(member)
    assert (claimed.state, claimed.exact_amount) == (State.CLAIMED, "0.00")


@pytest.mark.django_db
def test_a_date_python_cannot_read_back_is_refused_and_stops_nobodys_sweep(member, stranger, upstream):
    upstream(answer(as_of=YEAR_ONE))
    sick, well = make_card(member), make_card(stranger)
    assert fetch(sick) == "bad_answer"
    Balance.objects.filter(pk=sick.pk).update(next_fetch_at=timezone.now(), fetch_started_at=timezone.now())
    make_balance(well, next_fetch_at=timezone.now(), failures=1, viewed_on=timezone.localdate())
    assert sweeps.sweep() == 2


@pytest.mark.django_db
@pytest.mark.parametrize("error", [errors.RateLimited, errors.Maintenance])
def test_an_upstream_that_says_again_in_no_time_is_not_asked_at_every_reload(member, upstream, error):
    asked = upstream(error(wire=Wire(retry_after=timedelta(0))))
    card, client = make_card(member), Client()
    client.force_login(member)
    for _ in range(10):
        client.get(reverse("balance", args=[card.public_id]))
        token = Balance.objects.get(card=card).fetch_started_at
        if token:
            services.refresh_balance(card_id=card.public_id, token=token)
    assert asked.calls["fetch_balance"] == 1
