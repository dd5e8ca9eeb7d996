import itertools
from uuid import UUID

import pytest
from sqlalchemy import select

from server import clock
from server.db import begin_write, db
from server.devices import settings
from server.devices.models import Device, DeviceSetting, Quarantine


def take(phone, *rows, sv=4):
    begin_write()
    taken = settings.take(db.session.get(Device, UUID(phone.device)), rows, sv=sv, at=clock.now())
    db.session.commit()
    return taken


def row(document, assumed=None):
    return {"newDocumentState": document} | ({} if assumed is None else {"assumedMasterState": assumed})


@pytest.fixture(autouse=True)
def _app(in_app):
    """Every test works on the database."""


class TestTake:
    def test_keeps_the_last_of_a_chain_of_changes(self, phone):
        states = [{"id": "d", "n": n} for n in range(4)]
        rows = [row(states[0]), *(row(new, old) for old, new in itertools.pairwise(states))]
        assert take(phone, *rows).conflicts == []
        assert settings.load(db.session.scalars(select(DeviceSetting)).one()) == states[-1]

    def test_gives_the_loser_the_present_state_and_keeps_what_it_wrote(self, phone):
        take(phone, row({"id": "d", "n": 1}))
        taken = take(phone, row({"id": "d", "n": 2}, {"id": "d", "n": 0}))
        assert taken.conflicts == [{"id": "d", "n": 1}]
        assert [fate.entry.reason_code for fate in taken.fates] == ["state_moved_on"]
        assert len(db.session.scalars(select(Quarantine)).all()) == 1

    def test_ignores_the_order_of_members(self, phone):
        take(phone, row({"id": "d", "a": 1, "b": 2}))
        assert take(phone, row({"id": "d", "n": 2}, {"b": 2, "a": 1, "id": "d"})).conflicts == []

    def test_seals_what_it_keeps(self, phone):
        take(phone, row({"id": "d", "note": "secret-name"}))
        assert "secret-name" not in db.session.scalars(select(DeviceSetting)).one().document_sealed

    def test_keeps_what_an_older_app_writes_as_the_newest_would(self, phone):
        take(phone, row({"id": "d", "saved": "t1"}), sv=3)
        assert settings.load(db.session.scalars(select(DeviceSetting)).one()) == {"id": "d", "saved_at": "t1"}
        assert take(phone, row({"id": "d", "saved": "t2"}, {"id": "d", "saved": "t1"}), sv=3).conflicts == []
        lost = take(phone, row({"id": "d", "saved": "t9"}, {"id": "d", "saved": "t0"}), sv=3)
        assert lost.conflicts == [{"id": "d", "saved": "t2"}]

    @pytest.mark.parametrize(
        "bad", [None, 5, [], {}, {"newDocumentState": None}, {"newDocumentState": {"id": ""}}], ids=str
    )
    def test_takes_the_good_row_beside_a_bad_one(self, phone, bad):
        taken = take(phone, bad, row({"id": "d"}))
        assert [fate.entry.status for fate in taken.fates] == ["quarantined", "accepted"]
