"""Both languages are complete: ours written in Indonesian and put into English, the libraries' the other way round."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import allauth
import django
import pytest
from babel.messages.catalog import Catalog, Message
from django.utils.translation import gettext, ngettext, npgettext, override, pgettext

from tests import translations
from tests.translations import PLURALS, Key, compiled, key_of, marked, marked_in, po_path, read

SAME_IN_BOTH = {"Email", "email", "Menu", "NIK", "administrator"}
SAME_IN_BOTH |= {"Status", "MFA", "WebAuthn", "IPv4", "IPv6"}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}|</?\w+")
ALLAUTH, DJANGO = Path(allauth.__file__).parent, Path(django.__file__).parent
SHOWN_BY_DJANGO = ("contrib/auth/password_validation.py", "forms/fields.py", "forms/models.py", "core/validators.py")


def by_key(catalog: Catalog) -> dict[Key, Message]:
    return {key_of(message): message for message in catalog if message.id}


@pytest.fixture(scope="module")
def ours() -> dict[Key, Message]:
    return by_key(marked())


@pytest.fixture(scope="module")
def libraries() -> dict[Key, Message]:
    """What the pages can show of allauth's and Django's own words."""
    return by_key(marked_in(_library_files(), base=ALLAUTH.parent))


def _library_files() -> Iterator[Path]:
    for room in ("account", "mfa", "core"):
        yield from (ALLAUTH / room).rglob("*.py")
    for room in ("account", "mfa"):
        yield from (ALLAUTH / "templates" / room / "messages").glob("*.txt")
    yield from (DJANGO / name for name in SHOWN_BY_DJANGO)


def test_english_has_exactly_the_marked_strings(ours: dict[Key, Message]) -> None:
    english = by_key(read("en"))
    missing, left_over = ours.keys() - english.keys(), english.keys() - ours.keys()
    assert not missing, f"run python -m tests.translations and translate: {sorted(map(str, missing))}"
    assert not left_over, f"run python -m tests.translations: {sorted(map(str, left_over))}"


def test_bringing_it_in_step_loses_no_translation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = po_path("en").read_bytes()
    (tmp_path / "en.po").write_bytes(before)
    monkeypatch.setattr(translations, "po_path", lambda language: tmp_path / f"{language}.po")
    assert translations.refresh() == []
    same = (tmp_path / "en.po").read_bytes() == before  # said apart: pytest would compare the bytes for minutes
    assert same, "run: python -m tests.translations, then with --compile"


@pytest.mark.parametrize("language", PLURALS)
def test_nothing_is_untranslated_or_fuzzy(language: str) -> None:
    for message in by_key(read(language)).values():
        forms = (message.string,) if isinstance(message.string, str) else message.string
        assert all(forms), f"no translation: {message.id}"
        assert not message.fuzzy, f"fuzzy: {message.id}"


@pytest.mark.parametrize("language", PLURALS)
def test_placeholders_and_markup_survive_translation(language: str) -> None:
    for message in by_key(read(language)).values():
        wanted = _placeholders(message.id)
        forms = (message.string,) if isinstance(message.string, str) else message.string
        for form in forms:
            assert _placeholders(form) == wanted, f"placeholders differ: {message.id}"


def _placeholders(text: str | tuple[str, ...]) -> Counter[str]:
    return Counter(PLACEHOLDER.findall(text if isinstance(text, str) else text[-1]))


@pytest.mark.parametrize("language", PLURALS)
def test_compiled_words_are_the_written_ones(language: str) -> None:
    assert po_path(language).with_suffix(".mo").read_bytes() == compiled(language), "python -m tests.translations"


def test_our_indonesian_is_shown_as_written(ours: dict[Key, Message]) -> None:
    """A library's catalog must not put its own word over ours, as Django would say "Masuk" for our "Login"."""
    with override("id"):
        changed = {key[0]: _shown(message) for key, message in ours.items() if _shown(message) != key[0]}
    assert not changed, "add them to locale/id as they are"


def _shown(message: Message) -> str:
    identity, context = message.id, message.context
    if isinstance(identity, str):
        return pgettext(context, identity) if context else gettext(identity)
    return npgettext(context, *identity, 1) if context else ngettext(*identity, 1)


def test_english_is_not_a_copy_of_the_indonesian() -> None:
    copied = {key[0] for key, message in by_key(read("en")).items() if message.string == key[0]}
    assert copied <= SAME_IN_BOTH


def test_the_libraries_words_have_an_indonesian_text(libraries: dict[Key, Message]) -> None:
    with override("id"):
        english = {key[0] for key, message in libraries.items() if _shown(message) == key[0]}
    assert english <= SAME_IN_BOTH


def test_indonesian_holds_no_left_over_entries(ours: dict[Key, Message], libraries: dict[Key, Message]) -> None:
    assert by_key(read("id")).keys() <= ours.keys() | libraries.keys()


def test_people_are_addressed_politely(ours: dict[Key, Message]) -> None:
    words = [key[0] for key in ours] + [str(message.string) for message in by_key(read("id")).values()]
    impolite = [text for text in words if re.search(r"\b(anda|kamu|kalian|silahkan)\b", text)]
    assert not impolite


def test_the_reader_finds_every_kind_of_mark(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(
        "{% load i18n %}\n  {% translate 'Satu' %}{% blocktranslate trimmed with n=name %}\n   Dua\n   {{ n }}\n"
        "{% endblocktranslate %}{% blocktranslate count c=c %}{{ c }} hari{% plural %}{{ c }} hari-hari"
        "{% endblocktranslate %}{% translate 'Empat' context 'tombol' %}"
    )
    (tmp_path / "room.py").write_text("from x import gettext_lazy as _\nif 1:\n    a = _('Tiga ' 'puluh')\n")
    found = {(message.id, message.context) for message in marked_in(tmp_path.iterdir(), base=tmp_path) if message.id}
    assert found == {
        ("Satu", None),
        ("Dua %(n)s", None),
        (("%(c)s hari", "%(c)s hari-hari"), None),
        ("Empat", "tombol"),
        ("Tiga puluh", None),
    }
