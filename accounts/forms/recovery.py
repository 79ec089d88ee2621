"""What people type on the way back into an account."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms.sign_in import LinkForm


class ForgottenForm(LinkForm):
    """KPJ and NIK only. No warnings: nothing here depends on what the numbers look like beyond their length."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["name"], self.fields["birth_date"]
        self.fields["nik"].help_text = _("16 angka di KTP Anda. Tidak disimpan.")


class NewEmailForm(forms.Form):
    email = forms.EmailField(
        label=_("Email baru"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={"required": _("Isi email baru Anda."), "invalid": _("Alamat email ini belum lengkap.")},
    )

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()
