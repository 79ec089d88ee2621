"""Reads every marked string of the portal and keeps `locale/` in step with them, without gettext tools.

python -m tests.translations            adds what is new to en.po (empty, to be translated), drops what is gone
python -m tests.translations --compile  writes both .mo files from their .po
"""

import io
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("jht_portal", "accounts", "balances", "providers", "sms", "templates")
KEYWORDS = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop"), None),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), ((1, "c"), 2, 3)),
}
PLURALS = {"en": "nplurals=2; plural=(n != 1);", "id": "nplurals=1; plural=0;"}
NO_DATE = datetime(2026, 1, 1, tzinfo=UTC)  # the same words give the same .mo, byte by byte

Key = tuple[str, str | None]  # what gettext looks up: the msgid (singular) and its context


def marked_in(files: Iterator[Path], base: Path = ROOT) -> Catalog:
    """Every marked string of the files, with the places where it stands and the comments for translators."""
    catalog = Catalog()
    for path in sorted(files):
        for line, message, comments, context in extract("python", _source(path), KEYWORDS, ("Translators:",)):
            place = (path.relative_to(base).as_posix(), line)
            catalog.add(message, locations=[place], auto_comments=comments, context=context)
    return catalog


def marked() -> Catalog:
    return marked_in(path for room in ROOMS for path in _files(ROOT / room))


def _files(folder: Path) -> Iterator[Path]:
    kinds = {".py", ".html", ".txt"}
    return (path for path in folder.rglob("*") if path.suffix in kinds and "migrations" not in path.parts)


def _source(path: Path) -> io.BytesIO:
    """A template becomes the calls it stands for; its indentation means nothing to Python."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        text = "\n".join(line.strip() for line in templatize(text, origin=str(path)).splitlines())
    return io.BytesIO(text.encode())


def po_path(language: str) -> Path:
    return ROOT / "locale" / language / "LC_MESSAGES" / "django.po"


def read(language: str) -> Catalog:
    with po_path(language).open("rb") as file:
        catalog = read_po(file, locale=language)
    catalog.creation_date = catalog.revision_date = NO_DATE
    return catalog


def key_of(message: object) -> Key:
    identity = message.id  # type: ignore[attr-defined]
    return (identity if isinstance(identity, str) else identity[0], message.context)  # type: ignore[attr-defined]


def save(language: str, catalog: Catalog) -> None:
    """No dates and no line numbers, so that a diff shows words only."""
    text = io.BytesIO()
    catalog.mime_headers = [("Plural-Forms", PLURALS[language])]  # babel knows no plurals of Indonesian by itself
    write_po(text, catalog, width=120, sort_output=True, omit_header=True, include_lineno=False, ignore_obsolete=True)
    header = (
        'msgid ""\nmsgstr ""\n'
        f'"Language: {language}\\n"\n'
        '"MIME-Version: 1.0\\n"\n"Content-Type: text/plain; charset=UTF-8\\n"\n"Content-Transfer-Encoding: 8bit\\n"\n'
        f'"Plural-Forms: {PLURALS[language]}\\n"\n\n'
    )
    po_path(language).parent.mkdir(parents=True, exist_ok=True)
    po_path(language).write_bytes(header.encode() + text.getvalue())
    compile_mo(language)


def compiled(language: str) -> bytes:
    target = io.BytesIO()
    write_mo(target, read(language))
    return target.getvalue()


def compile_mo(language: str) -> None:
    po_path(language).with_suffix(".mo").write_bytes(compiled(language))


def refresh() -> list[str]:
    """Brings en.po in step with the code; returns the msgids that wait for a translation."""
    known = {key_of(message): message for message in read("en")} if po_path("en").exists() else {}
    fresh = marked()
    for message in fresh:
        old = known.get(key_of(message))
        if message.id and old and isinstance(old.id, str) is isinstance(message.id, str):
            message.string = old.string
    save("en", fresh)
    return [key_of(message)[0] for message in fresh if message.id and not any(message.string or "")]


def main() -> None:
    if "--compile" in sys.argv:
        for language in PLURALS:
            compile_mo(language)
        return
    for msgid in refresh():
        print(f"not translated yet: {msgid}")


if __name__ == "__main__":
    main()
