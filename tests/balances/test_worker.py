"""The whole way: a look, the bell, a real worker, the sandbox upstream over HTTP, and the row that comes of it."""

import pytest

from accounts.models import User
from balances import selectors, services
from balances.models import Balance
from demo.embedded.process import wait_until
from tests.balances.upstream import link_sandbox_card

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_worker_fetches_the_balance_that_a_look_asked_for(member: User, sandbox, worker) -> None:
    card = link_sandbox_card(member, "24011122201", sandbox)
    worker()
    assert services.claim_due(selectors.cards_of(member)) == 1
    assert wait_until(lambda: Balance.objects.filter(fetched_at__isnull=False).exists(), timeout=15)
    [reading] = selectors.readings_for(member)
    truth = sandbox.ledger(card.kpj)
    print(truth.keys(), reading)
    assert reading.exact_amount == truth["balance"]
