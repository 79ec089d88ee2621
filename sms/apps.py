"""The SMS door."""

from django.apps import AppConfig


class SmsConfig(AppConfig):
    name = "sms"
    verbose_name = "SMS"

    def ready(self) -> None:
        from accounts.services.contact_change import on_sessions_ended
        from accounts.services.linking_outcomes import on_end
        from accounts.services.privacy import on_let_go
        from sms.notice_wording import register_kinds
        from sms.services import holdings, housekeeping, numbers
        from sms.services.forgetting import forget
        from sms.services.registering import link_ended

        assert holdings, housekeeping  # what they register counts
        on_end.append(link_ended)
        on_let_go.append(forget)
        on_sessions_ended.append(numbers.close_all)
        register_kinds()
