"""The browsers a member has signed in from: each has its own count of wrong passwords, and a new one is told about."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class KnownDevice(models.Model):
    """One browser and one member. The cookie's secret is kept as its hash only, so this table opens nothing."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="known_devices")
    mark = models.BinaryField(max_length=32, editable=False)  # SHA-256 of the cookie's secret
    browser = models.CharField(max_length=20, blank=True)
    system = models.CharField(max_length=20, blank=True)
    first_used_at = models.DateTimeField(default=timezone.now)
    last_used_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("perangkat yang dikenal")
        verbose_name_plural = _("perangkat yang dikenal")
        constraints = [models.UniqueConstraint(fields=["member", "mark"], name="one_row_a_member_and_device")]

    def __str__(self) -> str:
        return device_name(self.browser, self.system)


def device_name(browser: str, system: str) -> str:
    """As people call it. Never a place: what an address tells about that is a guess."""
    if browser and system:
        return gettext("%(browser)s di %(system)s") % {"browser": browser, "system": system}
    return browser or system or gettext("Perangkat lain")
