"""The gateway a name stands for. SMS_GATEWAY names the one in use; `none` has no addresses and sends nothing."""

from __future__ import annotations

from functools import cache

from sms.gateways.console import Console
from sms.gateways.kannel import Kannel
from sms.gateways.port import Gateway
from sms.gateways.webhook import Webhook

GATEWAYS: dict[str, type[Gateway]] = {"kannel": Kannel, "webhook": Webhook, "console": Console}


@cache
def get_gateway(name: str) -> Gateway:
    """Raises KeyError for a name that no gateway has."""
    return GATEWAYS[name]()
