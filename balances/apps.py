from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BalancesConfig(AppConfig):
    name = "balances"
    verbose_name = _("Saldo")

    def ready(self) -> None:
        from accounts.activity import summaries
        from accounts.services.cards import on_unlink
        from balances import privacy
        from balances.activity import fetches_told
        from balances.issuing import forget_documents
        from balances.notice_wording import register_kinds
        from balances.services import forget_card
        from balances.statement import forget_statement

        on_unlink.extend([forget_card, forget_statement, forget_documents])
        register_kinds()
        privacy.register()
        summaries.append(fetches_told)
