"""What the portal asked the upstream for a member's cards by itself, in a sentence a card for the member's own page."""

from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Count, Max
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import ngettext

from accounts.models import User
from accounts.selectors import cards_visible_to
from balances.models import FetchAttempt

TOLD_OF = timedelta(days=30)


def fetches_told(member: User) -> Iterator[str]:
    recent = FetchAttempt.objects.filter(card__in=cards_visible_to(member), started_at__gt=timezone.now() - TOLD_OF)
    by_card = recent.order_by().values("card__kpj_last4", "card_id").annotate(times=Count("*"), last=Max("started_at"))
    for one in by_card.order_by("card_id"):
        sentence = ngettext(
            "Saldo KPJ •••• %(ending)s ditanyakan %(times)d kali ke BPJS Ketenagakerjaan, terakhir %(last)s WIB.",
            "Saldo KPJ •••• %(ending)s ditanyakan %(times)d kali ke BPJS Ketenagakerjaan, terakhir %(last)s WIB.",
            one["times"],
        )
        last = date_format(timezone.localtime(one["last"]), "j F Y H.i")
        yield sentence % {"ending": one["card__kpj_last4"], "times": one["times"], "last": last}
