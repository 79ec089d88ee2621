"""A row of the audit trail as staff read it: people by name, cards by their last four, details in words."""

from collections.abc import Mapping
from typing import Any, Final

from django.apps import apps
from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce, JSONObject
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.activity import WHO, Who
from accounts.activity_wording import WHY, words_of
from accounts.admin import masks
from accounts.admin.links import WHY as REFUSALS
from accounts.audit import Door
from accounts.consent import PURPOSES
from accounts.models import AuditRow, Card, Correction, LinkRequest, NoticeChoices, RecoveryRequest, User

Text = str | Promise
_NOBODY: Final = {Door.WORKER: Who.SYSTEM, Door.COMMAND: Who.OPERATOR}
YES, NO = gettext_lazy("ya"), gettext_lazy("tidak")
_AUTHENTICATORS: Final[dict[str, Text]] = {
    "totp": gettext_lazy("aplikasi autentikator"),
    "webauthn": gettext_lazy("kunci sandi"),
    "recovery_codes": gettext_lazy("kode pemulihan"),
}
_LOOKED_UP_BY: Final[dict[str, Text]] = {
    "kpj": "KPJ",
    "nik": "NIK",
    "email": gettext_lazy("email"),
    "name": gettext_lazy("nama"),
}

LABELS: Final[Mapping[str, Text]] = {
    "about": gettext_lazy("tentang"),
    "amounts": gettext_lazy("dengan jumlah"),
    "approvals_required": gettext_lazy("persetujuan yang diperlukan"),
    "approves": gettext_lazy("setuju"),
    "because": gettext_lazy("sebab"),
    "by": gettext_lazy("dari"),
    "count": gettext_lazy("jumlah"),
    "created": gettext_lazy("akun baru"),
    "done": gettext_lazy("diperbaiki"),
    "email": gettext_lazy("dengan email baru"),
    "factors": gettext_lazy("dibuktikan dengan"),
    "fields": gettext_lazy("yang diubah"),
    "form": gettext_lazy("bentuk"),
    "kind": gettext_lazy("jenis"),
    "kinds": gettext_lazy("lewat email"),
    "language": gettext_lazy("bahasa"),
    "left": gettext_lazy("tersisa"),
    "list": gettext_lazy("daftar"),
    "pace": gettext_lazy("dikirim"),
    "period": gettext_lazy("masa"),
    "proof": gettext_lazy("bukti"),
    "purpose": gettext_lazy("tujuan"),
    "refusal": gettext_lazy("sebab"),
    "reset_mfa": gettext_lazy("langkah kedua dihapus"),
    "topic": gettext_lazy("tentang"),
    "unmasked": gettext_lazy("tanpa penutup"),
    "version": gettext_lazy("versi"),
    "why": gettext_lazy("alasan"),
}
VALUES: Final[Mapping[str, Mapping[str, Text]]] = {
    "about": dict(LinkRequest.State.choices),
    "because": dict(Card.FrozenBecause.choices),
    "by": {"member": gettext_lazy("halaman anggota"), "link": gettext_lazy("tautan di email")},
    "factors": _AUTHENTICATORS | {"password": gettext_lazy("kata sandi")},
    "fields": {"name": gettext_lazy("nama"), "language": gettext_lazy("bahasa")},
    "kind": _AUTHENTICATORS | _LOOKED_UP_BY | dict(RecoveryRequest.Kind.choices),
    "language": {"id": "Bahasa Indonesia", "en": "English"},
    "pace": dict(NoticeChoices.Digest.choices),
    "period": {"all": gettext_lazy("semua tahun")},
    "proof": dict(Card.Proof.choices),
    "purpose": {purpose.value: text for purpose, text in PURPOSES.items()},
    "refusal": REFUSALS,
    "topic": dict(Correction.Topic.choices),
    "why": WHY,
}


def with_people(rows: QuerySet[AuditRow]) -> QuerySet[AuditRow]:
    """Names beside ids, looked up for the rows of one page only."""
    endings: list[Any] = [
        Subquery(kind.objects.filter(public_id=OuterRef("card")).values("kpj_last4")[:1])
        for kind in (Card, LinkRequest)
    ]
    return rows.annotate(by=_person("actor"), about=_person("member"), ending=Coalesce(*endings))


def _person(role: str) -> Subquery:
    found = User.objects.filter(public_id=OuterRef(role))
    return Subquery(found.values(told=JSONObject(name="name", email="email", staff="is_staff"))[:1])


def who(row: Any, *, sees_members: bool) -> str:
    """Colleagues by name; a member only to whoever may see members."""
    if row.actor is None:
        return str(WHO[_NOBODY.get(Door(row.door), Who.OTHER)])
    if row.actor == row.member:
        return _("anggota sendiri")
    if row.by is None:
        return _("akun yang sudah dihapus")
    if row.by["staff"] or row.door == Door.ADMIN:
        return _("%(person)s, petugas") % {"person": _named(row.by)}
    return _named(row.by) if sees_members else _("anggota lain")


def whose(row: Any, *, sees_members: bool) -> str:
    if row.member is None:
        return "–"
    if row.about is None:
        return _("akun yang sudah dihapus")
    return _named(row.about) if sees_members else _("seorang anggota")


def which(row: Any) -> str:
    return masks.kpj(row.ending) if row.ending else "–"


def _named(person: dict[str, str]) -> str:
    return masks.named(person["name"], person["email"])


def details(row: AuditRow) -> str:
    """What the sentence does not say already; a code without words is shown as it is."""
    words = words_of(row.action)
    said = set(words.says) if words else set()
    pairs = [(name, value) for name, value in row.details.items() if name not in said and value not in ("", [])]
    return ", ".join(f"{LABELS.get(name, name)}: {_value(name, value)}" for name, value in pairs)


def _value(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return str(YES if value else NO)
    if isinstance(value, list):
        return ", ".join(_value(name, one) for one in value)
    return str(_list_named(value) if name == "list" else VALUES.get(name, {}).get(str(value), value))


def _list_named(model_name: str) -> Text:
    found = [one for one in apps.get_models() if one._meta.model_name == model_name]
    return found[0]._meta.verbose_name_plural or model_name if found else model_name
