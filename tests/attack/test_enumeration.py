"""Ten thousand guesses who has an account and which card exists: text, status, length and work are the same for all.

"Lupa akun" has its own ten thousand (tests/accounts/test_recovery.py). The limits are off where they would end the
guessing long before; that they do end it is shown by the last test.
"""

import re
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import LinkRequest, User
from accounts.services import limits
from tests.accounts.conftest import BLOCKED_KPJ, KPJ, NIK, OTHER_KPJ, ask, link, upstream, work
from tests.attack.test_login import try_login, try_reset, try_signup
from tests.factories import PASSWORD, make_member

__all__ = ["upstream"]
OPEN = dict.fromkeys(("login", "login_failed", "signup", "reset_password", "confirm_email"), "1000000/m/ip")
CHANCE = re.compile(
    r'value="\w{64}"|csrfmiddlewaretoken" value="\w+|[0-9a-f]{8}-[0-9a-f-]{27}|\b[0-9a-f]{8}\b|•••• \w{4}'
)


class Looks:
    """What was to be seen and what it cost, by whether the guess was right."""

    def __init__(self) -> None:
        self.seen: dict[bool, set[tuple[Any, ...]]] = defaultdict(set)
        self.seconds: dict[bool, list[float]] = defaultdict(list)
        self.statements: dict[bool, set[int]] = defaultdict(set)

    @contextmanager
    def one(self, right: bool) -> Iterator[list[Any]]:
        answers: list[Any] = []
        connection.queries_log.clear()  # it holds only so many
        start = time.perf_counter()
        with CaptureQueriesContext(connection) as queries:
            yield answers
        self.seconds[right].append(time.perf_counter() - start)
        self.statements[right].add(len(queries))
        self.seen[right].add(tuple(answers))

    def tell(self, what: str) -> None:
        for right, seconds in sorted(self.seconds.items()):
            tenth, half, ninetieth = (statistics.quantiles(seconds, n=10)[at] * 1000 for at in (0, 4, 8))
            print(f"{what} right={right} n={len(seconds)} looks={len(self.seen[right])} "
                  f"statements={sorted(self.statements[right])} ms={tenth:.1f} {half:.1f} {ninetieth:.1f}")  # fmt: skip


def plain(answer: Any, *typed: str) -> tuple[int, str, int, str]:
    text = CHANCE.sub("", answer.content.decode())
    for one in typed:
        text = text.replace(one, "*")
    return answer.status_code, CHANCE.sub("", answer.headers.get("Location", "")), len(text), text


@pytest.mark.asvs("V6.3.8")
@pytest.mark.django_db
@pytest.mark.parametrize("guesses", [24, pytest.param(2_500, marks=pytest.mark.heavy)])
@pytest.mark.parametrize("attempt", [try_login, try_signup, try_reset])
def test_thousands_of_addresses_look_alike(attempt: Callable[..., Any], guesses: int, settings: Any) -> None:
    """A quick hasher: a slow one only makes alike what is compared raw here."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.LOGIN_LIMITS = settings.ACCOUNT_RATE_LIMITS = OPEN
    members = [str(make_member(f"kenal{number:05}@contoh.example").email) for number in range(0, guesses, 8)]
    User.objects.update(password=make_password(PASSWORD))
    looks = Looks()
    for number in range(guesses):
        right = number % 8 == 0
        email = members[number // 8] if right else f"tebak{number:05}@contoh.example"
        with looks.one(right) as answers:
            answers += [plain(one, email) for one in attempt(Client(), email)]
    looks.tell(attempt.__name__)
    assert looks.seen[True] == looks.seen[False]
    assert len(looks.seen[True]) == 1


KINDS: dict[str, dict[str, Any]] = {
    "nobody's number": {"kpj": "25999999999"},
    "a real number, another NIK": {"kpj": KPJ, "nik": "3578105402920004", "name": "SARI UJI"},
    "a real number and NIK, another name": {"kpj": KPJ, "nik": NIK, "name": "ORANG LAIN"},
    "another person's number": {"kpj": OTHER_KPJ},
    "a blocked card with its NIK": {"kpj": BLOCKED_KPJ, "nik": "3171011708450002", "name": "BLOKIR UJI"},
    "a card that somebody linked, another NIK": {"kpj": KPJ, "nik": "3171011708450009", "name": "BUDI UJI"},
}


@pytest.mark.asvs("V6.3.8")
@pytest.mark.django_db
@pytest.mark.parametrize("guesses", [60, pytest.param(2_500, marks=pytest.mark.heavy)])
def test_thousands_of_guesses_at_cards_look_alike(guesses: int, upstream: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every wrong guess, however near, ends on one page; what a member may learn, they learn by a code only."""
    for name in ("REFUSALS_A_DAY", "REQUESTS_A_DAY", "CODES_A_DAY"):
        monkeypatch.setattr(limits, name, 1_000_000)
    link(make_member(), upstream)
    guesser, client = make_member(), Client()
    client.force_login(guesser)
    looks, sent = Looks(), len(upstream.outbox)
    for number in range(guesses):
        kind = list(KINDS)[number % len(KINDS)]
        with looks.one(kind != "nobody's number") as answers:
            row = work(ask(guesser, **KINDS[kind]))
            answers.append(plain(client.get(reverse("link_progress", args=[row.public_id])), row.kpj_last4))
        assert row.state == LinkRequest.State.REFUSED, kind
    looks.tell("link")
    assert looks.seen[True] == looks.seen[False]
    assert len(looks.seen[True]) == 1
    assert len(upstream.outbox) == sent  # nobody's telephone rang


@pytest.mark.asvs("V2.4.1", "V2.3.2")
@pytest.mark.django_db
def test_with_the_limits_on_the_guessing_ends_at_once(upstream: Any) -> None:
    guesser = make_member()
    for number in range(limits.REFUSALS_A_DAY):
        work(ask(guesser, kpj=f"25{number:09}"))
    with pytest.raises(limits.NotNow) as refused:
        ask(guesser, kpj="25000099999")
    assert refused.value.until is not None
