"""Values of the right form that no column or calendar of ours can hold."""

from typing import Any

import pytest

from providers import answers
from providers.errors import BadAnswer
from providers.reader import Document

KPJ = "24011122201"


def balance(**details: Any) -> Document:
    account = {"balanceType": "JHT", "amount": {"value": "1.00", "currency": "IDR"}}
    details = {"asOf": "2026-10-31T23:59:59+07:00", **details}
    return Document({"accountNo": KPJ, "accountInfos": [account], "additionalInfo": details})


@pytest.mark.parametrize(
    "details",
    [
        {"iuranSampai": "0000-01"},
        {"pengembanganSampai": "0000-12"},
        {"tingkatPengembangan": {"tahun": 99999}},
        {"tingkatPengembangan": {"tahun": -1}},
    ],
    ids=str,
)
def test_an_impossible_year_is_refused(details):
    assert answers.read_balance(balance(), kpj=KPJ).amount
    with pytest.raises(BadAnswer):
        answers.read_balance(balance(**details), kpj=KPJ)


@pytest.mark.parametrize("left", [-1, 100, 999999999])
def test_an_impossible_count_of_attempts_is_refused(left):
    assert answers.read_challenge_result(Document({"verified": False, "attemptsLeft": 2})).attempts_left == 2
    with pytest.raises(BadAnswer):
        answers.read_challenge_result(Document({"verified": False, "attemptsLeft": left}))
