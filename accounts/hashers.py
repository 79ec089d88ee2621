"""Argon2 that a small server can pay for while many people log in at once (ADR 13)."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class BoundedArgon2PasswordHasher(Argon2PasswordHasher):
    """46 MiB, one pass, one lane: the OWASP minimum; eight logins at once take under 400 MiB."""

    time_cost = 1
    memory_cost = 47_104  # KiB
    parallelism = 1
