import json
from uuid import UUID

import pytest
from sqlalchemy import func, select

from server import clock, feed
from server.db import begin_write, db
from server.devices import acks, enrol
from server.devices.models import AckLine, AckRow, Device
from sync import ack
from sync.ack import Entry, Status

KEPT = Entry("r1", "aa", Status.ACCEPTED, "new")


def tell(*entries):
    begin_write()
    device = db.session.scalars(select(Device)).one()
    told = acks.tell(device, entries, at=clock.now())
    db.session.commit()
    return told


def count(model):
    return db.session.scalar(select(func.count()).select_from(model))


@pytest.fixture(autouse=True)
def _enrolled(phone, in_app):
    """Every test has Fang's phone."""


class TestTell:
    def test_signs_one_acknowledgement_for_all(self, phone):
        [document] = tell(KEPT, Entry("r2", "bb", Status.QUARANTINED, "forged", (), "hash_differs"))
        told = ack.verify(document, key=enrol.ack_key().public(), device=phone.device)
        assert [entry.ref for entry in told.entries] == ["r1", "r2"]

    def test_gives_the_same_document_when_told_again(self):
        assert tell(KEPT) == tell(KEPT) == tell(KEPT, KEPT)
        assert (count(AckRow), count(AckLine)) == (1, 1)

    def test_signs_only_what_is_new(self):
        [first] = tell(KEPT)
        later = tell(KEPT, Entry("r2", "bb", Status.ACCEPTED, "new"))
        assert later[0] == first
        assert [entry["ref"] for entry in json.loads(later[1]["ack"])["entries"]] == ["r2"]

    def test_tells_a_changed_fate_of_the_same_record(self):
        tell(Entry("r1", "aa", Status.QUARANTINED, "forged"))
        assert "accepted" in tell(KEPT)[0]["ack"]

    def test_names_a_row_once_that_came_twice_in_a_push(self):
        [document] = tell(KEPT, KEPT)
        assert len(json.loads(document["ack"])["entries"]) == 1

    def test_puts_it_into_the_phones_feed(self, phone):
        [document] = tell(KEPT)
        [position] = feed.positions(db.session(), [feed.device(_id(phone))], "acks", after=0, limit=9)
        assert position.doc_id == document["id"]


class TestLoad:
    def test_gives_a_phone_its_own(self, phone, new_phone, as_luo):
        [document] = tell(KEPT)
        other = new_phone(as_luo)
        assert acks.load(_id(phone), [document["id"]]) == {document["id"]: document}
        assert acks.load(_id(other), [document["id"]]) == {}


def _id(phone):
    return db.session.scalars(select(Device.id).where(Device.person_id == UUID(phone.person_id))).one()
