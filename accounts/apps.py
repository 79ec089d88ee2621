from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("Anggota")

    def ready(self) -> None:
        from accounts import receivers, telling_wording
        from accounts.services import cards, notices

        receivers.connect()
        telling_wording.register_kinds()
        cards.on_unlink.append(notices.forget_card)
