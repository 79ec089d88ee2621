"""What members do, through real Kannel, as it comes to the fake phone. test_kannel.py runs it, in a private network."""

import json
import os
import re
import stat
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.models import nik_index
from balances.models import Balance
from demo.embedded.process import wait_until
from sms.models import Inbound, Number, Outbound, number_index
from sms.services import receiving, sending
from tests.balances.upstream import link_sandbox_card
from tests.factories import make_member
from tests.house.website import Person
from tests.kannel.between import Spoil
from tests.kannel.conftest import BORN, House
from tests.kannel.phones import Phone
from tests.kannel.variants import answers

NIK = "3173051207860012"
FIGURE = re.compile(r"Rp\d")


def outbound(phone: Phone) -> list[Outbound]:
    return list(Outbound.objects.filter(number_index=number_index(phone.number)).order_by("pk"))


def inbound(phone: Phone) -> list[Inbound]:
    return list(Inbound.objects.filter(sender_index=number_index(phone.number)).order_by("pk"))


def due_again() -> None:
    """Nobody waits half a minute for the row's own time here; ringing is the sweep's."""
    Outbound.objects.exclude(next_fetch_at=None).update(next_fetch_at=timezone.now())
    sending.sweep()


@pytest.fixture(autouse=True)
def _nothing_spoilt(house: House) -> Iterator[None]:
    yield
    house.inward.spoil.clear()
    house.outward.spoil.clear()
    house.sandbox.clear_faults()


def test_a_member_asks_and_reads_the_balance_with_its_date(house: House) -> None:
    phone = house.phone(house.member("12345678.00"))
    told = phone.ask("SALDO")
    assert re.fullmatch(r"JHT KPJ \*\d{4}: Rp12\.345\.678,00 per 31 Okt 2026\.", told)
    assert phone.stays_at(1)


def test_with_several_cards_the_member_is_asked_which_and_chooses(house: House) -> None:
    member = house.member()
    for kpj, amount in (("24019990001", "111.00"), ("17039990002", "222.00")):
        house.card(member, amount, kpj)
    phone = house.phone(member)
    assert phone.ask("SALDO") == "Kartu Anda: *0001 *0002. Balas SALDO dan 4 angka akhir, contoh SALDO 0001"
    assert "*0002: Rp222,00 per" in phone.ask("SALDO 0002")
    assert "*0001: Rp111,00 per" in phone.ask("saldo 24019990001")


def test_an_unknown_number_learns_nothing_even_with_a_real_card(house: House) -> None:
    member = house.member("7777.00")
    kpj = member.cards.get().kpj
    real, invented = house.phone().ask(f"SALDO {kpj}"), house.phone().ask("SALDO 99999999999")
    assert real == invented
    assert "belum terdaftar" in real
    assert not FIGURE.search(real)


def test_an_owner_registers_by_text_confirms_in_the_portal_and_asks(house: House) -> None:
    member = house.member("888000.00", nik_index=nik_index(NIK), birth_date_iso=BORN.isoformat())
    kpj, phone = member.cards.get().kpj, house.phone()
    told = phone.ask(f"Daftar SALDO#{NIK}#12-07-1986#{kpj}#{member.email}")
    assert told.startswith("Data kami terima.")
    assert "belum terdaftar" in phone.ask("SALDO")
    owner = Person(house.website)
    owner.log_in(member.email or "")
    number = Number.objects.get(member=member)
    assert str(number.public_id) in owner.get("/kartu/sms/").text
    owner.post(f"/kartu/sms/{number.public_id}/konfirmasi/")
    assert "Rp888.000,00 per 31 Okt 2026" in phone.ask("SALDO")
    assert wait_until(lambda: any(member.email in str(one) for one in house.sandbox.mail()), timeout=60), "was mailed"
    assert "dimatikan" in phone.ask("BERHENTI")
    assert "belum terdaftar" in phone.ask("SALDO")


def test_wrong_data_read_like_right_ones_and_open_nothing(house: House) -> None:
    member = house.member("888000.00", nik_index=nik_index("3578105402920004"), birth_date_iso=BORN.isoformat())
    kpj = member.cards.get().kpj
    right = f"DAFTAR SALDO#3578105402920004#12-07-1986#{kpj}"
    wrong_nik, nobody = f"DAFTAR SALDO#{NIK}#12-07-1986#{kpj}", f"DAFTAR SALDO#{NIK}#12-07-1986#99999999901"
    phones = [house.phone() for _ in range(3)]
    told = {phone.ask(text) for phone, text in zip(phones, (wrong_nik, nobody, right), strict=True)}
    assert len(told) == 1
    assert [number.number for number in Number.objects.filter(member=member)] == [phones[2].number]
    assert phones[0].ask("DAFTAR SALDO#12#12-07-1986#99999999901").startswith("NIK harus 16 angka")


def test_a_phone_the_upstream_has_on_record_needs_no_account(house: House) -> None:
    [person] = [one for one in house.sandbox.people(40, seed=7) if one["phone"] and one["kpj"]][:1]
    phone = Phone(house.network, person["phone"])
    day = "-".join(reversed(person["birth_date"].split("-")))
    told = phone.ask(f"DAFTAR SALDO#{person['nik']}#{person['name']}#{day}#{person['kpj'][0]}")
    assert told.startswith("Data kami terima.")
    assert "balas SETUJU" in phone.wait_for(2, timeout=60)[1]
    assert phone.ask("SALDO").startswith("Saldo belum kami ambil")
    assert "tercatat" in phone.ask("setuju")
    assert phone.ask("SALDO").startswith("JHT KPJ")
    phone.send("BERHENTI")  # the figure may come in between
    assert wait_until(lambda: "persetujuan Anda ditarik" in " ".join(phone.inbox()), timeout=60)
    assert "belum terdaftar" in phone.ask("SALDO")


def test_while_the_upstream_is_down_the_old_figure_comes_with_its_date(house: House) -> None:
    member = make_member()
    [person] = house.sandbox.people(1, seed=11)
    card = link_sandbox_card(member, person["kpj"][0], house.sandbox)
    Balance.objects.filter(card=card).delete()
    Balance.objects.create(
        card=card, amount="4321.00", account_status="0001",
        as_of=timezone.now().replace(year=2026, month=9, day=15, hour=5),
        fetched_at=timezone.now() - timedelta(days=3), next_fetch_at=timezone.now(),
    )  # fmt: skip
    house.sandbox.set_fault("http500", kpj=card.kpj)
    phone = house.phone(member)
    told = phone.ask("SALDO")
    assert "Rp4.321,00 per 15 Sep 2026. Yang lebih baru sedang diminta." in told
    assert wait_until(lambda: bool(Balance.objects.get(card=card).failures), timeout=60)
    assert "Rp4.321,00 per 15 Sep 2026. Belum ada yang lebih baru." in phone.ask("SALDO")


def test_a_figure_never_fetched_is_announced_and_follows_by_itself(house: House) -> None:
    member = make_member()
    [person] = house.sandbox.people(1, seed=12)
    card = link_sandbox_card(member, person["kpj"][0], house.sandbox)
    phone = house.phone(member)
    told = phone.ask("SALDO")
    assert "sedang diminta" in told
    assert not FIGURE.search(told)
    assert wait_until(lambda: Balance.objects.filter(card=card, fetched_at__isnull=False).exists(), timeout=60)
    Inbound.objects.filter(card=card).update(next_fetch_at=timezone.now())
    receiving.sweep()
    assert FIGURE.search(phone.wait_for(2)[1])
    assert phone.stays_at(2)


def test_a_first_answer_of_500_and_the_redelivery_are_one_reply(house: House) -> None:
    phone = house.phone(house.member("1.00"))
    house.inward.spoil.append(Spoil.REFUSE)
    phone.ask("SALDO")
    assert phone.stays_at(1, seconds=2)
    assert len(inbound(phone)) == 1


@pytest.mark.parametrize("spoil", [Spoil.FAIL, Spoil.HANG_UP])
def test_a_taken_message_whose_answer_was_lost_comes_again_and_is_one_reply(house: House, spoil: Spoil) -> None:
    phone = house.phone(house.member("1.00"))
    seen = len(house.inward.passed)
    house.inward.spoil.append(spoil)
    phone.ask("SALDO")
    handed_over = lambda: [path for path, _ in house.inward.passed[seen:] if path.startswith("/sms/masuk/")]  # noqa: E731
    assert wait_until(lambda: len(handed_over()) == 2, timeout=60), "Kannel delivers it again"
    assert len(set(handed_over())) == 1, "under the same id"
    assert phone.stays_at(1, seconds=1)
    assert len(inbound(phone)) == 1


def test_where_kannels_own_answer_is_lost_the_text_comes_twice_and_is_counted(house: House) -> None:
    phone = house.phone(house.member("1.00"))
    house.outward.spoil.append(Spoil.HANG_UP)
    phone.ask("SALDO")
    assert wait_until(lambda: outbound(phone)[0].last_error == "doubtful", timeout=60)
    assert wait_until(lambda: outbound(phone)[0].next_fetch_at is not None, timeout=60)
    due_again()
    assert len(phone.wait_for(2)) == 2
    assert wait_until(lambda: outbound(phone)[0].sent_at is not None, timeout=60)
    [row] = outbound(phone)
    assert (row.doubtful, row.tries) == (1, 2)
    assert phone.stays_at(2)


def test_a_refusal_of_kannels_is_tried_again_and_comes_once(house: House) -> None:
    phone = house.phone(house.member("1.00"))
    house.outward.spoil.append(Spoil.REFUSE)
    phone.send("SALDO")
    assert wait_until(lambda: bool(outbound(phone)) and outbound(phone)[0].last_error == "kannel_500", timeout=60)
    due_again()
    phone.wait_for(1)
    assert phone.stays_at(1)
    assert outbound(phone)[0].doubtful == 0


def test_delivery_reports_come_and_are_stored(house: House) -> None:
    phone = house.phone(house.member("1.00"))
    phone.ask("SALDO")
    came = wait_until(lambda: outbound(phone)[0].delivery == Outbound.Delivery.DELIVERED, timeout=60)
    assert came, (outbound(phone)[0].delivery, house.inward.passed[-4:])


def test_delivery_reports_are_relied_upon_by_nothing(house: House) -> None:
    """They are lost here, all of them; the text counts as sent and is not sent again."""
    phone = house.phone(house.member("1.00"))
    seen = len(house.inward.passed)
    phone.send("SALDO")
    assert wait_until(lambda: len(house.inward.passed) > seen, timeout=60)
    house.inward.spoil += [Spoil.REFUSE] * 2
    phone.wait_for(1)
    assert wait_until(lambda: not house.inward.spoil, timeout=60)
    row = outbound(phone)[0]
    assert (row.delivery, row.sent_at is not None, row.text_sealed) == ("", True, "")


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        ("text", "  saldo   "),
        ("data", "SALDO%0A"),
        ("data", "%22SALDO%22"),
        ("ucs2", "%00S%00A%00L%00D%00O"),
    ],
)
def test_the_forms_phones_send_are_read(house: House, kind: str, typed: str) -> None:
    assert FIGURE.search(house.phone(house.member("1.00")).ask(typed, kind=kind))


def test_a_text_in_two_parts_is_read_as_one(house: House) -> None:
    member = house.member("5.00", nik_index=nik_index(NIK), birth_date_iso=BORN.isoformat())
    kpj, phone = member.cards.get().kpj, house.phone()
    long = f"DAFTAR SALDO#{NIK}#{'PANJANG ' * 14}#12-07-1986#{kpj}#alamat.yang.agak.panjang@contoh.example"
    phone.send(f"%05%00%03%07%02%01 {long[:140]}", kind="udh-text")
    phone.send(f"%05%00%03%07%02%02 {long[140:]}", kind="udh-text")
    assert phone.wait_for(1)[0].startswith("Data kami terima."), [row.body for row in inbound(phone)]
    assert len(inbound(phone)) == 1
    assert Number.objects.filter(member=member).count() == 1


def test_senders_without_plus_are_known_and_words_are_not_answered(house: House) -> None:
    phone = house.phone(house.member("1.00"))
    Phone(house.network, phone.number.removeprefix("+")).send("SALDO")
    phone.wait_for(1)
    Phone(house.network, "0" + phone.number.removeprefix("+62")).send("SALDO")
    before = Inbound.objects.filter(outcome="no_number").count()
    phone.wait_for(2)
    Phone(house.network, "TELKOMSEL").send("SALDO")
    assert wait_until(lambda: Inbound.objects.filter(outcome="no_number").count() > before, timeout=60)


def test_every_variant_is_answered_as_the_table_says(house: House) -> None:
    """Also writes down what came, for docs/sms-variants.md."""
    told = answers(house)
    Path(os.environ["VARIANTS_FILE"]).write_text(json.dumps(told))
    assert len(told) > 40
    assert [row["text"] for row in told if not row["reply"]] == []


def test_nothing_of_the_house_listens_beyond_this_machine(house: House) -> None:
    """Kannel's fake network would, without our-host."""
    listening = set[str]()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        fields = [line.split() for line in Path(table).read_text().splitlines()[1:]]
        listening |= {one[1] for one in fields if one[3] == "0A"}
    assert f"0100007F:{house.kannel.ports.phones:04X}" in listening
    assert {one.split(":")[0] for one in listening} <= {"0100007F", "00000000000000000000000001000000"}


def test_nothing_personal_is_in_any_log_and_passwords_are_ours_alone(house: House) -> None:
    """Last: over everything that happened above."""
    mark = uuid4().hex[:12]
    house.phone(house.member("1.00")).ask(f"SALDO {mark}")
    logs = {path.name: path.read_text(errors="replace") for path in house.logs.glob("*.log*")}
    assert {"web.log", "worker.log", "bearerbox.log", "smsbox.log"} <= set(logs)
    for name, text in logs.items():
        for word in (mark, "62811", NIK, "SALDO", "JHT KPJ", "3578105402920004"):
            assert word not in text, f"{word} in {name}"
    assert stat.S_IMODE(house.kannel.configuration.stat().st_mode) == 0o600
    for name in ("bearerbox", "smsbox"):
        assert stat.S_IMODE((house.logs / f"{name}.log").stat().st_mode) == 0o600
    assert _ours(logs, house) == []


def _ours(logs: dict[str, str], house: House) -> list[str]:
    """Logs of the portal that hold the inbound password. Kannel's own may: it logs addresses it cannot fetch."""
    password = (house.logs / "secrets" / "kannel_inbound_password").read_text()
    return [name for name in ("web.log", "worker.log", "beat.log") if password in logs[name]]
