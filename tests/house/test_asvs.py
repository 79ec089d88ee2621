"""docs/security/asvs.csv: every row of OWASP ASVS 5.0 level 1 and 2 that applies is met, or the operator's, and proved.

A proof is a test that carries the row in `@pytest.mark.asvs`, or a part of a document that names it. Both are found by
reading, not by running: that they pass is the business of the tests themselves.
"""

import ast
import csv
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TABLE = ROOT / "docs" / "security" / "asvs.csv"
ROWS_BY_LEVEL = {"L1": 70, "L2": 183, "L3": 92}  # ASVS 5.0.0 as published
SETTLED = ("met", "operator")


@dataclass(frozen=True)
class Row:
    id: str
    level: str
    area: str
    requirement: str
    applies: str
    status: str
    proof: str

    @property
    def must_be_proved(self) -> bool:
        return self.applies == "yes" and (self.level in ("L1", "L2") or self.status in SETTLED)

    @property
    def proofs(self) -> list[str]:
        return self.proof.split()


def rows(path: Path = TABLE) -> list[Row]:
    with path.open(newline="") as table:
        return [Row(**one) for one in csv.DictReader(table)]


@cache
def marked(path: Path) -> dict[str, set[str]]:
    """Of each test of a file, as `test` or `Class::test`: the rows that it carries."""
    found = {}
    for owner, test in functions_of(ast.parse(path.read_text())):
        marks = [one for one in test.decorator_list if isinstance(one, ast.Call) and ast.unparse(one.func) == MARK]
        found[f"{owner}{test.name}"] = {ast.literal_eval(word) for mark in marks for word in mark.args}
    return found


MARK = "pytest.mark.asvs"
Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions_of(tree: ast.Module) -> Iterator[tuple[str, Function]]:
    for node in tree.body:
        if isinstance(node, Function) and node.name.startswith("test_"):
            yield "", node
        if isinstance(node, ast.ClassDef) and node.name.startswith("Test"):
            yield from ((f"{node.name}::", one) for one in node.body if isinstance(one, Function))


@cache
def parts(path: Path) -> dict[str, str]:
    """Of each heading's anchor, as GitHub makes it: the text up to the next heading of any level."""
    pieces = re.split(r"^#+ (.+)$", path.read_text(), flags=re.MULTILINE)[1:]
    titles = [re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in pieces[::2]]
    return dict(zip(titles, pieces[1::2], strict=True))


def flaw(row: Row, proof: str) -> str:
    """Why this proof does not hold, or nothing."""
    separator = "#" if proof.startswith("docs/") else "::"
    name, _, place = proof.partition(separator)
    path = ROOT / name
    if not path.is_file():
        return f"{row.id}: there is no {name}"
    if separator == "#":
        told = parts(path).get(place)
        names_it = told is not None and re.search(rf"\b{re.escape(row.id)}\b", told)
        return "" if names_it else f"{row.id}: {proof} is not there or does not name it"
    carried = marked(path).get(place)
    return "" if carried and row.id in carried else f"{row.id}: {proof} is not there or does not carry it"


def flaws(table: list[Row]) -> list[str]:
    found = []
    for row in table:
        if not row.must_be_proved:
            continue
        if row.status not in SETTLED:
            found.append(f"{row.id}: {row.status or 'open'}")
        if not row.proofs:
            found.append(f"{row.id}: no proof")
        found += [told for proof in row.proofs if (told := flaw(row, proof))]
    return found


def test_no_row_is_open_and_every_proof_is_there_and_carries_its_row() -> None:
    found = flaws(rows())
    assert not found, "\n".join(found)


def test_the_table_is_the_whole_standard_and_every_row_left_out_has_its_reason() -> None:
    table = rows()
    assert Counter(row.level for row in table) == ROWS_BY_LEVEL
    assert len({row.id for row in table}) == len(table)
    for row in table:
        assert row.applies == "yes" or re.match(r"no: .{3,}", row.applies), row.id
        assert row.requirement, row.id
        assert row.applies == "yes" or not row.status, row.id


def test_every_mark_names_a_row_that_names_the_test() -> None:
    """No mark is left behind when a proof moves."""
    named = {(row.id, proof) for row in rows() for proof in row.proofs}
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for test, carried in marked(path).items():
            for one in carried:
                assert (one, f"{path.relative_to(ROOT)}::{test}") in named, (
                    f"{test} carries {one}; asvs.csv does not name it"
                )


def counts() -> dict[str, Counter[str]]:
    """By level: applies, met, operator, open."""
    found: dict[str, Counter[str]] = {level: Counter() for level in ROWS_BY_LEVEL}
    for row in rows():
        if row.applies == "yes":
            state = row.status if row.status in SETTLED else "open" if row.level != "L3" else "not claimed"
            found[row.level].update(["applies", state])
    return found


def test_the_readme_of_the_table_counts_right() -> None:
    told = (ROOT / "docs" / "security" / "README.md").read_text()
    for level, count in counts().items():
        states = (count["applies"], count["met"], count["operator"], count["open"])
        line = "| " + " | ".join(str(one) for one in (level[1], ROWS_BY_LEVEL[level], *states)) + " |"
        assert line in told, line


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"status": "open"}, "open"),
        ({"status": ""}, "open"),
        ({"proof": ""}, "no proof"),
        ({"proof": "tests/house/test_gone.py::test_x"}, "there is no"),
        ({"proof": "tests/house/test_asvs.py::test_gone"}, "is not there"),
        ({"proof": "tests/house/test_asvs.py::test_the_readme_of_the_table_counts_right"}, "does not carry it"),
        ({"proof": "docs/security/rules.md#gone"}, "is not there"),
        ({"proof": "docs/security/rules.md#logs"}, "does not name it"),
    ],
)
def test_a_row_that_is_not_proved_is_found(changed: dict[str, str], says: str) -> None:
    whole = {
        "id": "V1.2.4",
        "level": "L1",
        "area": "",
        "requirement": "x",
        "applies": "yes",
        "status": "met",
        "proof": "",
    }
    good = Row(**whole | {"proof": "tests/house/test_bans.py::test_no_line_of_the_product_does_what_the_house_bans"})
    assert flaws([good]) == []
    assert says in flaws([Row(**vars(good) | changed)])[-1 if "proof" in changed else 0]
