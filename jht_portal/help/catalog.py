"""All help pages, grouped by trouble, in the order of the index."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from jht_portal.help import balance, cards, figures, security, sign_in, statement
from jht_portal.help.topic import Group, Text, Topic

GROUPS: Final[tuple[Group, ...]] = (
    sign_in.GROUP,
    balance.GROUP,
    figures.GROUP,
    statement.GROUP,
    cards.GROUP,
    security.GROUP,
)
TOPICS: Final[dict[str, Topic]] = {topic.slug: topic for group in GROUPS for topic in group.topics}

# The button on a help page that leads to where the thing is done.
PAGES: Final[dict[str, Text]] = {
    "account_change_password": _("Ganti kata sandi"),
    "account_reset_password": _("Lupa kata sandi"),
    "balances": _("Cek Saldo JHT"),
    "card_add": _("Hubungkan kartu"),
    "card_list": _("Kartu saya"),
    "document_check": _("Periksa dokumen"),
    "mfa_index": _("Akun dan keamanan"),
    "notice_choices": _("Atur pemberitahuan"),
    "sms_numbers": _("Nomor HP saya"),
}
