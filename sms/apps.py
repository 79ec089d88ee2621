"""The SMS door."""

from django.apps import AppConfig


class SmsConfig(AppConfig):
    name = "sms"
    verbose_name = "SMS"

    def ready(self) -> None:
        from accounts.services.linking_outcomes import on_end
        from sms.services.registering import link_ended

        on_end.append(link_ended)
