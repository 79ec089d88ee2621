"""What each upstream behind the port must do: the fake in memory, and the client against the real sandbox process."""

from collections import defaultdict
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from providers import errors
from providers.factory import get_provider, override
from providers.fake import FakeProvider
from providers.port import (
    CardStatus,
    ChallengeResult,
    ContactChannel,
    ContributionStatus,
    Flag,
    MatchType,
    UnavailableReason,
    new_reference,
)
from tests.plugins.processes import Sandbox
from tests.providers.worlds import ACTIVE, BUDI, INACTIVE, MERGED, WAYAN, World, ref_of, verify

UNKNOWN_KPJ = "18000000090"


def send(world: World, ref: str, kpj: str, reference: str = "") -> str:
    challenge = world.provider.send_challenge(
        member_ref=ref, kpj=kpj, channel=ContactChannel.SMS, reference=reference or new_reference()
    )
    return challenge.challenge_ref


# Who is it


def test_a_full_match_gives_a_reference(world: World) -> None:
    match = verify(world, BUDI)
    assert match.match_type is MatchType.DEFN
    assert (match.nik, match.name, match.birth_date, match.kpj) == (Flag.SAME,) * 4
    assert match.phone_matches is None


def test_the_phone_on_record_is_confirmed_or_denied(world: World) -> None:
    assert verify(world, BUDI, phone=BUDI.phone).phone_matches is True
    assert verify(world, BUDI, phone=WAYAN.phone).phone_matches is False


def test_every_kind_of_non_match_looks_the_same(world: World) -> None:
    wrong = [
        verify(world, replace(BUDI, nik=WAYAN.nik)),
        verify(world, replace(BUDI, birth_date=WAYAN.birth_date)),
        verify(world, replace(BUDI, name="QWERTY ASDFGH")),
        verify(world, BUDI, kpj=WAYAN.kpjs[0]),
        verify(world, BUDI, kpj=UNKNOWN_KPJ),
    ]
    assert wrong[0].match_type is MatchType.NONE
    assert wrong[0].member_ref is None
    assert all(match == wrong[0] for match in wrong)


def test_every_card_of_the_person_is_listed(world: World) -> None:
    cards = {card.kpj: card for card in world.provider.list_cards(member_ref=ref_of(world, BUDI))}
    assert {kpj: card.status for kpj, card in cards.items()} == {
        ACTIVE: CardStatus.AKTIF,
        INACTIVE: CardStatus.NON_AKTIF,
        MERGED: CardStatus.DIGABUNG,
    }
    assert cards[MERGED].merged_into_kpj == ACTIVE


def test_one_reference_serves_every_card_of_the_person(world: World) -> None:
    ref = ref_of(world, BUDI)
    assert world.provider.fetch_balance(kpj=INACTIVE, member_ref=ref).amount is not None


# How much


def test_the_balance_is_the_upstreams_own_truth(world: World) -> None:
    read = world.provider.fetch_balance(kpj=ACTIVE, member_ref=ref_of(world, BUDI))
    assert read.amount == world.balance(ACTIVE)
    assert read.amount is not None
    assert read.amount > 0
    assert read.as_of is not None
    assert read.as_of.utcoffset() is not None
    assert read.unavailable_reason is None


def test_a_balance_being_calculated_has_a_reason_and_no_amount(world: World) -> None:
    who = world.somebody("99")
    read = world.provider.fetch_balance(kpj=who.kpjs[0], member_ref=ref_of(world, who))
    assert (read.amount, read.as_of, read.unavailable_reason) == (None, None, UnavailableReason.DIHITUNG)


def test_a_merged_card_has_no_balance_of_its_own(world: World) -> None:
    with pytest.raises(errors.Merged):
        world.provider.fetch_balance(kpj=MERGED, member_ref=ref_of(world, BUDI))


@pytest.mark.parametrize("kpj", [WAYAN.kpjs[0], "18123123112"])
def test_foreign_and_unknown_cards_look_alike(world: World, kpj: str) -> None:
    ref = ref_of(world, BUDI)
    with pytest.raises(errors.Mismatch):
        world.provider.fetch_balance(kpj=kpj, member_ref=ref)
    with pytest.raises(errors.Mismatch):
        world.provider.fetch_contributions(kpj=kpj, member_ref=ref, first_month="2024-01", last_month="2024-12")


def test_an_unknown_reference_asks_for_a_new_link(world: World) -> None:
    with pytest.raises(errors.LinkExpired):
        world.provider.fetch_balance(kpj=ACTIVE, member_ref="never-given")
    with pytest.raises(errors.LinkExpired):
        world.provider.list_cards(member_ref="never-given")


def test_a_revoked_reference_asks_for_a_new_link(world: World) -> None:
    ref = ref_of(world, BUDI)
    world.revoke(ref, ACTIVE)
    with pytest.raises(errors.LinkExpired):
        world.provider.fetch_balance(kpj=ACTIVE, member_ref=ref)


def test_a_blocked_card_is_blocked_everywhere_but_matches(world: World) -> None:
    who = world.somebody("91")
    ref, kpj = ref_of(world, who), who.kpjs[0]
    provider = world.provider
    with pytest.raises(errors.Blocked):
        provider.fetch_balance(kpj=kpj, member_ref=ref)
    with pytest.raises(errors.Blocked):
        provider.fetch_years(kpj=kpj, member_ref=ref, first_year=2015, last_year=2026)
    with pytest.raises(errors.Blocked):
        send(world, ref, kpj)


def test_years_months_and_balance_tell_one_story(world: World) -> None:
    provider, ref = world.provider, ref_of(world, BUDI)
    years = provider.fetch_years(kpj=ACTIVE, member_ref=ref, first_year=2000, last_year=2030)
    rows = provider.fetch_contributions(kpj=ACTIVE, member_ref=ref, first_month="2000-01", last_month="2030-12")
    assert [year.year for year in years] == sorted(year.year for year in years)
    assert years[-1].closing == world.balance(ACTIVE)
    posted: dict[int, Decimal] = defaultdict(Decimal)
    for row in rows:
        if row.posted_on is not None:
            assert row.status is not ContributionStatus.DITERIMA
            posted[row.posted_on.year] += row.worker + row.employer
    assert posted == {year.year: (year.worker or 0) + (year.employer or 0) for year in years}


def test_months_come_newest_first_once_each_and_within_the_range(world: World) -> None:
    provider, ref = world.provider, ref_of(world, BUDI)
    rows = provider.fetch_contributions(kpj=ACTIVE, member_ref=ref, first_month="2025-01", last_month="2025-12")
    months = [row.month for row in rows]
    assert months
    assert months == sorted(months, reverse=True)
    assert {month[:4] for month in months} == {"2025"}
    assert len({row.row_id for row in rows}) == len(rows)


def test_a_range_of_years_outside_membership_is_not_found(world: World) -> None:
    with pytest.raises(errors.NotFound):
        world.provider.fetch_years(kpj=ACTIVE, member_ref=ref_of(world, BUDI), first_year=1990, last_year=1991)


def test_a_reversed_range_is_our_bug(world: World) -> None:
    ref = ref_of(world, BUDI)
    with pytest.raises(errors.InvalidRequest):
        world.provider.fetch_years(kpj=ACTIVE, member_ref=ref, first_year=2025, last_year=2024)
    with pytest.raises(errors.InvalidRequest):
        world.provider.fetch_contributions(kpj=ACTIVE, member_ref=ref, first_month="2025-02", last_month="2025-01")


# Proof of ownership


def test_the_code_that_was_sent_verifies_once(world: World) -> None:
    ref = ref_of(world, WAYAN)
    kpj = WAYAN.kpjs[0]
    challenge = world.provider.send_challenge(
        member_ref=ref, kpj=kpj, channel=ContactChannel.SMS, reference=new_reference()
    )
    assert challenge.channel in challenge.channels
    assert challenge.masked_destination
    assert timedelta(0) < challenge.expires_in <= timedelta(minutes=15)
    code = world.codes(kpj)[-1]
    result = answer(world, ref, challenge.challenge_ref, code)
    assert (result.verified, bool(result.card_ref)) == (True, True)
    with pytest.raises(errors.CodeExpired):
        answer(world, ref, challenge.challenge_ref, code)


def test_asking_again_with_the_same_reference_has_no_second_effect(world: World) -> None:
    ref, kpj, reference = ref_of(world, WAYAN), WAYAN.kpjs[0], new_reference()
    first = send(world, ref, kpj, reference)
    before = world.codes(kpj)
    assert send(world, ref, kpj, reference) == first
    assert world.codes(kpj) == before
    wrong, again = wrong_code(before[-1]), new_reference()
    told = [answer(world, ref, first, wrong, again).attempts_left for _ in range(3)]
    assert told == [2, 2, 2]


def test_the_third_wrong_code_blocks_the_challenge_even_for_the_right_one(world: World) -> None:
    ref, kpj = ref_of(world, WAYAN), WAYAN.kpjs[0]
    challenge = send(world, ref, kpj)
    code = world.codes(kpj)[-1]
    results = [answer(world, ref, challenge, wrong_code(code)) for _ in range(3)]
    assert [(result.verified, result.attempts_left) for result in results] == [(False, 2), (False, 1), (False, 0)]
    with pytest.raises(errors.CodeBlocked):
        answer(world, ref, challenge, code)


def test_a_new_code_voids_the_one_before(world: World) -> None:
    ref, kpj = ref_of(world, WAYAN), WAYAN.kpjs[0]
    first = send(world, ref, kpj)
    code = world.codes(kpj)[-1]
    second = send(world, ref, kpj)
    with pytest.raises(errors.CodeExpired):
        answer(world, ref, first, code)
    assert answer(world, ref, second, world.codes(kpj)[-1]).verified


def test_a_challenge_belongs_to_its_member(world: World) -> None:
    ref, kpj = ref_of(world, WAYAN), WAYAN.kpjs[0]
    challenge = send(world, ref, kpj)
    code = world.codes(kpj)[-1]
    with pytest.raises(errors.CodeExpired):
        answer(world, ref_of(world, BUDI), challenge, code)
    with pytest.raises(errors.CodeExpired):
        answer(world, ref, "never-sent", code)


def test_one_reference_for_two_questions_is_our_bug(world: World) -> None:
    ref, reference = ref_of(world, BUDI), new_reference()
    send(world, ref, ACTIVE, reference)
    with pytest.raises(errors.Duplicate):
        send(world, ref, INACTIVE, reference)


def test_without_a_contact_no_code_can_be_sent(world: World) -> None:
    who = world.somebody("98")
    with pytest.raises(errors.NoContact):
        send(world, ref_of(world, who), who.kpjs[0])


def answer(world: World, ref: str, challenge: str, code: str, reference: str = "") -> ChallengeResult:
    return world.provider.verify_challenge(
        member_ref=ref, challenge_ref=challenge, code=code, reference=reference or new_reference()
    )


def wrong_code(code: str) -> str:
    return "000000" if code != "000000" else "111111"


def test_the_settings_build_a_provider_that_works(sandbox: Sandbox) -> None:
    provider = get_provider()
    assert provider is get_provider()
    assert provider is not get_provider(priority="sweep")
    match = provider.verify_member(nik=BUDI.nik, name=BUDI.name, birth_date=BUDI.birth_date, kpj=ACTIVE)
    assert match.member_ref is not None
    swept = get_provider(priority="sweep").fetch_balance(kpj=ACTIVE, member_ref=match.member_ref)
    assert swept.amount == provider.fetch_balance(kpj=ACTIVE, member_ref=match.member_ref).amount


def test_a_test_may_put_another_provider_in_its_place() -> None:
    fake = FakeProvider(people=())
    with override(fake):
        assert get_provider() is fake
        assert get_provider(priority="sweep") is fake
    assert get_provider() is not fake
