"""Staff of several kinds, each as a browser that went through the second step, and a member with something to see."""

import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditRow, Card, Correction, LinkRequest, RecoveryRequest, User, kpj_index, nik_index
from accounts.services.staff import STAFF_GROUP
from balances.models import BalanceHistory, FetchAttempt
from sms.models import Inbound, Number, Outbound
from tests.accounts.everything import give_messages
from tests.factories import make_balance, make_card, make_member
from tests.house.addresses import make_number

KPJ, NIK = "24011122201", "3173051207860012"
SECRETS = (KPJ, NIK, "member@contoh.example", "+62812", "SALDO PENANDA", "JAWABAN PENANDA")
SMS = (Inbound, Outbound, Number)


@pytest.fixture
def keeper(db: None) -> User:
    """A staff member who manages members."""
    user = make_member("keeper@contoh.example", name="PENJAGA UJI", is_staff=True)
    user.groups.add(Group.objects.get(name=STAFF_GROUP))
    return user


@pytest.fixture
def boss(db: None) -> User:
    return make_member("boss@contoh.example", name="KEPALA UJI", is_staff=True, is_superuser=True)


@pytest.fixture
def as_keeper(keeper: User) -> Client:
    return second_factor_done(keeper)


@pytest.fixture
def as_boss(boss: User) -> Client:
    return second_factor_done(boss)


@pytest.fixture
def as_idle_staff(staff: User) -> Client:
    """Staff with the second factor done and no permission at all."""
    return second_factor_done(staff)


@pytest.fixture
def as_viewer(staff: User) -> Client:
    """Staff who may look at everything and change nothing."""
    views = Permission.objects.filter(
        codename__startswith="view_", content_type__app_label__in=("accounts", "balances", "sms")
    )
    staff.user_permissions.set(views)
    return second_factor_done(staff)


@pytest.fixture
def card(member: User) -> Card:
    card = make_card(member, KPJ)
    make_balance(card, "7654321.00")
    return card


@pytest.fixture
def waiting(member: User) -> LinkRequest:
    return make_request(member, state=LinkRequest.State.WAITING_STAFF)


@pytest.fixture
def rows(member: User, card: Card, waiting: LinkRequest) -> dict[type, int]:
    """One row of every registered model, by model."""
    now = timezone.now()
    history = BalanceHistory.objects.create(card=card, amount="7654321.00", as_of=now)
    attempt = FetchAttempt.objects.create(card=card, started_at=now, milliseconds=12, outcome="ok")
    trail = AuditRow.objects.create(action="signed_in", door="web", member=member.public_id, day=now.date())
    correction = Correction.objects.create(member=member, topic="name")
    recovery = RecoveryRequest.objects.create(member=member, kind="staff", state="approving", next_fetch_at=None)
    number = make_number(member)
    came, went = give_messages(number, card)
    made = [number, came, went, recovery, correction, member, card, waiting, history, attempt, trail, card.balance]
    return {type(row): row.pk for row in made}


def pages(rows: dict[type, int]) -> list[str]:
    assert set(admin.site._registry) == set(rows), "a registered model without a sample row"
    found = [reverse("admin:index"), reverse("admin:accounts_user_look_up"), reverse("admin:accounts_user_add")]
    for model, pk in rows.items():
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        found += [reverse(f"{name}_changelist"), reverse(f"{name}_change", args=[pk])]
    member, card, request = rows[User], rows[Card], rows[LinkRequest]
    acts = ("kirim-reset", "reset-autentikasi", "nonaktifkan")
    found += [reverse("admin:accounts_user_act", args=[member, act]) for act in acts]
    found += [reverse("admin:accounts_card_unlink", args=[card]), reverse("admin:accounts_card_open", args=[card])]
    found += [reverse(f"admin:sms_{model._meta.model_name}_reveal", args=[rows[model]]) for model in SMS]
    found += [reverse("admin:sms_inbound_changelist") + f"?keadaan=dijawab&nomor={rows[Number]}"]
    found += [reverse("admin:sms_outbound_changelist") + "?keadaan=ragu"]
    found += [reverse("admin:accounts_recoveryrequest_propose", args=[member])]
    recovery = rows[RecoveryRequest]
    found += [reverse(f"admin:accounts_recoveryrequest_{word}", args=[recovery]) for word in ("approve", "stop")]
    found += [reverse(f"admin:accounts_linkrequest_{word}", args=[request]) for word in ("approve", "refuse")]
    return [*found, reverse("admin:accounts_linkrequest_changelist") + "?keadaan=petugas"]


def make_request(member: User, kpj: str = "19022233393", nik: str = NIK, **fields: object) -> LinkRequest:
    row = LinkRequest(
        member=member,
        kpj_index=kpj_index(kpj),
        kpj_last4=kpj[-4:],
        nik_index=nik_index(nik),
        next_fetch_at=None,
        **fields,
    )
    if not fields.get("ended_at"):
        row.kpj, row.nik, row.name, row.birth_date_iso = kpj, nik, "BUDI UJI", "1986-07-12"
        row.member_ref = "ref-uji"
    row.save()
    return row


def enrol(user: User) -> Authenticator:
    return TOTP.activate(user, generate_totp_secret()).instance


def second_factor_done(user: User, authenticator: Authenticator | None = None) -> Client:
    """Signed in, and marked as allauth marks a session after its second step (test_entrance goes the real way)."""
    client = Client()
    client.force_login(user)
    mark(client, user, authenticator or enrol(user))
    return client


def mark(client: Client, user: User, authenticator: Authenticator) -> None:
    session = client.session
    used = {"method": "mfa", "at": time.time(), "id": authenticator.pk, "type": authenticator.type}
    session["account_authentication_methods"] = [used]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()
