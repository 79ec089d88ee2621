"""The pages of my cards, through the client: what a member is told, and what nobody else may touch."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import audit
from accounts.models import AuditRow, Card, LinkRequest, User
from accounts.services import cards, limits, linking
from providers import errors
from tests.accounts.conftest import (
    BLOCKED_KPJ,
    KPJ,
    NAME,
    NIK,
    NO_CONTACT_KPJ,
    OTHER_KPJ,
    SECOND_KPJ,
    ask,
    link,
    work,
)
from tests.admin.conftest import second_factor_done
from tests.factories import make_card, make_member

State = LinkRequest.State
TYPED = {"kpj": KPJ, "nik": NIK, "name": NAME, "birth_date": "17-08-1945"}


def page(client: Client, row: LinkRequest) -> str:
    answer = client.get(reverse("link_progress", args=[row.public_id]))
    assert answer.status_code == 200
    return answer.content.decode()


def same_but_for_ids(text: str) -> str:
    """Without what differs by chance: ids, tokens, the last four digits."""
    text = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "ID", text)
    text = re.sub(r'(csrfmiddlewaretoken" value=")[^"]+', r"\1", text)
    return re.sub(r"•••• \w{4}", "KPJ", text)


def test_from_the_form_to_the_linked_card(as_member, member, upstream):
    answer = as_member.post(reverse("card_add"), TYPED)
    row = LinkRequest.objects.get()
    assert answer.url == reverse("link_progress", args=[row.public_id])
    told = page(as_member, row)
    assert 'data-state="checking"' in told
    assert "data-poll-url" in told
    assert "Muat ulang" in told  # for those without JavaScript
    work(row)
    told = page(as_member, row)
    assert 'data-state="code"' in told
    assert "+62 8** **** *567" in told
    assert "data-settled" in told
    assert "data-poll-url" not in told
    as_member.post(reverse("link_code", args=[row.public_id]), {"code": upstream.outbox[-1][1]})
    assert 'data-state="code_checking"' in page(as_member, row)
    work(row)
    told = page(as_member, row)
    assert 'data-state="linked"' in told
    assert f"KPJ •••• {SECOND_KPJ[-4:]}" in told
    listed = as_member.get(reverse("card_list")).content.decode()
    assert f"KPJ •••• {KPJ[-4:]} · PT Contoh Makmur" in listed
    assert "Kartu lain atas nama Anda" in listed
    as_member.post(reverse("offers_link_all"))
    assert Card.objects.count() == 2


@pytest.mark.asvs("V14.2.6", "V15.3.1")
def test_no_page_shows_a_whole_number(as_member, member, upstream):
    as_member.post(reverse("card_add"), TYPED)
    row = LinkRequest.objects.get()
    for _ in range(3):
        for text in (page(as_member, row), as_member.get(reverse("card_list")).content.decode()):
            assert KPJ not in text
            assert NIK not in text
        work(row, 1)


def test_a_refused_form_keeps_what_was_typed(as_member):
    answer = as_member.post(reverse("card_add"), TYPED | {"nik": "3171011808450001"})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "tidak cocok dengan NIK" in text
    for typed in ("3171011808450001", KPJ, NAME, "17-08-1945"):
        assert f'value="{typed}"' in text
    assert not LinkRequest.objects.exists()


def test_unusual_numbers_warn_and_go_on(as_member, upstream):
    answer = as_member.post(reverse("card_add"), TYPED | {"kpj": "93A12345678"}, follow=True)
    assert "memuat huruf" in answer.content.decode()
    assert LinkRequest.objects.count() == 1


def test_a_limit_is_said_with_its_end(as_member, member, upstream):
    for number in range(limits.REFUSALS_A_DAY):
        work(ask(member, kpj=f"2499999999{number}"))
    answer = as_member.post(reverse("card_add"), TYPED)
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "terlalu sering tidak cocok" in text
    assert re.search(r"Coba lagi setelah \d+ \w+ \d{4} 00:00 WIB", text)


def test_the_holder_who_asks_again_is_sent_to_the_list(as_member, member, upstream):
    link(member, upstream)
    answer = as_member.post(reverse("card_add"), TYPED, follow=True)
    assert "sudah terhubung ke akun Anda" in answer.content.decode()
    assert LinkRequest.objects.count() == 1


REFUSED = {
    "no such card": {"kpj": "24999999990"},
    "somebody else's card": {"kpj": OTHER_KPJ},
    "another NIK": {"nik": "3171011708450009"},
    "another name": {"name": "ORANG LAIN"},
    "blocked": {"kpj": BLOCKED_KPJ, "nik": "3171011708450002", "name": "BLOKIR UJI"},
}


def raising(kind: type[errors.ProviderError]):
    def fail(**_: object) -> None:
        raise kind

    return fail


def what_a_refused_member_sees(
    member: User, monkeypatch, upstream, *, data=None, fail=None, at="verify_member"
) -> list:
    """Every page from asking to the end, with its status, step by step as the worker goes."""
    client = Client()
    client.force_login(member)
    if fail:
        monkeypatch.setattr(upstream, at, raising(fail))
    row = ask(member, **(data or {}))
    seen = [same_but_for_ids(page(client, row))]
    while row.state != State.REFUSED:
        work(row, 1)
        seen.append(same_but_for_ids(page(client, row)))
    monkeypatch.undo()
    fragment = client.get(reverse("link_fragment", args=[row.public_id]))
    listed = client.get(reverse("card_list"))
    return [
        *dict.fromkeys(seen),
        fragment.status_code,
        same_but_for_ids(fragment.content.decode()),
        same_but_for_ids(listed.content.decode()),
    ]


def test_every_refusal_looks_the_same(db, upstream, monkeypatch):
    """Byte by byte: unknown, somebody else's, wrong data, blocked after the match, and the account's own other NIK."""
    seen = {}
    for why, data in REFUSED.items():
        seen[why] = what_a_refused_member_sees(make_member(name="UJI"), monkeypatch, upstream, data=data)
    for kind in (errors.NotFound, errors.Mismatch, errors.Blocked):
        for at in ("verify_member", "send_challenge"):
            person = make_member(name="UJI")
            seen[f"{kind.code} at {at}"] = what_a_refused_member_sees(person, monkeypatch, upstream, fail=kind, at=at)
    proved = make_member(name="UJI", nik_index=b"x" * 32)
    seen["the account is another person's"] = what_a_refused_member_sees(proved, monkeypatch, upstream)
    first = seen.pop("no such card")
    assert len(first) == 5  # checking, refused, and the fragment, its status and the list
    assert "belum dapat dihubungkan" in first[1]
    for why, pages in seen.items():
        assert pages == first, why


def test_the_refusal_says_what_to_look_at_and_whom_to_ask(as_member, member, upstream, settings):
    settings.SUPPORT_CONTACT = "0800-1-000-000"
    row = work(ask(member, kpj="24999999990"))
    text = page(as_member, row)
    for word in ("slip gaji", "KTP", "tanggal lahir", "HRD", "0800-1-000-000", "Coba lagi"):
        assert word in text


def test_upstream_down_is_said(as_member, member, upstream, monkeypatch):
    monkeypatch.setattr(upstream, "verify_member", raising(errors.Unavailable))
    text = page(as_member, work(ask(member)))
    assert 'data-state="checking_delayed"' in text
    assert "mencoba lagi sendiri" in text


def test_a_different_name_on_record_is_said_early(as_member, member, upstream):
    assert "sedikit berbeda" in page(as_member, work(ask(member, name="BUDI UJI SANTOSO")))


def test_a_code_of_the_wrong_shape_is_refused_at_the_field(as_member, member, upstream):
    row = work(ask(member))
    answer = as_member.post(reverse("link_code", args=[row.public_id]), {"code": "12"})
    assert answer.status_code == 422
    assert "6 angka" in answer.content.decode()
    row.refresh_from_db()
    assert row.state == State.CODE_SENT


def test_a_wrong_code_says_how_many_tries_are_left(as_member, member, upstream):
    row = work(ask(member))
    as_member.post(reverse("link_code", args=[row.public_id]), {"code": "000000"})
    text = page(as_member, work(row))
    assert "Kode itu tidak benar" in text
    assert "Sisa 2 kali" in text


def test_a_dispute_is_told_to_both(as_member, as_stranger, member, stranger, upstream):
    link(stranger, upstream)
    row = link(member, upstream)
    assert "juga terhubung ke akun lain" in page(as_member, row)
    assert "Sedang diproses" in as_member.get(reverse("card_list")).content.decode()
    told = as_stranger.get(reverse("card_list")).content.decode()
    assert 'data-state="disputed"' in told
    assert "orang lain juga mengajukan" in told
    card = Card.objects.get()
    answer = as_stranger.post(reverse("card_unlink", args=[card.public_id]), follow=True)
    assert "sedang diperiksa petugas" in answer.content.decode()


def test_waiting_for_staff_says_what_is_quicker(as_member, member, upstream):
    row = work(ask(member, kpj=NO_CONTACT_KPJ, nik="3171011708450003", name="TANPA KONTAK"))
    text = page(as_member, row)
    assert 'data-state="waiting_staff"' in text
    assert "kantor cabang" in text


def test_a_contact_that_is_out_of_date_goes_to_staff(as_member, member, upstream):
    row = work(ask(member))
    assert "Bukan nomor atau email Anda lagi?" in page(as_member, row)
    as_member.post(reverse("link_staff", args=[row.public_id]))
    assert 'data-state="waiting_staff"' in page(as_member, row)


def test_unlinking_asks_first(as_member, member):
    card = make_card(member)
    address = reverse("card_unlink", args=[card.public_id])
    assert "dihapus dari portal" in as_member.get(address).content.decode()
    card.refresh_from_db()
    assert card.state == "active"
    as_member.post(address)
    card.refresh_from_db()
    assert card.state == "unlinked"
    row = AuditRow.objects.get(action="card_unlinked")
    assert (row.member, row.actor, row.door, row.card) == (member.public_id, member.public_id, "web", card.public_id)


def test_cancelling(as_member, member, upstream):
    row = work(ask(member))
    as_member.post(reverse("link_cancel", args=[row.public_id]))
    assert 'data-state="cancelled"' in page(as_member, row)


def test_a_new_code_only_after_a_minute(as_member, member, upstream):
    row = work(ask(member))
    answer = as_member.post(reverse("link_resend", args=[row.public_id]), follow=True)
    assert "Tunggu sebentar" in answer.content.decode()
    LinkRequest.objects.update(code_after=timezone.now() - timedelta(seconds=1))
    as_member.post(reverse("link_resend", args=[row.public_id]), {"channel": "EMAIL"})
    assert 'data-state="sending_again"' in page(as_member, row)


class TestNobodyElse:
    """Another member's request, card or offer does not exist; a visitor is asked to sign in."""

    @pytest.fixture
    def addresses(self, member, upstream) -> list[tuple[str, str]]:
        linked = link(member, upstream)
        card, offer = Card.objects.get(), member.offered_cards.get()
        waiting = work(ask(member, kpj=NO_CONTACT_KPJ))
        return [
            ("get", reverse("link_progress", args=[linked.public_id])),
            ("get", reverse("link_fragment", args=[waiting.public_id])),
            ("post", reverse("link_code", args=[waiting.public_id])),
            ("post", reverse("link_resend", args=[waiting.public_id])),
            ("post", reverse("link_staff", args=[waiting.public_id])),
            ("post", reverse("link_cancel", args=[waiting.public_id])),
            ("get", reverse("card_unlink", args=[card.public_id])),
            ("post", reverse("card_unlink", args=[card.public_id])),
            ("post", reverse("offer_link", args=[offer.public_id])),
        ]

    def test_stranger(self, as_stranger, stranger, addresses):
        before = list(LinkRequest.objects.values_list("state", flat=True))
        for method, address in addresses:
            assert getattr(as_stranger, method)(address, {"code": "123456"}).status_code == 404, address
        assert not Card.objects.filter(member=stranger).exists()
        assert list(LinkRequest.objects.values_list("state", flat=True)) == before
        assert Card.objects.get().state == "active"

    def test_staff_without_a_card_of_their_own(self, staff, addresses):
        client = second_factor_done(staff)
        for method, address in addresses:
            assert getattr(client, method)(address, {"code": "123456"}).status_code == 404, address

    def test_visitor(self, visitor, addresses):
        for method, address in [*addresses, ("get", reverse("card_list")), ("post", reverse("card_add"))]:
            answer = getattr(visitor, method)(address)
            assert answer.status_code == 302
            assert answer.url.startswith(reverse("account_login"))

    def test_an_id_that_never_was(self, as_member):
        assert as_member.get(reverse("link_progress", args=[uuid4()])).status_code == 404

    def test_an_unlinked_card_is_gone_for_its_owner_too(self, as_member, member):
        card = make_card(member)
        cards.unlink(card=card, source=audit.SYSTEM)
        assert as_member.get(reverse("card_unlink", args=[card.public_id])).status_code == 404


def test_expiry_is_told(as_member, member, upstream):
    row = work(ask(member))
    LinkRequest.objects.update(changed_at=timezone.now() - timedelta(hours=25))
    linking.sweep()
    assert 'data-state="expired"' in page(as_member, row)


def test_the_choice_of_language_stays_with_the_account_and_is_written_down(as_member, member):
    for _ in range(2):
        as_member.post(reverse("set_language"), {"language": "en"})
    member.refresh_from_db()
    assert member.language == "en"
    assert AuditRow.objects.get(action="language_changed").actor == member.public_id
