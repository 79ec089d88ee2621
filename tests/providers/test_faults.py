"""The sandbox's faults, as the real client tells them."""

from collections.abc import Callable

import pytest

from providers import errors
from tests.plugins.processes import Sandbox
from tests.providers.worlds import ACTIVE, BUDI, SandboxWorld, ref_of, verify


@pytest.mark.asvs("V15.3.2")
@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("http500", errors.Unavailable),
        ("http429", errors.RateLimited),
        ("http503", errors.Maintenance),
        ("timeout", errors.Unavailable),
        ("slow_drip", errors.Unavailable),
        ("cut", errors.Unavailable),
        ("truncated", errors.BadAnswer),
        ("wrong_type", errors.BadAnswer),
        ("huge", errors.BadAnswer),
        ("other_member", errors.BadAnswer),
        ("broken_invariant", errors.BadAnswer),
        ("expired_token", errors.TokenExpired),
        ("clock_skew", errors.AuthFailed),
        ("redirect", errors.BadAnswer),
        ("duplicate_keys", errors.BadAnswer),
        ("nan", errors.BadAnswer),
    ],
)
def test_a_fault_becomes_its_error_and_passes(
    sandbox: Sandbox, in_sandbox: Callable[..., SandboxWorld], kind: str, error: type[errors.ProviderError]
) -> None:
    world = in_sandbox(deadline=1.0)
    provider = world.provider
    ref = ref_of(world, BUDI)
    sandbox.set_fault(kind, operation="11")
    with pytest.raises(errors.ProviderError) as caught:
        provider.fetch_balance(kpj=ACTIVE, member_ref=ref)
    assert type(caught.value) is error
    sandbox.clear_faults()
    later = in_sandbox().provider  # after refused keys the first one keeps its brake on
    assert later.fetch_balance(kpj=ACTIVE, member_ref=ref).amount == world.balance(ACTIVE)


def test_a_token_that_expires_once_is_not_noticed(sandbox: Sandbox, in_sandbox: Callable[..., SandboxWorld]) -> None:
    world = in_sandbox()
    provider = world.provider
    ref = ref_of(world, BUDI)
    sandbox.set_fault("expired_token", operation="11", times=1)
    assert provider.fetch_balance(kpj=ACTIVE, member_ref=ref).amount == world.balance(ACTIVE)


def test_an_older_answer_is_handed_on_with_its_older_date(
    sandbox: Sandbox, in_sandbox: Callable[..., SandboxWorld]
) -> None:
    """Only the caller knows what it has stored."""
    world = in_sandbox()
    provider = world.provider
    ref = ref_of(world, BUDI)
    now = provider.fetch_balance(kpj=ACTIVE, member_ref=ref)
    sandbox.set_fault("older_as_of", operation="11")
    before = provider.fetch_balance(kpj=ACTIVE, member_ref=ref)
    assert now.as_of is not None
    assert before.as_of is not None
    assert before.as_of < now.as_of


@pytest.mark.parametrize(
    ("operation", "kind"),
    [(operation, kind) for operation in ("J1", "J2", "J3", "J4") for kind in ("broken_invariant", "truncated")]
    + [("J3", "other_member"), ("J4", "other_member")],
)
def test_a_spoilt_answer_of_any_operation_is_refused(
    sandbox: Sandbox, in_sandbox: Callable[..., SandboxWorld], operation: str, kind: str
) -> None:
    world = in_sandbox()
    provider = world.provider
    ref = ref_of(world, BUDI)
    ask = {
        "J1": lambda: verify(world, BUDI),
        "J2": lambda: provider.list_cards(member_ref=ref),
        "J3": lambda: provider.fetch_years(kpj=ACTIVE, member_ref=ref, first_year=2020, last_year=2026),
        "J4": lambda: provider.fetch_contributions(
            kpj=ACTIVE, member_ref=ref, first_month="2025-01", last_month="2025-12"
        ),
    }[operation]
    ask()
    sandbox.set_fault(kind, operation=operation)
    with pytest.raises(errors.BadAnswer):
        ask()


def test_only_the_caller_can_see_that_a_card_list_is_another_members(
    sandbox: Sandbox, in_sandbox: Callable[..., SandboxWorld]
) -> None:
    """A list names no member, so whoever asked must find its own KPJ in it."""
    world = in_sandbox()
    ref = ref_of(world, BUDI)
    sandbox.set_fault("other_member", operation="J2")
    assert ACTIVE not in {card.kpj for card in world.provider.list_cards(member_ref=ref)}
