"""What staff can do to a member's account, in the order of the member's page."""

from collections.abc import Callable, Iterator

from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin.acts import Act
from accounts.admin.recovery import CANNOT_RECOVER
from accounts.audit import Source
from accounts.models import User
from accounts.services import staff, staff_recovery
from accounts.services.staff import CannotAct
from accounts.services.staff_recovery import CannotRecover

Service = Callable[..., None]


def offered(*, by: User, member: User) -> list[tuple[str, Act]]:
    """(name in the address, act) of what makes sense for this member now."""
    return list(_acts(Source(door="", actor=by), member))


def act_or_404(name: str, *, by: Source, member: User) -> Act:
    act = dict(_acts(by, member)).get(name)
    if act is None:
        raise Http404
    return act


def _acts(by: Source, member: User) -> Iterator[tuple[str, Act]]:
    if member.is_active and member.email:
        yield "kirim-reset", _send_reset(by)
    yield "reset-autentikasi", _reset_authenticators(by)
    if by.actor and by.actor.is_superuser:
        yield _staff_act(by, member)
    yield ("nonaktifkan", _deactivate(by)) if member.is_active else ("aktifkan", _activate(by))


def _doing(service: Service, by: Source, told: str) -> Callable[[User, str], str]:
    def do(member: User, reason: str) -> str:
        service(by=by, member=member, reason=reason)
        return told

    return do


def _propose(by: Source) -> Callable[[User, str], str]:
    """The first word of several: nobody takes a second factor away alone."""

    def do(member: User, reason: str) -> str:
        try:
            staff_recovery.propose(member=member, email="", reset_mfa=True, reason=reason, source=by)
        except CannotRecover as refusal:
            raise CannotAct(CANNOT_RECOVER[refusal.code]) from refusal
        return _("Pemulihan diajukan. Petugas lain menyetujuinya.")

    return do


def _send_reset(by: Source) -> Act:
    return Act(
        title=gettext_lazy("Kirim petunjuk kata sandi baru"),
        explanation=gettext_lazy("Anggota menerima surat berisi alamat halaman reset. Kodenya diminta di sana."),
        button=gettext_lazy("Kirim surat"),
        do=_doing(staff.send_reset, by, _("Surat sedang dikirim.")),
    )


def _reset_authenticators(by: Source) -> Act:
    return Act(
        title=gettext_lazy("Hapus autentikator yang hilang"),
        explanation=gettext_lazy(
            "Sesudah cukup petugas menyetujui dan 12 jam lewat: aplikasi autentikator, kunci sandi, dan kode pemulihan "
            "anggota dihapus, semua perangkat dikeluarkan, dan kata sandi lama tidak berlaku. Anggota dikabari dulu."
        ),
        button=gettext_lazy("Hapus autentikator"),
        danger=True,
        do=_propose(by),
    )


def _deactivate(by: Source) -> Act:
    return Act(
        title=gettext_lazy("Nonaktifkan akun"),
        explanation=gettext_lazy("Anggota tidak dapat masuk, dan semua perangkat dikeluarkan sekarang juga."),
        button=gettext_lazy("Nonaktifkan"),
        danger=True,
        do=_doing(staff.deactivate, by, _("Akun dinonaktifkan.")),
    )


def _activate(by: Source) -> Act:
    return Act(
        title=gettext_lazy("Aktifkan akun"),
        explanation=gettext_lazy("Anggota menerima surat dan membuat kata sandi baru sebelum masuk lagi."),
        button=gettext_lazy("Aktifkan"),
        do=_doing(staff.activate, by, _("Akun aktif lagi dan surat pemberitahuan sedang dikirim.")),
    )


def _staff_act(by: Source, member: User) -> tuple[str, Act]:
    if member.is_staff:
        return "cabut-petugas", Act(
            title=gettext_lazy("Cabut hak petugas"),
            explanation=gettext_lazy("Orang ini tidak dapat membuka ruang petugas lagi. Akun anggotanya tetap ada."),
            button=gettext_lazy("Cabut hak"),
            danger=True,
            do=_doing(staff.remove_staff, by, _("Hak petugas dicabut.")),
        )
    return "jadikan-petugas", Act(
        title=gettext_lazy("Jadikan petugas anggota"),
        explanation=gettext_lazy("Orang ini dapat melihat dan mengurus akun anggota, setelah memasang autentikator."),
        button=gettext_lazy("Jadikan petugas"),
        do=_doing(staff.make_staff, by, _("Orang ini sekarang petugas anggota.")),
    )
