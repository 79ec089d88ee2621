"""Every sentence of the check page's answers. None holds an amount, and a wrong one does not say what was wrong."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from balances.issuing import Answer, Verdict
from balances.wording import Words, clock

HEADINGS: Words = {
    Verdict.MATCHES: gettext_lazy("Cocok"),
    Verdict.REPLACED: gettext_lazy("Asli, tetapi sudah ada yang lebih baru"),
    Verdict.NO_MATCH: gettext_lazy("Tidak cocok"),
    Verdict.WAIT: gettext_lazy("Tunggu dulu"),
}


def verdict_sentences(answer: Answer, now: datetime) -> list[str]:
    if answer.verdict is Verdict.MATCHES:
        return [*_ours(answer), _("Angka untuk masa itu belum berubah sejak dokumen dibuat.")]
    if answer.verdict is Verdict.REPLACED:
        changed = _("Angka untuk masa itu sudah berubah sesudahnya. Minta pemiliknya menyimpan dokumen yang baru.")
        return [*_ours(answer), changed]
    if answer.verdict is Verdict.WAIT:
        return [_("Kode ini sudah terlalu sering diperiksa dengan isian yang salah."), *_until(answer, now)]
    return [
        _("Kode, saldo akhir, atau berkas ini tidak cocok dengan dokumen yang bisa kami pastikan. Periksa sekali lagi "
          "yang Anda tulis."),
        _("Dokumen dari kartu yang sudah dilepas atau sedang dikunci juga tidak bisa kami pastikan; minta pemiliknya "
          "membuat yang baru."),
        *_left(answer, now),
    ]  # fmt: skip


def _ours(answer: Answer) -> list[str]:
    """What was compared, and what was not."""
    if answer.by_file:
        return [_("Berkas ini kami keluarkan dan tidak diubah sedikit pun.")]
    return [
        _("Dokumen dengan kode ini kami keluarkan dan saldo akhirnya sama dengan catatan kami."),
        _("Nama dan angka lain di kertas itu hanya bisa dipastikan dengan berkas PDF aslinya."),
    ]


def _left(answer: Answer, now: datetime) -> list[str]:
    if answer.until:
        return _until(answer, now)
    if answer.tries_left is None:
        return []
    words = ngettext(
        "Untuk kode ini masih tersisa %(count)d percobaan.",
        "Untuk kode ini masih tersisa %(count)d percobaan.",
        answer.tries_left,
    )
    return [words % {"count": answer.tries_left}]


def _until(answer: Answer, now: datetime) -> list[str]:
    if answer.until is None:
        return []
    words = _("Coba lagi %(time)s. Berkas PDF aslinya tetap bisa diperiksa sekarang juga.")
    return [words % {"time": clock(answer.until, now)}]
