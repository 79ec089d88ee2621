"""What people type: card data, codes, and allauth's forms with our words and two small guards."""

import re
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Final

from allauth.account import forms as account
from allauth.mfa.base import forms as mfa
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from django import forms
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import audit, kpj, nik
from accounts.consent import PURPOSES, Purpose
from accounts.services import authenticators, contact_change, locks, privacy
from accounts.services.limits import NotNow
from accounts.wording import REFUSALS

EARLIEST: Final = date(1900, 1, 1)
_MONTHS: Final = {
    word: number
    for number, words in enumerate(
        (
            "jan",
            "feb peb",
            "mar",
            "apr",
            "mei may",
            "jun",
            "jul",
            "agu aug ags",
            "sep",
            "okt oct",
            "nov nop",
            "des dec",
        ),
        1,
    )
    for word in words.split()
}


def read_date(typed: str) -> date:
    """DD-MM-YYYY, forgiving: any separators or none, month names in both languages, year first. Raises ValueError."""
    text = typed.strip().lower()
    numbered = re.sub(r"[a-z]+", lambda word: str(_MONTHS.get(word[0][:3], "?")).join("  "), text)
    parts = re.findall(r"[0-9?]+", numbered)
    if len(parts) == 1 and len(parts[0]) == 8:  # noqa: PLR2004 - DDMMYYYY
        parts = [parts[0][:2], parts[0][2:4], parts[0][4:]]
    if len(parts) != 3 or re.sub(r"[\d\s\-/.,?]", "", numbered):  # noqa: PLR2004 - day, month, year
        raise ValueError("not three numbers")
    if len(parts[0]) == 4:  # noqa: PLR2004 - the year stands first
        parts.reverse()
    if len(parts[2]) != 4:  # noqa: PLR2004 - the century is never guessed
        raise ValueError("a year has four digits")
    return date(int(parts[2]), int(parts[1]), int(parts[0]))


class BirthDateField(forms.CharField):
    def to_python(self, value: Any) -> date | str:  # type: ignore[override]
        if value in self.empty_values:
            return ""
        try:
            born = value if isinstance(value, date) else read_date(str(value))
        except ValueError as error:
            raise forms.ValidationError(
                _("Tulis tanggal seperti di KTP: hari, bulan, tahun. Contoh: 02-03-1990."), code="invalid"
            ) from error
        if not EARLIEST <= born <= timezone.localdate():
            raise forms.ValidationError(_("Tanggal lahir ini tidak mungkin. Periksa tahunnya."), code="impossible")
        return born

    def prepare_value(self, value: Any) -> Any:
        return value.strftime("%d-%m-%Y") if isinstance(value, (date, datetime)) else value

    def validate(self, value: Any) -> None:
        if value == "":
            super().validate(value)

    def run_validators(self, value: Any) -> None:
        """A date has no length."""


class LinkForm(forms.Form):
    """The four data of J1. A KPJ with letters and an unknown region only warn: see `warnings`."""

    kpj = forms.CharField(
        label=_("Nomor KPJ"),
        max_length=20,
        help_text=_("11 karakter, di kartu peserta atau slip gaji."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
        error_messages={"required": _("Isi nomor KPJ Anda.")},
    )
    nik = forms.CharField(
        label=_("NIK"),
        max_length=25,
        help_text=_("16 angka di KTP Anda. Kami hapus begitu permintaan ini selesai."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric", "spellcheck": "false"}),
        error_messages={"required": _("Isi NIK Anda.")},
    )
    name = forms.CharField(
        label=_("Nama lengkap"),
        min_length=2,
        max_length=140,
        help_text=_("Seperti di KTP, tanpa gelar."),
        widget=forms.TextInput(attrs={"autocomplete": "name", "spellcheck": "false"}),
        error_messages={
            "required": _("Isi nama lengkap Anda."),
            "min_length": _("Isi nama lengkap seperti di KTP."),
        },
    )
    birth_date = BirthDateField(
        label=_("Tanggal lahir"),
        help_text=_("Hari, bulan, tahun. Contoh: 02-03-1990."),
        widget=forms.TextInput(attrs={"autocomplete": "bday", "inputmode": "text", "placeholder": _("HH-BB-TTTT")}),
        error_messages={"required": _("Isi tanggal lahir Anda.")},
    )

    def clean_kpj(self) -> str:
        try:
            return kpj.normalise(self.cleaned_data["kpj"])
        except ValueError as error:
            raise forms.ValidationError(
                _("Nomor KPJ terdiri dari 11 karakter. Periksa lagi di kartu atau slip gaji Anda."), code="shape"
            ) from error

    def clean_nik(self) -> str:
        try:
            return nik.normalise(self.cleaned_data["nik"])
        except ValueError as error:
            raise forms.ValidationError(
                _("NIK terdiri dari 16 angka. Periksa lagi di KTP Anda."), code="shape"
            ) from error

    def clean_name(self) -> str:
        return " ".join(self.cleaned_data["name"].split())

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        number, born = data.get("nik"), data.get("birth_date")
        if number and born and not nik.agrees_with_birth_date(number, born):
            self.add_error(
                "birth_date",
                forms.ValidationError(
                    _("Tanggal lahir ini tidak cocok dengan NIK. Samakan keduanya dengan KTP Anda."), code="disagree"
                ),
            )
        return data

    def warnings(self) -> list[Any]:
        """What looks unusual and is accepted all the same."""
        found = []
        if kpj.has_letters(self.cleaned_data["kpj"]):
            found.append(_("Nomor KPJ Anda memuat huruf. Itu mungkin untuk kartu lama; kami tetap memeriksanya."))
        if not nik.has_known_region(self.cleaned_data["nik"]):
            found.append(_("Awalan NIK Anda tidak kami kenal. Kami tetap memeriksanya; pastikan sama dengan KTP."))
        return found


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("Kode verifikasi"),
        max_length=12,
        help_text=_("6 angka."),
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false"}),
        error_messages={"required": _("Ketik kode yang Anda terima.")},
    )

    def clean_code(self) -> str:
        code = re.sub(r"[\s\-]", "", self.cleaned_data["code"])
        if not re.fullmatch(r"[0-9]{6}", code):
            raise forms.ValidationError(_("Kode terdiri dari 6 angka."), code="shape")
        return code


# allauth's forms: its guards, our words.


def _say(form: forms.Form, **labels: Any) -> None:
    """Set labels; a placeholder that repeats the label goes, help that is a link belongs to the page."""
    for name, label in labels.items():
        field = form.fields.get(name)
        if field:
            field.label = label
            field.widget.attrs.pop("placeholder", None)


_PASSWORD_RULE: Final = _("Sedikitnya 12 karakter. Kalimat pendek yang mudah Anda ingat paling baik.")


class LoginForm(account.LoginForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self, login=_("Email"), password=_("Kata sandi"))
        self.fields["password"].help_text = ""


class SignupForm(account.SignupForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self, email=_("Email"), password1=_("Kata sandi"))
        self.fields["password1"].help_text = _PASSWORD_RULE
        if settings.CONSENT_TICK_BOX:
            self.fields["agree"] = forms.BooleanField(
                label=_("Saya sudah membaca pemberitahuan privasi dan setuju"),
                error_messages={"required": _("Tanpa persetujuan, saldo Anda tidak boleh kami ambil.")},
            )
        self.fields["news"] = forms.BooleanField(label=str(PURPOSES[Purpose.NEWS]), required=False)

    def custom_signup(self, request: Any, user: Any) -> None:
        """What stands above the button is agreed to by pressing it; mail is an answer of its own (ADR 27)."""
        also = {Purpose.NEWS} if self.cleaned_data.get("news") else set()
        privacy.agree(member=user, source=replace(audit.from_request(request), actor=user), also=also)

    def try_save(self, request: Any) -> Any:
        """A known address costs one hash too, so that time does not tell which ones are known."""
        if self.account_already_exists:
            make_password(self.cleaned_data["password1"])
        return super().try_save(request)


class ResetPasswordForm(account.ResetPasswordForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self, email=_("Email"))

    def clean_email(self) -> str:
        """An address that was changed lately recovers nothing: whoever changed it is signed in, or is a thief."""
        email: str = super().clean_email()
        self.users = [user for user in self.users if contact_change.cool_from(user) is None]  # type: ignore[has-type]
        return email


class AddEmailForm(account.AddEmailForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self, email=_("Email baru"))

    def clean_email(self) -> str:
        """A closed account keeps its channels, and an address that does not count yet is not replaced by a third."""
        email: str = super().clean_email()
        try:
            locks.check_channels(self.user)
        except NotNow as limit:
            raise forms.ValidationError(str(REFUSALS[limit.code]), code=limit.code) from limit
        return email


class _NewPasswordWords:
    """Once is enough: the page has a switch that shows what was typed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        form: Any = self
        _say(form, oldpassword=_("Kata sandi sekarang"), password1=_("Kata sandi baru"))
        form.fields["password1"].help_text = _PASSWORD_RULE
        form.fields.pop("password2", None)
        if "oldpassword" in form.fields:
            form.fields["oldpassword"].help_text = ""


class ChangePasswordForm(_NewPasswordWords, account.ChangePasswordForm):  # type: ignore[misc]
    pass


class SetPasswordForm(_NewPasswordWords, account.SetPasswordForm):  # type: ignore[misc]
    pass


class ResetPasswordKeyForm(_NewPasswordWords, account.ResetPasswordKeyForm):  # type: ignore[misc]
    pass


class ReauthenticateForm(account.ReauthenticateForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self, password=_("Kata sandi"))
        self.fields["password"].help_text = ""


class _MailedCodeWords:
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        form: Any = self
        _say(form, code=_("Kode verifikasi"))
        form.fields["code"].help_text = _("8 angka dari email yang kami kirim.")
        form.fields["code"].widget.attrs["inputmode"] = "numeric"


class ConfirmEmailCodeForm(_MailedCodeWords, account.ConfirmEmailVerificationCodeForm):  # type: ignore[misc]
    pass


class ConfirmResetCodeForm(_MailedCodeWords, account.ConfirmPasswordResetCodeForm):  # type: ignore[misc]
    pass


class _AuthenticatorCode:
    """An authenticator's code is accepted once, although the step before and after the present one are tolerated."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        form: Any = self
        _say(form, code=_("Kode"))
        form.fields["code"].help_text = _("6 angka dari aplikasi autentikator, atau satu kode pemulihan.")

    def clean_code(self) -> str:
        code: str = super().clean_code()  # type: ignore[misc]
        used: Authenticator = self.authenticator  # type: ignore[attr-defined]
        if used.type == Authenticator.Type.TOTP and not authenticators.use_code(used, code):
            raise forms.ValidationError(_("Kode itu sudah dipakai. Tunggu kode berikutnya."), code="used")
        return code


class AuthenticateForm(_AuthenticatorCode, mfa.AuthenticateForm):  # type: ignore[misc]
    pass


class ReauthenticateMFAForm(_AuthenticatorCode, mfa.ReauthenticateForm):  # type: ignore[misc]
    pass


class ActivateTOTPForm(totp.ActivateTOTPForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self, code=_("Kode"))
        self.fields["code"].help_text = _("6 angka yang ditunjukkan aplikasi sekarang.")
        self.fields["code"].widget.attrs["inputmode"] = "numeric"


class PasskeyNameForm(webauthn.EditWebAuthnForm):  # type: ignore[misc]
    @transaction.atomic
    def save(self) -> Authenticator:
        """Held first: one that "Bukan saya" took away meanwhile would come back by being saved whole."""
        if not Authenticator.objects.select_for_update().filter(pk=self.instance.pk).exists():
            raise Http404
        named: Authenticator = super().save()
        return named
