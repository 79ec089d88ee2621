"""After a change of keys everything is sealed anew, nothing is forgotten, and a running portal loses nothing."""

import base64
import re
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import decrypt
from django.apps import apps
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import Card, User
from accounts.sealing import CannotOpen
from accounts.services import resealing
from tests.accounts.everything import give_everything
from tests.factories import make_card

ROOT = Path(__file__).resolve().parents[2]
OLD = "old:" + base64.b64encode(b"o" * 32).decode()
NEW = "new:" + base64.b64encode(b"n" * 32).decode()
# Who may seal outside the model attributes; each has its place in accounts.services.resealing.places.
SEALS = {"accounts/sealing.py", "accounts/adapter.py", "accounts/services/resealing.py", "jht_portal/apps.py"}


def run(**options: Any) -> str:
    told = StringIO()
    call_command("reseal", stdout=told, **options)
    return told.getvalue()


@pytest.fixture
def old_world(member: User, staff: User, settings: Any) -> Card:
    settings.FIELD_KEYS = OLD
    card = give_everything(member, staff)
    settings.FIELD_KEYS = f"{NEW},{OLD}"
    return card


def test_every_sealed_column_is_a_place() -> None:
    places = {(place.model, place.column) for place in resealing.places()}
    for model in apps.get_models():
        for column in model._meta.concrete_fields:
            if column.name.endswith("_sealed"):
                assert (model, column.name) in places, column
    assert {(Authenticator, "data"), (Session, "session_data")} <= places


def test_nobody_seals_where_resealing_does_not_look() -> None:
    files = [path for app in ("accounts", "balances", "jht_portal", "providers") for path in (ROOT / app).rglob("*.py")]
    sealers = {str(path.relative_to(ROOT)) for path in files if re.search(r"\bseal\(", path.read_text())}
    assert {name for name in sealers if "audit_chain" not in name and "tasks" not in name} <= SEALS


@pytest.mark.asvs("V11.2.2")
def test_everything_opens_with_the_new_key_alone(old_world: Card, member: User, settings: Any) -> None:
    client = Client()
    client.force_login(member)
    settings.FIELD_KEYS = OLD
    early = Client()
    early.force_login(member)
    settings.FIELD_KEYS = f"{NEW},{OLD}"
    kpj, secret = old_world.kpj, _totp(member)
    told = run()
    assert "accounts_card.kpj_sealed: new 1; 1 sealed anew" in told
    assert "No row needs another key than new" in told
    settings.FIELD_KEYS = NEW
    assert all(set(resealing.count(place).by_key) <= {"new"} for place in resealing.places())
    assert Card.objects.get(pk=old_world.pk).kpj == kpj
    assert _totp(member) == secret
    for one in (client, early):
        assert one.get("/kartu/").status_code == 200
    for place in (place for place in resealing.places() if place.bare):
        for row in place.model._default_manager.all():
            attribute = resealing.sealed_columns(place.model)[place.column]
            assert isinstance(getattr(row, attribute), str)


def _totp(member: User) -> str:
    return str(decrypt(Authenticator.objects.get(user=member, type="totp").data["secret"]))


def test_counting_changes_nothing(old_world: Card) -> None:
    before = Card.objects.get().kpj_sealed
    told = run(count=True)
    assert "Still needed: old." in told
    assert Card.objects.get().kpj_sealed == before


def test_it_goes_on_where_it_was_stopped(member: User, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.FIELD_KEYS = OLD
    for _ in range(5):
        make_card(member)
    settings.FIELD_KEYS = f"{NEW},{OLD}"
    pauses = iter([None, KeyboardInterrupt])

    def stop(seconds: float) -> None:
        if error := next(pauses):
            raise error

    monkeypatch.setattr(resealing.time, "sleep", stop)
    place = next(one for one in resealing.places() if one.name == "accounts_card.kpj_sealed")
    with pytest.raises(KeyboardInterrupt):
        resealing.reseal(place, batch=2)
    assert resealing.count(place).by_key == {"new": 4, "old": 1}
    monkeypatch.undo()
    assert resealing.reseal(place, batch=2).resealed == 1


def test_what_was_written_meanwhile_stays(member: User, settings: Any) -> None:
    settings.FIELD_KEYS = OLD
    card = make_card(member)
    settings.FIELD_KEYS = f"{NEW},{OLD}"
    place = next(one for one in resealing.places() if one.name == "accounts_card.kpj_sealed")

    def meanwhile(stored: str, row: Any) -> str:
        Card.objects.filter(pk=card.pk).update(kpj_sealed="")  # unlinked
        return str(place.change(stored, row))

    done = resealing.reseal(replace(place, change=meanwhile))
    assert done.resealed == 0
    assert Card.objects.get().kpj_sealed == ""


def test_a_text_whose_key_is_gone_is_counted_and_stops_nothing(member: User, settings: Any) -> None:
    settings.FIELD_KEYS = "lost:" + base64.b64encode(b"l" * 32).decode()
    lost = make_card(member)
    settings.FIELD_KEYS = OLD
    make_card(member)
    settings.FIELD_KEYS = f"{NEW},{OLD}"
    with pytest.raises(CommandError, match="2 texts open with none"):
        run()
    assert sorted(text.split(".")[1] for text in Card.objects.values_list("kpj_sealed", flat=True)) == ["lost", "new"]
    with pytest.raises(CannotOpen):
        _ = Card.objects.get(pk=lost.pk).kpj
