"""The rows of this app, a file each for members, cards, linking, recovery, mail, notices, audit and privacy."""

from accounts.models.audit import AuditRow, AuditSeal
from accounts.models.cards import Card, CardDecision, OfferedCard, kpj_index
from accounts.models.devices import KnownDevice
from accounts.models.linking import CodeEvent, LinkDecision, LinkRequest, LinkRequestQuerySet
from accounts.models.mail import OutgoingMail
from accounts.models.members import User, UserManager, nik_index
from accounts.models.notices import Notice, NoticeChoices
from accounts.models.privacy import Consent, Correction, Deletion
from accounts.models.recovery import ContactChange, RecoveryDecision, RecoveryRequest

__all__ = [
    "AuditRow",
    "AuditSeal",
    "Card",
    "CardDecision",
    "CodeEvent",
    "Consent",
    "ContactChange",
    "Correction",
    "Deletion",
    "KnownDevice",
    "LinkDecision",
    "LinkRequest",
    "LinkRequestQuerySet",
    "Notice",
    "NoticeChoices",
    "OfferedCard",
    "OutgoingMail",
    "RecoveryDecision",
    "RecoveryRequest",
    "User",
    "UserManager",
    "kpj_index",
    "nik_index",
]
