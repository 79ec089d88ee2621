"""What is written must be true: variables, decisions, links, commands and codes in the docs exist; none is missing."""

import ast
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

from django.core.management import get_commands

from accounts import wording
from accounts.services import linking_steps
from accounts.services.linking_decision import CannotDecide
from providers import errors
from providers.port import UnavailableReason

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
NO_DEFAULT = object()
NOT_CONSTANT = object()  # a default worked out from other settings


@dataclass(frozen=True)
class Variable:
    name: str
    default: object = NO_DEFAULT

    @property
    def shown(self) -> str | None:
        """Its default as .env.example has to write it; None where only words can say it."""
        if self.default in (NO_DEFAULT, NOT_CONSTANT):
            return None
        return "" if self.default == [] else str(self.default)


@cache
def variables() -> dict[str, Variable]:
    """Every `env.type("NAME", default=...)` and `secret("NAME", default=...)` of the settings."""
    trees = [ast.parse(path.read_text()) for path in sorted((ROOT / "jht_portal" / "settings").glob("*.py"))]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    calls = [node for node in nodes if isinstance(node, ast.Call) and reads_environment(node)]
    return {variable.name: variable for variable in map(read_variable, calls)}


def reads_environment(call: ast.Call) -> bool:
    function = call.func.value if isinstance(call.func, ast.Attribute) else call.func
    named_so = isinstance(function, ast.Name) and function.id in ("env", "secret")
    return named_so and bool(call.args) and isinstance(call.args[0], ast.Constant)


def read_variable(call: ast.Call) -> Variable:
    name = ast.literal_eval(call.args[0])
    defaults = [word.value for word in call.keywords if word.arg == "default"]
    return Variable(name, constant(defaults[0])) if defaults else Variable(name)


def constant(node: ast.expr) -> object:
    try:
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
            return ast.literal_eval(node.left) * ast.literal_eval(node.right)
        return ast.literal_eval(node)
    except ValueError:
        return NOT_CONSTANT


@cache
def tracked(*patterns: str) -> list[Path]:
    """Files of the repository, new ones included, without what git ignores."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *patterns],
        cwd=ROOT, check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    return [path for name in listed.split("\0") if name and (path := ROOT / name).is_file()]


def pages() -> list[Path]:
    return tracked("*.md")


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def example_lines() -> Iterator[tuple[str, str, bool]]:
    """(name, value, whether it must be filled in) of every line of .env.example that sets something."""
    for line in (ROOT / ".env.example").read_text().splitlines():
        if match := re.fullmatch(r"(#?)([A-Z][A-Z0-9_]*)=(.*)", line):
            yield match[2], match[3], not match[1]


# Variables


def test_the_example_environment_names_exactly_what_the_settings_read() -> None:
    assert sorted(name for name, _, _ in example_lines()) == sorted(variables())


def test_the_example_environment_shows_the_real_defaults() -> None:
    for name, value, must_be_set in example_lines():
        assert must_be_set == (variables()[name].default is NO_DEFAULT), name
        assert value == (variables()[name].shown or ""), name


def test_every_line_of_the_example_environment_has_its_own_comment() -> None:
    lines = (ROOT / ".env.example").read_text().splitlines()
    for before, line in pairwise(lines):
        if re.match(r"#?[A-Z][A-Z0-9_]*=", line):
            assert re.match(r"# \S.*\.$", before), line


def test_the_configuration_page_describes_exactly_the_variables_that_are_read() -> None:
    described = re.findall(r"^\| `([A-Z][A-Z0-9_]*)`", (DOCS / "configuration.md").read_text(), re.MULTILINE)
    assert len(described) == len(set(described))
    assert set(variables()) <= set(described)
    assert set(described) - set(variables()) <= read_outside_the_settings()


def read_outside_the_settings() -> set[str]:
    """What the demo, the sandbox and the tests take from the environment."""
    text = "".join(path.read_text() for path in [ROOT / "portal", *tracked("demo/*.py", "tests/*.py")])
    direct = re.findall(r"""environ(?:\.get\(|\[)["']([A-Z][A-Z0-9_]*)["']|given\(["']([A-Z][A-Z0-9_]*)["']""", text)
    sandbox = re.findall(r"""_(?:variable\(environment, |needed\(environment, )["']([A-Z_]+)["']""", text)
    return {name for pair in direct for name in pair if name} | {f"SANDBOX_{name}" for name in sandbox}


# Decisions


def test_every_decision_mentioned_in_the_code_is_written_down() -> None:
    written = {int(path.name[:4]) for path in DOCS.glob("adr/[0-9]*.md")}
    for path in tracked("*.py", "*.html", "*.toml", "*.md", "*.css", "*.js"):
        mentioned = {int(number) for number in re.findall(r"\bADR (\d+)", path.read_text())}
        assert mentioned <= written, named(path)


def test_every_decision_is_in_the_index_under_its_number_and_its_title() -> None:
    index = (DOCS / "adr" / "README.md").read_text()
    for path in DOCS.glob("adr/[0-9]*.md"):
        number, text = int(path.name[:4]), path.read_text()
        title = re.match(rf"# {number}\. (.+)\n", text)
        assert title, f"{path.name} must open with its number"
        assert f"| [{number}]({path.name}) | {title[1]} |" in index
        assert {"## Status", "## Context", "## Decision", "## Consequences"} <= set(text.splitlines()), path.name


# Pages


def test_the_readme_stays_short() -> None:
    assert len((ROOT / "README.md").read_text().splitlines()) < 100


def test_every_link_between_pages_leads_somewhere() -> None:
    for page in pages():
        for target in re.findall(r"""(?:\]\(|src=")([^)"\s]+)[)"]""", prose(page)):
            if re.match(r"[a-z]+:", target):
                continue
            file, _, anchor = target.partition("#")
            goal = (page.parent / file).resolve() if file else page
            assert goal.exists(), f"{named(page)}: {target}"
            assert not anchor or anchor in anchors(goal), f"{named(page)}: {target}"


def prose(page: Path) -> str:
    """The page without its blocks of code."""
    return re.sub(r"^```.*?^```", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)


def anchors(page: Path) -> set[str]:
    """As GitHub makes them: lower case, without signs, blanks as dashes."""
    titles = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def test_every_page_can_be_reached_from_the_readme() -> None:
    seen: set[Path] = set()
    waiting = [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in seen or page.suffix != ".md":
            continue
        seen.add(page)
        links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", prose(page))
        waiting += [goal for link in links if (goal := (page.parent / link).resolve()).is_file()]
    assert {named(page) for page in pages() if page.is_relative_to(DOCS)} <= {named(page) for page in seen}


def test_no_page_tells_a_path_of_somebodys_machine() -> None:
    for page in [*pages(), *tracked(".env.example", "docs/*", "*.yml", "Dockerfile")]:
        if page.suffix in (".png", ".jpg"):
            continue
        assert not re.search(r"(?<![\w.])/(work|root|home|Users)/", page.read_text()), named(page)
        assert str(ROOT) not in page.read_text(), named(page)


def test_every_command_in_the_docs_exists() -> None:
    known = set(re.findall(r'"(\w+)": "(?:demo|dev)"', (ROOT / "portal").read_text()))
    assert "demo" in known
    for page in [*pages(), ROOT / ".env.example"]:
        for command in re.findall(r"\./portal ([a-z_]+)", page.read_text()):
            assert command in known, f"{named(page)}: ./portal {command}"
        for command in re.findall(r"(?:manage\.py|portal manage) ([a-z_]+)", page.read_text()):
            assert command in get_commands(), f"{named(page)}: manage.py {command}"


# Codes


def error_codes() -> set[str]:
    return {kind.code for kind in subclasses(errors.ProviderError)}


def subclasses(kind: type[errors.ProviderError]) -> Iterator[type[errors.ProviderError]]:
    for child in kind.__subclasses__():
        if child.__module__.startswith("providers."):
            yield child
        yield from subclasses(child)


def rows_of(page: str, section: str) -> set[str]:
    """The codes in the first column of the tables under one heading."""
    text = (DOCS / page).read_text()
    assert f"\n## {section}\n" in text
    part = text.split(f"\n## {section}\n", 1)[1].split("\n## ", 1)[0]
    return set(re.findall(r"^\| `([\w.]+)`", part, re.MULTILINE))


def text_of(*patterns: str) -> str:
    return "\n".join(path.read_text() for path in tracked(*patterns))


def test_every_way_the_upstream_can_fail_is_explained() -> None:
    assert rows_of("errors.md", "The upstream") == error_codes()


def test_every_outcome_of_a_fetch_is_explained() -> None:
    own = set(re.findall(r'(?:_Outcome\(code=|^[A-Z_]+ = )"([a-z_]+)"', text_of("balances/[fs]*.py"), re.MULTILINE))
    assert {"ok", "older_as_of"} <= own
    explained = rows_of("errors.md", "A balance we asked for")
    assert own - error_codes() <= explained
    assert explained - error_codes() <= own | {"superseded"}


def test_every_reason_for_no_amount_is_explained() -> None:
    assert rows_of("errors.md", "No amount, and why") == {str(reason) for reason in UnavailableReason}


def test_every_reason_a_member_is_told_while_linking_is_explained() -> None:
    assert rows_of("errors.md", "Linking: what the member is told") == {*wording.REFUSALS, *wording.CODE_NOTES}


def test_every_reason_for_a_refused_link_is_explained() -> None:
    given = set(re.findall(r'refusal="([a-z_]+)"', text_of("accounts/services/*.py")))
    given |= {error.code for (_, error), act in linking_steps._MEANINGS.items() if act is linking_steps._refuse}
    assert rows_of("errors.md", "Linking: why it was refused") == given


def test_every_reason_against_a_decision_is_explained() -> None:
    codes = re.findall(r"[a-z_]+(?=[,.])", (CannotDecide.__doc__ or "").partition(":")[2])
    assert rows_of("errors.md", "Linking: staff decisions") == set(codes)


def test_every_reason_for_silence_by_sms_is_explained() -> None:
    code = text_of("sms/services/*.py")
    silent = re.findall(
        r'_Answer\(reply="([a-z_]+)"\)|SILENT, outcome="([a-z_]+)"|^ +outcome="([a-z_]+)"', code, re.MULTILINE
    )
    assert rows_of("errors.md", "SMS: a message without an answer") == {one for found in silent for one in found if one}


def test_every_word_of_the_log_is_explained() -> None:
    code = text_of("accounts/*.py", "balances/*.py", "providers/*.py", "sms/*.py", "jht_portal/*.py")
    words = re.findall(r'\blog(?:ger)?\.\w+\(\s*(?:logging\.[^"]*?)?"([a-z_]+)', code)
    assert rows_of("errors.md", "Log lines") == set(words)
