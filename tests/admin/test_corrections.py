"""Staff read what a member asks to be put right, and answer once; each look and each answer is written down."""

from django.test import Client
from django.urls import reverse

from accounts import audit
from accounts.models import AuditRow, Correction, User
from accounts.services import privacy


def ask(member: User) -> Correction:
    return privacy.ask_correction(member=member, topic="name", text="Seharusnya BUDI UJI", source=audit.SYSTEM)


def test_the_look_and_the_answer_are_written_down_without_their_words(member: User, as_keeper: Client) -> None:
    row = ask(member)
    page = as_keeper.get(reverse("admin:accounts_correction_change", args=[row.pk])).content.decode()
    assert "Seharusnya BUDI UJI" in page
    assert "Seharusnya" not in as_keeper.get(reverse("admin:accounts_correction_changelist")).content.decode()
    as_keeper.post(reverse("admin:accounts_correction_done", args=[row.pk]), {"reason": "Sudah kami betulkan."})
    row.refresh_from_db()
    assert (row.state, row.answer) == ("done", "Sudah kami betulkan.")
    trail = AuditRow.objects.filter(member=member.public_id, action__startswith="correction_")
    assert list(trail.order_by("id").values_list("action", "reason")) == [
        ("correction_asked", ""),
        ("correction_seen_by_staff", ""),
        ("correction_ended", ""),
    ]
    assert as_keeper.get(reverse("admin:accounts_correction_done", args=[row.pk])).status_code == 404


def test_nobody_else_answers(member: User, as_member: Client, as_idle_staff: Client) -> None:
    row = ask(member)
    way = reverse("admin:accounts_correction_declined", args=[row.pk])
    assert as_idle_staff.post(way, {"reason": "x"}).status_code == 403
    as_member.post(way, {"reason": "x"})
    row.refresh_from_db()
    assert row.ended_at is None
