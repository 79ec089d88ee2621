"""The Provider that speaks SNAP (contract 3.3, 3.5): one deadline a call, the shared gate before each operation."""

import time
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final

from providers import answers
from providers.brake import Gate, Outcome, Ticket, outcome_of
from providers.channel import Channel, Operation
from providers.deadline import deadline, remaining
from providers.errors import BadAnswer, HeldBack, ProviderError
from providers.port import (
    BalanceAnswer,
    CardRecord,
    Challenge,
    ChallengeResult,
    ContactChannel,
    ContributionRecord,
    MemberMatch,
    Priority,
    YearRecord,
    new_reference,
)
from providers.reader import Document

VERIFY_MEMBER: Final = Operation("J1", "/v1.0/jht/member-verify")
CARD_LIST: Final = Operation("J2", "/v1.0/jht/card-list")
BALANCE: Final = Operation("11", "/v1.0/balance-inquiry")
YEARLY_STATEMENT: Final = Operation("J3", "/v1.0/jht/yearly-statement")
CONTRIBUTION_LIST: Final = Operation("J4", "/v1.0/jht/contribution-list")
CHALLENGE_SEND: Final = Operation("J5", "/v1.0/jht/challenge-send")
CHALLENGE_VERIFY: Final = Operation("J6", "/v1.0/jht/challenge-verify")

PAGE_SIZE: Final = 50
PAGE_LIMIT: Final = 200


class SnapProvider:
    """Implements providers.port.Provider. Channel and gate may be shared by several of these."""

    def __init__(self, *, channel: Channel, gate: Gate, priority: Priority, deadline_seconds: float) -> None:
        self._channel, self._gate, self._priority = channel, gate, priority
        self._deadline_seconds = deadline_seconds

    def verify_member(
        self, *, nik: str, name: str, birth_date: date, kpj: str, phone: str | None = None
    ) -> MemberMatch:
        fields = {"nik": nik, "nama": name, "tanggalLahir": birth_date.isoformat(), "kpj": kpj, "additionalInfo": {}}
        if phone is not None:
            fields["nomorHp"] = phone
        return answers.read_match(self._ask(VERIFY_MEMBER, fields))

    def list_cards(self, *, member_ref: str) -> tuple[CardRecord, ...]:
        return answers.read_cards(self._ask(CARD_LIST, {"memberRef": member_ref}))

    def fetch_balance(self, *, kpj: str, member_ref: str) -> BalanceAnswer:
        fields = {"accountNo": kpj, "balanceTypes": ["JHT"], "additionalInfo": {"memberRef": member_ref}}
        return answers.read_balance(self._ask(BALANCE, fields), kpj=kpj)

    def fetch_years(self, *, kpj: str, member_ref: str, first_year: int, last_year: int) -> tuple[YearRecord, ...]:
        fields = {"memberRef": member_ref, "accountNo": kpj, "dariTahun": first_year, "sampaiTahun": last_year}
        document = self._ask(YEARLY_STATEMENT, fields)
        return answers.read_years(document, kpj=kpj, first_year=first_year, last_year=last_year)

    def fetch_contributions(
        self, *, kpj: str, member_ref: str, first_month: str, last_month: str
    ) -> tuple[ContributionRecord, ...]:
        fields = {"memberRef": member_ref, "accountNo": kpj, "fromMonth": first_month, "toMonth": last_month}
        rows: dict[str, ContributionRecord] = {}
        with deadline(self._deadline_seconds):
            for page in self._pages(fields):
                found = answers.read_contributions(page, kpj=kpj, first_month=first_month, last_month=last_month)
                for row in found:
                    rows.setdefault(row.row_id, row)
        return tuple(rows.values())

    def send_challenge(self, *, member_ref: str, kpj: str, channel: ContactChannel, reference: str) -> Challenge:
        fields = {"memberRef": member_ref, "accountNo": kpj, "channel": channel.value}
        return answers.read_challenge(self._ask(CHALLENGE_SEND, fields, reference=reference))

    def verify_challenge(self, *, member_ref: str, challenge_ref: str, code: str, reference: str) -> ChallengeResult:
        fields = {"memberRef": member_ref, "challengeRef": challenge_ref, "code": code}
        return answers.read_challenge_result(self._ask(CHALLENGE_VERIFY, fields, reference=reference))

    def _pages(self, fields: Mapping[str, object]) -> Iterator[Document]:
        for number in range(PAGE_LIMIT):
            request = {**fields, "pageSize": PAGE_SIZE, "pageNumber": number}
            page = self._ask(CONTRIBUTION_LIST, request, patient=number > 0)
            yield page
            if not answers.has_more(page):
                return
        raise BadAnswer("more than 200 pages")

    def _ask(
        self, operation: Operation, fields: Mapping[str, object], *, reference: str = "", patient: bool = False
    ) -> Document:
        with deadline(self._deadline_seconds):
            ticket = self._enter(patient=patient)
            try:
                document = self._channel.call(operation, {"partnerReferenceNo": reference or new_reference(), **fields})
            except HeldBack:
                raise  # nothing was sent, so there is nothing to learn; a probe's lease ends by itself
            except ProviderError as error:
                self._gate.settle(ticket, outcome_of(error))
                raise
            self._gate.settle(ticket, Outcome.OK)
            return document

    def _enter(self, *, patient: bool) -> Ticket:
        """Further pages of one list wait their turn within the deadline: giving up would waste the pages before."""
        while True:
            try:
                return self._gate.admit(self._priority)
            except HeldBack as held:
                if not patient or held.wait.total_seconds() >= remaining():
                    raise
                time.sleep(held.wait.total_seconds())
