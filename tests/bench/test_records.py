"""What the sync bench pushes is a true chain of signed records."""

import json
from datetime import UTC, datetime

import pytest

from bench import records
from bench.installation import Phone
from bench.peers.ours import body_of
from bench.stops import Beat, Place
from server.visits import told
from sync import chain, envelope
from sync.chain import Head
from sync.signature import Alg, signing_key
from sync.verdict import Known, Verdict, judge

DEVICE = "01a20000-0000-7000-8000-0000000000d1"
CASE = "01a20000-0000-7000-8000-00000000c001"
AGENTS = ("01a20000-0000-7000-8000-000000000f01", "01a20000-0000-7000-8000-000000000f02")


@pytest.fixture
def phone():
    return new_phone(DEVICE)


def new_phone(device):
    places = tuple(Place(f"01a20000-0000-7000-8000-00000000a{n:03d}", CASE) for n in range(5))
    return Phone(device, "token", signing_key(Alg.ED25519, bytes(range(32))), chain.start(device), Beat(AGENTS, places))


class TestBody:
    def test_holds_records_a_server_would_keep(self, phone):
        head = chain.start(DEVICE)
        for document in records.next_rows(phone, 12):
            judged = judge(
                document, known=Known(head), key=phone.key.public(), device=DEVICE,
                received_at=datetime(2026, 11, 25, tzinfo=UTC), clock_offset=None,
            )  # fmt: skip
            assert judged.verdict is Verdict.NEW
            assert not judged.flags
            head = Head(document["seq"], document["hash"])

    def test_goes_on_where_the_last_one_ended(self, phone):
        first, second = records.next_rows(phone, 3), records.next_rows(phone, 2)
        assert second[0]["prev"] == first[-1]["hash"]
        assert phone.head == Head(5, second[-1]["hash"])

    def test_tells_whole_visits_of_two_kinds(self, phone):
        made = records.next_rows(phone, 26)
        assert [one["type"] for one in made[:8]] == [
            "check_in", "met", "disclosure", "promise", "signed_paper", "manifest", "outcome", "check_out"
        ]  # fmt: skip
        assert [one["type"] for one in made[8:13]] == ["check_in", "met", "manifest", "outcome", "check_out"]
        assert [one["type"] for one in made[13:26]] == [one["type"] for one in made[:13]]
        assert len({one["subject"] for one in made[:8]}) == 1
        assert len({one["subject"] for one in made}) == 4

    def test_goes_from_stop_to_stop(self, phone):
        made = records.next_rows(phone, 26)
        assert len({json.loads(one["env"])["body"]["stop_id"] for one in made}) == 4

    def test_closes_a_visit_with_every_record_of_it(self, phone):
        made = records.next_rows(phone, 8)
        listed = json.loads(made[-1]["env"])["body"]["records"]
        assert listed == [{"id": one["id"], "hash": one["hash"]} for one in made[:-1]]

    def test_tells_no_flaw_a_supervisor_would_see(self, phone):
        for one in records.next_rows(phone, 13):
            record = told.from_envelope(envelope.read(one["env"]), digest=one["hash"])
            assert not list(told.flaws(record)), one["type"]

    def test_gives_no_two_phones_the_same_ids(self, phone):
        mine, theirs = (records.next_rows(one, 13) for one in (phone, new_phone(DEVICE.replace("d1", "d2"))))
        assert not {one["id"] for one in mine} & {one["id"] for one in theirs}

    def test_weighs_what_a_visit_weighs(self, phone):
        assert 1_400 < len(body_of(records.next_rows(phone, 130))) / 130 < 1_900
