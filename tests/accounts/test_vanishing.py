"""Each address, asked for at the very moment at which the account is deleted or the card let go: signed out or 404.

The other transaction has deleted and not yet committed: whoever asks still sees the rows, waits for a lock, and finds
them gone.
"""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import audit
from accounts.consent import WITHDRAWN
from accounts.forms.sign_in import PasskeyNameForm
from accounts.models import Card, Deletion, LinkRequest, RecoveryRequest, User, kpj_index, nik_index
from accounts.services import cards, deletion, linking, linking_steps, locks, privacy, recovery, recovery_steps, staff
from accounts.services.not_me_tokens import Purpose, make
from sms.services import registering
from tests.accounts.conftest import BORN, KPJ, NAME, NIK, ask, link
from tests.conftest import remember_proof
from tests.factories import PASSWORD, make_card, make_member
from tests.house.addresses import PUBLIC, World, address_of, make_world, named_addresses
from tests.passkeys import Passkey

NAMES = sorted(name for name, _ in named_addresses() if name not in PUBLIC)
OF_A_CARD = ("card_", "balance", "statement", "projection", "claim_when", "offer")
TYPED: dict[str, dict[str, Any]] = {
    "card_add": {"kpj": KPJ, "nik": NIK, "name": NAME, "birth_date": f"{BORN:%d-%m-%Y}"},
    "link_code": {"code": "123456"},
    "account_email": {"email": "baru@contoh.example", "action_add": ""},
    "account_change_password": {"oldpassword": PASSWORD, "password1": "kalimat sandi yang baru"},
    "account_reauthenticate": {"password": PASSWORD},
    "privacy_correct": {"topic": "name", "text": "Nama saya kurang satu huruf"},
    "privacy_correct_name": {"name": "ANGGOTA BARU"},
    "privacy_delete_sure": {"sure": "on"},
    "privacy_news": {"news": "on"},
    "notice_choices": {"kinds": ["month_missing"], "pace": "now"},
}


def waits_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        )
        return bool(cursor.fetchone()[0])


def while_gone(act: Callable[[], None], come: Callable[[], int], after: Callable[[], None] | None = None) -> int:
    """`come` runs between the deed and its commit, as far as the locks let it."""
    done, answer = threading.Event(), threading.Event()

    def vanish() -> None:
        try:
            with transaction.atomic():
                act()
                done.set()
                until = time.monotonic() + 20
                while not answer.is_set() and not waits_for_a_lock() and time.monotonic() < until:
                    time.sleep(0.005)
            if after:
                after()
        finally:
            done.set()
            connection.close()

    def ask_then() -> int:
        try:
            assert done.wait(20)
            return come()
        finally:
            answer.set()
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        gone, came = pool.submit(vanish), pool.submit(ask_then)
        gone.result(30)
        return came.result(30)


def world_of_somebody() -> tuple[World, Client]:
    member = make_member()
    world = make_world(member)
    client = Client(raise_request_exception=False)
    client.force_login(member)
    remember_proof(client, member)
    return world, client


def ask_for(client: Client, name: str, method: str, world: World) -> Callable[[], int]:
    address = address_of(name, world)
    if method == "get":
        return lambda: client.get(address).status_code
    return lambda: client.post(address, TYPED.get(name, {})).status_code


@pytest.mark.heavy
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("method", ["get", "post"])
def test_an_account_deleted_this_moment_is_signed_out(method: str, subtests: pytest.Subtests) -> None:
    for name in NAMES:
        world, client = world_of_somebody()
        Deletion.objects.create(member=world.member, due_at=timezone.now())
        pk = world.member.pk

        def go(pk: int = pk) -> None:
            assert deletion._carry_out(pk)

        def end(pk: int = pk) -> None:
            deletion.end_sessions_of([pk])

        status = while_gone(go, ask_for(client, name, method, world), end)
        with subtests.test(name):
            assert status < 500
            assert not User.objects.filter(pk=pk).exists()


@pytest.mark.heavy
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_card_let_go_this_moment_is_not_found(method: str, subtests: pytest.Subtests) -> None:
    for name in (one for one in NAMES if one.startswith(OF_A_CARD)):
        world, client = world_of_somebody()
        card = world.card

        def go() -> None:
            cards.unlink(card=card, source=audit.SYSTEM)  # noqa: B023 - asked for at once

        status = while_gone(go, ask_for(client, name, method, world))
        with subtests.test(name):
            assert status < 500


@pytest.mark.heavy
@pytest.mark.django_db(transaction=True)
def test_a_button_in_the_mail_of_an_account_deleted_this_moment_is_not_found(subtests: pytest.Subtests) -> None:
    for purpose in (Purpose.ACCOUNT, Purpose.CARD, Purpose.REQUEST, None):
        world, _client = world_of_somebody()
        asked = Deletion.objects.create(member=world.member, due_at=timezone.now())
        about = {Purpose.CARD: world.card, Purpose.REQUEST: world.request}.get(purpose, world.member)
        if purpose:
            path = reverse("not_me", args=[make(purpose, about.public_id)])
        else:
            path = reverse("deletion_cancel", args=[asked.cancel_key])

        def go(pk: int = world.member.pk) -> None:
            assert deletion._carry_out(pk)

        def press(path: str = path) -> int:
            return Client(raise_request_exception=False).post(path).status_code

        with subtests.test(str(purpose)):
            assert while_gone(go, press) in (200, 404)
            assert not User.objects.filter(pk=world.member.pk).exists()


def test_a_new_password_undoes_no_lock_set_meanwhile(as_member: Client, member: User, monkeypatch: Any) -> None:
    """The page was asked for before the owner pressed "Bukan saya" in a mail."""
    real = User.set_password

    def locked_meanwhile(self: User, password: str | None) -> None:
        locks.lock_account(member=member, source=audit.SYSTEM)
        real(self, password)

    monkeypatch.setattr(User, "set_password", locked_meanwhile)
    typed = {"oldpassword": PASSWORD, "password1": "kalimat sandi yang baru"}
    as_member.post(reverse("account_change_password"), typed)
    monkeypatch.undo()
    member.refresh_from_db()
    assert member.check_password("kalimat sandi yang baru")
    assert member.locked_at


def _lapsed_request(member: User) -> None:
    ask(member)
    LinkRequest.objects.update(changed_at=timezone.now() - timedelta(days=2))


def _card_to_open(member: User) -> None:
    make_card(member, state="frozen", frozen_because="owner", locked_at=timezone.now(), unlock_at=timezone.now())


def _account_to_open(member: User) -> None:
    User.objects.filter(pk=member.pk).update(locked_at=timezone.now(), unlock_at=timezone.now())


def _recovery(member: User, **fields: Any) -> None:
    RecoveryRequest.objects.create(kind="staff", member=member, reset_mfa=True, next_fetch_at=None, **fields)


def _recovery_to_carry_out(member: User) -> None:
    _recovery(member, state="waiting", counts_from=timezone.now())


def _recovery_to_expire(member: User) -> None:
    _recovery(member, state="approving", created_at=timezone.now() - timedelta(days=8))


def _withdrawn(member: User) -> None:
    make_card(member)
    User.objects.filter(pk=member.pk).update(consent_version=WITHDRAWN)


def _silent_by_sms(member: User) -> None:
    make_card(member)
    long_ago = timezone.now() - timedelta(days=9)
    Card.objects.update(linked_at=long_ago)
    User.objects.filter(pk=member.pk).update(email=None, consent_version="", date_joined=long_ago)


SWEEPS: dict[str, tuple[Callable[[User], None], Callable[[], Any], Callable[[User], bool]]] = {
    "requests": (_lapsed_request, linking.expire_old_links, lambda member: not member.link_requests.open().exists()),
    "cards": (_card_to_open, locks.end_due, lambda member: not member.cards.exclude(locked_at=None).exists()),
    "accounts": (_account_to_open, locks.end_due, lambda member: member.locked_at is None),
    "recoveries": (_recovery_to_carry_out, recovery.sweep, lambda member: member.recoveries.get().state == "done"),
    "old recoveries": (_recovery_to_expire, recovery.sweep, lambda member: member.recoveries.get().state == "expired"),
    "withdrawn": (_withdrawn, privacy.let_go_after_disputes, lambda member: member.cards.get().state == "unlinked"),
    "by SMS": (_silent_by_sms, registering.forget_unagreed, lambda member: deletion.pending(member) is not None),
}


@pytest.mark.parametrize("name", SWEEPS)
def test_a_sweep_goes_on_past_an_account_that_is_deleted_this_moment(
    member: User, stranger: User, monkeypatch: Any, name: str
) -> None:
    """Whichever of the two it comes to first goes; the other is done in the same round."""
    prepare, sweep, is_done = SWEEPS[name]
    for one in (member, stranger):
        prepare(one)
    real, gone = cards.lock_member, []

    def first_one_goes(pk: int) -> User:
        if not gone:
            gone.append(pk)
            User.objects.filter(pk=pk).delete()
        return real(pk)

    for module in (cards, linking, locks, recovery):
        monkeypatch.setattr(module, "lock_member", first_one_goes)
    sweep()
    assert gone
    (left,) = User.objects.exclude(pk__in=gone)
    assert is_done(left)


def test_a_passkey_taken_away_while_it_is_renamed_does_not_come_back(
    as_member: Client, member: User, monkeypatch: Any
) -> None:
    """Whoever is in the account renames it again and again, and the owner presses "Bukan saya" in a mail."""
    remember_proof(as_member, member)
    passkey = Passkey(member).row

    def gone_before_it_is_saved(self: PasskeyNameForm) -> bool:
        Authenticator.objects.filter(pk=passkey.pk).delete()
        return True

    monkeypatch.setattr(PasskeyNameForm, "is_valid", gone_before_it_is_saved)
    monkeypatch.setattr(PasskeyNameForm, "cleaned_data", {"name": "Ponsel"}, raising=False)
    answer = as_member.post(reverse("mfa_edit_webauthn", args=[passkey.pk]), {"name": "Ponsel"})
    assert answer.status_code == 404
    assert not Authenticator.objects.filter(user=member).exists()


def test_making_an_administrator_undoes_no_lock_set_meanwhile(member: User, monkeypatch: Any) -> None:
    real = staff.forget_authenticators

    def locked_meanwhile(person: User) -> int:
        locks.lock_account(member=member, source=audit.SYSTEM)
        return real(person)

    monkeypatch.setattr(staff, "forget_authenticators", locked_meanwhile)
    EmailAddress.objects.update(verified=False)
    staff.make_administrator(email=str(member.email), name="")
    member.refresh_from_db()
    assert member.is_superuser
    assert member.locked_at


def deletes(member: User, real: Callable[..., Any]) -> Callable[..., Any]:
    """The upstream's answer, and the account gone meanwhile."""

    def answer(**asked: Any) -> Any:
        User.objects.filter(pk=member.pk).delete()
        return real(**asked)

    return answer


def test_a_worker_whose_members_account_went_while_it_asked_has_nothing_to_do(
    member: User, upstream: Any, monkeypatch: Any, caplog: Any
) -> None:
    row = ask(member)
    row.refresh_from_db()
    assert row.fetch_started_at
    monkeypatch.setattr(upstream, "verify_member", deletes(member, upstream.verify_member))
    linking_steps.advance_link(public_id=row.public_id, token=row.fetch_started_at)
    assert not caplog.records


def test_a_recovery_whose_account_went_while_the_code_was_sent_has_nothing_to_do(
    member: User, upstream: Any, monkeypatch: Any, caplog: Any
) -> None:
    assert link(member, upstream).card
    row = recovery.ask(kpj_index=kpj_index(KPJ), nik_index=nik_index(NIK))
    row.refresh_from_db()
    assert row.fetch_started_at
    monkeypatch.setattr(upstream, "send_challenge", deletes(member, upstream.send_challenge))
    recovery_steps.advance(public_id=row.public_id, token=row.fetch_started_at)
    assert not caplog.records
