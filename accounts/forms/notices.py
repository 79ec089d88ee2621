"""What a member chooses about mail."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import NoticeChoices
from accounts.notices import ordinary
from accounts.services.notice_choices import Wish


class HourField(forms.TimeField):
    """21:00, 21.00 or 21; browsers send the first."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            input_formats=["%H:%M", "%H.%M", "%H:%M:%S", "%H"],
            widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
            error_messages={
                "required": _("Isi jamnya, misalnya 21.00."),
                "invalid": _("Tulis jam seperti 21.00."),
            },
            **kwargs,
        )


class NoticeChoicesForm(forms.Form):
    kinds = forms.MultipleChoiceField(
        label=_("Kabari saya lewat email bila"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Tidak ada yang dikirim sebelum Anda mencentangnya. Di halaman Pemberitahuan semuanya selalu ada."),
        error_messages={"invalid_choice": _("Pilihan ini tidak ada. Muat ulang halaman, lalu coba lagi.")},
    )
    pace = forms.ChoiceField(
        label=_("Seberapa sering"),
        choices=NoticeChoices.Digest.choices,
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Pilih salah satu."),
            "invalid_choice": _("Pilihan ini tidak ada. Muat ulang halaman, lalu coba lagi."),
        },
    )
    quiet_from = HourField(
        label=_("Jangan kirim email mulai pukul"),
        help_text=_("Waktu Indonesia Barat (WIB). Tulis dua jam yang sama bila boleh kapan saja."),
    )
    quiet_until = HourField(label=_("sampai pukul"))
    amounts = forms.BooleanField(
        label=_("Tampilkan jumlah rupiah di email, selalu dengan tanggalnya"),
        required=False,
        help_text=_("Email bisa terbaca orang lain, misalnya di layar ponsel yang terkunci."),
    )

    def __init__(self, data: Any = None, *, choices: NoticeChoices) -> None:
        said = {
            "kinds": choices.mail_kinds,
            "pace": choices.pace,
            "amounts": choices.amounts,
            **choices.quiet,
        }
        super().__init__(data, initial=said)
        kinds = self.fields["kinds"]
        assert isinstance(kinds, forms.MultipleChoiceField)
        kinds.choices = [(kind.code, kind.label) for kind in ordinary()]

    def wish(self) -> Wish:
        return Wish(**self.cleaned_data)
