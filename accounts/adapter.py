"""What allauth asks the portal: where mail goes, which host name stands in it, how authenticator secrets rest."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    pass


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    pass
