"""Finding a person by what they read out on the phone, without the number ever standing in an address or a page."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditRow, Card, LinkRequest, User, nik_index
from tests.admin.conftest import KPJ, NIK, SECRETS, make_request
from tests.factories import make_member

LOOK_UP = reverse("admin:accounts_user_look_up")


def page_of(member: User) -> str:
    return reverse("admin:accounts_user_change", args=[member.pk])


@pytest.mark.parametrize("typed", [KPJ, "2401 1122 201", "2401-1122-201", " 24011122201 "])
def test_a_full_kpj_finds_its_holder(as_keeper: Client, member: User, card: Card, typed: str) -> None:
    response = as_keeper.post(LOOK_UP, {"text": typed})
    html = response.content.decode()
    assert page_of(member) in html
    assert not [secret for secret in SECRETS if secret in html]
    assert typed.strip() not in html


def test_part_of_a_kpj_finds_nobody(as_keeper: Client, member: User, card: Card) -> None:
    for part in ("2401112220", "2201", "240111"):
        assert page_of(member) not in as_keeper.post(LOOK_UP, {"text": part}).content.decode()


def test_a_proven_nik_and_a_requested_one_find_their_people(as_keeper: Client, member: User, stranger: User) -> None:
    User.objects.filter(pk=member.pk).update(nik_index=nik_index(NIK))
    ended = {"state": LinkRequest.State.REFUSED, "ended_at": timezone.now()}
    make_request(stranger, **ended)
    html = as_keeper.post(LOOK_UP, {"text": NIK}).content.decode()
    assert page_of(member) in html
    assert page_of(stranger) in html
    assert NIK not in html


def test_a_full_email_in_any_case_finds_its_owner(as_keeper: Client, member: User) -> None:
    html = as_keeper.post(LOOK_UP, {"text": "Member@Contoh.example"}).content.decode()
    assert page_of(member) in html
    assert "m•••@contoh.example" in html
    assert page_of(member) not in as_keeper.post(LOOK_UP, {"text": "@contoh.example"}).content.decode()


@pytest.mark.parametrize("typed", ["budi", "BUDI UJI", "uji bud", "  bud  "])
def test_beginnings_of_a_names_words_find_it(as_keeper: Client, member: User, stranger: User, typed: str) -> None:
    html = as_keeper.post(LOOK_UP, {"text": typed}).content.decode()
    assert page_of(member) in html
    assert page_of(stranger) not in html


@pytest.mark.asvs("V1.2.4", "V1.2.9")
@pytest.mark.parametrize("typed", ["budi:* | sari", "a' OR 1=1 --", "!!", "&&", "%", "budi & !uji", "___"])
def test_a_name_with_signs_is_words_and_never_a_question_of_its_own(
    as_keeper: Client, member: User, stranger: User, typed: str
) -> None:
    response = as_keeper.post(LOOK_UP, {"text": typed})
    assert response.status_code == 200
    assert page_of(stranger) not in response.content.decode()


def test_a_name_of_eleven_letters_is_a_name(as_keeper: Client) -> None:
    person = make_member(name="SITI MARYAM")
    assert page_of(person) in as_keeper.post(LOOK_UP, {"text": "siti maryam"}).content.decode()


@pytest.mark.parametrize(
    ("typed", "kind"), [(KPJ, "kpj"), (NIK, "nik"), ("member@contoh.example", "email"), ("budi", "name")]
)
def test_a_look_up_is_written_down_by_kind_and_count_only(
    as_keeper: Client, keeper: User, card: Card, typed: str, kind: str
) -> None:
    as_keeper.post(LOOK_UP, {"text": typed})
    row = AuditRow.objects.get(action="member_looked_up")
    assert row.actor == keeper.public_id
    assert row.details == {"kind": kind, "count": 0 if kind == "nik" else 1}
    assert typed not in f"{row.details}{row.reason}"


def test_the_address_takes_no_question(as_keeper: Client, member: User, card: Card) -> None:
    html = as_keeper.get(LOOK_UP, {"text": KPJ}).content.decode()
    assert page_of(member) not in html
    assert not AuditRow.objects.filter(action="member_looked_up").exists()
    assert '<form class="panel" method="post"' in html


def test_no_search_box_puts_words_into_an_address(as_keeper: Client, member: User) -> None:
    for address in (reverse("admin:accounts_user_changelist"), page_of(member), LOOK_UP, reverse("admin:index")):
        html = as_keeper.get(address).content.decode()
        assert 'method="get"' not in html
        assert 'type="search"' not in html


def test_looking_up_is_for_staff_with_permission(as_member: Client, as_idle_staff: Client, card: Card) -> None:
    assert as_member.post(LOOK_UP, {"text": KPJ}).status_code == 302
    assert as_idle_staff.post(LOOK_UP, {"text": KPJ}).status_code == 403
    assert not AuditRow.objects.filter(action="member_looked_up").exists()


def test_a_name_is_found_through_its_index(member: User) -> None:
    from django.db import connection

    from accounts.services.staff import _named

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    assert "user_name_words" in _named(["budi"]).explain()
