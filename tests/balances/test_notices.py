"""What is news about a card's money: told when it is stored, once, and never a guess or an old story."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import Card, Notice, NoticeChoices, OutgoingMail, User
from accounts.notices import kind_of
from accounts.services import notice_mail
from accounts.services.notices import about, tell
from balances import notices, selectors, services, statement, sweeps
from balances.duedates import later
from balances.models import Balance, Contribution, Employment, Statement, StatementYear
from balances.notice_wording import BALANCE_CHANGED, CARD_MERGED, MONTH_MISSING, YEAR_CLOSED
from balances.notices import Before
from demo.embedded.process import wait_until
from providers.errors import Merged
from tests.accounts.test_notice_mail import mails
from tests.balances.upstream import ScriptedUpstream, answer, link_sandbox_card, record
from tests.factories import make_balance, make_card, make_member, make_statement
from tests.words import tells

pytestmark = pytest.mark.django_db
Upstream = Callable[..., ScriptedUpstream]
AS_OF = timezone.now() - timedelta(days=19)
BUDI_NOW, BUDI_PAST, BUDI_OLD = "24011122201", "17033344402", "12055566603"


def told() -> list[tuple[str, str]]:
    return list(Notice.objects.order_by("kind", "subject").values_list("kind", "subject"))


def kinds() -> list[str]:
    return sorted(Notice.objects.values_list("kind", flat=True))


def body(notice: Notice) -> str:
    return kind_of(notice.kind).body(about(notice))


def fetch(card: Card, times: int = 1) -> None:
    for _ in range(times):
        Balance.objects.update_or_create(card=card, defaults={"next_fetch_at": timezone.now()})
        token = Balance.objects.claim(card.pk)
        assert token
        services.refresh_balance(card_id=card.public_id, token=token)


# Balances


def test_another_figure_is_told_and_the_first_is_not(member: User, upstream: Upstream) -> None:
    card = make_card(member)
    upstream(answer("100.00", AS_OF), answer("100.00", AS_OF), answer("150.00", AS_OF + timedelta(days=9)))
    fetch(card, 2)
    assert told() == []
    fetch(card, 2)
    [notice] = Notice.objects.all()
    assert (notice.kind, notice.card, notice.member) == (BALANCE_CHANGED, card, member)
    assert "bertambah" in body(notice)
    assert card.kpj_last4 in body(notice)
    assert not re.search(r"150|Rp", f"{notice.facts} {body(notice)}".replace(card.kpj_last4, ""))


def test_a_corrected_figure_of_the_same_date_is_a_change_and_a_new_date_alone_is_not(
    member: User, upstream: Upstream
) -> None:
    card = make_card(member)
    upstream(
        answer("100.00", AS_OF), answer("100.00", AS_OF + timedelta(days=1)), answer("90.00", AS_OF + timedelta(1))
    )
    fetch(card, 2)
    assert told() == []
    fetch(card)
    assert "berkurang" in body(Notice.objects.get())


def test_a_time_without_a_figure_is_no_change(member: User, upstream: Upstream) -> None:
    card = make_card(member)
    upstream(answer("100.00", AS_OF), answer(None), answer("100.00", AS_OF))
    fetch(card, 3)
    assert told() == []


def test_every_further_change_is_told(member: User, upstream: Upstream) -> None:
    card = make_card(member)
    upstream(*(answer(f"{amount}.00", AS_OF) for amount in (100, 110, 100, 110)))
    fetch(card, 4)
    assert kinds() == [BALANCE_CHANGED] * 3


def test_of_a_frozen_card_nothing_is_told(member: User, upstream: Upstream) -> None:
    card = make_card(member)
    make_balance(card, "100.00", AS_OF)

    def frozen_meanwhile() -> Any:
        Card.objects.update(state="frozen", frozen_because="disputed")
        return answer("150.00", AS_OF)

    upstream(frozen_meanwhile)
    fetch(card)
    assert Balance.objects.get().amount == 150
    assert told() == []


def test_a_bug_in_telling_keeps_no_figure_away(
    member: User, upstream: Upstream, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    card = make_card(member)
    upstream(answer("100.00", AS_OF), answer("150.00", AS_OF))
    fetch(card)

    poison = f"{card.kpj} Rp{10 + 5}0,00"

    def broken(**words: Any) -> None:
        Notice.objects.create(member=member, kind="half")
        raise ValueError(poison)

    monkeypatch.setattr(notices, "tell", broken)
    fetch(card)
    row = Balance.objects.get()
    assert (row.amount, row.last_error) == (150, "")
    assert told() == []
    assert "notice_failed" in caplog.text
    assert "Rp150" not in caplog.text
    assert card.kpj not in caplog.text


def test_a_merge_is_told_once_and_not_of_a_card_that_came_merged(member: User, upstream: Upstream) -> None:
    card, came_merged = make_card(member), make_card(member)
    upstream(answer("100.00", AS_OF), Merged(), cards=[record(card.kpj)])
    fetch(card, 3)
    fetch(came_merged, 2)
    assert told() == [(CARD_MERGED, "")]
    assert Notice.objects.get().card == card


# Statements


def missing_since(card: Card, *months_ago: int) -> list[str]:
    """Takes the rows of these months away, counted back from the last one that the upstream looked at."""
    row = Statement.objects.get(card=card)
    months = sorted(later(row.contributions_until, -one) for one in months_ago)
    assert Contribution.objects.filter(card=card, month__in=months).delete()[0] == len(months)
    return months


def store(card: Card, final: dict[int, bool] | None) -> None:
    with transaction.atomic():
        notices.statement_stored(Card.objects.get(pk=card.pk), Before(final=final))


def test_what_is_missing_at_first_is_one_summary(member: User) -> None:
    card = make_card(member)
    make_statement(card)
    months = missing_since(card, 6, 8, 9)
    store(card, None)
    store(card, {})
    [notice] = Notice.objects.all()
    assert (notice.kind, notice.subject, notice.facts) == (MONTH_MISSING, months[-1], {"months": months})
    assert "tidak tercatat" in body(notice)
    assert Notice.objects.filter(kind=YEAR_CLOSED).count() == 0


def test_a_month_that_goes_missing_is_told_alone_and_once(member: User) -> None:
    card = make_card(member)
    make_statement(card)
    [old] = missing_since(card, 8)
    store(card, None)
    [new] = missing_since(card, 6)
    store(card, {})
    store(card, {})
    assert told() == [(MONTH_MISSING, old), (MONTH_MISSING, new)]


def test_what_is_only_not_seen_yet_is_not_told(member: User) -> None:
    card = make_card(member)
    make_statement(card)
    missing_since(card, 0)
    store(card, None)
    assert told() == []


def test_an_old_gap_found_later_is_no_news(member: User) -> None:
    """Else a notice that was pruned after 400 days would come again."""
    card = make_card(member)
    row = make_statement(card)
    assert row.as_of
    month = f"{row.as_of.year - 1}-01" if row.as_of.month > 3 else ""
    Contribution.objects.filter(card=card, month=month).delete()
    store(card, {})
    assert told() == []
    assert timedelta(days=365) <= notices.NEWS_FOR < timedelta(days=400)


def test_many_months_are_named_by_the_newest_and_counted(member: User) -> None:
    card = make_card(member)
    months = [f"2025-{number:02d}" for number in range(1, 13)]
    notice = tell(member=member, kind=MONTH_MISSING, card=card, subject=months[-1], facts={"months": months})
    assert notice
    assert "Desember 2025" in body(notice)
    assert "6 bulan lain" in body(notice)
    assert "Juni 2025" not in body(notice)


def test_each_odd_year_and_the_notice_lead_to_a_page(as_member: Client, member: User) -> None:
    """Of years in which an employer paid nothing the upstream tells no line, and these are the ones that matter."""
    card = make_card(member)
    first = make_statement(card).as_of.year - 1
    Employment.objects.filter(card=card).update(started_on=date(first - 2, 1, 1))
    notices.statement_stored(card, Before(final=None))
    [notice] = Notice.objects.all()
    page = as_member.get(f"/saldo/{card.public_id}/rincian/").content.decode()
    links = {f"/saldo/{card.public_id}/rincian/{link}" for link in re.findall(r'href="(\?tahun=\d+)', page)}
    assert len(links) == 4
    for link in (*links, kind_of(notice.kind).link(about(notice))):
        answer = as_member.get(link)
        assert answer.status_code == 200
        for file in re.findall(r'href="(/[^"]+rincian\.\w+[^"]*)"', answer.content.decode()):
            assert as_member.get(file).status_code == 200, file


@pytest.mark.parametrize("seen", [True, False])
def test_an_employer_who_never_paid_at_all_is_told(as_member: Client, member: User, seen: bool) -> None:
    """No year, no line, only an employment: missing where the upstream has looked, else not seen yet."""
    card = make_card(member)
    row = make_statement(card)
    for model in (StatementYear, Contribution):
        model.objects.filter(card=card).delete()
    fields = {} if seen else {"as_of": None, "contributions_until": ""}
    Statement.objects.filter(pk=row.pk).update(amount=None, unavailable_reason="BARU", **fields)
    notices.statement_stored(Card.objects.get(pk=card.pk), Before(final=None))
    page = as_member.get(f"/saldo/{card.public_id}/rincian/").content.decode()
    assert ("tidak tercatat" if seen else "belum terlihat") in page
    assert 'id="tahun"' in page
    main = re.sub(r'value="[^"]*"', "", page.partition("<main")[2].partition("<footer")[0])
    assert "Rp" not in main.replace("Rp••", "")
    assert kinds() == ([MONTH_MISSING] if seen else [])


@pytest.mark.parametrize(
    ("was", "news"),
    [
        (None, []),  # a first statement
        ({2023: True, 2024: True, 2025: False}, ["2025"]),
        ({2023: True, 2024: False}, ["2024", "2025"]),
        ({2023: True, 2024: True, 2025: True}, []),
        ({}, []),
        ({2025: False}, ["2025"]),  # older years that were not known before are no news
    ],
)
def test_a_year_is_told_when_it_becomes_final(member: User, was: dict[int, bool] | None, news: list[str]) -> None:
    card = make_card(member)
    Statement.objects.create(card=card)
    for year in (2023, 2024, 2025, 2026):
        StatementYear.objects.create(card=card, year=year, final=year < 2026, rate_percent=Decimal("5.70"))
    for _ in range(2):
        store(card, was)
    assert [subject for _, subject in told()] == news
    for notice in Notice.objects.all():
        assert "5,70%" in body(notice)


# The real thing


@contextmanager
def sandbox_of(sandbox: Any, day: str | None) -> Iterator[None]:
    sandbox.set_today(day)
    yield
    sandbox.set_today(None)


@pytest.mark.django_db(transaction=True)
def test_each_event_comes_of_a_real_upstream_and_worker(member: User, sandbox: Any, worker: Callable[..., Any]) -> None:
    """Budi's three cards, each first fetched before something happened to it."""
    days = {BUDI_NOW: "2026-02-20", BUDI_PAST: "2020-08-01", BUDI_OLD: "2024-07-20"}
    cards = {kpj: link_sandbox_card(member, kpj, sandbox) for kpj in days}
    worker()

    def fetch_all(card: Card) -> None:
        """By bells and worker; a page would claim both alike."""
        begun = timezone.now()
        for model in (Balance, Statement):
            model.objects.filter(pk=card.pk).update(next_fetch_at=begun)
            [mine] = [one for one in selectors.statement_cards_of(member) if one.pk == card.pk]
            assert services.claim_fetch(mine) if model is Balance else statement.claim_statement(mine)
            assert wait_until(model.objects.filter(pk=card.pk, fetched_at__gt=begun).exists, timeout=20)

    for kpj, day in days.items():
        with sandbox_of(sandbox, day):
            fetch_all(cards[kpj])
    assert told() == []
    for _ in range(2):
        for card in cards.values():
            fetch_all(card)
    found = {(one.kind, one.card.kpj if one.card else "") for one in Notice.objects.select_related("card")}
    assert found == {
        (BALANCE_CHANGED, BUDI_NOW),
        (YEAR_CLOSED, BUDI_NOW),
        (BALANCE_CHANGED, BUDI_PAST),
        (YEAR_CLOSED, BUDI_PAST),
        (CARD_MERGED, BUDI_OLD),
        (YEAR_CLOSED, BUDI_OLD),  # its last year ended with the merge
    }
    assert Notice.objects.filter(kind=CARD_MERGED).count() == 1
    assert not Notice.objects.filter(kind=MONTH_MISSING).exists(), "June and July 2020 are an old gap by now"


@pytest.mark.django_db(transaction=True)
def test_a_month_goes_missing_as_the_real_upstream_looks_further(
    member: User, sandbox: Any, worker: Callable[..., Any]
) -> None:
    """The night's sweep fetches it; nobody opens the statement."""
    card = link_sandbox_card(member, BUDI_PAST, sandbox)
    make_balance(card, None, viewed_on=timezone.localdate())
    worker()

    def night() -> None:
        assert sweeps.nightly_statements() == 1
        begun = timezone.now()
        Statement.objects.update(planned_at=begun)

        def done() -> bool:
            sweeps.sweep_statements()  # as beat does
            return Statement.objects.filter(fetched_at__gt=begun).exists()

        assert wait_until(done, timeout=60, pause=0.2)
        Statement.objects.update(next_fetch_at=timezone.now())

    night()
    [notice] = Notice.objects.all()
    assert (notice.kind, notice.facts) == (MONTH_MISSING, {"months": ["2020-06", "2020-07"]})
    night()
    assert Notice.objects.count() == 1


# The night


def test_the_night_plans_due_statements_of_cards_that_were_viewed(member: User) -> None:
    today, due = timezone.localdate(), timezone.now()

    def card(viewed_days_ago: int, next_fetch_at: Any = due, **fields: Any) -> Card:
        one = make_card(member, state=fields.pop("state", "active"))
        make_balance(one, viewed_on=today - timedelta(days=viewed_days_ago), **fields)
        if next_fetch_at:
            make_statement(one, fetched=False, next_fetch_at=next_fetch_at)
        return one

    wanted = [card(30), card(0, next_fetch_at=None)]
    card(31)
    card(0, next_fetch_at=due + timedelta(hours=1))
    card(0, merged=True)
    card(0, state="frozen")
    card(31, next_fetch_at=None)
    assert sweeps.nightly_statements() == 2
    assert sorted(Statement.objects.exclude(planned_at=None).values_list("pk", flat=True)) == [one.pk for one in wanted]


def test_who_asked_for_mail_is_told_without_ever_looking(member: User, stranger: User) -> None:
    """Mail is for those who do not look: their cards are followed until they stop it or the account is closed."""
    due, long_ago = timezone.now(), timezone.localdate() - timedelta(days=400)
    stopped, closed = make_member("berhenti@contoh.example"), make_member("tutup@contoh.example", is_active=False)
    for person, asked in ((member, [MONTH_MISSING]), (stopped, []), (closed, [MONTH_MISSING])):
        NoticeChoices.objects.create(member=person, mail_kinds=asked)
    for person in (member, stranger, stopped, closed):
        make_balance(make_card(person), viewed_on=long_ago, next_fetch_at=due)
    assert (sweeps.nightly_sweep(), sweeps.nightly_statements()) == (1, 1)
    assert Balance.objects.get(planned_at__isnull=False).card.member == member
    assert Statement.objects.get().card.member == member


def test_turns_take_half_of_the_agreed_rate(member: User, settings: Any) -> None:
    settings.PROVIDER_MAX_PER_SECOND = 2
    for _ in range(20):
        one = make_card(member)
        make_balance(one, viewed_on=timezone.localdate())
    before = timezone.now()
    sweeps.nightly_statements()
    turns = sorted((row.planned_at - before).total_seconds() for row in Statement.objects.all() if row.planned_at)
    assert turns[-1] <= 20 * statement.CALLS_EACH * 2 / 2 + 1
    assert turns[-1] - turns[0] > 20


def test_a_member_who_looks_goes_before_the_plan(member: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statement, "ring", lambda *_: None)
    row = make_statement(make_card(member), next_fetch_at=timezone.now(), planned_at=timezone.now())
    [card] = selectors.statement_cards_of(member)
    assert statement.claim_statement(card)
    row.refresh_from_db()
    assert row.planned_at is None


# Mail


def ask_for_mail(member: User, **fields: Any) -> None:
    kinds = [BALANCE_CHANGED, MONTH_MISSING, YEAR_CLOSED, CARD_MERGED]
    NoticeChoices.objects.create(member=member, mail_kinds=kinds, quiet_from=time(0), quiet_until=time(0), **fields)


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("amounts", [False, True])
def test_a_mail_has_no_amount_unless_asked_for_and_then_its_date(
    member: User, upstream: Upstream, amounts: bool, language: str
) -> None:
    User.objects.update(language=language)
    card = make_card(member)
    ask_for_mail(member, amounts=amounts)
    upstream(answer("1234567.00", AS_OF), answer("2345678.00", AS_OF))
    fetch(card, 2)
    make_statement(card)
    StatementYear.objects.update(final=True)
    year = StatementYear.objects.latest("year")
    store(card, {year.year: False})
    assert notice_mail.mail_what_is_due() == 1
    text = mails()[0]["text"]
    day = timezone.localtime(AS_OF).day
    if amounts:
        closing, balance = [line for line in text.splitlines() if "Rp" in line]
        assert "Rp2.345.678,00 per " in balance or "Rp2.345.678,00 as of " in balance
        assert f" {day} " in balance
        assert f"31 Desember {year.year}" in closing or f"31 December {year.year}" in closing
    assert ("Rp" in text) is amounts
    assert card.kpj not in text


def test_the_list_leads_to_the_page_concerned_and_strangers_see_nothing(
    as_member: Client, as_stranger: Client, member: User, upstream: Upstream
) -> None:
    card = make_card(member)
    upstream(answer("100.00", AS_OF), answer("150.00", AS_OF))
    fetch(card, 2)
    make_statement(card)
    [month] = missing_since(card, 6)
    store(card, None)
    page = as_member.get("/pemberitahuan/").content.decode()
    for link in (f"/saldo/{card.public_id}/", f"/saldo/{card.public_id}/rincian/?tahun={month[:4]}"):
        assert f'href="{link}"' in page
        assert as_member.get(link).status_code == 200
        assert as_stranger.get(link).status_code == 404
    assert "Rp" not in re.sub(r'value="[^"]*"', "", page)
    assert not tells(as_stranger.get("/pemberitahuan/").content.decode(), card.kpj_last4)


DYING = """
import django, time
django.setup()
from accounts.services import mail, notice_mail
real = mail.write
def slow(**words):
    real(**words)
    print("written", flush=True)
    time.sleep(60)
mail.write = slow
notice_mail.mail_what_is_due()
"""


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_between_mail_and_mark_sends_nothing_twice(member: User) -> None:
    ask_for_mail(member)
    tell(member=member, kind=CARD_MERGED, card=make_card(member))
    database = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
    env = {**os.environ, "DATABASE_URL": urlunsplit(database), "DJANGO_SETTINGS_MODULE": "jht_portal.settings"}
    with subprocess.Popen([sys.executable, "-c", DYING], env=env, stdout=subprocess.PIPE, text=True) as doomed:
        assert doomed.stdout
        try:
            assert doomed.stdout.readline().strip() == "written"
            assert notice_mail.mail_what_is_due() == 0, "it is in another worker's hands"
        finally:
            doomed.kill()
    assert not OutgoingMail.objects.exists()
    assert wait_until(lambda: notice_mail.mail_what_is_due() == 1, timeout=60)
    assert notice_mail.mail_what_is_due() == 0
    assert OutgoingMail.objects.count() == 1
