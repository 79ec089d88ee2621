"""People and cards for tests, made as plainly as possible. Everybody here is fictitious."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.utils import timezone

from accounts.consent import CURRENT
from accounts.models import Card, User, kpj_index
from balances.models import Balance, Contribution, Employment, Statement, StatementYear

PASSWORD = "kata-sandi-uji-2026"
_HASHED = make_password(PASSWORD)  # once: forty milliseconds
_numbers = count(1)


def make_member(email: str | None = None, **fields: Any) -> User:
    """A member with a verified email and PASSWORD."""
    email = email or f"anggota{next(_numbers)}@contoh.example"
    fields.setdefault("consent_version", CURRENT.version)
    user = User.objects.create(email=email, password=_HASHED, name=fields.pop("name", "ANGGOTA CONTOH"), **fields)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


def make_kpj(ending: str = "01") -> str:
    return f"24{next(_numbers):07d}{ending}"


def make_card(member: User, kpj: str | None = None, **fields: Any) -> Card:
    kpj = kpj or make_kpj()
    card = Card(
        member=member,
        kpj_index=kpj_index(kpj),
        kpj_last4=kpj[-4:],
        proof=fields.pop("proof", Card.Proof.POSSESSION),
        employer_name=fields.pop("employer_name", "PT Contoh Makmur"),
        segment=fields.pop("segment", "PU"),
        membership=fields.pop("membership", "AKTIF"),
        **fields,
    )
    card.kpj = kpj
    card.member_ref = f"ref-{card.public_id.hex[:12]}"
    card.save()
    return card


def make_balance(
    card: Card, amount: str | None = "1234567.00", as_of: datetime | None = None, **fields: Any
) -> Balance:
    """A balance fetched a minute ago and fresh for hours, unless told otherwise."""
    now = timezone.now()
    return Balance.objects.create(
        card=card,
        amount=None if amount is None else Decimal(amount),
        as_of=None if amount is None else (as_of or now - timedelta(days=20)),
        fetched_at=fields.pop("fetched_at", now - timedelta(minutes=1)),
        next_fetch_at=fields.pop("next_fetch_at", now + timedelta(hours=11)),
        account_status=fields.pop("account_status", "0001"),
        **fields,
    )


def make_statement(card: Card, *, fetched: bool = True, **fields: Any) -> Statement:
    """Two years of Rp150.000 a month that add up to the balance told with them."""
    now = timezone.now()
    as_of = timezone.localtime(now).replace(day=1) - timedelta(days=1)
    row = Statement.objects.create(
        card=card,
        as_of=as_of if fetched else None,
        fetched_at=fields.pop("fetched_at", now if fetched else None),
        next_fetch_at=fields.pop("next_fetch_at", now + timedelta(hours=11)),
        contributions_until=f"{as_of:%Y-%m}" if fetched else "",
        **fields,
    )
    if fetched:
        _fill(row, as_of.year)
    return row


def _fill(row: Statement, last: int) -> None:
    Employment.objects.create(
        card=row.card, npp="12345678", employer_name="PT Contoh Makmur", segment="PU", started_on=date(last - 1, 1, 1)
    )
    zero, opening, paid = Decimal(0), Decimal(0), Decimal(1_800_000)
    for year in (last - 1, last):
        returns, closing = opening / 20, opening + opening / 20 + paid
        StatementYear.objects.create(
            card=row.card, year=year, opening=opening, worker=paid / 3, employer=paid * 2 / 3, returns=returns,
            correction=zero, claims=zero, closing=closing, final=year < last,
            rate_percent=Decimal("5.70") if year < last else None, rate_status="BELUM_DITETAPKAN",
        )  # fmt: skip
        opening = closing
        for number in range(12):
            Contribution.objects.create(
                card=row.card, row_id=f"{year}-{number}", month=f"{year}-{number + 1:02d}", npp="12345678",
                employer_name="PT Contoh Makmur", wage=Decimal(5_000_000), worker=paid / 36, employer=paid / 18,
                back_pay=zero, paid_on=date(year, number + 1, 14), posted_on=date(year, number + 1, 20), status="LUNAS",
            )  # fmt: skip
    row.amount = opening
    row.save()
