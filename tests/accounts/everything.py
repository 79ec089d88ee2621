"""A member with a row in every table that may hold something about one; a new table has to be added here."""

from datetime import timedelta
from decimal import Decimal

from allauth.usersessions.models import UserSession
from django.test import Client
from django.utils import timezone

from accounts import audit
from accounts.audit import Action, Source
from accounts.models import (
    Card,
    CardDecision,
    CodeEvent,
    ContactChange,
    KnownDevice,
    LinkDecision,
    LinkRequest,
    Notice,
    NoticeChoices,
    RecoveryDecision,
    RecoveryRequest,
    User,
    kpj_index,
    nik_index,
)
from accounts.services import deletion, mail, privacy
from balances.models import BalanceHistory, FetchAttempt, IssuedDocument
from sms.models import Inbound, Number, Outbound
from tests.factories import make_kpj
from tests.house.addresses import make_world

NIK = "3171011708450001"


def give_everything(member: User, staff: User) -> Card:
    """Two cards' worth of tables; returns the card of `make_world`."""
    world, now = make_world(member), timezone.now()
    member.birth_date_iso, member.nik_index = "1945-08-17", nik_index(NIK)
    member.save()
    source = Source(door=audit.Door.WEB, actor=member, address="203.0.113.77", agent="Peramban Penanda")
    privacy.agree(member=member, source=source)
    privacy.ask_correction(member=member, topic="name", text="Tulis BUDI PENANDA", source=source)
    deletion.ask(member=member, source=source)
    audit.record(Action.BALANCE_SEEN_BY_MEMBER, source, member=member, card=world.card.public_id)
    BalanceHistory.objects.create(card=world.card, amount=Decimal("7654321.00"), as_of=now)
    FetchAttempt.objects.create(card=world.card, started_at=now, milliseconds=5, outcome="ok")
    hashes = dict.fromkeys(
        ("code_index", "closing_index", "figures_index", "file_digest"), world.card.public_id.bytes * 2
    )
    IssuedDocument.objects.create(card=world.card, as_of=now.date(), **hashes)
    CodeEvent.objects.create(kind=CodeEvent.Kind.SENT, kpj_index=kpj_index(make_kpj()), member=member)
    decided = {"staff": staff, "reason": "sudah dicek"}
    LinkDecision.objects.create(link_request=world.request, about=LinkRequest.State.DISPUTED, approves=True, **decided)
    CardDecision.objects.create(card=world.card, about=now, **decided)
    recovery = RecoveryRequest.objects.create(kind=RecoveryRequest.Kind.STAFF, member=member)
    RecoveryDecision.objects.create(recovery=recovery, approves=True, **decided)
    RecoveryRequest.objects.create(nik_index=nik_index(NIK))
    change = ContactChange(member=member, counts_from=now)
    change.old, change.new = "lama.penanda@contoh.example", member.email or ""
    change.save()
    Notice.objects.create(member=member, kind="tidak-dikenal", card=world.card)
    NoticeChoices.objects.update_or_create(member=member)
    KnownDevice.objects.create(member=member, mark=b"m" * 32, browser="Peramban")
    give_messages(world.number, world.card)
    mail.queue(to=member.email or "", subject="x", text="menunggu")
    client = Client()
    client.force_login(member)
    key = client.session.session_key or ""
    UserSession.objects.update_or_create(
        session_key=key, defaults={"user": member, "ip": "203.0.113.77", "user_agent": "Peramban Penanda"}
    )
    return world.card


def give_messages(number: Number, card: Card) -> tuple[Inbound, Outbound]:
    """One that came from this number, and its answer."""
    came = Inbound(gateway="kannel", gateway_id=number.number, sender_index=number.number_index, card=card)
    came.sender, came.body, came.state, came.next_fetch_at = number.number, "SALDO PENANDA", "answered", None
    came.save()
    went = Outbound(answers=came, number_index=number.number_index, reply="balance_fresh")
    went.number, went.text = number.number, "JAWABAN PENANDA"
    went.save()
    return came, went


def let_time_pass(member: User) -> None:
    """The wait of the deletion is over, the dispute of `give_everything` is settled."""
    member.deletion.__class__.objects.update(due_at=timezone.now() - timedelta(seconds=1))
