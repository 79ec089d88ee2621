"""Every address of the site, read from the URL resolver, with the sample data that opens it.

A new address without an entry here fails tests/house/test_url_access.py: who may open it must be said, not hoped.
"""

import json
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any
from uuid import UUID

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.usersessions.models import UserSession
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from accounts.audit import mark_of
from accounts.consent import CURRENT
from accounts.models import Card, LinkRequest, NoticeChoices, OfferedCard, User, kpj_index, nik_index
from accounts.sealing import blind_index
from accounts.services import not_me_tokens
from accounts.services.not_me_tokens import Purpose
from accounts.services.notice_choices import stop_path
from accounts.services.notices import tell
from sms.models import Number, Registration, number_index
from tests.factories import make_balance, make_card, make_kpj, make_statement
from tests.passkeys import Passkey

# Open to visitors: nothing of a member's stands there.
PUBLIC = {
    "home",
    "set_language",
    "healthz",
    "readyz",
    "help",
    "help_terms",
    "help_topic",
    "privacy_notice",
    "privacy_short",
    "privacy_notice_version",
    "deletion_cancel",
    "manifest",
    "service_worker",
    "offline",
    "account_login",
    "account_signup",
    "account_logout",
    "account_inactive",
    "account_email_verification_sent",
    "account_reset_password",
    "account_confirm_password_reset_code",
    "account_complete_password_reset",
    "mfa_authenticate",
    "not_me",
    "recovery_forgotten",
    "recovery_progress",
    "recovery_code",
    "recovery_email",
    "recovery_address",
    "mfa_login_webauthn",
    "notice_stop",
    "document_check",
    "document_check_code",
    "sms_go_on",
    "sms_inbound",
    "sms_reports",
}
# Gateways call here with credentials of their own; nothing is there unless one is in use (tests/sms/test_gateways.py).
FOR_GATEWAYS = {"sms_inbound", "sms_reports"}
# Only a form posts here; opened by hand they say so.
POST_ONLY = {
    "set_language",
    "link_code",
    "link_resend",
    "link_cancel",
    "link_staff",
    "offer_link",
    "offers_link_all",
    "privacy_correct_name",
    "privacy_news",
    "privacy_keep",
    "balance_refresh",
    "card_keep",
    "account_keep",
    "recovery_code",
    "recovery_email",
    "sms_inbound",
    "sms_confirm",
    "sms_switch_off",
}
# Not pages to look at: words for machines, parts of pages, a text file, the data of a passkey.
NOT_PAGES = {"healthz", "readyz", "link_fragment", "balance_fragment", "session"}
NOT_PAGES |= {"statement_fragment", "timeline_fragment", "mfa_login_webauthn", "manifest", "service_worker"}
NOT_PAGES |= {"privacy_download"}  # a file
NOT_PAGES |= {"offline"}  # in both languages at once; tests/house/test_phone.py looks at it
FILES = ("statement_pdf", "statement_csv", "statement_json", "statement_xlsx")
NOT_PAGES |= {*FILES, *FOR_GATEWAYS}
NO_DELETION = UUID(int=4)  # a key of nobody: the page looks the same until the button is pressed


@dataclass(frozen=True)
class World:
    """What one member has, so that every address has something to show."""

    member: User
    card: Card
    request: LinkRequest
    offer: OfferedCard
    passkey: Authenticator
    number: Number
    registration: str  # the secret of what was typed on a phone and not gone on with
    session: str = ""  # mark of another session of the member


Sample = Callable[[World], dict[str, Any]]
SAMPLES: dict[str, Sample] = {
    "privacy_notice_version": lambda world: {"version": CURRENT.version},
    "deletion_cancel": lambda world: {"cancel_key": NO_DELETION},
    "help_topic": lambda world: {"slug": "data-lama"},
    "mfa_remove_webauthn": lambda world: {"pk": world.passkey.pk},
    "mfa_edit_webauthn": lambda world: {"pk": world.passkey.pk},
    **dict.fromkeys(
        ("link_progress", "link_fragment", "link_code", "link_resend", "link_cancel", "link_staff"),
        lambda world: {"public_id": world.request.public_id},
    ),
    "session_end": lambda world: {"mark": world.session},
    "offer_link": lambda world: {"public_id": world.offer.public_id},
    "notice_stop": lambda world: {"token": stop_token(world.member)},
    "document_check_code": lambda world: {"code": "K7QF2M9XTR4D"},
    **dict.fromkeys(FILES, lambda world: {"card_id": world.card.public_id}),
    **dict.fromkeys(
        ("card_unlink", "card_lock", "card_open", "card_keep"), lambda world: {"public_id": world.card.public_id}
    ),
    "not_me": lambda world: {"token": not_me_tokens.make(Purpose.CARD, world.card.public_id)},
    "recovery_address": lambda world: {"token": not_me_tokens.make(Purpose.ADDRESS, world.card.public_id)},
    **dict.fromkeys(FOR_GATEWAYS, lambda world: {"gateway": "kannel"}),
    **dict.fromkeys(("sms_confirm", "sms_switch_off"), lambda world: {"number_id": world.number.public_id}),
    "sms_go_on": lambda world: {"secret": world.registration},
    **dict.fromkeys(("statement", "statement_fragment"), lambda world: {"card_id": world.card.public_id}),
    **dict.fromkeys(
        ("balance", "balance_fragment", "balance_refresh", "projection", "claim_when"),
        lambda world: {"card_id": world.card.public_id},
    ),
}


def make_world(member: User) -> World:
    card = make_card(member)
    make_balance(card)
    make_statement(card)
    for month in ("2026-07", "2026-08"):
        tell(member=member, kind="month_missing", card=card, subject=month, facts={"months": [month]})
    TOTP.activate(member, generate_totp_secret())
    RecoveryCodes.activate(member)
    passkey = Passkey(member).row
    number = make_number(member)
    return World(
        member, card, make_request(member), make_offer(member, card), passkey, number, make_registration(number),
        make_session(member),
    )  # fmt: skip


_phones = count(1)


def make_number(member: User, state: str = Number.State.ACTIVE, **fields: Any) -> Number:
    typed = f"+62812{next(_phones):08d}"
    proved = {} if state == Number.State.PENDING else {"confirmed_at": timezone.now(), "proof": Number.Proof.OWNER}
    row = Number(member=member, number_index=number_index(typed), last3=typed[-3:], state=state, **{**proved, **fields})
    row.number = typed
    row.save()
    return row


def make_registration(number: Number) -> str:
    """The secret that a mail would carry."""
    secret = secrets.token_urlsafe(24)
    row = Registration(
        secret_index=blind_index("sms-registration", secret),
        address_index=blind_index("email", number.member.email or ""),
        number_index=number.number_index,
    )
    typed = {
        "nik": "3171011708450001",
        "birth_date": "1945-08-17",
        "name": "ANGGOTA CONTOH",
        "email": "x@contoh.example",
    }
    row.told = json.dumps({**typed, "number": number.number, "kpj": make_kpj()})
    row.save()
    return secret


def make_session(member: User, agent: str = "Mozilla/5.0 (Linux; Android 13) Chrome/120.0 Mobile Safari/537.36") -> str:
    """Signed in on another device; its mark as addresses carry it."""
    client = Client()
    client.force_login(member)
    key = client.session.session_key or ""
    UserSession.objects.create(user=member, session_key=key, ip="192.0.2.7", user_agent=agent)
    return mark_of(key)


def make_request(member: User, state: str = LinkRequest.State.CODE_SENT, **fields: Any) -> LinkRequest:
    kpj = make_kpj()
    row = LinkRequest(member=member, state=state, kpj_index=kpj_index(kpj), kpj_last4=kpj[-4:], **fields)
    row.nik_index, row.next_fetch_at = nik_index("3171011708450001"), None
    if state not in LinkRequest.ENDED_STATES:
        row.kpj, row.nik, row.name, row.birth_date_iso = kpj, "3171011708450001", "ANGGOTA CONTOH", "1945-08-17"
    if state == LinkRequest.State.CODE_SENT:
        row.challenge_ref, row.code_channel, row.code_channels = "tantangan", "SMS", "SMS,EMAIL"
        row.code_destination = "+62 8** **** *567"
    row.save()
    return row


def stop_token(member: User) -> str:
    choices, _ = NoticeChoices.objects.get_or_create(member=member)
    return stop_path(choices).rstrip("/").rpartition("/")[2]


def make_offer(member: User, card: Card) -> OfferedCard:
    kpj = make_kpj()
    offer = OfferedCard(member=member, kpj_index=kpj_index(kpj), kpj_last4=kpj[-4:], proved_by=card)
    offer.kpj = kpj
    offer.save()
    return offer


def named_addresses() -> Iterator[tuple[str, URLPattern]]:
    """(name with namespace, pattern) of every address but the admin's, which tests/admin walks."""
    yield from _walk(get_resolver().url_patterns, "")


def address_of(name: str, world: World) -> str:
    return reverse(name, kwargs=SAMPLES[name](world) if name in SAMPLES else None)


def _walk(patterns: list[Any], namespace: str) -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            if pattern.app_name == "admin":
                continue
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _walk(pattern.url_patterns, inner)
        else:
            yield f"{namespace}{pattern.name}", pattern
