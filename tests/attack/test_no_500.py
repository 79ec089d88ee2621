"""Whatever is sent to any address, in any method, body, header, query or path: an answer, never an error of ours.

The test client hands an exception on as it is, so the falsifying example names the very line.
"""

import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as bounds
from hypothesis import strategies as st

from accounts.models import User
from tests.admin.conftest import boss, card, pages, rows, second_factor_done, waiting
from tests.conftest import remember_proof
from tests.house.addresses import address_of, make_world, named_addresses

__all__ = ["boss", "card", "rows", "waiting"]
FORM, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data; boundary=batas"
METHODS = (*["GET"] * 3, *["POST"] * 8, "HEAD", "PUT", "TRACE")
NASTY = (
    "", " ", "0", "-1", "1e999", "NaN", "9" * 30, "9" * 400, "1.234.567,89", "Rp-1", "1" * 16, "24011122201", "0" * 11,
    "\x00", "a\x00b", "\r\nSet-Cookie: a=b", "%00", "%2533", "../../etc/passwd", "{{7*7}}", "{% debug %}", "%(x)s",
    "{0.__class__}",
    "<script>alert(1)</script>", "\"'><svg onload=alert(1)>", "' OR 1=1--", "'; DROP TABLE accounts_user;--", "\\",
    "//jahat.example",
    "javascript:alert(1)", "１２３４５６７８９０１", "١٢٣٤٥٦", "²", "Ⅷ", "\u202e\u200f\ufeff", "👩‍👩‍👧", "é" * 300,
    "a" * 5000, "İıſK",
    "31-02-2000", "99-99-9999", "0000-00-00", "31/12/99999", "2026-11-22", "--", "null", "[]", "true", "on", "id", "en",
    "00000000-0000-0000-0000-000000000000", "a@b", "a@" + "b" * 250 + ".example", "@", "\udcff",
)  # fmt: skip
SEGMENTS = (
    "0", "-1", "9" * 30, "00", "%00", "a%00b", "%ff%fe", "%2e%2e", "%2f", "a" * 3000, "%E2%80%AE", "%F0%9F%92%A9",
    "00000000-0000-0000-0000-000000000000", "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF", "x:y:z",
    "%0d%0aX: y", "{}", ";", "'",
)  # fmt: skip
HEADERS = (
    "HTTP_REFERER", "HTTP_ORIGIN", "HTTP_ACCEPT_LANGUAGE", "HTTP_USER_AGENT", "HTTP_X_FORWARDED_FOR", "HTTP_X_REAL_IP",
    "HTTP_X_FORWARDED_PROTO", "HTTP_SEC_FETCH_DEST", "HTTP_IF_MODIFIED_SINCE", "HTTP_IF_NONE_MATCH", "HTTP_RANGE",
    "HTTP_X_REQUESTED_WITH", "HTTP_ACCEPT", "HTTP_COOKIE", "HTTP_AUTHORIZATION", "HTTP_ACCEPT_ENCODING",
)  # fmt: skip
KINDS = (FORM, MULTIPART, "multipart/form-data", "application/json", "text/plain; charset=utf-99", "")
NAMES = (
    "next",
    "page",
    "p",
    "q",
    "o",
    "tahun",
    "keadaan",
    "bahasa",
    "code",
    "jenis",
    "halaman",
    "_popup",
    "_to_field",
    "e",
    "all",
)

text = st.sampled_from(NASTY) | st.text(max_size=40)
# Control characters never get past the server (tests/house/test_framing.py).
latin = text.map(lambda one: re.sub(r"[\x00-\x1f\x7f]", "", one).encode("utf-8", "replace").decode("latin-1"))


class Fields(HTMLParser):
    """The names of a page's form fields, each with its own value, so that some posts get far."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        if tag in ("input", "select", "textarea", "button") and told.get("name"):
            self.found[told["name"] or ""] = told.get("value") or ""


@dataclass(frozen=True)
class Target:
    """One address as one person, with the names of the fields that its page shows."""

    who: Client
    path: str
    fields: dict[str, str]

    def send(self, *, method: str, path: str, body: bytes, kind: str, query: str, headers: dict[str, str]) -> int:
        """In a transaction that is taken back, with cookies of its own."""
        client = Client(raise_request_exception=True)
        client.cookies.load({name: morsel.value for name, morsel in self.who.cookies.items()})
        with transaction.atomic():
            answer = client.generic(method, path, body, content_type=kind, QUERY_STRING=query, **headers)
            transaction.set_rollback(True)
        return answer.status_code


def bodies(fields: dict[str, str]) -> st.SearchStrategy[tuple[bytes, str]]:
    """(body, content type): forms with right and wrong values, doubled keys, files, other types, plain noise."""
    name = st.sampled_from([*fields, *NAMES]) | text
    pairs = st.lists(st.tuples(name, text), max_size=6)
    form = st.builds(lambda more: urlencode([*fields.items(), *more], errors="replace").encode(), pairs)
    wrong = st.builds(
        lambda values: urlencode(dict(zip(fields, values, strict=False)), errors="replace").encode(),
        st.lists(text, min_size=len(fields), max_size=len(fields)),
    )
    noise = st.binary(max_size=200)
    return st.one_of(
        st.tuples(form, st.just(FORM)),
        st.tuples(wrong, st.just(FORM)),
        st.tuples(wrong, st.just(FORM)),
        st.tuples(st.builds(parts, pairs), st.just(MULTIPART)),
        st.tuples(noise, st.sampled_from(KINDS)),
        st.tuples(st.sampled_from((b'{"a":' * 300, b"[1,1e999,NaN]", b"\xff\xfe")), st.just("application/json")),
    )  # fmt: skip


def parts(pairs: list[tuple[str, str]]) -> bytes:
    made = b""
    for number, (name, value) in enumerate(pairs):
        clean = re.sub(r'[\r\n"]', "", name).encode(errors="replace")
        file = b'; filename="../x\x00.pdf"' if number % 2 else b""
        made += b'--batas\r\nContent-Disposition: form-data; name="' + clean + b'"' + file + b"\r\n\r\n"
        made += value.encode(errors="replace") + b"\r\n"
    return made + b"--batas--\r\n"


def paths(path: str) -> st.SearchStrategy[str]:
    """The address itself, and the same with its changing parts, or any part, replaced."""
    changing = [
        one.span() for one in re.finditer(r"[0-9a-f]{8}-[0-9a-f-]{27}|(?<=/)\d+(?=/)|(?<=/)[\w-]+:[\w:-]+(?=/)", path)
    ]
    if not changing:
        return st.just(path)
    segment = st.sampled_from(SEGMENTS) | st.text(max_size=20).map(lambda one: quote(one, errors="replace"))
    other = st.builds(lambda span, new: path[: span[0]] + new + path[span[1] :], st.sampled_from(changing), segment)
    return st.just(path) | other


@st.composite
def requests(draw: Callable[..., Any], targets: list[Target]) -> tuple[Target, dict[str, Any]]:
    target = draw(st.sampled_from(targets))
    body, kind = draw(bodies(target.fields))
    query = urlencode(draw(st.lists(st.tuples(st.sampled_from(NAMES) | text, text), max_size=3)), errors="replace")
    headers = draw(st.dictionaries(st.sampled_from(HEADERS), latin, max_size=3))
    sent = {"method": draw(st.sampled_from(METHODS)), "path": draw(paths(target.path)), "query": query}
    return target, {**sent, "body": body, "kind": kind, "headers": headers}


@pytest.fixture
def targets(member: User, boss: User, rows: dict[type, int], settings: Any) -> Iterator[list[Target]]:
    """Every address as visitor and owner, every page of the admin as administrator."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    logging.disable(logging.ERROR)  # thousands of refusals are meant
    world, visitor, owner = make_world(member), Client(), Client()
    owner.force_login(member)
    remember_proof(owner, member)
    found = [
        Target(who, path, Fields(who.get(path).content.decode(errors="replace")).found)
        for who in (visitor, owner)
        for path in [address_of(name, world) for name, _ in named_addresses() if name not in SPOILING]
    ]
    admin = second_factor_done(boss)
    found += [Target(admin, path, Fields(admin.get(path).content.decode()).found) for path in pages(rows)]
    yield found
    logging.disable(logging.NOTSET)


SPOILING = {"account_logout"}  # a look at it changes nothing, but is of no interest either


@pytest.mark.django_db
def test_an_empty_question_for_another_field_is_none(boss: User, rows: dict[type, int]) -> None:
    """Found by the search below: Django looked for a field without a name."""
    client = second_factor_done(boss)
    assert client.get(f"{pages(rows)[4]}?_to_field=").status_code == 200


@pytest.mark.asvs("V2.2.1", "V2.2.2", "V1.1.1", "V1.3.3", "V15.3.7", "V16.5.3")
@pytest.mark.django_db
@pytest.mark.parametrize("examples", [1500, pytest.param(20_000, marks=pytest.mark.heavy)])
def test_nothing_that_is_sent_makes_an_error_of_ours(targets: list[Target], examples: int) -> None:
    met = dict[int, int]()

    @bounds(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(request=requests(targets))
    def send(request: tuple[Target, dict[str, Any]]) -> None:
        target, sent = request
        status = target.send(**sent)
        met[status] = met.get(status, 0) + 1
        assert status < 500, sent

    send()
    print(f"{sum(met.values())} requests to {len(targets)} targets: {dict(sorted(met.items()))}")
    assert {200, 302, 400, 404, 405, 422} <= set(met)  # it got through to pages, forms and refusals
