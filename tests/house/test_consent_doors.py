"""One rule at every door: by text agreed to, days since asked and withdrawal, the portal fetches and tells or not."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import audit, consent
from accounts.consent import CURRENT, WITHDRAWN
from accounts.models import Card, LinkRequest, Notice, NoticeChoices, OutgoingMail, User
from accounts.selectors import cards_in_use, notices_of
from accounts.services import linking, linking_steps, mail, notice_mail, notices, privacy
from accounts.services.limits import NotNow
from accounts.services.linking_outcomes import State
from accounts.services.offers import link_offer
from balances import issuing, selectors, services, statement, sweeps
from balances.documents.build import Frame, document_of
from balances.models import Balance, Statement
from balances.notice_wording import BALANCE_CHANGED
from providers import factory
from sms.models import Inbound, Outbound
from sms.services import answering, numbers, receiving
from tests.balances.upstream import ScriptedUpstream
from tests.conftest import remember_proof
from tests.factories import make_balance, make_card, make_statement
from tests.house.addresses import make_offer

pytestmark = pytest.mark.django_db
EARLIER = "2020-01-01"
GRACE = settings.CONSENT_GRACE_DAYS
PHONE = "+6281234567890"

# version agreed to, days since the member was asked anew (None: not yet), whether anything may be fetched and told
STANDINGS = [
    (CURRENT.version, None, True),
    (EARLIER, None, True),
    (EARLIER, 0, True),
    (EARLIER, GRACE, True),
    (EARLIER, GRACE + 1, False),
    ("", None, False),
    (WITHDRAWN, None, False),
]


@dataclass
class Held:
    """A member with one card. Their standing is set by hand: withdrawing in earnest leaves no card to ask about."""

    member: User
    card: Card
    rung: list[str]

    def due(self) -> None:
        """Balance and statement are due, looked at today."""
        Balance.objects.update(next_fetch_at=timezone.now(), viewed_on=timezone.localdate(), failures=1)
        Statement.objects.update(next_fetch_at=timezone.now(), failures=1)


@pytest.fixture
def held(member: User, monkeypatch: pytest.MonkeyPatch) -> Held:
    rung: list[str] = []

    def ring(task_name: str, *_args: Any, **_fields: Any) -> None:
        rung.append(task_name)

    for module in ("balances.services", "balances.statement", "accounts.services.mail", "sms.services.receiving",
                   "sms.services.sending", "accounts.services.linking_outcomes"):  # fmt: skip
        monkeypatch.setattr(f"{module}.ring", ring)
    card = make_card(member)
    make_balance(card)
    make_statement(card)
    return Held(member, card, rung)


def put(member: User, version: str, asked: int | None) -> None:
    day = None if asked is None else timezone.localdate() - timedelta(days=asked)
    User.objects.filter(pk=member.pk).update(consent_version=version, consent_asked_on=day)
    member.refresh_from_db()


def _pages(held: Held) -> bool:
    client = Client()
    client.force_login(held.member)
    card = held.card.public_id
    addresses = ("/saldo/", f"/saldo/{card}/", f"/saldo/{card}/potongan/", f"/saldo/{card}/rincian/",
                 f"/saldo/{card}/rincian.csv", f"/saldo/{card}/proyeksi/", "/kartu/", "/kartu/riwayat/",
                 "/kartu/tambah/", "/rincian/")  # fmt: skip
    waits = [(client.get(one).headers.get("Location") or "").startswith("/privasi/persetujuan/") for one in addresses]
    assert len(set(waits)) == 1, list(zip(addresses, waits, strict=True))
    return not waits[0]


def _sms(held: Held) -> bool:
    row = numbers.ask(member=held.member, number=PHONE, source=audit.COMMAND)
    numbers.activate(member=held.member, public_id=row.public_id, proof="owner", source=audit.COMMAND)
    told = _text("SALDO")
    assert ("Rp" in told) != ("SETUJU" in told), told
    return "Rp" in told


def _text(body: str) -> str:
    from sms.gateways.port import Received

    receiving.store(gateway="kannel", messages=[Received(gateway_id=str(uuid4()), sender=PHONE, text=body)])
    row = Inbound.objects.get(fetch_started_at__isnull=False)
    assert row.fetch_started_at
    answering.answer(public_id=row.public_id, token=row.fetch_started_at)
    return Outbound.objects.latest("id").text


def _sms_of_a_figure_that_comes_later(held: Held) -> bool:
    row = numbers.ask(member=held.member, number=PHONE, source=audit.COMMAND)
    numbers.activate(member=held.member, public_id=row.public_id, proof="owner", source=audit.COMMAND)
    now = timezone.now()
    asked = Inbound(gateway="kannel", gateway_id="1", sender_index=row.number_index, card=held.card,
                    state=Inbound.State.FIGURE_AWAITED, fetch_started_at=now)  # fmt: skip
    asked.sender, asked.body = PHONE, "SALDO"
    asked.save()
    answering.answer(public_id=asked.public_id, token=now)
    return Outbound.objects.filter(answers=asked).exists()


def _look(held: Held) -> bool:
    held.due()
    return services.claim_due(selectors.cards_of(held.member)) > 0


def _statement_look(held: Held) -> bool:
    held.due()
    return statement.claim_statement(selectors.statement_cards_of(held.member)[0])


def _first_look(held: Held) -> bool:
    Balance.objects.all().delete()
    Statement.objects.all().delete()
    [card] = selectors.statement_cards_of(held.member)
    asked = [services.claim_fetch(card), statement.claim_statement(card)]
    assert len(set(asked)) == 1
    return asked[0]


def _press(held: Held) -> bool:
    held.due()
    return services.ask_refresh(card=held.card, source=audit.COMMAND) is services.Asked.ASKED


def _sweep(held: Held) -> bool:
    held.due()
    return sweeps.sweep() > 0


def _sweep_of_new_cards(held: Held) -> bool:
    Balance.objects.all().delete()
    return sweeps.sweep() > 0


def _night(held: Held) -> bool:
    held.due()
    return sweeps.nightly_sweep() > 0


def _statement_sweep(held: Held) -> bool:
    held.due()
    return sweeps.sweep_statements() > 0


def _night_of_statements(held: Held) -> bool:
    held.due()
    return sweeps.nightly_statements() > 0


def _worker(held: Held) -> bool:
    """Rung just before the last day of grace ended."""
    now = timezone.now()
    Balance.objects.update(fetch_started_at=now)
    upstream = ScriptedUpstream(_answer())
    with factory.override(upstream):
        return services.refresh_balance(card_id=held.card.public_id, token=now) == "ok"


def _answer() -> Any:
    from tests.balances.upstream import answer

    return answer("1234567.00", datetime.now(UTC) - timedelta(days=1))


def _worker_of_statements(held: Held) -> bool:
    """Asks the upstream at all; that it is away is another story."""
    now = timezone.now()
    Statement.objects.update(fetch_started_at=now)
    with factory.override(ScriptedUpstream()):
        return statement.refresh_statement(card_id=held.card.public_id, token=now) != "gone"


def _file(held: Held) -> bool:
    reading = selectors.statement_reading_of(selectors.statement_cards_of(held.member)[0])
    today = timezone.localdate()
    frame = Frame(site="", operator="", official_notice=False, support="", holder="", today=today, fetched_on=today,
                  seen=None, stretches=())  # fmt: skip
    document = document_of(reading, frame, year=None)
    try:
        issuing.export(card=held.card, reading=reading, document=document, form="csv", source=audit.COMMAND)
    except issuing.Gone:
        return False
    return True


def _news(held: Held) -> bool:
    facts = {"as_of": "2026-10-31", "more": True}
    return notices.tell(member=held.member, kind=BALANCE_CHANGED, card=held.card, facts=facts) is not None


def _list_of_news(held: Held) -> bool:
    Notice.objects.create(member=held.member, kind=BALANCE_CHANGED, card=held.card, facts={})
    return notices_of(held.member).exists()


def _mail_of_news(held: Held) -> bool:
    any_hour = {"quiet_from": "00:00", "quiet_until": "00:00"}
    NoticeChoices.objects.create(member=held.member, mail_kinds=[BALANCE_CHANGED], **any_hour)
    facts = {"as_of": "2026-10-31", "more": True}
    Notice.objects.create(
        member=held.member, kind=BALANCE_CHANGED, card=held.card, facts=facts, mail_due_at=timezone.now()
    )
    return notice_mail.mail_what_is_due() == 1


def _link(held: Held) -> bool:
    try:
        linking.request_link(
            member=held.member, kpj="24011122209", nik="3173051207860012", name="BUDI", birth_date=date(1986, 7, 12),
            source=audit.COMMAND,
        )  # fmt: skip
    except NotNow:
        return False
    return True


def _offer(held: Held) -> bool:
    offer = make_offer(held.member, held.card)
    try:
        link_offer(member=held.member, offer_id=offer.public_id, source=audit.COMMAND)
    except NotNow:
        return False
    return True


def _list_of_cards(held: Held) -> bool:
    now = timezone.now()
    row = LinkRequest.objects.create(member=held.member, card=held.card, kpj_index=held.card.kpj_index, nik_index=b"x",
                                     state=State.LINKED, ended_at=now, fetch_started_at=now)  # fmt: skip
    upstream = ScriptedUpstream(cards=())
    asked: list[str] = []
    upstream.list_cards = lambda *, member_ref: asked.append(member_ref) or ()  # type: ignore[method-assign]
    with factory.override(upstream):
        linking_steps.advance_link(public_id=row.public_id, token=now)
    return bool(asked)


DOORS: list[Callable[[Held], bool]] = [
    _pages, _sms, _sms_of_a_figure_that_comes_later, _look, _statement_look, _first_look, _press, _sweep,
    _sweep_of_new_cards, _night, _statement_sweep, _night_of_statements, _worker, _worker_of_statements, _file, _news,
    _list_of_news, _mail_of_news, _link, _offer, _list_of_cards,
]  # fmt: skip


@pytest.mark.parametrize(("version", "asked", "may"), STANDINGS)
@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.__name__.strip("_"))
def test_a_door_fetches_and_tells_only_what_is_agreed(
    door: Callable[[Held], bool], version: str, asked: int | None, may: bool, held: Held
) -> None:
    put(held.member, version, asked)
    assert door(held) is may


@pytest.mark.parametrize(("version", "asked", "may"), STANDINGS)
def test_a_query_knows_the_same_members_as_the_rule(version: str, asked: int | None, may: bool, held: Held) -> None:
    put(held.member, version, asked)
    assert held.member.consent_standing.allows is may
    assert User.objects.filter(consent.allowed()).exists() is may
    assert cards_in_use().exists() is may


@pytest.mark.parametrize("version", ["", EARLIER])
@pytest.mark.parametrize(("name", "then"), [("card_lock", Card.State.FROZEN), ("card_unlink", Card.State.UNLINKED)])
def test_a_card_is_locked_or_let_go_whatever_was_agreed_to(
    held: Held, version: str, name: str, then: Card.State
) -> None:
    client = Client()
    client.force_login(held.member)
    remember_proof(client, held.member)
    put(held.member, version, GRACE + 1)
    address = reverse(name, args=[held.card.public_id])
    assert client.get(address).status_code == 200
    client.post(address)
    held.card.refresh_from_db()
    assert held.card.state == then


def test_a_number_is_switched_off_where_its_notice_leads_and_none_opens_without_consent(held: Held) -> None:
    client = Client()
    client.force_login(held.member)
    remember_proof(client, held.member)
    number = numbers.ask(member=held.member, number=PHONE, source=audit.SYSTEM)
    put(held.member, EARLIER, GRACE + 1)
    page = client.get(reverse("sms_numbers"))
    off, on = (reverse(name, args=[number.public_id]) for name in ("sms_switch_off", "sms_confirm"))
    assert f'action="{off}"' in page.content.decode()
    assert client.post(on).url.startswith(reverse("privacy_consent"))
    client.post(off)
    number.refresh_from_db()
    assert number.state == number.State.OFF


def test_what_concerns_security_is_told_whatever_was_agreed_to(held: Held) -> None:
    put(held.member, WITHDRAWN, None)
    kept = notices.tell(member=held.member, kind="card_unlinked", subject="1")
    assert kept in notices_of(held.member)


def test_who_never_signs_in_is_told_at_night_and_from_then_on_the_days_count(held: Held) -> None:
    put(held.member, EARLIER, None)
    assert privacy.ask_everybody() == 1
    assert privacy.ask_everybody() == 0, "once"
    held.member.refresh_from_db()
    assert held.member.consent_asked_on == timezone.localdate()
    assert "/privasi/persetujuan/" in OutgoingMail.objects.get().message
    assert mail.ring_due_mail() == 0
    assert Notice.objects.get().kind == "privacy_notice"


def test_who_agrees_while_everybody_is_asked_is_not_asked_any_more(held: Held, monkeypatch: pytest.MonkeyPatch) -> None:
    """Days counted from then would be over before the next text is out."""
    put(held.member, EARLIER, None)
    ask = privacy.ask_again

    def agree_just_before(*, member: User) -> bool:
        privacy.agree(member=User.objects.get(pk=member.pk), source=audit.SYSTEM)
        return ask(member=member)

    monkeypatch.setattr(privacy, "ask_again", agree_just_before)
    assert privacy.ask_everybody() == 0
    held.member.refresh_from_db()
    assert (held.member.consent_version, held.member.consent_asked_on) == (CURRENT.version, None)
    assert not OutgoingMail.objects.exists()


@pytest.mark.parametrize(("version", "asked"), [(CURRENT.version, None), ("", None), (WITHDRAWN, None), (EARLIER, 3)])
def test_whom_there_is_nothing_to_ask_is_left_alone(held: Held, version: str, asked: int | None) -> None:
    put(held.member, version, asked)
    assert privacy.ask_everybody() == 0
    assert not OutgoingMail.objects.exists()


def test_one_word_by_sms_brings_balances_back_and_leaves_other_choices_alone(held: Held) -> None:
    NoticeChoices.objects.create(member=held.member, mail_kinds=[BALANCE_CHANGED])
    put(held.member, EARLIER, GRACE + 1)
    assert not _sms(held)
    assert "tercatat" in _text("Setuju.")
    assert "Rp" in _text("SALDO")
    row = held.member.consents.get()
    assert (row.purpose, row.version, row.agreed, row.door) == ("service", CURRENT.version, True, "sms")
    assert NoticeChoices.objects.get().mail_kinds == [BALANCE_CHANGED]
    balance = Balance.objects.get()
    assert balance.amount == Decimal("1234567.00")
