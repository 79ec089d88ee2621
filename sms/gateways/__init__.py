"""Gateways to the phone network, one module each behind sms.gateways.port. Adding one: docs/sms-gateways.md."""
