"""What each operation answers once a request is let in: J1 to J6 and 11, as contract 3.3, 3.5 and 3.7 say."""

from __future__ import annotations

import difflib
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from demo.sandbox import fields
from demo.sandbox.answers import Json, Refusal, success
from demo.sandbox.challenges import Challenges
from demo.sandbox.figures import When, balance, card_json, months, years
from demo.sandbox.people import BLOCKED, MAINTENANCE, Person, exists, person_of, story
from demo.sandbox.references import MemberRefs

PATHS = {
    "/v1.0/access-token/b2b": "73",
    "/v1.0/jht/member-verify": "J1",
    "/v1.0/jht/card-list": "J2",
    "/v1.0/balance-inquiry": "11",
    "/v1.0/jht/yearly-statement": "J3",
    "/v1.0/jht/contribution-list": "J4",
    "/v1.0/jht/challenge-send": "J5",
    "/v1.0/jht/challenge-verify": "J6",
}
SERVICES = tuple(PATHS.values())
FIGURES = ("11", "J3", "J4")
_REPEAT_SECONDS = 24 * 3600
_MAINTENANCE_SECONDS = 3600
_DEFINITE, _POSSIBLE, _LONGEST_NAME = 95, 70, 140
_UNCHECKED = "TIDAK_DIPERIKSA"


@dataclass(frozen=True)
class Call:
    """One admitted request."""

    service: str
    partner: str
    body: Json
    when: When


class Operations:
    """Raises Refusal for every answer that is not 200."""

    def __init__(self, *, refs: MemberRefs, challenges: Challenges) -> None:
        self._refs, self._challenges = refs, challenges
        self._repeats: dict[tuple[str, str, str], tuple[float, Json, Json]] = {}
        self._lock = threading.RLock()
        self._handlers: dict[str, Callable[[Call], Json]] = {
            "J1": self._verify_member,
            "J2": self._list_cards,
            "11": self._figures,
            "J3": self._figures,
            "J4": self._figures,
            "J5": self._once(self._send_code),
            "J6": self._once(self._check_code),
        }

    def answer(self, call: Call) -> Json:
        reference = fields.optional_reference(call.body)
        answered = self._handlers[call.service](call)
        named = {"referenceNo": secrets.token_hex(12)} | ({"partnerReferenceNo": reference} if reference else {})
        return success(call.service, named | answered)

    def forget(self) -> None:
        self._repeats.clear()

    def _verify_member(self, call: Call) -> Json:
        body = call.body
        kpj, nik, name = fields.kpj(body, "kpj"), fields.nik(body), fields.text(body, "nama", _is_name)
        born, phone = fields.day(body, "tanggalLahir"), fields.phone(body)
        flags = ("nik", "nama", "tanggalLahir", "kpj") + (("nomorHp",) if phone else ())
        if exists(kpj):
            holder = person_of(kpj)
            similarity = _similarity(name, holder.name)
            if nik == holder.nik and born == holder.birth_date and similarity >= _POSSIBLE:
                match = dict.fromkeys(flags, "SESUAI")
                match["nama"] = _flag(similarity >= _DEFINITE)
                if phone:
                    match["nomorHp"] = _flag(phone == holder.phone) if holder.phone else _UNCHECKED
                return {
                    "matchType": "DEFN" if similarity >= _DEFINITE else "POSS",
                    "match": match,
                    "namaSimilarity": str(similarity),
                    "memberRef": self._refs.issue(holder, partner=call.partner),
                }
        nothing = dict.fromkeys(flags, _UNCHECKED)
        return {"matchType": "NONE", "match": nothing, "namaSimilarity": "0", "memberRef": None}

    def _list_cards(self, call: Call) -> Json:
        holder = self._holder(call, call.body)
        return {"cards": [card_json(kpj, call.when) for kpj in holder.cards]}

    def _figures(self, call: Call) -> Json:
        kpj = fields.kpj(call.body, "accountNo")
        ask = asked(call.service, call.body)
        holder = self._holder(call, fields.inner(call.body, "additionalInfo") if call.service == "11" else call.body)
        _check_card(holder, kpj)
        if story(kpj) == MAINTENANCE:
            raise Refusal(403, "06", "cut-off in progress", retry_after=_MAINTENANCE_SECONDS)
        return ask(kpj, call.when)

    def _send_code(self, call: Call) -> Json:
        kpj = fields.kpj(call.body, "accountNo")
        channel = fields.text(call.body, "channel", ("SMS", "EMAIL").__contains__)
        holder = self._holder(call, call.body)
        _check_card(holder, kpj)
        return self._challenges.send(
            holder, partner=call.partner, member_ref=call.body["memberRef"], kpj=kpj, channel=channel
        )

    def _check_code(self, call: Call) -> Json:
        reference, code = fields.reference(call.body, "challengeRef"), fields.code(call.body)
        self._holder(call, call.body)
        return self._challenges.verify(
            partner=call.partner, member_ref=call.body["memberRef"], reference=reference, code=code
        )

    def _once(self, handler: Callable[[Call], Json]) -> Callable[[Call], Json]:
        """The same reference and body again: the same answer, without a second effect."""

        def handle(call: Call) -> Json:
            if fields.optional_reference(call.body) is None:
                raise Refusal(400, "02", "partnerReferenceNo")
            key = (call.partner, call.service, call.body["partnerReferenceNo"])
            with self._lock:
                earlier = self._repeats.get(key)
                if earlier and earlier[0] > time.monotonic():
                    if earlier[1] != call.body:
                        raise Refusal(409, "01")
                    return earlier[2]
                answered = {"referenceNo": secrets.token_hex(12), **handler(call)}
                self._repeats[key] = (time.monotonic() + _REPEAT_SECONDS, call.body, answered)
            return answered

        return handle

    def _holder(self, call: Call, where: Json) -> Person:
        reference = fields.reference(where, "memberRef")
        holder = self._refs.open(reference, partner=call.partner)
        if holder is None:
            raise Refusal(404, "16", "memberRef")
        return holder


def asked(service: str, body: Json) -> Callable[[str, When], Json]:
    """The figures a request asks for, its own fields checked, as a function of card and day."""
    if service == "J3":
        span = fields.years(body)
        return lambda kpj, when: years(kpj, when, span)
    if service == "J4":
        between, size = fields.months(body), fields.whole(body, "pageSize", low=1, high=50, default=10)
        number = fields.whole(body, "pageNumber", low=0, high=999_999, default=0)
        return lambda kpj, when: months(kpj, when, between, size, number)
    kinds = body.get("balanceTypes")
    if kinds is not None and (not isinstance(kinds, list) or "JHT" not in kinds):
        raise Refusal(400, "01", "balanceTypes")
    return balance


def _check_card(holder: Person, kpj: str) -> None:
    if not exists(kpj):
        raise Refusal(404, "11")
    if kpj not in holder.cards:
        raise Refusal(404, "18")
    if story(kpj) == BLOCKED:
        raise Refusal(403, "07")


def _is_name(value: str) -> bool:
    return 1 <= len(value.strip()) <= _LONGEST_NAME


def _flag(same: bool) -> str:
    return "SESUAI" if same else "TIDAK_SESUAI"


def _similarity(given: str, known: str) -> int:
    """The sandbox's own: 0 to 100, letters only, case ignored."""
    first, second = (
        " ".join("".join(c if c.isalpha() else " " for c in name.upper()).split()) for name in (given, known)
    )
    return round(100 * difflib.SequenceMatcher(None, first, second).ratio())
