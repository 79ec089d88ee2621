"""The sandbox's own addresses, outside the contract: what happened, the truth, people, the day and fault switches."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date
from itertools import islice
from typing import Any
from urllib.parse import parse_qs, urlsplit

from demo.sandbox import page, phone_page
from demo.sandbox.answers import Answer, Json, as_bytes
from demo.sandbox.faults import BadFault, from_json
from demo.sandbox.figures import truth
from demo.sandbox.gate import Request
from demo.sandbox.people import KPJ_FORM, Person, exists, is_ordinary, people, person_of
from demo.sandbox.phone import NotTaken, e164
from demo.sandbox.upstream import Upstream

_MOST_PEOPLE = 100_000
_FORM = "application/x-www-form-urlencoded"
Given = Mapping[str, Any]


class NoSuch(Exception):
    """Answered with 404 or 400; the message is for a developer."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Control:
    """Routes by method and path; None for an address that is not ours."""

    def __init__(self, upstream: Upstream) -> None:
        self._upstream = upstream
        self._routes: dict[tuple[str, str], Callable[[Given], object]] = {
            ("GET", "/health"): lambda _: {"status": "ok"},
            ("GET", "/favicon.ico"): lambda _: None,
            ("GET", "/sandbox/outbox"): lambda _: [sent.as_json() for sent in upstream.challenges.outbox],
            ("GET", "/sandbox/mail"): lambda _: upstream.mailbox.messages,
            ("DELETE", "/sandbox/mail"): lambda _: upstream.mailbox.forget(),
            ("GET", "/sandbox/calls"): lambda _: upstream.calls,
            ("DELETE", "/sandbox/calls"): lambda _: upstream.forget_calls(),
            ("GET", "/sandbox/ledger"): self._ledger,
            ("GET", "/sandbox/people"): self._people,
            ("GET", "/sandbox/faults"): self._faults,
            ("POST", "/sandbox/faults"): self._set_fault,
            ("DELETE", "/sandbox/faults"): self._clear_faults,
            ("POST", "/sandbox/faults/clear"): self._clear_faults,
            ("GET", "/sandbox/today"): self._today,
            ("POST", "/sandbox/today"): self._set_today,
            ("POST", "/sandbox/revoke"): self._revoke,
            ("POST", "/sandbox/reset"): lambda _: upstream.forget(),
            ("GET", "/sandbox/sms"): lambda given: upstream.phones.texts(_number(given, "number")),
            ("POST", "/sandbox/sms"): self._type,
            ("DELETE", "/sandbox/sms"): lambda _: upstream.phones.forget(),
            ("POST", "/sandbox/sms/out"): self._receive,
            ("GET", "/sandbox/hp"): self._phone,
            ("POST", "/sandbox/hp"): self._phone_typed,
            ("GET", "/sandbox/hp/percakapan"): self._conversation,
        }

    def answer(self, request: Request) -> Answer | None:
        if request.path in ("/", "/sandbox.css") and request.method == "GET":
            return self._page() if request.path == "/" else Answer(200, page.CSS.encode(), content_type="text/css")
        if request.method == "HEAD" and request.path == "/health":
            return Answer(200, b"")
        route = self._routes.get((request.method, request.path))
        return _routed(route, request) if route else None

    def _page(self) -> Answer:
        upstream = self._upstream
        html = page.render(
            when=upstream.when,
            outbox=upstream.challenges.outbox,
            mail=upstream.mailbox.messages,
            faults=upstream.faults.faults,
            calls=upstream.calls,
        )
        return _html(html, policy=page.POLICY)

    def _type(self, given: Given) -> list[Json]:
        """A text as a phone sends it; tells the whole conversation, newest first."""
        number = e164(str(given.get("from", "")))
        self._upstream.phones.type(number, str(given.get("text", "")))
        return self._upstream.phones.texts(number)

    def _receive(self, given: Given) -> Json:
        """From the portal's console gateway."""
        number, text = given.get("to"), given.get("text")
        if not isinstance(number, str) or not isinstance(text, str):
            raise NoSuch(400, "to and text are needed")
        self._upstream.phones.receive(number, text)
        return {"ok": True}

    def _phone(self, given: Given) -> Answer:
        try:
            return _html(phone_page.render(number=_number(given, "number")))
        except NotTaken as error:
            return _html(phone_page.render(number="", error=str(error)), status=400)

    def _phone_typed(self, given: Given) -> Answer:
        try:
            number = e164(str(given.get("from", "")))
            self._upstream.phones.type(number, str(given.get("text", "")))
        except NotTaken as error:
            return _html(phone_page.render(number=str(given.get("from", "")), error=str(error)), status=400)
        return Answer(303, b"", {"Location": f"/sandbox/hp?number={number.replace('+', '%2B')}"})

    def _conversation(self, given: Given) -> Answer:
        number = _number(given, "number")
        return _html(phone_page.conversation(self._upstream.phones.texts(number) if number else []))

    def _ledger(self, given: Given) -> Json:
        kpj = _kpj(given)
        if not exists(kpj):
            raise NoSuch(404, "no such card")
        return truth(kpj, self._upstream.when)

    def _people(self, given: Given) -> list[Json]:
        if "kpj" in given:
            kpj = _kpj(given)
            return [_person(person_of(kpj))] if exists(kpj) else []
        count = str(given.get("count", "10"))
        if not count.isdigit() or int(count) > _MOST_PEOPLE:
            raise NoSuch(400, f"count is a number up to {_MOST_PEOPLE}")
        ending = given.get("story")
        if ending is not None and (is_ordinary("0" * 9 + str(ending)) or ending == "90"):
            raise NoSuch(400, "story is 91 to 99")
        found = people(count=int(count), seed=str(given.get("seed", "0")), ending=ending)
        return [_person(person) for person in islice(found, int(count))]

    def _faults(self, given: Given) -> list[Json]:
        return [fault.as_json() for fault in self._upstream.faults.faults]

    def _set_fault(self, given: Given) -> list[Json]:
        self._upstream.faults.set(from_json(given))
        return self._faults(given)

    def _clear_faults(self, given: Given) -> list[Json]:
        number = str(given.get("id") or "")
        self._upstream.faults.clear(int(number) if number.isdigit() else None)
        return self._faults(given)

    def _today(self, given: Given) -> Json:
        when = self._upstream.when
        return {"today": when.today.isoformat(), "asOf": when.as_of}

    def _set_today(self, given: Given) -> Json:
        try:
            self._upstream.set_today(date.fromisoformat(given["today"]) if given.get("today") else None)
        except (TypeError, ValueError):
            raise NoSuch(400, "today is YYYY-MM-DD, or null for the calendar") from None
        return self._today(given)

    def _revoke(self, given: Given) -> None:
        self._upstream.refs.revoke(person_of(_kpj(given)))


def _routed(route: Callable[[Given], object], request: Request) -> Answer:
    try:
        _same_origin(request)
        result = route(_given(request))
    except (NoSuch, BadFault, NotTaken) as error:
        return Answer(getattr(error, "status", 400), as_bytes({"error": str(error)}))
    if isinstance(result, Answer):
        return result
    if _is_form(request):
        return Answer(303, b"", {"Location": "/#tanggal" if request.path == "/sandbox/today" else "/#gangguan"})
    return Answer(204, b"") if result is None else Answer(200, as_bytes(result))


def _html(text: str, *, status: int = 200, policy: str = phone_page.POLICY) -> Answer:
    headers = {"Content-Security-Policy": policy, "Cache-Control": "no-store"}
    return Answer(status, text.encode(), headers, content_type="text/html; charset=utf-8")


def _number(given: Given, name: str) -> str:
    """ "" where none was named."""
    typed = str(given.get(name) or "").strip()
    return e164(typed) if typed else ""


def _person(person: Person) -> Json:
    return {
        "kpj": list(person.cards),
        "nik": person.nik,
        "name": person.name,
        "birth_date": person.birth_date.isoformat(),
        "phone": person.phone,
        "email": person.email,
    }


def _kpj(given: Given) -> str:
    kpj = given.get("kpj")
    if not isinstance(kpj, str) or not KPJ_FORM.fullmatch(kpj):
        raise NoSuch(400, "kpj is 11 characters 0-9A-Z")
    return kpj


def _is_form(request: Request) -> bool:
    return request.headers.get("content-type", "").startswith(_FORM)


def _given(request: Request) -> Given:
    """The query, the form or the JSON object of a request, whichever it has."""
    query = {name: values[-1] for name, values in parse_qs(urlsplit(request.target).query).items()}
    if not request.body:
        return query
    if _is_form(request):
        return query | {name: values[-1] for name, values in parse_qs(request.body.decode("utf-8", "replace")).items()}
    try:
        body = json.loads(request.body)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise NoSuch(400, "a JSON object, please")
    return query | body


def _same_origin(request: Request) -> None:
    """A page of another site must not click here."""
    origin = request.headers.get("origin")
    if request.method != "GET" and origin and urlsplit(origin).netloc != request.headers.get("host"):
        raise NoSuch(403, "not from another site")
