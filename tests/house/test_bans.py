"""The house's own bans, read from the syntax tree: what no line of the product may do. See ADR 28.

Ruff and bandit forbid what is bad anywhere; these are the promises of this house. Each ban is seen red below.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("accounts", "balances", "providers", "sms", "jht_portal")
# module or name, as imported or called: why not. `*` after a dot means the whole module.
IMPORTS = {
    "pickle": "reads code from data",
    "marshal": "reads code from data",
    "shelve": "reads code from data",
    "dill": "reads code from data",
    "yaml": "the portal reads JSON and TOML only",
    "xml": "the portal reads no XML; with it come entities and bombs",
    "lxml": "the portal reads no XML",
    "subprocess": "the product starts no process",
    "pty": "the product starts no process",
    "jwt": "signed values are Django's; no token names its own algorithm",
    "jose": "signed values are Django's",
    "authlib": "signed values are Django's",
    "requests": "only providers and SMS gateways speak HTTP, with one deadline",
    "urllib3": "only providers and SMS gateways speak HTTP",
    "telnetlib": "clear text",
    "ftplib": "clear text",
    "django.utils.safestring.mark_safe": "escaping is the template's: use format_html with placeholders",
    "django.db.models.expressions.RawSQL": "the ORM writes SQL",
    "Crypto": "pyca/cryptography only",
    "nacl": "pyca/cryptography only",
    "uuid.uuid1": "tells time and machine",
    "uuid.uuid3": "can be guessed",
}
CALLS = {
    "eval": "runs data",
    "exec": "runs data",
    "compile": "runs data",
    "__import__": "runs data",
    "print": "log lines only",
    "mark_safe": "use format_html with placeholders",
    "Template": "templates are files",
    "from_string": "templates are files",
    "extra": "the ORM writes SQL",
    "raw": "the ORM writes SQL",
    "RawSQL": "the ORM writes SQL",
    "system": "no shell",
    "popen": "no shell",
    "csrf_exempt": "every form has its token",
    "md5": "too weak",
    "new": "hashlib.new takes any name",
}
MAY_CALL = {  # (room/file, call): why it is right there
    ("jht_portal/management/commands", "print"): "commands talk to their operator",
    (
        "accounts/views/notices.py",
        "csrf_exempt",
    ): "a mail program's one press (RFC 8058) has no page; the link is signed",
    ("balances/documents/press.py", "compile"): "Typst's; the template is our file, a member's words are data",
    ("sms/", "csrf_exempt"): "a gateway has no page to take a token from; it proves itself by its own credentials",
}
MAY_IMPORT = {
    ("balances/documents/pdf_writer.py", "subprocess"): "a paper is made apart, with limits and an empty environment",
    ("jht_portal/demo_upstream.py", "urllib.request"): "the demo's own sandbox, refused outside a demo",
}
# Jitter of waits: nobody gains by guessing it.
RANDOM_MAY = {"accounts/claim.py", "balances/services.py", "balances/statement.py", "balances/sweeps.py"}
SHA1_MAY = {"accounts/passwords.py"}  # the published form of leaked passwords
NO_TLS_CHECK = re.compile(r"verify\s*=\s*False|CERT_NONE|check_hostname\s*=\s*False|_create_unverified_context")


def banned(source: str, path: str = "accounts/x.py") -> list[str]:
    tree = ast.parse(source)
    found = [*bad_imports(tree, path), *bad_calls(tree, path), *bad_patterns(tree), *bad_formats(tree)]
    found += [f"{path}: {one[0]}: certificates are always checked" for one in NO_TLS_CHECK.finditer(source)]
    return found


def bad_imports(tree: ast.AST, path: str) -> Iterator[str]:
    for name, line in imported(tree):
        parts = name.split(".")
        starts = {".".join(parts[: length + 1]) for length in range(len(parts))}
        if any(path.startswith(where) and allowed in starts for where, allowed in MAY_IMPORT):
            continue
        for start in starts & IMPORTS.keys():
            yield f"{path}:{line} {start}: {IMPORTS[start]}"
        if "random" in starts and path not in RANDOM_MAY:
            yield f"{path}:{line} random: secrets, not random"


def imported(tree: ast.AST) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((one.name, node.lineno) for one in node.names)
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from ((f"{node.module}.{one.name}", node.lineno) for one in node.names)


def called(node: ast.Call) -> tuple[str, str]:
    """("re.", "compile") of re.compile(...), ("", "eval") of eval(...)."""
    if isinstance(node.func, ast.Attribute):
        return ast.unparse(node.func.value), node.func.attr
    return "", node.func.id if isinstance(node.func, ast.Name) else ""


def bad_calls(tree: ast.AST, path: str) -> Iterator[str]:
    used = [(*called(node), node.lineno) for node in ast.walk(tree) if isinstance(node, ast.Call)]
    used += [
        ("", one.id, one.lineno)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
        for one in node.decorator_list
        if isinstance(one, ast.Name)
    ]
    for owner, name, line in used:
        if (name == "compile" and owner == "re") or (name == "new" and owner != "hashlib"):
            continue
        if name == "sha1" and path not in SHA1_MAY:
            yield f"{path}:{line} sha1: too weak"
        may = any(path.startswith(where) or where in path for where, call in MAY_CALL if call == name)
        if name in CALLS and not may:
            yield f"{path}:{line} {name}: {CALLS[name]}"


def bad_patterns(tree: ast.AST) -> Iterator[str]:
    """A pattern made of data must escape it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and called(node)[0] == "re" and called(node)[1] != "escape" and node.args:
            pattern = node.args[0]
            if not is_literal(pattern) and "escape(" not in ast.unparse(pattern):
                yield f"line {node.lineno} re.{called(node)[1]}: a pattern made of data"


def is_literal(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) or (isinstance(node, ast.Name) and node.id.isupper())


def bad_formats(tree: ast.AST) -> Iterator[str]:
    """`.format` of data lets it reach into objects; a log line or a statement made by an f-string mixes both."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        owner, name = called(node)
        first = node.args[0] if node.args else None
        on = node.func.value if isinstance(node.func, ast.Attribute) else None
        if name == "format" and isinstance(on, ast.Name) and not on.id.isupper() and on.id != "sql":
            yield f"line {node.lineno} {owner}.format: a format that may be data"
        if isinstance(first, ast.JoinedStr) and (owner.startswith("log") or name == "execute"):
            yield f"line {node.lineno} {owner}.{name}: an f-string"


def sources() -> list[Path]:
    return [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py")) if "migrations" not in path.parts]


@pytest.mark.asvs(
    "V1.1.2",
    "V1.2.4",
    "V1.2.5",
    "V1.2.9",
    "V1.3.2",
    "V1.3.7",
    "V1.3.10",
    "V1.5.1",
    "V1.5.2",
    "V6.5.3",
    "V9.1.2",
    "V9.1.3",
    "V11.2.1",
    "V11.3.1",
    "V11.4.1",
    "V11.5.1",
    "V12.3.2",
    "V16.2.3",
)
def test_no_line_of_the_product_does_what_the_house_bans() -> None:
    assert len(sources()) > 100
    found = [one for path in sources() for one in banned(path.read_text(), str(path.relative_to(ROOT)))]
    assert not found, "\n".join(found)


RED = {
    "import pickle": "pickle",
    "from xml.etree import ElementTree": "xml",
    "import subprocess": "subprocess",
    "import jwt": "jwt",
    "from django.utils.safestring import mark_safe": "mark_safe",
    "eval(data)": "eval",
    "os.system(data)": "system",
    "Card.objects.raw(text)": "raw",
    "rows.extra(where=[text])": "extra",
    "re.search(word, text)": "pattern",
    "re.compile(f'{word}')": "pattern",
    "template.format(name=1)": "format",
    "log.info(f'{name} seen')": "f-string",
    "cursor.execute(f'SELECT {name}')": "f-string",
    "import random": "random",
    "hashlib.sha1(b'')": "sha1",
    "hashlib.md5(b'')": "md5",
    "hashlib.new(name)": "new",
    "get(url, verify=False)": "certificates",
    "print(name)": "print",
    "Template(text)": "Template",
    "@csrf_exempt\ndef view(request): pass": "csrf_exempt",
    "import requests": "requests",
}


@pytest.mark.parametrize(("line", "says"), RED.items())
def test_each_ban_bites(line: str, says: str) -> None:
    assert [one for one in banned(line) if says in one], line


def test_what_is_meant_is_let_through() -> None:
    good = "import re, secrets\nre.compile(r'x')\nre.sub(re.escape(word), '', text)\n'{}'.format(1)\nlog.info('%s', a)"
    assert banned(good) == []


# Templates and scripts

IN_TEMPLATES = {
    r"\{%\s*autoescape\s+off": "escaping is never switched off",
    r"\|\s*safe(seq)?\b": "nothing is called safe",
    r"\{%\s*debug": "tells everything",
    r"\son\w+\s*=(?!=)": "no inline script",
    r"\sstyle\s*=": "no inline style",
    r"(src|href)=\"(https?:)?//(?!\{)": "nothing from elsewhere",
}
# Made by libraries from our own words: a QR picture, Django's help texts.
MAY_BE_SAFE = {
    "templates/mfa/totp/activate_form.html": "totp_svg",
    "templates/django/forms/field.html": "field.help_text",
}
# A part of our own page, escaped by its template, read into an inert <template>.
MAY_WRITE = {"poll.js": "fresh.innerHTML = await answer.text();"}
IN_SCRIPTS = (
    "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", "__proto__",
    "localStorage.setItem(\"saldo", "sessionStorage", "indexedDB", "document.cookie", "XMLHttpRequest", "importScripts",
)  # fmt: skip


@pytest.mark.asvs("V1.1.2", "V1.2.3", "V14.2.3")
def test_templates_escape_everything_and_bring_nothing_from_elsewhere() -> None:
    for path in sorted((ROOT / "templates").rglob("*.html")):
        text, name = path.read_text(), str(path.relative_to(ROOT))
        for pattern, why in IN_TEMPLATES.items():
            for found in re.finditer(pattern, text):
                around = text[max(0, found.start() - 60) : found.end()]
                assert MAY_BE_SAFE.get(name, "\0") in around, (name, why, around)


@pytest.mark.asvs("V3.2.2", "V15.3.6", "V14.3.3")
def test_scripts_write_no_markup_run_no_text_and_keep_nothing_of_a_member() -> None:
    scripts = [*sorted((ROOT / "static" / "js").glob("*.js")), ROOT / "templates" / "phone" / "sw.js"]
    assert len(scripts) >= 5
    for path in scripts:
        for word in IN_SCRIPTS:
            assert word not in path.read_text(), (path.name, word)
        written = re.findall(r"[\w.]*innerHTML\s*[+]?=(?!=).*", path.read_text())
        assert all(one in MAY_WRITE.get(path.name, "") for one in written), (path.name, written)


# Cryptography: what is used is what docs/security/rules.md lists


@pytest.mark.asvs("V11.1.2", "V11.1.3", "V11.2.3")
def test_the_inventory_of_cryptography_names_every_file_that_uses_any() -> None:
    uses = {
        str(path.relative_to(ROOT))
        for path in sources()
        for name, _ in imported(ast.parse(path.read_text()))
        if re.match(r"(cryptography|hashlib|hmac|secrets|ssl|django\.core\.signing)\b", name)
    }
    section = (
        (ROOT / "docs" / "security" / "rules.md").read_text().split("\n## Cryptography", 1)[1].split("\n## ", 1)[0]
    )
    listed = set(re.findall(r"`((?:accounts|balances|providers|sms|jht_portal)/[\w/]+\.py)`", section))
    assert uses <= listed, uses - listed
