"""What rests in the database opens only where it belongs, and outlives a change of keys."""

import base64

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core import signing
from django.core.exceptions import ImproperlyConfigured

from accounts.models import Card, kpj_index, nik_index
from accounts.sealing import CannotOpen, blind_index, open_sealed, seal
from tests.factories import make_card

OLD = "old:" + base64.b64encode(b"o" * 32).decode()
NEW = "new:" + base64.b64encode(b"n" * 32).decode()


@pytest.mark.asvs("V11.3.2")
def test_a_sealed_text_opens_at_its_place_only():
    sealed = seal("3171011708450001", place="a")
    assert "3171011708450001" not in sealed
    assert open_sealed(sealed, place="a") == "3171011708450001"
    with pytest.raises(CannotOpen):
        open_sealed(sealed, place="b")


@pytest.mark.asvs("V11.3.3")
def test_a_number_moved_to_another_members_row_does_not_open(member, stranger):
    mine, theirs = make_card(member), make_card(stranger)
    Card.objects.filter(pk=mine.pk).update(kpj_sealed=theirs.kpj_sealed)
    mine.refresh_from_db()
    with pytest.raises(CannotOpen):
        _ = mine.kpj


@pytest.mark.asvs("V11.3.3")
def test_a_number_moved_to_another_column_does_not_open(member):
    card = make_card(member)
    card.member_ref_sealed = card.kpj_sealed
    with pytest.raises(CannotOpen):
        _ = card.member_ref


def test_a_changed_text_does_not_open():
    sealed = seal("x", place="a")
    head, body = sealed.rsplit(".", 1)
    raw = bytearray(base64.b64decode(body))
    raw[-1] ^= 1
    with pytest.raises(CannotOpen):
        open_sealed(f"{head}.{base64.b64encode(raw).decode()}", place="a")


@pytest.mark.asvs("V11.2.5")
@pytest.mark.parametrize("text", ["", "v1", "v1.k", "v2.old.AAAA", "v1.nobody.AAAA", "v1.old.###", "3171011708450001"])
def test_what_is_no_sealed_text_does_not_open(text, settings):
    settings.FIELD_KEYS = OLD
    with pytest.raises(CannotOpen):
        open_sealed(text, place="a")


@pytest.mark.asvs("V11.3.4")
def test_the_same_text_is_never_sealed_alike():
    assert seal("x", place="a") != seal("x", place="a")


def test_rotation_old_texts_open_new_ones_use_the_new_key(settings):
    settings.FIELD_KEYS = OLD
    before = seal("x", place="a")
    settings.FIELD_KEYS = f"{NEW},{OLD}"
    after = seal("x", place="a")
    assert (before.split(".")[1], after.split(".")[1]) == ("old", "new")
    assert open_sealed(before, place="a") == open_sealed(after, place="a") == "x"
    settings.FIELD_KEYS = NEW
    with pytest.raises(CannotOpen):
        open_sealed(before, place="a")


@pytest.mark.parametrize(
    "keys", ["", "nocolon", "a.b:" + "A" * 44, "k:short", "k:" + base64.b64encode(b"x" * 16).decode()]
)
def test_keys_that_are_none_stop_everything(settings, keys):
    settings.FIELD_KEYS = keys
    with pytest.raises(ImproperlyConfigured):
        seal("x", place="a")


def test_the_hash_needs_its_key_and_tells_kinds_apart(settings):
    first = blind_index("kpj", "20077788806")
    assert first == kpj_index("20077788806") != nik_index("20077788806")
    settings.INDEX_KEY = base64.b64encode(b"z" * 32).decode()
    assert blind_index("kpj", "20077788806") != first


def test_a_session_rests_sealed_and_a_dropped_key_ends_it(member, client, settings):
    client.force_login(member)
    stored = Session.objects.get()
    raw = signing.loads(stored.session_data, salt=SessionStore().key_salt, serializer=_Bytes)
    assert raw.startswith(b"v1.")
    assert stored.get_decoded()["_auth_user_id"] == str(member.pk)
    settings.FIELD_KEYS = "k9:" + "A" * 43 + "="
    assert stored.get_decoded() == {}


class _Bytes:
    def loads(self, data):
        return data
