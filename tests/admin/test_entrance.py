"""Who gets into the staff's pages, and how."""

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.adapter import get_adapter as get_mfa_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.contrib import admin
from django.contrib.auth.models import Group
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from accounts.models import OutgoingMail, User
from tests.admin.conftest import enrol, mark, second_factor_done
from tests.factories import PASSWORD

MEMBERS = reverse("admin:accounts_user_changelist")


def test_a_visitor_is_led_to_the_portals_own_login_and_back(visitor: Client) -> None:
    response = visitor.get(MEMBERS, follow=True)
    assert response.redirect_chain[-1][0].startswith(reverse("account_login"))
    assert "next=/admin/accounts/user/" in response.redirect_chain[-1][0]


def test_the_admin_has_no_password_form_of_its_own(visitor: Client) -> None:
    response = visitor.post(reverse("admin:login"), {"username": "keeper@contoh.example", "password": PASSWORD})
    assert response.status_code == 302
    assert response.url.startswith(reverse("account_login"))


def test_a_member_finds_nothing(as_member: Client) -> None:
    assert as_member.get(MEMBERS, follow=True).status_code == 404


@pytest.mark.asvs("V6.3.3")
def test_staff_with_a_password_only_are_led_to_enrolment(keeper: User) -> None:
    client = Client()
    client.force_login(keeper)
    response = client.get(MEMBERS, follow=True)
    assert response.status_code == 403
    assert f'href="{reverse("mfa_index")}"' in response.content.decode()


@pytest.mark.asvs("V6.3.4")
def test_staff_who_skipped_the_second_step_in_this_session_are_asked_for_it(keeper: User) -> None:
    enrol(keeper)
    client = Client()
    client.force_login(keeper)
    response = client.get(MEMBERS, follow=True)
    assert response.status_code == 403
    assert f"{reverse('mfa_reauthenticate')}?next=/admin/" in response.content.decode()


def test_a_recovery_code_does_not_open_the_admin(keeper: User) -> None:
    enrol(keeper)
    codes = Authenticator.objects.create(user=keeper, type=Authenticator.Type.RECOVERY_CODES, data={})
    assert second_factor_done(keeper, codes).get(MEMBERS).status_code == 302


def test_an_authenticator_that_was_removed_closes_the_door_at_once(keeper: User, as_keeper: Client) -> None:
    assert as_keeper.get(MEMBERS).status_code == 200
    Authenticator.objects.filter(user=keeper).delete()
    assert as_keeper.get(MEMBERS).status_code == 302


def test_somebody_elses_authenticator_does_not_count(keeper: User, boss: User) -> None:
    client = Client()
    client.force_login(keeper)
    mark(client, keeper, enrol(boss))
    assert client.get(MEMBERS).status_code == 302


def test_inactive_staff_are_out(keeper: User, as_keeper: Client) -> None:
    User.objects.filter(pk=keeper.pk).update(is_active=False)
    assert as_keeper.get(MEMBERS).status_code == 302


def test_password_and_authenticator_code_at_the_real_login_open_the_admin(keeper: User) -> None:
    secret = get_mfa_adapter().decrypt(enrol(keeper).data["secret"])
    client = Client()
    step = client.post(
        f"{reverse('account_login')}?next=/admin/", {"login": "keeper@contoh.example", "password": PASSWORD}
    )
    assert step.status_code == 302
    assert step.url.startswith(reverse("mfa_authenticate"))
    now = list(yield_hotp_counters_from_time())[1]
    done = client.post(step.url, {"code": format_hotp_value(hotp_value(secret, now))})
    assert done.status_code == 302
    assert client.get(MEMBERS).status_code == 200


def test_only_models_of_our_own_rooms_are_registered() -> None:
    registered = set(admin.site._registry)
    assert registered.isdisjoint({Group, Session, EmailAddress, Authenticator, OutgoingMail})
    assert {model._meta.app_label for model in registered} <= {"accounts", "balances", "sms"}


@pytest.mark.parametrize(
    "path", ["password_change/", "autocomplete/?term=a", "r/1/1/", "auth/group/", "mfa/authenticator/"]
)
def test_pages_of_the_stock_admin_that_we_do_not_want_are_gone(as_boss: Client, path: str) -> None:
    assert as_boss.get(f"/admin/{path}").status_code == 404


@pytest.mark.asvs("V3.5.4")
def test_with_a_host_of_its_own_the_admin_is_nowhere_else(as_keeper: Client, settings: pytest.FixtureRequest) -> None:
    settings.ADMIN_HOST = "kelola.contoh.example"
    settings.ALLOWED_HOSTS = ["testserver", "kelola.contoh.example"]
    assert as_keeper.get(MEMBERS).status_code == 404
    assert as_keeper.get(reverse("admin:login")).status_code == 404
    assert as_keeper.get(MEMBERS, headers={"host": "kelola.contoh.example"}).status_code == 200


def test_the_log_out_button_leads_to_the_portals_own(as_keeper: Client) -> None:
    page = as_keeper.get(reverse("admin:index")).content.decode()
    assert f'action="{reverse("account_logout")}"' in page
    as_keeper.post(reverse("account_logout"))
    assert as_keeper.get(MEMBERS).status_code == 302


def test_the_language_switch_speaks_english(as_keeper: Client) -> None:
    as_keeper.post(reverse("set_language"), {"language": "en", "next": "/admin/"})
    assert 'lang="en"' in as_keeper.get(reverse("admin:index")).content.decode()
