"""Every variant of a text and the reply as it came to the fake phone: docs/sms-variants.md.

`python -m tests.kannel.variants` plays them through real Kannel and writes the page anew.
"""

import json
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from tests.kannel.conftest import House

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "sms-variants.md"
NIK, KPJ, DAY = "3173051207860012", "24011122209", "12-07-1986"


class Row(TypedDict):
    group: str
    text: str
    reply: str


REGISTRATIONS = (
    f"DAFTAR SALDO#{NIK}#{DAY}#{KPJ}#budi@contoh.example",
    f"Daftar SALDO#{NIK}#12071986#{KPJ}#budi@contoh.example",
    f"DAFTAR SALDO#{NIK}#12_07_1986#{KPJ}#budi@contoh.example",
    f"DAFTAR SALDO#{NIK}#12/07/1986#{KPJ}",
    f"DAFTAR SALDO#{NIK}#12.07.1986#{KPJ}",
    f"DAFTAR SALDO #{NIK}#{DAY}#{KPJ}#",
    f"DAFTAR SALDO#{NIK}#BUDI SANTOSA#{DAY}#{KPJ}",
    f"DAFTAR SALDO#{NIK}#BUDI SANTOSA#{DAY}#{KPJ}#budi@contoh.example",
    f"daftar   saldo # {NIK} # {DAY} # {KPJ} # BUDI@contoh.example",
    f"daftarsaldo#{NIK}#{DAY}#{KPJ}",
    f"DAFTAR#{NIK}#{DAY}#{KPJ}",
    f"DAFTAR SALD0#{NIK}#{DAY}#{KPJ}",
    f"DAFATR SALDO#{NIK}#{DAY}#{KPJ}",
    "DAFTAR SALDO#3173 0512 0786 0012#12-7-1986#2401 1122 209",
    f"DAFTAR SALDO {NIK} {DAY} {KPJ}",
    f"DAFTAR SALDO*{NIK}*{DAY}*{KPJ}",
    f"DAFTAR SALDO;{NIK};{DAY};{KPJ}",
    f'"DAFTAR SALDO#{NIK}#{DAY}#{KPJ}"',
    f"REGISTER BALANCE#{NIK}#{DAY}#{KPJ}",
)
SLIPS = (
    f"DAFTAR SALDO#317305120786001#{DAY}#{KPJ}",
    f"DAFTAR SALDO#{NIK}#31-02-1986#{KPJ}",
    f"DAFTAR SALDO#{NIK}#12-07-86#{KPJ}",
    f"DAFTAR SALDO#{NIK}#{DAY}#2401112220",
    f"DAFTAR SALDO#{NIK}#{DAY}#{KPJ}#budi.contoh",
    "DAFTAR SALDO",
    f"DAFTAR SALDO#{NIK}",
)
ONE_CARD = (
    "SALDO", "saldo", "Saldo.", "saldo jht", "INFO SALDO", "CEK SALDO", "SALDO 2201", "SALDO 24011122201",
    "SALDO#24011122201", "SALDO24011122201", "SALDO: 24011122201", "SALD0 24011122201", "SALDI 24011122201",
    "CEK SALDO JHT 24011122201", "SALDO 240-1112-2201", "BALANCE", "SALDO 123", "SALDO berapa", "SALDO 99999999999",
)  # fmt: skip
SEVERAL_CARDS = ("SALDO", "SALDO 4402", "SALDO 2202", "SALDO 9999", "SETUJU", "agree")
NOT_AGREED = ("SALDO", "SALDO 2203", "SETUJU TIDAK")
ANYBODY = (
    "SALDO", "SALDO 24011122201", "BALANCE", "BANTUAN", "help", "INFO", "BERHENTI", "Stop.", "UNREG SALDO",
    "halo selamat pagi", "2757", "SETUJU",
)  # fmt: skip
GROUPS = {
    "A number that its owner confirmed, one card": ONE_CARD,
    "The same, two cards": SEVERAL_CARDS,
    "A member who did not agree to the privacy notice": NOT_AGREED,
    "A number nobody confirmed": ANYBODY,
    "Registering: right or wrong, the answer is the same": REGISTRATIONS,
    "Registering: what cannot be read": SLIPS,
}


def answers(house: "House") -> list[Row]:
    """Each text from a number of its own, all sent at once; what came back, in the page's order."""
    from accounts.models import Card, User
    from demo.embedded.process import wait_until
    from tests.kannel.phones import Phone

    one, several, silent = house.member(), house.member(), house.member(consent_version="")
    house.card(one, "12345678.00", "24011122201")
    house.card(several, "111000.00", "24011122202")
    house.card(several, "222000.00", "17033344402")
    house.card(silent, "333000.00", "24011122203")
    owners: dict[str, User] = dict(zip(GROUPS, (one, several, silent), strict=False))
    sent: list[tuple[str, str, Phone]] = []
    for group, texts in GROUPS.items():
        for text in texts:
            phone = house.confirmed(owners[group]) if group in owners else house.phone()
            phone.send(text)
            sent.append((group, text, phone))
    wait_until(lambda: all(phone.inbox() for _, _, phone in sent), timeout=60)
    told = [Row(group=group, text=text, reply=" / ".join(phone.inbox())) for group, text, phone in sent]
    Card.objects.filter(member__in=(one, several, silent)).delete()  # other scenarios have cards of these numbers
    return told


def page(rows: list[Row]) -> str:
    parts = [_HEAD]
    for group in GROUPS:
        parts.append(f"\n## {group}\n\n| text | reply |\n|---|---|\n")
        parts += [f"| `{_cell(row['text'])}` | {_cell(row['reply'])} |\n" for row in rows if row["group"] == group]
    return "".join(parts)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("*", "\\*") if not text.startswith(("DAFTAR", '"')) else text


_HEAD = """\
# Texts and replies, as they came

Each text below was sent from a fake phone through real Kannel 1.4.5 into the whole portal; the reply is what the phone
received. Written by `.venv/bin/python -m tests.kannel.variants`; `tests/kannel/test_kannel.py` plays it again and
compares. People and numbers are fictitious; "\\*" is the star that stands for the hidden digits.
"""


def main() -> int:
    from tests.kannel.inside import run

    with tempfile.TemporaryDirectory() as directory:
        outcomes = run("scenarios.py", directory=Path(directory), timeout=300, only="every_variant")
        wrong = "".join(one.wrong for one in outcomes.values())
        if not wrong:
            PAGE.write_text(page(json.loads((Path(directory) / "variants.json").read_text())))
    print(wrong or PAGE)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
