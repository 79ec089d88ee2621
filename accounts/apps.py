from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "Anggota"

    def ready(self) -> None:
        from accounts import receivers

        receivers.connect()
