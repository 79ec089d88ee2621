"""Once the wait is over, nothing of the member is left in any table but what was named before."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db.models import PROTECT
from django.test import Client
from django.utils import timezone

from accounts import audit
from accounts.models import (
    AuditRow,
    Card,
    CardDecision,
    Deletion,
    LinkDecision,
    OutgoingMail,
    RecoveryDecision,
    RecoveryRequest,
    User,
    nik_index,
)
from accounts.sealing import CannotOpen, sealed_columns
from accounts.services import deletion, resealing
from balances.models import Balance
from providers.fake import FakeProvider
from tests.accounts.conftest import KPJ, link
from tests.accounts.everything import NIK, give_everything, let_time_pass
from tests.factories import PASSWORD, make_balance, make_card, make_member
from tests.house.planted import Planted, found_in, tables


def clear_texts() -> list[tuple[str, str]]:
    """Every column of every table; sealed ones opened."""
    opened = []
    for place in resealing.places():
        if not place.bare:
            continue
        attribute = sealed_columns(place.model)[place.column]
        for row in place.model._default_manager.exclude(**{place.column: ""}):
            try:
                opened.append((f"{place.name} opened", str(getattr(row, attribute))))
            except CannotOpen:
                opened.append((f"{place.name} opened", "cannot be opened"))
    sessions = [("session opened", str(session.get_decoded())) for session in Session.objects.all()]
    return [*tables(), *opened, *sessions]


def test_nothing_of_the_member_is_left_but_what_was_named(member: User, stranger: User, staff: User) -> None:
    card = give_everything(member, staff)
    give_everything(stranger, staff)
    stranger.nik_index = None  # somebody else, with another number
    stranger.save()
    email, public_id, cards = str(member.email), str(member.public_id), list(member.cards.all())
    planted = [
        Planted("email", email, frozenset({"accounts_outgoingmail.message_sealed opened"})),
        Planted("old email", "lama.penanda@contoh.example", frozenset({"accounts_contactchange.old_sealed opened"})),
        Planted("name", member.name),
        Planted("public id", public_id, frozenset({"accounts_auditrow.actor", "accounts_auditrow.member"})),
        *[Planted("KPJ", one.kpj) for one in cards],
        Planted("phone", member.sms_numbers.get().number),
        Planted("card's id", str(card.public_id), frozenset({"accounts_auditrow.card"})),
        Planted("session", f"'_auth_user_id': '{member.pk}'"),
    ]
    assert {one.split(" ")[0] for one in found_in(clear_texts(), planted)} >= {
        "email",
        "name",
        "KPJ",
        "session",
        "phone",
    }
    User.objects.filter(pk=stranger.pk).update(email="tetap@contoh.example")
    let_time_pass(member)
    member.deletion.__class__.objects.exclude(pk=member.pk).delete()
    assert deletion.carry_out_due() == 1
    assert not User.objects.filter(pk=member.pk).exists()
    left = [(place, text) for place, text in clear_texts() if "contactchange" not in place or "lama" not in text]
    assert found_in(left, planted) == []
    assert OutgoingMail.objects.count() == 3  # the farewell; two of the stranger's, untouched
    assert not RecoveryRequest.objects.filter(nik_index=nik_index(NIK)).exists()
    rows = AuditRow.objects.filter(member=public_id)
    assert rows.exists()
    assert set(rows.values_list("address", "agent")) == {(None, "")}
    assert AuditRow.objects.filter(member=stranger.public_id).exclude(address=None).exists()
    assert Card.objects.filter(member=stranger).exists()
    assert LinkDecision.objects.filter(link_request__member=stranger).exists()


def test_the_freed_email_signs_up_again_and_the_card_is_linked_again(
    member: User, upstream: FakeProvider, stranger: User
) -> None:
    link(member, upstream)
    deletion.ask(member=member, source=audit.SYSTEM)
    let_time_pass(member)
    assert deletion.carry_out_due() == 1
    Client().post("/akun/daftar/", {"email": "member@contoh.example", "password1": "kalimat sandi yang panjang"})
    again = User.objects.get(email="member@contoh.example")
    row = link(again, upstream)
    assert row.card is not None
    assert row.card.kpj == KPJ


@pytest.mark.asvs("V7.4.2")
def test_the_old_session_is_nobodys(member: User) -> None:
    client = Client()
    client.force_login(member)
    deletion.ask(member=member, source=audit.SYSTEM)
    let_time_pass(member)
    deletion.carry_out_due()
    assert client.get("/saldo/")["Location"].startswith("/akun/login/")
    assert not Session.objects.exists()
    answer = Client().post("/akun/login/", {"login": "member@contoh.example", "password": PASSWORD})
    assert answer.status_code == 200


@pytest.mark.parametrize("decided", ["link_request", "card", "recovery"])
def test_whose_decision_others_rely_on_cannot_be_deleted_and_holds_up_nobody(
    member: User, staff: User, stranger: User, decided: str
) -> None:
    """Also after they left: each decision points at who took it."""
    give_everything(stranger, staff)
    models = {"link_request": LinkDecision, "card": CardDecision, "recovery": RecoveryDecision}
    for name, model in models.items():
        if name != decided:
            model.objects.all().delete()
    User.objects.filter(pk=staff.pk).update(is_staff=False)
    staff.refresh_from_db()
    assert deletion.works_here(staff)
    with pytest.raises(deletion.CannotDelete):
        deletion.ask(member=staff, source=audit.SYSTEM)
    Deletion.objects.all().delete()
    for due, one in enumerate((staff, member)):
        Deletion.objects.create(member=one, due_at=timezone.now() - timedelta(hours=2 - due))
    assert deletion.carry_out_due() == 1
    assert User.objects.filter(pk=staff.pk).exists()
    assert not User.objects.filter(pk=member.pk).exists()


def test_whoever_the_database_keeps_is_known_to_work_here() -> None:
    related = User._meta.get_fields(include_hidden=True)
    kept = {one.related_model for one in related if getattr(one, "on_delete", None) is PROTECT}
    assert kept == set(deletion.DECISIONS)


def test_an_account_in_dispute_waits_for_staff(member: User) -> None:
    card = make_card(member, state=Card.State.FROZEN, frozen_because=Card.FrozenBecause.DISPUTED)
    deletion.ask(member=member, source=audit.SYSTEM)
    let_time_pass(member)
    assert deletion.carry_out_due() == 0
    Card.objects.filter(pk=card.pk).update(state=Card.State.ACTIVE, frozen_because="")
    assert deletion.carry_out_due() == 1


def test_a_stranger_loses_nothing_and_a_run_is_bounded(monkeypatch: pytest.MonkeyPatch, stranger: User) -> None:
    monkeypatch.setattr(deletion, "_A_RUN", 2)
    kept = make_balance(make_card(stranger))
    for _ in range(3):
        leaver = make_member()
        deletion.ask(member=leaver, source=audit.SYSTEM)
        let_time_pass(leaver)
    assert [deletion.carry_out_due() for _ in range(3)] == [2, 1, 0]
    assert Balance.objects.get() == kept
