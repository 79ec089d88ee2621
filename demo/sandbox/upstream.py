"""The upstream as one object: every request in, one answer out, with its faults, counts and its day."""

from __future__ import annotations

import json
import threading
from collections import Counter
from datetime import date, datetime, timedelta

from demo.sandbox import faults
from demo.sandbox.answers import Answer, Json, Refusal, as_bytes
from demo.sandbox.challenges import Challenges
from demo.sandbox.config import Config
from demo.sandbox.faults import Fault, Switchboard
from demo.sandbox.fields import parsed
from demo.sandbox.figures import When, card_json
from demo.sandbox.gate import Gate, Request
from demo.sandbox.mailbox import Mailbox
from demo.sandbox.month import JAKARTA
from demo.sandbox.operations import FIGURES, PATHS, Call, Operations, asked
from demo.sandbox.people import DEMO_PEOPLE, story
from demo.sandbox.phone import Phones
from demo.sandbox.references import MemberRefs

_SKEW = timedelta(minutes=10)


class Upstream:
    """State is in memory and shared by all threads."""

    def __init__(self, config: Config) -> None:
        self._today = config.today
        self._gate = Gate(config)
        self._lock = threading.Lock()
        self._calls: Counter[tuple[str, str | None]] = Counter()
        self.refs = MemberRefs(secret=config.client_secret)
        self.challenges = Challenges()
        self.faults = Switchboard()
        self.mailbox = Mailbox()
        self.phones = Phones(config.portal_url)
        self._operations = Operations(refs=self.refs, challenges=self.challenges)

    @property
    def when(self) -> When:
        return When.on(self._today or datetime.now(JAKARTA).date())

    def set_today(self, today: date | None) -> None:
        """None follows the calendar."""
        self._today = today

    @property
    def calls(self) -> list[Json]:
        with self._lock:
            counted = sorted(self._calls.items(), key=lambda item: (item[0][0], item[0][1] or ""))
        return [{"operation": service, "kpj": kpj, "count": number} for (service, kpj), number in counted]

    def forget_calls(self) -> None:
        with self._lock:
            self._calls.clear()

    def forget(self) -> None:
        """As after a start, but for tokens and mail: counts, limits, outbox, faults, repeats, revocations."""
        self.forget_calls()
        self.challenges.forget()
        self.faults.clear()
        self.refs.forget()
        self._operations.forget()

    def answer(self, request: Request) -> Answer:
        service = PATHS.get(request.path)
        if service is None:
            return Refusal(404, "02").answer("00")
        if request.method != "POST":
            return Refusal(405, "00").answer(service)
        kpj = self._kpj(request)
        with self._lock:
            self._calls[service, kpj] += 1
        fault = self.faults.take(service, kpj)
        skew = _SKEW if fault and fault.kind == "clock_skew" else timedelta()
        try:
            return self._stamped(self._answer(service, request, fault, skew), skew)
        except Refusal as refusal:
            return self._stamped(refusal.answer(service), skew)

    def _answer(self, service: str, request: Request, fault: Fault | None, skew: timedelta) -> Answer:
        if service == "73":
            replaced = fault and faults.instead(fault, service)
            if replaced:
                return replaced
            body = self._gate.token(request, skew=skew)
            return faults.spoil(fault, service, body) if fault else Answer(200, as_bytes(body))
        expired = fault is not None and fault.kind == "expired_token"
        partner = self._gate.admit(request, skew=skew, expired=expired)
        call = Call(service, partner, parsed(request.body), self.when)
        fault = fault or _story_fault(service, call.body)
        replaced = fault and faults.instead(fault, service)
        return replaced or self._operate(call, fault)

    def _operate(self, call: Call, fault: Fault | None) -> Answer:
        """Run the operation for real, then let the fault happen: a lost answer has still had its effect."""
        if fault is None:
            return Answer(200, as_bytes(self._operations.answer(call)))
        if fault.kind == "older_as_of":
            call = Call(call.service, call.partner, call.body, call.when.a_month_earlier())
        body = self._operations.answer(call)
        if fault.kind == "other_member":
            body |= _of_somebody_else(call)
        return faults.spoil(fault, call.service, body)

    def _kpj(self, request: Request) -> str | None:
        """The card a request is about, for counts and filters only."""
        try:
            body = json.loads(request.body)
        except (ValueError, RecursionError):
            return None
        if not isinstance(body, dict):
            return None
        kpj = body.get("accountNo") or body.get("kpj") or self.challenges.kpj_of(body.get("challengeRef"))
        return kpj if isinstance(kpj, str) else None

    @staticmethod
    def _stamped(answer: Answer, skew: timedelta) -> Answer:
        stamp = (datetime.now(JAKARTA) + skew).isoformat(timespec="seconds")
        return Answer(**{**answer.__dict__, "headers": {**answer.headers, "X-TIMESTAMP": stamp}})


def _story_fault(service: str, body: Json) -> Fault | None:
    kpj = body.get("accountNo")
    kind = faults.STORIES.get(story(kpj)) if isinstance(kpj, str) and service in FIGURES else None
    return Fault(kind) if kind else None


def _of_somebody_else(call: Call) -> Json:
    """The same question answered about another member's card."""
    mine = call.body.get("accountNo")
    other = next(person for person in reversed(DEMO_PEOPLE) if mine not in person.cards)
    if call.service == "J2":
        return {"cards": [card_json(kpj, call.when) for kpj in other.cards]}
    answered = asked(call.service, call.body)
    try:
        return answered(other.anchor, call.when)
    except Refusal:
        return {"accountNo": other.anchor}
