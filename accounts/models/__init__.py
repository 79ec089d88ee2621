"""The rows of this app, a file each for members, cards, linking, mail, audit and privacy."""

from accounts.models.audit import AuditRow, AuditSeal
from accounts.models.cards import Card, OfferedCard, kpj_index
from accounts.models.linking import CodeEvent, LinkDecision, LinkRequest, LinkRequestQuerySet
from accounts.models.mail import OutgoingMail
from accounts.models.members import User, UserManager, nik_index
from accounts.models.privacy import Consent, Correction, Deletion

__all__ = [
    "AuditRow",
    "AuditSeal",
    "Card",
    "CodeEvent",
    "Consent",
    "Correction",
    "Deletion",
    "LinkDecision",
    "LinkRequest",
    "LinkRequestQuerySet",
    "OfferedCard",
    "OutgoingMail",
    "User",
    "UserManager",
    "kpj_index",
    "nik_index",
]
