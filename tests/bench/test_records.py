"""What the sync bench pushes is a true chain of signed records."""

import json
from datetime import UTC, datetime

import pytest

from bench import records
from bench.installation import Phone
from sync import chain
from sync.chain import Head
from sync.signature import Alg, signing_key
from sync.verdict import Known, Verdict, judge

DEVICE = "01a20000-0000-7000-8000-0000000000d1"


@pytest.fixture
def phone():
    return Phone(DEVICE, "token", signing_key(Alg.ED25519, bytes(range(32))), chain.start(DEVICE))


def documents(body):
    return [row["newDocumentState"] for row in json.loads(body)]


class TestBody:
    def test_holds_records_a_server_would_keep(self, phone):
        head = chain.start(DEVICE)
        for document in documents(records.next_rows(phone, 12)):
            told = judge(
                document, known=Known(head), key=phone.key.public(), device=DEVICE,
                received_at=datetime(2026, 12, 3, tzinfo=UTC), clock_offset=None,
            )  # fmt: skip
            assert told.verdict is Verdict.NEW
            assert not told.flags
            head = Head(document["seq"], document["hash"])

    def test_goes_on_where_the_last_one_ended(self, phone):
        first, second = documents(records.next_rows(phone, 3)), documents(records.next_rows(phone, 2))
        assert second[0]["prev"] == first[-1]["hash"]
        assert phone.head == Head(5, second[-1]["hash"])

    def test_tells_visits_of_five_records(self, phone):
        told = documents(records.next_rows(phone, 10))
        assert [one["type"] for one in told[:5]] == ["check_in", "met", "disclosure", "outcome", "check_out"]
        assert len({one["subject"] for one in told[:5]}) == 1
        assert told[5]["subject"] != told[0]["subject"]

    def test_gives_no_two_phones_the_same_ids(self, phone):
        other = Phone(DEVICE.replace("d1", "d2"), "token", phone.key, chain.start(DEVICE.replace("d1", "d2")))
        mine, theirs = (documents(records.next_rows(one, 10)) for one in (phone, other))
        assert not {one["id"] for one in mine} & {one["id"] for one in theirs}

    def test_weighs_what_a_visit_weighs(self, phone):
        assert 800 < len(records.next_rows(phone, 100)) / 100 < 2_000
