"""Notices of security about phone numbers, in two languages. They name no number: the page they lead to does."""

from typing import Final

from django.utils.translation import gettext as _

from accounts.notices import About, NoticeKind, register

NUMBER_WAITS: Final = "sms_number_waits"
NUMBER_ACTIVE: Final = "sms_number_active"


def _link(about: About) -> str:
    return "/kartu/sms/"


def _waits_title(about: About) -> str:
    return _("Sebuah nomor HP menunggu konfirmasi Anda")


def _waits(about: About) -> str:
    return _(
        "Seseorang mengirim DAFTAR lewat SMS dengan data Anda. Itu Anda? Konfirmasi nomornya di halaman SMS. Bukan "
        "Anda? Anda tidak perlu melakukan apa pun: tanpa konfirmasi nomor itu tidak menerima apa pun, dan "
        "permintaannya terhapus dalam 7 hari."
    )


def _active_title(about: About) -> str:
    return _("Sebuah nomor HP sekarang bisa menanyakan saldo Anda")


def _active(about: About) -> str:
    return _(
        "Nomor itu baru dikonfirmasi dan menerima saldo Anda lewat SMS. Bukan dari Anda? Matikan di halaman SMS, lalu "
        "ganti kata sandi Anda."
    )


def register_kinds() -> None:
    register(
        NoticeKind(code=NUMBER_WAITS, title=_waits_title, body=_waits, link=_link, security=True, by_strangers=True)
    )
    register(NoticeKind(code=NUMBER_ACTIVE, title=_active_title, body=_active, link=_link, security=True))
