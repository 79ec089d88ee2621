"""What this app holds about a member, for the export; and for how long, for the retention table."""

from collections.abc import Callable
from typing import Any, Final

from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import Card, User
from accounts.services import export, retention
from accounts.services.export import HASH, INTERNAL, Held
from accounts.services.retention import Rule
from balances.models import (
    Balance,
    BalanceHistory,
    Contribution,
    Employment,
    FetchAttempt,
    IssuedDocument,
    Statement,
    StatementYear,
)

_AMOUNT: Final = _("Saldo (rupiah)")
_AS_OF: Final = _("Per tanggal")
_FETCHED: Final = _("Diambil")
_EMPLOYER: Final = _("Perusahaan")
_WORKER_PART: Final = _("Iuran pekerja (rupiah)")
_EMPLOYER_PART: Final = _("Iuran perusahaan (rupiah)")


def _of_member(model: type[Model]) -> Callable[[User], "QuerySet[Any]"]:
    """Of cards that are open: what a page withholds while a card is locked or in doubt, a file withholds too."""
    return lambda member: model._default_manager.filter(card__member=member, card__state=Card.State.ACTIVE)


def register() -> None:
    export.register(
        Held(
            model=Balance,
            title=_("Saldo"),
            rows=_of_member(Balance),
            labels={"amount": _AMOUNT, "as_of": _AS_OF, "fetched_at": _FETCHED, "viewed_on": _("Terakhir Anda lihat")},
        ),
        Held(
            model=BalanceHistory,
            title=_("Riwayat saldo"),
            rows=_of_member(BalanceHistory),
            left_out={"id": INTERNAL},
            labels={"amount": _AMOUNT, "as_of": _AS_OF, "fetched_at": _FETCHED},
        ),
        Held(
            model=Statement,
            title=_("Rincian"),
            rows=_of_member(Statement),
            labels={"amount": _AMOUNT, "as_of": _AS_OF, "fetched_at": _FETCHED},
        ),
        Held(
            model=StatementYear,
            title=_("Rincian per tahun"),
            rows=_of_member(StatementYear),
            left_out={"id": INTERNAL},
            labels={
                "year": _("Tahun"), "opening": _("Saldo awal (rupiah)"), "worker": _WORKER_PART,
                "employer": _EMPLOYER_PART, "returns": _("Hasil pengembangan (rupiah)"),
                "closing": _("Saldo akhir (rupiah)"),
            },
        ),
        Held(
            model=Contribution,
            title=_("Iuran per bulan"),
            rows=_of_member(Contribution),
            left_out={"id": INTERNAL},
            labels={
                "month": _("Bulan"), "employer_name": _EMPLOYER, "wage": _("Upah yang dilaporkan (rupiah)"),
                "worker": _WORKER_PART, "employer": _EMPLOYER_PART, "paid_on": _("Dibayar"), "status": _("Keadaan"),
            },
        ),
        Held(
            model=Employment,
            title=_("Masa kerja"),
            rows=_of_member(Employment),
            left_out={"id": INTERNAL},
            labels={"employer_name": _EMPLOYER, "started_on": _("Mulai"), "ended_on": _("Sampai")},
        ),
        Held(
            model=IssuedDocument,
            title=_("Berkas rincian yang Anda unduh sebagai PDF"),
            rows=_of_member(IssuedDocument),
            left_out={
                "id": INTERNAL, "code_index": HASH, "closing_index": HASH, "figures_index": HASH, "file_digest": HASH,
            },
            labels={"year": _("Tahun"), "as_of": _AS_OF, "issued_at": _("Waktu")},
        ),
        Held(
            model=FetchAttempt,
            title=_("Percobaan mengambil saldo"),
            rows=_of_member(FetchAttempt),
            left_out={"id": INTERNAL, "upstream_reference": export.UPSTREAM},
            labels={"started_at": _("Waktu"), "outcome": _("Hasil")},
        ),
    )  # fmt: skip
    export.EXCLUDED["balances of closed cards"] = _(
        "angka dari kartu yang sedang terkunci atau diperiksa: ada lagi di sini begitu kartunya terbuka"
    )
    retention.register(
        Rule(
            code="balance",
            what=_("Saldo, riwayatnya, rincian iuran dan masa kerja"),
            length=_("Selama kartu terhubung"),
            why=_("Persetujuan Anda; agar saldo terakhir terlihat juga ketika BPJS Ketenagakerjaan tidak menjawab"),
            how=_("Dihapus begitu kartu dilepas, persetujuan ditarik atau akun dihapus"),
        ),
        Rule(
            code="fetch_attempt",
            what=_("Percobaan mengambil saldo: waktu dan hasilnya, tanpa angka"),
            days=90,
            why=_("Mencari sebab saldo tidak terbarui"),
            how=_("Dihapus tiap malam"),
            rows=lambda before: FetchAttempt.objects.filter(started_at__lt=before),
        ),
    )
