"""What somebody who was shown a paper types or uploads. The file is hashed and forgotten."""

from __future__ import annotations

import hashlib
import re
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from balances.documents.code import grouped, read_code

_INDONESIAN: Final = re.compile(r"(\d{1,3}(?:\.\d{3})+|\d+)(?:,(\d{1,2}))?", re.ASCII)
_ENGLISH: Final = re.compile(r"(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d{1,2}))?", re.ASCII)
MOST_DIGITS: Final = 14


def read_amount(typed: str) -> Decimal | None:
    """Rp1.234.567,00, 1.234.567, 1234567 and the English 1,234,567.00, in rupiah; nothing is guessed.

    A single dot or comma before three digits stands for thousands, as on the paper."""
    plain = re.sub(r"^(rp|idr)\.?", "", re.sub(r"\s", "", typed), flags=re.IGNORECASE)
    match = _INDONESIAN.fullmatch(plain) or _ENGLISH.fullmatch(plain)
    if not match:
        return None
    whole, cents = re.sub(r"[.,]", "", match[1]), (match[2] or "").ljust(2, "0")
    return Decimal(f"{whole}.{cents}") if len(whole) <= MOST_DIGITS else None


class UnrepeatedInput(forms.TextInput):
    """Whoever looks at the answer reads no amount in it, also not the one that was typed."""

    def format_value(self, value: Any) -> None:
        return None


class CheckForm(forms.Form):
    code = forms.CharField(
        label=_("Kode dokumen"),
        max_length=40,
        error_messages={"required": _("Isi kode dokumen, atau pilih berkas PDF paling besar 2 MB.")},
        help_text=_("Dua belas huruf dan angka, tercetak di samping kode QR."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )
    closing = forms.CharField(
        label=_("Saldo akhir yang tercetak"),
        max_length=40,
        error_messages={"required": _("Isi saldo akhir yang tercetak.")},
        help_text=_("Misalnya Rp1.234.567,00 atau 1234567."),
        widget=UnrepeatedInput(attrs={"autocomplete": "off", "inputmode": "decimal"}),
    )
    file = forms.FileField(
        label=_("Atau berkas PDF aslinya"),
        required=False,
        help_text=_("Paling besar 2 MB. Berkasnya tidak kami simpan."),
        widget=forms.FileInput(attrs={"accept": "application/pdf,.pdf"}),
    )

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """The file alone is enough."""
        super().__init__(*args, **kwargs)
        self.digest: bytes | None = None
        if self.files.get("file"):
            self.fields["code"].required = self.fields["closing"].required = False

    def clean_code(self) -> str | None:
        typed = self.cleaned_data["code"]
        code = read_code(typed)
        if typed and code is None:
            raise forms.ValidationError(
                _("Kode terdiri atas 12 huruf dan angka, misalnya %(example)s."),
                code="invalid",
                params={"example": grouped("K7QF2M9XTR4D")},
            )
        return code

    def clean_closing(self) -> Decimal | None:
        typed = self.cleaned_data["closing"]
        amount = read_amount(typed)
        if typed and amount is None:
            raise forms.ValidationError(
                _("Tulis jumlah seperti yang tercetak, misalnya Rp1.234.567,00."), code="invalid"
            )
        return amount

    def clean(self) -> dict[str, Any]:
        told = super().clean() or self.cleaned_data
        if file := told.get("file"):
            self.digest = hashlib.file_digest(file, "sha256").digest()
        return told
