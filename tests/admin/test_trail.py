"""The trail as staff read it: colleagues by name, members to whoever may see them, no id and no code anywhere."""

import ast
import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import strip_tags

from accounts import audit
from accounts.activity_wording import WORDS
from accounts.admin.trail_words import LABELS
from accounts.audit import Action, Door, Source
from accounts.models import AuditRow, Card, User
from accounts.services import locks
from tests.admin.conftest import second_factor_done
from tests.factories import make_member

ROOT = Path(__file__).resolve().parents[2]
LIST = reverse("admin:accounts_auditrow_changelist")
AN_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


@pytest.fixture
def colleague(db: None) -> User:
    return make_member("rekan@contoh.example", name="RATNA REKAN", is_staff=True)


@pytest.fixture
def looked(colleague: User, member: User, card: Card) -> AuditRow:
    """A colleague looked at a member's card."""
    source = Source(door=Door.ADMIN, actor=colleague)
    audit.record(Action.CARD_SEEN_BY_STAFF, source, member=member, card=card.public_id, reason="anggota menelepon")
    return AuditRow.objects.get(action="card_seen_by_staff")


def read(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", strip_tags(answer.content.decode()))


def places(row: AuditRow, member: User) -> list[str]:
    own = reverse("admin:accounts_auditrow_change", args=[row.pk])
    return [LIST, own, reverse("admin:accounts_user_change", args=[member.pk])]


def test_a_colleague_stands_there_by_name_and_nobody_by_id(as_keeper: Client, looked: AuditRow, member: User) -> None:
    for address in places(looked, member):
        page = read(as_keeper, address)
        assert "RATNA REKAN, petugas" in page, address
        assert "Data kartu dilihat" in page, address
        assert not AN_ID.search(page), address
        assert "card_seen_by_staff" not in page, address


def test_a_colleague_without_a_name_stands_there_by_a_masked_address(
    as_keeper: Client, looked: AuditRow, colleague: User
) -> None:
    User.objects.filter(pk=colleague.pk).update(name="")
    page = read(as_keeper, LIST)
    assert "r•••@contoh.example, petugas" in page
    assert "rekan@" not in page


def test_the_list_names_member_and_card(as_keeper: Client, looked: AuditRow) -> None:
    page = read(as_keeper, LIST)
    assert "BUDI UJI" in page
    assert f"•••• {Card.objects.get().kpj_last4}" in page


def test_who_may_see_the_trail_but_no_member_reads_no_members_name(staff: User, looked: AuditRow, member: User) -> None:
    staff.user_permissions.set(Permission.objects.filter(codename="view_auditrow"))
    audit.record(Action.SIGNED_IN, Source(door=Door.WEB, actor=make_member(name="SARI LAIN")), member=member)
    page = read(second_factor_done(staff), LIST)
    assert "RATNA REKAN, petugas" in page
    assert "seorang anggota" in page
    assert "anggota lain" in page
    assert "BUDI UJI" not in page
    assert "SARI LAIN" not in page


@pytest.mark.parametrize(
    ("door", "actor", "told"),
    [
        (Door.WEB, "self", "anggota sendiri"),
        (Door.WORKER, None, "Sistem"),
        (Door.COMMAND, None, "Pengelola"),
        (Door.WEB, None, "Orang lain, atau perangkat yang belum login"),
        (Door.ADMIN, "gone", "akun yang sudah dihapus"),
    ],
)
def test_everybody_else_is_said_in_words(as_keeper: Client, member: User, door: str, actor: Any, told: str) -> None:
    person = {"self": member, "gone": make_member(is_staff=True)}.get(actor)
    audit.record(Action.SIGNED_OUT, Source(door=door, actor=person), member=member)
    if actor == "gone":
        User.objects.filter(pk=person.pk).delete()  # type: ignore[union-attr]
    for address in places(AuditRow.objects.get(action="signed_out"), member):
        assert told in read(as_keeper, address), address


def test_details_are_in_words(as_keeper: Client, keeper: User, member: User, card: Card) -> None:
    source = Source(door=Door.ADMIN, actor=keeper)
    audit.record(Action.MFA_CHANGED, source, member=member, change="added", kind="totp")
    audit.record(Action.CARD_LINKED, source, member=member, card=card.public_id, proof=Card.Proof.POSSESSION)
    audit.record(Action.MEMBER_EDITED, source, member=member, fields=["name"])
    audit.record(Action.LINK_DECIDED, source, member=member, approves=False, about="waiting_staff")
    as_keeper.get(reverse("admin:accounts_card_changelist"))
    page = read(as_keeper, LIST)
    for words in (
        "jenis: aplikasi autentikator", "bukti: kode ke kontak peserta", "yang diubah: nama", "setuju: tidak",
        f"daftar: {Card._meta.verbose_name_plural}",
    ):  # fmt: skip
        assert words in page
    assert "change: added" not in page


def test_the_list_costs_the_same_for_one_row_and_for_fifty(as_keeper: Client, member: User, colleague: User) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            as_keeper.get(LIST)
        return len(seen)

    as_keeper.get(LIST)  # the session is written once a minute
    few = queries()
    for _ in range(50):
        audit.record(Action.MEMBER_SEEN_BY_STAFF, Source(door=Door.ADMIN, actor=colleague), member=member)
    assert queries() == few


def test_a_member_reads_of_staff_and_never_of_whom(
    as_member: Client, looked: AuditRow, member: User, colleague: User
) -> None:
    locks.lock_account(member=member, source=Source(door=Door.ADMIN, actor=colleague))
    for address in (reverse("activity"), reverse("activity") + "?jenis=petugas"):
        page = read(as_member, address)
        assert "Petugas" in page
        assert "RATNA" not in page
        assert "rekan@" not in page
        assert str(colleague.public_id) not in as_member.get(address).content.decode()


def test_every_detail_that_is_recorded_has_a_label() -> None:
    said_by_sentence = {name for words in WORDS.values() for name in words.says}
    used: set[str] = set()
    for room in ("accounts", "balances", "sms"):
        for path in (ROOT / room).rglob("*.py"):
            calls = [one for one in ast.walk(ast.parse(path.read_text())) if isinstance(one, ast.Call)]
            recorded = [one for one in calls if one.args and ast.unparse(one.args[0]).startswith("Action.")]
            used |= {word.arg for one in recorded for word in one.keywords if word.arg}
    assert used - {"member", "card", "reason"} - said_by_sentence - set(LABELS) == set()
