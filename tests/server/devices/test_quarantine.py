import pytest
from sqlalchemy import select

from server import clock
from server.audit import AuditEvent
from server.db import begin_write, db
from server.devices import quarantine
from server.devices.models import Device, Quarantine
from server.devices.quarantine import Refused

RECORD_ID = "0193a0b1-0000-7000-8000-00000000abcd"


def keep(document, reason="why", coll="records"):
    begin_write()
    device = db.session.scalars(select(Device)).one()
    refused = Refused(document, "forged", reason)
    fate = quarantine.keep(device, coll, refused, ack_id=clock.new_id(), at=clock.now())
    db.session.commit()
    return fate


@pytest.fixture(autouse=True)
def _enrolled(phone, in_app):
    """Every test has Fang's phone."""


class TestKeep:
    @pytest.mark.parametrize(
        "document",
        [None, 5, "text", [], {}, {"id": RECORD_ID, "note": "冯兰𬱖"}, {"x": "\ud800"}, {"x": 1.5}],
        ids=ascii,
    )
    def test_keeps_the_row_as_it_came(self, document):
        keep(document)
        [row] = db.session.scalars(select(Quarantine))
        assert quarantine.payload_of(row) == document

    def test_keeps_it_once(self):
        first, again = keep({"a": 1, "b": 2}), keep({"b": 2, "a": 1})
        [row] = db.session.scalars(select(Quarantine))
        assert (first.entry, first.told_by) == (again.entry, None)
        assert again.told_by == row.ack_id

    def test_keeps_collections_apart(self):
        keep({"a": 1})
        keep({"a": 1}, coll="settings")
        assert {row.coll for row in db.session.scalars(select(Quarantine))} == {"records", "settings"}

    def test_seals_it(self):
        keep({"note": "secret-name"})
        [row] = db.session.scalars(select(Quarantine))
        assert "secret-name" not in row.payload_sealed

    def test_is_noted_without_content(self):
        keep({"note": "secret-name"})
        [event] = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "record.quarantined"))
        assert event.facts["reason"] == "why"
        assert "secret-name" not in str(event.facts)

    def test_tells_the_phone_by_the_hash_it_knows(self):
        entry = keep({"id": RECORD_ID, "hash": "ab" * 32}).entry
        assert (entry.ref, entry.hash, entry.reason_code) == (RECORD_ID, "ab" * 32, "why")

    @pytest.mark.parametrize(
        "document", [{"id": "x" * 500}, {"id": 5, "hash": "zz"}, "text"], ids=["long", "odd", "text"]
    )
    def test_tells_the_hash_of_the_row_when_it_has_none(self, document):
        entry = keep(document).entry
        assert entry.ref == ""
        assert entry.hash == db.session.scalars(select(Quarantine)).one().payload_hash
