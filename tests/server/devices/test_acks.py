import json
from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import func, select

from server import clock, feed
from server.db import begin_write, db
from server.devices import acks, enrol
from server.devices.acks import Fate
from server.devices.models import AckRow, Device
from sync import ack
from sync.ack import Entry, Status

KEPT = Fate(Entry("r1", "aa", Status.ACCEPTED, "new"))


def tell(*fates):
    begin_write()
    device = db.session.scalars(select(Device)).one()
    told = acks.tell(device, fates, ack_id=clock.new_id(), at=clock.now())
    db.session.commit()
    return told


def count(model):
    return db.session.scalar(select(func.count()).select_from(model))


@pytest.fixture(autouse=True)
def _enrolled(phone, in_app):
    """Every test has Fang's phone."""


class TestTell:
    def test_signs_one_acknowledgement_for_all(self, phone):
        document = tell(KEPT, Fate(Entry("r2", "bb", Status.QUARANTINED, "forged", (), "hash_differs")))
        told = ack.verify(document, key=enrol.ack_key().public(), device=phone.device)
        assert [entry.ref for entry in told.entries] == ["r1", "r2"]

    def test_signs_nothing_when_all_was_told(self):
        document = tell(KEPT)
        assert tell(replace(KEPT, told_by=UUID(document["id"]))) is None
        assert count(AckRow) == 1

    def test_signs_only_what_is_new(self):
        first = tell(KEPT)
        fresh = Fate(Entry("r2", "bb", Status.ACCEPTED, "new"))
        later = tell(replace(KEPT, told_by=UUID(first["id"])), fresh)
        assert [entry["ref"] for entry in json.loads(later["ack"])["entries"]] == ["r2"]

    def test_names_a_row_once_that_came_twice_in_a_push(self):
        again = Fate(Entry("r1", "aa", Status.ACCEPTED, "new", ("clock_skew",)))
        assert len(json.loads(tell(KEPT, again)["ack"])["entries"]) == 1

    def test_puts_it_into_the_phones_feed(self, phone):
        document = tell(KEPT)
        [position] = feed.positions(db.session(), [feed.device(_id(phone))], "acks", after=0, limit=9)
        assert position.doc_id == document["id"]


class TestToldBefore:
    def test_gives_each_document_once_oldest_first(self):
        documents = sorted((tell(KEPT) for _ in range(2)), key=lambda one: one["id"])  # of one millisecond: by chance
        ids = [UUID(document["id"]) for document in documents]
        fates = [replace(KEPT, told_by=one) for one in (ids[1], ids[0], ids[1])]
        assert acks.told_before([*fates, KEPT]) == documents

    def test_asks_nothing_when_all_is_new(self):
        assert acks.told_before([KEPT]) == []


class TestLoad:
    def test_gives_a_phone_its_own(self, phone, new_phone, as_luo):
        document = tell(KEPT)
        other = new_phone(as_luo)
        assert acks.load(_id(phone), [document["id"]]) == {document["id"]: document}
        assert acks.load(_id(other), [document["id"]]) == {}


def _id(phone):
    return db.session.scalars(select(Device.id).where(Device.person_id == UUID(phone.person_id))).one()
