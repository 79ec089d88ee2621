"""The gateway a name stands for. SMS_GATEWAY names the one in use; `none` has no addresses and sends nothing."""

from __future__ import annotations

from functools import cache
from typing import Final

from django.conf import settings

from sms.gateways.console import Console
from sms.gateways.kannel import Kannel
from sms.gateways.port import Gateway
from sms.gateways.webhook import Webhook

NONE: Final = "none"
GATEWAYS: Final[dict[str, type[Gateway]]] = {"kannel": Kannel, "webhook": Webhook, "console": Console}
_LONGEST_SENDER: Final = 14  # replies that name it still fit one segment (tests/sms/test_replies.py)


def refuses_to_start(name: str) -> str:
    """What is wrong with the settings of SMS; empty when the portal may start."""
    if name == NONE:
        return ""
    if name not in GATEWAYS:
        return f"SMS_GATEWAY names no gateway: {NONE}, {', '.join(GATEWAYS)} are known."
    if not 0 < len(settings.KANNEL_SENDER) <= _LONGEST_SENDER:
        return f"KANNEL_SENDER, the number members write to, has 1 to {_LONGEST_SENDER} characters."
    return get_gateway(name).refuses_to_start()


@cache
def get_gateway(name: str) -> Gateway:
    """Raises KeyError for a name that no gateway has."""
    return GATEWAYS[name]()
