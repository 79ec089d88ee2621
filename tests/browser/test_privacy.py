"""The pages of rights are accessible in every state, and a member without JavaScript gets through them."""

from typing import Any

import pytest
from playwright.sync_api import Page

from accounts import audit
from accounts.consent import WITHDRAWN
from accounts.models import Correction, User
from accounts.services import deletion, privacy
from tests.browser.conftest import log_in
from tests.browser.test_axe import assert_clean, language, look, open_as  # noqa: F401 - fixtures
from tests.browsing import press
from tests.factories import make_member
from tests.house.addresses import make_world

pytestmark = pytest.mark.django_db(transaction=True)
PAGES = ["", "data/", "perbaiki/", "persetujuan/", "persetujuan/cabut/", "hapus/", "hapus/pastikan/", "pemberitahuan/"]


def test_every_page_of_rights_is_accessible(
    open_as: Any,  # noqa: F811
    language: str,  # noqa: F811
    subtests: pytest.Subtests,
) -> None:
    member = make_member()
    make_world(member)
    privacy.ask_correction(member=member, topic="name", text="Seharusnya BUDI", source=audit.SYSTEM)
    row = Correction.objects.get()
    privacy.end_correction(public_id=row.public_id, done=True, answer="Sudah.", source=audit.SYSTEM)
    page = open_as(member)
    states = {"agreed": {}, "old": {"consent_version": "2020-01-01"}, "withdrawn": {"consent_version": WITHDRAWN}}
    for state, fields in states.items():
        User.objects.filter(pk=member.pk).update(**{"consent_version": member.consent_version, **fields})
        for address in PAGES if state == "agreed" else ["", "persetujuan/"]:
            with subtests.test(f"{state} {address}"):
                page.goto(f"/privasi/{address}")
                assert page.url.endswith(f"/privasi/{address}")
                assert_clean(page, f"{state} {address}", language)
    pending = deletion.ask(member=member, source=audit.SYSTEM)
    for address in ("", "hapus/", f"batal-hapus/{pending.cancel_key}/"):
        with subtests.test(f"pending {address}"):
            page.goto(f"/privasi/{address}")
            assert_clean(page, f"pending {address}", language)


def test_an_account_is_ended_and_kept_without_javascript(plain_page: Page) -> None:
    log_in(plain_page, make_member("pergi@contoh.example"))
    plain_page.goto("/")
    press(plain_page.get_by_role("link", name="Privasi Data saya"))
    press(plain_page.get_by_role("link", name="Hapus akun"))
    press(plain_page.get_by_role("link", name="Lanjut"))
    plain_page.get_by_label("Saya sudah membaca").check()
    press(plain_page.get_by_role("button", name="Hapus akun saya"))
    press(plain_page.get_by_role("button", name="Batalkan penghapusan"))
    assert plain_page.get_by_text("Penghapusan dibatalkan.").is_visible()
