"""A phone as a page: choose or type a number, type a text, read the conversation. Plain HTML, no script.

The conversation stands in a frame of its own that loads itself anew, so that nothing typed beside it is lost.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from html import escape
from typing import Final
from urllib.parse import quote

from demo.sandbox.answers import Json
from demo.sandbox.month import JAKARTA
from demo.sandbox.people import DEMO_PEOPLE, Person

POLICY: Final = (
    "default-src 'none'; style-src 'self'; form-action 'self'; frame-src 'self'; base-uri 'none'; "
    "frame-ancestors 'self'"
)
_LIVELY: Final = timedelta(minutes=15)  # after the last text; then the frame rests


def render(*, number: str, error: str = "") -> str:
    return _document(
        "HP tiruan",
        f"""<header>
<h1>HP tiruan</h1>
<p>Mengetik SMS ke portal seperti dari sebuah HP. Tidak ada SMS yang benar-benar dikirim.
<a href="/">Halaman sandbox</a></p>
</header>
<main class="phone">
{f'<p class="error" role="alert">Tidak terkirim: {escape(error)}.</p>' if error else ""}
{_talk(number) if number else ""}
<section aria-labelledby="nomor-h"><h2 id="nomor-h">HP siapa</h2>
<ul>{"".join(_choice(person, number) for person in DEMO_PEOPLE)}</ul>
<form method="get" action="/sandbox/hp" class="fields">
<label>Nomor lain <input name="number" inputmode="tel" autocomplete="off" value="{escape(number)}"></label>
<button>Pakai nomor ini</button>
</form>
</section>
</main>
""",
    )


def conversation(texts: list[Json]) -> str:
    """Newest first in, newest at the bottom on the page."""
    bubbles = "".join(map(_bubble, texts)) or "<li>Belum ada SMS. Coba ketik SALDO.</li>"
    talk = f'<ol class="talk" tabindex="0" aria-label="Percakapan, terbaru dulu">{bubbles}</ol>'
    return _document("Percakapan", talk, refresh=_is_lively(texts))


def _document(title: str, body: str, *, refresh: bool = False) -> str:
    again = '<meta http-equiv="refresh" content="2">\n' if refresh else ""
    return f"""<!doctype html>
<html lang="id">
<head>
<meta charset="utf-8">
{again}<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} - sandbox</title>
<link rel="stylesheet" href="/sandbox.css">
</head>
<body>
{body}</body>
</html>
"""


def _choice(person: Person, number: str) -> str:
    if not person.phone:
        return ""
    here = ' aria-current="true"' if person.phone == number else ""
    return (
        f'<li><a href="/sandbox/hp?number={quote(person.phone)}"{here}>{escape(person.name)}</a><br>'
        f"<small>{person.phone}</small></li>"
    )


def _talk(number: str) -> str:
    return f"""<section aria-labelledby="sms-h"><h2 id="sms-h">SMS {escape(number)}</h2>
<iframe title="Percakapan" src="/sandbox/hp/percakapan?number={quote(number)}"></iframe>
<form method="post" action="/sandbox/hp" class="fields">
<input type="hidden" name="from" value="{escape(number)}">
<label>Pesan <input name="text" maxlength="480" required autocomplete="off" autofocus></label>
<button class="main">Kirim</button>
</form>
<h3>Contoh</h3>
<ul>{"".join(_sample(number, text) for text in _samples(number))}</ul>
</section>"""


def _samples(number: str) -> list[str]:
    owner = next((person for person in DEMO_PEOPLE if person.phone == number), None)
    if owner is None:
        return ["SALDO", "BANTUAN"]
    data = f"DAFTAR SALDO#{owner.nik}#{owner.name}#{owner.birth_date:%d-%m-%Y}#{owner.anchor}"
    more = [f"SALDO {owner.cards[1][-4:]}"] if len(owner.cards) > 1 else []
    return [data, "SALDO", *more, "BANTUAN", "BERHENTI"]


def _sample(number: str, text: str) -> str:
    return (
        f'<li><form method="post" action="/sandbox/hp"><input type="hidden" name="from" value="{escape(number)}">'
        f'<button name="text" value="{escape(text)}">{escape(text)}</button></form></li>'
    )


def _bubble(text: Json) -> str:
    side, who = ("mine", "HP") if text["by"] == "phone" else ("theirs", "Portal")
    at = text["at"]
    clock = f'<time datetime="{at}">{at[11:19]}</time>'
    return f'<li class="{side}"><small>{who}, {clock}</small><p>{escape(text["text"])}</p></li>'


def _is_lively(texts: list[Json]) -> bool:
    return bool(texts) and datetime.now(JAKARTA) - datetime.fromisoformat(texts[0]["at"]) < _LIVELY
