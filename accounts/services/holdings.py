"""What this app and its libraries hold about a member, table by table, for the export (accounts.services.export)."""

from typing import Final

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts import notices
from accounts.activity import who_did
from accounts.activity_wording import told
from accounts.models import (
    AuditRow,
    Card,
    CardDecision,
    CodeEvent,
    Consent,
    ContactChange,
    Correction,
    Deletion,
    KnownDevice,
    LinkDecision,
    LinkRequest,
    Notice,
    NoticeChoices,
    OfferedCard,
    RecoveryDecision,
    RecoveryRequest,
    User,
)
from accounts.services import export
from accounts.services.export import HASH, INTERNAL, OTHERS, SECRET, UPSTREAM, Held, Row
from accounts.services.notices import about


def _audit_words(member: User, row: AuditRow) -> Row:
    """Other people stand in it by what they are, never by their id; what they did with others' data is not told."""
    mine, about_me = row.actor == member.public_id, row.member == member.public_id
    return {
        "what": str(told(row.action, row.details)),
        "who": str(who_did(row, member)),
        "card": row.card if about_me else None,
        "reason": row.reason if about_me else "",
        "address": row.address if mine else None,
        "agent": row.agent if mine else "",
    }


def _notice_words(member: User, row: Notice) -> Row:
    kind = notices.known(row.kind)
    return {"title": str(kind.title(about(row)))} if kind else {}


_CARD: Final = {
    "kpj": _("Nomor KPJ"),
    "employer_name": _("Perusahaan"),
    "membership": _("Kepesertaan"),
    "segment": _("Jenis peserta"),
    "joined_on": _("Mulai menjadi peserta"),
    "inactive_since": _("Tidak aktif sejak"),
}

export.register(
    Held(
        model=User,
        title=_("Akun"),
        rows=lambda member: User.objects.filter(pk=member.pk),
        left_out={"password": SECRET, "nik_index": HASH, "id": INTERNAL},
        labels={
            "name": _("Nama"),
            "email": _("Email"),
            "language": _("Bahasa"),
            "birth_date_iso": _("Tanggal lahir"),
            "date_joined": _("Terdaftar"),
            "last_login": _("Login terakhir"),
        },
    ),
    Held(
        model=EmailAddress,
        title=_("Alamat email"),
        rows=lambda member: EmailAddress.objects.filter(user=member),
        left_out={"id": INTERNAL, "user": INTERNAL},
        labels={"email": _("Email"), "verified": _("Terbukti milik Anda")},
    ),
    Held(
        model=Authenticator,
        title=_("Langkah kedua"),
        rows=lambda member: Authenticator.objects.filter(user=member),
        left_out={"data": SECRET, "id": INTERNAL, "user": INTERNAL},
        labels={"type": _("Jenis"), "created_at": _("Dinyalakan"), "last_used_at": _("Terakhir dipakai")},
    ),
    Held(
        model=Consent,
        title=_("Jawaban persetujuan"),
        rows=lambda member: Consent.objects.filter(member=member),
        left_out={"id": INTERNAL, "member": INTERNAL},
        labels={
            "purpose": _("Untuk"), "agreed": _("Setuju"), "version": _("Naskah"), "language": _("Bahasa"),
            "door": _("Lewat"), "at": _("Waktu"),
        },
    ),
    Held(
        model=Card,
        title=_("Kartu"),
        rows=lambda member: Card.objects.filter(member=member),
        left_out={
            "id": INTERNAL, "member": INTERNAL, "kpj_index": HASH, "proved_by": INTERNAL, "card_ref": UPSTREAM,
            "member_ref_sealed": UPSTREAM,
        },
        labels={
            **_CARD, "kpj_last4": _("Empat angka terakhir"), "state": _("Keadaan"), "linked_at": _("Dihubungkan"),
            "unlinked_at": _("Dilepas"),
        },
    ),
    Held(
        model=OfferedCard,
        title=_("Kartu yang ditawarkan"),
        rows=lambda member: OfferedCard.objects.filter(member=member),
        left_out={"id": INTERNAL, "member": INTERNAL, "kpj_index": HASH, "proved_by": INTERNAL},
        labels={**_CARD, "offered_at": _("Ditawarkan")},
    ),
    Held(
        model=LinkRequest,
        title=_("Permintaan kartu"),
        rows=lambda member: LinkRequest.objects.filter(member=member),
        left_out={
            "id": INTERNAL, "member": INTERNAL, "card": INTERNAL, "kpj_index": HASH, "nik_index": HASH,
            "contested_card": OTHERS, "code_sealed": SECRET, "challenge_ref": UPSTREAM, "card_ref": UPSTREAM,
            "member_ref_sealed": UPSTREAM,
            "refusal": _("tidak diberitahukan, agar orang yang menebak data tidak tahu mana yang benar"),
            "match_type": _("tidak diberitahukan, agar orang yang menebak data tidak tahu mana yang benar"),
        },
        labels={
            "kpj_last4": _("Empat angka terakhir"), "kpj": _("Nomor KPJ"), "nik": _("NIK"), "name": _("Nama"),
            "birth_date_iso": _("Tanggal lahir"), "state": _("Keadaan"), "created_at": _("Diajukan"),
            "ended_at": _("Selesai"),
        },
    ),
    Held(
        model=LinkDecision,
        title=_("Keputusan petugas tentang kartu Anda"),
        rows=lambda member: LinkDecision.objects.filter(link_request__member=member),
        left_out={"id": INTERNAL, "link_request": INTERNAL, "staff": OTHERS},
        labels={"approves": _("Disetujui"), "reason": _("Alasan"), "decided_at": _("Waktu")},
    ),
    Held(
        model=CodeEvent,
        title=_("Kode yang diminta atau salah"),
        rows=lambda member: CodeEvent.objects.filter(member=member),
        left_out={"id": INTERNAL, "member": INTERNAL, "kpj_index": HASH},
        labels={"kind": _("Jenis"), "at": _("Waktu")},
    ),
    Held(
        model=CardDecision,
        title=_("Keputusan petugas tentang kartu yang Anda laporkan"),
        rows=lambda member: CardDecision.objects.filter(card__member=member),
        left_out={"id": INTERNAL, "card": INTERNAL, "staff": OTHERS},
        labels={"reason": _("Alasan"), "decided_at": _("Waktu")},
    ),
    Held(
        model=ContactChange,
        title=_("Pergantian email"),
        rows=lambda member: ContactChange.objects.filter(member=member),
        left_out={"id": INTERNAL, "member": INTERNAL},
        labels={"old": _("Email lama"), "new": _("Email baru"), "changed_at": _("Waktu")},
    ),
    Held(
        model=RecoveryRequest,
        title=_("Pemulihan akun"),
        rows=lambda member: RecoveryRequest.objects.filter(member=member),
        left_out={
            "id": INTERNAL, "member": INTERNAL, "card": INTERNAL, "kpj_index": HASH, "nik_index": HASH,
            "reference": UPSTREAM, "challenge_ref": UPSTREAM, "code_sealed": SECRET, "device": HASH,
        },
        labels={
            "kind": _("Jenis"), "state": _("Keadaan"), "new_email": _("Email baru"), "created_at": _("Diajukan"),
            "ended_at": _("Selesai"),
        },
    ),
    Held(
        model=RecoveryDecision,
        title=_("Keputusan petugas tentang pemulihan akun Anda"),
        rows=lambda member: RecoveryDecision.objects.filter(recovery__member=member),
        left_out={"id": INTERNAL, "recovery": INTERNAL, "staff": OTHERS},
        labels={"approves": _("Disetujui"), "reason": _("Alasan"), "decided_at": _("Waktu")},
    ),
    Held(
        model=Notice,
        title=_("Pemberitahuan untuk Anda"),
        rows=lambda member: Notice.objects.filter(member=member),
        left_out={"id": INTERNAL, "member": INTERNAL, "card": INTERNAL},
        labels={
            "title": _("Judul"), "told_at": _("Waktu"), "read_at": _("Dibaca"), "mailed_at": _("Dikirim lewat email"),
        },
        words=_notice_words,
    ),
    Held(
        model=NoticeChoices,
        title=_("Pilihan email pemberitahuan"),
        rows=lambda member: NoticeChoices.objects.filter(member=member),
        left_out={"member": INTERNAL, "stop_id": SECRET},
        labels={"pace": _("Seberapa sering"), "amounts": _("Dengan angka"), "chosen_at": _("Dipilih")},
    ),
    Held(
        model=KnownDevice,
        title=_("Perangkat yang dikenal"),
        rows=lambda member: KnownDevice.objects.filter(member=member),
        left_out={"id": INTERNAL, "member": INTERNAL, "mark": HASH},
        labels={
            "browser": _("Peramban"), "system": _("Sistem"), "first_used_at": _("Pertama dipakai"),
            "last_used_at": _("Terakhir dipakai"),
        },
    ),
    Held(
        model=UserSession,
        title=_("Sesi yang sedang login"),
        rows=lambda member: UserSession.objects.filter(user=member),
        left_out={"id": INTERNAL, "user": INTERNAL, "session_key": SECRET},
        labels={"user_agent": _("Peramban"), "ip": _("Alamat internet"), "last_seen_at": _("Terakhir dipakai")},
    ),
    Held(
        model=Correction,
        title=_("Permintaan perbaikan"),
        rows=lambda member: Correction.objects.filter(member=member),
        left_out={"id": INTERNAL, "member": INTERNAL},
        labels={
            "text": _("Yang Anda tulis"), "answer": _("Jawaban kami"), "state": _("Keadaan"), "created_at": _("Waktu"),
        },
    ),
    Held(
        model=Deletion,
        title=_("Penghapusan akun yang sedang menunggu"),
        rows=lambda member: Deletion.objects.filter(member=member),
        left_out={"member": INTERNAL, "cancel_key": SECRET},
        labels={"asked_at": _("Diminta"), "due_at": _("Dihapus pada")},
    ),
    Held(
        model=AuditRow,
        title=_("Siapa melihat atau mengubah apa"),
        rows=lambda member: AuditRow.objects.filter(Q(member=member.public_id) | Q(actor=member.public_id)),
        left_out={"id": INTERNAL, "actor": OTHERS, "member": INTERNAL, "link": HASH, "position": INTERNAL},
        labels={
            "at": _("Waktu"), "what": _("Apa"), "who": _("Siapa"), "door": _("Lewat"),
            "address": _("Alamat internet"),
        },
        words=_audit_words,
    ),
)  # fmt: skip
export.EXCLUDED["sessions.session"] = _(
    "sesi yang sedang terbuka: ada di halaman Aktivitas, dan setiap login ada di catatan di atas"
)
export.EXCLUDED["accounts.outgoingmail"] = _("email yang menunggu dikirim; Anda menerimanya, lalu isinya dihapus")
