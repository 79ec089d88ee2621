from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BalancesConfig(AppConfig):
    name = "balances"
    verbose_name = _("Saldo")

    def ready(self) -> None:
        from accounts.services.cards import on_unlink
        from balances.services import forget_card

        on_unlink.append(forget_card)
