"""An authenticator's code counts once: the last accepted time step is kept, and that one or an older is refused."""

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.mfa.utils import decrypt
from django.db.models import Q


def use_code(authenticator: Authenticator, code: str) -> bool:
    """Whether this code, already found right, is newer than every one accepted before. One conditional UPDATE."""
    counter = _counter_of(authenticator, code)
    if counter is None:
        return False
    newer = Q(data__last_counter__isnull=True) | Q(data__last_counter__lt=counter)
    data = {**authenticator.data, "last_counter": counter}
    return bool(Authenticator.objects.filter(newer, pk=authenticator.pk).update(data=data))


def _counter_of(authenticator: Authenticator, code: str) -> int | None:
    """The newest time step that gives this code."""
    typed = "".join(sign for sign in code if sign.isdigit())
    secret = decrypt(authenticator.data["secret"])
    fitting = [step for step in yield_hotp_counters_from_time() if format_hotp_value(hotp_value(secret, step)) == typed]
    return max(fitting, default=None)
