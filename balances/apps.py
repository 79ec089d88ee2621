from django.apps import AppConfig


class BalancesConfig(AppConfig):
    name = "balances"
    verbose_name = "Saldo"

    def ready(self) -> None:
        from accounts.services.cards import on_unlink
        from balances.services import forget_card

        on_unlink.append(forget_card)
