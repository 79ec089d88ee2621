"""What a member types about their own data: a name, something that is wrong, that they are sure."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Correction


class NameForm(forms.Form):
    name = forms.CharField(
        label=_("Nama lengkap"),
        min_length=2,
        max_length=140,
        help_text=_("Seperti di KTP, tanpa gelar."),
        widget=forms.TextInput(attrs={"autocomplete": "name", "spellcheck": "false"}),
        error_messages={"required": _("Isi nama lengkap Anda."), "min_length": _("Isi nama lengkap seperti di KTP.")},
    )

    def clean_name(self) -> str:
        return " ".join(self.cleaned_data["name"].split())


class CorrectionForm(forms.Form):
    topic = forms.ChoiceField(label=_("Apa yang salah?"), choices=Correction.Topic.choices)
    text = forms.CharField(
        label=_("Seharusnya bagaimana?"),
        max_length=1_000,
        help_text=_("Jangan tulis NIK, kata sandi atau kode. Petugas melihatnya di akun Anda."),
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Tulis apa yang seharusnya tercatat.")},
    )


class SureForm(forms.Form):
    sure = forms.BooleanField(
        label=_("Saya sudah membaca apa yang dihapus dan apa yang tetap disimpan"),
        error_messages={"required": _("Centang dulu bahwa Anda sudah membacanya.")},
    )
