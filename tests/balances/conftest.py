"""What balance tests share: the bells that were rung, and an upstream that says what the test wants."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest

from balances import services
from providers import factory
from tests.balances.upstream import ScriptedUpstream


@pytest.fixture
def bells(monkeypatch: pytest.MonkeyPatch) -> list[tuple[UUID, datetime]]:
    """Instead of a broker: (card, token) of every bell rung for a balance."""
    rung: list[tuple[UUID, datetime]] = []

    def ring(task_name: str, public_id: UUID, token: datetime | None = None, *, delay: float = 0.0) -> None:
        assert task_name == "balances.refresh_balance"
        assert token is not None
        rung.append((public_id, token))

    monkeypatch.setattr(services, "ring", ring)
    return rung


@pytest.fixture
def upstream() -> Iterator[Callable[..., ScriptedUpstream]]:
    """`upstream(answer, error, ...)` puts one in the place of the real client until the test ends."""
    with ExitStack() as stack:

        def put(*script: Any, cards: Any = ()) -> ScriptedUpstream:
            provider = ScriptedUpstream(*script, cards=cards)
            stack.enter_context(factory.override(provider))
            return provider

        yield put
