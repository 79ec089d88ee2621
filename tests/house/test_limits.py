"""Every limit that the code declares is proved by a test at its number: a new one, or another number, fails until the
table below names the test."""

import ast
import importlib
import re
from datetime import timedelta
from pathlib import Path

from django.conf import settings

from tests.house.test_asvs import functions_of

ROOT = Path(__file__).resolve().parents[2]
TABLES = ("ACCOUNT_RATE_LIMITS", "LOGIN_LIMITS", "LOGIN_LIMITS_KNOWN", "MFA_RATE_LIMITS")
MODULES = ("accounts.services.limits", "accounts.services.recovery_limits", "sms.limits")
SIGN_IN, LINKING = "tests/accounts/test_login_limits.py", "tests/accounts/test_linking.py"
RECOVERY, SMS = "tests/accounts/test_recovery.py", "tests/sms"
SIGNED_IN = f"{SIGN_IN}::test_a_signed_in_member_is_bounded_too"
KNOWN = f"{SIGN_IN}::test_right_passwords_from_a_known_device_are_bounded_as_well"
HUNDRED_AN_ADDRESS = f"{SIGN_IN}::test_a_hundred_a_minute_from_one_address"

PROVED = {
    # signing in
    "login 300/m/ip": f"{SIGN_IN}::test_three_hundred_logins_a_minute_from_one_address",
    "login 20/m/key": KNOWN,
    "login_failed 100/m/ip": f"{SIGN_IN}::test_a_hundred_failures_a_minute_from_one_address",
    "login_failed 5/300s/key": f"{SIGN_IN}::test_the_sixth_guess_is_not_even_hashed",
    "webauthn_login 300/m/ip": f"{SIGN_IN}::test_three_hundred_passkeys_a_minute_from_one_address",
    "signup 100/m/ip": HUNDRED_AN_ADDRESS,
    "confirm_email 1/30s/key": f"{SIGN_IN}::test_a_verification_code_goes_out_once_in_thirty_seconds",
    "reset_password 100/m/ip": HUNDRED_AN_ADDRESS,
    "reset_password 3/600s/key": f"{SIGN_IN}::test_a_third_reset_of_one_account_is_the_last_for_ten_minutes",
    "reset_password_from_key 100/m/ip": f"{SIGN_IN}::test_a_hundred_new_passwords_a_minute_from_one_address",
    # signed in
    "reauthenticate 5/m/user": SIGNED_IN,
    "change_password 3/m/user": SIGNED_IN,
    "manage_email 5/m/user": SIGNED_IN,
    "export_statement 30/m/user": "tests/balances/test_documents.py::test_too_many_files_in_a_minute_are_refused",
    # anybody
    "check_document 100/m/ip": "tests/balances/test_documents_check.py::test_one_address_cannot_try_many_codes",
    "recovery 100/m/ip": f"{RECOVERY}::TestLimits::test_many_from_one_address_are_slowed_down",
    "recovery_address 5/d/key": f"{RECOVERY}::TestLimits::test_a_sixth_new_address_of_a_day_is_refused",
    # linking and "Lupa akun"
    "REQUESTS_A_DAY 20": f"{LINKING}::TestLimits::test_twenty_requests_a_day",
    "REFUSALS_A_DAY 5": f"{LINKING}::TestLimits::test_five_refusals_of_one_nik_a_day",
    "CODES_A_DAY 5": f"{LINKING}::TestLimits::test_codes_for_one_kpj_are_capped_but_never_the_first_of_a_member",
    "WRONG_CODES_A_DAY 10": f"{LINKING}::TestLimits::test_wrong_codes_for_one_kpj_are_capped",
    "CODE_PAUSE 0:01:00": f"{LINKING}::test_a_new_code_by_another_channel",
    "ALARM_FROM 30": f"{LINKING}::TestTheAlarm::test_is_raised_when_most_of_an_hours_requests_do_not_match",
    "CARDS_PER_MEMBER 20": f"{LINKING}::TestLimits::test_a_member_holds_at_most_so_many_cards",
    "ATTEMPTS 3": f"{RECOVERY}::TestLimits::test_three_tries_and_the_right_code_is_too_late",
    "WRONG_PAIRS_A_DAY 5": f"{RECOVERY}::TestLimits::"
    "test_who_guesses_at_one_number_is_bounded_and_the_page_does_not_say_so",
    "TOLD_AT 3": f"{RECOVERY}::TestLimits::test_the_owner_is_told_at_the_third_ask_right_or_wrong_and_once",
    "STRANGERS_CODES_A_DAY 3": f"{RECOVERY}::TestLimits::test_right_pairs_of_strangers_do_not_use_up_the_owners_codes",
    "KNOWN_CODES_A_DAY 2": f"{RECOVERY}::TestLimits::test_right_pairs_of_strangers_do_not_use_up_the_owners_codes",
    "GUESSES_KEPT 3": f"{RECOVERY}::TestLimits::test_wrong_codes_of_strangers_do_not_use_up_the_owners_tries",
    "OPEN_CORRECTIONS_AT_MOST 3": "tests/accounts/test_privacy_pages.py::test_no_more_than_three_corrections_wait",
    "MAILS_OF_STRANGERS_A_DAY 3": "tests/accounts/test_notices.py::TestAFloodByStrangers::"
    "test_the_fourth_request_of_a_day_for_a_held_card_is_told_as_many_with_the_lock",
    # SMS and papers
    "MESSAGES_AN_HOUR 10": f"{SMS}/test_answering.py::test_a_flood_meets_silence_and_another_phone_does_not",
    "REGISTRATIONS_A_DAY 3": f"{SMS}/test_registering.py::test_the_fourth_registration_of_a_day_meets_silence",
    "SMS_MAX_PER_MINUTE 600": f"{SMS}/test_answering.py::"
    "test_strangers_cannot_make_us_send_without_end_and_members_are_still_answered",
    "MOST_NUMBERS 3": f"{SMS}/test_pages.py::test_a_member_has_three_numbers_at_most",
    "TRIES 5": "tests/balances/test_documents_check.py::test_after_five_wrong_answers_one_waits_and_is_told_until_when",
    # towards the upstream and the server
    "REFRESH_MIN_INTERVAL_SECONDS 300": "tests/balances/test_pages.py::test_refresh_too_soon_says_when",
    "PROVIDER_MAX_PER_SECOND 20": "tests/providers/test_brake.py::test_the_bucket_is_never_exceeded_by_eight_threads",
    "PROVIDER_DEADLINE_SECONDS 8": "tests/providers/test_deadline.py::test_a_call_ends_at_its_deadline",
    "DATA_UPLOAD_MAX_MEMORY_SIZE 65536": "tests/attack/test_requests.py::"
    "test_a_body_larger_than_a_form_is_refused_before_it_is_read",
    "PASSWORD_HASHES_AT_ONCE 4": f"{SIGN_IN}::test_sixteen_passwords_checked_at_once_are_hashed_four_at_a_time",
    "MOST_A_MEMBER 30": f"{SIGN_IN}::test_a_member_keeps_the_thirty_newest",
}
# Numbers that stand in a module or setting of their own.
ELSEWHERE = {
    "accounts.notices": ("MAILS_OF_STRANGERS_A_DAY",),
    "accounts.services.recovery": ("ATTEMPTS",),
    "accounts.services.privacy": ("OPEN_CORRECTIONS_AT_MOST",),
    "accounts.services.devices": ("MOST_A_MEMBER",),
    "balances.issuing": ("TRIES",),
    "sms.services.numbers": ("MOST_NUMBERS",),
}
OF_SETTINGS = (
    "CARDS_PER_MEMBER", "SMS_MAX_PER_MINUTE", "REFRESH_MIN_INTERVAL_SECONDS", "PROVIDER_MAX_PER_SECOND",
    "PROVIDER_DEADLINE_SECONDS", "DATA_UPLOAD_MAX_MEMORY_SIZE", "PASSWORD_HASHES_AT_ONCE",
)  # fmt: skip


def declared() -> set[str]:
    lines = [line for name in TABLES for line in getattr(settings, name).items()]
    rates = {f"{action} {rate}" for action, line in lines for rate in line.split(",") if rate}
    for module in map(importlib.import_module, MODULES):
        rates |= {f"{name} {value}" for name, value in vars(module).items() if _is_number(name, value)}
    for place, names in ELSEWHERE.items():
        rates |= {f"{name} {getattr(importlib.import_module(place), name)}" for name in names}
    return rates | {f"{name} {_of_example(name)}" for name in OF_SETTINGS}


def _is_number(name: str, value: object) -> bool:
    return name.isupper() and isinstance(value, (int, timedelta))


def _of_example(name: str) -> str:
    """The default; tests run with quicker ones."""
    told = (ROOT / "docs/security/rules.md").read_text()
    found = re.search(rf"\| (\d+) \| `{name}` \|", told)
    return found[1] if found else f"{getattr(settings, name):g}"


def test_every_limit_has_a_test_at_its_number() -> None:
    assert declared() == set(PROVED)


def test_every_named_test_is_there() -> None:
    for limit, proof in PROVED.items():
        path, _, test = proof.partition("::")
        there = {f"{owner}{one.name}" for owner, one in functions_of(ast.parse((ROOT / path).read_text()))}
        assert test in there, limit


def test_a_limit_is_declared_in_settings_and_never_at_a_view() -> None:
    rates = re.compile(r"""["']\d+/(\d+)?[smhd]/(ip|key|user)""")
    ours = [path for room in ("accounts", "balances", "sms", "jht_portal") for path in (ROOT / room).rglob("*.py")]
    named = {str(path.relative_to(ROOT)) for path in ours if rates.search(path.read_text())}
    assert named == {"jht_portal/settings/accounts.py"}


def test_the_library_declares_no_limit_for_a_page_of_ours_that_we_left_at_its_default() -> None:
    """change_phone, request_login_code and verify_phone belong to pages that the portal does not have."""
    from allauth.account import app_settings

    left = set(app_settings.RATE_LIMITS) - set(settings.ACCOUNT_RATE_LIMITS)
    assert left == {"change_phone", "request_login_code", "verify_phone"}
