"""The few fields staff fill in."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts import activity_wording
from accounts.models import User

_IDENTIFIER = re.compile(r"\d{6,}|\S@\S")


def refuse_identifiers(text: str) -> None:
    """A reason is kept for years in the audit trail, so no number or address of a person may stand in it."""
    if _IDENTIFIER.search(re.sub(r"[\s.\-]", "", text)):
        raise ValidationError(_("Tulis alasan tanpa NIK, nomor KPJ, nomor telepon, atau email."))


class LookUpForm(forms.Form):
    text = forms.CharField(
        label=_("KPJ, NIK, email, atau nama"),
        max_length=140,
        min_length=2,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "off"}),
        help_text=_("KPJ, NIK, dan email harus lengkap. Untuk nama, awal tiap kata sudah cukup."),
    )


class PersonForm(forms.Form):
    name = forms.CharField(label=_("Nama"), max_length=140, required=False)
    language = forms.ChoiceField(label=_("Bahasa"), choices=User.Language.choices)

    def clean_name(self) -> str:
        return " ".join(self.cleaned_data["name"].split())


class InviteForm(PersonForm):
    email = forms.EmailField(label=_("Email"), max_length=254)
    field_order = ("email", "name", "language")


def _reason(*, least: int, help_text: Any) -> forms.CharField:
    return forms.CharField(
        label=_("Alasan"),
        min_length=least,
        max_length=300,
        validators=[refuse_identifiers],
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=help_text,
    )


class ReasonForm(forms.Form):
    reason = _reason(
        least=5, help_text=_("Tersimpan di catatan akses. Jangan tulis NIK, nomor KPJ, nomor telepon, atau email.")
    )


class RevealForm(ReasonForm):
    """Before a masked value: a kind of reason, which the member reads, and a sentence, which only staff do."""

    why = forms.ChoiceField(
        label=_("Untuk apa"),
        choices=[("", _("Pilih satu")), *activity_wording.WHY.items()],
        help_text=_("Anggota membaca pilihan ini di halaman aktivitasnya."),
    )
    reason = _reason(
        least=10,
        help_text=_("Sedikitnya 10 huruf. Tersimpan di catatan akses; jangan tulis NIK, nomor KPJ, atau email."),
    )
    field_order = ("why", "reason")


class NoReasonForm(forms.Form):
    """For acts that explain themselves."""

    cleaned_data: dict[str, Any]
