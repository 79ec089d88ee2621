"""The house's own bans, `bans.yml`, over the product and over lines planted to trip each of them. See ADR 28.

Semgrep has an environment of its own, `.venv-scan`, which `./portal check` makes; that check passes no skip.
"""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
SEMGREP = ROOT / ".venv-scan" / "bin" / "semgrep"
BANS = Path(__file__).with_name("bans.yml")
ROOMS = ("accounts", "balances", "providers", "sms", "jht_portal")

pytestmark = [
    pytest.mark.heavy,
    pytest.mark.skipif(not SEMGREP.exists(), reason="./portal check makes .venv-scan, where semgrep is"),
]


def scan(folder: Path, home: Path) -> dict[str, Any]:
    """Offline, and with a home of its own: nothing of the machine's or a person's settings counts."""
    quiet = ["--metrics=off", "--disable-version-check", "--no-git-ignore", "--timeout=0", "--jobs=1"]
    rules = ["--config", str(BANS), "--project-root", ".", "--exclude", "migrations"]
    done = subprocess.run(
        [str(SEMGREP), "scan", "--json", *quiet, *rules, *ROOMS, "templates", "static/js"],
        cwd=folder,
        env={"HOME": str(home), "PATH": os.defpath, "LANG": "C.UTF-8"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    assert told["errors"] == []
    return told


def findings(told: dict[str, Any]) -> list[tuple[str, str]]:
    """Each as (path:line, ban)."""
    return [(f"{one['path']}:{one['start']['line']}", one["check_id"].rpartition(".")[2]) for one in told["results"]]


@pytest.mark.asvs(
    "V1.1.2",
    "V1.2.3",
    "V1.2.4",
    "V1.2.5",
    "V1.2.9",
    "V1.3.2",
    "V1.3.7",
    "V1.3.10",
    "V1.5.1",
    "V1.5.2",
    "V3.2.2",
    "V6.5.3",
    "V9.1.2",
    "V9.1.3",
    "V11.2.1",
    "V11.3.1",
    "V11.4.1",
    "V11.5.1",
    "V12.3.2",
    "V14.2.3",
    "V14.3.3",
    "V15.3.6",
    "V16.2.3",
)
def test_no_line_of_the_product_does_what_the_house_bans(tmp_path: Path) -> None:
    told = scan(ROOT, tmp_path)
    assert findings(told) == []
    written = [path for room in ROOMS for path in (ROOT / room).rglob("*.py") if "migrations" not in path.parts]
    read = {ROOT / name for name in told["paths"]["scanned"]}
    assert len(written) > 100
    pages = [*(ROOT / "templates").rglob("*.html"), ROOT / "templates" / "phone" / "sw.js"]
    assert {*written, *pages, *(ROOT / "static" / "js").glob("*.js")} - read == set()


RED = {
    "import pickle": "code-from-data",
    "from marshal import loads": "code-from-data",
    "eval(data)": "code-from-data",
    "exec(data)": "code-from-data",
    "__import__(name)": "code-from-data",
    "compile(data, '', 'exec')": "code-from-data",
    "from xml.etree import ElementTree": "other-formats",
    "import lxml.etree as etree": "other-formats",
    "import yaml": "other-formats",
    "import os, subprocess": "processes",
    "import os\nos.system(data)": "processes",
    "from os import popen\npopen(data)": "processes",
    "import jwt": "other-tokens",
    "from Crypto.Cipher import AES": "other-cryptography",
    "import requests": "other-clients",
    "from urllib.request import urlopen": "other-clients",
    "import random": "guessable",
    "from uuid import uuid1": "guessable",
    "import uuid\nuuid.uuid3(space, name)": "guessable",
    "from django.utils.safestring import mark_safe": "markup",
    "html.mark_safe(text)": "markup",
    "Template(text)": "markup",
    "engine.from_string(text)": "markup",
    "Card.objects.raw(text)": "raw-sql",
    "rows.extra(where=[text])": "raw-sql",
    "cursor.execute(f'SELECT {name}')": "raw-sql",
    "cursor.execute('SELECT %s' % name)": "raw-sql",
    "cursor.execute('SELECT ' + name, [])": "raw-sql",
    "cursor.execute('SELECT {}'.format(name))": "raw-sql",
    "from django.views.decorators.csrf import csrf_exempt": "forms-without-token",
    "from django.views.decorators import csrf\n@csrf.csrf_exempt\ndef view(request): pass": "forms-without-token",
    "import hashlib\nhashlib.md5(b'')": "weak-hash",
    "from hashlib import sha1\nsha1(b'')": "weak-hash",
    "import hashlib\nhashlib.new(name)": "weak-hash",
    "get(url, verify=False)": "certificates",
    "import ssl\ncontext.verify_mode = ssl.CERT_NONE": "certificates",
    "context.check_hostname = False": "certificates",
    "import re\nre.search(word, text)": "pattern-of-data",
    "import re\nre.compile(f'{word}')": "pattern-of-data",
    "from re import sub\nsub('a' + word, '', text)": "pattern-of-data",
    "template.format(name=1)": "format-of-data",
    "self.template.format(name=1)": "format-of-data",
    "float(amount)": "floats",
    "refresh_card.delay(card.pk)": "bells-past-the-ring",
    "app.send_task('x')": "bells-past-the-ring",
    "member.locked_at = None\nmember.save()": "saved-whole",
    "def act(request):\n    request.user.save()": "saved-whole",
    "for card in Card.objects.filter(member=member):\n    card.save()": "saved-whole",
    "log.info(f'{word} seen')": "log-made-of-data",
    "log.error('seen ' + word)": "log-made-of-data",
    "logger.info('seen %s' % word)": "log-made-of-data",
    "log.exception('lost')": "traceback-with-words",
    "log.error('lost', exc_info=True)": "traceback-with-words",
    "log.info('seen card=%s', card.kpj)": "personal-data-told",
    "log.info('seen last=%s', mask(member.email))": "personal-data-told",
    "raise ValueError(f'no card {typed.nik}')": "personal-data-told",
    "ring('x', row.phone)": "personal-data-told",
}
# What is meant is let through.
GREEN = (
    "import re\nre.compile(r'x')\nre.sub(re.escape(word), '', text)\nPLAIN = r'y'\nre.sub(PLAIN, '', text)",
    "'{}'.format(1)\nfrom psycopg import sql\nsql.SQL('GRANT {}').format(name)",
    "log.info('seen card=%s', card.public_id)\nlog.error('refused code=%s', error.code)",
    "cursor.execute('SELECT %s', [name])\ncursor.execute(STATEMENT, [name])",
    "def make():\n    card = Card(member=member)\n    card.kpj = kpj\n    card.save()\n    return card",
    "card.save(update_fields=['state'])",
    "float('inf')\nimport uuid\nuuid.uuid4()\nfrom .random import jitter\nimport secrets",
    "import hashlib\nhashlib.sha256(b'')\nhashlib.sha1(password.encode(), usedforsecurity=False)",
)
RED_PAGES = {
    "{% autoescape off %}{{ name }}{% endautoescape %}": "page-escapes-everything",
    "{{ name|safe }}": "page-escapes-everything",
    "{% debug %}": "page-escapes-everything",
    '<b onclick="go()">': "page-brings-nothing-in",
    '<b style="color: red">': "page-brings-nothing-in",
    '<script src="https://cdn.example/x.js">': "page-brings-nothing-in",
    '<img src="//cdn.example/x.png">': "page-brings-nothing-in",
}
GREEN_PAGES = ("{{ form.help_text|safe }}<b class='on'>{{ name }}</b>",)
RED_SCRIPTS = {
    "part.innerHTML = text;": "script-writes-no-markup",
    "part.innerHTML += text;": "script-writes-no-markup",
    "part.insertAdjacentHTML('beforeend', text);": "script-writes-no-markup",
    "eval(text);": "script-writes-no-markup",
    "sessionStorage.x = 1;": "script-writes-no-markup",
    "window.addEventListener('message', obey);": "script-writes-no-markup",
    "frame.contentWindow.postMessage(saldo, '*');": "script-writes-no-markup",
}
GREEN_SCRIPTS = (
    "fresh.innerHTML = await answer.text();\nif (a.innerHTML === b.innerHTML) part.textContent = text;",
    "tabs.postMessage('nobody is signed in')",  # tabs of this origin, by BroadcastChannel
)
PLANTS = {
    **{f"accounts/red_{number}.py": text for number, text in enumerate(RED)},
    **{f"accounts/green_{number}.py": text for number, text in enumerate(GREEN)},
    **{f"templates/a/red_{number}.html": text for number, text in enumerate(RED_PAGES)},
    **{f"templates/green_{number}.html": text for number, text in enumerate(GREEN_PAGES)},
    **{f"static/js/red_{number}.js": text for number, text in enumerate(RED_SCRIPTS)},
    **{f"static/js/green_{number}.js": text for number, text in enumerate(GREEN_SCRIPTS)},
}
BITES = RED | RED_PAGES | RED_SCRIPTS


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """The bans that each planted text trips."""
    return tripped(tmp_path_factory.mktemp("planted"))


def tripped(folder: Path) -> dict[str, set[str]]:
    for room in (*ROOMS, "templates", "static/js"):
        (folder / room).mkdir(parents=True)
    for name, text in PLANTS.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text + "\n")
    found: dict[str, set[str]] = {text: set() for text in PLANTS.values()}
    for place, ban in findings(scan(folder, folder)):
        found[PLANTS[place.rpartition(":")[0]]].add(ban)
    return found


@pytest.mark.parametrize("text", BITES)
def test_each_ban_bites(planted: dict[str, set[str]], text: str) -> None:
    assert BITES[text] in planted[text]


@pytest.mark.parametrize("text", [*GREEN, *GREEN_PAGES, *GREEN_SCRIPTS])
def test_what_is_meant_is_let_through(planted: dict[str, set[str]], text: str) -> None:
    assert planted[text] == set()


def test_no_ban_is_without_a_line_that_trips_it() -> None:
    bans = {line.split()[-1] for line in BANS.read_text().splitlines() if line.startswith("  - id:")}
    assert bans == set(BITES.values())
