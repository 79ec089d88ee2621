"""What allauth does to an account, written down; and what it means for sessions: new keys, others ended."""

from dataclasses import replace
from typing import Any

from allauth.account import signals as account
from allauth.account.authentication import get_authentication_records
from allauth.mfa import signals as mfa
from allauth.mfa.models import Authenticator
from django.contrib.auth import signals as auth
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest

from accounts import audit, devices, session_limits
from accounts.audit import Action, Source
from accounts.models import User
from accounts.services import authenticators, contact_change, privacy, sessions, telling
from accounts.services import devices as known_devices


def connect() -> None:
    account.user_signed_up.connect(signed_up)
    auth.user_logged_in.connect(signed_in)
    auth.user_logged_out.connect(signed_out)
    auth.user_login_failed.connect(sign_in_failed)
    for signal in (account.password_changed, account.password_reset, account.password_set):
        signal.connect(password_changed)
    account.email_changed.connect(email_changed)
    account.email_confirmed.connect(email_verified)
    for signal, change in (
        (mfa.authenticator_added, authenticator_added),
        (mfa.authenticator_removed, authenticator_removed),
        (mfa.authenticator_reset, authenticator_reset),
    ):
        signal.connect(change)
    mfa.authentication_failed.connect(second_factor_failed)
    mfa.authenticator_used.connect(authenticator_used)
    account.authentication_step_completed.connect(proved_again)


def signed_up(request: HttpRequest, user: User, **kwargs: Any) -> None:
    _write(Action.SIGNED_UP, request, user)


def signed_in(request: HttpRequest | None, user: User, **kwargs: Any) -> None:
    privacy.ask_again(member=user)
    if request is not None:
        session_limits.start(request.session)
    _write(Action.SIGNED_IN, request, user, factors=_factors(request, user))


def signed_out(request: HttpRequest | None, user: User | None, **kwargs: Any) -> None:
    if user is not None:
        _write(Action.SIGNED_OUT, request, user)


def sign_in_failed(credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any) -> None:
    """Whose account was tried is kept by its id; what was typed is not."""
    tried = str(credentials.get("email") or "").lower()
    member = User.objects.filter(email=tried).first()
    audit.record(Action.SIGN_IN_FAILED, _source(request, None), member=member, step="password")


def second_factor_failed(request: HttpRequest, user: User, **kwargs: Any) -> None:
    audit.record(Action.SIGN_IN_FAILED, _source(request, None), member=user, step="second_factor")


def password_changed(request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Django ends the sessions, which are bound to the password; other devices become strangers."""
    known_devices.forget_others(member=user, secret=devices.read(request))
    _write(Action.PASSWORD_CHANGED, request, user)


def email_changed(
    request: HttpRequest, user: User, to_email_address: Any, from_email_address: Any = None, **kwargs: Any
) -> None:
    """The old address is told, and the new one counts from twelve hours on. The first address changes nothing."""
    if from_email_address:
        contact_change.begin(member=user, old=from_email_address.email, new=to_email_address.email)
        _write(Action.EMAIL_CHANGED, request, user)


def email_verified(request: HttpRequest, email_address: Any, **kwargs: Any) -> None:
    _write(Action.EMAIL_VERIFIED, request, email_address.user)


def authenticator_added(request: HttpRequest, user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    """The code that switched an authenticator on is spent, too."""
    if authenticator.type == Authenticator.Type.TOTP:
        authenticators.use_code(authenticator, request.POST.get("code", ""))
    _only_this_session(request, user)
    _write(Action.MFA_CHANGED, request, user, change="added", kind=str(authenticator.type))


def authenticator_removed(request: HttpRequest, user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    _only_this_session(request, user)
    _write(Action.MFA_CHANGED, request, user, change="removed", kind=str(authenticator.type))


def authenticator_reset(request: HttpRequest, user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    _only_this_session(request, user)
    _write(Action.MFA_CHANGED, request, user, change="reset", kind=str(authenticator.type))


def authenticator_used(request: HttpRequest, user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    """A recovery code is for the day the phone is gone, or for a thief who found the list: its owner hears of it."""
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:
        return
    authenticator.refresh_from_db()
    left = len(authenticator.wrap().get_unused_codes())
    telling.recovery_code_used(user, left=left)
    _write(Action.RECOVERY_CODE_USED, request, user, left=left)


def proved_again(request: HttpRequest, user: User, **kwargs: Any) -> None:
    """On re-authentication; a first sign-in has a row of its own and rotates the key by itself."""
    if kwargs.get("reauthenticated"):
        request.session.cycle_key()
        _write(Action.PROVED_AGAIN, request, user, factors=_factors(request, user)[-1:])


def _only_this_session(request: HttpRequest, user: User) -> None:
    """After a change of second factors: other sessions end, this one goes on under a new key."""
    sessions.end_all(member=user)
    if request.user == user:
        update_session_auth_hash(request, user)


def _factors(request: HttpRequest | None, user: User) -> list[str]:
    """What this sign-in was proved with, in order: "password", then "totp", or "webauthn" alone."""
    proofs = get_authentication_records(request, user) if request is not None else []
    return [str(proof.get("type") or proof["method"]) for proof in proofs]


def _write(action: Action, request: HttpRequest | None, user: User, **details: Any) -> None:
    audit.record(action, _source(request, user), member=user, **details)


def _source(request: HttpRequest | None, user: User | None) -> Source:
    """The person is named by us: on signing in and out the request does not know them yet or any more."""
    if request is None or not hasattr(request, "user"):
        return replace(audit.COMMAND, actor=user)
    return replace(audit.from_request(request), actor=user)
