"""What members type into the projection. Nothing of it is stored."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.forms.sign_in import BirthDateField
from balances import projection
from balances.claim_wording import whole_rupiah
from balances.projection import MONTHS, Plan
from balances.rulebook import RuleBook, rulebook
from balances.wording import long_month

OLDEST: Final = 80
LEAST_WAGE: Final = 100_000  # rupiah a month: below it somebody wrote thousands or millions
LEAST_CONTRIBUTION: Final = 10_000
MOST: Final = 1_000_000_000  # rupiah a month
_AMOUNT: Final = re.compile(r"(\d{1,3}(?:\.\d{3})+|\d+)(?:,\d{1,2})?|(\d{1,3}(?:,\d{3})+)(?:\.\d{1,2})?", re.ASCII)
_PERCENT: Final = re.compile(r"\d{1,3}(?:[.,]\d{1,4})?", re.ASCII)


class RupiahField(forms.CharField):
    """Whole rupiah: 5000000, 5.000.000, Rp5.000.000,00 and the English 5,000,000.00; nothing is guessed."""

    def __init__(self, *, least: int, **kwargs: Any) -> None:
        self.least = least
        super().__init__(max_length=24, **kwargs)

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]
        typed = re.sub(r"\s", "", str(value or "")).removeprefix("Rp").removeprefix("rp")
        if not typed:
            return None
        match = _AMOUNT.fullmatch(typed)
        if not match:
            raise forms.ValidationError(_("Tulis jumlah dalam rupiah, misalnya 5.000.000."), code="invalid")
        return Decimal(re.sub(r"[.,]", "", match[1] or match[2]))

    def validate(self, value: Any) -> None:
        super().validate("" if value is None else value)
        if value is not None and not (value == 0 or self.least <= value <= MOST):
            words = _("Jumlah sebulan ini tidak mungkin. Periksa jumlah nolnya, atau tulis 0 bila tidak ada lagi.")
            raise forms.ValidationError(words, code="impossible")

    def run_validators(self, value: Any) -> None:
        """The length was judged as typed."""


class PercentField(forms.CharField):
    """5, 5,7, 5.7 or 5,7 %; gives a share of one."""

    def __init__(self, *, most: int, **kwargs: Any) -> None:
        self.most = most
        super().__init__(max_length=10, widget=forms.TextInput(attrs={"inputmode": "decimal"}), **kwargs)

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]
        typed = re.sub(r"\s", "", str(value or "")).removesuffix("%")
        if not typed:
            return None
        if not _PERCENT.fullmatch(typed):
            raise forms.ValidationError(_("Tulis persen setahun, misalnya 5 atau 5,7."), code="invalid")
        return Decimal(typed.replace(",", ".")) / 100

    def validate(self, value: Any) -> None:
        super().validate("" if value is None else value)
        if value is not None and value > Decimal(self.most) / 100:
            raise forms.ValidationError(_("Paling banyak %(most)s persen."), code="most", params={"most": self.most})

    def run_validators(self, value: Any) -> None:
        """The length was judged as typed."""


def percent(share: Decimal) -> str:
    """5,7 from 0.057"""
    return f"{(share * 100).normalize():f}".replace(".", ",")


@dataclass(frozen=True, kw_only=True)
class Start:
    """Where a projection begins, and what is known before anything is typed."""

    day: date  # the balance's as-of date, today without one
    opening: Decimal | None  # None: unknown; the projection is then of future contributions only
    born: date | None
    segment: str
    today: date
    monthly: Decimal | None = None  # rupiah: what the newest contribution says of the month
    monthly_from: str = ""  # that month, YYYY-MM

    @property
    def by_wage(self) -> bool:
        """BPU and PMI pay an amount they chose; everybody else a share of the wage."""
        return self.segment not in {"BPU", "PMI"}

    def age_on_day(self, born: date) -> int:
        return projection.whole_months(born, self.day) // MONTHS


_REQUIRED: Final = {"required": _("Isi bagian ini.")}


class ProjectionForm(forms.Form):
    monthly = RupiahField(
        least=LEAST_WAGE,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": "typed-figure"}),
        error_messages={"required": _("Isi jumlahnya; 0 bila tidak ada iuran lagi.")},
    )
    birth_date = BirthDateField(
        label=_("Tanggal lahir"),
        help_text=_("Hari, bulan, tahun. Dipakai untuk hitungan ini saja dan tidak disimpan."),
        widget=forms.TextInput(attrs={"autocomplete": "bday", "inputmode": "text"}),
        error_messages={"required": _("Isi tanggal lahir Anda.")},
    )
    age = forms.IntegerField(
        label=_("Sampai usia"),
        min_value=16,
        max_value=OLDEST,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        error_messages={**_REQUIRED, "invalid": _("Tulis usia dalam tahun, misalnya 56.")},
    )
    low = PercentField(label=_("Hasil pengembangan rendah, persen setahun"), most=20, error_messages=_REQUIRED)
    middle = PercentField(label=_("Hasil pengembangan tengah, persen setahun"), most=20, error_messages=_REQUIRED)
    high = PercentField(label=_("Hasil pengembangan tinggi, persen setahun"), most=20, error_messages=_REQUIRED)
    growth = PercentField(label=_("Kenaikan upah, persen setahun"), most=20, error_messages=_REQUIRED)
    inflation = PercentField(label=_("Kenaikan harga (inflasi), persen setahun"), most=20, error_messages=_REQUIRED)

    def __init__(self, data: Any, *, start: Start, book: RuleBook | None = None) -> None:
        self.start, self.book = start, book or rulebook()
        super().__init__(data, initial=self._assumed())
        field: Any = self.fields["monthly"]
        field.label, field.help_text = _MONTHLY_WORDS[start.by_wage]
        if "monthly" in self.initial:
            told = _("Kami isi dari iuran %(month)s; ubah bila berbeda. Tulis 0 bila tidak ada iuran lagi.")
            field.help_text = told % {"month": long_month(start.monthly_from)}
        if not start.by_wage:
            field.least = LEAST_CONTRIBUTION
            self.fields["growth"].label = _("Kenaikan iuran, persen setahun")
        if start.born:
            del self.fields["birth_date"]

    def _assumed(self) -> dict[str, Any]:
        codes = {"low": "return_low", "middle": "return_middle", "high": "return_high"}
        codes |= {"growth": "wage_growth", "inflation": "inflation"}
        assumed: dict[str, Any] = {
            name: percent(self.book.on(code, self.start.today).value / 100) for name, code in codes.items()
        }
        if self.start.monthly is not None and self.start.monthly_from:
            assumed["monthly"] = whole_rupiah(self.start.monthly).removeprefix("Rp")
        full_age = int(self.book.on("full_age", self.start.today).value)
        reached = self.start.age_on_day(self.start.born) if self.start.born else 0
        return assumed | {"age": min(OLDEST, max(full_age, reached + 1))}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        rates: list[Decimal] = [data[name] for name in ("low", "middle", "high") if data.get(name) is not None]
        if rates != sorted(rates):
            self.add_error("middle", _("Urutkan dari rendah ke tinggi."))
        born, age = self.start.born or data.get("birth_date"), data.get("age")
        if born and age and self._months(born, age) < 1:
            self.add_error("age", _("Usia itu sudah lewat. Pilih usia yang lebih tua."))
        return data

    def _months(self, born: date, age: int) -> int:
        """Firsts of a month after the start, up to the month of the birthday."""
        goal = projection.months_later(born, age * MONTHS)
        return (goal.year - self.start.day.year) * MONTHS + goal.month - self.start.day.month

    # After is_valid()

    @property
    def share(self) -> Decimal:
        """Of what was typed, paid in each month."""
        if not self.start.by_wage:
            return Decimal(1)
        parts = (self.book.on(code, self.start.today).value for code in ("share_worker", "share_employer"))
        return sum(parts, Decimal()) / 100

    def plan(self) -> Plan:
        typed = self.cleaned_data
        return Plan(
            opening=self.start.opening or Decimal(0),
            monthly=typed["monthly"] * self.share,
            growth=typed["growth"],
            months=self._months(self.start.born or typed["birth_date"], typed["age"]),
        )

    def rates(self) -> dict[str, Decimal]:
        return {name: self.cleaned_data[name] for name in ("low", "middle", "high")}


_MONTHLY_WORDS: Final[dict[bool, tuple[Promise | str, Promise | str]]] = {
    True: (
        _("Upah sebulan"),
        _("Upah yang dilaporkan pemberi kerja, bukan yang Anda bawa pulang. Tulis 0 bila tidak bekerja lagi."),
    ),
    False: (_("Iuran JHT sebulan"), _("Jumlah yang Anda bayar untuk JHT. Tulis 0 bila tidak membayar lagi.")),
}
