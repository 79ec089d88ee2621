"""The sandbox's own page: codes it "sent", mail it caught, fault switches, call counts. Plain HTML, no script."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from html import escape
from pathlib import Path

from demo.sandbox.answers import Json
from demo.sandbox.challenges import Sent
from demo.sandbox.faults import KINDS, Fault
from demo.sandbox.figures import When
from demo.sandbox.operations import SERVICES
from demo.sandbox.people import DEMO_PEOPLE

POLICY = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
CSS = Path(__file__).with_name("page.css").read_text(encoding="utf-8")

_MONTHS = "Januari Februari Maret April Mei Juni Juli Agustus September Oktober November Desember"
_WHAT = {
    "http500": "jawaban 500",
    "http429": "terlalu banyak permintaan (429)",
    "http503": "pemeliharaan (503)",
    "timeout": "diam sampai putus",
    "slow_drip": "menetes, byte demi byte",
    "cut": "sambungan putus di tengah",
    "truncated": "JSON terpotong",
    "wrong_type": "HTML, bukan JSON",
    "huge": "lebih dari 1 MiB",
    "other_member": "data peserta lain",
    "broken_invariant": "angka yang tidak cocok",
    "older_as_of": "data sebulan lebih lama",
    "expired_token": "token kedaluwarsa",
    "clock_skew": "jam meleset 10 menit",
    "redirect": "dialihkan (307)",
    "duplicate_keys": "kunci JSON ganda",
    "nan": "NaN sebagai jumlah",
}
_PHONES = '<p>Mengetik SMS seperti dari HP dan membaca jawabannya: <a href="/sandbox/hp">buka HP</a></p>\n'
_STORIES = (
    ("90", "tidak ditemukan"),
    ("91", "diblokir"),
    ("92", "pemeliharaan"),
    ("93", "biasa; gagal bila gangguannya dipasang"),
    ("94", "diam sampai putus"),
    ("95", "JSON terpotong"),
    ("96", "saldo peserta lain"),
    ("97", "angka yang tidak cocok"),
    ("98", "tanpa kontak"),
    ("99", "sedang dihitung"),
)


def render(*, when: When, outbox: list[Sent], mail: list[Json], faults: list[Fault], calls: list[Json]) -> str:
    sections = (
        _section("sms", "SMS", _PHONES),
        _section("kode", "Kode terkirim", _outbox(outbox)),
        _section("surat", "Surat tertangkap", _mail(mail)),
        _section("gangguan", "Gangguan", _faults(faults)),
        _section("panggilan", "Panggilan", _calls(calls)),
        _section("tanggal", "Tanggal", _date_form(when)),
        _section("orang", "Orang dan cerita", _people()),
    )
    return f"""<!doctype html>
<html lang="id">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sandbox - sistem hulu tiruan</title>
<link rel="stylesheet" href="/sandbox.css">
</head>
<body>
<header>
<h1>Sandbox</h1>
<p>Sistem hulu tiruan untuk demo dan uji. Semua orang dan angka di sini rekaan; tidak ada SMS atau surat
yang benar-benar dikirim.</p>
<p>Hari ini di sini <strong>{_day(when.today)}</strong>, saldo per <strong>{_day(when.as_of)}</strong>.
<a href="/">Muat ulang</a></p>
</header>
<main>
{"".join(sections)}
</main>
<footer lang="en"><p>The same as JSON: {_links()}</p></footer>
</body>
</html>
"""


def _section(anchor: str, title: str, content: str) -> str:
    return (
        f'<section id="{anchor}" aria-labelledby="{anchor}-h"><h2 id="{anchor}-h">{title}</h2>\n{content}</section>\n'
    )


def _day(value: object) -> str:
    day = datetime.fromisoformat(str(value)[:10])
    return f"{day.day} {_MONTHS.split()[day.month - 1]} {day.year}"


def _clock(stamp: str) -> str:
    return f'<time datetime="{escape(stamp)}">{escape(stamp[11:19])}</time>'


def _listed(items: Iterable[str], empty: str) -> str:
    joined = "".join(f"<li>{item}</li>\n" for item in items)
    return f"<ul>\n{joined}</ul>\n" if joined else f"<p>{empty}</p>\n"


def _outbox(outbox: list[Sent]) -> str:
    told = (
        f'<b class="code">{sent.code}</b> untuk KPJ {sent.kpj}<br>'
        f"<small>{sent.channel} ke {escape(sent.to)}, pukul {_clock(sent.at.isoformat())}</small>"
        for sent in outbox[:50]
    )
    return _listed(told, "Belum ada kode yang dikirim.")


def _mail(mail: list[Json]) -> str:
    told = (
        f"<details{' open' if number == 0 else ''}><summary>{escape(letter['subject']) or '(tanpa subjek)'}<br>"
        f"<small>untuk {escape(', '.join(letter['to']))}, pukul {_clock(letter['at'])}</small></summary>"
        f"<pre>{escape(letter['text'])}</pre></details>"
        for number, letter in enumerate(mail)
    )
    return _listed(told, "Belum ada surat yang tertangkap.")


def _faults(faults: list[Fault]) -> str:
    return _listed(map(_fault, faults), "Tidak ada gangguan; semua dijawab sebagaimana mestinya.") + _fault_form()


def _fault(fault: Fault) -> str:
    where = [
        f"operasi {fault.operation}" if fault.operation else "semua operasi",
        f"KPJ {escape(fault.kpj)}" if fault.kpj else "semua KPJ",
        "sampai dicabut" if fault.times is None else f"{fault.times} kali lagi",
        f"sudah terjadi {fault.fired} kali",
    ]
    return (
        f"<b>{_WHAT[fault.kind]}</b><br><small>{', '.join(where)}</small>"
        f'<form method="post" action="/sandbox/faults/clear"><input type="hidden" name="id" value="{fault.number}">'
        f'<button>Cabut<span class="unseen"> {_WHAT[fault.kind]}, nomor {fault.number}</span></button></form>'
    )


def _options(choices: Iterable[tuple[str, str]]) -> str:
    return "".join(f'<option value="{value}">{name}</option>' for value, name in choices)


def _fault_form() -> str:
    kinds = _options((kind, f"{kind}: {_WHAT[kind]}") for kind in KINDS)
    operations = _options([("", "semua"), *((service, service) for service in SERVICES)])
    return f"""<form method="post" action="/sandbox/faults" class="fields">
<label>Jenis <select name="kind">{kinds}</select></label>
<label>Operasi <select name="operation">{operations}</select></label>
<label>KPJ <input name="kpj" pattern="[0-9A-Z]{{11}}" autocomplete="off" aria-describedby="kpj-h"></label>
<p id="kpj-h"><small>Kosong berarti semua KPJ; jika diisi, 11 angka atau huruf besar.</small></p>
<label>Berapa kali <input name="times" inputmode="numeric" pattern="[0-9]*" autocomplete="off"></label>
<label>Milidetik <input name="milliseconds" inputmode="numeric" pattern="[0-9]*" autocomplete="off"></label>
<button class="main">Pasang gangguan</button>
</form>
<form method="post" action="/sandbox/faults/clear"><button>Cabut semua gangguan</button></form>
"""


def _calls(calls: list[Json]) -> str:
    if not calls:
        return "<p>Belum ada panggilan.</p>\n"
    rows = "".join(map(_call, calls[:200]))
    head = '<tr><th scope="col">Operasi</th><th scope="col">KPJ</th><th scope="col">Kali</th></tr>'
    return f"<table><thead>{head}</thead><tbody>\n{rows}</tbody></table>\n"


def _call(call: Json) -> str:
    kpj = escape(call["kpj"] or "-")
    return f'<tr><th scope="row">{call["operation"]}</th><td>{kpj}</td><td>{call["count"]}</td></tr>\n'


def _date_form(when: When) -> str:
    return f"""<form method="post" action="/sandbox/today" class="fields">
<label>Hari ini di sandbox <input type="date" name="today" value="{when.today.isoformat()}"></label>
<button>Ubah tanggal</button>
</form>
"""


def _people() -> str:
    people = (
        f"<b>{escape(person.name)}</b>, lahir {_day(person.birth_date)}<br>"
        f"<small>NIK {person.nik}, KPJ {', '.join(person.cards)}</small>"
        for person in DEMO_PEOPLE
    )
    stories = "".join(f"<dt>{ending}</dt><dd>{what}</dd>\n" for ending, what in _STORIES)
    return f"""{_listed(people, "")}<h3>Dua angka terakhir KPJ</h3>
<dl>
{stories}</dl>
"""


def _links() -> str:
    names = ("outbox", "mail", "sms", "calls", "faults", "today", "people?count=3&amp;seed=1", "ledger?kpj=24011122201")
    return ", ".join(f'<a href="/sandbox/{name}">{name}</a>' for name in names)
