"""What the portal may ask the upstream, in our words. Money is rupiah as Decimal, moments are aware, None is unknown.

Every method blocks, makes one attempt within one deadline and raises `providers.errors.ProviderError`.
Records print without their contents, so that none slips into a log. Numbers like J3 name the contract's operations.
"""

import secrets
import time
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Literal, Protocol

Priority = Literal["member", "sweep"]


class MatchType(StrEnum):
    DEFN = "DEFN"
    POSS = "POSS"
    NONE = "NONE"
    UNKNOWN = "UNKNOWN"


class Flag(StrEnum):
    """How one element compared with the record."""

    SAME = "SESUAI"
    DIFFERENT = "TIDAK_SESUAI"
    UNCHECKED = "TIDAK_DIPERIKSA"
    UNKNOWN = "UNKNOWN"


class CardStatus(StrEnum):
    AKTIF = "AKTIF"
    NON_AKTIF = "NON_AKTIF"
    DIKLAIM = "DIKLAIM"
    DIGABUNG = "DIGABUNG"
    DIBLOKIR = "DIBLOKIR"
    UNKNOWN = "UNKNOWN"


class Segment(StrEnum):
    PU = "PU"
    BPU = "BPU"
    PMI = "PMI"
    UNKNOWN = "UNKNOWN"


class AccountStatus(StrEnum):
    """SNAP's four digits (contract 1.6)."""

    ACTIVE = "0001"
    CLOSED = "0002"
    NEW = "0004"
    RESTRICTED = "0006"
    FROZEN = "0007"
    DORMANT = "0009"
    UNKNOWN = "UNKNOWN"


class UnavailableReason(StrEnum):
    """Why there is no amount (contract 3.3, operation 11)."""

    BARU = "BARU"
    DIHITUNG = "DIHITUNG"
    PERUSAHAAN = "PERUSAHAAN"
    PESERTA = "PESERTA"
    TRANSAKSI = "TRANSAKSI"
    UNKNOWN = "UNKNOWN"


class RateStatus(StrEnum):
    """Why a year has no rate of return."""

    BELUM_DITETAPKAN = "BELUM_DITETAPKAN"
    TIDAK_DIBERIKAN = "TIDAK_DIBERIKAN"
    UNKNOWN = "UNKNOWN"


class ContributionStatus(StrEnum):
    LUNAS = "LUNAS"
    DITERIMA = "DITERIMA"  # received, not yet posted, not in the balance
    BELUM_BAYAR = "BELUM_BAYAR"
    SEBAGIAN = "SEBAGIAN"
    KOREKSI = "KOREKSI"  # a delta in every money field
    UNKNOWN = "UNKNOWN"


class ContactChannel(StrEnum):
    SMS = "SMS"
    EMAIL = "EMAIL"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class MemberMatch:
    """J1. `member_ref` is set on DEFN and POSS only. A match links data; it proves nobody's identity."""

    match_type: MatchType
    member_ref: str | None
    nik: Flag
    name: Flag
    birth_date: Flag
    kpj: Flag
    phone_matches: bool | None  # None: not asked, or no number on record
    name_similarity: int | None  # percent, by the upstream's own measure


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class Employment:
    npp: str | None
    employer_name: str | None
    segment: Segment
    started_on: date | None
    ended_on: date | None


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class CardRecord:
    """J2: one card of the person."""

    kpj: str
    status: CardStatus
    segment: Segment
    npp: str | None
    employer_name: str | None
    branch: str | None
    joined_on: date | None
    inactive_since: date | None
    merged_into_kpj: str | None
    employments: tuple[Employment, ...]


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class BalanceAnswer:
    """11. Either `amount` and `as_of`, or an `unavailable_reason`; never both, never neither."""

    amount: Decimal | None
    as_of: datetime | None
    account_status: AccountStatus | None
    contributions_until: str | None  # YYYY-MM
    returns_until: str | None  # YYYY-MM
    rate_year: int | None
    rate_percent: Decimal | None
    provisional: bool  # the year's return is not final; True where the upstream does not say
    unavailable_reason: UnavailableReason | None
    reference_no: str


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class YearRecord:
    """J3. All seven sums or none; none only with an `unavailable_reason`. They add up, and neighbours chain."""

    year: int
    opening: Decimal | None
    worker: Decimal | None
    employer: Decimal | None
    returns: Decimal | None
    correction: Decimal | None
    claims: Decimal | None
    closing: Decimal | None
    rate_year: int | None
    rate_percent: Decimal | None
    rate_status: RateStatus | None
    final: bool
    published_on: date | None
    unavailable_reason: UnavailableReason | None


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class ContributionRecord:
    """J4: one row; two employers in a month are two rows. `row_id` stays when DITERIMA becomes LUNAS."""

    row_id: str
    month: str  # YYYY-MM
    npp: str | None
    employer_name: str | None
    wage: Decimal | None
    worker: Decimal
    employer: Decimal
    back_pay: Decimal | None  # wage on top of `wage`
    paid_on: date | None
    posted_on: date | None
    status: ContributionStatus


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class Challenge:
    """J5. `channel` may differ from the one asked for; `masked_destination` is the upstream's masking."""

    challenge_ref: str
    channel: ContactChannel
    masked_destination: str
    expires_in: timedelta
    channels: tuple[ContactChannel, ...]


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class ChallengeResult:
    """J6. A wrong code is an answer, not an error."""

    verified: bool
    attempts_left: int | None
    card_ref: str | None


class Provider(Protocol):
    def verify_member(
        self, *, nik: str, name: str, birth_date: date, kpj: str, phone: str | None = None
    ) -> MemberMatch: ...

    def list_cards(self, *, member_ref: str) -> tuple[CardRecord, ...]:
        """Every card of the person. The answer names no member: the caller must find its own KPJ in it."""

    def fetch_balance(self, *, kpj: str, member_ref: str) -> BalanceAnswer: ...

    def fetch_years(self, *, kpj: str, member_ref: str, first_year: int, last_year: int) -> tuple[YearRecord, ...]:
        """Ascending, both bounds included. NotFound speaks of this range only."""

    def fetch_contributions(
        self, *, kpj: str, member_ref: str, first_month: str, last_month: str
    ) -> tuple[ContributionRecord, ...]:
        """Newest first, both bounds ('YYYY-MM') included, every page, repeated rows dropped."""

    def send_challenge(self, *, member_ref: str, kpj: str, channel: ContactChannel, reference: str) -> Challenge:
        """Has an effect. Ask again with the same `reference` after a lost answer: no second code is sent."""

    def verify_challenge(self, *, member_ref: str, challenge_ref: str, code: str, reference: str) -> ChallengeResult:
        """Has an effect. Ask again with the same `reference` and code after a lost answer: no attempt is burnt."""


def new_reference() -> str:
    """A partnerReferenceNo, as fit for X-EXTERNAL-ID: 33 digits, milliseconds first, then 66 random bits."""
    return f"{time.time_ns() // 1_000_000:013d}{secrets.randbelow(10**20):020d}"
