"""Accounts: the security profile of docs/adr/0013-sign-in.md, limits, privacy and retention."""

from __future__ import annotations

from jht_portal.settings.site import HTTPS, SITE_NAME, env

# Accounts (docs: security profile in docs/adr/0013-sign-in.md)

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "accounts.hashers.BoundedArgon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "accounts.passwords.GuessableValidator"},
    {"NAME": "accounts.passwords.BreachedValidator"},
]
BREACHED_PASSWORDS_FILE = env.str("BREACHED_PASSWORDS_FILE", default="")
PASSWORD_HASHES_AT_ONCE = env.int("PASSWORD_HASHES_AT_ONCE", default=4)  # per process, 46 MiB each
PASSWORD_RESET_TIMEOUT = 600  # seconds
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_SIGNUP_REDIRECT_URL = "card_add"  # the one thing that somebody new can do
TRUSTED_IP_HEADER = env.str("TRUSTED_IP_HEADER", default="")
if TRUSTED_IP_HEADER:
    ALLAUTH_TRUSTED_CLIENT_IP_HEADER = TRUSTED_IP_HEADER
ALLAUTH_RATE_LIMIT_IPV6_PREFIX = 64
ALLAUTH_USER_CODE_FORMAT = {"numeric": True, "dashed": False, "length": 8}
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_MAX_ATTEMPTS = 3
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT = 600
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = 2
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_CHANGE = False  # a documented enumeration leak when on
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT = 600
ACCOUNT_PASSWORD_RESET_BY_CODE_MAX_ATTEMPTS = 3
ACCOUNT_LOGIN_ON_PASSWORD_RESET = False
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = False
ACCOUNT_CONFIRM_EMAIL_ON_GET = False
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_LOGIN_TIMEOUT = 600
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if HTTPS else "http"
# Loose per address (whole provinces share one), tight per account; one window a scope.
ACCOUNT_RATE_LIMITS = {
    "login": "",  # LOGIN_LIMITS, which know devices
    "login_failed": "100/m/ip,5/300s/key",
    "signup": "100/m/ip",
    "reset_password": "100/m/ip,3/600s/key",
    "reset_password_from_key": "100/m/ip",
    "reauthenticate": "5/m/user",
    "change_password": "3/m/user",
    "manage_email": "5/m/user",
    "confirm_email": "1/30s/key",
    "export_statement": "30/m/user",
    "check_document": "100/m/ip",
    "recovery": "100/m/ip",
    "recovery_address": "5/d/key",
}
# A device the member has signed in from has a count of its own, whatever its neighbours and strangers do (ADR 25).
LOGIN_LIMITS = {"login": "300/m/ip", "login_failed": ACCOUNT_RATE_LIMITS["login_failed"]}
LOGIN_LIMITS_KNOWN = {"login": "20/m/key", "login_failed": "5/300s/key"}
ACCOUNT_FORMS = {
    "login": "accounts.forms.sign_in.LoginForm",
    "signup": "accounts.forms.sign_in.SignupForm",
    "add_email": "accounts.forms.sign_in.AddEmailForm",
    "change_password": "accounts.forms.sign_in.ChangePasswordForm",
    "set_password": "accounts.forms.sign_in.SetPasswordForm",
    "reset_password": "accounts.forms.sign_in.ResetPasswordForm",
    "reset_password_from_key": "accounts.forms.sign_in.ResetPasswordKeyForm",
    "confirm_email_verification_code": "accounts.forms.sign_in.ConfirmEmailCodeForm",
    "confirm_password_reset_code": "accounts.forms.sign_in.ConfirmResetCodeForm",
    "reauthenticate": "accounts.forms.sign_in.ReauthenticateForm",
}
MFA_FORMS = {
    "authenticate": "accounts.forms.sign_in.AuthenticateForm",
    "reauthenticate": "accounts.forms.sign_in.ReauthenticateMFAForm",
    "activate_totp": "accounts.forms.sign_in.ActivateTOTPForm",
    "edit_webauthn": "accounts.forms.sign_in.PasskeyNameForm",
}
MFA_ADAPTER = "accounts.adapter.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_PASSKEY_SIGNUP_ENABLED = False
MFA_TOTP_TOLERANCE = 1
MFA_TOTP_ISSUER = SITE_NAME
MFA_RECOVERY_CODE_DIGITS = 10
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_RATE_LIMITS = {"webauthn_login": "300/m/ip"}  # a passkey cannot be guessed; whole towns share an address
MFA_TRUST_ENABLED = False
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS
PRIVACY_CONTACT = env.str("PRIVACY_CONTACT", default="")
CONSENT_TICK_BOX = env.bool("CONSENT_TICK_BOX", default=False)
CONSENT_GRACE_DAYS = env.int("CONSENT_GRACE_DAYS", default=30)
DELETION_WAIT_DAYS = env.int("DELETION_WAIT_DAYS", default=7)
KEEP_AUDIT_DAYS = env.int("KEEP_AUDIT_DAYS", default=5 * 365)
KEEP_ADDRESS_DAYS = env.int("KEEP_ADDRESS_DAYS", default=180)
KEEP_ENDED_REQUEST_DAYS = env.int("KEEP_ENDED_REQUEST_DAYS", default=365)
KEEP_UNLINKED_CARD_DAYS = env.int("KEEP_UNLINKED_CARD_DAYS", default=365)
APPROVALS_REQUIRED = env.int("APPROVALS_REQUIRED", default=2)
CARDS_PER_MEMBER = 20
