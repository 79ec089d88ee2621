"""Turns an answer's document into the port's records and checks the contract's invariants (3.3, 3.7).

An answer that breaks one raises BadAnswer; nothing of it is handed out.
"""

from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Final

from providers.errors import BadAnswer
from providers.port import (
    AccountStatus,
    BalanceAnswer,
    CardRecord,
    CardStatus,
    Challenge,
    ChallengeResult,
    ContactChannel,
    ContributionRecord,
    ContributionStatus,
    Employment,
    Flag,
    MatchType,
    MemberMatch,
    RateStatus,
    Segment,
    UnavailableReason,
    YearRecord,
)
from providers.reader import Document, present

CARD_LIMIT: Final = 100
ATTEMPTS_LIMIT: Final = 99
_YEARS: Final = range(1900, 3000)
_NOTHING: Final = Document({})
_LINKABLE: Final = frozenset({MatchType.DEFN, MatchType.POSS})
# Whether a row of this status has reached the balance; a sum is of a year by its posting date.
_POSTED: Final = {
    ContributionStatus.LUNAS: True,
    ContributionStatus.DITERIMA: False,
    ContributionStatus.BELUM_BAYAR: False,
}
_PHONE: Final = {Flag.SAME: True, Flag.DIFFERENT: False}


def read_match(document: Document) -> MemberMatch:
    match_type = present(document.choice("matchType", MatchType), "matchType")
    flags = document.child("match") or _NOTHING
    return MemberMatch(
        match_type=match_type,
        member_ref=present(document.reference("memberRef"), "memberRef") if match_type in _LINKABLE else None,
        nik=_flag(flags, "nik"),
        name=_flag(flags, "nama"),
        birth_date=_flag(flags, "tanggalLahir"),
        kpj=_flag(flags, "kpj"),
        phone_matches=_PHONE.get(_flag(flags, "nomorHp")),
        name_similarity=document.integer("namaSimilarity"),
    )


def _flag(flags: Document, name: str) -> Flag:
    return flags.choice(name, Flag) or Flag.UNCHECKED


def read_cards(document: Document) -> tuple[CardRecord, ...]:
    cards = tuple(_card(card) for card in document.children("cards"))
    if not 0 < len(cards) <= CARD_LIMIT:
        raise BadAnswer("not between 1 and 100 cards")
    if len({card.kpj for card in cards}) != len(cards):
        raise BadAnswer("a card stands twice")
    return cards


def _card(card: Document) -> CardRecord:
    return CardRecord(
        kpj=present(card.kpj("kpj"), "kpj"),
        status=card.choice("status", CardStatus) or CardStatus.UNKNOWN,
        segment=card.choice("segmen", Segment) or Segment.UNKNOWN,
        npp=card.text("npp"),
        employer_name=card.text("namaPerusahaan"),
        branch=card.text("kantorCabang"),
        joined_on=card.day("tanggalKepesertaan"),
        inactive_since=card.day("tanggalNonAktif"),
        merged_into_kpj=card.kpj("digabungKe"),
        employments=tuple(_employment(entry) for entry in card.children("riwayat")),
    )


def _employment(entry: Document) -> Employment:
    return Employment(
        npp=entry.text("npp"),
        employer_name=entry.text("namaPerusahaan"),
        segment=entry.choice("segmen", Segment) or Segment.UNKNOWN,
        started_on=entry.day("mulai"),
        ended_on=entry.day("selesai"),
    )


def read_balance(document: Document, *, kpj: str) -> BalanceAnswer:
    account = _jht(document)
    details = document.child("additionalInfo") or _NOTHING
    rate = details.child("tingkatPengembangan") or _NOTHING
    balance = BalanceAnswer(
        amount=account.money("amount"),
        as_of=details.moment("asOf"),
        account_status=account.choice("status", AccountStatus),
        contributions_until=details.month("iuranSampai"),
        returns_until=details.month("pengembanganSampai"),
        rate_year=rate.integer("tahun"),
        rate_percent=rate.percent("persen"),
        provisional=details.flag("provisional") is not False,
        unavailable_reason=details.choice("unavailableReason", UnavailableReason),
        reference_no=document.reference("referenceNo") or "",
    )
    _check_account(document, kpj=kpj, with_amount=balance.amount is not None)
    _check_balance(balance)
    return balance


def _jht(document: Document) -> Document:
    accounts = [entry for entry in document.children("accountInfos") if entry.text("balanceType") == "JHT"]
    if len(accounts) > 1:
        raise BadAnswer("more than one JHT balance")
    return accounts[0] if accounts else _NOTHING


def _check_account(document: Document, *, kpj: str, with_amount: bool) -> None:
    """Without an amount only the reason is mandatory; with one, the card must be named and ours."""
    named = document.text("accountNo")
    if named != kpj and (named is not None or with_amount):
        raise BadAnswer("the answer speaks of another card")


def _check_balance(balance: BalanceAnswer) -> None:
    if balance.amount is None:
        present(balance.unavailable_reason, "unavailableReason")
        return
    if balance.unavailable_reason is not None:
        raise BadAnswer("an amount and a reason for having none")
    if balance.amount < 0:
        raise BadAnswer("a negative balance")
    present(balance.as_of, "asOf")
    if balance.rate_year is not None and balance.rate_year not in _YEARS:
        raise BadAnswer("a rate of an impossible year")


def read_years(document: Document, *, kpj: str, first_year: int, last_year: int) -> tuple[YearRecord, ...]:
    years = tuple(sorted((_year(entry) for entry in document.children("tahunan")), key=lambda year: year.year))
    _check_account(document, kpj=kpj, with_amount=any(year.closing is not None for year in years))
    for year in years:
        if not first_year <= year.year <= last_year:
            raise BadAnswer("a year that was not asked for")
        _check_year(year)
    for before, after in pairwise(years):
        _check_chain(before, after)
    return years


def _year(entry: Document) -> YearRecord:
    rate = entry.child("tingkatPengembangan") or _NOTHING
    return YearRecord(
        year=present(entry.integer("tahun"), "tahun"),
        opening=entry.money("saldoAwal"),
        worker=entry.money("iuranPekerja"),
        employer=entry.money("iuranPemberiKerja"),
        returns=entry.money("hasilPengembangan"),
        correction=entry.money("koreksi"),
        claims=entry.money("klaim"),
        closing=entry.money("saldoAkhir"),
        rate_year=rate.integer("tahun"),
        rate_percent=rate.percent("persen"),
        rate_status=entry.choice("tingkatStatus", RateStatus),
        final=entry.flag("final") is True,
        published_on=entry.day("diterbitkan"),
        unavailable_reason=entry.choice("unavailableReason", UnavailableReason),
    )


def _check_year(year: YearRecord) -> None:
    parts = (year.opening, year.worker, year.employer, year.returns, year.correction)
    if year.closing is None and year.claims is None and all(part is None for part in parts):
        present(year.unavailable_reason, "unavailableReason")
        return
    if year.unavailable_reason is not None:
        raise BadAnswer("a year's sums and a reason for having none")
    closing, claims = present(year.closing, "saldoAkhir"), present(year.claims, "klaim")
    if claims < 0 or closing < 0:
        raise BadAnswer("a negative claim or balance in a year")
    if sum((present(part, "a sum of the year") for part in parts), Decimal(0)) - claims != closing:
        raise BadAnswer("a year does not add up")


def _check_chain(before: YearRecord, after: YearRecord) -> None:
    if before.year == after.year:
        raise BadAnswer("a year stands twice")
    if None in (before.closing, after.opening) or after.year - before.year != 1:
        return
    if before.closing != after.opening:
        raise BadAnswer("a year does not begin where the one before ended")


def read_contributions(
    document: Document, *, kpj: str, first_month: str, last_month: str
) -> tuple[ContributionRecord, ...]:
    """One page."""
    rows = tuple(_contribution(entry) for entry in document.children("detailData"))
    _check_account(document, kpj=kpj, with_amount=True)
    if not all(first_month <= row.month <= last_month for row in rows):
        raise BadAnswer("a month that was not asked for")
    if not all(_POSTED.get(row.status) in (None, row.posted_on is not None) for row in rows):
        raise BadAnswer("a posting date that contradicts the row's status")
    return rows


def has_more(document: Document) -> bool:
    word = document.text("hasMore")
    if word not in ("Y", "N"):
        raise BadAnswer("hasMore is neither Y nor N")
    return word == "Y"


def _contribution(entry: Document) -> ContributionRecord:
    return ContributionRecord(
        row_id=present(entry.reference("rowId"), "rowId"),
        month=present(entry.month("bulan"), "bulan"),
        npp=entry.text("npp"),
        employer_name=entry.text("namaPerusahaan"),
        wage=entry.money("upah"),
        worker=present(entry.money("iuranPekerja"), "iuranPekerja"),
        employer=present(entry.money("iuranPemberiKerja"), "iuranPemberiKerja"),
        back_pay=entry.money("rapel"),
        paid_on=entry.day("tanggalBayar"),
        posted_on=entry.day("tanggalPosting"),
        status=entry.choice("status", ContributionStatus) or ContributionStatus.UNKNOWN,
    )


def read_challenge(document: Document) -> Challenge:
    seconds = present(document.integer("expiresIn"), "expiresIn")
    if seconds <= 0:
        raise BadAnswer("expiresIn is not positive")
    return Challenge(
        challenge_ref=present(document.reference("challengeRef"), "challengeRef"),
        channel=document.choice("channel", ContactChannel) or ContactChannel.UNKNOWN,
        masked_destination=document.text("maskedDestination") or "",
        expires_in=timedelta(seconds=seconds),
        channels=document.choices("channels", ContactChannel),
    )


def read_challenge_result(document: Document) -> ChallengeResult:
    verified = present(document.flag("verified"), "verified")
    left = None if verified else document.integer("attemptsLeft")
    if left is not None and not 0 <= left <= ATTEMPTS_LIMIT:
        raise BadAnswer("an impossible count of attempts")
    return ChallengeResult(
        verified=verified,
        attempts_left=left,
        card_ref=document.reference("cardRef") if verified else None,
    )
